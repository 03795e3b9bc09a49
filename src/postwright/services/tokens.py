"""The accounts' tokens: sealed at rest, opened for a call, renewed by one process at a time.

Where they come from is connect.py; sealing them with a new key is keys.py.
"""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

from postwright.domain.account import Health
from postwright.domain.errors import AuthExpired, AuthRevoked, PlatformError, Rejected, Unavailable
from postwright.kit.crypto import CannotOpen, Secret
from postwright.kit.http import NoReply, NotSent
from postwright.kit.logging import logger
from postwright.platforms.base import Grant, OAuthCall
from postwright.services.app import App
from postwright.storage import accounts
from postwright.storage.accounts import Held, SealedTokens
from postwright.storage.publications import set_health

LONGEST_RENEWAL = timedelta(seconds=45)
"""Less than a transaction may be idle: the new tokens must still be stored under the row's lock."""
_AT_ONCE = 4
_GONE = "The account is not connected."
_NO_RENEWAL = "The connection has run out and cannot be renewed: reconnect the account."


def place(account_id: UUID, column: str) -> str:
    """What a sealed token is bound to."""
    return f"account_tokens:{account_id}:{column}"


def seal(app: App, account_id: UUID, grant: Grant) -> SealedTokens:
    """A grant as it is stored for this account, and can be opened for no other."""
    refresh = grant.refresh_token
    return SealedTokens(
        access_token=app.keys.seal(grant.access_token, bound_to=place(account_id, "access_token")),
        refresh_token=None if refresh is None else app.keys.seal(refresh, bound_to=place(account_id, "refresh_token")),
        expires_at=grant.expires_at,
        refresh_at=grant.refresh_at,
    )


def open_access(app: App, account_id: UUID, sealed: bytes) -> Secret:
    """An access token in the clear. Raises Unavailable: nothing was sent, and the right key may come back."""
    return _open(app, account_id, "access_token", sealed)


def grant_of(app: App, held: Held) -> Grant:
    """An account's tokens in the clear. Raises Unavailable."""
    sealed, account_id = held.tokens, held.account.id
    refresh = sealed.refresh_token
    return Grant(
        access_token=open_access(app, account_id, sealed.access_token),
        refresh_token=None if refresh is None else _open(app, account_id, "refresh_token", refresh),
        expires_at=sealed.expires_at,
        refresh_at=sealed.refresh_at,
        scopes=held.account.scopes,
        subject=held.subject,
    )


def oauth_call(app: App, platform: str, login_id: str) -> OAuthCall:
    """What token requests of a login are made with. Raises Unavailable where it is not set up (any more)."""
    login = next((login for login in app.adapter(platform).spec.logins if login.id == login_id), None)
    credentials = None if login is None else app.credentials(login)
    if login is None or credentials is None:
        raise Unavailable(f"The login {login_id!r} of this account is not set up on this server any more.")
    return OAuthCall(app.http, app.clock, credentials, login)


async def usable(app: App, account_id: UUID) -> Secret:
    """The account's access token, renewed first where that is due.

    Where the renewal fails for now, a token that still lives is good enough.
    Raises AuthRevoked where only a reconnection helps, Unavailable otherwise.
    """
    async with app.db.tx() as tx:
        held = _healthy(await accounts.held(tx, account_id))
    token = open_access(app, account_id, held.tokens.access_token)
    now = app.clock.now()
    if not _due(held.tokens, now):
        return token
    try:
        return await renew(app, account_id, token)
    except Unavailable:
        if _passed(held.tokens.expires_at, now):
            raise
        return token


async def renew(app: App, account_id: UUID, stale: Secret | None) -> Secret:
    """A new access token in place of `stale`, or of one that is due where `stale` is None.

    The row is locked during the platform's answer: of all processes one asks, the others get
    what it got. The new tokens are committed before anybody uses them. Raises AuthRevoked when
    the platform no longer accepts ours (the account is then marked), Unavailable when it cannot
    say for now (the account is not).
    """
    async with app.db.tx() as tx:
        held = _healthy(await accounts.held(tx, account_id, lock=True))
        present = open_access(app, account_id, held.tokens.access_token)
        if not (_due(held.tokens, app.clock.now()) if stale is None else present == stale):
            return present
        answer = await _ask(app, held)
        if isinstance(answer, Grant):
            await accounts.store_tokens(tx, account_id, seal(app, account_id, answer), app.clock.now())
        elif isinstance(answer, AuthRevoked):
            await set_health(tx, account_id, Health.RECONNECT, answer.message)
    if isinstance(answer, Grant):
        return answer.access_token
    raise answer


async def renew_until(app: App, account_id: UUID, until: datetime) -> None:
    """Renew an access token that would have run out by then. Raises as `renew` does."""
    async with app.db.tx() as tx:
        held = _healthy(await accounts.held(tx, account_id))
    if _passed(held.tokens.expires_at, until):
        await renew(app, account_id, open_access(app, account_id, held.tokens.access_token))


async def renew_due(app: App) -> int:
    """Renew all tokens that are due; how many were. A failure is logged and leaves the others alone."""
    async with app.db.tx() as tx:
        due = await accounts.due_for_renewal(tx, app.clock.now())
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(account_id: UUID) -> bool:
        async with gate:
            try:
                await renew(app, account_id, None)
            except PlatformError as failure:
                logger().warning(
                    "renewal_failed", account_id=str(account_id), kind=failure.kind, message=failure.message
                )
                return False
            return True

    answers = await asyncio.gather(*(one(account_id) for account_id in due), return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return answers.count(True)


async def _ask(app: App, held: Held) -> Grant | PlatformError:
    """What the platform gives in place of the present grant; a failure is a value, so that it can be committed."""
    try:
        grant = grant_of(app, held)
        if grant.refresh_token is None:
            return AuthRevoked(_NO_RENEWAL)
        call = oauth_call(app, held.account.platform, held.account.login)
        async with asyncio.timeout(LONGEST_RENEWAL.total_seconds()):
            return await app.adapter(held.account.platform).refresh(call, grant, held.account)
    except (AuthRevoked, AuthExpired, Rejected) as refusal:
        return AuthRevoked(
            refusal.message, status=refusal.status, code=refusal.code, field=refusal.field, evidence=refusal.evidence
        )
    except PlatformError as failure:
        return Unavailable(
            failure.message, status=failure.status, code=failure.code, until=failure.until, evidence=failure.evidence
        )
    except (NotSent, NoReply) as failure:
        return Unavailable(f"The access token could not be renewed: {failure}")
    except TimeoutError:
        return Unavailable("The access token could not be renewed: the platform took too long.")


def _healthy(held: Held | None) -> Held:
    if held is None:
        raise AuthRevoked(_GONE)
    if held.account.health is not Health.HEALTHY:
        raise AuthRevoked(held.account.health_reason)
    return held


def _open(app: App, account_id: UUID, column: str, sealed: bytes) -> Secret:
    try:
        return app.keys.open(sealed, bound_to=place(account_id, column))
    except CannotOpen as closed:
        raise Unavailable(
            f"The stored token cannot be opened: {closed}. Bring the key back, or reconnect the account."
        ) from closed


def _due(sealed: SealedTokens, now: datetime) -> bool:
    return _passed(sealed.refresh_at, now) or _passed(sealed.expires_at, now)


def _passed(instant: datetime | None, now: datetime) -> bool:
    return instant is not None and instant <= now
