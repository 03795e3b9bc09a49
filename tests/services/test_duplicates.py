"""The guard against saying the same twice on the same account."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from postwright.domain.errors import Finding, Invalid
from postwright.domain.post import content_digest
from postwright.services import posts, workspaces
from postwright.services.drafts import PostDraft, TargetDraft
from postwright.services.workspaces import Changes
from postwright.storage.posts import PostRow
from tests.support.posting import count, create, draft
from tests.support.racing import RUNNERS, kinds, race
from tests.support.world import World


async def refused(world: World, wanted: PostDraft) -> Finding:
    """The one finding that stands against a draft, when it is to be made and when it is only asked about."""
    with pytest.raises(Invalid) as invalid:
        await posts.create(world.app, world.caller, wanted)
    [finding] = invalid.value.findings
    assert await posts.validate(world.app, world.caller, wanted) == (finding,)
    return finding


async def at(world: World, wanted: PostDraft, ahead: timedelta) -> PostDraft:
    return replace(wanted, scheduled_at=(world.app.clock.now() + ahead).isoformat())


async def test_the_same_on_the_same_account_is_asked_about_and_names_the_other(world: World, account: UUID) -> None:
    first = await create(world, await at(world, await draft(world, account), timedelta(hours=2)))
    again = replace(await draft(world, account), caption="  fresh\n ROLLS ")
    finding = await refused(world, again)
    assert (finding.field, finding.code, finding.severity) == ("caption", "duplicate_post", "error")
    assert (finding.account_id, finding.value) == (str(account), str(first.id))
    assert "is to go out here at 2026-11-20 11:00 UTC" in finding.message
    assert await count(world, "posts") == 1
    assert await posts.validate(world.app, world.caller, replace(again, force=True)) == ()
    await create(world, replace(again, force=True))


async def test_what_is_out_counts_and_what_was_taken_down_or_canceled_does_not(world: World, account: UUID) -> None:
    wanted = await draft(world, account)
    row = await create(world, wanted)
    await world.work_until(row.id, "published")
    assert "went out here" in (await refused(world, wanted)).message
    async with world.app.db.statement() as connection:
        await connection.execute("UPDATE publications SET removed_at = now()")
    waiting = await create(world, await at(world, wanted, timedelta(hours=1)))
    await world.delete(waiting.id)
    await create(world, wanted)


@pytest.mark.parametrize("ahead", [timedelta(hours=24), timedelta(days=3)])
async def test_beyond_the_window_it_may_be_said_again(world: World, account: UUID, ahead: timedelta) -> None:
    wanted = await draft(world, account)
    await create(world, wanted)
    await refused(world, await at(world, wanted, timedelta(hours=23, minutes=59)))
    await create(world, await at(world, wanted, ahead))


async def test_a_workspace_may_want_no_guard(world: World, account: UUID) -> None:
    async with world.app.db.tx() as tx:
        await workspaces.change(tx, world.caller, Changes(duplicate_window=timedelta()))
    wanted = await draft(world, account)
    await create(world, wanted)
    await create(world, wanted)


async def test_other_words_files_or_accounts_are_something_else(world: World, accounts: list[UUID]) -> None:
    one, other = accounts
    await create(world, await draft(world, one, files=("a.jpg", "b.png")))
    await create(world, await draft(world, one, files=("b.png", "a.jpg")))
    await create(world, replace(await draft(world, one, files=("a.jpg", "b.png")), caption="Stale rolls"))
    await create(world, await draft(world, other, files=("a.jpg", "b.png")))
    own_words = TargetDraft(account_id=other, caption="Fresh buns")
    await create(world, await draft(world, own_words, files=("a.jpg", "b.png")))


async def test_of_many_requests_at_once_one_is_taken(world: World, account: UUID) -> None:
    wanted = await draft(world, account)
    answers = await race(world.app, lambda: posts.create(world.app, world.caller, wanted))
    assert kinds(answers) == {"Invalid": RUNNERS - 1, "tuple": 1}
    assert await count(world, "publications") == 1


async def test_the_same_request_again_is_no_duplicate(world: World, account: UUID) -> None:
    wanted = replace(await draft(world, account), client_post_id="rolls")
    answers = await race(world.app, lambda: posts.create(world.app, world.caller, wanted))
    assert kinds(answers) == {"tuple": RUNNERS}
    assert await posts.create(world.app, world.caller, wanted)
    assert await count(world, "posts") == 1


async def test_a_post_is_no_duplicate_of_itself_and_may_not_become_one(world: World, account: UUID) -> None:
    wanted = await at(world, await draft(world, account), timedelta(hours=1))
    row = await create(world, wanted)
    other = await create(world, replace(wanted, caption="Buns"))
    later = await at(world, wanted, timedelta(hours=2))
    assert await posts.validate(world.app, world.caller, later, changing=row.id) == ()
    changed: PostRow = await posts.update(world.app, world.caller, row.id, later)
    assert changed.due_at > row.due_at
    with pytest.raises(Invalid) as invalid:
        await posts.update(world.app, world.caller, other.id, wanted)
    assert invalid.value.code == "duplicate_post"
    await posts.update(world.app, world.caller, other.id, replace(wanted, force=True))


def test_case_spaces_and_ways_of_writing_make_no_difference() -> None:
    assert content_digest("Caf\u00e9  NOIR\n", [b"1"]) == content_digest("cafe\u0301 noir", [b"1"])
    texts = [content_digest("a", []), content_digest("b", []), content_digest("a", [b"1"]), content_digest("", [b"1"])]
    assert len(set(texts)) == len(texts)
    assert content_digest("a", [b"1", b"2"]) != content_digest("a", [b"2", b"1"])
