"""LinkedIn in the hands of a worker: what a lost reply comes to, for members and for organisations."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from uuid import UUID

import pytest

from tests.support.clock import ManualClock
from tests.support.world import World, running_world

POSTS = {"path": "/rest/posts$", "method": "POST"}
ENDS = ("published", "failed", "needs_attention")
Connected = Callable[[World], Awaitable[UUID]]


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with running_world(database_url, tmp_path, ManualClock()) as found:
        yield found


async def member(world: World) -> UUID:
    [account] = await world.connect("linkedin", platform="linkedin")
    return account


async def organization(world: World) -> UUID:
    accounts = await world.connect("linkedin_pages", platform="linkedin")
    return accounts[0]


@pytest.mark.parametrize("connected", [member, organization])
@pytest.mark.parametrize("kind", ["cut_after", "cut_before"])
@pytest.mark.parametrize("files", [(), ("a.jpg",)])
async def test_a_reply_that_was_lost_ends_in_exactly_one_post(
    world: World, connected: Connected, kind: str, files: tuple[str, ...]
) -> None:
    account = await connected(world)
    await world.fault(kind, **POSTS)
    post = await world.post(account, *files, caption="Only once (really)")
    row = await world.work_until(post.id, *ENDS)
    assert row.state == "published"
    [visible] = await world.visible()
    assert row.publications[0].external_id == visible["id"]


@pytest.mark.parametrize(("connected", "state"), [(member, "needs_attention"), (organization, "published")])
async def test_a_doubt_that_outlasts_the_day_is_never_sent_blindly(
    world: World, connected: Connected, state: str
) -> None:
    account = await connected(world)
    await world.fault("cut_after", **POSTS)
    if connected is organization:  # its list is not there to be read at first
        await world.fault("status", path="/rest/posts", method="GET", status=403, code=100)
    await world.fault("rate_limit", **POSTS)
    post = await world.post(account, caption="Only once")
    row = await world.work_until(post.id, *ENDS)
    assert row.state == state, [event.message for event in await world.events(post.id)]
    assert len(await world.visible()) == 1
