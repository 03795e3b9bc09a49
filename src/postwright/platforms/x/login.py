"""Connecting an account of X: OAuth 2.0 with PKCE, and a refresh token that counts once.

Document: docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code.
"""

from collections.abc import Mapping
from dataclasses import replace

from pydantic import ValidationError

from postwright.domain.errors import AuthRevoked, Rejected
from postwright.domain.publication import StepKind
from postwright.kit.crypto import Secret
from postwright.kit.http import Reply, Request
from postwright.platforms.base import Grant, OAuthCall, Target
from postwright.platforms.errors import Fault, judge
from postwright.platforms.oauth import basic
from postwright.platforms.wire import excerpt, read
from postwright.platforms.x import spec
from postwright.platforms.x.api import send
from postwright.platforms.x.rules import LOGIN_RULES
from postwright.platforms.x.wire import LoginProblem, Me, Token


async def exchange(call: OAuthCall, code: str, redirect_uri: str, verifier: str) -> Grant:
    """From a code, which lives for 30 seconds, to a grant. Raises Rejected where the code does not count."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    return _grant(call, read(Token, await _send(call, spec.TOKEN_URL, form)), "")


async def refresh(call: OAuthCall, grant: Grant) -> Grant:
    """A new grant; the refresh token that it is made with ends with it, whether or not the reply comes through."""
    form = {"grant_type": "refresh_token", "refresh_token": str(grant.refresh_token or "")}
    try:
        reply = await _send(call, spec.TOKEN_URL, form)
    except Rejected as refusal:
        message = f"The connection has ended at X: reconnect the account. (X: {refusal.message})"
        raise AuthRevoked(message, status=refusal.status, code=refusal.code, evidence=refusal.evidence) from refusal
    return _grant(call, read(Token, reply), grant.subject)


async def revoke(call: OAuthCall, grant: Grant) -> None:
    """End both tokens: neither ends with the other. One that no longer counts has ended."""
    for token in filter(None, (grant.refresh_token, grant.access_token)):
        try:
            await _send(call, spec.REVOKE_URL, {"token": str(token)})
        except Rejected:
            continue


async def targets(call: OAuthCall, grant: Grant) -> tuple[Target, ...]:
    """The account of the person who consented."""
    query = {"user.fields": "name,username,profile_image_url"}
    person = read(Me, await send(call, Request("GET", "/2/users/me", query=query), grant.access_token)).data
    target = Target(
        external_id=person.id,
        username=person.username,
        name=person.name or person.username,
        avatar_url=person.profile_image_url,
        kind="profile",
        grant=replace(grant, subject=person.id),
    )
    return (target,)


async def _send(call: OAuthCall, url: str, form: Mapping[str, str]) -> Reply:
    headers = {"Authorization": basic(call.app)}
    reply = await call.send(Request("POST", url, form=form, headers=headers))
    if reply.status // 100 == 2:  # noqa: PLR2004 - the class of success
        return reply
    try:
        problem = LoginProblem.model_validate(reply.json())
    except ValidationError:
        problem = LoginProblem()
    codes = (*((problem.error,) if problem.error else ()), str(reply.status))
    words = problem.error_description or problem.error
    raise judge(Fault(reply.status, codes, words, evidence={"body": excerpt(reply)}), LOGIN_RULES, StepKind.PREPARE)


def _grant(call: OAuthCall, token: Token, subject: str) -> Grant:
    refresh_token = Secret(token.refresh_token) if token.refresh_token else None
    return spec.RENEWAL.grant(call.clock.now(), token, refresh_token, tuple(token.scope.split()), subject)
