"""Statements on people: users, their workspaces, the sessions they opened, and failed attempts to get in."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, delete, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from postwright.storage.db import RawConnection, Tx
from postwright.storage.tables import auth_failures, memberships, sessions, users, workspaces

_FIRST_USER_LOCK = 0x75736572  # "user": an advisory lock, so that of two first sign-ups one is the admin


@dataclass(frozen=True, slots=True)
class User:
    """A person who can sign in."""

    id: UUID
    email: str
    name: str
    is_admin: bool


@dataclass(frozen=True, slots=True)
class Workspace:
    """What holds accounts and posts. `timezone` is an IANA name."""

    id: UUID
    name: str
    timezone: str


@dataclass(frozen=True, slots=True)
class Member:
    """A person in one workspace."""

    user: User
    workspace: Workspace
    role: str


@dataclass(frozen=True, slots=True)
class Session:
    """A session with the person it belongs to. `kind` is cookie or bearer; of its secret only the SHA-256 is known."""

    id: UUID
    kind: str
    member: Member
    secret_hash: bytes
    expires_at: datetime
    ended_at: datetime | None


async def email_taken(tx: Tx, email: str) -> bool:
    """Whether somebody has signed up with this (normalised) address."""
    return (await tx.execute(select(users.c.id).where(users.c.email == email))).first() is not None


async def anybody(tx: Tx) -> bool:
    """Whether somebody has signed up at all."""
    return bool((await tx.execute(select(select(users.c.id).exists()))).scalar_one())


async def add_member(tx: Tx, member: Member, password_hash: str, now: datetime) -> Member | None:
    """Store a new person with their workspace; the instance's first one is its admin. None where the email is taken."""
    await tx.execute(select(func.pg_advisory_xact_lock(_FIRST_USER_LOCK)))
    user, workspace = member.user, member.workspace
    added = await tx.execute(
        upsert(users)
        .from_select(
            ["id", "email", "name", "password_hash", "created_at", "is_admin"],
            select(
                literal(user.id),
                literal(user.email),
                literal(user.name),
                literal(password_hash),
                literal(now),
                ~select(users.c.id).exists(),
            ),
        )
        .on_conflict_do_nothing(index_elements=["email"])
        .returning(users.c.is_admin)
    )
    is_admin = added.scalar_one_or_none()
    if is_admin is None:
        return None
    await tx.execute(
        insert(workspaces).values(id=workspace.id, name=workspace.name, timezone=workspace.timezone, created_at=now)
    )
    await tx.execute(insert(memberships).values(workspace_id=workspace.id, user_id=user.id, role=member.role))
    return Member(User(user.id, user.email, user.name, bool(is_admin)), workspace, member.role)


_MEMBERS = (
    select(
        users.c.id.label("user_id"),
        users.c.email,
        users.c.name.label("user_name"),
        users.c.is_admin,
        users.c.password_hash,
        workspaces.c.id.label("workspace_id"),
        workspaces.c.name.label("workspace_name"),
        workspaces.c.timezone,
        memberships.c.role,
    )
    .select_from(memberships)
    .join(users, users.c.id == memberships.c.user_id)
    .join(workspaces, workspaces.c.id == memberships.c.workspace_id)
)


async def member_by_email(tx: Tx, email: str) -> tuple[Member, str] | None:
    """The person with this (normalised) address in their oldest workspace, and their password's hash."""
    statement = _MEMBERS.where(users.c.email == email).order_by(workspaces.c.created_at, workspaces.c.id).limit(1)
    row = (await tx.execute(statement)).one_or_none()
    return None if row is None else (_member(row), row.password_hash)


async def member(tx: Tx, workspace_id: UUID, user_id: UUID) -> Member | None:
    """A person in a workspace."""
    statement = _MEMBERS.where(memberships.c.workspace_id == workspace_id, memberships.c.user_id == user_id)
    row = (await tx.execute(statement)).one_or_none()
    return None if row is None else _member(row)


async def everybody(tx: Tx) -> tuple[Member, ...]:
    """All people of the instance with each of their workspaces, in the order they came."""
    found = await tx.execute(_MEMBERS.order_by(users.c.created_at, users.c.id, workspaces.c.created_at))
    return tuple(_member(row) for row in found)


async def set_password(tx: Tx, user_id: UUID, password_hash: str) -> None:
    """Give a person another password."""
    await tx.execute(update(users).where(users.c.id == user_id).values(password_hash=password_hash))


async def set_admin(tx: Tx, user_id: UUID, *, is_admin: bool) -> None:
    """Let a person look after the instance, or no longer."""
    await tx.execute(update(users).where(users.c.id == user_id).values(is_admin=is_admin))


async def workspace_zone(tx: Tx, workspace_id: UUID) -> str:
    """The IANA time zone of a workspace."""
    found = await tx.execute(select(workspaces.c.timezone).where(workspaces.c.id == workspace_id))
    return str(found.scalar_one())


async def add_session(
    tx: Tx,
    session_id: UUID,
    owner: Member,
    *,
    kind: str,
    secret_hash: bytes,
    now: datetime,
    expires_at: datetime,
    user_agent: str | None,
) -> None:
    """Store a session."""
    await tx.execute(
        insert(sessions).values(
            id=session_id,
            user_id=owner.user.id,
            workspace_id=owner.workspace.id,
            kind=kind,
            secret_hash=secret_hash,
            created_at=now,
            expires_at=expires_at,
            user_agent=user_agent,
        )
    )


_SESSION = """
    SELECT u.id, u.email, u.name, u.is_admin, w.id, w.name, w.timezone, m.role,
           s.secret_hash, s.expires_at, s.ended_at, s.kind
    FROM sessions s JOIN memberships m ON m.user_id = s.user_id AND m.workspace_id = s.workspace_id
    JOIN users u ON u.id = m.user_id JOIN workspaces w ON w.id = m.workspace_id
    WHERE s.id = $1
"""


async def session(connection: RawConnection, session_id: UUID, *, lock: bool = False) -> Session | None:
    """A session with its person; None too where the person has left its workspace. `lock` keeps others from it."""
    row = await connection.fetchrow(_SESSION + "FOR UPDATE OF s" * lock, session_id)
    if row is None:
        return None
    *known, role, secret_hash, expires_at, ended_at, kind = row
    member = Member(User(*known[:4]), Workspace(*known[4:]), role)
    return Session(session_id, kind, member, secret_hash, expires_at, ended_at)


async def renew_session(tx: Tx, session_id: UUID, *, secret_hash: bytes, expires_at: datetime) -> None:
    """Give a session a new secret and a new end."""
    await tx.execute(
        update(sessions).where(sessions.c.id == session_id).values(secret_hash=secret_hash, expires_at=expires_at)
    )


async def end_session(tx: Tx, session_id: UUID, now: datetime) -> None:
    """End a session that has not ended."""
    await tx.execute(
        update(sessions).where(sessions.c.id == session_id, sessions.c.ended_at.is_(None)).values(ended_at=now)
    )


async def end_sessions_of(tx: Tx, user_id: UUID, now: datetime) -> int:
    """End all sessions of a person; how many there were."""
    ended = await tx.execute(
        update(sessions).where(sessions.c.user_id == user_id, sessions.c.ended_at.is_(None)).values(ended_at=now)
    )
    return ended.rowcount


async def add_failure(tx: Tx, failure_id: UUID, key: bytes, now: datetime) -> None:
    """Count one more attempt against a key."""
    await tx.execute(insert(auth_failures).values(id=failure_id, key=key, at=now))


async def lock_failures(tx: Tx, key: bytes) -> None:
    """Let one transaction at a time count the failures of a key."""
    await tx.execute(select(func.pg_advisory_xact_lock(int.from_bytes(key[:8], signed=True))))


async def failures_since(tx: Tx, key: bytes, since: datetime, nth: int) -> datetime | None:
    """When the `nth` newest failure of a key after `since` was; None where there are fewer."""
    statement = (
        select(auth_failures.c.at)
        .where(auth_failures.c.key == key, auth_failures.c.at > since)
        .order_by(auth_failures.c.at.desc())
        .offset(nth - 1)
        .limit(1)
    )
    at: datetime | None = (await tx.execute(statement)).scalar_one_or_none()
    return at


async def forgive(tx: Tx, key: bytes, failure_id: UUID) -> None:
    """Forget all failures of a key, and the one with this id."""
    await tx.execute(delete(auth_failures).where((auth_failures.c.key == key) | (auth_failures.c.id == failure_id)))


async def sweep(tx: Tx, *, failures_before: datetime, sessions_before: datetime) -> int:
    """Drop failures and sessions that mean nothing any more; the number of rows."""
    old = await tx.execute(delete(auth_failures).where(auth_failures.c.at < failures_before))
    over = await tx.execute(delete(sessions).where(sessions.c.expires_at < sessions_before))
    return old.rowcount + over.rowcount


def _member(row: Row[*tuple[object, ...]]) -> Member:
    return Member(
        User(row.user_id, row.email, row.user_name, row.is_admin),
        Workspace(row.workspace_id, row.workspace_name, row.timezone),
        row.role,
    )
