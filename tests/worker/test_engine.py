"""The worker process as a whole: woken by the job engine, its leases kept alive, ended in good order."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from postwright.kit.clock import SystemClock
from postwright.storage import publications
from postwright.worker.publish import run_account
from tests.support.waiting import eventually
from tests.support.world import World, at_work, running_world

PATIENCE = timedelta(seconds=40)


@pytest.fixture
async def present(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """A world whose clock runs, with heartbeats often enough to see several."""
    async with running_world(database_url, tmp_path, SystemClock(), heartbeat_seconds=0.3) as world:
        yield world


async def is_out(world: World, post_id: UUID) -> bool:
    return (await world.get(post_id)).state == "published"


async def test_a_post_for_now_and_one_for_a_moment_later_go_out_by_themselves(present: World) -> None:
    [account] = await present.connect()
    async with at_work(present):
        soon = (present.app.clock.now() + timedelta(seconds=1)).isoformat()
        posts = [await present.post(account, "a.jpg"), await present.post(account, "b.jpg", scheduled_at=soon)]
        for post in posts:
            await eventually(partial(is_out, present, post.id), within=PATIENCE)
    assert len(await present.visible()) == 2


async def test_a_post_whose_wake_up_was_lost_goes_out_all_the_same(present: World) -> None:
    [account] = await present.connect()
    post = await present.post(account, "a.jpg")
    async with present.app.db.statement() as connection:
        await connection.execute("DELETE FROM pgqueuer")
    async with at_work(present):
        await eventually(partial(is_out, present, post.id), within=PATIENCE)


async def test_what_becomes_due_during_a_run_belongs_to_it(present: World) -> None:
    [account] = await present.connect()
    await present.fault("slow", path="/media_publish$", milliseconds=500)
    first = await present.post(account, "a.jpg")
    run = asyncio.create_task(run_account(present.app, account, present.worker))
    await eventually(lambda: account in present.worker.runs)
    second = await present.post(account, "a.jpg")
    assert await run_account(present.app, account, present.worker) == 0
    assert await run == 2
    assert await is_out(present, first.id)
    assert await is_out(present, second.id)
    async with present.app.db.statement() as connection:
        assert await connection.fetchval("SELECT count(*) FROM accounts WHERE lease_owner IS NOT NULL") == 0


async def test_what_a_dead_run_held_is_taken_over_when_its_lease_is_over(present: World) -> None:
    [account] = await present.connect()
    post = await present.post(account, "a.jpg")
    async with present.app.db.statement() as connection:
        await connection.execute("UPDATE accounts SET lease_owner = gen_random_uuid(), lease_until = now() + '2 s'")
    async with at_work(present):
        await eventually(partial(is_out, present, post.id), within=PATIENCE)
    assert len(await present.visible()) == 1


async def test_a_heartbeat_prolongs_the_leases_of_its_own_runs_only(present: World) -> None:
    mine, other = await present.connect("facebook")
    async with present.app.db.statement() as connection:
        [run] = await connection.fetchrow(
            "UPDATE accounts SET lease_owner = gen_random_uuid() WHERE id = $1 RETURNING lease_owner", mine
        )  # type: ignore[misc]  # one row
        await connection.execute("UPDATE accounts SET lease_owner = gen_random_uuid() WHERE id = $1", other)
    until = present.app.clock.now() + timedelta(minutes=1)
    async with present.app.db.tx() as tx:
        await publications.keep_leases(tx, {mine: run, other: run}, until)
    async with present.app.db.statement() as connection:
        rows = await connection.fetch("SELECT id, lease_until FROM accounts ORDER BY lease_until NULLS LAST")
    assert [(row["id"], row["lease_until"]) for row in rows] == [(mine, until), (other, None)]


async def test_a_worker_that_ended_leaves_no_heartbeat_and_no_lease_behind(present: World) -> None:
    [account] = await present.connect()
    post = await present.post(account, "a.jpg")
    async with at_work(present):
        await eventually(partial(is_out, present, post.id), within=PATIENCE)
    async with present.app.db.statement() as connection:
        assert await connection.fetchval("SELECT count(*) FROM workers") == 0
        assert await connection.fetchval("SELECT count(*) FROM accounts WHERE lease_owner IS NOT NULL") == 0
