"""What happens around a worker: its database restarts, it is told to end, the time jumps."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from signal import SIGTERM
from subprocess import DEVNULL

import pytest

from postwright.kit.clock import SystemClock
from postwright.settings import environment_of
from postwright.storage.db import Database
from postwright.storage.embedded import start
from postwright.storage.migrate import migrate
from tests.support.commands import COMMAND
from tests.support.database import SETTINGS
from tests.support.waiting import eventually
from tests.support.world import World, at_work, running_world

PATIENCE = timedelta(seconds=60)
POSTS = 4
SLOW = {"kind": "slow", "milliseconds": 400, "count": -1}
HOUR = timedelta(hours=1)


@pytest.fixture
async def present(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """A world whose clock runs."""
    async with running_world(database_url, tmp_path, SystemClock(), heartbeat_seconds=0.5) as world:
        yield world


async def _published(world: World) -> bool:
    async with world.app.db.statement() as connection:
        left = await connection.fetchval("SELECT count(*) FROM publications WHERE state <> 'published'")
    return bool(left == 0)


async def _under_way(world: World) -> bool:
    """Whether a call that people see the effect of is being made."""
    async with world.app.db.statement() as connection:
        return bool(await connection.fetchval("SELECT count(*) FROM publications WHERE intent_step IS NOT NULL"))


async def test_a_database_that_restarts_while_posts_go_out_loses_and_doubles_nothing(tmp_path: Path) -> None:
    postgres = await asyncio.to_thread(start, tmp_path, settings=SETTINGS)
    try:
        db = Database(postgres.url)
        await migrate(db)
        await db.close()
        async with running_world(postgres.url, tmp_path, SystemClock(), heartbeat_seconds=0.5) as world:
            [account] = await world.connect()
            posts = [await world.post(account, f"{number}.jpg") for number in range(POSTS)]
            await world.sandbox_post("faults", SLOW)
            async with at_work(world):
                await eventually(partial(_under_way, world), within=PATIENCE)
                await asyncio.to_thread(postgres.stop)
                postgres = await asyncio.to_thread(start, tmp_path, settings=SETTINGS)
                await eventually(partial(_published, world), within=PATIENCE)
            assert len(await world.visible()) == len(posts)
    finally:
        await asyncio.to_thread(postgres.stop)


async def test_a_worker_that_is_told_to_end_finishes_its_step_and_hands_the_rest_back(present: World) -> None:
    [account] = await present.connect()
    posts = [await present.post(account, f"{number}.jpg") for number in range(POSTS)]
    await present.sandbox_post("faults", SLOW)
    environment = environment_of(present.app.settings)
    process = await asyncio.create_subprocess_exec(*COMMAND, "worker", env=environment, stderr=DEVNULL)
    try:
        await eventually(partial(_under_way, present), within=PATIENCE)
        process.send_signal(SIGTERM)
        assert await asyncio.wait_for(process.wait(), PATIENCE.total_seconds()) == 0
    finally:
        if process.returncode is None:
            process.kill()
    async with present.app.db.statement() as connection:
        assert await connection.fetchval("SELECT count(*) FROM accounts WHERE lease_owner IS NOT NULL") == 0
        assert await connection.fetchval("SELECT count(*) FROM publications WHERE intent_step IS NOT NULL") == 0
        assert await connection.fetchval("SELECT count(*) FROM publications WHERE state = 'published'") < POSTS
    await present.work()
    assert await _published(present)
    assert len(await present.visible()) == len(posts)


@pytest.mark.parametrize("jump", [HOUR * 3, -HOUR], ids=["forward", "back"])
async def test_a_clock_that_jumps_in_the_middle_of_a_flow_makes_no_second_post(world: World, jump: timedelta) -> None:
    [account] = await world.connect()
    post = await world.post(account, "a.mp4", caption="Only once")
    await world.work()
    assert (await world.get(post.id)).state == "publishing"
    world.app.clock.advance(jump)  # type: ignore[attr-defined]  # a test's clock is a ManualClock
    world.worker = world.new_worker()
    row = await world.work_until(post.id, "published", "failed", "needs_attention")
    assert row.state == "published"
    assert len(await world.visible()) == 1


async def test_a_run_that_a_jump_of_the_clock_cost_its_lease_sends_nothing_more(world: World) -> None:
    [account] = await world.connect()
    post = await world.post(account, "a.jpg", caption="Only once")
    stale = world.new_worker()
    stale.sure_until = world.app.clock.now()
    world.app.clock.advance(HOUR / 2)  # type: ignore[attr-defined]  # a test's clock is a ManualClock
    await world.work(stale)
    assert await world.calls("/media") == []
    await world.advance_to(world.app.clock.now() + world.app.settings.lease + timedelta(seconds=1))
    assert (await world.work_until(post.id, "published", "failed", "needs_attention")).state == "published"
    assert len(await world.visible()) == 1
