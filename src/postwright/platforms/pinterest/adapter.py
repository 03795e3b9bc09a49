"""Pinterest as the engine sees it: each question goes to the module that answers it."""

from collections.abc import Mapping
from datetime import datetime

from postwright.domain.account import Account
from postwright.domain.errors import Rejected
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
from postwright.platforms.pinterest import boards, flows, landing, login
from postwright.platforms.pinterest.spec import SPEC

STEPS: Mapping[str, Step] = {
    "register": flows.register,
    "upload": flows.upload,
    "look": flows.look,
    "survey": landing.survey,
    "publish": flows.publish,
    "confirm": landing.confirm,
    "finish": landing.finish,
}


class Pinterest:
    """The adapter; it holds nothing."""

    spec = SPEC

    async def exchange(self, call: OAuthCall, code: str, redirect_uri: str, verifier: str | None) -> Grant:  # noqa: ARG002 - its login uses no PKCE
        return await login.exchange(call, code, redirect_uri)

    async def targets(self, call: OAuthCall, grant: Grant) -> tuple[Target, ...]:
        return await login.targets(call, grant)

    async def refresh(self, call: OAuthCall, grant: Grant, account: Account) -> Grant:  # noqa: ARG002 - one consent is one account
        return await login.refresh(call, grant)

    async def revoke(self, call: OAuthCall, grant: Grant) -> bool:  # noqa: ARG002 - there is no call for it
        """There is no call for it: the person removes the app in Pinterest's settings, the tokens run out."""
        return False

    def begin(self, content: Content, account: Account) -> Checkpoint:  # noqa: ARG002 - all accounts have the same flows
        return flows.begin(content)

    async def advance(self, call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
        return await STEPS[checkpoint.step](call, content, checkpoint)

    async def reconcile(self, call: Call, content: Content, checkpoint: Checkpoint, since: datetime) -> Verdict:
        return await landing.reconcile(call, content, checkpoint, since)

    async def choices(self, call: Call) -> Mapping[str, tuple[OptionValue, ...]]:
        return await boards.choices(call)

    async def remove(self, call: Call, external_id: str) -> bool:
        return await landing.remove(call, external_id)

    def read_webhook(self, event: WebhookCall, secrets: WebhookSecrets) -> WebhookAnswer:  # noqa: ARG002 - none is expected
        raise Rejected("Pinterest sends no webhooks about Pins: nothing that calls here can come from it.")
