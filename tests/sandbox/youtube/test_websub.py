"""The WebSub hub and the Atom feeds."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from xml.etree import ElementTree as ET

import pytest
from aiohttp import web

from postwright.sandbox.twins.youtube.websub import signature
from tests.sandbox.client import Sandbox
from tests.sandbox.youtube.client import CYCLES, HARBOUR, Channel, upright
from tests.support.waiting import free_port

TOPIC = f"https://www.youtube.com/feeds/videos.xml?channel_id={HARBOUR}"
HUB = "/pubsubhubbub.appspot.com/subscribe"
NAMES = {"a": "http://www.w3.org/2005/Atom", "yt": "http://www.youtube.com/xml/schemas/2015"}


class Receiver:
    """A callback that agrees to every subscription."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self.pushed: asyncio.Queue[tuple[dict[str, str], bytes]] = asyncio.Queue()

    async def answer(self, request: web.Request) -> web.Response:
        if request.method == "GET":
            self.asked.put_nowait(dict(request.query))
            return web.Response(text=request.query["hub.challenge"] if "no" not in request.query else "?")
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.pushed.put_nowait((headers, await request.read()))
        return web.Response(status=204)

    async def title(self) -> str:
        headers, body = await asyncio.wait_for(self.pushed.get(), 5)
        assert headers["x-hub-signature"] == signature("s3cr3t", body)
        assert headers["content-type"].startswith("application/atom+xml")
        entry = ET.fromstring(body).find("a:entry", NAMES)  # noqa: S314 - our own sandbox's words
        assert entry is not None
        assert entry.findtext("yt:channelId", namespaces=NAMES) == HARBOUR
        return entry.findtext("a:title", namespaces=NAMES) or ""


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


def order(receiver: Receiver, **changes: str) -> dict[str, str]:
    form = {"callback": receiver.url, "mode": "subscribe", "topic": TOPIC, "verify": "sync", "secret": "s3cr3t"}
    return {f"hub.{name}": value for name, value in (form | changes).items()}


def test_the_signature_matches_the_known_vector() -> None:
    assert signature("s3cr3t", b"<feed/>") == "sha1=ded020dddff874624d8e23461d715af354afe52b"


async def test_a_new_public_video_and_a_new_title_are_pushed(
    sandbox: Sandbox, ada: Channel, receiver: Receiver
) -> None:
    assert (await sandbox.call("POST", HUB, data=order(receiver))).status == 204
    asked = await receiver.asked.get()
    assert (asked["hub.mode"], asked["hub.topic"], asked["hub.lease_seconds"]) == ("subscribe", TOPIC, "432000")
    video = await ada.upload(upright(), title="Tea & coffee")
    assert await receiver.title() == "Tea & coffee"
    body = {"id": video, "snippet": {"title": "Coffee", "categoryId": "22"}}
    await ada.call("PUT", "/youtube/v3/videos?part=snippet", json=body)
    assert await receiver.title() == "Coffee"
    await sandbox.call("POST", HUB, data=order(receiver, mode="unsubscribe"))
    await ada.upload(upright() + b"\0\0\0\x08free")
    assert len((await sandbox.journal(kind="webhooks"))["webhooks"]) == 2


async def test_private_videos_and_ended_leases_push_nothing(sandbox: Sandbox, ada: Channel, receiver: Receiver) -> None:
    await sandbox.call("POST", HUB, data=order(receiver, lease_seconds="60"))
    await ada.upload(upright(), privacy="private")
    await sandbox.admin("clock", advance_seconds=60)
    await ada.upload(upright() + b"\0\0\0\x08free")
    assert (await sandbox.journal(kind="webhooks"))["webhooks"] == []


async def test_subscriptions_are_verified_later_or_refused(sandbox: Sandbox, receiver: Receiver) -> None:
    answer = await sandbox.call("POST", HUB, data=order(receiver, verify="async", verify_token="t"))
    assert answer.status == 202
    assert (await asyncio.wait_for(receiver.asked.get(), 5))["hub.verify_token"] == "t"
    for changes in ({"mode": "join"}, {"topic": "https://example.org/"}, {"callback": "x"}, {"lease_seconds": "long"}):
        assert (await sandbox.call("POST", HUB, data=order(receiver, **changes))).status == 400
    assert (await sandbox.call("POST", HUB, data=order(receiver, callback=f"{receiver.url}?no=1"))).status == 409
    wanted = {"youtube": {"url": receiver.url, "secret": "s3cr3t", "channel": "okaforcycles"}}
    told = await sandbox.admin("seed", webhooks=wanted)
    assert CYCLES in str(told["webhooks"]["youtube"])
    wanted["youtube"]["url"] += "?no=1"
    assert (await sandbox.call("POST", "/_sandbox/seed", json={"webhooks": wanted})).status == 400


async def test_a_channels_feed_lists_its_public_videos(sandbox: Sandbox, ada: Channel) -> None:
    shown = await ada.upload(upright())
    await ada.upload(upright() + b"\0\0\0\x08free", privacy="private")
    answer = await sandbox.call("GET", f"/www.youtube.com/feeds/videos.xml?channel_id={HARBOUR}")
    ids = [item.text for item in ET.fromstring(answer.body).iterfind(".//yt:videoId", NAMES)]  # noqa: S314 - as above
    assert ids == [shown]
    assert (await sandbox.call("GET", "/www.youtube.com/feeds/videos.xml?channel_id=UCx")).status == 404
