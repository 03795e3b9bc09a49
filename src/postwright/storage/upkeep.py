"""Heartbeats of the worker processes, and the deletion of rows that have served."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from postwright.storage.db import Tx

_SERVED = (
    ("idempotency_keys", "created_at", timedelta(hours=24)),
    ("rate_budgets", "slot", timedelta(hours=25)),
    ("workers", "heartbeat_at", timedelta(hours=1)),
    ("pgqueuer_log", "created", timedelta(hours=6)),
)


async def database_now(tx: Tx) -> datetime:
    """The database's present time."""
    now: datetime = (await tx.execute(text("SELECT clock_timestamp()"))).scalar_one()
    return now


@dataclass(frozen=True, slots=True)
class Process:
    """A worker process: its id among workers, and its machine's number for it."""

    worker_id: UUID
    pid: int


async def beat(tx: Tx, process: Process, *, host: str, machine: str | None, now: datetime) -> None:
    """Say that a worker process lives. `machine` is where its pid means it, None where that is not known."""
    statement = text("""
        INSERT INTO workers (id, host, pid, machine, started_at, heartbeat_at)
        VALUES (:id, :host, :pid, :machine, :now, :now)
        ON CONFLICT (id) DO UPDATE SET heartbeat_at = excluded.heartbeat_at
    """)
    values = {"id": process.worker_id, "host": host, "pid": process.pid, "machine": machine, "now": now}
    await tx.execute(statement, values)


async def processes(tx: Tx, machine: str) -> tuple[Process, ...]:
    """The worker processes of this machine that have not ended in good order."""
    rows = await tx.execute(text("SELECT id, pid FROM workers WHERE machine = :machine"), {"machine": machine})
    return tuple(Process(row.id, row.pid) for row in rows)


async def bury(tx: Tx, worker_ids: Sequence[UUID]) -> int:
    """Forget worker processes that are certainly dead, and give back what they held; the number of accounts."""
    statement = text("""
        WITH held AS (
            SELECT id FROM accounts WHERE lease_worker = ANY(CAST(:ids AS uuid[])) AND lease_owner IS NOT NULL
            ORDER BY id FOR UPDATE)
        UPDATE accounts SET lease_owner = NULL, lease_until = NULL FROM held WHERE accounts.id = held.id
    """)
    freed = (await tx.execute(statement, {"ids": list(worker_ids)})).rowcount
    await tx.execute(text("DELETE FROM workers WHERE id = ANY(CAST(:ids AS uuid[]))"), {"ids": list(worker_ids)})
    return freed


async def leave(tx: Tx, worker_id: UUID) -> None:
    """Say that a worker process ended in good order."""
    await tx.execute(text("DELETE FROM workers WHERE id = :id"), {"id": worker_id})


async def delete_served(tx: Tx, now: datetime) -> None:
    """Delete rows that nobody will ask for again."""
    for table, column, lifetime in _SERVED:
        statement = text(f"DELETE FROM {table} WHERE {column} < :before")  # noqa: S608 the names are constants
        await tx.execute(statement, {"before": now - lifetime})
