"""The fixture that several files on LinkedIn ask for."""

from collections.abc import AsyncIterator

import pytest

from tests.platforms.linkedin.scripted import Scene, running_scene


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    """A LinkedIn that answers what the test says."""
    async with running_scene() as found:
        yield found
