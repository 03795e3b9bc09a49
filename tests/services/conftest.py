"""A world for tests of posts, and accounts in it that were connected through the sandbox."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from tests.support.clock import ManualClock
from tests.support.world import World, running_world


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with running_world(database_url, tmp_path, ManualClock()) as running:
        yield running


@pytest.fixture
async def account(world: World) -> UUID:
    [only] = await world.connect()
    return only


@pytest.fixture
async def accounts(world: World) -> list[UUID]:
    """Several accounts that came of one consent."""
    found = await world.connect("facebook")
    assert len(found) >= 2
    return found[:2]
