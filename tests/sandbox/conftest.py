"""Fixtures of the sandbox's own tests: a running sandbox, and people's apps that talk to it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from postwright.sandbox.config import SandboxConfig
from postwright.sandbox.serve import running_sandbox
from tests.sandbox.client import Sandbox


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A sandbox whose videos are ready at once."""
    async with running_sandbox(SandboxConfig(video_delay=0.0)) as origin, aiohttp.ClientSession() as http:
        yield Sandbox(origin, http)
