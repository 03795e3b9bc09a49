"""What most commands open first: the settings, and on them the application. What cannot be opened is a sentence."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from sqlalchemy.exc import SQLAlchemyError

from postwright import settings as configuration
from postwright.bootstrap import running_app
from postwright.cli.terminal import Fault
from postwright.services.app import App
from postwright.settings import PREFIX, BadSettings, Settings
from postwright.storage.db import libpq_url
from postwright.storage.migrate import SchemaState, schema_state

NO_DATABASE = (OSError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""What it looks like when the database cannot be reached, or does not let us in."""


def load(environment: Mapping[str, str] | None = None, *, data_dir: Path | None = None) -> Settings:
    """Read the settings, by default of this process; a `data_dir` given here wins. Raises BadSettings, Fault."""
    try:
        settings = configuration.load(environment, data_dir=data_dir)
    except OSError as fault:
        raise Fault(f"The data folder cannot be used: {fault}. Name another one in POSTWRIGHT_DATA_DIR.") from fault
    if settings.database_url is not None:
        try:
            libpq_url(settings.database_url)
        except ValueError as bad:
            raise BadSettings([f"{PREFIX}DATABASE_URL: {bad}"]) from bad
    return settings


@asynccontextmanager
async def opened() -> AsyncIterator[App]:
    """The application for one command of the operator; its database is up to date. Raises BadSettings, Fault."""
    async with running_app(load()) as app:
        await require_schema(app)
        yield app


async def require_schema(app: App) -> None:
    """Go on only with a database that this release works with. Raises Fault."""
    try:
        state = await schema_state(app.db)
    except NO_DATABASE as lost:
        raise Fault(f"The database cannot be reached: {lost}") from lost
    if state is SchemaState.EMPTY:
        raise Fault("The database is empty: run `postwright migrate` first.")
    if state is SchemaState.BEHIND:
        raise Fault("The database's schema is older than this release: run `postwright migrate` first.")
