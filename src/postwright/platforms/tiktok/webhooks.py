"""TikTok's webhooks: the signature with its time, and what is reported. There is no handshake.

Documents: webhooks-overview, webhooks-verification, webhooks-events.
"""

import hashlib
from datetime import UTC, datetime

from pydantic import ValidationError

from postwright.domain.errors import Rejected
from postwright.kit.crypto import Secret
from postwright.kit.signing import hmac_sha256_hex, matches
from postwright.platforms.base import WebhookAnswer, WebhookCall, WebhookEvent, WebhookSecrets
from postwright.platforms.tiktok.spec import SIGNATURE_AGE
from postwright.platforms.wire import Wire

_HEADER = "tiktok-signature"


class _Notice(Wire):
    event: str
    create_time: int
    user_openid: str
    content: str = ""
    """JSON within the JSON."""


class _Subject(Wire):
    publish_id: str | None = None
    share_id: str | None = None


def read_webhook(call: WebhookCall, secrets: WebhookSecrets) -> WebhookAnswer:
    """Verify a call and read its event. Raises Rejected. The same event is sent again for up to 72 hours."""
    headers = {name.lower(): value for name, value in call.headers.items()}
    if not _signed(call, headers.get(_HEADER, ""), secrets.app_secrets):
        raise Rejected("The signature of the webhook call is not one of our apps', or is too old.")
    try:
        notice = _Notice.model_validate_json(call.body)
    except ValidationError as unreadable:
        raise Rejected("The body of the webhook call cannot be read.") from unreadable
    key = hashlib.sha256(call.body).hexdigest()
    return WebhookAnswer(events=(WebhookEvent(key, notice.event, notice.user_openid, _about(notice.content)),))


def _signed(call: WebhookCall, header: str, app_secrets: tuple[Secret, ...]) -> bool:
    parts = dict(part.strip().partition("=")[::2] for part in header.split(","))
    time, signature = parts.get("t", ""), parts.get("s")
    if not _is_fresh(time, call.received_at):
        return False
    signed = time.encode() + b"." + call.body
    return any(matches(signature, hmac_sha256_hex(key.encode(), signed)) for key in app_secrets)


def _is_fresh(time: str, now: datetime | None) -> bool:
    if now is None or not (time.isascii() and time.isdigit()):
        return False
    return abs(now.astimezone(UTC).timestamp() - int(time)) <= SIGNATURE_AGE.total_seconds()


def _about(content: str) -> str | None:
    """What a publication goes by until its post has an id: the checkpoint holds it."""
    try:
        subject = _Subject.model_validate_json(content)
    except ValidationError:
        return None
    return subject.publish_id or subject.share_id
