"""What YouTube's hub sends: the handshake, the signature, and the videos of a feed."""

import hashlib
import hmac

import pytest

from postwright.domain.errors import Rejected
from postwright.platforms.base import WebhookAnswer, WebhookCall, WebhookSecrets
from postwright.platforms.youtube.adapter import YouTube

SECRETS = WebhookSecrets("s3cr3t", ())
VECTOR = "sha1=ded020dddff874624d8e23461d715af354afe52b"
FEED = "https://www.youtube.com/feeds/videos.xml?channel_id=UC1"
ENTRY = "<entry><yt:videoId>v_1-2</yt:videoId><yt:channelId>UC1</yt:channelId><updated>{}</updated></entry>"


def handshake(**query: str) -> WebhookAnswer:
    named = {f"hub.{name}": value for name, value in query.items()}
    return YouTube().read_webhook(WebhookCall("GET", named, {}, b""), SECRETS)


def post(body: bytes, signature: str | None = None, secrets: WebhookSecrets = SECRETS) -> WebhookAnswer:
    signed = signature or "sha1=" + hmac.new(secrets.verify_token.encode(), body, hashlib.sha1).hexdigest()
    return YouTube().read_webhook(WebhookCall("POST", {}, {"X-Hub-Signature": signed}, body), secrets)


def feed(*entries: str) -> bytes:
    return f'<?xml version="1.0"?><feed xmlns:yt="y">{"".join(entries)}</feed>'.encode()


@pytest.mark.parametrize("mode", ["subscribe", "unsubscribe"])
@pytest.mark.parametrize("topic", [FEED, "https://www.youtube.com/xml/feeds/videos.xml?channel_id=UC1"])
def test_the_hubs_question_is_answered_with_its_challenge(mode: str, topic: str) -> None:
    assert handshake(mode=mode, topic=topic, challenge="42", verify_token="s3cr3t") == WebhookAnswer("42")


@pytest.mark.parametrize(
    "query",
    [
        {"mode": "subscribe", "topic": "https://evil.example/feed", "challenge": "42"},
        {"mode": "subscribe", "topic": f"https://evil.example/{FEED}", "challenge": "42"},
        {"mode": "denied", "topic": FEED, "challenge": "42"},
        {"topic": FEED},
        {},
    ],
)
def test_other_subscriptions_are_refused(query: dict[str, str]) -> None:
    with pytest.raises(Rejected):
        handshake(**{"verify_token": "s3cr3t", **query})


@pytest.mark.parametrize("word", [{}, {"verify_token": ""}, {"verify_token": "another"}])
@pytest.mark.parametrize("mode", ["subscribe", "unsubscribe"])
def test_what_somebody_else_asks_of_the_hub_is_not_agreed_to(mode: str, word: dict[str, str]) -> None:
    with pytest.raises(Rejected):
        handshake(mode=mode, topic=FEED, challenge="42", **word)


def test_the_documented_signature_is_accepted() -> None:
    assert post(b"<feed/>", VECTOR) == WebhookAnswer()


@pytest.mark.parametrize("signature", ["sha1=00", VECTOR[5:], VECTOR.replace("sha1", "sha256"), "é"])
def test_another_signature_is_refused(signature: str) -> None:
    with pytest.raises(Rejected):
        post(b"<feed/>", signature)


def test_a_call_without_a_signature_is_refused_and_an_empty_word_signs_nothing() -> None:
    with pytest.raises(Rejected):
        YouTube().read_webhook(WebhookCall("POST", {}, {}, b"<feed/>"), SECRETS)
    with pytest.raises(Rejected):
        post(b"<feed/>", None, WebhookSecrets("", ()))


def test_each_video_of_a_feed_is_an_event_and_a_replay_the_same_one() -> None:
    other = ENTRY.replace("v_1-2", "v2").format("a")
    first, second = post(feed(ENTRY.format("a"), other)).events
    assert (first.topic, first.account_external_id, first.external_id) == ("feed", "UC1", "v_1-2")
    assert second.external_id == "v2"
    assert post(feed(ENTRY.format("a"))).events == (first,)
    assert post(feed(ENTRY.format("b"))).events[0].key != first.key


def test_what_names_no_video_is_passed_over() -> None:
    hostile = '<!DOCTYPE feed [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    deleted = '<at:deleted-entry ref="yt:video:v1"/>'
    assert post(feed(hostile, deleted, "<entry><title>&x;</title></entry>")).events == ()
