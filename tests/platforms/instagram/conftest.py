"""The fixture that several files on Instagram ask for."""

from collections.abc import AsyncIterator

import pytest

from postwright.kit.http import Http
from tests.platforms.instagram.fake import InstagramFake, running_fake
from tests.platforms.instagram.fake_stage import Stage
from tests.support.clock import ManualClock


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """A fresh fake with an adapter in front of it."""
    clock = ManualClock()
    fake = InstagramFake(clock)
    async with running_fake(fake) as origin, Http(sandbox_url=origin) as http:
        yield Stage(fake, clock, http)
