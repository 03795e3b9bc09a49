"""The fixture that several files on YouTube ask for."""

from collections.abc import AsyncIterator

import pytest

from tests.platforms.youtube.fake import Script
from tests.support.script import playing


@pytest.fixture
async def script() -> AsyncIterator[Script]:
    async with playing(Script()) as running:
        yield running
