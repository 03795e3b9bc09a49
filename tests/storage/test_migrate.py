"""Migrations: applied once, all together, and understood from outside."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from postwright.storage.db import Database
from postwright.storage.embedded import EmbeddedPostgres
from postwright.storage.migrate import SchemaState, current_revision, head_revision, migrate, schema_state
from tests.support.database import empty_database


@pytest.fixture
async def empty(postgres: EmbeddedPostgres) -> AsyncIterator[Database]:
    with empty_database(postgres) as url:
        database = Database(url)
        yield database
        await database.close()


async def test_an_empty_database_becomes_up_to_date(empty: Database) -> None:
    assert await schema_state(empty) is SchemaState.EMPTY
    applied = await migrate(empty)
    assert applied[-1] == head_revision() == await current_revision(empty)
    assert await schema_state(empty) is SchemaState.UP_TO_DATE


async def test_migrating_twice_applies_nothing_more(empty: Database) -> None:
    await migrate(empty)
    assert await migrate(empty) == []


async def test_of_many_processes_that_migrate_at_once_one_does_the_work(empty: Database) -> None:
    results = await asyncio.gather(*(migrate(empty) for _ in range(5)))
    assert sorted(map(bool, results)) == [False, False, False, False, True]


async def test_a_schema_of_a_newer_release_is_left_alone(db: Database) -> None:
    async with db.tx() as tx:
        await tx.execute(text("UPDATE alembic_version SET version_num = 'from_the_future'"))
    assert await schema_state(db) is SchemaState.AHEAD
    assert await migrate(db) == []
    assert await current_revision(db) == "from_the_future"
