"""Serves an ASGI app over real HTTP on 127.0.0.1 while a block lasts."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Generator

import uvicorn
from starlette.types import ASGIApp

from postwright.main import Doors


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: the test runner keeps its own."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, port: int) -> AsyncIterator[str]:
    """Serve the app on a port; its origin. Streams of the dashboard end before the server stops, as in production."""
    server = _Server(
        uvicorn.Config(
            app, port=port, log_config=None, access_log=False, lifespan="off", ws="none", timeout_graceful_shutdown=1
        )
    )
    task = asyncio.create_task(server.serve())
    await server.ready.wait()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        if isinstance(app, Doors):
            await app.close()
        server.should_exit = True
        await task
