"""X's webhooks: the challenge, the signature, and what the Account Activity API reports of posts.

Document: docs.x.com/x-api/webhooks/introduction.
"""

import base64
import json
import re
from collections.abc import Iterator

from pydantic import AliasChoices, Field, ValidationError

from postwright.domain.errors import Rejected
from postwright.kit.crypto import Secret
from postwright.kit.signing import hmac_sha256_hex, matches
from postwright.platforms.base import WebhookAnswer, WebhookCall, WebhookEvent, WebhookSecrets
from postwright.platforms.wire import Wire

_SIGNATURE = "x-twitter-webhooks-signature"
# The challenge is signed as notices are. Whoever could have a notice signed as a challenge could forge it, so a
# challenge holds no brace, without which no notice is.
_CHALLENGE = re.compile(r"[A-Za-z0-9+/=_-]{1,512}")


class _Post(Wire):
    id: str = Field(validation_alias=AliasChoices("id_str", "id"))


class _Deletion(Wire):
    status: _Post


class _Notice(Wire):
    for_user_id: str
    tweet_create_events: tuple[_Post, ...] = ()
    tweet_delete_events: tuple[_Deletion, ...] = ()


def read_webhook(call: WebhookCall, secrets: WebhookSecrets) -> WebhookAnswer:
    """Answer the challenge (GET), or verify a notice and read its events (POST). Raises Rejected."""
    if call.method == "GET":
        return _challenge(call, secrets)
    headers = {name.lower(): value for name, value in call.headers.items()}
    if not any(matches(headers.get(_SIGNATURE), _signature(key, call.body)) for key in secrets.app_secrets):
        raise Rejected("The signature of the webhook call is not our app's.")
    try:
        notice = _Notice.model_validate_json(call.body)
    except ValidationError as unreadable:
        raise Rejected("The body of the webhook call cannot be read.") from unreadable
    return WebhookAnswer(events=tuple(_events(notice)))


def _challenge(call: WebhookCall, secrets: WebhookSecrets) -> WebhookAnswer:
    token = call.query.get("crc_token", "")
    if not _CHALLENGE.fullmatch(token) or not secrets.app_secrets:
        raise Rejected("The webhook call carries no challenge that can be answered.")
    return WebhookAnswer(json.dumps({"response_token": _signature(secrets.app_secrets[0], token.encode())}))


def _signature(key: Secret, body: bytes) -> str:
    return "sha256=" + base64.b64encode(bytes.fromhex(hmac_sha256_hex(key.encode(), body))).decode()


def _events(notice: _Notice) -> Iterator[WebhookEvent]:
    found = [("tweet_create_events", post.id) for post in notice.tweet_create_events]
    found += [("tweet_delete_events", one.status.id) for one in notice.tweet_delete_events]
    for topic, post_id in found:
        yield WebhookEvent(f"{notice.for_user_id}/{topic}/{post_id}", topic, notice.for_user_id, post_id)
