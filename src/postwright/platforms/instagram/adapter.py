"""Instagram as the engine sees it: each question goes to the module that answers it."""

from collections.abc import Mapping
from datetime import datetime

from postwright.domain.account import Account
from postwright.domain.post import Content
from postwright.domain.publication import Checkpoint
from postwright.platforms import meta_webhooks
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
from postwright.platforms.instagram import flows, landing
from postwright.platforms.instagram.oauth import WAYS
from postwright.platforms.instagram.spec import SPEC
from postwright.platforms.instagram.uploads import upload

STEPS: Mapping[str, Step] = {
    "child": flows.create_child,
    "children": flows.look_at_children,
    "create": flows.create,
    "upload": upload,
    "look": flows.look,
    "publish": flows.publish,
    "find": landing.find,
    "permalink": flows.read_permalink,
    "first_comment": flows.write_first_comment,
    "finish": landing.finish,
}


class Instagram:
    """The adapter; it holds nothing."""

    spec = SPEC

    async def exchange(self, call: OAuthCall, code: str, redirect_uri: str, verifier: str | None) -> Grant:  # noqa: ARG002 neither login uses PKCE
        return await WAYS[call.login.id].exchange(call, code, redirect_uri)

    async def targets(self, call: OAuthCall, grant: Grant) -> tuple[Target, ...]:
        return await WAYS[call.login.id].targets(call, grant)

    async def refresh(self, call: OAuthCall, grant: Grant, account: Account) -> Grant:
        return await WAYS[call.login.id].refresh(call, grant, account)

    async def revoke(self, call: OAuthCall, grant: Grant) -> bool:
        return await WAYS[call.login.id].revoke(call, grant)

    def begin(self, content: Content, account: Account) -> Checkpoint:  # noqa: ARG002 both logins have the same flows
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
        return meta_webhooks.read_webhook(event, secrets)
