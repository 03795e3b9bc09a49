"""The one place where a test waits, by asking again until something is so; and a free port to listen on."""

import asyncio
import inspect
import socket
import threading
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar, overload

T = TypeVar("T")

PAUSE = timedelta(milliseconds=20)
PATIENCE = timedelta(seconds=10)


@overload
async def eventually(condition: Callable[[], Awaitable[T | None]], *, within: timedelta = PATIENCE) -> T: ...


@overload
async def eventually(condition: Callable[[], T | None], *, within: timedelta = PATIENCE) -> T: ...


async def eventually(condition: Callable[[], object], *, within: timedelta = PATIENCE) -> object:
    """Ask `condition` until it answers something true, and return that; AssertionError when it never does."""
    deadline = time.monotonic() + within.total_seconds()
    while True:
        answer = condition()
        value = await answer if inspect.isawaitable(answer) else answer
        if value:
            return value
        _give_up_after(deadline, condition, value, within)
        await asyncio.sleep(PAUSE.total_seconds())


async def pause(times: int) -> None:
    """Let others work, the longer the more often that was needed already."""
    await asyncio.sleep(PAUSE.total_seconds() * times)


def eventually_blocking(condition: Callable[[], T | None], *, within: timedelta = PATIENCE) -> T:
    """The same for tests without an event loop."""
    deadline = time.monotonic() + within.total_seconds()
    while not (value := condition()):
        _give_up_after(deadline, condition, value, within)
        threading.Event().wait(PAUSE.total_seconds())
    return value


def free_port() -> int:
    """Give a TCP port of 127.0.0.1 that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _give_up_after(deadline: float, condition: Callable[[], object], value: object, within: timedelta) -> None:
    if time.monotonic() > deadline:
        name = getattr(condition, "__qualname__", repr(condition))
        raise AssertionError(f"{name} was still {value!r} after {within.total_seconds():g} s")
