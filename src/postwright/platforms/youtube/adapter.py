"""YouTube as the engine sees it: each question goes to the module that answers it."""

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
from postwright.platforms.youtube import extras, flows, login, uploads, webhooks
from postwright.platforms.youtube.spec import SPEC

STEPS: Mapping[str, Step] = {
    "open": uploads.open_session,
    "send": uploads.send,
    "finish": uploads.finish,
    "process": flows.process,
    "thumbnail": extras.thumbnail,
    "playlist": extras.playlist,
    "first_comment": extras.first_comment,
    "done": extras.done,
}


class YouTube:
    """The adapter; it holds nothing."""

    spec = SPEC

    async def exchange(self, call: OAuthCall, code: str, redirect_uri: str, verifier: str | None) -> Grant:
        return await login.exchange(call, code, redirect_uri, verifier)

    async def targets(self, call: OAuthCall, grant: Grant) -> tuple[Target, ...]:
        return await login.targets(call, grant)

    async def refresh(self, call: OAuthCall, grant: Grant, account: Account) -> Grant:  # noqa: ARG002 - one consent is one channel
        return await login.refresh(call, grant)

    async def revoke(self, call: OAuthCall, grant: Grant) -> bool:
        await login.revoke(call, grant)
        return True

    def begin(self, content: Content, account: Account) -> Checkpoint:  # noqa: ARG002 - all channels have the same flow
        return flows.begin(content)

    async def advance(self, call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
        return await STEPS[checkpoint.step](call, content, checkpoint)

    async def reconcile(self, call: Call, content: Content, checkpoint: Checkpoint, since: datetime) -> Verdict:
        if checkpoint.step == "playlist":
            return await extras.reconcile_playlist(call, content, checkpoint)
        if checkpoint.step == "first_comment":
            return await extras.reconcile_comment(call, content, checkpoint)
        return await uploads.reconcile(call, content, checkpoint, since)

    async def choices(self, call: Call) -> Mapping[str, tuple[OptionValue, ...]]:
        return await extras.choices(call)

    async def remove(self, call: Call, external_id: str) -> bool:
        return await flows.remove(call, external_id)

    def read_webhook(self, event: WebhookCall, secrets: WebhookSecrets) -> WebhookAnswer:
        return webhooks.read_webhook(event, secrets)
