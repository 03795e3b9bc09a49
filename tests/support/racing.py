"""Runs calls against one another, as close together as one process can."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import TypeVar

from sqlalchemy import text

from postwright.services.app import App

T = TypeVar("T")
RUNNERS = 6


async def race(app: App, call: Callable[[], Awaitable[T]]) -> list[T | BaseException]:
    """What so many calls at once answer or raise. The pool is filled first: else opening a connection spaces them."""
    async with AsyncExitStack() as stack:
        for _ in range(RUNNERS):
            await (await stack.enter_async_context(app.db.tx())).execute(text("SELECT 1"))
    return await asyncio.gather(*(call() for _ in range(RUNNERS)), return_exceptions=True)


def kinds(answers: Sequence[object]) -> dict[str, int]:
    """How often each type of answer came."""
    names = [type(answer).__name__ for answer in answers]
    return {name: names.count(name) for name in sorted(set(names))}
