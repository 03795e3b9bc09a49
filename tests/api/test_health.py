"""What operators and orchestrators ask of a server, also of one that cannot work."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from starlette.types import ASGIApp

from postwright.main import create_server
from postwright.services import health
from postwright.services.app import App
from postwright.storage.db import Database
from postwright.storage.health import depths
from tests.support.apps import Person, connect_account, work_without_end
from tests.support.asgi import Client, Reply
from tests.support.clock import ManualClock
from tests.support.pictures import jpeg
from tests.support.racing import race

BUCKETS = {"0.1": 0.0, "1.0": 0.0, "2.5": 1.0, "5.0": 1.0, "3600.0": 1.0, "+Inf": 1.0}
NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"
NO_SOCKET = "postgresql://nobody@/nothing?host=/nonexistent"


@asynccontextmanager
async def refusing_postgres(sqlstate: str) -> AsyncIterator[str]:
    """A PostgreSQL that answers every start-up message with one error; its address."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(int.from_bytes(await reader.readexactly(4)) - 4)
        words = b"SFATAL\0" + f"C{sqlstate}\0".encode() + b"Mthe database system is starting up\0\0"
        writer.write(b"E" + (len(words) + 4).to_bytes(4) + words)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"postgresql://nobody@127.0.0.1:{port}/nothing?sslmode=disable"


def _failing(reply: Reply) -> dict[str, str]:
    return {check["name"]: check["detail"] for check in reply.json()["checks"] if not check["ok"]}


async def test_a_server_with_a_worker_is_ready(app: App, stranger: Client) -> None:
    await work_without_end(app)
    reply = await stranger.get("/readyz")
    assert (reply.status, reply.json()["status"], _failing(reply)) == (200, "ready", {})


async def test_without_a_worker_the_server_says_how_to_start_one(stranger: Client) -> None:
    reply = await stranger.get("/readyz")
    assert (reply.status, _failing(reply)) == (503, {"worker": "No worker runs: start postwright worker."})


async def test_a_schema_that_is_behind_says_how_to_migrate(app: App, stranger: Client) -> None:
    async with app.db.tx() as tx:
        await tx.execute(text("DELETE FROM alembic_version"))
    reply = await stranger.get("/readyz")
    assert (reply.status, _failing(reply)) == (503, {"schema": "The database is empty: run postwright migrate."})


async def test_posts_that_nobody_fetches_make_the_server_unready(
    app: App, stranger: Client, client: Client, person: Person, clock: ManualClock
) -> None:
    await work_without_end(app)
    await connect_account(app, person)
    media = (await client.upload(jpeg(), "a.jpg")).json()["id"]
    assert (await client.post("/api/posts", {"platform": "instagram", "media": [{"id": media}]})).status == 201
    assert (await stranger.get("/readyz")).status == 200
    clock.advance(timedelta(seconds=90))
    reply = await stranger.get("/readyz")
    assert _failing(reply) == {"queue": "The oldest due publication has waited for 90 s."}


async def test_a_lost_database_is_503_everywhere_and_the_process_still_lives(app: App, person: Person) -> None:
    for address in (NOWHERE, NO_SOCKET):
        server = create_server(replace(app, db=Database(address)))
        caller = Client(server, {"Authorization": f"Bearer {person.bearer}"})
        assert (await caller.get("/healthz")).status == 200
        ready = await caller.get("/readyz")
        assert (ready.status, list(_failing(ready))) == (503, ["database"])
        assert (await caller.get("/api/media")).code == "database_unreachable"


async def test_metrics_tell_of_requests_and_of_the_work_of_all_processes(
    app: App, server: ASGIApp, client: Client, person: Person
) -> None:
    await work_without_end(app)
    await connect_account(app, person)
    media = (await client.upload(jpeg(), "a.jpg")).json()["id"]
    await client.post("/api/posts", {"platform": "instagram", "media": [{"id": media}]})
    lines = (await Client(server).get("/metrics")).body.decode().splitlines()
    assert 'postwright_http_requests_total{method="POST",route="/api/posts",status="201"} 1.0' in lines
    assert 'postwright_publications{state="queued"} 1.0' in lines
    assert 'postwright_queue_depth{platform="instagram",state="queued"} 1.0' in lines
    assert {"postwright_due 1.0", "postwright_workers 1.0", "postwright_oldest_due_seconds 0.0"} <= set(lines)


async def test_a_worker_that_gave_no_sign_of_life_for_too_long_is_none(
    app: App, stranger: Client, clock: ManualClock
) -> None:
    await work_without_end(app)
    clock.advance(timedelta(days=1) + app.settings.lease)
    assert (await stranger.get("/readyz")).status == 200
    clock.advance(timedelta(seconds=1))
    assert _failing(await stranger.get("/readyz")) == {"worker": "No worker runs: start postwright worker."}


async def test_metrics_count_how_late_publications_start_once_over_all_processes(
    app: App, client: Client, person: Person, clock: ManualClock
) -> None:
    await connect_account(app, person)
    media = (await client.upload(jpeg(), "a.jpg")).json()["id"]
    await client.post("/api/posts", {"platform": "instagram", "media": [{"id": media}]})
    async with app.db.tx() as tx:
        await tx.execute(text("UPDATE publications SET started_at = due_at + interval '2.5 seconds'"))
    clock.advance(timedelta(seconds=2.5) + health.COUNTED_AFTER)
    await race(app, lambda: health.count_lateness(app))
    clock.advance(timedelta(hours=2))
    await health.count_lateness(app)
    lines = (await client.get("/metrics")).body.decode().splitlines()
    counts = {bound: f'postwright_lateness_seconds_bucket{{le="{bound}"}} {n}' for bound, n in BUCKETS.items()}
    assert set(counts.values()) <= set(lines)
    assert {"postwright_lateness_seconds_sum 2.5", "postwright_lateness_seconds_count 1.0"} <= set(lines)
    assert "# TYPE postwright_lateness_seconds histogram" in lines


async def test_large_numbers_are_estimated_and_small_ones_counted(app: App, client: Client, person: Person) -> None:
    await connect_account(app, person)
    media = (await client.upload(jpeg(), "a.jpg")).json()["id"]
    for _ in range(4):
        await client.post("/api/posts", {"platform": "instagram", "media": [{"id": media}], "force": True})
    async with app.db.tx() as tx:
        [depth] = await depths(tx, exact=2)
        assert depth.publications == 2  # nothing is known yet of how many more there are
        await tx.execute(text("ANALYZE publications"))
        [estimated] = await depths(tx, exact=2)
        assert estimated.publications == 4
        [counted] = await depths(tx, exact=5)
        assert (counted.platform, counted.state, counted.publications) == ("instagram", "queued", 4)


@pytest.mark.parametrize("sqlstate", ["57P03", "57P01", "53300", "08006"])
async def test_a_database_that_is_there_but_does_not_serve_yet_is_503_too(
    app: App, person: Person, sqlstate: str
) -> None:
    async with refusing_postgres(sqlstate) as address:
        server = create_server(replace(app, db=Database(address)))
        caller = Client(server, {"Authorization": f"Bearer {person.bearer}"})
        reply = await caller.get("/api/media")
        assert (reply.status, reply.code) == (503, "database_unreachable")
        assert list(_failing(await caller.get("/readyz"))) == ["database"]
