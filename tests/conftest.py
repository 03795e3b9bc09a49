"""Fixtures that every test may ask for: a migrated database of its own, and a `Database` on it."""

import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Protocol

import pytest

from postwright.storage.db import Database
from postwright.storage.embedded import EmbeddedPostgres
from tests.support.browser import MISSING, chromium, is_required
from tests.support.database import fresh_database, remove_server, server

RUN = pytest.StashKey[str]()


class WorkerNode(Protocol):
    """What pytest-xdist hands over about a process it is about to start."""

    config: pytest.Config
    workerinput: dict[str, str]


def pytest_configure(config: pytest.Config) -> None:
    """Name the run, so that its processes find one server; refuse it when the browser that it asks for is missing."""
    config.stash[RUN] = getattr(config, "workerinput", {}).get("run") or uuid.uuid4().hex[:12]
    if is_required() and not chromium():
        raise pytest.UsageError(MISSING)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: WorkerNode) -> None:
    """Tell each of pytest-xdist's processes the name."""
    node.workerinput["run"] = node.config.stash[RUN]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the browser tests out where there is no browser."""
    browser = [] if chromium() else [item for item in items if item.get_closest_marker("browser")]
    if browser:
        config.hook.pytest_deselected(items=browser)
        items[:] = [item for item in items if item not in browser]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say so."""
    if not chromium():
        terminalreporter.write_line(MISSING)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Clear up after the last process of the run."""
    if not hasattr(config, "workerinput"):
        remove_server(config.stash[RUN])


@pytest.fixture(scope="session")
def postgres(pytestconfig: pytest.Config) -> Iterator[EmbeddedPostgres]:
    """The PostgreSQL of this test run, shared by all its processes."""
    with server(pytestconfig.stash[RUN]) as running:
        yield running


@pytest.fixture
def database_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The address of a migrated database that nobody else uses; it is dropped after the test."""
    with fresh_database(postgres) as url:
        yield url


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """A `Database` on `database_url`, closed after the test."""
    database = Database(database_url)
    yield database
    await database.close()
