"""The ASGI entry: all doors behind one edge, the REST door under its own addresses and the dashboard at all others.

`uvicorn --factory postwright.main:server` runs it, in any number of processes.
"""

import asyncio
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from types import FrameType
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from postwright import settings
from postwright.api.app import create_api
from postwright.api.edge import Edge
from postwright.bootstrap import running_app
from postwright.domain.publication import Json
from postwright.services.app import App
from postwright.settings import Settings
from postwright.web.app import create_web

OF_THE_API: Final = frozenset({"api", "media", "healthz", "readyz", "metrics"})
"""The first parts of the addresses that are the REST door's."""


class Doors:
    """Every door on a composed application, as one ASGI application."""

    def __init__(self, app: App) -> None:
        self._api = create_api(app)
        self._web = create_web(app)
        self._edge = Edge(self._through, app.settings, self._api.state.metrics)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._edge(scope, receive, send)

    async def close(self) -> None:
        """End the streams that would go on for ever. To be called when the server is asked to stop, not later."""
        await self._web.state.door.changes.close()

    async def _through(self, scope: Scope, receive: Receive, send: Send) -> None:
        first = str(scope.get("path", "/")).split("/", 2)[1:2]
        door = self._api if first and first[0] in OF_THE_API else self._web
        await door(scope, receive, send)


def create_server(app: App) -> Doors:
    """Every door on a composed application."""
    return Doors(app)


def document(app: App) -> Mapping[str, Json]:
    """The OpenAPI document of the REST door."""
    return create_api(app).openapi()


@contextmanager
def _closed_by_signal(doors: Doors) -> Iterator[None]:
    """Close the doors with the signal that stops the process: its server waits for open streams before it tells us."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals are the main thread's
        return
    loop, closing = asyncio.get_running_loop(), set[asyncio.Task[None]]()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def heard(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(lambda: closing.add(loop.create_task(doors.close())))
        then = before[signal.Signals(number)]
        if callable(then):
            then(number, frame)

    for number in before:
        signal.signal(number, heard)
    try:
        yield
    finally:
        for number, then in before.items():
            signal.signal(number, then or signal.SIG_DFL)


def server() -> ASGIApp:
    """The server of this process's environment. Raises BadSettings."""
    return Server(settings.load())


class Server:
    """The doors on an application of their own, which opens and closes with the ASGI lifespan."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._inner: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or start and stop with the process."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._inner is not None:
            await self._inner(scope, receive, send)
        else:
            raise RuntimeError("the server was not started: run it with the ASGI lifespan on")

    async def _live(self, receive: Receive, send: Send) -> None:
        async with AsyncExitStack() as stack:
            await receive()
            self._inner = doors = create_server(await stack.enter_async_context(running_app(self._settings)))
            stack.push_async_callback(doors.close)
            stack.enter_context(_closed_by_signal(doors))
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})
