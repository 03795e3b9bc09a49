"""Whether the server can work, and how the work goes: read from the database, so that any process knows of all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import asyncpg
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from postwright.domain.errors import Conflict, Problem, Unready
from postwright.kit.logging import logger
from postwright.services.app import App
from postwright.storage import health as storage
from postwright.storage.db import Tx
from postwright.storage.health import Depth, Lateness
from postwright.storage.migrate import SchemaState, schema_state

DATABASE_FAULTS = (OSError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""What the driver raises; among it is what `problem_of` can explain."""
_NOT_THERE = ("08", "53", "57P")
"""SQLSTATE classes of a server that lives but does not serve: lost connections, full, starting or stopping."""
LONGEST_WAIT = timedelta(minutes=1)
"""A due publication that waits longer means that the workers do not keep up."""
COUNTED_AFTER = timedelta(seconds=5)
"""A start is counted a little later: by then every worker has committed the ones of that moment."""

_SCHEMA: Mapping[SchemaState, str] = {
    SchemaState.EMPTY: "The database is empty: run postwright migrate.",
    SchemaState.BEHIND: "The schema is older than this release: run postwright migrate.",
    SchemaState.UP_TO_DATE: "The schema is up to date.",
    SchemaState.AHEAD: "The schema is newer than this release: start the newer release.",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that the server needs, and what to do where it is missing."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Work:
    """How the publishing goes, over all processes."""

    depths: tuple[Depth, ...]
    lateness: Lateness
    due: int
    oldest_due: timedelta
    workers: int


def problem_of(error: Exception) -> Problem | None:
    """What a fault of the database means for a caller; None where it is a fault of ours."""
    if isinstance(error, IntegrityError):
        return Conflict("Something that this refers to has just changed; try again.")
    if is_lost(error):
        logger().error("database_unreachable", reason=f"{type(error).__name__}: {error}")
        return Unready("The database cannot be reached right now.", code="database_unreachable")
    return None


def is_lost(error: Exception) -> bool:
    """Whether it means that the database is away, and not that something is wrong with what was asked of it."""
    if isinstance(error, DBAPIError):
        state = str(getattr(error.orig, "sqlstate", None) or "")
        return error.connection_invalidated or state.startswith(_NOT_THERE)
    if isinstance(error, OSError):
        return error.filename is None  # no socket to connect to, as opposed to no such file
    return isinstance(error, (PoolTimeout, asyncpg.PostgresError, asyncpg.InterfaceError))


async def readiness(app: App) -> tuple[Check, ...]:
    """Every check; later ones are left out where they would only repeat an earlier failure."""
    try:
        schema = await schema_state(app.db)
        database = Check("database", ok=True, detail="The database answers.")
        if schema is not SchemaState.UP_TO_DATE:
            return database, Check("schema", ok=False, detail=_SCHEMA[schema])
        async with app.db.tx() as tx:
            return (
                database,
                Check("schema", ok=True, detail=_SCHEMA[schema]),
                *await _work_checks(tx, app),
            )
    except DATABASE_FAULTS as lost:
        return (Check("database", ok=False, detail=f"The database cannot be reached ({type(lost).__name__})."),)


async def work(tx: Tx, app: App) -> Work:
    """One look at all publications and workers."""
    now = app.clock.now()
    due, oldest = await storage.due(tx, now)
    return Work(
        depths=await storage.depths(tx),
        lateness=await storage.lateness(tx),
        due=due,
        oldest_due=now - oldest if oldest else timedelta(0),
        workers=await storage.workers(tx, since=now - app.settings.lease),
    )


async def count_lateness(app: App) -> None:
    """Count how late publications started since the last time; any process may, one at a time does."""
    async with app.db.tx() as tx:
        await storage.count_lateness(tx, app.clock.now() - COUNTED_AFTER)


async def _work_checks(tx: Tx, app: App) -> tuple[Check, ...]:
    now = app.clock.now()
    workers = await storage.workers(tx, since=now - app.settings.lease)
    _, oldest = await storage.due(tx, now)
    waited = now - oldest if oldest else timedelta(0)
    seconds = round(waited.total_seconds())
    return (
        Check("worker", workers > 0, f"{workers} at work." if workers else "No worker runs: start postwright worker."),
        Check("queue", waited <= LONGEST_WAIT, f"The oldest due publication has waited for {seconds} s."),
    )
