"""What tests of services stand on: an app with a platform that does what it is told, or a world with the sandbox."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from postwright.services.app import App
from postwright.services.auth import Caller
from postwright.storage.db import Database
from tests.support.apps import join
from tests.support.clock import ManualClock
from tests.support.fake_platform import FakePlatform, caller_of, fake_app
from tests.support.world import World, running_world


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def platform(clock: ManualClock) -> FakePlatform:
    return FakePlatform(clock)


@pytest.fixture
async def app(db: Database, tmp_path: Path, platform: FakePlatform) -> AsyncIterator[App]:
    async with fake_app(db, tmp_path, platform) as opened:
        yield opened


@pytest.fixture
async def caller(app: App) -> Caller:
    return caller_of(await join(app))


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
