"""Runs a sandbox under uvicorn, with the one thing ASGI lacks: dropping a connection without sending a byte."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Generator
from dataclasses import replace

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from postwright.sandbox.app import create_sandbox
from postwright.sandbox.config import SandboxConfig
from postwright.sandbox.gate import ABORT

GRACE = 3
"""Seconds that open requests (a `timeout` fault may hold one) get when the sandbox stops."""


class AbortableProtocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 protocol that lets the app drop the connection.

    uvicorn keeps the transport to itself: when an app raises, it sends a 500, and when an app returns early too.
    So each request's scope gets `transport.abort`; uvicorn sees a client that went away.
    """

    def on_message_begin(self) -> None:
        """Start a request's scope."""
        super().on_message_begin()
        self.scope["extensions"] = {ABORT: self.transport.abort}  # type: ignore[dict-item]  # a private extension


class SandboxServer(uvicorn.Server):
    """A server that says when it listens; `keep_signals` leaves signal handling to whoever runs the loop."""

    def __init__(self, config: uvicorn.Config, *, keep_signals: bool) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self._keep_signals = keep_signals

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening."""
        await super().startup(sockets=sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Take SIGINT and SIGTERM, unless the caller keeps them."""
        if self._keep_signals:
            yield
        else:
            with super().capture_signals():
                yield


def _server(config: SandboxConfig, sock: socket.socket, *, keep_signals: bool) -> SandboxServer:
    settings = uvicorn.Config(
        create_sandbox(config),
        http=AbortableProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        lifespan="on",
        server_header=False,
        timeout_graceful_shutdown=GRACE,
        timeout_keep_alive=60,
    )
    sock.set_inheritable(True)
    return SandboxServer(settings, keep_signals=keep_signals)


def _listen(config: SandboxConfig, host: str, port: int) -> tuple[SandboxConfig, socket.socket]:
    """Bind the socket and, where no public origin is set, make it the bound address."""
    sock = socket.create_server((host, port), backlog=1024)
    # inherited by every connection; asyncio sets it only where a socket names its protocol, and create_server does not
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    bound = f"http://{host}:{sock.getsockname()[1]}"
    return replace(config, origin=config.origin.rstrip("/") or bound), sock


async def serve(config: SandboxConfig, host: str = "127.0.0.1", port: int = 8900) -> None:
    """Run a sandbox until SIGINT or SIGTERM."""
    config, sock = _listen(config, host, port)
    await _server(config, sock, keep_signals=False).serve(sockets=[sock])


@contextlib.asynccontextmanager
async def running_sandbox(config: SandboxConfig | None = None) -> AsyncIterator[str]:
    """A sandbox on a free port of 127.0.0.1, in this event loop; gives its origin."""
    settled, sock = _listen(config or SandboxConfig(), "127.0.0.1", 0)
    server = _server(settled, sock, keep_signals=True)
    task = asyncio.create_task(server.serve(sockets=[sock]))
    ready = asyncio.create_task(server.ready.wait())
    try:
        await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
        yield settled.origin
    finally:
        ready.cancel()
        server.should_exit = True
        await task
