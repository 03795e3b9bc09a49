"""One PostgreSQL for a whole test run, whatever the number of its processes, and a migrated database for each test."""

import asyncio
import fcntl
import shutil
import tempfile
import time
import uuid
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

from postwright.storage.db import Database
from postwright.storage.embedded import EmbeddedPostgres, start
from postwright.storage.migrate import migrate

PREFIX = "postwright-tests-"
TEMPLATE = "template"
TEMPLATE_LOCK = 1
ABANDONED_AFTER = timedelta(hours=1)

# A test's data need not outlive the machine.
SETTINGS = {
    "max_connections": "400",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "4GB",
}

T = TypeVar("T")


@contextmanager
def server(run: str) -> Iterator[EmbeddedPostgres]:
    """Share the server of the test run `run`: the first to come starts it, the last to go stops it."""
    postgres = start(_folder(run), settings=SETTINGS)
    try:
        _apart(_ensure_template(postgres.url))
        yield postgres
    finally:
        postgres.stop()


def remove_server(run: str) -> None:
    """Remove what the run `run` leaves, and what older runs left that were killed. PostgreSQL ends with its folder."""
    shutil.rmtree(_folder(run), ignore_errors=True)
    for folder in _folder("").parent.glob(f"{PREFIX}*"):
        with suppress(OSError), (folder / "postgres" / "users").open("rb") as users:
            if time.time() - folder.stat().st_mtime > ABANDONED_AFTER.total_seconds():
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)


@contextmanager
def fresh_database(postgres: EmbeddedPostgres) -> Iterator[str]:
    """Make a migrated database, give its address, and drop it with whatever is still connected to it."""
    name = f"test_{uuid.uuid4().hex}"
    _apart(_execute(postgres.url, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}"))
    try:
        yield address(postgres, name)
    finally:
        _apart(_execute(postgres.url, f"DROP DATABASE {name} WITH (FORCE)"))


@contextmanager
def empty_database(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The same without a schema, for tests of the migrations themselves."""
    name = f"test_{uuid.uuid4().hex}"
    _apart(_execute(postgres.url, f"CREATE DATABASE {name}"))
    try:
        yield address(postgres, name)
    finally:
        _apart(_execute(postgres.url, f"DROP DATABASE {name} WITH (FORCE)"))


def address(postgres: EmbeddedPostgres, database: str) -> str:
    """Give the address of one database on the server."""
    return postgres.url.replace("@/postgres?", f"@/{database}?")


def _apart(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end in a thread of its own: the caller's thread may hold a running loop (Playwright's, for one)."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _ensure_template(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", TEMPLATE_LOCK)
        if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", TEMPLATE):
            await connection.execute("CREATE DATABASE building")
            db = Database(url.replace("@/postgres?", "@/building?"), pool_size=1)
            await migrate(db)
            await db.close()
            await connection.execute(f"ALTER DATABASE building RENAME TO {TEMPLATE}")
    finally:
        await connection.close()


def _folder(run: str) -> Path:
    return Path(tempfile.gettempdir()) / f"{PREFIX}{run}"
