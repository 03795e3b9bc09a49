"""Posts as people change, delete, list and settle them, on a real database."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import text

from postwright.domain.errors import Conflict, Invalid, NotFound
from postwright.domain.publication import State
from postwright.kit.ids import new_id
from postwright.kit.pages import BadCursor
from postwright.services import connections, posts
from postwright.services.drafts import MediaRef
from postwright.services.posts import Resolution
from postwright.storage.posts import Filter
from tests.support.clock import START
from tests.support.posting import count, create, draft, end_as, listed, own_media, resolve, retry
from tests.support.world import World, states

TOMORROW = "2026-11-21T09:30"
NOT_THERE = new_id()


async def test_a_change_keeps_adds_and_cancels_publications(world: World, accounts: list[UUID]) -> None:
    first, second = accounts
    [third] = await world.connect("instagram")
    before = await create(world, replace(await draft(world, first, second), scheduled_at=TOMORROW))
    kept_id = before.publications[0].id
    change = replace(await draft(world, first, third, files=("b.jpg",)), caption="New", scheduled_at="2026-11-22T10:00")
    after = await posts.update(world.app, world.caller, before.id, change)
    assert (after.caption, after.due_at.isoformat(), after.state) == ("New", "2026-11-22T10:00:00+00:00", "queued")
    assert len(after.media) == 1
    by_account = {publication.account_id: publication for publication in after.publications}
    assert {account: one.state for account, one in by_account.items()} == {
        first: State.QUEUED,
        second: State.CANCELED,
        third: State.QUEUED,
    }
    assert by_account[first].id == kept_id
    assert {one.next_run_at for one in by_account.values()} == {after.due_at, None}
    assert [event.message for event in await world.events(before.id) if event.publication_id == kept_id] == [
        "Accepted for 2026-11-21 09:30 UTC",
        "Changed; due 2026-11-22 10:00",
    ]


async def test_a_changed_variant_starts_from_its_first_step(world: World, account: UUID) -> None:
    row = await create(world, replace(await draft(world, account, files=("a.png",)), scheduled_at=TOMORROW))
    await end_as(world, row.publications[0], State.FAILED)
    changed = await posts.update(world.app, world.caller, row.id, await draft(world, account, files=("a.jpg",)))
    [publication] = changed.publications
    assert (publication.state, publication.attempts, publication.next_run_at) == (State.QUEUED, 0, START)
    assert (own_media(changed), own_media(changed, publication)) == (["image/jpeg"], [])


async def test_a_change_that_is_refused_changes_nothing(world: World, account: UUID) -> None:
    row = await create(world, replace(await draft(world, account), scheduled_at=TOMORROW))
    ref = MediaRef(url=f"{world.sandbox}/_sandbox/samples/picture.png")
    with pytest.raises(Invalid):
        await posts.update(
            world.app, world.caller, row.id, replace(await draft(world, account), caption="#a " * 31, media=(ref,))
        )
    assert await world.get(row.id) == row
    assert await count(world, "media") == 1


@pytest.mark.parametrize("state", [State.PUBLISHING, State.PUBLISHED, State.NEEDS_ATTENTION])
async def test_what_is_out_or_on_its_way_cannot_be_changed(world: World, accounts: list[UUID], state: State) -> None:
    row = await create(world, replace(await draft(world, *accounts), scheduled_at=TOMORROW))
    assert posts.may_change(row)
    await end_as(world, row.publications[0], state)
    assert not posts.may_change(await world.get(row.id))
    with pytest.raises(Conflict) as refused:
        await posts.update(world.app, world.caller, row.id, await draft(world, *accounts))
    assert refused.value.code == "post_locked"


async def test_a_deleted_post_is_hidden_and_never_goes_out(world: World, account: UUID) -> None:
    row = await create(world, await draft(world, account))
    await world.delete(row.id)
    with pytest.raises(NotFound):
        await world.get(row.id)
    assert await listed(world, Filter()) == []
    assert await world.work() == 0
    with pytest.raises(NotFound):
        await world.delete(row.id)


async def test_what_is_out_stays_out_when_its_post_is_deleted(world: World, account: UUID) -> None:
    row = await create(world, await draft(world, account))
    await world.work_until(row.id, "published")
    await world.delete(row.id)
    assert len(await world.visible()) == 1
    async with world.app.db.tx() as tx:
        kept = (await tx.execute(text("SELECT state FROM publications"))).scalar_one()
    assert kept == "published"


async def test_a_post_cannot_be_deleted_while_it_is_being_published(world: World, accounts: list[UUID]) -> None:
    row = await create(world, await draft(world, *accounts))
    await end_as(world, row.publications[1], State.PUBLISHING)
    with pytest.raises(Conflict) as refused:
        await world.delete(row.id)
    assert refused.value.code == "post_is_publishing"
    assert states(await world.get(row.id)) == [State.QUEUED, State.PUBLISHING]


async def test_only_what_failed_is_tried_again(world: World, accounts: list[UUID]) -> None:
    row = await create(world, await draft(world, *accounts))
    first, second = row.publications
    with pytest.raises(Conflict) as refused:
        await retry(world, row)
    assert refused.value.code == "nothing_to_retry"
    await end_as(world, first, State.PUBLISHED)
    await end_as(world, second, State.FAILED)
    again = await retry(world, row)
    assert (again.state, states(again)) == ("publishing", [State.PUBLISHED, State.QUEUED])
    assert (again.publications[1].attempts, again.publications[1].next_run_at) == (0, START)
    assert [event.message for event in await world.events(row.id)][-1] == "Queued again by a person"


async def test_one_of_several_is_tried_again_by_name(world: World, accounts: list[UUID]) -> None:
    row = await create(world, await draft(world, *accounts))
    for publication in row.publications:
        await end_as(world, publication, State.FAILED)
    again = await retry(world, row, row.publications[1].id)
    assert states(again) == [State.FAILED, State.QUEUED]
    with pytest.raises(Conflict):
        await retry(world, row, NOT_THERE)


async def test_trying_a_post_again_does_not_bring_back_an_account_that_was_taken_out(
    world: World, accounts: list[UUID]
) -> None:
    row = await create(world, replace(await draft(world, *accounts), scheduled_at=TOMORROW))
    await posts.update(world.app, world.caller, row.id, await draft(world, accounts[0]))
    kept, removed = (await world.get(row.id)).publications
    await end_as(world, kept, State.FAILED)
    assert states(await retry(world, row)) == [State.QUEUED, State.CANCELED]
    assert states(await retry(world, row, removed.id)) == [State.QUEUED, State.QUEUED]


async def test_a_disconnected_account_is_not_queued_again(world: World, account: UUID) -> None:
    row = await create(world, replace(await draft(world, account), scheduled_at=TOMORROW))
    await connections.disconnect(world.app, world.caller, "instagram", account)
    assert states(await world.get(row.id)) == [State.CANCELED]
    with pytest.raises(Conflict) as refused:
        await retry(world, row)
    assert refused.value.code == "account_disconnected"
    await end_as(world, row.publications[0], State.NEEDS_ATTENTION)
    with pytest.raises(Conflict):
        await resolve(world, row, Resolution(landed=False))
    assert (await resolve(world, row, Resolution(landed=True))).state == "published"


async def test_a_person_says_that_it_is_there(world: World, accounts: list[UUID]) -> None:
    row = await create(world, await draft(world, *accounts))
    for publication in row.publications:
        await end_as(world, publication, State.NEEDS_ATTENTION)
    first = row.publications[0]
    word = Resolution(landed=True, external_url="https://example.com/p/1", publication_id=first.id)
    settled = await resolve(world, row, word)
    assert (settled.state, states(settled)) == ("needs_attention", [State.PUBLISHED, State.NEEDS_ATTENTION])
    assert (settled.publications[0].external_url, settled.publications[0].published_at) == (word.external_url, START)
    assert (await resolve(world, row, Resolution(landed=True))).state == "published"
    assert [event.message for event in await world.events(row.id)][-1] == "A person saw it on the platform"


async def test_a_person_says_that_it_is_to_be_sent_again(world: World, account: UUID) -> None:
    row = await create(world, await draft(world, account))
    await end_as(world, row.publications[0], State.NEEDS_ATTENTION)
    again = await resolve(world, row, Resolution(landed=False))
    assert (again.state, again.publications[0].next_run_at) == ("queued", START)
    assert (await world.work_until(row.id, "published")).publications[0].external_id
    assert len(await world.visible()) == 1


async def test_a_word_on_what_is_not_in_doubt_is_refused(world: World, account: UUID) -> None:
    row = await create(world, await draft(world, account))
    with pytest.raises(Conflict) as refused:
        await resolve(world, row, Resolution(landed=True))
    assert refused.value.code == "nothing_to_resolve"
    await end_as(world, row.publications[0], State.NEEDS_ATTENTION)
    with pytest.raises(Invalid) as invalid:
        await resolve(world, row, Resolution(landed=True, external_url="javascript:alert(1)"))
    assert invalid.value.code == "bad_url"
    assert states(await world.get(row.id)) == [State.NEEDS_ATTENTION]


@pytest.mark.parametrize("soonest_first", [False, True])
async def test_pages_over_posts_of_one_time_hold_each_of_them_once(
    world: World, account: UUID, *, soonest_first: bool
) -> None:
    wanted = replace(await draft(world, account), force=True)
    same = [(await create(world, replace(wanted, scheduled_at=TOMORROW))).id for _ in range(5)]
    early = (await create(world, wanted)).id
    in_order = [early, *same] if soonest_first else [*reversed(same), early]
    for limit in (1, 2, 5, 6, 50):
        assert await listed(world, Filter(soonest_first=soonest_first), limit=limit) == in_order


async def test_a_list_holds_what_was_asked_for(world: World, accounts: list[UUID]) -> None:
    first, second = accounts
    now = await create(world, await draft(world, first))
    later = await create(world, replace(await draft(world, second), scheduled_at=TOMORROW))
    both = await create(world, replace(await draft(world, first, second), scheduled_at="2026-11-25T09:30"))
    wanted = {
        Filter(status="scheduled"): [both.id, later.id],
        Filter(status="queued"): [both.id, later.id, now.id],
        Filter(states=("failed", "needs_attention")): [],
        Filter(account_id=second): [both.id, later.id],
        Filter(account_id=first, status="scheduled"): [both.id],
        Filter(platform="instagram"): [both.id, later.id, now.id],
        Filter(platform="pinterest"): [],
        Filter(since=later.due_at, until=both.due_at): [later.id],
        Filter(account_id=NOT_THERE): [],
    }
    assert {asked: await listed(world, asked) for asked in wanted} == wanted


async def test_a_cursor_of_somebody_else_is_refused(world: World) -> None:
    with pytest.raises(BadCursor):
        await posts.page(world.app, world.caller, Filter(), limit=5, cursor="e30")


async def test_evidence_is_in_the_order_in_which_it_happened(world: World, account: UUID) -> None:
    row = await create(world, await draft(world, account))
    await world.work_until(row.id, "published")
    events = await world.events(row.id)
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert events[0].message.startswith("Accepted for 2026-11-20 09:00")
    assert events[-1].message.startswith("Published")
    assert len(events) > 3
