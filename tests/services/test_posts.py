"""Posts as people write, change and settle them: on a real database, with accounts connected through the sandbox."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from postwright.domain.errors import Conflict, Invalid, NotFound, Problem
from postwright.domain.publication import State
from postwright.kit.ids import new_id
from postwright.kit.pages import BadCursor
from postwright.services import connections, media, posts
from postwright.services.auth import Caller
from postwright.services.drafts import MediaRef, PostDraft, TargetDraft
from postwright.services.posts import Resolution
from postwright.storage.posts import Filter, PostRow, PublicationRow
from tests.support.apps import join
from tests.support.clock import START, ManualClock
from tests.support.fake_platform import caller_of
from tests.support.racing import RUNNERS, race
from tests.support.world import World, running_world, states

TOMORROW = "2026-11-21T09:30"
NOT_THERE = new_id()


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with running_world(database_url, tmp_path, ManualClock()) as running:
        yield running


@pytest.fixture
async def account(world: World) -> UUID:
    [only] = await world.connect()
    return only


@pytest.fixture
async def accounts(world: World) -> list[UUID]:
    """Several accounts that came of one consent."""
    found = await world.connect("facebook")
    assert len(found) >= 2
    return found[:2]


async def draft(world: World, *targets: UUID | TargetDraft, files: tuple[str, ...] = ("a.jpg",)) -> PostDraft:
    """A draft with these sample files for these accounts."""
    named = tuple(TargetDraft(account_id=one) if isinstance(one, UUID) else one for one in targets)
    return PostDraft(named, caption="Fresh rolls", media=tuple([await world.upload(name) for name in files]))


async def create(world: World, wanted: PostDraft, caller: Caller | None = None) -> PostRow:
    row, is_new = await posts.create(world.app, caller or world.caller, wanted)
    assert is_new
    return row


async def stranger(world: World) -> Caller:
    """Somebody of another workspace."""
    return caller_of(await join(world.app))


async def count(world: World, table: str) -> int:
    async with world.app.db.tx() as tx:
        return int((await tx.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())  # noqa: S608 our own names


async def end_as(world: World, publication: PublicationRow, state: State) -> None:
    """Leave a publication in a state as a worker would have left it."""
    statement = text("UPDATE publications SET state = :state, next_run_at = NULL, attempts = 3 WHERE id = :id")
    async with world.app.db.tx() as tx:
        await tx.execute(statement, {"state": state.value, "id": publication.id})


async def retry(world: World, post: PostRow, publication_id: UUID | None = None) -> PostRow:
    async with world.app.db.tx() as tx:
        return await posts.retry(tx, world.app, world.caller, post.id, publication_id)


async def resolve(world: World, post: PostRow, word: Resolution) -> PostRow:
    async with world.app.db.tx() as tx:
        return await posts.resolve(tx, world.app, world.caller, post.id, word)


async def listed(world: World, wanted: Filter, caller: Caller | None = None, *, limit: int = 2) -> list[UUID]:
    """All pages of a list, one after the other."""
    found: list[UUID] = []
    cursor: str | None = None
    async with world.app.db.tx() as tx:
        while True:
            page = await posts.page(tx, world.app, caller or world.caller, wanted, limit=limit, cursor=cursor)
            assert len(page.rows) <= limit
            found += [row.id for row in page.rows]
            cursor = page.next_cursor
            if cursor is None:
                return found


def own_media(row: PostRow, publication: PublicationRow | None = None) -> list[str]:
    wanted = None if publication is None else publication.id
    return [item.media.facts.mime for item in row.media if item.publication_id == wanted]


async def test_a_post_without_a_time_is_due_at_once(world: World, account: UUID) -> None:
    row = await create(world, await draft(world, account))
    assert (row.caption, row.state, row.status(START), row.due_at) == ("Fresh rolls", "queued", "queued", START)
    [publication] = row.publications
    assert (publication.account_id, publication.due_at, publication.next_run_at) == (account, START, START)
    assert own_media(row) == ["image/jpeg"]
    assert own_media(row, publication) == []


async def test_a_time_is_kept_as_the_wall_clock_of_its_zone(world: World, account: UUID) -> None:
    wanted = replace(await draft(world, account), scheduled_at=TOMORROW, timezone="Europe/Berlin")
    row = await create(world, wanted)
    assert (row.due_at.isoformat(), row.wall_time.isoformat(), row.timezone) == (
        "2026-11-21T08:30:00+00:00",
        "2026-11-21T09:30:00",
        "Europe/Berlin",
    )
    assert row.status(START) == "scheduled"
    assert (row.publications[0].due_at, row.publications[0].next_run_at) == (row.due_at, row.due_at)


async def test_the_same_client_id_makes_one_post_whatever_it_says_the_second_time(world: World, account: UUID) -> None:
    wanted = replace(await draft(world, account), client_post_id="rolls-1")
    first = await create(world, wanted)
    again, is_new = await posts.create(world.app, world.caller, replace(wanted, caption="Other", targets=()))
    assert (again, is_new) == (first, False)
    assert await count(world, "publications") == 1


async def test_the_same_client_id_at_once_makes_one_post_and_leaves_no_file_behind(world: World, account: UUID) -> None:
    fetched = MediaRef(url=f"{world.sandbox}/_sandbox/samples/picture.png", kind="image")
    wanted = replace(await draft(world, account, files=()), media=(fetched,), client_post_id="rolls-1")
    answers = await race(world.app, lambda: posts.create(world.app, world.caller, wanted))
    made = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert len(made) == RUNNERS
    assert len({row.id for row, _ in made}) == 1
    assert [is_new for _, is_new in made].count(True) == 1
    assert [await count(world, table) for table in ("posts", "publications")] == [1, 1]
    async with world.app.db.tx() as tx:
        stored = (await tx.execute(text("SELECT count(*) FROM media WHERE rendition_of IS NULL"))).scalar_one()
    assert stored == 1


async def test_a_client_id_belongs_to_its_workspace_and_outlives_its_post(world: World, account: UUID) -> None:
    wanted = replace(await draft(world, account), client_post_id="rolls-1")
    row = await create(world, wanted)
    other = await stranger(world)
    with pytest.raises(Invalid):
        await posts.create(world.app, other, replace(wanted, targets=()))
    await world.delete(row.id)
    with pytest.raises(Problem):
        await posts.create(world.app, world.caller, wanted)
    assert await count(world, "posts") == 1


async def test_each_target_may_have_its_own_words_files_and_options(world: World, accounts: list[UUID]) -> None:
    plain, own = accounts
    variant = TargetDraft(
        account_id=own,
        caption="Only here",
        media=(await world.upload("b.jpg"), await world.upload("c.jpg")),
        options={"first_comment": "Own"},
    )
    wanted = replace(await draft(world, plain, variant), options={"first_comment": "All", "location_id": "1"})
    row = await create(world, wanted)
    first, second = row.publications
    assert (first.caption, first.options) == (None, {"first_comment": "All", "location_id": "1"})
    assert (second.caption, second.options) == ("Only here", {"first_comment": "Own", "location_id": "1"})
    assert (len(own_media(row)), len(own_media(row, first)), len(own_media(row, second))) == (1, 0, 2)


async def test_options_by_platform_reach_their_platform(world: World, account: UUID) -> None:
    wanted = replace(await draft(world, account), options={"instagram": {"first_comment": "Hello"}})
    assert (await create(world, wanted)).publications[0].options == {"first_comment": "Hello"}


async def test_a_png_goes_out_as_the_jpeg_that_was_made_of_it_once(world: World, accounts: list[UUID]) -> None:
    row = await create(world, await draft(world, *accounts, files=("a.png",)))
    assert own_media(row) == ["image/png"]
    assert [own_media(row, publication) for publication in row.publications] == [["image/jpeg"]] * 2
    assert len({item.media.id for item in row.media if item.publication_id}) == 1


async def test_a_file_by_address_is_fetched_and_kept_with_the_post(world: World, account: UUID) -> None:
    ref = MediaRef(url=f"{world.sandbox}/_sandbox/samples/picture.png", kind="image", alt_text="A roll")
    row = await create(world, replace(await draft(world, account, files=()), media=(ref,)))
    assert [(item.media.name, item.alt_text) for item in row.media if item.publication_id is None] == [
        ("picture.png", "A roll")
    ]


async def test_a_fetched_file_does_not_stay_when_the_post_is_refused(world: World, account: UUID) -> None:
    ref = MediaRef(url=f"{world.sandbox}/_sandbox/samples/picture.png")
    refused = replace(await draft(world, account, files=()), media=(ref,), caption="x" * 2201)
    with pytest.raises(Invalid) as invalid:
        await posts.create(world.app, world.caller, refused)
    assert [finding.code for finding in invalid.value.findings] == ["caption_too_long"]
    assert [await count(world, table) for table in ("posts", "media")] == [0, 0]
    assert [path for path in (world.app.settings.data_dir / "media").rglob("*") if path.is_file()] == []


async def test_a_dry_run_says_all_and_stores_nothing(world: World, account: UUID) -> None:
    ref = MediaRef(url=f"{world.sandbox}/_sandbox/samples/picture.png")
    good = replace(await draft(world, account, files=()), media=(ref,))
    assert await posts.validate(world.app, world.caller, good) == ()
    bad = replace(good, caption="#a " * 31, media=(ref, ref), options={"post_type": "image"})
    found = await posts.validate(world.app, world.caller, bad)
    assert [finding.code for finding in found] == ["too_many_media", "too_many_hashtags"]
    assert {(finding.platform, finding.account_id) for finding in found} == {("instagram", str(account))}
    [late] = await posts.validate(world.app, world.caller, replace(good, scheduled_at="2020-01-01"))
    assert (late.field, late.code) == ("scheduled_at", "time_in_past")
    assert [await count(world, table) for table in ("posts", "media")] == [0, 0]


async def test_an_account_that_must_reconnect_is_worth_a_warning_only(world: World, account: UUID) -> None:
    async with world.app.db.tx() as tx:
        await tx.execute(text("UPDATE accounts SET health = 'reconnect', health_reason = 'Revoked.'"))
    wanted = await draft(world, account)
    [finding] = await posts.validate(world.app, world.caller, wanted)
    assert (finding.code, finding.severity) == ("account_needs_reconnect", "warning")
    assert (await create(world, wanted)).state == "queued"


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
    wanted = await draft(world, account)
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
    async with world.app.db.tx() as tx:
        with pytest.raises(BadCursor):
            await posts.page(tx, world.app, world.caller, Filter(), limit=5, cursor="e30")


async def test_evidence_is_in_the_order_in_which_it_happened(world: World, account: UUID) -> None:
    row = await create(world, await draft(world, account))
    await world.work_until(row.id, "published")
    events = await world.events(row.id)
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert events[0].message.startswith("Accepted for 2026-11-20 09:00")
    assert events[-1].message.startswith("Published")
    assert len(events) > 3


async def test_nothing_of_another_workspace_can_be_seen_or_touched(world: World, account: UUID) -> None:
    wanted = replace(await draft(world, account), scheduled_at=TOMORROW)
    row = await create(world, wanted)
    app, other = world.app, await stranger(world)
    async with app.db.tx() as tx:
        refused = [
            posts.get(tx, other, row.id),
            posts.events(tx, other, row.id),
            posts.delete(tx, app, other, row.id),
            posts.retry(tx, app, other, row.id),
            posts.resolve(tx, app, other, row.id, Resolution(landed=True)),
        ]
        for call in refused:
            with pytest.raises(NotFound):
                await call
    with pytest.raises(NotFound):
        await posts.update(app, other, row.id, wanted)
    with pytest.raises(NotFound) as no_account:
        await posts.create(app, other, wanted)
    assert no_account.value.code == "account_not_found"
    assert await listed(world, Filter(), other) == []
    assert await world.get(row.id) == row


async def test_a_file_of_another_workspace_cannot_be_posted(world: World, account: UUID) -> None:
    other = await stranger(world)
    path = world.folder / "theirs.jpg"
    await world.upload("a.jpg")
    path.write_bytes((world.folder / "a.jpg").read_bytes())
    theirs = await media.add_file(
        world.app, other.workspace_id, media.Upload(path, "theirs.jpg", media.sha256_of(path))
    )
    wanted = replace(await draft(world, account), media=(MediaRef(id=theirs.media.id),))
    with pytest.raises(NotFound) as refused:
        await posts.create(world.app, world.caller, wanted)
    assert refused.value.code == "media_not_found"


async def test_a_due_post_waits_for_its_time(world: World, account: UUID) -> None:
    row = await create(world, replace(await draft(world, account), scheduled_at=TOMORROW))
    assert await world.work() == 0
    await world.advance_to(row.due_at - timedelta(seconds=1))
    assert await world.work() == 0
    await world.advance_to(row.due_at)
    assert (await world.work_until(row.id, "published")).publications[0].lateness_ms == 0
