"""Ada's Harbour Coffee and Ben's Okafor Cycles, connected."""

import pytest

from tests.sandbox.client import Sandbox
from tests.sandbox.pinterest.client import Api, connect


@pytest.fixture
async def ada(sandbox: Sandbox) -> Api:
    return await connect(sandbox)


@pytest.fixture
async def ben(sandbox: Sandbox) -> Api:
    return await connect(sandbox, sandbox_person="ben")
