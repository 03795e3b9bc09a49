"""Facebook Pages as the engine sees them: each question goes to the module that answers it."""

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
from postwright.platforms.facebook import landing, oauth, posts, videos
from postwright.platforms.facebook.spec import SPEC

STEPS: Mapping[str, Step] = {
    "photo": posts.add_photo,
    "start": videos.start,
    "transfer": videos.transfer,
    "upload": videos.upload,
    "publish": posts.publish,
    "publish_story": posts.publish_story,
    "finish": videos.finish,
    "look": videos.look,
    "address": posts.read_address,
    "first_comment": posts.write_first_comment,
    "end": landing.end,
}


class Facebook:
    """The adapter; it holds nothing."""

    spec = SPEC

    async def exchange(self, call: OAuthCall, code: str, redirect_uri: str, verifier: str | None) -> Grant:  # noqa: ARG002 the login uses no PKCE
        return await oauth.exchange(call, code, redirect_uri)

    async def targets(self, call: OAuthCall, grant: Grant) -> tuple[Target, ...]:
        return await oauth.targets(call, grant)

    async def refresh(self, call: OAuthCall, grant: Grant, account: Account) -> Grant:
        return await oauth.refresh(call, grant, account)

    async def revoke(self, call: OAuthCall, grant: Grant) -> bool:
        return await oauth.revoke(call, grant)

    def begin(self, content: Content, account: Account) -> Checkpoint:  # noqa: ARG002 all Pages have the same flows
        return posts.begin(content)

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
