"""A world for each test of the worker, at a moment that stands still."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from postwright.sandbox.config import SandboxConfig
from tests.support.clock import ManualClock
from tests.support.world import World, running_world


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def world(database_url: str, tmp_path: Path, clock: ManualClock) -> AsyncIterator[World]:
    # Media are taken as they are: a clock that is moved by hand would outrun the time that looking at them takes.
    config = SandboxConfig(video_delay=30, trust_media=True)
    async with running_world(database_url, tmp_path, clock, config) as running:
        yield running
