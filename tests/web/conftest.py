"""An App, the server on it, somebody who is signed in, and their browser."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from postwright.main import Doors, create_server
from postwright.services.app import App
from postwright.storage.db import Database
from tests.support.apps import Person, join, make_settings, open_app
from tests.support.clock import ManualClock
from tests.support.dashboard import Visitor, visitor


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def app(db: Database, tmp_path: Path, clock: ManualClock) -> AsyncIterator[App]:
    async with open_app(db, make_settings(tmp_path), clock) as opened:
        yield opened


@pytest.fixture
async def server(app: App) -> AsyncIterator[Doors]:
    doors = create_server(app)
    yield doors
    await doors.close()


@pytest.fixture
async def person(app: App) -> Person:
    return await join(app)


@pytest.fixture
def ada(server: Doors, person: Person) -> Visitor:
    """The person at their browser."""
    return visitor(server, person)


@pytest.fixture
def guest(server: Doors) -> Visitor:
    """Somebody who is not signed in."""
    return Visitor(server)
