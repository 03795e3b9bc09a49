"""What a dead worker held is free at once where its machine says so, and not a moment earlier."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from postwright.kit.clock import SystemClock
from postwright.kit.ids import new_id
from postwright.storage import upkeep
from postwright.storage.upkeep import Process
from postwright.worker.neighbours import free_what_the_dead_held, has_ended, machine
from tests.support.waiting import eventually, eventually_blocking
from tests.support.world import World, at_work, running_world

PATIENCE = timedelta(seconds=40)
HOUR = timedelta(hours=1)


@pytest.fixture
async def present(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with running_world(database_url, tmp_path, SystemClock()) as world:
        yield world


@pytest.fixture
def living() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that is there for as long as the test."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


@pytest.fixture
def dead() -> int:
    """The id of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


async def hold(world: World, account: UUID, pid: int, where: str | None) -> None:
    """Let a process there have the account, for an hour from now."""
    process, now = Process(new_id(), pid), world.app.clock.now()
    async with world.app.db.tx() as tx:
        await upkeep.beat(tx, process, host="here", machine=where, now=now)
    async with world.app.db.statement() as connection:
        await connection.execute(
            "UPDATE accounts SET lease_owner = gen_random_uuid(), lease_worker = $2, lease_until = $3 WHERE id = $1",
            *(account, process.worker_id, now + HOUR),
        )


async def is_held(world: World, account: UUID) -> bool:
    await free_what_the_dead_held(world.app)
    async with world.app.db.statement() as connection:
        held: bool = await connection.fetchval("SELECT lease_owner IS NOT NULL FROM accounts WHERE id = $1", account)
        return held


async def test_what_a_killed_worker_held_goes_out_long_before_its_lease_is_over(present: World, dead: int) -> None:
    [account] = await present.connect()
    post = await present.post(account, "a.jpg")
    await hold(present, account, dead, machine())

    async def is_out() -> bool:
        return (await present.get(post.id)).state == "published"

    async with at_work(present):
        await eventually(partial(is_out), within=PATIENCE)
    assert len(await present.visible()) == 1
    async with present.app.db.statement() as connection:
        assert await connection.fetchval("SELECT count(*) FROM workers") == 0


async def test_a_worker_that_lives_keeps_what_it_holds(present: World, living: "subprocess.Popen[bytes]") -> None:
    [account] = await present.connect()
    await hold(present, account, living.pid, machine())
    assert await is_held(present, account)


@pytest.mark.parametrize("where", ["another boot", None])
async def test_nobody_can_tell_of_a_process_of_another_machine(present: World, dead: int, where: str | None) -> None:
    [account] = await present.connect()
    await hold(present, account, dead, where)
    assert await is_held(present, account)


def test_a_process_that_was_killed_has_ended_before_its_parent_asks(living: "subprocess.Popen[bytes]") -> None:
    assert not has_ended(living.pid)
    living.kill()
    eventually_blocking(lambda: has_ended(living.pid))
    living.wait()
    assert has_ended(living.pid)
