"""The fixture that several files on Facebook ask for."""

from collections.abc import AsyncIterator

import pytest

from tests.platforms.facebook.fake import Graph, running


@pytest.fixture
async def graph() -> AsyncIterator[Graph]:
    """A Graph API that says what it is told to say."""
    async with running() as found:
        yield found
