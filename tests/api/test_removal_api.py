"""Taking posts down through the API."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from starlette.types import ASGIApp

from postwright.domain.errors import Unavailable
from postwright.services.app import App
from postwright.storage.db import Database
from postwright.storage.posts import PostRow
from tests.support.apps import Person, join
from tests.support.asgi import Client
from tests.support.clock import ManualClock
from tests.support.connecting import connect_all
from tests.support.fake_platform import FAKE, FakePlatform, caller_of, fake_app
from tests.support.fake_posts import NOTE, published

from .conftest import client_of


@pytest.fixture
def platform(clock: ManualClock) -> FakePlatform:
    return FakePlatform(clock, kinds=(NOTE,))


@pytest.fixture
async def app(db: Database, tmp_path: Path, platform: FakePlatform) -> AsyncIterator[App]:
    async with fake_app(db, tmp_path, platform) as opened:
        yield opened


@pytest.fixture
async def post(app: App, person: Person) -> PostRow:
    caller = caller_of(person)
    [account] = await connect_all(app, caller)
    return await published(app, caller, account.id)


async def test_a_post_is_taken_down_and_says_since_when(client: Client, post: PostRow) -> None:
    path = f"/api/posts/{post.id}"
    reply = await client.post(f"{path}/remove")
    body = reply.json()
    assert (reply.status, body["status"], body["not_removed"]) == (200, "published", [])
    assert body["publications"][0]["removed_at"] == "2026-11-20T09:00:00Z"
    assert (await client.get(path)).json() == {name: value for name, value in body.items() if name != "not_removed"}
    assert (await client.get(f"{path}/status")).json()["publications"] == body["publications"]
    assert (await client.post(f"{path}/remove")).json() == body


async def test_what_still_stands_is_told_with_its_reason(client: Client, post: PostRow, platform: FakePlatform) -> None:
    platform.failure = Unavailable("Down for the night.")
    [publication] = post.publications
    reply = await client.post(f"/api/posts/{post.id}/remove", {"publication_id": str(publication.id)})
    assert (reply.status, reply.json()["publications"][0]["removed_at"]) == (200, None)
    assert reply.json()["not_removed"] == [
        {
            "publication_id": str(publication.id),
            "platform": FAKE,
            "code": "platform_unavailable",
            "message": "Fakebook cannot do that right now: Down for the night.",
        }
    ]


async def test_a_platform_that_offers_no_removal_is_a_problem(
    client: Client, post: PostRow, platform: FakePlatform
) -> None:
    platform.removes = False
    reply = await client.post(f"/api/posts/{post.id}/remove")
    assert (reply.status, reply.code) == (409, "removal_not_offered")


async def test_nothing_published_is_a_problem(client: Client, post: PostRow) -> None:
    reply = await client.post(f"/api/posts/{post.id}/remove", {"publication_id": str(uuid4())})
    assert (reply.status, reply.code) == (409, "nothing_to_remove")


async def test_only_those_who_write_take_posts_down(server: ASGIApp, app: App, platform: FakePlatform) -> None:
    viewer = await join(app, role="viewer")
    caller = caller_of(await join(app))
    [account] = await connect_all(app, caller)
    post = await published(app, caller, account.id)
    reply = await client_of(server, viewer).post(f"/api/posts/{post.id}/remove")
    assert (reply.status, reply.code) == (403, "read_only")
    assert platform.removed == []
