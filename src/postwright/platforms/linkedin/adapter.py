"""LinkedIn as the engine sees it: each question goes to the module that answers it."""

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
from postwright.platforms.linkedin import flows, landing, login, uploads, webhooks
from postwright.platforms.linkedin.spec import SPEC

STEPS: Mapping[str, Step] = {
    "start": uploads.start,
    "upload": uploads.upload,
    "finalize": uploads.finalize,
    "look": uploads.look,
    "post": flows.post,
    "first_comment": flows.write_first_comment,
    "finish": flows.finish,
}


class LinkedIn:
    """The adapter; it holds nothing."""

    spec = SPEC

    async def exchange(self, call: OAuthCall, code: str, redirect_uri: str, verifier: str | None) -> Grant:  # noqa: ARG002 PKCE is for native apps only
        return await login.exchange(call, code, redirect_uri)

    async def targets(self, call: OAuthCall, grant: Grant) -> tuple[Target, ...]:
        return await login.targets(call, grant)

    async def refresh(self, call: OAuthCall, grant: Grant, account: Account) -> Grant:  # noqa: ARG002 the contract's
        return await login.refresh(call, grant)

    async def revoke(self, call: OAuthCall, grant: Grant) -> bool:
        return await login.revoke(call, grant)

    def begin(self, content: Content, account: Account) -> Checkpoint:  # noqa: ARG002 members and organisations have the same flows
        return flows.begin(content)

    async def advance(self, call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
        return await STEPS[checkpoint.step](call, content, checkpoint)

    async def reconcile(self, call: Call, content: Content, checkpoint: Checkpoint, since: datetime) -> Verdict:
        return await landing.reconcile(call, content, checkpoint, since)

    async def choices(self, call: Call) -> Mapping[str, tuple[OptionValue, ...]]:  # noqa: ARG002 none of its options is the account's own
        return {}

    async def remove(self, call: Call, external_id: str) -> bool:
        return await landing.remove(call, external_id)

    def read_webhook(self, event: WebhookCall, secrets: WebhookSecrets) -> WebhookAnswer:
        return webhooks.read_webhook(event, secrets)
