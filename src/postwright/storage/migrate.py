"""Brings the schema up to date, and says how old or new it is. The versions themselves are in `migrations/versions`."""

import enum
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from postwright.storage.db import Database

LOCK = 0x706F7374  # "post": the advisory lock that lets one process at a time migrate


class SchemaState(enum.StrEnum):
    """How the schema in the database compares with what this code expects."""

    EMPTY = "empty"
    BEHIND = "behind"
    UP_TO_DATE = "up_to_date"
    AHEAD = "ahead"


async def migrate(db: Database) -> list[str]:
    """Apply every version that is missing, oldest first, and return their names; all of them or, on an error, none.

    Several processes may call it at once: the first one does the work. A schema that is ahead is left as it is.
    """
    async with db.tx() as tx:
        await tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        return await tx.run_sync(_upgrade)


async def current_revision(db: Database) -> str | None:
    """Give the version that the database is at, or None for an empty one."""
    async with db.tx() as tx:
        return await tx.run_sync(_current)


def head_revision() -> str | None:
    """Give the newest version that this code knows."""
    return _scripts().get_current_head()


async def schema_state(db: Database) -> SchemaState:
    """Compare the database with this code; AHEAD means that a newer release has migrated it."""
    return _compare(await current_revision(db))


def _upgrade(connection: Connection) -> list[str]:
    if _compare(_current(connection)) is SchemaState.AHEAD:
        return []
    applied: list[str] = []
    config = _config()
    config.attributes["connection"] = connection
    config.attributes["applied"] = applied
    command.upgrade(config, "head")
    return applied


def _compare(revision: str | None) -> SchemaState:
    scripts = _scripts()
    if revision is None:
        return SchemaState.EMPTY
    if revision == scripts.get_current_head():
        return SchemaState.UP_TO_DATE
    known = {script.revision for script in scripts.walk_revisions()}
    return SchemaState.BEHIND if revision in known else SchemaState.AHEAD


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    folder = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
