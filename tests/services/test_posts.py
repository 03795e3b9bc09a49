"""Posts as people write them: on a real database, with accounts connected through the sandbox."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from postwright.domain.errors import Invalid, NotFound, Problem
from postwright.kit.ids import new_id
from postwright.services import media, posts
from postwright.services.drafts import MediaRef, TargetDraft
from postwright.services.posts import Resolution
from postwright.storage.posts import Filter
from tests.support.clock import START
from tests.support.posting import count, create, draft, listed, own_media, stranger
from tests.support.racing import RUNNERS, race
from tests.support.world import World

TOMORROW = "2026-11-21T09:30"
NOT_THERE = new_id()


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
