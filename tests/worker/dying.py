"""A real worker process that is killed (SIGKILL) at the n-th point of the protocol.

The points are the edges of every transaction's commit and of every call to a platform: they come from
the code as it runs, through the database and the transport that the process is given, not from a clock.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from postwright.bootstrap import running_app
from postwright.kit.http import Http, Reply, Request
from postwright.settings import Settings
from postwright.storage.db import Database, RawConnection, Tx
from postwright.worker.leases import Worker
from postwright.worker.publish import run_account
from tests.support.clock import ManualClock


@dataclass(slots=True)
class Points:
    """Counts the points passed, and dies at one of them."""

    die_at: int
    passed: int = 0

    def reached(self) -> None:
        self.passed += 1
        if self.passed == self.die_at:
            os.kill(os.getpid(), signal.SIGKILL)


class DyingDatabase(Database):
    """A database whose commits are points."""

    def __init__(self, url: str, points: Points) -> None:
        super().__init__(url)
        self._points = points

    def tx(self) -> AbstractAsyncContextManager[Tx]:
        return self._committed()

    @asynccontextmanager
    async def _committed(self) -> AsyncIterator[Tx]:
        async with super().tx() as tx:
            yield tx
            self._points.reached()
        self._points.reached()

    @asynccontextmanager
    async def statement(self) -> AsyncIterator[RawConnection]:
        self._points.reached()
        async with super().statement() as connection:
            yield connection
        self._points.reached()


class DyingHttp(Http):
    """A transport whose calls are points."""

    def __init__(self, sandbox_url: str | None, points: Points) -> None:
        super().__init__(sandbox_url=sandbox_url)
        self._points = points

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        return self

    async def send(self, request: Request) -> Reply:
        self._points.reached()
        reply = await super().send(request)
        self._points.reached()
        return reply


def work(settings: Settings, account_id: UUID, now: datetime, die_at: int) -> None:
    """The process: works off one account at a moment that stands still; ends in good order if it outlives its work."""
    asyncio.run(_work(settings, account_id, ManualClock(now), Points(die_at)))


async def _work(settings: Settings, account_id: UUID, clock: ManualClock, points: Points) -> None:
    async with running_app(settings, clock=clock) as app, DyingHttp(settings.sandbox_url, points) as http:
        dying = replace(app, db=DyingDatabase(app.db.url, points), http=http)
        await run_account(dying, account_id, Worker(dying, sure_until=clock.now() + timedelta(days=1)))
        await dying.db.close()
