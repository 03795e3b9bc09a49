"""Prints the benchmarks: a burst against the bare loop, and what waiting posts cost."""

import sys
from datetime import UTC, datetime, timedelta

import uvloop
from rich.console import Console
from rich.table import Table

from bench.bare import bare_loop
from bench.setting import Bench, add_posts, bench, part, wave
from postwright.kit.logging import configure

BURST = 2_000
WAITING = (0, 10_000, 100_000)
SMALL_WAVE = 500
FAR = datetime(2027, 6, 1, 12, 0, tzinfo=UTC)


async def main() -> None:
    """Run them all, in one setting."""
    console = Console()
    async with bench() as setting:
        with part("worker", str(setting.folder), setting.database_url, setting.sandbox):
            await wave(setting, len(setting.accounts), lead=timedelta(seconds=5), limit=timedelta(minutes=1))
            console.print(await _burst(setting))
            console.print(await _waiting(setting))


async def _burst(setting: Bench) -> Table:
    bare = await bare_loop(setting, BURST)
    outcome = await wave(setting, BURST, lead=timedelta(seconds=8), limit=timedelta(minutes=5))
    again = await bare_loop(setting, BURST)
    table = Table(title=f"Burst: {BURST} posts due in the same second, {len(setting.accounts)} accounts, one worker")
    for heading in ("", "publications/s", "lateness p50 ms", "p99 ms", "ratio to the bare loop"):
        table.add_column(heading, justify="right")
    limit = (bare + again) / 2
    table.add_row("bare aiohttp loop", f"{bare:.0f}, {again:.0f}", "", "", "1")
    table.add_row(
        "postwright",
        f"{outcome.per_second:.0f}",
        f"{outcome.percentile(50):.0f}",
        f"{outcome.percentile(99):.0f}",
        f"{outcome.per_second / limit:.2f}",
    )
    return table


async def _waiting(setting: Bench) -> Table:
    table = Table(title=f"Waiting posts: {SMALL_WAVE} posts due at once while others wait for their day")
    for heading in ("waiting", "lateness p50 ms", "p99 ms", "ratio of p99 to none waiting"):
        table.add_column(heading, justify="right")
    waiting, first = 0, None
    for count in WAITING:
        await add_posts(setting, count - waiting, FAR)
        waiting = count
        outcome = await wave(setting, SMALL_WAVE, lead=timedelta(seconds=5), limit=timedelta(minutes=2))
        first = first or outcome.percentile(99)
        p50, p99 = outcome.percentile(50), outcome.percentile(99)
        table.add_row(f"{count:,}", f"{p50:.0f}", f"{p99:.0f}", f"{p99 / first:.2f}")
    return table


if __name__ == "__main__":
    configure("warning", json_lines=False)
    sys.exit(uvloop.run(main()))
