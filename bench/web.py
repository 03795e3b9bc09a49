"""The REST door under load: requests a second of one process, and where a request's time goes."""

import argparse
import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from datetime import timedelta
from statistics import median

import aiohttp
from rich.console import Console
from rich.table import Table

from bench.setting import Bench, add_waiting, free_port, part
from bench.usage import usage
from postwright.api.post_replies import PostPage, post_reply
from postwright.services import posts
from postwright.storage.posts import Filter

_STORED = 2_000
_AT_ONCE = 16
_LIMIT = 50
_TIMES = 40
_LOGIN = {"email": "bench@example.com", "password": "a bench password"}

Ask = Callable[[], Awaitable[int]]


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
            kinds = {
                "plain ORM list": (_getting(client, plain_list), plain.pid),
                f"GET /api/posts?limit={_LIMIT}": (lists, server.pid),
                "plain ORM list, again": (_getting(client, plain_list), plain.pid),
                f"GET /api/posts?limit={_LIMIT}, again": (lists, server.pid),
                "POST /api/posts": (_posting(client, setting, address), server.pid),
            }
            rates: dict[str, float] = {}
            for name, (ask, pid) in kinds.items():
                await _load(ask, _AT_ONCE * 2)
                before, begun = usage([pid]), time.perf_counter()
                spans = await _load(ask, wishes.requests)
                rates[name] = wishes.requests / (time.perf_counter() - begun)
                cpu = 1000 * usage([pid]).since(before) / wishes.requests
                late = spans[min(len(spans) * 99 // 100, len(spans) - 1)]
                table.add_row(
                    *(name, f"{rates[name]:.0f}", f"{median(spans):.1f}", f"{late:.1f}", f"{cpu:.2f}"),
                    f"{rates[name] / rates['plain ORM list']:.2f}" if "POST" not in name else "",
                )
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
    """How long each of so many took, in milliseconds and in order."""
    numbers, spans = iter(range(count)), list[float]()

    async def caller() -> None:
        for _ in numbers:
            spans.append(await _timed(ask))

    await asyncio.gather(*(caller() for _ in range(_AT_ONCE)))
    return sorted(spans)


async def _breakdown(setting: Bench, whole: float) -> Table:
    """Where the time of one list goes, asked for alone; each part timed by itself in this process."""
    app, found, written = setting.app, list[float](), list[float]()
    shown, size = list[float](), 0
    for _ in range(_TIMES):
        begun = time.perf_counter()
        async with app.db.tx() as tx:
            page = await posts.page(tx, app, setting.caller, Filter(), limit=_LIMIT)
        read = time.perf_counter()
        reply = PostPage(posts=[post_reply(app, row) for row in page.rows], next_cursor=page.next_cursor)
        made = time.perf_counter()
        size = len(reply.model_dump_json().encode())
        for spans, span in ((found, read - begun), (shown, made - read), (written, time.perf_counter() - made)):
            spans.append(1000 * span)
    parts = {"transaction, statement and rows": found, "reply models": shown, "JSON": written}
    table = Table(title=f"One list of {_LIMIT} posts ({size:,} bytes), asked for alone")
    for heading in ("part", "ms"):
        table.add_column(heading, justify="right")
    for name, spans in parts.items():
        table.add_row(name, f"{median(spans):.2f}")
    rest = whole - sum(median(spans) for spans in parts.values())
    table.add_row("the rest: HTTP both ways, login, routing", f"{rest:.2f}")
    table.add_row("whole", f"{whole:.2f}")
    return table
