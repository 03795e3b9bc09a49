"""Calls to a platform for a connected account: the line they are made on, and what their failures mean for a caller.

Publishing (worker/publish.py) makes its calls on such a line too, and judges failures by itself.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Final, TypeVar

from postwright.domain.account import Account
from postwright.domain.errors import (
    AuthExpired,
    AuthRevoked,
    Conflict,
    PlatformError,
    Problem,
    Rejected,
    Unavailable,
    Unready,
)
from postwright.domain.media import Media
from postwright.kit.blobs import Blobs
from postwright.kit.crypto import Secret
from postwright.kit.http import NoReply, NotSent
from postwright.kit.logging import redact
from postwright.platforms.base import Call, Sent
from postwright.services import tokens
from postwright.services.app import App
from postwright.storage import accounts

FAILURES: Final = (PlatformError, NotSent, NoReply)
"""What a call raises where it was not answered as hoped."""
_UNKNOWN_LOGIN: Final = "The way this account was connected is no longer offered: reconnect it."

Answer = TypeVar("Answer")


class StoredFiles:
    """Stored media as streams."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    async def stream(self, media: Media, start: int = 0) -> AsyncIterator[bytes]:
        """The bytes of a file from `start` on."""
        async for chunk in await self._blobs.open(media.key, start):
            yield chunk


async def open_call(app: App, account: Account, token: Callable[[], Awaitable[Secret]], sent: Sent) -> Call:
    """An account's line to its platform, with the token that `token` gives. Raises PlatformError."""
    login = next((way for way in app.adapter(account.platform).spec.logins if way.id == account.login), None)
    if login is None:
        raise Rejected(_UNKNOWN_LOGIN)
    credentials = app.credentials(login)
    if credentials is None:
        raise Unavailable(f"POSTWRIGHT_{login.credentials.upper()}_CLIENT_ID and _CLIENT_SECRET are not set.")
    return Call(
        http=app.http,
        clock=app.clock,
        app=credentials,
        login=login,
        files=StoredFiles(app.blobs),
        token=await token(),
        account=account,
        sent=sent,
    )


@asynccontextmanager
async def line_to(app: App, account: Account, sent: Sent) -> AsyncIterator[Call]:
    """A line for a few calls that a person waits for; they count in the account's allowance. Raises PlatformError."""
    call = await open_call(app, account, partial(tokens.usable, app, account.id), sent)
    try:
        yield call
    finally:
        if call.calls:
            budget = app.adapter(account.platform).spec.budget
            async with app.db.tx() as tx:
                await accounts.count_calls(tx, account.id, budget.name, calls=call.calls, now=app.clock.now())


async def answered(app: App, call: Call, ask: Callable[[Call], Awaitable[Answer]]) -> Answer:
    """What the platform answers to a repeatable question; a token that it calls expired is renewed once.

    Raises one of FAILURES.
    """
    try:
        return await ask(call)
    except AuthExpired:
        call.token = await tokens.renew(app, call.account.id, stale=call.token)
        return await ask(call)


def problem_of(name: str, failure: Exception) -> Problem:
    """What one of FAILURES means for the caller; `name` is the platform's."""
    words = str(redact(failure.message if isinstance(failure, PlatformError) else str(failure))).rstrip(".")
    if isinstance(failure, AuthExpired | AuthRevoked):
        return Conflict(f"The account must be connected again: {words}.", code="account_needs_reconnect")
    if isinstance(failure, Rejected):
        return Conflict(f"{name} refused: {words}.", code="platform_refused")
    until = failure.until if isinstance(failure, PlatformError) else None
    return Unready(f"{name} cannot do that right now: {words}.", code="platform_unavailable", retry_at=until)
