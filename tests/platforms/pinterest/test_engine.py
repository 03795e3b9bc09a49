"""What becomes of Pins in the hands of a worker: the flow and its second look, on a real database and the twin."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.platforms.pinterest.facts import ON_BOARD
from tests.support.clock import ManualClock
from tests.support.world import World, running_world

PINS = "/v5/pins$"
ENDS = ("published", "failed", "needs_attention")


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with running_world(database_url, tmp_path, ManualClock()) as running:
        yield running


@pytest.mark.parametrize("files", [("a.jpg",), ("a.jpg", "b.jpg"), ("a.mp4",)], ids=["image", "carousel", "video"])
async def test_a_reply_lost_after_the_write_makes_no_second_pin(world: World, files: tuple[str, ...]) -> None:
    [account] = await world.connect("pinterest", platform="pinterest")
    await world.fault("cut_after", path=PINS, method="POST")
    post = await world.post(account, *files, options=ON_BOARD, caption="Only once")
    row = await world.work_until(post.id, *ENDS)
    assert row.state == "published"
    [visible] = await world.visible()
    assert row.publications[0].external_id == visible["id"]
    assert row.publications[0].attempts == 1


@pytest.mark.parametrize(
    ("kind", "extra"),
    [("cut_before", {}), ("garbage", {}), ("garbage", {"effect": False}), ("status", {"status": 500})],
)
async def test_a_call_that_fails_unclearly_ends_in_exactly_one_pin(
    world: World, kind: str, extra: dict[str, object]
) -> None:
    [account] = await world.connect("pinterest", platform="pinterest")
    await world.fault(kind, path=PINS, method="POST", **extra)
    post = await world.post(account, "a.jpg", options=ON_BOARD)
    assert (await world.work_until(post.id, *ENDS)).state == "published"
    assert len(await world.visible()) == 1


async def test_a_call_that_goes_wrong_again_and_again_is_given_up_after_a_last_look(world: World) -> None:
    [account] = await world.connect("pinterest", platform="pinterest")
    await world.fault("status", path=PINS, method="POST", status=500, count=-1)
    post = await world.post(account, "a.jpg", options=ON_BOARD)
    row = await world.work_until(post.id, *ENDS)
    assert row.state == "failed"
    assert len(await world.calls(PINS)) == 4
    assert await world.visible() == []


async def test_while_the_board_cannot_be_read_nothing_is_sent_again(world: World) -> None:
    [account] = await world.connect("pinterest", platform="pinterest")
    await world.fault("cut_after", path=PINS, method="POST")
    await world.fault("status", path="/boards/[0-9]+/pins$", method="GET", status=503, count=-1, after=1)
    post = await world.post(account, "a.jpg", options=ON_BOARD)
    assert (await world.work_until(post.id, *ENDS)).state == "needs_attention"
    assert len(await world.calls(PINS)) == len(await world.visible()) == 1
