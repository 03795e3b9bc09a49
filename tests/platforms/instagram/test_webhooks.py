"""Handshakes, signatures and events of Meta's webhooks."""

import json

import pytest

from postwright.domain.errors import Rejected
from postwright.kit.crypto import Secret
from postwright.kit.signing import hmac_sha256_hex
from postwright.platforms.base import WebhookAnswer, WebhookCall, WebhookSecrets
from postwright.platforms.instagram.adapter import Instagram

SECRETS = WebhookSecrets("our word", (Secret("another"), Secret("s3cr3t")))
VECTOR = b'{"object":"page","entry":[]}'
VECTOR_SIGNATURE = "sha256=0b36918e92cea1735987421f3800c4016053b7e8951c42caa969731f7b34bcd5"


def handshake(**query: str) -> WebhookCall:
    return WebhookCall("GET", {f"hub.{name}": value for name, value in query.items()}, {}, b"")


def post(body: bytes, signature: str | None = None) -> WebhookAnswer:
    signed = signature or "sha256=" + hmac_sha256_hex(b"s3cr3t", body)
    return Instagram().read_webhook(WebhookCall("POST", {}, {"X-Hub-Signature-256": signed}, body), SECRETS)


def notice(entry: object) -> bytes:
    return json.dumps({"object": "instagram", "entry": [entry]}).encode()


def comment(time: int = 1_700_000_000, comment_id: str = "c1") -> dict[str, object]:
    value = {"id": comment_id, "text": "nice", "from": {"id": "9", "username": "x"}, "media": {"id": "m1"}}
    return {"id": "1784", "time": time, "changes": [{"field": "comments", "value": value}]}


def test_the_handshake_is_answered_with_the_challenge() -> None:
    answer = Instagram().read_webhook(handshake(mode="subscribe", verify_token="our word", challenge="42"), SECRETS)
    assert answer == WebhookAnswer("42")


@pytest.mark.parametrize(
    "query",
    [
        {"mode": "subscribe", "verify_token": "their word", "challenge": "42"},
        {"mode": "subscribe", "challenge": "42"},
        {"mode": "unsubscribe", "verify_token": "our word", "challenge": "42"},
        {},
    ],
)
def test_a_handshake_without_our_word_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(Rejected):
        Instagram().read_webhook(handshake(**query), SECRETS)


def test_an_empty_word_never_opens_the_handshake() -> None:
    with pytest.raises(Rejected):
        Instagram().read_webhook(handshake(mode="subscribe", verify_token=""), WebhookSecrets("", ()))


def test_the_documented_signature_is_accepted() -> None:
    assert post(VECTOR, VECTOR_SIGNATURE) == WebhookAnswer()


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (VECTOR + b" ", VECTOR_SIGNATURE),
        (VECTOR, VECTOR_SIGNATURE.removeprefix("sha256=")),
        (VECTOR, "sha256="),
        (VECTOR, "sha256=ümlaut"),
        (VECTOR, "sha256=" + hmac_sha256_hex(b"stranger", VECTOR)),
    ],
)
def test_a_body_that_our_apps_did_not_sign_is_refused(body: bytes, signature: str) -> None:
    with pytest.raises(Rejected):
        post(body, signature)


def test_a_call_without_a_signature_is_refused() -> None:
    with pytest.raises(Rejected):
        Instagram().read_webhook(WebhookCall("POST", {}, {}, VECTOR), SECRETS)


@pytest.mark.parametrize("body", [b"", b"[]", b"not json", b'{"object":"instagram","entry":[{}]}'])
def test_a_signed_body_that_makes_no_sense_is_refused(body: bytes) -> None:
    with pytest.raises(Rejected):
        post(body)


def test_a_comment_names_its_account_and_its_post() -> None:
    (event,) = post(notice(comment())).events
    assert (event.topic, event.account_external_id, event.external_id) == ("comments", "1784", "m1")


def test_a_message_names_itself() -> None:
    message = {"sender": {"id": "9"}, "recipient": {"id": "1784"}, "timestamp": 1, "message": {"mid": "mid1"}}
    seen = {"sender": {"id": "9"}, "recipient": {"id": "1784"}, "timestamp": 2, "read": {"mid": "mid1"}}
    first, second = post(notice({"id": "1784", "time": 3, "messaging": [message, seen, {"unknown": {}}]})).events
    assert (first.topic, first.external_id) == ("messages", "mid1")
    assert second.topic == "messaging_seen"
    assert first.key != second.key


def test_the_same_event_sent_again_has_the_same_key_and_another_has_not() -> None:
    (first,) = post(notice(comment())).events
    (again,) = post(notice(comment(time=1_700_009_999))).events
    (other,) = post(notice(comment(comment_id="c2"))).events
    assert first.key == again.key
    assert first.key != other.key


def test_a_field_of_an_unexpected_form_is_still_an_event() -> None:
    odd = {"id": 1784, "changes": [{"field": "story_insights", "value": {"media_id": 7}}, {"field": "x", "value": "y"}]}
    first, second = post(notice(odd)).events
    assert (first.account_external_id, first.external_id) == ("1784", "7")
    assert second.external_id is None
