"""What an operator sees and does over all workspaces: workers, accounts that are held up, one publication."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from postwright.domain.publication import State
from postwright.storage.db import Tx


@dataclass(frozen=True, slots=True)
class Run:
    """An account that a worker has the lease of, and the publication that is due on it, if one still is."""

    worker_id: UUID
    account_id: UUID
    platform: str
    username: str
    publication_id: UUID | None
    lease_until: datetime


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A worker process by its last sign of life."""

    id: UUID
    host: str
    pid: int
    started_at: datetime
    heartbeat_at: datetime


@dataclass(frozen=True, slots=True)
class Blocked:
    """An account that may not be called now, or not before it is reconnected, and what waits for it."""

    account_id: UUID
    workspace_id: UUID
    platform: str
    username: str
    health: str
    health_reason: str | None
    blocked_until: datetime | None
    waiting: int


@dataclass(frozen=True, slots=True)
class Operated:
    """A publication as an operator deals with it."""

    id: UUID
    workspace_id: UUID
    post_id: UUID
    account_id: UUID
    platform: str
    state: State
    due_at: datetime
    next_run_at: datetime | None


async def workers(tx: Tx) -> tuple[WorkerRow, ...]:
    """All worker processes of the last hour, the oldest first; those that ended in good order are gone."""
    rows = await tx.execute(text("SELECT id, host, pid, started_at, heartbeat_at FROM workers ORDER BY started_at, id"))
    return tuple(WorkerRow(*row) for row in rows)


async def runs(tx: Tx, now: datetime) -> tuple[Run, ...]:
    """What is being worked on at this moment."""
    statement = text("""
        SELECT a.lease_worker, a.id, a.platform, a.username, p.id, a.lease_until
        FROM accounts a LEFT JOIN LATERAL (
            SELECT id FROM publications
            WHERE account_id = a.id AND state = 'publishing' AND next_run_at <= :now
            ORDER BY due_at, id LIMIT 1) p ON true
        WHERE a.lease_owner IS NOT NULL AND a.lease_until >= :now AND a.lease_worker IS NOT NULL
        ORDER BY a.lease_until, a.id
    """)
    return tuple(Run(*row) for row in await tx.execute(statement, {"now": now}))


async def blocked(tx: Tx, now: datetime, limit: int) -> tuple[Blocked, ...]:
    """At most `limit` accounts that are held up, those first that most waits for."""
    statement = text("""
        SELECT a.id, a.workspace_id, a.platform, a.username, a.health, a.health_reason,
               CASE WHEN a.blocked_until > :now THEN a.blocked_until END, count(p.id)
        FROM accounts a
        LEFT JOIN publications p
          ON p.account_id = a.id AND p.state IN ('queued', 'publishing') AND p.due_at <= :now
        WHERE a.disconnected_at IS NULL AND (a.health <> 'healthy' OR a.blocked_until > :now)
        GROUP BY a.id ORDER BY count(p.id) DESC, a.id LIMIT :limit
    """)
    return tuple(Blocked(*row) for row in await tx.execute(statement, {"now": now, "limit": limit}))


async def find(tx: Tx, publication_id: UUID) -> Operated | None:
    """A publication of any workspace."""
    statement = text("""
        SELECT id, workspace_id, post_id, account_id, platform, state, due_at, next_run_at
        FROM publications WHERE id = :id
    """)
    row = (await tx.execute(statement, {"id": publication_id})).mappings().one_or_none()
    return None if row is None else Operated(**{**row, "state": State(row["state"])})


async def unblock(tx: Tx, account_id: UUID) -> None:
    """Let calls be made for the account again, until the platform says otherwise."""
    await tx.execute(text("UPDATE accounts SET blocked_until = NULL WHERE id = :id"), {"id": account_id})
