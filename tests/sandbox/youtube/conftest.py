"""Ada at YouTube's twin."""

import pytest

from tests.sandbox.client import Sandbox
from tests.sandbox.youtube.client import Channel, signed_in


@pytest.fixture
async def ada(sandbox: Sandbox) -> Channel:
    """Harbour Coffee's channel, connected with every scope."""
    return await signed_in(sandbox)
