"""Webhooks out: the handshake, signed events for accounts that asked, a bounded number of attempts."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from postwright.sandbox.twins.meta.hooks import signature
from tests.sandbox.client import CLARA, HARBOUR, HARBOUR_PAGE, Body, Sandbox
from tests.support.waiting import eventually, free_port

SECRETS = {"instagram": "sandbox-instagram-secret", "facebook": "sandbox-facebook-secret"}


class Receiver:
    """An app's webhook endpoint."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.events: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()
        self.failing = 0
        self.asked: dict[str, str] = {}

    async def answer(self, request: web.Request) -> web.Response:
        if request.method == "GET":
            self.asked = dict(request.query)
            right = request.query["hub.verify_token"] == "letmein"
            return web.Response(text=request.query["hub.challenge"]) if right else web.Response(status=403)
        if self.failing:
            self.failing -= 1
            return web.Response(status=500)
        self.events.put_nowait((request.headers["x-hub-signature-256"], await request.read()))
        return web.Response()

    async def event(self, secret: str) -> Body:
        signed, body = await asyncio.wait_for(self.events.get(), 5)
        assert signed == signature(secret, body)
        (entry,) = json.loads(body)["entry"]
        return dict(entry)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    port = free_port()
    receiver = Receiver(f"http://127.0.0.1:{port}/hook")
    app = web.Application()
    app.router.add_route("*", "/hook", receiver.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield receiver
    with contextlib.suppress(RuntimeError):
        await runner.cleanup()


async def register(sandbox: Sandbox, receiver: Receiver, **more: object) -> None:
    await sandbox.admin("seed", webhooks={"instagram": {"url": receiver.url, "verify_token": "letmein", **more}})


def test_the_signature_matches_the_known_vector() -> None:
    expected = "sha256=0b36918e92cea1735987421f3800c4016053b7e8951c42caa969731f7b34bcd5"
    assert signature("s3cr3t", b'{"object":"page","entry":[]}') == expected


async def test_the_handshake_asks_for_the_challenge(sandbox: Sandbox, receiver: Receiver) -> None:
    await register(sandbox, receiver)
    assert receiver.asked["hub.mode"] == "subscribe"
    assert receiver.asked["hub.verify_token"] == "letmein"
    wrong = {"instagram": {"url": receiver.url, "verify_token": "wrong"}}
    assert (await sandbox.call("POST", "/_sandbox/seed", json={"webhooks": wrong})).status == 400


async def test_a_comment_reaches_the_app_signed_with_its_own_secret(sandbox: Sandbox, receiver: Receiver) -> None:
    await register(sandbox, receiver)
    clara, ada = await sandbox.clara(), await sandbox.ada()
    for graph, secret in ((clara, SECRETS["instagram"]), (ada, SECRETS["facebook"])):
        media = await graph.posted()
        comment = (await sandbox.admin("comment", post=media, username="nils", text="lovely"))["id"]
        entry = await receiver.event(secret)
        assert entry["id"] == graph.account
        (change,) = entry["changes"]
        assert change["field"] == "comments"
        assert (change["value"]["id"], change["value"]["text"]) == (comment, "lovely")
        assert change["value"]["media"] == {"id": media, "media_product_type": "FEED"}
        assert change["value"]["from"]["username"] == "nils"


async def test_mentions_and_messages_reach_the_app(sandbox: Sandbox, receiver: Receiver) -> None:
    await register(sandbox, receiver)
    await sandbox.clara()
    await sandbox.admin("mention", account=CLARA, username="nils", text="@clara.ceramics")
    assert "mentions" in str(await receiver.event(SECRETS["instagram"]))
    told = await sandbox.admin("message", account=CLARA, username="nils", text="hi")
    entry = await receiver.event(SECRETS["instagram"])
    (message,) = entry["messaging"]
    assert message["sender"] == {"id": told["from"]}
    assert message["message"] == {"mid": told["id"], "text": "hi"}


async def test_story_insights_come_when_a_story_ends_for_facebook_login(sandbox: Sandbox, receiver: Receiver) -> None:
    await register(sandbox, receiver)
    for graph in (await sandbox.clara(), await sandbox.ada()):
        story = await graph.container(media_type="STORIES", image_url=sandbox.sample("story.jpg"))
        await graph.publish(story.body["id"])
    await sandbox.admin("clock", advance_seconds=86_400)
    entry = await receiver.event(SECRETS["facebook"])
    assert entry["id"] == HARBOUR
    assert "story_insights" in str(entry)
    assert receiver.events.empty()


async def test_nothing_is_sent_for_an_account_that_no_app_is_connected_to(sandbox: Sandbox, receiver: Receiver) -> None:
    await register(sandbox, receiver)
    ada = await sandbox.ada()
    media = await ada.posted()
    await ada.delete("me/permissions")
    await sandbox.admin("comment", post=media, username="nils", text="hello?")
    assert (await sandbox.journal(kind="webhooks"))["webhooks"] == []


async def test_a_failing_endpoint_is_tried_again(sandbox: Sandbox, receiver: Receiver) -> None:
    await sandbox.admin("seed", settings={"webhook_pause": 0.01})
    await register(sandbox, receiver)
    clara = await sandbox.clara()
    media = await clara.posted()
    receiver.failing = 2
    await sandbox.admin("comment", post=media, username="nils", text="again")
    await receiver.event(SECRETS["instagram"])

    async def delivered() -> list[str]:
        (delivery,) = (await sandbox.journal(kind="webhooks"))["webhooks"]
        return list(delivery["attempts"]) if delivery["delivered"] else []

    assert await eventually(delivered) == ["500", "500", "200"]


async def test_a_dead_endpoint_is_given_up(sandbox: Sandbox, receiver: Receiver) -> None:
    await sandbox.admin("seed", settings={"webhook_pause": 0.01, "webhook_attempts": 3})
    await register(sandbox, receiver)
    clara = await sandbox.clara()
    media = await clara.posted()
    receiver.failing = 99
    await sandbox.admin("comment", post=media, username="nils", text="again")

    async def given_up() -> bool:
        (delivery,) = (await sandbox.journal(kind="webhooks"))["webhooks"]
        return len(delivery["attempts"]) == 3

    await eventually(given_up)
    assert receiver.failing == 96


APP = "sandbox-instagram"
APP_TOKEN = "sandbox-instagram|sandbox-instagram-secret"


async def test_an_app_registers_its_callback_by_the_graph(sandbox: Sandbox, receiver: Receiver) -> None:
    path = f"/graph.facebook.com/v25.0/{APP}/subscriptions"
    form = {
        "object": "instagram",
        "callback_url": receiver.url,
        "verify_token": "letmein",
        "fields": "comments,messages",
        "access_token": APP_TOKEN,
    }
    assert (await sandbox.call("POST", path, data=form)).body == {"success": True}
    assert (await sandbox.call("POST", path, data={**form, "verify_token": "wrong"})).error == (2200, None)
    assert (await sandbox.call("POST", path, data={**form, "fields": "likes"})).error == (100, None)
    assert (await sandbox.call("POST", path, data={**form, "object": "pony"})).error == (100, None)
    assert (await sandbox.call("POST", path, data={**form, "access_token": "x|y"})).error == (190, None)
    (held,) = (await sandbox.call("GET", path, params={"access_token": APP_TOKEN})).body["data"]
    assert (held["object"], held["callback_url"]) == ("instagram", receiver.url)

    clara = await sandbox.clara()
    media = await clara.posted()
    await sandbox.admin("comment", post=media, username="nils", text="not enabled yet")
    assert receiver.events.empty()
    unknown = await clara.post("me/subscribed_apps", subscribed_fields="comments,poems")
    assert unknown.error == (100, None)
    assert (await clara.post("me/subscribed_apps", subscribed_fields="comments")).body == {"success": True}
    (enabled,) = (await clara.get("me/subscribed_apps")).body["data"]
    assert enabled["subscribed_fields"] == ["comments"]
    await sandbox.admin("comment", post=media, username="nils", text="now")
    assert "now" in str(await receiver.event(SECRETS["instagram"]))

    await clara.delete("me/subscribed_apps")
    assert (await clara.get("me/subscribed_apps")).body == {"data": []}
    assert (await sandbox.call("DELETE", path, params={"access_token": APP_TOKEN})).body == {"success": True}
    assert (await sandbox.call("GET", path, params={"access_token": APP_TOKEN})).body == {"data": []}


async def test_with_facebook_login_the_page_enables_the_events(sandbox: Sandbox, receiver: Receiver) -> None:
    form = {
        "object": "instagram",
        "callback_url": receiver.url,
        "verify_token": "letmein",
        "fields": "comments",
        "access_token": "sandbox-facebook|sandbox-facebook-secret",
    }
    await sandbox.call("POST", "/graph.facebook.com/v25.0/sandbox-facebook/subscriptions", data=form)
    ada = await sandbox.ada()
    media = await ada.posted()
    assert (await ada.post(f"{HARBOUR_PAGE}/subscribed_apps", subscribed_fields="feed")).body == {"success": True}
    assert (await ada.get(f"{HARBOUR_PAGE}/subscribed_apps")).body["data"][0]["subscribed_fields"] == ["feed"]
    await sandbox.admin("comment", post=media, username="nils", text="hello")
    assert (await receiver.event(SECRETS["facebook"]))["id"] == HARBOUR
    assert (await ada.delete(f"{HARBOUR_PAGE}/subscribed_apps")).body == {"success": True}
