"""Challenges, signatures and events of LinkedIn's webhooks."""

import json

import pytest

from postwright.domain.errors import Rejected
from postwright.kit.crypto import Secret
from postwright.kit.signing import hmac_sha256_hex
from postwright.platforms.base import WebhookAnswer, WebhookCall, WebhookEvent, WebhookSecrets
from postwright.platforms.linkedin.adapter import LinkedIn

SECRETS = WebhookSecrets("our word", (Secret("s3cr3t"), Secret("another")))
VECTOR = b'{"object":"page","entry":[]}'
VECTOR_SIGNATURE = "cecacbc7d03b5ff0fce6a05ceee40e5807c6f3567a2a043cec2590dfe38c0393"
EMPTY = b'{"type":"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS","notifications":[]}'
COMMENT = {
    "notificationId": 123,
    "organizationalEntity": "urn:li:organization:42",
    "action": "COMMENT",
    "sourcePost": "urn:li:share:7",
    "lastModifiedAt": 1_700_000_000_000,
}


def signed(body: bytes, secret: bytes = b"s3cr3t") -> str:
    return hmac_sha256_hex(secret, b"hmacsha256=" + body)


def post(body: bytes, signature: str | None) -> WebhookAnswer:
    headers = {} if signature is None else {"X-LI-Signature": signature}
    return LinkedIn().read_webhook(WebhookCall("POST", {}, headers, body), SECRETS)


def challenge(secrets: WebhookSecrets = SECRETS, **query: str) -> WebhookAnswer:
    return LinkedIn().read_webhook(WebhookCall("GET", query, {}, b""), secrets)


def test_a_challenge_is_answered_in_json() -> None:
    code = "890e4665-4dfe-4ab1-b689-ed553bceeed0"
    assert json.loads(challenge(challengeCode=code, applicationId="1").reply) == {
        "challengeCode": code,
        "challengeResponse": "63c7a919bedbaacb240b7f164b53ceec3659f89f076bdd25f84469154bedb6e8",
    }


def test_a_challenge_that_cannot_be_answered_is_refused() -> None:
    with pytest.raises(Rejected):
        challenge()
    with pytest.raises(Rejected):
        challenge(WebhookSecrets("our word", ()), challengeCode="1")


def test_the_computed_signature_is_the_one_that_is_expected() -> None:
    assert signed(VECTOR) == VECTOR_SIGNATURE
    with pytest.raises(Rejected, match="cannot be read"):
        post(VECTOR, VECTOR_SIGNATURE)


@pytest.mark.parametrize("signature", [signed(EMPTY), f"hmacsha256={signed(EMPTY)}", signed(EMPTY, b"another")])
def test_both_forms_and_all_our_apps_signatures_are_accepted(signature: str) -> None:
    assert post(EMPTY, signature) == WebhookAnswer()


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (EMPTY, None),
        (EMPTY, ""),
        (EMPTY, "hmacsha256="),
        (EMPTY, "ümlaut"),
        (EMPTY + b" ", signed(EMPTY)),
        (EMPTY, signed(EMPTY, b"stranger")),
        (EMPTY, hmac_sha256_hex(b"s3cr3t", EMPTY)),
    ],
)
def test_a_body_that_our_apps_did_not_sign_is_refused(body: bytes, signature: str | None) -> None:
    with pytest.raises(Rejected, match="signature"):
        post(body, signature)


@pytest.mark.parametrize("body", [b"", b"[]", b"not json", b'{"type":"x","notifications":[{}]}'])
def test_a_signed_body_that_makes_no_sense_is_refused(body: bytes) -> None:
    with pytest.raises(Rejected, match="cannot be read"):
        post(body, signed(body))


def test_a_notification_names_its_organisation_and_its_post_and_keeps_its_key() -> None:
    like = {"notificationId": 124, "organizationalEntity": "urn:li:organization:42", "action": "LIKE"}
    notice = {"type": "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS", "notifications": [COMMENT, like]}
    first, second = json.dumps(notice).encode(), json.dumps(notice | {"notifications": [COMMENT]}).encode()
    event = WebhookEvent("123", "COMMENT", "urn:li:organization:42", "urn:li:share:7")
    assert post(first, signed(first)).events == (event, WebhookEvent("124", "LIKE", "urn:li:organization:42"))
    assert post(second, signed(second)).events == (event,)
