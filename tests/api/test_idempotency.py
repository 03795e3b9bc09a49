"""The same request with the same key: one effect, one reply."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text
from starlette.types import ASGIApp

from postwright.api.idempotency import Idempotency
from postwright.api.methods import Methods
from postwright.main import create_server
from postwright.services.app import App
from postwright.storage import idempotency as keys
from tests.support.apps import Person, connect_account, join
from tests.support.asgi import Client
from tests.support.clock import ManualClock
from tests.support.pictures import jpeg, png

from .conftest import client_of

KEY = {"Idempotency_Key": "a key"}
REPLAYED = "idempotent-replayed"


@pytest.fixture
async def draft(app: App, client: Client, person: Person) -> dict[str, object]:
    """A post that can go out."""
    await connect_account(app, person)
    media = (await client.upload(jpeg(), "a.jpg")).json()["id"]
    return {"platform": "instagram", "caption": "Hello", "media": [{"id": media}]}


async def _posts(client: Client) -> int:
    return len((await client.get("/api/posts")).json()["posts"])


async def test_the_same_request_again_gets_the_first_reply(client: Client, draft: dict[str, object]) -> None:
    first = await client.post("/api/posts", draft, **KEY)
    again = await client.post("/api/posts", draft, **KEY)
    assert (first.status, REPLAYED in first.headers) == (201, False)
    assert (again.status, again.headers[REPLAYED], again.json()) == (201, "true", first.json())
    assert again.headers["content-type"] == first.headers["content-type"]
    assert await _posts(client) == 1


async def test_without_a_key_the_same_request_is_another_one(client: Client, draft: dict[str, object]) -> None:
    await client.post("/api/posts", draft)
    assert (await client.post("/api/posts", draft)).code == "duplicate_post"
    await client.post("/api/posts", {**draft, "force": True})
    assert await _posts(client) == 2


async def test_a_key_is_good_for_one_request_only(client: Client, draft: dict[str, object]) -> None:
    await client.post("/api/posts", draft, **KEY)
    for reply in (
        await client.post("/api/posts", {**draft, "caption": "Other"}, **KEY),
        await client.post("/api/posts/validate", draft, **KEY),
        await client.upload(jpeg(), "a.jpg", **KEY),
    ):
        assert (reply.status, reply.code) == (422, "idempotency_key_reused")
    assert await _posts(client) == 1


async def test_a_refusal_is_repeated_too(client: Client) -> None:
    first = await client.post("/api/posts", {}, **KEY)
    again = await client.post("/api/posts", {}, **KEY)
    assert (first.code, again.code, again.headers[REPLAYED]) == ("target_required", "target_required", "true")


async def test_a_reply_without_a_body_is_repeated(client: Client) -> None:
    media = (await client.upload(jpeg(), "a.jpg")).json()["id"]
    first = await client.delete(f"/api/media/{media}", **KEY)
    again = await client.delete(f"/api/media/{media}", **KEY)
    assert (first.status, again.status, again.body, again.headers[REPLAYED]) == (204, 204, b"", "true")


async def test_an_upload_is_taken_once(client: Client) -> None:
    first = await client.upload(jpeg(), "a.jpg", **KEY)
    again = await client.upload(jpeg(), "a.jpg", **KEY)
    other = await client.upload(png(), "a.jpg", **KEY)
    assert (first.status, again.json(), again.headers[REPLAYED]) == (201, first.json(), "true")
    assert other.code == "idempotency_key_reused"
    assert len((await client.get("/api/media")).json()["media"]) == 1


async def test_many_at_the_same_moment_have_one_effect(
    app: App, client: Client, person: Person, draft: dict[str, object]
) -> None:
    other_process = client_of(create_server(app), person)
    replies = await asyncio.gather(*(who.post("/api/posts", draft, **KEY) for who in (client, other_process) * 5))
    made = [reply for reply in replies if reply.status == 201]
    waiting = [reply for reply in replies if reply.status == 409]
    assert len(made) + len(waiting) == 10
    assert len({reply.json()["id"] for reply in made}) == 1
    assert {reply.code for reply in waiting} <= {"idempotency_in_progress"}
    assert {reply.headers["retry-after"] for reply in waiting} <= {"1"}
    assert await _posts(client) == 1


async def test_a_key_belongs_to_its_workspace(app: App, server: ASGIApp, client: Client) -> None:
    first = await client.post("/api/posts", {}, **KEY)
    other = await client_of(server, await join(app)).post("/api/posts", {}, **KEY)
    assert first.code == other.code == "target_required"
    assert REPLAYED not in other.headers


async def test_a_reply_is_forgotten_after_a_day(app: App) -> None:
    person, now = await join(app), app.clock.now()
    async with app.db.tx() as tx:
        workspace = person.member.workspace.id
        assert isinstance(await keys.take(tx, workspace, "k", request_hash=b"1", now=now), keys.Claim)
        later = now + timedelta(hours=25)
        assert isinstance(await keys.take(tx, workspace, "k", request_hash=b"2", now=later), keys.Claim)


async def test_a_request_whose_process_died_is_taken_over_after_a_minute(
    app: App, client: Client, clock: ManualClock, draft: dict[str, object]
) -> None:
    first = await client.post("/api/posts", draft, **KEY)
    async with app.db.tx() as tx:  # as if the process had died between the post's commit and the reply's
        await tx.execute(text("UPDATE idempotency_keys SET status = NULL, body = NULL"))
    assert (await client.post("/api/posts", draft, **KEY)).code == "idempotency_in_progress"
    assert (await client.post("/api/posts", {**draft, "caption": "x"}, **KEY)).code == "idempotency_key_reused"
    clock.advance(timedelta(seconds=61))
    again = await client.post("/api/posts", draft, **KEY)
    assert (again.status, again.json()["id"]) == (200, first.json()["id"])
    assert await _posts(client) == 1


async def test_who_was_taken_over_does_not_overwrite_the_other_reply(app: App, person: Person) -> None:
    workspace, now = person.member.workspace.id, app.clock.now()
    async with app.db.tx() as tx:
        slow = await keys.take(tx, workspace, "k", request_hash=b"1", now=now)
        fast = await keys.take(tx, workspace, "k", request_hash=b"1", now=now + timedelta(minutes=2))
        assert isinstance(slow, keys.Claim)
        assert isinstance(fast, keys.Claim)
        await keys.keep(tx, fast, status=201, body='{"by": "fast"}')
        await keys.keep(tx, slow, status=201, body='{"by": "slow"}')
        await keys.let_go(tx, slow)
        found = await keys.take(tx, workspace, "k", request_hash=b"1", now=now + timedelta(minutes=3))
    assert isinstance(found, keys.Known)
    assert found.body == {"by": "fast"}


@pytest.mark.parametrize("key", ["", "x" * 256, "é"])
async def test_a_key_that_cannot_be_one_is_refused(client: Client, key: str) -> None:
    reply = await client.post("/api/posts", {}, Idempotency_Key=key)
    assert (reply.status, reply.code, reply.fields) == (422, "bad_idempotency_key", ["Idempotency-Key"])


async def test_a_fault_keeps_nothing_so_that_the_request_can_be_made_again(app: App, person: Person) -> None:
    statuses = iter([500, 429, 200])

    async def route(scope: object, receive: object, send: object) -> None:  # noqa: ARG001 an ASGI application
        await send({"type": "http.response.start", "status": next(statuses), "headers": []})  # type: ignore[operator]  # likewise
        await send({"type": "http.response.body", "body": b"{}"})  # type: ignore[operator]  # likewise

    server = Idempotency(route, app, _EveryMethod())
    caller = client_of(server, person)
    replies = [await caller.post("/api/anything", {}, **KEY) for _ in range(4)]
    assert [(reply.status, REPLAYED in reply.headers) for reply in replies] == [
        (500, False),
        (429, False),
        (200, False),
        (200, True),
    ]


async def test_an_exception_keeps_nothing_either(app: App, person: Person) -> None:
    async def route(scope: object, receive: object, send: object) -> None:  # noqa: ARG001 an ASGI application
        raise ZeroDivisionError

    caller = client_of(Idempotency(route, app, _EveryMethod()), person)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            await caller.post("/api/anything", {}, **KEY)


async def test_signing_in_ignores_keys_as_its_replies_hold_secrets(app: App, client: Client) -> None:
    await client.post("/api/auth/refresh", {"refresh_token": "x"}, **KEY)
    async with app.db.tx() as tx:
        assert (await tx.execute(text("SELECT count(*) FROM idempotency_keys"))).scalar_one() == 0


class _EveryMethod(Methods):
    """Routes that answer everything."""

    def __init__(self) -> None:
        super().__init__(())

    def at(self, path: str) -> frozenset[str]:  # noqa: ARG002 every path
        return frozenset({"POST"})
