"""The looks at publications before their time: once in each window, and each thing that may stand in the way."""

from datetime import timedelta
from uuid import UUID

import pytest

from postwright.domain.account import Account
from postwright.domain.errors import AuthRevoked, Unavailable
from postwright.domain.schedule import next_preflight
from postwright.services import posts
from postwright.services.app import App
from postwright.services.auth import Caller
from postwright.services.drafts import PostDraft, TargetDraft
from postwright.services.preflight import look_ahead
from postwright.storage.posts import EventRow, PostRow
from tests.support.clock import START, ManualClock
from tests.support.connecting import connect_all
from tests.support.fake_platform import FakePlatform, grant, target
from tests.support.fake_posts import NOTE
from tests.support.racing import RUNNERS, race
from tests.support.world import World

DAY, HOUR = timedelta(hours=24), timedelta(hours=1)
DUE = START + 3 * DAY


@pytest.fixture
async def account(app: App, caller: Caller, platform: FakePlatform) -> Account:
    platform.kinds = (NOTE,)
    [only] = await connect_all(app, caller)
    return only


async def schedule(app: App, caller: Caller, account: Account) -> PostRow:
    when = DUE.isoformat()
    draft = PostDraft((TargetDraft(account_id=account.id),), caption="Fresh rolls", scheduled_at=when, force=True)
    return (await posts.create(app, caller, draft))[0]


async def lines(app: App, caller: Caller, post: PostRow) -> list[EventRow]:
    """What looks have left in the evidence."""
    async with app.db.tx() as tx:
        found = await posts.events(tx, caller, post.id)
    return [event for event in found if event.message.startswith("Pre-flight")]


async def warnings(app: App, caller: Caller, post: PostRow) -> list[str]:
    async with app.db.tx() as tx:
        [publication] = (await posts.get(tx, caller, post.id)).publications
    assert all(finding.severity == "warning" for finding in publication.warnings)
    return [finding.code for finding in publication.warnings]


async def change(app: App, statement: str, account: Account | UUID) -> None:
    async with app.db.statement() as connection:
        await connection.execute(statement, account.id if isinstance(account, Account) else account)


def test_a_look_is_due_a_day_and_an_hour_ahead_and_none_for_what_is_nearer() -> None:
    assert next_preflight(DUE, START) == DUE - DAY
    assert next_preflight(DUE, DUE - DAY) == DUE - HOUR
    assert next_preflight(DUE, DUE - HOUR) is None
    assert next_preflight(DUE, DUE) is None


async def test_where_all_is_well_nothing_is_said(
    app: App, caller: Caller, account: Account, clock: ManualClock
) -> None:
    post = await schedule(app, caller, account)
    assert await look_ahead(app) == 0
    for ahead in (DAY, HOUR):
        clock.advance(DUE - ahead - clock.now())
        assert [await look_ahead(app), await look_ahead(app)] == [1, 0]
    assert await lines(app, caller, post) == []
    assert await warnings(app, caller, post) == []


async def test_each_window_warns_once_however_many_processes_look(
    app: App, caller: Caller, account: Account, clock: ManualClock
) -> None:
    post = await schedule(app, caller, account)
    await change(app, "UPDATE accounts SET scopes = '{stats}' WHERE id = $1", account)
    for ahead in (DAY, HOUR):
        clock.advance(DUE - ahead - clock.now())
        looked = await race(app, lambda: look_ahead(app))
        assert sorted(map(str, looked)) == ["0"] * (RUNNERS - 1) + ["1"]
    words = "user1 lacks a permission that publishing needs (publish): reconnect it."
    said = [(line.level, line.message) for line in await lines(app, caller, post)]
    assert said == [("warning", f"Pre-flight {hours} h: {words}") for hours in (24, 1)]
    assert await warnings(app, caller, post) == ["scope_missing"]


async def test_what_is_mended_after_a_warning_is_said_to_be_well(
    app: App, caller: Caller, account: Account, clock: ManualClock
) -> None:
    post = await schedule(app, caller, account)
    await change(app, "UPDATE accounts SET health = 'reconnect', health_reason = 'Gone.' WHERE id = $1", account)
    clock.advance(DUE - DAY - clock.now())
    await look_ahead(app)
    assert await warnings(app, caller, post) == ["account_needs_reconnect"]
    await connect_all(app, caller)
    assert await look_ahead(app) == 1
    assert await warnings(app, caller, post) == []
    assert (await lines(app, caller, post))[-1].message == "Pre-flight 24 h: all is well now"
    clock.advance(DUE - HOUR - clock.now())
    assert await look_ahead(app) == 1


async def test_a_process_that_dies_over_a_look_leaves_it_to_another(
    app: App, caller: Caller, account: Account, clock: ManualClock
) -> None:
    post = await schedule(app, caller, account)
    await change(app, "UPDATE accounts SET blocked_until = '2027-01-01 00:00Z' WHERE id = $1", account)
    clock.advance(DUE - DAY - clock.now())
    await change(
        app,
        "UPDATE publications SET preflight_at = preflight_at + interval '15 minutes' WHERE account_id = $1",
        account,
    )
    assert await look_ahead(app) == 0
    clock.advance(timedelta(minutes=15))
    assert await look_ahead(app) == 1
    assert await warnings(app, caller, post) == ["account_blocked"]


FAILURES = {
    "": (None, "healthy"),
    "access_not_renewed": (Unavailable("Down."), "healthy"),
    "account_needs_reconnect": (AuthRevoked("Taken back."), "reconnect"),
}


@pytest.mark.parametrize("code", FAILURES)
async def test_a_token_that_would_run_out_is_renewed_once_for_all_posts(
    app: App, caller: Caller, platform: FakePlatform, clock: ManualClock, code: str
) -> None:
    failure, health = FAILURES[code]
    platform.kinds = (NOTE,)
    platform.opened = (target(granted=grant(expires_at=DUE - HOUR, refresh_at=DUE - HOUR)),)
    [account] = await connect_all(app, caller)
    both = [await schedule(app, caller, account) for _ in range(2)]
    platform.failure = failure
    clock.advance(DUE - DAY - clock.now())
    await look_ahead(app)
    assert [await warnings(app, caller, post) for post in both] == [[code] if code else []] * 2
    assert platform.refreshed_with == ["refresh 0"]
    async with app.db.statement() as connection:
        assert await connection.fetchval("SELECT health FROM accounts") == health


async def test_a_token_that_cannot_be_renewed_is_warned_of_and_goes_on_working(
    app: App, caller: Caller, platform: FakePlatform, clock: ManualClock
) -> None:
    platform.kinds = (NOTE,)
    platform.opened = (target(granted=grant(refresh=None, expires_at=DUE - HOUR)),)
    [account] = await connect_all(app, caller)
    post = await schedule(app, caller, account)
    clock.advance(DUE - DAY - clock.now())
    await look_ahead(app)
    assert await warnings(app, caller, post) == ["access_runs_out"]
    async with app.db.statement() as connection:
        assert await connection.fetchval("SELECT health FROM accounts") == "healthy"


async def test_a_token_too_short_lived_for_the_time_is_left_to_upkeep(
    app: App, caller: Caller, platform: FakePlatform, clock: ManualClock
) -> None:
    platform.kinds = (NOTE,)
    clock.advance(DUE - DAY - HOUR - clock.now())
    platform.opened = (target(granted=grant(expires_at=clock.now() + 2 * HOUR)),)
    [account] = await connect_all(app, caller)
    post = await schedule(app, caller, account)
    clock.advance(HOUR)
    await look_ahead(app)
    assert (await warnings(app, caller, post), platform.refreshed_with) == ([], [])


async def test_rules_of_today_and_files_that_are_gone_are_warned_of(world: World) -> None:
    [account] = await world.connect()
    at = (world.app.clock.now() + DAY + HOUR).isoformat()
    post = await world.post(account, "a.jpg", scheduled_at=at)
    await world.app.blobs.delete((await world.get(post.id)).media[0].media.key)
    change_it = "UPDATE posts SET caption = repeat('x', 2201) WHERE id = $1"
    await change(world.app, change_it, post.id)
    await world.advance_to(world.app.clock.now() + HOUR)
    before = len(await world.calls(""))
    assert await look_ahead(world.app) == 1
    assert await warnings(world.app, world.caller, post) == ["caption_too_long", "media_missing"]
    assert len(await world.calls("")) == before


async def test_a_change_begins_the_looks_anew_and_what_is_under_way_has_none(
    app: App, caller: Caller, account: Account, clock: ManualClock
) -> None:
    post = await schedule(app, caller, account)
    await change(app, "UPDATE accounts SET blocked_until = '2027-01-01 00:00Z' WHERE id = $1", account)
    clock.advance(DUE - DAY - clock.now())
    await look_ahead(app)
    wanted = PostDraft((TargetDraft(account_id=account.id),), caption="Rolls", scheduled_at=(DUE + DAY).isoformat())
    await posts.update(app, caller, post.id, wanted)
    assert await warnings(app, caller, post) == []
    clock.advance(DAY)
    assert await look_ahead(app) == 1
    await change(app, "UPDATE publications SET state = 'publishing' WHERE account_id = $1", account)
    assert await warnings(app, caller, post) == []
