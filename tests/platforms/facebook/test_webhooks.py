"""What a Page's webhooks report; signatures and handshakes are those of all Graph platforms."""

import json

import pytest

from postwright.domain.errors import Rejected
from postwright.kit.crypto import Secret
from postwright.kit.signing import hmac_sha256_hex
from postwright.platforms.base import WebhookAnswer, WebhookCall, WebhookSecrets
from postwright.platforms.facebook.adapter import Facebook

SECRETS = WebhookSecrets("our word", (Secret("another"), Secret("s3cr3t")))
VECTOR = b'{"object":"page","entry":[]}'
SIGNATURE = "sha256=0b36918e92cea1735987421f3800c4016053b7e8951c42caa969731f7b34bcd5"


def post(body: bytes, signature: str | None = None) -> WebhookAnswer:
    signed = signature or "sha256=" + hmac_sha256_hex(b"s3cr3t", body)
    return Facebook().read_webhook(WebhookCall("POST", {}, {"X-Hub-Signature-256": signed}, body), SECRETS)


def notice(field: str, value: object, time: int = 1_700_000_000) -> bytes:
    entry = {"id": "1045", "time": time, "changes": [{"field": field, "value": value}]}
    return json.dumps({"object": "page", "entry": [entry]}).encode()


def test_the_handshake_is_answered_and_only_with_our_word() -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": "our word", "hub.challenge": "42"}
    assert Facebook().read_webhook(WebhookCall("GET", query, {}, b""), SECRETS) == WebhookAnswer("42")
    with pytest.raises(Rejected):
        Facebook().read_webhook(WebhookCall("GET", {**query, "hub.verify_token": "x"}, {}, b""), SECRETS)


def test_the_documented_signature_is_accepted_and_no_other() -> None:
    assert post(VECTOR, SIGNATURE) == WebhookAnswer()
    for body, signature in ((VECTOR + b" ", SIGNATURE), (VECTOR, "sha256=" + hmac_sha256_hex(b"stranger", VECTOR))):
        with pytest.raises(Rejected):
            post(body, signature)


@pytest.mark.parametrize(
    ("field", "value", "external_id"),
    [
        ("feed", {"item": "status", "verb": "add", "post_id": "1045_9", "message": "Hello"}, "1045_9"),
        ("feed", {"item": "comment", "verb": "add", "post_id": "1045_9", "comment_id": "9_1"}, "1045_9"),
        ("videos", {"id": 7, "status": {"video_status": "ready"}}, "7"),
    ],
)
def test_an_event_names_the_page_and_the_post_or_video(field: str, value: object, external_id: str) -> None:
    (event,) = post(notice(field, value)).events
    assert (event.topic, event.account_external_id, event.external_id) == (field, "1045", external_id)
    (again,) = post(notice(field, value, time=1_700_009_999)).events
    assert again.key == event.key
