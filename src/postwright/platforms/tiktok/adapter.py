"""TikTok as the engine sees it: each question goes to the module that answers it."""

from collections.abc import Mapping
from datetime import datetime

from postwright.domain.account import Account
from postwright.domain.post import Content
from postwright.domain.publication import Checkpoint
from postwright.platforms.base import (
    Call,
    Grant,
    OAuthCall,
    OptionValue,
    Outcome,
    Step,
    Target,
    Verdict,
    WebhookAnswer,
    WebhookCall,
    WebhookSecrets,
)
from postwright.platforms.tiktok import creator, flows, landing, oauth, webhooks
from postwright.platforms.tiktok.spec import SPEC

STEPS: Mapping[str, Step] = {
    "creator": flows.ask_creator,
    "open": flows.open_upload,
    "chunk": flows.send_chunk,
    "resume": flows.resume,
    "last_chunk": flows.send_chunk,
    "post": flows.post_photos,
    "look": flows.look,
    "address": flows.read_address,
}


class TikTok:
    """The adapter; it holds nothing."""

    spec = SPEC

    async def exchange(self, call: OAuthCall, code: str, redirect_uri: str, verifier: str | None) -> Grant:
        return await oauth.exchange(call, code, redirect_uri, verifier)

    async def targets(self, call: OAuthCall, grant: Grant) -> tuple[Target, ...]:
        return await oauth.targets(call, grant)

    async def refresh(self, call: OAuthCall, grant: Grant, account: Account) -> Grant:  # noqa: ARG002 the contract's
        return await oauth.refresh(call, grant)

    async def revoke(self, call: OAuthCall, grant: Grant) -> bool:
        return await oauth.revoke(call, grant)

    def begin(self, content: Content, account: Account) -> Checkpoint:
        return flows.begin(content, account)

    async def advance(self, call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
        return await STEPS[checkpoint.step](call, content, checkpoint)

    async def reconcile(self, call: Call, content: Content, checkpoint: Checkpoint, since: datetime) -> Verdict:
        return await landing.reconcile(call, content, checkpoint, since)

    async def choices(self, call: Call) -> Mapping[str, tuple[OptionValue, ...]]:
        return await creator.choices(call)

    async def remove(self, call: Call, external_id: str) -> bool:  # noqa: ARG002 TikTok has no call for it
        return False

    def read_webhook(self, event: WebhookCall, secrets: WebhookSecrets) -> WebhookAnswer:
        return webhooks.read_webhook(event, secrets)
