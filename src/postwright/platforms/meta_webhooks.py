"""The webhooks of the Graph platforms: the subscription handshake, the signature, and what is reported.

Document: developers.facebook.com/docs/graph-api/webhooks/getting-started.
"""

import hashlib
import json
from collections.abc import Iterator

from pydantic import JsonValue, ValidationError

from postwright.domain.errors import Rejected
from postwright.kit.crypto import Secret, same
from postwright.kit.signing import hmac_sha256_hex, matches
from postwright.platforms.base import WebhookAnswer, WebhookCall, WebhookEvent, WebhookSecrets
from postwright.platforms.wire import Wire

_TOPICS = {
    "message": "messages",
    "postback": "messaging_postbacks",
    "reaction": "message_reactions",
    "read": "messaging_seen",
    "referral": "messaging_referral",
}
"""What a messaging item holds, and the subscription it belongs to."""


class _Change(Wire):
    field: str
    value: JsonValue = None


class _Entry(Wire):
    id: str
    changes: tuple[_Change, ...] = ()
    messaging: tuple[dict[str, JsonValue], ...] = ()


class _Notice(Wire):
    object: str
    entry: tuple[_Entry, ...] = ()


class _Media(Wire):
    id: str | None = None


class _Subject(Wire):
    """The ids by which a reported thing may be named."""

    media: _Media | None = None
    media_id: str | None = None
    post_id: str | None = None
    mid: str | None = None
    id: str | None = None


def read_webhook(call: WebhookCall, secrets: WebhookSecrets) -> WebhookAnswer:
    """Answer the subscription handshake (GET), or verify a call and read its events (POST). Raises Rejected.

    Events are sent again for up to 36 hours until the answer is 200.
    """
    if call.method == "GET":
        return _handshake(call, secrets)
    headers = {name.lower(): value for name, value in call.headers.items()}
    if not _signed(call.body, headers.get("x-hub-signature-256"), secrets.app_secrets):
        raise Rejected("The signature of the webhook call is not one of our apps'.")
    try:
        notice = _Notice.model_validate_json(call.body)
    except ValidationError as unreadable:
        raise Rejected("The body of the webhook call cannot be read.") from unreadable
    return WebhookAnswer(events=tuple(_events(notice)))


def _handshake(call: WebhookCall, secrets: WebhookSecrets) -> WebhookAnswer:
    word = call.query.get("hub.verify_token")
    if call.query.get("hub.mode") != "subscribe" or not word or not same(word, secrets.verify_token):
        raise Rejected("The verify token of the webhook subscription is not ours.")
    return WebhookAnswer(reply=call.query.get("hub.challenge", ""))


def _signed(body: bytes, signature: str | None, app_secrets: tuple[Secret, ...]) -> bool:
    return any(matches(signature, f"sha256={hmac_sha256_hex(key.encode(), body)}") for key in app_secrets)


def _events(notice: _Notice) -> Iterator[WebhookEvent]:
    for entry in notice.entry:
        for change in entry.changes:
            key = _key(notice.object, entry.id, change.field, change.value)
            yield WebhookEvent(key, change.field, entry.id, _about(change.value))
        for item in entry.messaging:
            part = next((name for name in _TOPICS if name in item), None)
            if part is not None:
                yield WebhookEvent(_key(notice.object, entry.id, item), _TOPICS[part], entry.id, _about(item[part]))


def _about(value: JsonValue) -> str | None:
    try:
        subject = _Subject.model_validate(value)
    except ValidationError:
        return None
    media_id = subject.media.id if subject.media else None
    return media_id or subject.media_id or subject.post_id or subject.mid or subject.id


def _key(*parts: JsonValue) -> str:
    """The same for the same event however often and in whatever company it comes: the entry's time is left out."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
