"""Bursts: thousands of posts due in the same second, against the bare loop, and in growing numbers of workers."""

import argparse
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import product

import psutil
from rich.console import Console
from rich.table import Table

from bench.bare import Bare, bare_loop
from bench.setting import Bench, Outcome, free_port, more_accounts, part, wave, whole_allowances
from bench.usage import cores, database_pids, usage

CALLS = 3
_WARM_UP = 400
_LIMIT = timedelta(minutes=10)
_CONNECTIONS = 200
"""How many calls one process has under way at most: kit/http.py."""
_NEARLY_ALL = 0.85


@contextmanager
def workers(setting: Bench, count: int, platform: str) -> Iterator[list[int]]:
    """So many worker processes on this platform; their ids."""
    with ExitStack() as stack:
        started = [
            stack.enter_context(part("worker", str(setting.folder), setting.database_url, platform))
            for _ in range(count)
        ]
        yield [process.pid for process in started]


@contextmanager
def endpoint(delay: float) -> Iterator[tuple[str, int]]:
    """A platform that answers everything after so many seconds: its address and its process."""
    port = free_port()
    with part("endpoint", str(port), str(delay)) as process:
        yield f"http://127.0.0.1:{port}", process.pid


@dataclass(frozen=True, slots=True)
class _Measured:
    bare: Bare
    outcome: Outcome
    worker_ms: float
    database_ms: float
    endpoint_ms: float


async def burst(setting: Bench, wishes: argparse.Namespace, _: Console) -> Table:
    """For each number of posts and of workers: publications a second, lateness, CPU, ratio to the bare loop."""
    setting = await more_accounts(setting, wishes.accounts)
    table = Table(title=f"Burst: posts due in the same second on {len(setting.accounts)} accounts, {CALLS} calls each")
    headings = ("posts", "workers", "bare loop/s", "publications/s", "ratio", "start late p50 ms", "p99 ms")
    for heading in (*headings, "CPU ms each: loop", "worker", "database", "endpoint"):
        table.add_column(heading, justify="right")
    with endpoint(0) as platform:
        for posts, count in product(wishes.posts, wishes.workers):
            one = await _measure(setting, posts, count, platform)
            late = one.outcome
            table.add_row(
                *(f"{posts:,}", str(count), f"{one.bare.per_second:.0f}", f"{late.per_second:.0f}"),
                f"{late.per_second / one.bare.per_second:.2f}",
                *(f"{late.percentile(50):.0f}", f"{late.percentile(99):.0f}"),
                *(f"{ms:.2f}" for ms in (one.bare.cpu_ms, one.worker_ms, one.database_ms, one.endpoint_ms)),
            )
    return table


async def _measure(setting: Bench, posts: int, count: int, platform: tuple[str, int]) -> _Measured:
    address, pid = platform
    await whole_allowances(setting)
    with workers(setting, count, address) as pids:
        await wave(setting, _WARM_UP, lead=timedelta(seconds=5), limit=_LIMIT)
        bare = await bare_loop(setting, posts, address)
        databases = database_pids(setting)
        lead = timedelta(seconds=5 + posts / 500)
        start = [usage(group) for group in (pids, databases, [pid])]
        outcome = await wave(setting, posts, lead=lead, limit=_LIMIT)
        end = [usage(group) for group in (pids, databases, [pid])]
        again = await bare_loop(setting, posts, address)
    spent = [1000 * after.since(then) / posts for then, after in zip(start, end, strict=True)]
    loops = Bare((bare.per_second + again.per_second) / 2, (bare.cpu_ms + again.cpu_ms) / 2)
    return _Measured(loops, outcome, *spent)


async def scale(setting: Bench, wishes: argparse.Namespace, _: Console) -> Table:
    """More worker processes on one PostgreSQL while each call takes long: what grows, and what the limit is."""
    delay = wishes.delay
    setting = await more_accounts(setting, wishes.accounts)
    table = Table(title=f"Scale-out: {delay * 1000:.0f} ms a call, {CALLS} calls, {len(setting.accounts)} accounts")
    headings = ("workers", "posts", "publications/s", "against one", "CPU of the machine", "of the database", "limit")
    for heading in headings:
        table.add_column(heading, justify="right")
    first = None
    with endpoint(delay) as (address, _pid):
        for count in wishes.scale:
            with workers(setting, count, address) as pids:
                await wave(setting, len(setting.accounts), lead=timedelta(seconds=8), limit=_LIMIT)
                databases = database_pids(setting)
                start, idle = usage([*pids, *databases]), psutil.cpu_times()
                database = usage(databases)
                outcome = await wave(setting, wishes.scale_posts, lead=timedelta(seconds=8), limit=_LIMIT)
                busy = _busy(idle, psutil.cpu_times())
                used = usage([*pids, *databases]).since(start) / outcome.seconds
                of_database = usage(databases).since(database) / outcome.seconds
            first = first or outcome.per_second
            table.add_row(
                *(str(count), f"{wishes.scale_posts:,}", f"{outcome.per_second:.0f}"),
                *(f"{outcome.per_second / first:.2f}", f"{busy:.0%} ({used:.2f} cores ours)", f"{of_database:.2f}"),
                _limit(outcome.per_second, count, len(setting.accounts), delay, busy),
            )
    return table


def _busy(before: tuple[float, ...], after: tuple[float, ...]) -> float:
    spent = [late - early for early, late in zip(before, after, strict=True)]
    idle = spent[3] + (spent[4] if len(spent) > 4 else 0)  # idle, and waiting for disks
    return 1 - idle / (sum(spent) or 1)


def _limit(rate: float, count: int, accounts: int, delay: float, busy: float) -> str:
    limits = {
        "connections of the workers": count * _CONNECTIONS / (CALLS * delay),
        "accounts": accounts / CALLS / delay,
    }
    name, most = min(limits.items(), key=lambda item: item[1])
    if rate > _NEARLY_ALL * most:
        return f"{name} ({most:.0f}/s)"
    return f"CPU: {cores()} cores" if busy > _NEARLY_ALL else f"none reached ({name}: {most:.0f}/s)"
