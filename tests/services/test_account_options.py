"""The values that options may have on an account: asked of the platform, with a token that works."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from postwright.domain.account import Health
from postwright.domain.errors import (
    AuthRevoked,
    NotFound,
    PlatformError,
    Problem,
    RateLimited,
    Rejected,
    Surprise,
    Unavailable,
)
from postwright.kit.http import NoReply, NotSent
from postwright.kit.ids import new_id
from postwright.platforms.base import OptionValue
from postwright.services.account_options import account_options
from postwright.services.app import App
from postwright.services.auth import Caller
from postwright.storage.publications import set_health
from tests.support.apps import join
from tests.support.clock import START
from tests.support.connecting import connect_all
from tests.support.fake_platform import FakePlatform, caller_of, grant, target

BOARDS = {"board_id": (OptionValue("7", "Rolls"), OptionValue("9", "Bread"))}


@pytest.fixture
def platform(platform: FakePlatform) -> FakePlatform:
    platform.offered = BOARDS
    return platform


async def refused(app: App, caller: Caller) -> Problem:
    [account] = await connect_all(app, caller)
    with pytest.raises(Problem) as problem:
        await account_options(app, caller, account.id)
    return problem.value


async def test_the_platform_is_asked_with_the_accounts_token(app: App, caller: Caller, platform: FakePlatform) -> None:
    [account] = await connect_all(app, caller)
    assert await account_options(app, caller, account.id) == BOARDS
    assert platform.asked_with == ["access 0"]


async def test_a_platform_without_such_options_is_not_asked(app: App, caller: Caller, platform: FakePlatform) -> None:
    platform.offered = {}
    [account] = await connect_all(app, caller)
    assert await account_options(app, caller, account.id) == {}
    assert platform.asked_with == []


async def test_an_expired_token_is_renewed_once(app: App, caller: Caller, platform: FakePlatform) -> None:
    platform.expired = {"access 0"}
    [account] = await connect_all(app, caller)
    assert await account_options(app, caller, account.id) == BOARDS
    assert platform.asked_with == ["access 0", "access 1"]


async def test_a_token_that_is_never_taken_asks_for_a_reconnection(
    app: App, caller: Caller, platform: FakePlatform
) -> None:
    platform.expired = {"access 0", "access 1", "access 2"}
    problem = await refused(app, caller)
    assert (problem.status, problem.code) == (409, "account_needs_reconnect")
    assert len(platform.asked_with) == 2


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (AuthRevoked("A permission is missing."), "account_needs_reconnect"),
        (Rejected("Not for this account."), "platform_refused"),
        (Unavailable(), "platform_unavailable"),
        (RateLimited(until=START + timedelta(minutes=5)), "platform_unavailable"),
        (Surprise(), "platform_unavailable"),
        (NotSent("no connection"), "platform_unavailable"),
        (NoReply("cut"), "platform_unavailable"),
    ],
)
async def test_a_failure_says_what_it_means_for_the_caller(
    app: App, caller: Caller, platform: FakePlatform, failure: Exception, code: str
) -> None:
    [account] = await connect_all(app, caller)
    platform.failure = failure
    with pytest.raises(Problem) as problem:
        await account_options(app, caller, account.id)
    assert (problem.value.status, problem.value.code) == (503 if code == "platform_unavailable" else 409, code)
    assert problem.value.retry_at == (failure.until if isinstance(failure, PlatformError) else None)


async def test_an_account_that_waits_for_its_reconnection_is_not_asked(
    app: App, caller: Caller, platform: FakePlatform
) -> None:
    [account] = await connect_all(app, caller)
    async with app.db.tx() as tx:
        await set_health(tx, account.id, Health.RECONNECT, "The connection was revoked.")
    with pytest.raises(Problem) as problem:
        await account_options(app, caller, account.id)
    assert problem.value.code == "account_needs_reconnect"
    assert "The connection was revoked." in problem.value.message
    assert platform.asked_with == []


async def test_the_calls_count_in_the_accounts_allowance(app: App, caller: Caller, platform: FakePlatform) -> None:
    platform.opened = (target(granted=grant()),)
    [account] = await connect_all(app, caller)
    await account_options(app, caller, account.id)
    platform.expired = {"access 0"}
    await account_options(app, caller, account.id)
    async with app.db.tx() as tx:
        counted = await tx.execute(text("SELECT name, sum(calls) AS calls FROM rate_budgets GROUP BY name"))
        assert [tuple(row) for row in counted] == [("calls", 3)]


async def test_another_workspaces_account_is_not_there(app: App, caller: Caller, platform: FakePlatform) -> None:
    [account] = await connect_all(app, caller)
    stranger = caller_of(await join(app))
    for asker, wanted in ((stranger, account.id), (caller, new_id())):
        with pytest.raises(NotFound) as problem:
            await account_options(app, asker, wanted)
        assert problem.value.code == "account_not_found"
    assert platform.asked_with == []
