"""The server of a process: it opens and closes what it works with together with the ASGI lifespan."""

import asyncio
from pathlib import Path

import pytest
from starlette.types import Message

from postwright.main import Server
from tests.support.apps import make_settings
from tests.support.asgi import Client


async def test_a_server_lives_as_long_as_its_lifespan(database_url: str, tmp_path: Path) -> None:
    server = Server(make_settings(tmp_path, database_url=database_url))
    stop, sent = asyncio.Event(), asyncio.Queue[Message]()
    events = iter([{"type": "lifespan.startup"}])

    async def receive() -> Message:
        for event in events:
            return event
        await stop.wait()
        return {"type": "lifespan.shutdown"}

    life = asyncio.create_task(server({"type": "lifespan"}, receive, sent.put))
    assert await sent.get() == {"type": "lifespan.startup.complete"}
    assert (await Client(server).get("/healthz")).json() == {"status": "ok"}
    assert (await Client(server).get("/readyz")).json()["checks"][0]["ok"]
    stop.set()
    await life
    assert await sent.get() == {"type": "lifespan.shutdown.complete"}


async def test_a_server_without_a_lifespan_says_so(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="lifespan"):
        await Client(Server(make_settings(tmp_path))).get("/healthz")
