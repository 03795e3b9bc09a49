"""Atom feeds of channels, and the WebSub hub that pushes them.

Sources: W3C, "WebSub" (2018); YouTube, "Subscribe to Push Notifications".
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from postwright.sandbox.call import Call, Reply
from postwright.sandbox.state import Account, World
from postwright.sandbox.twins.youtube.rules import FEED_ENTRIES, LEASE, LONGEST_LEASE, PLATFORM
from postwright.sandbox.twins.youtube.studio import Video

HUB = "https://pubsubhubbub.appspot.com"
TOPIC = "https://www.youtube.com/feeds/videos.xml?channel_id="
FEEDS = frozenset({"/feeds/videos.xml", "/xml/feeds/videos.xml"})
ATOM = "application/atom+xml"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A callback that gets a channel's feed until its lease is over."""

    callback: str
    topic: str
    channel_id: str
    secret: str
    expires_at: datetime


class Hub:
    """Google's hub at pubsubhubbub.appspot.com."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._held: dict[tuple[str, str], Subscription] = {}

    def reset(self) -> None:
        """Forget all subscriptions."""
        self._held.clear()

    async def answer(self, call: Call) -> Reply:
        """`POST /subscribe`: 202 and a verification later, or with `hub.verify=sync` 204 after it."""
        form = call.form
        if call.path not in ("/", "/subscribe") or call.method != "POST":
            return _plain(404, "Not Found")
        seconds = form.get("hub.lease_seconds") or str(int(LEASE.total_seconds()))
        fits = {
            "hub.callback": form.get("hub.callback", "").startswith(("http://", "https://")),
            "hub.mode": form.get("hub.mode") in ("subscribe", "unsubscribe"),
            "hub.topic": self.channel_of(form.get("hub.topic", "")) is not None,
            "hub.lease_seconds": seconds.isdecimal(),
        }
        for name, is_right in fits.items():
            if not is_right:
                return _plain(400, f"Invalid value for {name}: {form.get(name, '')}")
        if form.get("hub.verify") == "sync":
            return Reply(204, b"") if await self.verify(form, int(seconds)) else _plain(409, "Could not verify")
        self._world.spawn(self._verify_later(form, int(seconds)))
        return Reply(202, b"", "text/plain")

    async def _verify_later(self, form: dict[str, str], seconds: int) -> None:
        await self.verify(form, seconds)

    async def verify(self, form: dict[str, str], seconds: int) -> bool:
        """Ask the callback for the challenge; note or drop the subscription."""
        callback, mode, topic = form["hub.callback"], form["hub.mode"], form["hub.topic"]
        lease = min(timedelta(seconds=seconds), LONGEST_LEASE)
        challenge = secrets.token_hex(16)
        query = {"hub.mode": mode, "hub.topic": topic, "hub.challenge": challenge}
        if mode == "subscribe":
            query["hub.lease_seconds"] = str(int(lease.total_seconds()))
        if form.get("hub.verify_token"):
            query["hub.verify_token"] = form["hub.verify_token"]
        status, text = await self._world.webhooks.ask(callback, query)
        channel = self.channel_of(topic)
        if status // 100 != 2 or text.strip() != challenge or channel is None:  # noqa: PLR2004 - any 2xx
            return False
        if mode == "subscribe":
            expires = self._world.clock.now() + lease
            held = Subscription(callback, topic, channel.id, form.get("hub.secret", ""), expires)
            self._held[callback, channel.id] = held
        else:
            self._held.pop((callback, channel.id), None)
        return True

    def channel_of(self, topic: str) -> Account | None:
        """The channel whose feed an address is."""
        parts = urlsplit(topic)
        if parts.netloc != "www.youtube.com" or parts.path not in FEEDS:
            return None
        return self._world.find_account(parse_qs(parts.query).get("channel_id", [""])[0], PLATFORM)

    def push(self, video: Video) -> None:
        """Send a video's entry to everybody who subscribed to its channel."""
        body = feed(video.channel, [video])
        now = self._world.clock.now()
        for held in self._held.values():
            if held.channel_id != video.channel.id or held.expires_at <= now:
                continue
            headers = {"content-type": ATOM, "link": f'<{HUB}>; rel="hub", <{held.topic}>; rel="self"'}
            if held.secret:
                headers["x-hub-signature"] = signature(held.secret, body)
            self._world.spawn(self._world.webhooks.send(PLATFORM, held.callback, body, headers))


def signature(secret: str, body: bytes) -> str:
    """`X-Hub-Signature` of a raw body."""
    return f"sha1={hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()}"


def feed(channel: Account, videos: list[Video]) -> bytes:
    """A channel's videos in Atom, in the order given."""
    entries = "".join(_entry(video) for video in videos[:FEED_ENTRIES])
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns="http://www.w3.org/2005/Atom">'
        f'<link rel="hub" href="{HUB}"/><link rel="self" href="{TOPIC}{channel.id}"/>'
        f"<title>YouTube video feed</title>{entries}</feed>\n"
    ).encode()


def _entry(video: Video) -> str:
    channel, published = video.channel, (video.published_at or video.uploaded_at).isoformat()
    return (
        f"<entry><id>yt:video:{video.id}</id><yt:videoId>{video.id}</yt:videoId>"
        f"<yt:channelId>{channel.id}</yt:channelId><title>{escape(str(video.snippet['title']))}</title>"
        f'<link rel="alternate" href="https://www.youtube.com/watch?v={video.id}"/>'
        f"<author><name>{escape(channel.name)}</name>"
        f"<uri>https://www.youtube.com/channel/{channel.id}</uri></author>"
        f"<published>{published}</published><updated>{published}</updated></entry>"
    )


def _plain(status: int, text: str) -> Reply:
    return Reply(status, text.encode(), "text/plain; charset=utf-8")
