"""Connecting: the tokens of a consent, and the accounts that it opens.

Documents: shared/authentication/authorization-code-flow and …/programmatic-refresh-tokens.
"""

from dataclasses import replace

from pydantic import ValidationError

from postwright.domain.errors import AuthRevoked, PlatformError, Rejected, Surprise
from postwright.kit.crypto import Secret
from postwright.kit.http import Reply, Request
from postwright.platforms.base import Grant, OAuthCall, Target
from postwright.platforms.linkedin import spec
from postwright.platforms.linkedin.api import Rest, refusal
from postwright.platforms.linkedin.wire import Acls, Organization, Person, Token, TokenRefusal
from postwright.platforms.wire import read

_ACLS = f"/organizationAcls?q=roleAssignee&state=APPROVED&count={spec.MOST_ORGANIZATIONS}"


async def exchange(call: OAuthCall, code: str, redirect_uri: str) -> Grant:
    """From a code to a token of 60 days, with a refresh token where the app is a partner's."""
    token = await _token(call, grant_type="authorization_code", code=code, redirect_uri=redirect_uri)
    return _grant(call, token, token.scope or tuple(scope.name for scope in call.login.scopes), "", None)


async def refresh(call: OAuthCall, grant: Grant) -> Grant:
    """A later token. The refresh token stays the same, and its end (a year after the consent) is not moved."""
    token = await _token(call, grant_type="refresh_token", refresh_token=str(grant.refresh_token))
    return _grant(call, token, token.scope or grant.scopes, grant.subject, grant.refresh_token)


async def revoke(call: OAuthCall, grant: Grant) -> bool:
    """End the consent's tokens; the renewing one first, so that nothing comes after the other."""
    for token in filter(None, (grant.refresh_token, grant.access_token)):
        reply = await call.send(Request("POST", spec.REVOKE_URL, form=_app(call) | {"token": str(token)}))
        if (error := _refused(call, reply)) is not None:
            raise error
    return True


async def targets(call: OAuthCall, grant: Grant) -> tuple[Target, ...]:
    """The organisations that the member publishes for, where the consent covers them, and the member."""
    headers = {"Authorization": f"Bearer {grant.access_token}"}
    reply = await call.send(Request("GET", spec.USERINFO_URL, headers=headers))
    if (error := refusal(reply, call.clock.now())) is not None:
        raise error
    person = read(Person, reply)
    held = replace(grant, subject=person.sub)
    name = person.name or person.email or person.sub
    member = Target(f"{spec.MEMBER}{person.sub}", name, name, person.picture, "member", held)
    if not {spec.ACL_SCOPE, spec.PUBLISH_SCOPES[spec.ORGANIZATION]} <= set(grant.scopes):
        return (member,)
    rest = Rest(call, grant.access_token)
    roles = (await rest.get(Acls, _ACLS, method="FINDER")).elements
    urns = dict.fromkeys(acl.organization for acl in roles if acl.role in spec.PUBLISHING_ROLES)
    return (*[await _organization(rest, urn, held) for urn in urns], member)


async def _organization(rest: Rest, urn: str, grant: Grant) -> Target:
    """An organisation as it is called; only its administrators may ask for that."""
    number = urn.removeprefix(spec.ORGANIZATION)
    try:
        found = await rest.get(Organization, f"/organizations/{number}")
    except (AuthRevoked, Rejected, Surprise):
        found = Organization()
    name = found.name or f"Organization {number}"
    return Target(urn, found.vanity_name or name, name, None, "organization", grant)


async def _token(call: OAuthCall, **form: str) -> Token:
    reply = await call.send(Request("POST", spec.TOKEN_URL, form=_app(call) | form))
    if (error := _refused(call, reply)) is not None:
        raise error
    return read(Token, reply)


def _app(call: OAuthCall) -> dict[str, str]:
    return {"client_id": call.app.client_id, "client_secret": str(call.app.client_secret)}


def _refused(call: OAuthCall, reply: Reply) -> PlatformError | None:
    """What a token address refuses with; it has a form of its own for that."""
    error = refusal(reply, call.clock.now())
    if error is None:
        return None
    try:
        told = TokenRefusal.model_validate(reply.json())
    except ValidationError:
        return error
    return Rejected(told.error_description or told.error, status=reply.status, code=told.error)


def _grant(call: OAuthCall, token: Token, scopes: tuple[str, ...], subject: str, held: Secret | None) -> Grant:
    renewing = Secret(token.refresh_token) if token.refresh_token else held
    return spec.RENEWAL.grant(call.clock.now(), token, renewing, scopes, subject)
