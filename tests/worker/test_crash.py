"""A worker that is killed at any point of the protocol leaves exactly one visible post behind, published."""

import asyncio
import multiprocessing
from datetime import timedelta
from signal import SIGKILL

import pytest

from tests.support.world import World
from tests.worker.dying import work

FLOWS = {
    "image": (("a.jpg",), {"first_comment": "More in the bio"}),
    "carousel": (("a.jpg", "b.jpg"), {}),
    "reel": (("a.mp4",), {}),
    "story": (("a.mp4",), {"post_type": "story"}),
}
MOST_POINTS = 60


@pytest.mark.parametrize("flow", FLOWS)
async def test_a_worker_killed_at_any_point_leaves_exactly_one_post(world: World, flow: str) -> None:
    files, options = FLOWS[flow]
    [account] = await world.connect()
    for point in range(1, MOST_POINTS):
        post = await world.post(account, *files, options=options, caption=f"Killed at {point}")
        killed = await _run_and_kill(world, account, point)
        await world.advance_to(world.app.clock.now() + world.app.settings.lease + timedelta(seconds=1))
        row = await world.work_until(post.id, "published", "failed", "needs_attention")
        seen = [one for one in await world.visible() if one["caption"] == f"Killed at {point}" or flow == "story"]
        assert row.state == "published", [event.message for event in await world.events(post.id)]
        assert len(seen) == (point if flow == "story" else 1)
        assert row.publications[0].external_id in {one["id"] for one in seen}
        if not killed:
            return
        await world.advance_to(world.app.clock.now() + timedelta(minutes=20))
    raise AssertionError(f"the flow has more than {MOST_POINTS} points")


async def _run_and_kill(world: World, account: object, point: int) -> bool:
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.worker.dying"])
    arguments = (world.app.settings, account, world.app.clock.now(), point)
    process = processes.Process(target=work, args=arguments)
    process.start()
    await asyncio.to_thread(process.join)
    assert process.exitcode in (0, -SIGKILL)
    return process.exitcode == -SIGKILL
