"""What becomes of posts that are found late, as the workspace has it."""

from datetime import timedelta

import pytest

from postwright.domain.workspace import LatePolicy
from postwright.services import workspaces
from postwright.services.workspaces import Changes
from tests.support.world import World

LATE = timedelta(hours=3)


async def decide(world: World, policy: LatePolicy, late_limit: timedelta | None = None) -> None:
    async with world.app.db.tx() as tx:
        await workspaces.change(tx, world.caller, Changes(late_policy=policy, late_limit=late_limit))


@pytest.mark.parametrize(
    ("policy", "state", "visible"),
    [
        (LatePolicy.PUBLISH, "published", 1),
        (LatePolicy.SKIP, "canceled", 0),
        (LatePolicy.ASK, "needs_attention", 0),
    ],
)
async def test_a_late_post_fares_as_the_workspace_has_it(
    world: World, policy: LatePolicy, state: str, visible: int
) -> None:
    await decide(world, policy)
    [account] = await world.connect()
    post = await world.post(account, "a.jpg")
    await world.advance_to(world.app.clock.now() + LATE)
    await world.work()
    assert (await world.get(post.id)).state == state
    assert len(await world.visible()) == visible


async def test_a_skipped_post_says_why_and_goes_out_when_a_person_wants_it(world: World) -> None:
    await decide(world, LatePolicy.SKIP)
    [account] = await world.connect()
    post = await world.post(account, "a.jpg")
    await world.advance_to(world.app.clock.now() + LATE)
    await world.work()
    error = (await world.get(post.id)).publications[0].error
    assert error is not None
    assert error["kind"] == "too_late"
    last = (await world.events(post.id))[-1]
    assert (last.level, last.message) == ("warning", error["message"])
    await world.retry(post.id)
    assert (await world.work_until(post.id, "published", "failed", "canceled")).state == "published"


async def test_the_limit_is_the_workspaces(world: World) -> None:
    await decide(world, LatePolicy.ASK, late_limit=LATE + timedelta(minutes=1))
    [account] = await world.connect()
    post = await world.post(account, "a.jpg")
    await world.advance_to(world.app.clock.now() + LATE)
    await world.work()
    assert (await world.get(post.id)).state == "published"
