"""Slow platforms: videos that a platform is busy with hold no worker, no account, and next to no memory."""

import argparse
import asyncio
from datetime import datetime, timedelta

import aiohttp
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from bench.burst import workers
from bench.setting import Bench, add_file, add_posts, wave
from bench.usage import megabytes, usage

_LIMIT = timedelta(minutes=5)
_LONGER_THAN_WE_LOOK = 3600.0
_VIDEO = "reel.mp4"


async def processing(setting: Bench, wishes: argparse.Namespace, _: Console) -> Table:
    """A wave of pictures before and while the platform works on many videos; leases and memory of the worker."""
    table = Table(title=f"Slow platform: {wishes.wave} pictures due at once, with videos in processing")
    for heading in ("videos in processing", "start late p50 ms", "p99 ms", "accounts held", "memory of the worker"):
        table.add_column(heading, justify="right")
    async with aiohttp.ClientSession() as client:
        wish = {"settings": {"video_delay": _LONGER_THAN_WE_LOOK}}
        async with client.post(f"{setting.sandbox}/_sandbox/seed", json=wish) as reply:
            reply.raise_for_status()
    video = await add_file(setting, _VIDEO)
    with workers(setting, 1, setting.sandbox) as pids:
        await wave(setting, wishes.wave, lead=timedelta(seconds=5), limit=_LIMIT)
        for videos in (0, wishes.videos):
            if videos:
                due_at = setting.app.clock.now()
                await add_posts(setting, videos, due_at, video)
                await _all_in_processing(setting, due_at)
            held = await _leases(setting)
            outcome = await wave(setting, wishes.wave, lead=timedelta(seconds=5), limit=_LIMIT)
            table.add_row(
                *(f"{videos:,}", f"{outcome.percentile(50):.0f}", f"{outcome.percentile(99):.0f}"),
                *(str(held), megabytes(usage(pids).memory_bytes)),
            )
    return table


async def _all_in_processing(setting: Bench, due_at: datetime) -> None:
    statement = text("""
        SELECT count(*) FROM publications WHERE due_at = :due AND checkpoint ->> 'step' IS DISTINCT FROM 'look'
    """)
    for _ in range(int(_LIMIT.total_seconds() * 2)):
        async with setting.app.db.tx() as tx:
            if (await tx.execute(statement, {"due": due_at})).scalar_one() == 0:
                return
        await asyncio.sleep(0.5)
    raise TimeoutError("not all videos got into processing")


async def _leases(setting: Bench) -> int:
    async with setting.app.db.tx() as tx:
        return int((await tx.execute(text("SELECT count(*) FROM accounts WHERE lease_owner IS NOT NULL"))).scalar_one())
