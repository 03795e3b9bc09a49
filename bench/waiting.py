"""What waiting posts cost: lateness of a wave, scheduling one more, a month of the calendar; and what looks idle."""

import argparse
import asyncio
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Awaitable, Callable
from datetime import timedelta
from statistics import median

import psutil
from asyncpg.connection import LoggedQuery
from rich.console import Console
from rich.table import Table

from bench.burst import workers
from bench.setting import Bench, add_waiting, free_port, wave
from bench.usage import database_pids, megabytes, usage
from postwright.api.post_replies import page_json
from postwright.services import posts
from postwright.services.drafts import MediaRef, PostDraft, TargetDraft
from postwright.storage import posts as stored
from postwright.storage.posts import Filter

_LIMIT = timedelta(minutes=2)
_TIMES = 30
_WAVES = 3
"""At each number of posts that wait; the middle one counts."""
_MONTH = 31
_A_PAGE = 100
_IDLE_SECONDS = 15
_SETTLED_AFTER = 5


async def waiting(setting: Bench, wishes: argparse.Namespace, console: Console) -> Table:
    """A wave, one more post and a month of the calendar, with growing numbers of posts that wait for their day."""
    table = Table(title=f"Waiting posts: a wave of {wishes.wave} due at once, and the calls people make meanwhile")
    for heading in (
        "waiting",
        "start late p50 ms",
        "p99 ms",
        "ratio",
        "schedule one ms",
        "ratio",
        "a month ms",
    ):
        table.add_column(heading, justify="right")
    first: tuple[float, ...] | None = None
    held = 0
    with workers(setting, 1, setting.sandbox):
        await wave(setting, wishes.wave, lead=timedelta(seconds=5), limit=_LIMIT)
        for count in wishes.waiting:
            await add_waiting(setting, count - held)
            held = count
            waves = [await wave(setting, wishes.wave, lead=timedelta(seconds=5), limit=_LIMIT) for _ in range(_WAVES)]
            half, late = (median(outcome.percentile(part) for outcome in waves) for part in (50, 99))
            one = await _typical(lambda: _schedule_one(setting))
            month = await _typical(lambda: _month(setting))
            found = (late, one)
            first = first or found
            ratios = [f"{now / then:.2f}" for now, then in zip(found, first, strict=True)]
            table.add_row(
                *(f"{count:,}", f"{half:.0f}", f"{late:.0f}", ratios[0]),
                *(f"{one:.1f}", ratios[1], f"{month:.1f}"),
            )
    console.print(f"The month's query with {held:,} waiting:", *await _explained(setting), sep="\n  ")
    return table


async def _typical(ask: Callable[[], Awaitable[object]]) -> float:
    """The median in milliseconds."""
    spans = []
    for _ in range(_TIMES):
        begun = time.perf_counter()
        await ask()
        spans.append(1000 * (time.perf_counter() - begun))
    return median(spans)


async def _schedule_one(setting: Bench) -> None:
    when = setting.app.clock.now() + timedelta(days=40)
    target = TargetDraft(account_id=setting.accounts[0])
    draft = PostDraft(
        targets=(target,),
        caption="One more",
        media=(MediaRef(id=setting.media_id),),
        scheduled_at=when.isoformat(),
        force=True,
    )
    await posts.create(setting.app, setting.caller, draft)


async def _month(setting: Bench) -> None:
    page_json(setting.app, await posts.page(setting.app, setting.caller, _a_month(setting), limit=_A_PAGE))


def _a_month(setting: Bench) -> Filter:
    since = setting.app.clock.now() + timedelta(days=60)
    return Filter(since=since, until=since + timedelta(days=_MONTH))


async def _explained(setting: Bench) -> list[str]:
    """The plan of the very statement that the page makes."""
    said: list[LoggedQuery] = []
    now, workspace_id = setting.app.clock.now(), setting.caller.workspace_id
    async with setting.app.db.statement() as connection:
        with connection.query_logger(said.append):
            await stored.page(connection, workspace_id, _a_month(setting), now=now, limit=_A_PAGE + 1, after=None)
        await asyncio.sleep(0)  # the driver tells its listeners in the next round of the loop
        [asked] = [one for one in said if "FROM posts po" in one.query]  # others are the driver's own, on types
        rows = await connection.fetch(f"EXPLAIN (ANALYZE, COSTS OFF, SUMMARY ON) {asked.query}", *asked.args)
    return [row[0] for row in rows]


async def idle(setting: Bench, wishes: argparse.Namespace, _: Console) -> Table:
    """What `postwright up` uses while posts wait and nobody asks for anything."""
    await add_waiting(setting, wishes.idle)
    port = free_port()
    command = [
        "-m",
        "postwright.cli",
        "up",
        "--json",
        "--no-sandbox",
        "--port",
        str(port),
        "--data-dir",
        str(setting.folder),
    ]
    process = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=PIPE, stderr=DEVNULL)
    try:
        assert process.stdout is not None  # noqa: S101 for the type checker
        if not await process.stdout.readline():  # it tells where it is once all is ready
            raise ChildProcessError("postwright up did not start")
        await asyncio.sleep(_SETTLED_AFTER)
        parts = {
            "up": [process.pid],
            **{_name(child): [child.pid] for child in psutil.Process(process.pid).children(recursive=True)},
            "PostgreSQL": database_pids(setting),
        }
        before = {name: usage(pids) for name, pids in parts.items()}
        await asyncio.sleep(_IDLE_SECONDS)
        after = {name: usage(pids) for name, pids in parts.items()}
    finally:
        process.terminate()
        await process.wait()
    table = Table(title=f"Idle: postwright up with {wishes.idle:,} posts waiting, over {_IDLE_SECONDS} s")
    for heading in ("process", "CPU of one core", "memory"):
        table.add_column(heading, justify="right")
    for name, then in before.items():
        share = after[name].since(then) / _IDLE_SECONDS
        table.add_row(name, f"{share:.1%}", megabytes(after[name].memory_bytes))
    return table


def _name(process: psutil.Process) -> str:
    arguments = process.cmdline()
    return next((name for name in ("web", "worker") if name in arguments), "other")
