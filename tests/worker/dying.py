"""A real worker process that is killed (SIGKILL) at the n-th point of the protocol.

The points are the edges of every transaction's commit and of every call to a platform: they come from
the code as it runs, through the database, the transport and the adapter that the process is given, not
from a clock. What asks to be looked at later is, at once, the clocks here and there set as far ahead.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self, cast
from uuid import UUID

from postwright.bootstrap import running_app
from postwright.domain.post import Content
from postwright.domain.publication import Checkpoint, StepKind
from postwright.kit.http import Http, Reply, Request
from postwright.platforms.base import Adapter, Call, Outcome
from postwright.services.app import App
from postwright.settings import Settings
from postwright.storage.db import Database, RawConnection, Tx
from postwright.worker.leases import Worker
from postwright.worker.publish import run_account
from tests.support.clock import ManualClock

MOST_WAKES = 60


class Point(StrEnum):
    """What lies just behind, or just ahead."""

    COMMITTING = "committing"
    COMMITTED = "committed"
    CALLING = "calling"
    CALLED = "called"
    PUBLISHING = "publishing"
    """About to make a call that people may see the effect of."""
    PUBLISHED = "published"
    """Such a call was answered, and nobody has written that down."""


@dataclass(slots=True)
class Points:
    """Passes points, and dies at one of them (0: at none)."""

    die_at: int
    passed: list[Point] = field(default_factory=list)
    visible: bool = False
    """Whether a commit step is being made."""

    def reached(self, point: Point) -> None:
        self.passed.append(point)
        if len(self.passed) == self.die_at:
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
            self._points.reached(Point.COMMITTING)
        self._points.reached(Point.COMMITTED)

    @asynccontextmanager
    async def statement(self) -> AsyncIterator[RawConnection]:
        self._points.reached(Point.COMMITTING)
        async with super().statement() as connection:
            yield connection
        self._points.reached(Point.COMMITTED)


class DyingHttp(Http):
    """A transport whose calls are points."""

    def __init__(self, sandbox_url: str | None, points: Points) -> None:
        super().__init__(sandbox_url=sandbox_url)
        self._points = points

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        return self

    async def send(self, request: Request) -> Reply:
        self._points.reached(Point.PUBLISHING if self._points.visible else Point.CALLING)
        reply = await super().send(request)
        self._points.reached(Point.PUBLISHED if self._points.visible else Point.CALLED)
        return reply


class Watched:
    """An adapter that says when it makes a commit step."""

    def __init__(self, adapter: Adapter, points: Points) -> None:
        self._adapter = adapter
        self._points = points

    def __getattr__(self, name: str) -> object:
        return getattr(self._adapter, name)

    async def advance(self, call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
        self._points.visible = self._adapter.spec.steps[checkpoint.step] is StepKind.COMMIT
        try:
            return await self._adapter.advance(call, content, checkpoint)
        finally:
            self._points.visible = False


def work(settings: Settings, account_id: UUID, now: datetime, die_at: int, log: Path) -> None:
    """The process: works off one account to its end, unless it dies; `log` gets the points of one that did not."""
    points = Points(die_at)
    asyncio.run(_work(settings, account_id, ManualClock(now), points))
    log.write_text("\n".join(points.passed))


async def _work(settings: Settings, account_id: UUID, clock: ManualClock, points: Points) -> None:
    async with running_app(settings, clock=clock) as app, DyingHttp(settings.sandbox_url, points) as http:
        watched = cast(Mapping[str, Adapter], {name: Watched(one, points) for name, one in app.platforms.items()})
        dying = replace(app, db=DyingDatabase(app.db.url, points), http=http, platforms=watched)
        worker = Worker(dying, sure_until=clock.now() + timedelta(days=1))
        for _ in range(MOST_WAKES):
            await run_account(dying, account_id, worker)
            wake_at = await _wake_at(app, account_id)
            if wake_at is None:
                break
            await _wait(app, clock.advance, max(wake_at - clock.now(), timedelta()))
        await dying.db.close()


async def _wake_at(app: App, account_id: UUID) -> datetime | None:
    async with app.db.statement() as connection:
        found: datetime | None = await connection.fetchval(
            "SELECT min(next_run_at) FROM publications WHERE account_id = $1 AND state IN ('queued', 'publishing')",
            account_id,
        )
        return found


async def _wait(app: App, advance: Callable[[timedelta], None], time: timedelta) -> None:
    """Let the time pass here and in the sandbox."""
    advance(time)
    order = Request("POST", f"{app.settings.sandbox_url}/_sandbox/clock", json={"advance": time.total_seconds()})
    reply = await app.http.send(order)
    if reply.status != 200:
        raise AssertionError(reply.body)
