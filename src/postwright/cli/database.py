"""The database that `up` brings along: started, brought up to date, looked after, and stopped with everything else."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Final

import asyncpg

from postwright.cli.opening import NO_DATABASE
from postwright.cli.terminal import Fault
from postwright.kit.logging import logger
from postwright.settings import Settings
from postwright.storage import embedded
from postwright.storage.db import Database
from postwright.storage.embedded import EmbeddedPostgres, EmbeddedPostgresError
from postwright.storage.migrate import migrate

LOOK_EVERY: Final = timedelta(seconds=2)


@asynccontextmanager
async def running_database(settings: Settings, say: Callable[[str], None]) -> AsyncIterator[None]:
    """The settings' database with an up-to-date schema; the embedded one runs as long as the block.

    Raises EmbeddedPostgresError, and Fault for one that is not ours and cannot be reached.
    """
    if settings.database_url is not None:
        await _migrate(settings.database_url, say)
        yield
        return
    say("Starting the database")
    keeper = _Keeper(settings.data_dir, await asyncio.to_thread(embedded.start, settings.data_dir))
    stop = asyncio.Event()
    watch = asyncio.create_task(keeper.watch(stop))
    try:
        await _migrate(keeper.share.url, say)
        yield
    finally:
        stop.set()
        await watch
        await asyncio.to_thread(keeper.share.stop)


class _Keeper:
    """Our share in the embedded database; a server that died is started again, by a new share."""

    def __init__(self, folder: Path, share: EmbeddedPostgres) -> None:
        self._folder = folder
        self.share = share

    async def watch(self, stop: asyncio.Event) -> None:
        """Look again and again whether it answers, until `stop`."""
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_EVERY.total_seconds())
            if not stop.is_set() and not await self._answers():
                await self._start_again()

    async def _answers(self) -> bool:
        try:
            connection = await asyncpg.connect(self.share.url, timeout=LOOK_EVERY.total_seconds())
            await connection.close()
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as lost:
            logger().warning("database_away", reason=f"{type(lost).__name__}: {lost}")
            return False
        return True

    async def _start_again(self) -> None:
        before = self.share
        try:
            self.share = await asyncio.to_thread(embedded.start, self._folder)
        except EmbeddedPostgresError as broken:
            logger().error("database_not_started", reason=str(broken))
            return
        await asyncio.to_thread(before.stop)


async def _migrate(url: str, say: Callable[[str], None]) -> None:
    say("Bringing the schema up to date")
    db = Database(url, pool_size=1)
    try:
        await migrate(db)
    except NO_DATABASE as lost:
        raise Fault(f"The database cannot be reached: {lost}") from lost
    finally:
        await db.close()
