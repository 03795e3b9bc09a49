"""Tokens: one renewal at a time, nothing lost when a process dies, and no account given up for a passing failure."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from postwright.domain.account import Health
from postwright.domain.errors import (
    AuthExpired,
    AuthRevoked,
    PlatformError,
    RateLimited,
    Rejected,
    Surprise,
    Unavailable,
)
from postwright.kit.crypto import Key, KeyRing, Secret
from postwright.kit.http import NoReply, NotSent
from postwright.platforms.base import Grant
from postwright.services import tokens
from postwright.services.app import App
from postwright.services.connections import store
from postwright.services.keys import rotate_keys
from postwright.storage import accounts
from postwright.storage.accounts import Held
from postwright.storage.db import Database
from tests.support.apps import join
from tests.support.clock import ManualClock
from tests.support.fake_platform import FAKE, FakePlatform, caller_of, grant, target
from tests.support.waiting import eventually

HOUR = timedelta(hours=1)


@pytest.fixture
async def other_process(app: App, database_url: str) -> AsyncIterator[App]:
    """The same server in another process, as far as the database can tell."""
    database = Database(database_url)
    yield replace(app, db=database)
    await database.close()


def with_keys(app: App, *keys: str) -> App:
    """The same server after its key ring was changed."""
    return replace(app, keys=KeyRing(tuple(Key.parse(key) for key in keys)))


async def connected(app: App, granted: Grant) -> UUID:
    caller = caller_of(await join(app))
    async with app.db.tx() as tx:
        [account] = await store(tx, app, caller.workspace_id, [target("1", granted)], platform=FAKE, login="plain")
    return account.id


async def due(app: App) -> UUID:
    """An account whose token lives for another hour and wants to be renewed now."""
    now = app.clock.now()
    return await connected(app, grant(expires_at=now + HOUR, refresh_at=now))


async def held(app: App, account_id: UUID) -> Held:
    async with app.db.tx() as tx:
        found = await accounts.held(tx, account_id)
    assert found is not None
    return found


async def test_a_token_that_is_not_due_is_opened_without_asking(app: App, platform: FakePlatform) -> None:
    account = await connected(app, grant(expires_at=app.clock.now() + HOUR, refresh_at=app.clock.now() + HOUR))
    assert await tokens.usable(app, account) == "access 0"
    assert platform.refreshed_with == []


async def test_a_token_without_an_end_is_never_renewed(app: App, clock: ManualClock, platform: FakePlatform) -> None:
    account = await connected(app, grant())
    clock.advance(timedelta(days=1000))
    assert await tokens.usable(app, account) == "access 0"
    assert platform.refreshed_with == []


async def test_a_due_token_is_renewed_on_use_and_stored(app: App, platform: FakePlatform) -> None:
    account = await due(app)
    assert await tokens.usable(app, account) == "access 1"
    assert tokens.grant_of(app, await held(app, account)).refresh_token == "refresh 1"
    assert await tokens.usable(app, account) == "access 1"
    assert platform.refreshed_with == ["refresh 0"]


async def test_concurrent_renewals_in_two_processes_make_one_call(
    app: App, other_process: App, platform: FakePlatform
) -> None:
    account = await due(app)
    platform.hold = asyncio.Event()
    stale = Secret("access 0")
    asked = [asyncio.create_task(tokens.renew(one, account, stale)) for one in (app, other_process, app)]
    await platform.asking.wait()
    await until_waiting(app, 2)
    platform.hold.set()
    assert await asyncio.gather(*asked) == ["access 1"] * 3
    assert platform.refreshed_with == ["refresh 0"]


async def test_who_waited_for_a_refused_renewal_does_not_ask_again(
    app: App, other_process: App, platform: FakePlatform
) -> None:
    account = await due(app)
    platform.hold = asyncio.Event()
    platform.failure = AuthRevoked("Taken back.")
    asked = [asyncio.create_task(tokens.renew(one, account, Secret("access 0"))) for one in (app, other_process)]
    await platform.asking.wait()
    await until_waiting(app, 1)
    platform.hold.set()
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(answer) for answer in answers] == [AuthRevoked, AuthRevoked]
    assert platform.refreshed_with == ["refresh 0"]


async def until_waiting(app: App, count: int) -> None:
    """Until so many others wait for a row's lock."""
    statement = text("""SELECT count(*) FROM pg_stat_activity
                        WHERE wait_event_type = 'Lock' AND datname = current_database()""")

    async def so_many() -> bool:
        async with app.db.tx() as tx:
            return bool((await tx.execute(statement)).scalar_one() == count)

    condition: Callable[[], bool | Awaitable[bool]] = so_many
    await eventually(condition)


class Killed(BaseException):
    """Stands for the end of the process."""


async def test_a_process_that_dies_before_the_commit_leaves_the_old_tokens(app: App, platform: FakePlatform) -> None:
    account = await due(app)
    platform.failure = Killed()  # type: ignore[assignment]  # no Exception may catch it
    with pytest.raises(Killed):
        await tokens.renew(app, account, Secret("access 0"))
    left = await held(app, account)
    assert left.account.health is Health.HEALTHY
    assert tokens.grant_of(app, left).refresh_token == "refresh 0"
    platform.failure = None
    assert await tokens.renew(app, account, Secret("access 0")) == "access 2"


@pytest.mark.parametrize(
    "failure",
    [
        NotSent("no address"),
        NoReply("cut"),
        TimeoutError(),
        Unavailable("a fault of their own"),
        RateLimited("slow down"),
        Surprise("a page of HTML"),
    ],
    ids=lambda failure: type(failure).__name__,
)
async def test_a_passing_failure_leaves_the_account_healthy(
    app: App, clock: ManualClock, platform: FakePlatform, failure: Exception
) -> None:
    account = await due(app)
    platform.failure = failure
    with pytest.raises(Unavailable):
        await tokens.renew(app, account, Secret("access 0"))
    assert (await held(app, account)).account.health is Health.HEALTHY
    assert await tokens.usable(app, account) == "access 0"  # it lives for another hour
    clock.advance(HOUR)
    with pytest.raises(Unavailable):
        await tokens.usable(app, account)
    platform.failure = None
    assert await tokens.usable(app, account) == "access 4"


@pytest.mark.parametrize("failure", [AuthRevoked("Gone."), AuthExpired("Gone."), Rejected("Gone.")], ids=repr)
async def test_a_refused_renewal_asks_for_a_reconnection_with_the_reason(
    app: App, platform: FakePlatform, failure: PlatformError
) -> None:
    account = await due(app)
    platform.failure = failure
    with pytest.raises(AuthRevoked, match="Gone"):
        await tokens.usable(app, account)
    left = (await held(app, account)).account
    assert (left.health, left.health_reason) == (Health.RECONNECT, "Gone.")
    with pytest.raises(AuthRevoked, match="Gone"):
        await tokens.usable(app, account)
    assert platform.refreshed_with == ["refresh 0"]


async def test_a_connection_without_a_renewal_asks_for_a_reconnection_when_it_has_run_out(
    app: App, clock: ManualClock
) -> None:
    account = await connected(app, grant(refresh=None, expires_at=clock.now() + HOUR))
    assert await tokens.usable(app, account) == "access 0"
    clock.advance(HOUR)
    with pytest.raises(AuthRevoked, match="reconnect"):
        await tokens.usable(app, account)
    assert (await held(app, account)).account.health is Health.RECONNECT


async def test_a_token_moved_to_another_row_does_not_open(app: App) -> None:
    mine, theirs = await connected(app, grant("mine")), await connected(app, grant("theirs"))
    async with app.db.tx() as tx:
        await tx.execute(
            text("""UPDATE account_tokens SET access_token =
                    (SELECT access_token FROM account_tokens WHERE account_id = :theirs) WHERE account_id = :mine"""),
            {"mine": mine, "theirs": theirs},
        )
    with pytest.raises(Unavailable, match="another row"):
        await tokens.usable(app, mine)
    assert (await held(app, mine)).account.health is Health.HEALTHY
    assert await tokens.usable(app, theirs) == "theirs"


async def test_the_access_token_does_not_open_in_the_place_of_the_refresh_token(app: App) -> None:
    account = await due(app)
    async with app.db.tx() as tx:
        await tx.execute(text("UPDATE account_tokens SET refresh_token = access_token"))
    with pytest.raises(Unavailable, match="cannot be opened"):
        await tokens.renew(app, account, None)


async def test_a_lost_key_is_no_reason_to_give_an_account_up(app: App) -> None:
    account = await connected(app, grant())
    without = with_keys(app, Key.generate())
    with pytest.raises(Unavailable, match="POSTWRIGHT_ENCRYPTION_KEYS"):
        await tokens.usable(without, account)
    assert await tokens.usable(app, account) == "access 0"


async def test_no_token_is_stored_in_the_clear(app: App) -> None:
    await connected(app, grant("plain-access", "plain-refresh"))
    async with app.db.tx() as tx:
        row = (await tx.execute(text("SELECT access_token, refresh_token FROM account_tokens"))).one()
    assert b"plain" not in row.access_token + row.refresh_token


async def test_the_periodic_job_renews_what_is_due_and_survives_failures(app: App, platform: FakePlatform) -> None:
    now = app.clock.now()
    first, second = await due(app), await due(app)
    later = await connected(app, grant(expires_at=now + 2 * HOUR, refresh_at=now + HOUR))
    for_ever = await connected(app, grant())
    assert await tokens.renew_due(app) == 2
    assert await tokens.renew_due(app) == 0
    assert {await tokens.usable(app, one) for one in (first, second)} == {"access 1", "access 2"}
    assert {await tokens.usable(app, one) for one in (later, for_ever)} == {"access 0"}
    await due(app)
    platform.failure = Unavailable("a fault of their own")
    assert await tokens.renew_due(app) == 0


async def test_an_account_that_must_be_reconnected_is_not_renewed(app: App, platform: FakePlatform) -> None:
    await due(app)
    platform.failure = AuthRevoked("Gone.")
    assert await tokens.renew_due(app) == 0
    assert await tokens.renew_due(app) == 0
    assert platform.refreshed_with == ["refresh 0"]


async def test_an_unknown_account_has_no_token(app: App) -> None:
    with pytest.raises(AuthRevoked):
        await tokens.usable(app, UUID(int=1))


async def test_rotating_keys_seals_everything_with_the_newest_one(app: App) -> None:
    with_refresh, without = await connected(app, grant()), await connected(app, grant("only", None))
    newest, [old] = Key.generate(), app.settings.encryption_keys
    assert await rotate_keys(with_keys(app, newest, old)) == 3
    assert await rotate_keys(with_keys(app, newest, old)) == 0
    alone = with_keys(app, newest)
    assert await tokens.usable(alone, with_refresh) == "access 0"
    assert await tokens.usable(alone, without) == "only"


async def test_a_value_that_no_key_opens_does_not_stop_the_rotation(app: App) -> None:
    broken, sound = await connected(app, grant()), await connected(app, grant())
    async with app.db.tx() as tx:
        await tx.execute(
            text("UPDATE account_tokens SET access_token = '\\x00', refresh_token = NULL WHERE account_id = :id"),
            {"id": broken},
        )
    newest, [old] = Key.generate(), app.settings.encryption_keys
    assert await rotate_keys(with_keys(app, newest, old)) == 2
    assert await tokens.usable(with_keys(app, newest), sound) == "access 0"
