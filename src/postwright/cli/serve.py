"""The single processes: the web server, a worker, the sandbox. `up` runs the same commands as its children."""

import asyncio
import contextlib
import errno
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from types import FrameType
from typing import Annotated, Final, NoReturn

import structlog
import typer
import uvicorn
import uvloop

from postwright.bootstrap import collect_seldom, running_app
from postwright.cli.opening import load, require_schema
from postwright.cli.terminal import Fault, run
from postwright.kit.logging import configure, logger
from postwright.main import create_server
from postwright.sandbox.config import SandboxConfig
from postwright.sandbox.serve import serve
from postwright.services.app import App
from postwright.settings import Settings
from postwright.worker.engine import run_worker

LOOPBACK: Final = "127.0.0.1"
WEB_PORT: Final = 8000
SANDBOX_PORT: Final = 8900
BACKLOG: Final = 2048
CONNECTIONS: Final = 1000
"""At once, to one process; who comes on top gets 503. Most systems give a process 1024 open files."""
GRACE: Final = timedelta(seconds=10)
"""What open requests get when the server stops."""
KEEP_ALIVE: Final = timedelta(seconds=30)
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_ANYWHERE: Final = frozenset({"0.0.0.0", "::", ""})  # noqa: S104  # compared with, not listened on

Host = Annotated[str, typer.Option(help="The address to listen on.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")]
WithParent = Annotated[
    bool, typer.Option("--with-parent", hidden=True, help="End when standard input closes: `up` holds its other end.")
]


def web(host: Host = LOOPBACK, port: Port = WEB_PORT, *, with_parent: WithParent = False) -> None:
    """Run the web server: the API and the dashboard."""
    settings = web_settings(host, port)
    _begin("web", settings.log_level, with_parent=with_parent)
    run(_web(settings, listen(host, port)))


def worker(*, with_parent: WithParent = False) -> None:
    """Run a worker, which publishes what is due. Run as many as you like, on as many hosts."""
    settings = load()
    _begin("worker", settings.log_level, with_parent=with_parent)
    run(_worker(settings))


def sandbox(
    host: Host = LOOPBACK,
    port: Port = SANDBOX_PORT,
    origin: Annotated[
        str, typer.Option(help="The address that others reach it at, where that is not http://HOST:PORT.")
    ] = "",
    *,
    no_delay: Annotated[bool, typer.Option("--no-delay", help="Process media at once.")] = False,
    with_parent: WithParent = False,
) -> None:
    """Run the sandbox, which plays all platforms. Its front page shows what was published."""
    _begin("sandbox", "info", with_parent=with_parent)
    listen(host, port).close()
    logger().info("listening", at=(host, port), timelines=f"{origin or address(host, port)}/_sandbox/")
    config = SandboxConfig(origin=origin)
    if no_delay:
        config = replace(config, image_delay=0, video_delay=0)
    for number in _SIGNALS:
        signal.signal(number, _end)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(config, host, port))


def web_settings(host: str, port: int) -> Settings:
    """The settings of a server that listens there; where no public address is set, it is that one."""
    settings = load()
    if "public_url" in settings.model_fields_set:
        return settings
    return settings.model_copy(update={"public_url": address(host, port)})


def address(host: str, port: int) -> str:
    """The address of a server on this machine that listens there."""
    reached = LOOPBACK if host in _ANYWHERE else host
    return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"


def listen(host: str, port: int, option: str = "--port") -> socket.socket:
    """A listening socket. Raises Fault with what to do."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except socket.gaierror as unknown:
        raise Fault(f"{host} is not an address of this machine. Choose another with --host.") from unknown
    except OSError as taken:
        if taken.errno == errno.EADDRINUSE:
            raise Fault(
                f"Port {port} on {host} is in use by another program. Stop that one, or choose another port with"
                f" {option}."
            ) from taken
        raise Fault(f"Cannot listen on {host}, port {port}: {taken.strerror}.") from taken


@contextlib.contextmanager
def until_signal() -> Iterator[asyncio.Event]:
    """An event that SIGINT or SIGTERM sets. A second one ends the process at once."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def ask() -> None:
        stop.set()
        release()

    def release() -> None:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)

    for number in _SIGNALS:
        loop.add_signal_handler(number, ask)
    try:
        yield stop
    finally:
        release()


class _WebServer(uvicorn.Server):
    """uvicorn without its signal handlers: they end the process by the signal, where a clean end is 0."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to `until_signal`."""
        yield


async def _web(settings: Settings, sock: socket.socket) -> None:
    with until_signal() as stop:
        async with running_app(settings) as app:
            doors = create_server(app)
            collect_seldom()
            server = _WebServer(
                uvicorn.Config(
                    doors,
                    http="httptools",
                    ws="none",
                    lifespan="off",
                    log_config=None,
                    access_log=False,
                    proxy_headers=False,
                    server_header=False,
                    backlog=BACKLOG,
                    limit_concurrency=CONNECTIONS,
                    timeout_keep_alive=int(KEEP_ALIVE.total_seconds()),
                    timeout_graceful_shutdown=int(GRACE.total_seconds()),
                )
            )
            serving = asyncio.create_task(server.serve(sockets=[sock]))
            stopping = asyncio.create_task(stop.wait())
            logger().info("listening", at=sock.getsockname()[:2], public_url=settings.public_url)
            await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            await doors.close()
            server.should_exit = True
            await serving
            stopping.cancel()


async def _worker(settings: Settings) -> None:
    with until_signal() as stop:
        async with running_app(settings) as app:
            await require_schema(app)
            _tell_of_endings(app)
            collect_seldom()
            await run_worker(app, stop)


def _tell_of_endings(app: App) -> None:
    """Posts will fail from the day on which a platform no longer serves the version of its API that is called."""
    for platform, adapter in app.platforms.items():
        version = adapter.spec.version
        left = version.ending(app.clock.now().date()) if version else None
        if version is not None and left is not None:
            logger().warning("api_version_ends", platform=platform, version=version.name, days_left=left.days)


def _begin(name: str, log_level: str, *, with_parent: bool) -> None:
    configure(log_level, json_lines=not sys.stderr.isatty())
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    structlog.contextvars.bind_contextvars(process=name)
    if with_parent:
        threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Wait for the end of standard input, and then stop as if asked to. Not by sys.stdin: its lock outlives us."""
    with contextlib.suppress(OSError):
        while os.read(0, 1024):
            pass
    os.kill(os.getpid(), signal.SIGTERM)


def _end(_: int, __: FrameType | None) -> NoReturn:
    """What the sandbox's uvicorn finds when it has stopped and hands the signal on: a clean end."""
    raise SystemExit(0)
