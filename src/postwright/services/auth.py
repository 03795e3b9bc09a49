"""Who is calling: sessions by cookie or by bearer token, how they begin, renew and end.

Signing up and the password are in people.py.
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

import jwt

from postwright.domain.errors import NotAllowed, Unauthenticated
from postwright.kit.crypto import fingerprint
from postwright.kit.ids import new_id, token
from postwright.kit.signing import hmac_sha256_hex
from postwright.services.app import App
from postwright.storage import users
from postwright.storage.db import Tx, raw
from postwright.storage.users import Member, Session

ACCESS_LIFETIME = timedelta(minutes=15)
SESSION_LIFETIME = timedelta(days=30)
_ALGORITHM = "HS256"
_CLAIMS = ("sub", "sid", "wid", "iat", "exp", "jti")
_LONGEST_USER_AGENT = 300

Kind = Literal["cookie", "bearer"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who has shown who they are, in the workspace they work in."""

    user_id: UUID
    workspace_id: UUID
    role: str
    is_admin: bool
    session_id: UUID
    by: Kind

    def require(self, *roles: str) -> None:
        """Let only these roles pass. Raises NotAllowed."""
        if self.role not in roles:
            raise NotAllowed(f"Only {' and '.join(roles)} may do that; your role here is {self.role}.")


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a program works with after a log-in: a short-lived access token, and how to get the next one."""

    access_token: str
    expires_in: timedelta
    refresh_token: str


async def open_web_session(tx: Tx, app: App, member: Member, *, user_agent: str | None = None) -> str:
    """Begin a browser's session; the value of its cookie."""
    session_id, secret = await _open(tx, app, member, "cookie", user_agent)
    return f"{session_id}.{secret}"


async def open_bearer_session(tx: Tx, app: App, member: Member, *, user_agent: str | None = None) -> Tokens:
    """Begin a program's session."""
    session_id, secret = await _open(tx, app, member, "bearer", user_agent)
    return _tokens(app, member, session_id, secret)


async def authenticate_bearer(app: App, token: str) -> Caller:
    """The caller with this access token, if its session still stands. Raises Unauthenticated."""
    try:
        claims = jwt.decode(
            token,
            app.key_for("access token"),
            algorithms=[_ALGORITHM],
            options={"require": list(_CLAIMS), "verify_exp": False, "verify_iat": False},  # ours is the App's clock
        )
        session_id, expires_at = UUID(claims["sid"]), datetime.fromtimestamp(int(claims["exp"]), UTC)
    except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError, OverflowError, OSError) as bad:
        raise Unauthenticated("The access token is not one of this server's.") from bad
    if expires_at <= app.clock.now():
        raise Unauthenticated("The access token has expired; refresh it.", code="token_expired")
    return _caller(app, await _session(app, session_id), "bearer")


async def authenticate_cookie(app: App, cookie: str) -> Caller:
    """The caller with this session cookie. Raises Unauthenticated."""
    session_id, secret = _split(cookie)
    found = await _session(app, session_id)
    if found is not None and not hmac.compare_digest(found.secret_hash, fingerprint(secret)):
        found = None
    return _caller(app, found, "cookie")


async def refresh(app: App, refresh_token: str) -> tuple[Member, Tokens]:
    """Trade a refresh token for new tokens; the session's life starts again.

    A refresh token is used once. One that comes a second time was stolen or copied, so it ends
    its session, which is written down before Unauthenticated is raised.
    """
    session_id, secret = _split(refresh_token)
    renewed: tuple[Member, Tokens] | None = None
    async with app.db.tx() as tx:
        session = _standing(app, await users.session(await raw(tx), session_id, lock=True), "bearer")
        if hmac.compare_digest(session.secret_hash, fingerprint(secret)):
            fresh = token()
            expires_at = app.clock.now() + SESSION_LIFETIME
            await users.renew_session(tx, session_id, secret_hash=fingerprint(fresh), expires_at=expires_at)
            renewed = session.member, _tokens(app, session.member, session_id, fresh)
        else:
            await users.end_session(tx, session_id, app.clock.now())
    if renewed is None:
        raise Unauthenticated("This refresh token was used before, so its session was ended: log in again.")
    return renewed


async def log_out(tx: Tx, app: App, caller: Caller) -> None:
    """End the caller's session: its cookie, access token and refresh token are refused from now on."""
    await users.end_session(tx, caller.session_id, app.clock.now())


def csrf_token(app: App, session_id: UUID) -> str:
    """What every write with a cookie session must carry."""
    return hmac_sha256_hex(app.key_for("csrf"), session_id.bytes)


async def _open(tx: Tx, app: App, member: Member, kind: Kind, user_agent: str | None) -> tuple[UUID, str]:
    session_id, secret, now = new_id(), token(), app.clock.now()
    await users.add_session(
        tx,
        session_id,
        member,
        kind=kind,
        secret_hash=fingerprint(secret),
        now=now,
        expires_at=now + SESSION_LIFETIME,
        user_agent=user_agent[:_LONGEST_USER_AGENT] if user_agent else None,
    )
    return session_id, secret


def _tokens(app: App, member: Member, session_id: UUID, secret: str) -> Tokens:
    now = app.clock.now()
    claims = {
        "sub": str(member.user.id),
        "sid": str(session_id),
        "wid": str(member.workspace.id),
        "iat": int(now.timestamp()),
        "exp": int((now + ACCESS_LIFETIME).timestamp()),
        "jti": str(new_id()),
    }
    access = jwt.encode(claims, app.key_for("access token"), algorithm=_ALGORITHM)
    return Tokens(access, ACCESS_LIFETIME, f"{session_id}.{secret}")


async def _session(app: App, session_id: UUID) -> Session | None:
    async with app.db.statement() as connection:
        return await users.session(connection, session_id)


def _split(value: str) -> tuple[UUID, str]:
    session_id, _, secret = value.partition(".")
    try:
        return UUID(session_id), secret
    except ValueError as bad:
        raise Unauthenticated from bad


def _standing(app: App, found: Session | None, kind: Kind) -> Session:
    if found is None or found.kind != kind or found.ended_at is not None or found.expires_at <= app.clock.now():
        raise Unauthenticated("The session is over: log in again.")
    return found


def _caller(app: App, found: Session | None, kind: Kind) -> Caller:
    session = _standing(app, found, kind)
    member = session.member
    return Caller(member.user.id, member.workspace.id, member.role, member.user.is_admin, session.id, kind)
