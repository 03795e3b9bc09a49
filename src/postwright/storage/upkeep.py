"""Heartbeats of the worker processes, and the deletion of rows that have served."""

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


async def beat(tx: Tx, worker_id: UUID, *, host: str, pid: int, now: datetime) -> None:
    """Say that a worker process lives."""
    statement = text("""
        INSERT INTO workers (id, host, pid, started_at, heartbeat_at) VALUES (:id, :host, :pid, :now, :now)
        ON CONFLICT (id) DO UPDATE SET heartbeat_at = excluded.heartbeat_at
    """)
    await tx.execute(statement, {"id": worker_id, "host": host, "pid": pid, "now": now})


async def leave(tx: Tx, worker_id: UUID) -> None:
    """Say that a worker process ended in good order."""
    await tx.execute(text("DELETE FROM workers WHERE id = :id"), {"id": worker_id})


async def delete_served(tx: Tx, now: datetime) -> None:
    """Delete rows that nobody will ask for again."""
    for table, column, lifetime in _SERVED:
        statement = text(f"DELETE FROM {table} WHERE {column} < :before")  # noqa: S608 the names are constants
        await tx.execute(statement, {"before": now - lifetime})
