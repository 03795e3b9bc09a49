"""An App, the server on it, and somebody who is signed in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.types import ASGIApp

from postwright.main import create_server
from postwright.services.app import App
from postwright.storage.db import Database
from tests.support.apps import Person, join, make_settings, open_app
from tests.support.asgi import Client
from tests.support.clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def app(db: Database, tmp_path: Path, clock: ManualClock) -> AsyncIterator[App]:
    async with open_app(db, make_settings(tmp_path), clock) as opened:
        yield opened


@pytest.fixture
def server(app: App) -> ASGIApp:
    return create_server(app)


@pytest.fixture
async def person(app: App) -> Person:
    return await join(app)


@pytest.fixture
def client(server: ASGIApp, person: Person) -> Client:
    """The person, calling with an access token."""
    return client_of(server, person)


@pytest.fixture
def stranger(server: ASGIApp) -> Client:
    """Somebody without credentials."""
    return Client(server)


def client_of(server: ASGIApp, person: Person) -> Client:
    return Client(server, {"Authorization": f"Bearer {person.bearer}"})
