"""What YouTube's hub tells of a channel's feed: the handshake of a subscription, its signature, new videos.

Document: guides/push_notifications (WebSub). The subscription's secret and its verify token are our
own word: it is whoever subscribes that gives them to the hub. Anybody can ask the hub to subscribe or
to unsubscribe us: without the word we do not agree.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator

from postwright.domain.errors import Rejected
from postwright.kit.crypto import same
from postwright.kit.signing import matches
from postwright.platforms.base import WebhookAnswer, WebhookCall, WebhookEvent, WebhookSecrets
from postwright.platforms.youtube.spec import FEEDS

_MODES = frozenset({"subscribe", "unsubscribe"})
_ENTRY = re.compile(r"<entry\b.*?</entry>", re.DOTALL)
_VIDEO = re.compile(r"<yt:videoId>([\w-]+)</yt:videoId>")
_CHANNEL = re.compile(r"<yt:channelId>([\w-]+)</yt:channelId>")


def read_webhook(call: WebhookCall, secrets: WebhookSecrets) -> WebhookAnswer:
    """Answer the hub's question (GET), or verify a call and read its videos (POST). Raises Rejected."""
    if call.method == "GET":
        return _handshake(call, secrets)
    headers = {name.lower(): value for name, value in call.headers.items()}
    if not secrets.verify_token or not matches(
        headers.get("x-hub-signature"), _signature(secrets.verify_token, call.body)
    ):
        raise Rejected("The signature of the webhook call is not made with our word.")
    return WebhookAnswer(events=tuple(_events(call.body)))


def _handshake(call: WebhookCall, secrets: WebhookSecrets) -> WebhookAnswer:
    topic, mode = call.query.get("hub.topic", ""), call.query.get("hub.mode")
    if mode not in _MODES or not topic.startswith(FEEDS):
        raise Rejected("That is no subscription to a YouTube channel's feed.")
    word = call.query.get("hub.verify_token")
    if not word or not same(word, secrets.verify_token):
        raise Rejected("The verify token of the webhook subscription is not ours.")
    return WebhookAnswer(reply=call.query.get("hub.challenge", ""))


def _signature(word: str, body: bytes) -> str:
    return f"sha1={hmac.new(word.encode(), body, hashlib.sha1).hexdigest()}"


def _events(body: bytes) -> Iterator[WebhookEvent]:
    """The videos that a feed names. It was written by YouTube, as the signature says; nothing else of it is read."""
    for entry in _ENTRY.findall(body.decode(errors="replace")):
        video, channel = _VIDEO.search(entry), _CHANNEL.search(entry)
        if video and channel:
            yield WebhookEvent(hashlib.sha256(entry.encode()).hexdigest(), "feed", channel[1], video[1])
