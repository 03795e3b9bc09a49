"""The composition root: opens what the settings name, gives the App, and closes everything again in order."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final
from urllib.parse import quote

from postwright.kit.blobs import Blobs
from postwright.kit.clock import Clock, SystemClock
from postwright.kit.crypto import KeyRing
from postwright.kit.http import Http
from postwright.platforms.registry import PLATFORMS
from postwright.services.app import App
from postwright.settings import Settings
from postwright.storage import embedded
from postwright.storage.db import Database

_GARBAGE: Final = (50_000, 20, 20)
"""How many more objects than before start a collection of the youngest, and how many of those one of the next age."""


def collect_seldom() -> None:
    """Let this process look for cyclic garbage seldom, and never among what it was started with.

    For processes that live long and make many objects: with Python's thresholds a sixth of a worker's time went there.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GARBAGE)


@asynccontextmanager
async def running_app(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[App]:
    """The App of these settings for as long as the block lasts; the embedded database runs as long, where it is used.

    Raises EmbeddedPostgresError, or ValueError for an address that cannot be one.
    """
    async with AsyncExitStack() as stack:
        url = settings.database_url
        if url is None:
            server = await asyncio.to_thread(embedded.start, settings.data_dir)
            stack.callback(server.stop)
            url = server.url
        db = Database(url)
        stack.push_async_callback(db.close)
        yield App(
            settings=settings,
            db=db,
            http=await stack.enter_async_context(Http(sandbox_url=settings.sandbox_url)),
            clock=clock or SystemClock(),
            keys=KeyRing(settings.keys),
            blobs=Blobs.from_url(settings.media_url or f"file:{quote(str(settings.data_dir.absolute() / 'media'))}"),
            platforms=PLATFORMS,
        )
