"""Prints the benchmarks. `python -m bench --help` names the parts; without a part all are run, at modest sizes."""

import argparse
import sys
import time
from collections.abc import Awaitable, Callable

import uvloop
from rich.console import Console
from rich.table import Table

from bench.burst import burst, scale
from bench.processing import processing
from bench.setting import Bench, bench
from bench.waiting import idle, waiting
from bench.web import web
from postwright.bootstrap import collect_seldom
from postwright.kit.logging import configure

Part = Callable[[Bench, argparse.Namespace, Console], Awaitable[Table]]

PARTS: dict[str, Part] = {
    "burst": burst,
    "scale": scale,
    "web": web,
    "processing": processing,
    "waiting": waiting,
    "idle": idle,
}


def _numbers(words: str) -> tuple[int, ...]:
    return tuple(int(word.replace("_", "")) for word in words.split(","))


def _wishes() -> argparse.Namespace:
    parser = argparse.ArgumentParser("bench", description="Each part prints a table; compare within one run only.")
    add = parser.add_argument
    add("parts", nargs="*", metavar="PART", help=f"what to measure: {', '.join(PARTS)} (default: all)")
    add("--posts", type=_numbers, default=(5_000,), help="burst: posts due in the same second, as in 5000,20000")
    add("--workers", type=_numbers, default=(1, 2), help="burst: numbers of worker processes")
    add("--waiting", type=_numbers, default=(0, 10_000, 100_000), help="waiting: how many, as in 0,1000000")
    add("--wave", type=int, default=300, help="waiting, processing: posts due at once")
    add("--idle", type=int, default=100_000, help="idle: how many posts wait")
    add("--videos", type=int, default=500, help="processing: how many videos a platform is busy with")
    add("--scale", type=_numbers, default=(1, 2, 4), help="scale: numbers of worker processes")
    add("--scale-posts", type=int, default=6_000, help="scale: posts due in the same second")
    add("--accounts", type=int, default=1_000, help="burst, scale: how many accounts they are spread over")
    add("--delay", type=float, default=0.2, help="scale: seconds that each call takes")
    add("--requests", type=int, default=400, help="web: how many requests of each kind")
    wishes = parser.parse_args()
    if unknown := set(wishes.parts) - set(PARTS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    return wishes


async def main(wishes: argparse.Namespace) -> None:
    """Run the parts, each in a setting of its own."""
    console = Console()
    for name in wishes.parts or PARTS:
        begun = time.monotonic()
        async with bench() as setting:
            console.print(await PARTS[name](setting, wishes, console))
        console.print(f"{name}: {time.monotonic() - begun:.0f} s\n", style="dim")


if __name__ == "__main__":
    configure("warning", json_lines=False)
    wanted = _wishes()
    collect_seldom()
    sys.exit(uvloop.run(main(wanted)))
