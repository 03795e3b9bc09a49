"""Goes through consents at the fake platform."""

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

import pytest

from postwright.domain.account import Account
from postwright.domain.errors import (
    Problem,
)
from postwright.services import connect, connections
from postwright.services.app import App
from postwright.services.auth import Caller
from postwright.services.connect import Connected, ToChoose
from tests.support.fake_platform import FAKE

NO_MORE: Mapping[str, str] = {}


async def begin(app: App, caller: Caller, login: str | None = None, return_to: str | None = None) -> str:
    """Begin a consent; its state."""
    async with app.db.tx() as tx:
        start = await connect.begin(tx, app, caller, FAKE, login_id=login, return_to=return_to)
    return parse_qs(urlsplit(start.redirect_url).query)["state"][0]


async def come_back(
    app: App, state: str, browser: Caller | None = None, *, may_choose: bool = False, query: Mapping[str, str] = NO_MORE
) -> Connected | ToChoose:
    """The browser comes back from the platform with a code, or what else the query says."""
    answer = {"code": "a code", "state": state, **query}
    return await connect.callback(app, FAKE, answer, browser, may_choose=may_choose)


async def connected(app: App, caller: Caller) -> tuple[Account, ...]:
    """The caller's accounts."""
    async with app.db.tx() as tx:
        return await connections.connections(tx, caller)


async def connect_all(app: App, caller: Caller) -> tuple[Account, ...]:
    """Go through a consent; the accounts that came of it."""
    done = await come_back(app, await begin(app, caller))
    assert isinstance(done, Connected)
    return done.accounts


async def refused(app: App, state: str, browser: Caller | None = None, **query: str) -> str:
    """The code of the problem that a callback meets."""
    with pytest.raises(Problem) as problem:
        await come_back(app, state, browser, query=query)
    return problem.value.code
