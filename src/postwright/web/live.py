"""Live changes: one LISTEN connection for the whole process, fanned out to the open event streams of each workspace.

The rows are the truth: an event only names a post, and the page asks for it again. After any gap a stream is told that
everything may have changed.
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from postwright.kit.clock import Clock
from postwright.kit.logging import logger
from postwright.storage import changes
from postwright.storage.db import Database

MOST_WAITING: Final = 100
"""Of notices for one stream; a stream that is slower is told that everything may have changed."""
MOST_KEPT: Final = 2000
"""Of notices kept for pages that are just loading."""
CHECK_EVERY: Final = timedelta(seconds=30)
RECONNECT_IN: Final = timedelta(seconds=1)
_LOST: Final = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


@dataclass(frozen=True, slots=True)
class Notice:
    """A post changed; without a post, any may have. `id` is the time, as event ids have it."""

    id: int
    post: UUID | None


def event_id(moment: datetime) -> int:
    """A moment as the id of an event: microseconds, so that a page's own time can stand for the events before it."""
    return round(moment.timestamp() * 1_000_000)


@dataclass(slots=True, eq=False)
class Stream:
    """The notices that one open stream has still to send."""

    ended: bool = False
    _waiting: deque[Notice] = field(default_factory=deque)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, notice: Notice) -> None:
        """Add a notice. One that is waiting already says the same."""
        if any(waiting.post in (None, notice.post) for waiting in self._waiting):
            return
        if notice.post is None or len(self._waiting) >= MOST_WAITING:
            self._waiting.clear()
            notice = Notice(notice.id, None)
        self._waiting.append(notice)
        self._wake.set()

    def end(self) -> None:
        """Nothing more comes."""
        self.ended = True
        self._wake.set()

    async def next(self, within: timedelta) -> Notice | None:
        """The next notice; None when there was none in time, or the stream ended."""
        if not self._waiting and not self.ended:
            self._wake.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), within.total_seconds())
        return self._waiting.popleft() if self._waiting and not self.ended else None


class Changes:
    """The process's ear at the database, and who wants to know. It begins to listen with the first stream."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._streams: dict[UUID, set[Stream]] = {}
        self._kept: deque[tuple[int, UUID, UUID]] = deque(maxlen=MOST_KEPT)
        self._complete_since: int | None = None
        self._listening: asyncio.Task[None] | None = None
        self._closed = False
        self._interrupted = asyncio.Event()

    @contextmanager
    def stream(self, workspace_id: UUID, since: int | None) -> Iterator[Stream]:
        """A stream of this workspace's changes; with `since`, also of those that this process heard after it."""
        opened = Stream(ended=self._closed)
        if self._listening is None and not self._closed:
            self._listening = asyncio.create_task(self._listen_for_ever())
        if since is not None:
            self._catch_up(opened, workspace_id, since)
        self._streams.setdefault(workspace_id, set()).add(opened)
        try:
            yield opened
        finally:
            rest = self._streams[workspace_id]
            rest.discard(opened)
            if not rest:
                del self._streams[workspace_id]

    async def close(self) -> None:
        """End every stream and stop listening: a server that stops does not wait for them."""
        self._closed = True
        self._interrupted.set()
        for stream in self._all():
            stream.end()
        if self._listening is not None:
            await self._listening  # never cancelled: a connection that is being opened would be lost

    def _catch_up(self, stream: Stream, workspace_id: UUID, since: int) -> None:
        if self._complete_since is None:
            return  # everybody is told when listening begins
        if since < self._complete_since:
            stream.tell(Notice(self._now(), None))
            return
        for at, workspace, post in self._kept:
            if workspace == workspace_id and at >= since:
                stream.tell(Notice(at, post))

    async def _listen_for_ever(self) -> None:
        while not self._closed:
            self._interrupted.clear()
            try:
                await self._listen()
            except _LOST as lost:
                logger().warning("changes_not_heard", reason=f"{type(lost).__name__}: {lost}")
            self._complete_since = None
            if not self._closed:
                self._interrupted.clear()
                await self._interruption(RECONNECT_IN)

    async def _listen(self) -> None:
        connection = await self._db.listen_connection()
        try:
            connection.add_termination_listener(lambda _: self._interrupted.set())
            await connection.add_listener(changes.CHANNEL, self._hear)
            self._complete_since = self._now()
            for stream in self._all():
                stream.tell(Notice(self._complete_since, None))
            while not self._closed and not await self._interruption(CHECK_EVERY):
                # A connection that only seems to stand is found out by asking.
                await connection.fetchval("SELECT 1", timeout=CHECK_EVERY.total_seconds())
        finally:
            connection.terminate()

    async def _interruption(self, within: timedelta) -> bool:
        """Wait for the connection's end or ours; whether it came in time."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._interrupted.wait(), within.total_seconds())
        return self._interrupted.is_set()

    def _hear(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        at = self._now()
        for workspace, post in changes.read(str(payload)):
            if len(self._kept) == MOST_KEPT:
                self._complete_since = self._kept[0][0] + 1
            self._kept.append((at, workspace, post))
            for stream in self._streams.get(workspace, ()):
                stream.tell(Notice(at, post))

    def _all(self) -> list[Stream]:
        return [stream for streams in self._streams.values() for stream in streams]

    def _now(self) -> int:
        return event_id(self._clock.now())


async def written(stream: Stream, heartbeat: timedelta) -> AsyncIterator[str]:
    """A stream as server-sent events, with an empty comment at each heartbeat, until it ends."""
    yield ": welcome\n\n"
    while not stream.ended:
        notice = await stream.next(heartbeat)
        if notice is None:
            yield ":\n\n"
        else:
            about = {} if notice.post is None else {"post": str(notice.post)}
            yield f"id: {notice.id}\ndata: {json.dumps(about)}\n\n"
