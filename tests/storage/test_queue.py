"""Wake-up jobs: one for all that is due on an account at an instant, and none that could come too late."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from pgqueuer.adapters.persistence.qb import QueryQueueBuilder

from postwright.kit.ids import new_id
from postwright.storage import queue
from postwright.storage.db import Database

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
ONE, OTHER = new_id(), new_id()


async def woken(db: Database, *calls: Sequence[tuple[UUID, datetime]]) -> list[UUID]:
    """The accounts of the jobs that are there after these calls, each in a transaction of its own."""
    for wake_ups in calls:
        async with db.tx() as tx:
            await queue.wake(tx, wake_ups, NOW)
    async with db.statement() as connection:
        rows = await connection.fetch("SELECT payload FROM pgqueuer ORDER BY payload")
    return [queue.account_of(row["payload"]) for row in rows]


async def test_an_account_is_woken_once_for_all_that_is_due_at_one_instant(db: Database) -> None:
    later = NOW + HOUR
    assert await woken(db, [(OTHER, later), (ONE, later), (ONE, later)], [(ONE, later)]) == [ONE, OTHER]


async def test_each_instant_has_a_wake_up_of_its_own(db: Database) -> None:
    assert await woken(db, [(ONE, NOW + HOUR), (ONE, NOW + HOUR + timedelta(microseconds=1))]) == [ONE, ONE]


async def test_a_wake_up_for_now_does_not_rely_on_one_that_may_be_under_way(db: Database) -> None:
    soon = NOW + timedelta(seconds=1)
    assert await woken(db, [(ONE, NOW)], [(ONE, NOW)], [(ONE, soon)], [(ONE, soon)]) == [ONE] * 4


async def test_when_the_next_wake_up_is_due_is_found_without_reading_those_that_wait(db: Database) -> None:
    asked = QueryQueueBuilder().build_next_deferred_eta_query()
    async with db.statement() as connection, connection.transaction():
        await connection.execute("SET LOCAL enable_sort = off")  # what a large table makes the planner prefer
        rows = await connection.fetch(f"EXPLAIN {asked}", [queue.PUBLISH])
    assert not any("Sort" in row[0] for row in rows), rows
