"""Signatures and events of TikTok's webhooks."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from postwright.domain.errors import Rejected
from postwright.kit.crypto import Secret
from postwright.kit.signing import hmac_sha256_hex
from postwright.platforms.base import WebhookAnswer, WebhookCall, WebhookSecrets
from postwright.platforms.tiktok.adapter import TikTok

SECRETS = WebhookSecrets("our word", (Secret("another"), Secret("s3cr3t")))
SIGNED_AT = 1_700_000_000
NOW = datetime.fromtimestamp(SIGNED_AT, UTC)
VECTOR = (
    rb'{"client_key":"k","event":"post.publish.complete","create_time":1700000000,"user_openid":"o",'
    rb'"content":"{\"publish_id\":\"v_pub_file~v2-1.1\",\"publish_type\":\"DIRECT_POST\"}"}'
)
VECTOR_SIGNATURE = "t=1700000000,s=44e63597275ae35e353c28d098176be4d3e3d54880a6f97512138b17d0945dbb"


def post(body: bytes, signature: str | None = None, *, at: datetime | None = NOW) -> WebhookAnswer:
    signed = signature or f"t={SIGNED_AT},s=" + hmac_sha256_hex(b"s3cr3t", f"{SIGNED_AT}.".encode() + body)
    return TikTok().read_webhook(WebhookCall("POST", {}, {"TikTok-Signature": signed}, body, at), SECRETS)


def notice(event: str = "post.publish.failed", content: str = "{}", **more: object) -> bytes:
    said = {"client_key": "k", "event": event, "create_time": SIGNED_AT, "user_openid": "o", "content": content}
    return json.dumps({**said, **more}).encode()


def test_the_documented_signature_is_accepted_and_the_event_names_its_publication() -> None:
    (event,) = post(VECTOR, VECTOR_SIGNATURE).events
    assert (event.topic, event.account_external_id) == ("post.publish.complete", "o")
    assert event.external_id == "v_pub_file~v2-1.1"


@pytest.mark.parametrize(
    "signature",
    [
        "t=1700000001,s=" + VECTOR_SIGNATURE.partition("s=")[2],
        "t=1700000000,s=" + hmac_sha256_hex(b"stranger", b"1700000000." + VECTOR),
        "t=1700000000,s=ümlaut",
        "t=1700000000",
        "s=" + VECTOR_SIGNATURE.partition("s=")[2],
        "t=²,s=x",
        ",,=,",
    ],
)
def test_a_body_that_our_apps_did_not_sign_is_refused(signature: str) -> None:
    with pytest.raises(Rejected):
        post(VECTOR, signature)


def test_a_changed_body_is_refused() -> None:
    with pytest.raises(Rejected):
        post(VECTOR + b" ", VECTOR_SIGNATURE)


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_a_signature_is_good_for_five_minutes(seconds: int) -> None:
    assert post(VECTOR, VECTOR_SIGNATURE, at=NOW + timedelta(seconds=seconds)).events


@pytest.mark.parametrize("at", [NOW + timedelta(seconds=301), NOW - timedelta(seconds=301), None])
def test_an_old_signature_and_one_of_unknown_age_are_refused(at: datetime | None) -> None:
    with pytest.raises(Rejected):
        post(VECTOR, VECTOR_SIGNATURE, at=at)


@pytest.mark.parametrize("headers", [{}, {"TikTok-Signature": ""}])
def test_a_call_without_a_signature_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(Rejected):
        TikTok().read_webhook(WebhookCall("POST", {}, headers, VECTOR, NOW), SECRETS)


def test_there_is_no_handshake_to_answer() -> None:
    with pytest.raises(Rejected):
        TikTok().read_webhook(WebhookCall("GET", {"challenge": "1"}, {}, b"", NOW), SECRETS)


@pytest.mark.parametrize("body", [b"", b"[]", b"not json", b'{"event":"post.publish.failed"}'])
def test_a_signed_body_that_makes_no_sense_is_refused(body: bytes) -> None:
    with pytest.raises(Rejected):
        post(body)


@pytest.mark.parametrize(
    ("content", "external_id"),
    [
        ('{"publish_id":"p","post_id":"7","publish_type":"DIRECT_POST"}', "p"),
        ('{"share_id":"s"}', "s"),
        ('{"reason":1}', None),
        ("not json", None),
        ("", None),
    ],
)
def test_the_subject_is_read_from_the_json_within_the_json(content: str, external_id: str | None) -> None:
    (event,) = post(notice(content=content)).events
    assert event.external_id == external_id


def test_the_same_event_sent_again_has_the_same_key_and_another_has_not() -> None:
    (first,) = post(notice()).events
    (again,) = post(notice()).events
    (other,) = post(notice(create_time=SIGNED_AT + 1)).events
    assert first.key == again.key
    assert first.key != other.key
