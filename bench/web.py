"""The REST door under load: requests a second of one process, and where a request's time goes."""

import argparse
import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median

import aiohttp
from rich.console import Console
from rich.table import Table

from bench.setting import Bench, add_waiting, free_port, part
from bench.usage import usage
from postwright.api.post_replies import page_json
from postwright.services import posts
from postwright.storage.posts import Filter

_STORED = 2_000
_AT_ONCE = 16
_LIMIT = 50
_TIMES = 40
_TURNS = 8
_LOGIN = {"email": "bench@example.com", "password": "a bench password"}

Ask = Callable[[], Awaitable[int]]


@dataclass(slots=True)
class _Kind:
    """One kind of request, and what was measured of it so far."""

    name: str
    ask: Ask
    pid: int
    spans: list[float] = field(default_factory=list)
    seconds: float = 0.0
    cpu_seconds: float = 0.0

    async def take(self, count: int) -> None:
        """So many more of them."""
        before, begun = usage([self.pid]), time.perf_counter()
        self.spans += await _load(self.ask, count)
        self.seconds += time.perf_counter() - begun
        self.cpu_seconds += usage([self.pid]).since(before)

    @property
    def rate(self) -> float:
        return len(self.spans) / self.seconds

    def row(self, plain: "_Kind") -> tuple[str, ...]:
        spans, count = sorted(self.spans), len(self.spans)
        late = spans[min(count * 99 // 100, count - 1)]
        cpu, ratio = 1000 * self.cpu_seconds / count, f"{self.rate / plain.rate:.2f}"
        shown = ratio if "list" in self.name or "GET" in self.name else ""
        return (self.name, f"{self.rate:.0f}", f"{median(spans):.1f}", f"{late:.1f}", f"{cpu:.2f}", shown)


async def web(setting: Bench, wishes: argparse.Namespace, console: Console) -> Table:
    """Lists and new posts, and the same list by a plain implementation, in turns."""
    await add_waiting(setting, _STORED)
    table = Table(
        title=f"REST: one process, {_AT_ONCE} at once, {wishes.requests} requests of each kind, {_STORED:,} posts"
    )
    for heading in ("", "requests/s", "p50 ms", "p99 ms", "CPU ms each", "ratio to plain"):
        table.add_column(heading, justify="right")
    with ExitStack() as stack:
        port, plain_port = free_port(), free_port()
        server = stack.enter_context(part("web", str(setting.folder), setting.database_url, setting.sandbox, str(port)))
        plain = stack.enter_context(part("plain", str(plain_port), setting.database_url))
        async with aiohttp.ClientSession() as client:
            address = f"http://127.0.0.1:{port}/api"
            client.headers["Authorization"] = f"Bearer {await _log_in(client, address)}"
            plain_list = (
                f"http://127.0.0.1:{plain_port}/posts?workspace_id={setting.caller.workspace_id}&limit={_LIMIT}"
            )
            await _until_open(client, plain_list)
            lists = _getting(client, f"{address}/posts?limit={_LIMIT}")
            kinds = (
                _Kind("plain ORM list", _getting(client, plain_list), plain.pid),
                _Kind(f"GET /api/posts?limit={_LIMIT}", lists, server.pid),
                _Kind("POST /api/posts", _posting(client, setting, address), server.pid),
            )
            for kind in kinds:
                await _load(kind.ask, _AT_ONCE * 2)
            # In turns, so that whatever else the machine does meanwhile slows them all down.
            for _ in range(_TURNS):
                for kind in kinds:
                    await kind.take(max(wishes.requests // _TURNS, _AT_ONCE))
            for kind in kinds:
                table.add_row(*kind.row(kinds[0]))
            alone = [await _timed(lists) for _ in range(_TIMES)]
    console.print(await _breakdown(setting, median(alone)))
    return table


async def _log_in(client: aiohttp.ClientSession, address: str) -> str:
    await _until_open(client, f"{address.removesuffix('/api')}/healthz")
    async with client.post(f"{address}/auth/login", json=_LOGIN) as reply:
        reply.raise_for_status()
        return str((await reply.json())["access_token"])


async def _until_open(client: aiohttp.ClientSession, address: str) -> None:
    for _ in range(300):
        try:
            async with client.get(address) as reply:
                await reply.read()
                return
        except aiohttp.ClientConnectionError:
            await asyncio.sleep(0.1)
    raise ConnectionError(f"{address} does not open")


def _getting(client: aiohttp.ClientSession, address: str) -> Ask:
    async def ask() -> int:
        async with client.get(address) as reply:
            reply.raise_for_status()
            return len(await reply.read())

    return ask


def _posting(client: aiohttp.ClientSession, setting: Bench, address: str) -> Ask:
    numbers = itertools.count()
    when = (setting.app.clock.now() + timedelta(days=30)).isoformat()

    async def ask() -> int:
        body = {
            "account_id": str(setting.accounts[0]),
            "caption": f"A post of the benchmark, number {next(numbers)}",
            "media": [{"id": str(setting.media_id)}],
            "scheduled_at": when,
        }
        async with client.post(f"{address}/posts", json=body) as reply:
            reply.raise_for_status()
            return len(await reply.read())

    return ask


async def _timed(ask: Ask) -> float:
    begun = time.perf_counter()
    await ask()
    return 1000 * (time.perf_counter() - begun)


async def _load(ask: Ask, count: int) -> list[float]:
    """How long each of so many took, in milliseconds."""
    numbers, spans = iter(range(count)), list[float]()

    async def caller() -> None:
        for _ in numbers:
            spans.append(await _timed(ask))

    await asyncio.gather(*(caller() for _ in range(_AT_ONCE)))
    return spans


async def _breakdown(setting: Bench, whole: float) -> Table:
    """Where the time of one list goes, asked for alone; each part timed by itself in this process."""
    app, found, written, size = setting.app, list[float](), list[float](), 0
    for _ in range(_TIMES):
        begun = time.perf_counter()
        page = await posts.page(app, setting.caller, Filter(), limit=_LIMIT)
        read = time.perf_counter()
        size = len(page_json(app, page))
        for spans, span in ((found, read - begun), (written, time.perf_counter() - read)):
            spans.append(1000 * span)
    parts = {"statement and rows": found, "JSON": written}
    table = Table(title=f"One list of {_LIMIT} posts ({size:,} bytes), asked for alone")
    for heading in ("part", "ms"):
        table.add_column(heading, justify="right")
    for name, spans in parts.items():
        table.add_row(name, f"{median(spans):.2f}")
    rest = whole - sum(median(spans) for spans in parts.values())
    table.add_row("the rest: HTTP both ways, login, routing", f"{rest:.2f}")
    table.add_row("whole", f"{whole:.2f}")
    return table
