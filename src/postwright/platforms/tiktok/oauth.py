"""The connection of an account: Login Kit for the web.

Documents: oauth-user-access-token-management, tiktok-api-v2-get-user-info.
"""

from pydantic import ValidationError

from postwright.domain.errors import AuthExpired, AuthRevoked, Rejected
from postwright.domain.publication import StepKind
from postwright.kit.crypto import Secret
from postwright.kit.http import Reply, Request
from postwright.platforms.base import Grant, OAuthCall, Target
from postwright.platforms.errors import Fault, Rules, judge
from postwright.platforms.tiktok import api, spec
from postwright.platforms.tiktok.rules import EXCHANGE_RULES, RENEWAL_RULES
from postwright.platforms.tiktok.wire import LoginRefusal, Tokens, UserFound
from postwright.platforms.wire import excerpt, read

_USER_FIELDS = "open_id,display_name,avatar_url"


async def exchange(call: OAuthCall, code: str, redirect_uri: str, verifier: str | None) -> Grant:
    """From a code to tokens."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
    if verifier is not None:
        form["code_verifier"] = verifier
    return await _grant(call, form, EXCHANGE_RULES)


async def refresh(call: OAuthCall, grant: Grant) -> Grant:
    """New tokens for old ones; the refresh token that was sent is dead from then on."""
    form = {"grant_type": "refresh_token", "refresh_token": str(grant.refresh_token)}
    return await _grant(call, form, RENEWAL_RULES)


async def targets(call: OAuthCall, grant: Grant) -> tuple[Target, ...]:
    """The one account; the name in its address is told only to those who may publish."""
    query = {"fields": _USER_FIELDS}
    reply = await call.send(Request("GET", spec.USER_URL, query=query, headers=api.bearer(grant.access_token)))
    user = api.understood(UserFound, reply, needs=spec.LOGIN.scopes[0].name).user
    creator = await api.creator(call, grant.access_token)
    name = user.display_name or creator.creator_nickname or creator.creator_username
    return (Target(grant.subject, creator.creator_username, name, user.avatar_url, "creator", grant),)


async def revoke(call: OAuthCall, grant: Grant) -> bool:
    """Take the consent back."""
    try:
        _refused(await _post(call, spec.REVOKE_URL, {"token": grant.access_token}), RENEWAL_RULES)
    except (AuthExpired, AuthRevoked, Rejected):
        return True  # the token is dead, and with it the consent
    return True


async def _grant(call: OAuthCall, form: dict[str, str], rules: Rules) -> Grant:
    reply = await _post(call, spec.TOKEN_URL, form)
    _refused(reply, rules)
    told = read(Tokens, reply)
    return spec.RENEWAL.grant(call.clock.now(), told, Secret(told.refresh_token), told.scope, told.open_id)


async def _post(call: OAuthCall, url: str, form: dict[str, str]) -> Reply:
    app = {"client_key": call.app.client_id, "client_secret": str(call.app.client_secret)}
    return await call.send(Request("POST", url, form={**app, **form}))


def _refused(reply: Reply, rules: Rules) -> None:
    """Raise the refusal that a reply is, if it is one; it may come with HTTP 200 (oauth-error-handling)."""
    try:
        told = LoginRefusal.model_validate(reply.json())
    except ValidationError:
        if reply.status // 100 == 2:  # noqa: PLR2004 the class of success
            return
        raise judge(Fault(reply.status, evidence={"body": excerpt(reply)}), rules, StepKind.PREPARE) from None
    words = told.error_description or None
    raise judge(Fault(reply.status, (told.error,), words, evidence=told.model_dump()), rules, StepKind.PREPARE)
