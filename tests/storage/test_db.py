"""Transactions, raw connections and the addresses that are understood."""

import uuid
from datetime import UTC, datetime

import asyncpg
import pytest
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from postwright.storage.db import Database, libpq_url, raw
from tests.support.waiting import eventually


@pytest.fixture
async def notes(db: Database) -> Database:
    async with db.tx() as tx:
        await tx.execute(text("CREATE TABLE notes (id uuid, at timestamptz, body jsonb)"))
    return db


async def count(db: Database) -> int:
    async with db.tx() as tx:
        return int((await tx.execute(text("SELECT count(*) FROM notes"))).scalar_one())


async def test_a_transaction_commits_on_leaving_and_rolls_back_on_an_error(notes: Database) -> None:
    async with notes.tx() as tx:
        await tx.execute(text("INSERT INTO notes DEFAULT VALUES"))

    async def add_and_fail() -> None:
        async with notes.tx() as tx:
            await tx.execute(text("INSERT INTO notes DEFAULT VALUES"))
            raise LookupError

    with pytest.raises(LookupError):
        await add_and_fail()
    assert await count(notes) == 1


async def test_the_raw_connection_is_inside_the_transaction_even_before_its_first_statement(notes: Database) -> None:
    async def add_and_fail() -> None:
        async with notes.tx() as tx:
            await (await raw(tx)).execute("INSERT INTO notes DEFAULT VALUES")
            raise LookupError

    with pytest.raises(LookupError):
        await add_and_fail()
    assert await count(notes) == 0


async def test_values_come_back_as_uuid_aware_utc_and_decoded_json(notes: Database) -> None:
    statement = text("INSERT INTO notes VALUES (:id, :at, :body) RETURNING *")
    values = {"id": uuid.uuid4(), "at": datetime(2026, 11, 20, 9, tzinfo=UTC), "body": {"a": [1, None, "é"]}}
    async with notes.tx() as tx:
        row = (await tx.execute(statement.bindparams(bindparam("body", type_=JSONB)), values)).one()
    assert row == (values["id"], values["at"], values["body"])
    assert isinstance(row.id, uuid.UUID)
    assert row.at.tzinfo is UTC


@pytest.mark.parametrize("unstorable", ["nul \x00 here", "half \ud83d", "\\u0000", "\\\x00"])
async def test_json_from_outside_is_stored_whatever_it_holds(notes: Database, unstorable: str) -> None:
    statement = text("INSERT INTO notes (body) VALUES (:body) RETURNING body")
    async with notes.tx() as tx:
        stored = await tx.execute(statement.bindparams(bindparam("body", type_=JSONB)), {"body": {"x": unstorable}})
    assert set(stored.scalar_one()) == {"x"}


async def test_listening_has_a_connection_of_its_own(db: Database) -> None:
    heard: list[str] = []
    connection = await db.listen_connection()
    await connection.add_listener("posts", lambda *args: heard.append(str(args[3])))
    async with db.tx() as tx:
        await tx.execute(text("NOTIFY posts, 'hello'"))
    await eventually(lambda: heard == ["hello"])
    await connection.close()


async def test_a_pool_of_dead_connections_heals_by_itself(db: Database, database_url: str) -> None:
    async with db.tx() as tx:
        await tx.execute(text("SELECT 1"))
        pooled = await raw(tx)
    admin = await asyncpg.connect(database_url)
    await admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await admin.close()
    await eventually(pooled.is_closed)
    async with db.tx() as tx:
        assert (await tx.execute(text("SELECT 1"))).scalar_one() == 1


async def test_a_frozen_process_cannot_hold_its_locks_for_ever(db: Database) -> None:
    async with db.tx() as tx:
        assert (await tx.execute(text("SHOW idle_in_transaction_session_timeout"))).scalar_one() == "1min"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_all_three_spellings_of_an_address_are_understood(scheme: str) -> None:
    assert libpq_url(f"{scheme}://me@/name?host=/run/pg") == "postgresql://me@/name?host=/run/pg"


@pytest.mark.parametrize("address", ["mysql://u:secret@h/d", "sqlite:///x", "u:secret@h", "", "postgresql:/secret"])
def test_another_address_is_refused_without_repeating_its_password(address: str) -> None:
    with pytest.raises(ValueError, match="postgresql://") as refused:
        libpq_url(address)
    assert "secret" not in str(refused.value)
