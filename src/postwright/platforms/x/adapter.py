"""X as the engine sees it: each question goes to the module that answers it."""

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
    Waiting,
    WebhookAnswer,
    WebhookCall,
    WebhookSecrets,
)
from postwright.platforms.x import login, posting, uploads, webhooks
from postwright.platforms.x.spec import SPEC

STEPS: Mapping[str, Step] = {
    "initialize": uploads.initialize,
    "append": uploads.append,
    "finalize": uploads.finalize,
    "look": uploads.look,
    "describe": uploads.describe,
    "post": posting.write,
    "reply": posting.write,
    "finish": posting.finish,
}


class X:
    """The adapter; it holds nothing."""

    spec = SPEC

    async def exchange(self, call: OAuthCall, code: str, redirect_uri: str, verifier: str | None) -> Grant:
        return await login.exchange(call, code, redirect_uri, verifier or "")

    async def targets(self, call: OAuthCall, grant: Grant) -> tuple[Target, ...]:
        return await login.targets(call, grant)

    async def refresh(self, call: OAuthCall, grant: Grant, account: Account) -> Grant:  # noqa: ARG002 - a grant is one account's
        return await login.refresh(call, grant)

    async def revoke(self, call: OAuthCall, grant: Grant) -> bool:
        await login.revoke(call, grant)
        return True

    def begin(self, content: Content, account: Account) -> Checkpoint:  # noqa: ARG002 - all accounts have the same flows
        return posting.begin(content)

    async def advance(self, call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
        again = uploads.begin_again(checkpoint, call.clock.now())
        return await STEPS[checkpoint.step](call, content, checkpoint) if again is None else Waiting(again)

    async def reconcile(self, call: Call, content: Content, checkpoint: Checkpoint, since: datetime) -> Verdict:
        return await posting.reconcile(call, content, checkpoint, since)

    async def choices(self, call: Call) -> Mapping[str, tuple[OptionValue, ...]]:  # noqa: ARG002 - none of its options is the account's own
        return {}

    async def remove(self, call: Call, external_id: str) -> bool:
        await posting.remove(call, external_id)
        return True

    def read_webhook(self, event: WebhookCall, secrets: WebhookSecrets) -> WebhookAnswer:
        return webhooks.read_webhook(event, secrets)
