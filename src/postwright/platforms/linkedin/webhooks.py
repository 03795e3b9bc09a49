"""LinkedIn's webhooks: the challenge, the signature, and what is reported of organisations' posts.

Document: shared/api-guide/webhook-validation. The challenge is repeated every two hours; notices
are sent again for eight hours until they are taken.
"""

import json

from pydantic import ValidationError

from postwright.domain.errors import Rejected
from postwright.kit.signing import hmac_sha256_hex, matches
from postwright.platforms.base import WebhookAnswer, WebhookCall, WebhookEvent, WebhookSecrets
from postwright.platforms.linkedin.wire import Notice

_PREFIX = "hmacsha256="


def read_webhook(call: WebhookCall, secrets: WebhookSecrets) -> WebhookAnswer:
    """Answer a challenge (GET), or verify a call and read its events (POST). Raises Rejected."""
    if call.method == "GET":
        return _challenge(call, secrets)
    headers = {name.lower(): value for name, value in call.headers.items()}
    if not _signed(call.body, headers.get("x-li-signature"), secrets):
        raise Rejected("The signature of the webhook call is not one of our apps'.")
    try:
        notice = Notice.model_validate_json(call.body)
    except ValidationError as unreadable:
        raise Rejected("The body of the webhook call cannot be read.") from unreadable
    return WebhookAnswer(
        events=tuple(WebhookEvent(one.id, one.action, one.organization, one.post) for one in notice.notifications)
    )


def _challenge(call: WebhookCall, secrets: WebhookSecrets) -> WebhookAnswer:
    code = call.query.get("challengeCode")
    if not code or not secrets.app_secrets:
        raise Rejected("The webhook challenge holds no code, or no app is set up to answer it.")
    response = hmac_sha256_hex(secrets.app_secrets[0].encode(), code.encode())
    return WebhookAnswer(reply=json.dumps({"challengeCode": code, "challengeResponse": response}))


def _signed(body: bytes, signature: str | None, secrets: WebhookSecrets) -> bool:
    """The page says that the prefix is signed with the body; calls were seen that carry it in the header as well."""
    given = signature.removeprefix(_PREFIX) if signature else None
    return any(matches(given, hmac_sha256_hex(key.encode(), _PREFIX.encode() + body)) for key in secrets.app_secrets)
