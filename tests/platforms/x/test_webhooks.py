"""The challenge, the signature and the notices of X's webhooks."""

import json

import pytest

from postwright.domain.errors import Rejected
from postwright.kit.crypto import Secret
from postwright.platforms.base import WebhookAnswer, WebhookCall, WebhookSecrets
from postwright.platforms.x.adapter import X
from postwright.platforms.x.webhooks import _signature

SECRET = Secret("s3cr3t")
SECRETS = WebhookSecrets("our word", (SECRET,))
VECTOR = b'{"object":"page","entry":[]}'
VECTOR_SIGNATURE = "sha256=CzaRjpLOoXNZh0IfOADEAWBTt+iVHELKqWlzH3s0vNU="


def challenge(query: dict[str, str], secrets: WebhookSecrets = SECRETS) -> WebhookAnswer:
    return X().read_webhook(WebhookCall("GET", query, {}, b""), secrets)


def notice(body: bytes, signature: str | None, secrets: WebhookSecrets = SECRETS) -> WebhookAnswer:
    headers = {} if signature is None else {"X-Twitter-Webhooks-Signature": signature}
    return X().read_webhook(WebhookCall("POST", {}, headers, body), secrets)


def signed(body: object) -> WebhookAnswer:
    raw = json.dumps(body).encode()
    return notice(raw, _signature(SECRET, raw))


def test_the_challenge_is_answered_with_its_signature() -> None:
    answer = challenge({"crc_token": "crc123"})
    assert json.loads(answer.reply) == {"response_token": "sha256=hawCna6q3GvcSwIiOZOM2zAGlf4CqnO2X6iNiqf+Q3o="}
    assert answer.reply.startswith("{")
    assert answer.events == ()


@pytest.mark.parametrize("query", [{}, {"crc_token": ""}, {"crc_token": "x" * 513}, {"nonce": "crc123"}])
def test_a_call_without_a_challenge_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(Rejected):
        challenge(query)


def test_a_server_without_an_app_answers_no_challenge() -> None:
    with pytest.raises(Rejected):
        challenge({"crc_token": "crc123"}, WebhookSecrets("", ()))


def test_nobody_gets_a_notice_signed_by_passing_it_off_as_a_challenge() -> None:
    forged = '{"for_user_id":"1","tweet_delete_events":[{"status":{"id":"2"}}]}'
    with pytest.raises(Rejected):
        challenge({"crc_token": forged})


def test_the_signature_is_the_one_of_the_documents_and_holds_for_these_bytes_alone() -> None:
    assert _signature(SECRET, VECTOR) == VECTOR_SIGNATURE
    with pytest.raises(Rejected, match="cannot be read"):
        notice(VECTOR, VECTOR_SIGNATURE)
    with pytest.raises(Rejected, match="signature"):
        notice(VECTOR + b" ", VECTOR_SIGNATURE)


@pytest.mark.parametrize("signature", [None, "", "sha256=", VECTOR_SIGNATURE.removeprefix("sha256="), "sha256=ümlaut"])
def test_a_notice_that_is_not_signed_is_refused(signature: str | None) -> None:
    with pytest.raises(Rejected, match="signature"):
        notice(VECTOR, signature)


def test_another_apps_signature_does_not_count() -> None:
    with pytest.raises(Rejected, match="signature"):
        notice(VECTOR, VECTOR_SIGNATURE, WebhookSecrets("", (Secret("another"),)))


def test_posts_that_come_and_go_are_reported_and_a_replay_has_the_same_key() -> None:
    body = {
        "for_user_id": "7",
        "tweet_create_events": [{"id": 21, "id_str": "21", "text": "Hi"}],
        "tweet_delete_events": [{"status": {"id": "20", "user_id": "7"}, "timestamp_ms": "1"}],
    }
    created, deleted = signed(body).events
    assert (created.topic, created.account_external_id, created.external_id) == ("tweet_create_events", "7", "21")
    assert (deleted.topic, deleted.account_external_id, deleted.external_id) == ("tweet_delete_events", "7", "20")
    assert created.key != deleted.key
    assert signed({**body, "more": 1}).events == (created, deleted)


def test_what_is_reported_of_other_things_is_passed_over() -> None:
    assert signed({"for_user_id": "7", "favorite_events": [{"id": "1"}]}) == WebhookAnswer()
