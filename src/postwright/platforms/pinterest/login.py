"""Connecting a Pinterest account: one consent, one account, and a refresh token that is new after each renewal.

Document: getting-started/authentication.
"""

from collections.abc import Mapping
from dataclasses import replace

from postwright.domain.errors import Rejected, Unavailable
from postwright.domain.publication import StepKind
from postwright.kit.crypto import Secret
from postwright.kit.http import Request
from postwright.platforms.base import Grant, OAuthCall, Target
from postwright.platforms.errors import judge
from postwright.platforms.oauth import basic
from postwright.platforms.pinterest import spec
from postwright.platforms.pinterest.api import Api, fault_of
from postwright.platforms.pinterest.rules import LOGIN_RULES, WRONG_APP
from postwright.platforms.pinterest.wire import Person, Token
from postwright.platforms.wire import read


async def exchange(call: OAuthCall, code: str, redirect_uri: str) -> Grant:
    """From a code to a grant that can be renewed for ever. Raises Rejected where the code does not count."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        # Apps from before 2025-09-25 must ask for refresh tokens that go on; for later ones nothing else exists.
        "continuous_refresh": "true",
    }
    token = await _token(call, form)
    asked = tuple(scope.name for scope in call.login.scopes)
    renewing = Secret(token.refresh_token) if token.refresh_token else None
    return spec.RENEWAL.grant(call.clock.now(), token, renewing, token.scopes or asked, "")


async def refresh(call: OAuthCall, grant: Grant) -> Grant:
    """A new grant in place of one that runs out; its refresh token is a new one too."""
    form = {"grant_type": "refresh_token", "refresh_token": str(grant.refresh_token or "")}
    try:
        token = await _token(call, form)
    except Rejected as refusal:
        if refusal.code in WRONG_APP:
            # The operator's mistake ends no account's connection.
            raise Unavailable(refusal.message, status=refusal.status, code=refusal.code) from refusal
        raise
    renewed = Secret(token.refresh_token) if token.refresh_token else grant.refresh_token
    return spec.RENEWAL.grant(call.clock.now(), token, renewed, token.scopes or grant.scopes, grant.subject)


async def targets(call: OAuthCall, grant: Grant) -> tuple[Target, ...]:
    """The account of the person who consented."""
    person = await Api(call, grant.access_token).get(Person, "/user_account")
    target = Target(
        external_id=person.id,
        username=person.username,
        name=person.business_name or person.username,
        avatar_url=person.profile_image,
        kind=(person.account_type or "pinner").lower(),
        grant=replace(grant, subject=person.id),
    )
    return (target,)


async def _token(call: OAuthCall, form: Mapping[str, str]) -> Token:
    reply = await call.send(Request("POST", spec.TOKEN_URL, form=form, headers={"Authorization": basic(call.app)}))
    fault = fault_of(reply)
    if fault is not None:
        raise judge(fault, LOGIN_RULES, StepKind.PREPARE)
    return read(Token, reply)
