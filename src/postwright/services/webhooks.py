"""Calls that platforms make to us: verified by the adapter, taken once, turned into wake-ups; rows stay the truth."""

from dataclasses import replace

from postwright.domain.errors import NotAllowed, Rejected
from postwright.kit.crypto import Secret
from postwright.platforms.base import Adapter, WebhookCall, WebhookEvent, WebhookSecrets
from postwright.services.app import App
from postwright.storage import queue, webhook_receipts
from postwright.storage.db import Tx

_WORD_BYTES = 16


def verify_token(app: App, platform: str) -> str:
    """The word that the operator gives the platform for its handshake; it follows from the secret key."""
    return app.key_for(f"webhook {platform}")[:_WORD_BYTES].hex()


async def receive(app: App, platform: str, call: WebhookCall) -> str:
    """Take a call; what the platform is to be answered.

    Each event counts once, and lets the publications it concerns be looked at now; what concerns
    nothing here is passed over. Raises NotFound (`unknown_platform`), NotAllowed (`bad_signature`).
    """
    adapter = app.adapter(platform)
    secrets = WebhookSecrets(verify_token(app, platform), _app_secrets(app, adapter))
    try:
        answer = adapter.read_webhook(replace(call, received_at=app.clock.now()), secrets)
    except Rejected as refusal:
        raise NotAllowed(refusal.message, code="bad_signature") from refusal
    if answer.events:
        async with app.db.tx() as tx:
            for event in sorted(answer.events, key=lambda event: event.key):
                await _take(tx, app, platform, event)
    return answer.reply


async def _take(tx: Tx, app: App, platform: str, event: WebhookEvent) -> None:
    now = app.clock.now()
    new = await webhook_receipts.receive(tx, platform, event.key, event.topic, now)
    if not new or event.external_id is None:
        return
    concerned = await webhook_receipts.bring_forward(tx, platform, event.account_external_id, event.external_id, now)
    await queue.wake(tx, [(account_id, now) for account_id in concerned], now)


def _app_secrets(app: App, adapter: Adapter) -> tuple[Secret, ...]:
    found = (app.credentials(login) for login in adapter.spec.logins)
    return tuple(dict.fromkeys(credentials.client_secret for credentials in found if credentials is not None))
