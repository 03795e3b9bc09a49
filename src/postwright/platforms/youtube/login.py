"""Connecting a channel by Google's login: one consent, one channel, and a refresh token that stays the same.

Document: guides/auth/server-side-web-apps.
"""

from collections.abc import Mapping
from dataclasses import replace

from postwright.domain.errors import Rejected, Unavailable
from postwright.domain.publication import StepKind
from postwright.kit.crypto import Secret
from postwright.kit.http import Request
from postwright.platforms.base import Grant, OAuthCall, Target
from postwright.platforms.errors import judge
from postwright.platforms.wire import read, read_items
from postwright.platforms.youtube import spec
from postwright.platforms.youtube.api import Api, fault_of
from postwright.platforms.youtube.rules import LOGIN_RULES, NO_CHANNEL, WRONG_APP
from postwright.platforms.youtube.wire import Channel, Page, Token

UPLOADS = "uploads"
"""The note on an account that names the playlist of all its videos."""
_ENDED = "invalid_token"
_NOT_LASTING = "Google gave no lasting access: remove this app at myaccount.google.com/permissions first."


async def exchange(call: OAuthCall, code: str, redirect_uri: str, verifier: str | None) -> Grant:
    """From a code to a grant that can be renewed. Raises Rejected where the code does not count."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier or "",
    }
    token = await _token(call, form)
    if not token.refresh_token:
        raise Rejected(_NOT_LASTING)
    asked = tuple(scope.name for scope in call.login.scopes)
    scopes = tuple(token.scope.split()) or asked
    return spec.RENEWAL.grant(call.clock.now(), token, Secret(token.refresh_token), scopes, "")


async def refresh(call: OAuthCall, grant: Grant) -> Grant:
    """A new access token; the refresh token goes on."""
    form = {"grant_type": "refresh_token", "refresh_token": str(grant.refresh_token or "")}
    try:
        token = await _token(call, form)
    except Rejected as refusal:
        if refusal.code in WRONG_APP:
            # The operator's mistake ends no account's connection.
            raise Unavailable(refusal.message, status=refusal.status, code=refusal.code) from refusal
        raise
    renewed = Secret(token.refresh_token) if token.refresh_token else grant.refresh_token
    scopes = tuple(token.scope.split()) or grant.scopes
    return spec.RENEWAL.grant(call.clock.now(), token, renewed, scopes, grant.subject)


async def revoke(call: OAuthCall, grant: Grant) -> None:
    """End the consent; with the refresh token its access tokens end too. One that has ended already is no fault."""
    token = grant.refresh_token or grant.access_token
    reply = await call.send(Request("POST", spec.REVOKE_URL, query={"token": str(token)}))
    fault = fault_of(reply, call)
    if fault is not None and _ENDED not in fault.codes:
        raise judge(fault, LOGIN_RULES, StepKind.PREPARE)


async def targets(call: OAuthCall, grant: Grant) -> tuple[Target, ...]:
    """The channel that the person chose. Raises Rejected where the account has none."""
    page = await Api(call, grant.access_token).get(Page, "/channels", part="snippet,contentDetails", mine="true")
    channels = read_items(Channel, page.items)
    if not channels:
        raise Rejected(NO_CHANNEL)
    return tuple(_target(channel, grant) for channel in channels)


def _target(channel: Channel, grant: Grant) -> Target:
    about = channel.snippet
    picture = next(iter(about.thumbnails.values()), None)
    return Target(
        external_id=channel.id,
        username=(about.custom_url or about.title).removeprefix("@"),
        name=about.title,
        avatar_url=picture.url if picture else None,
        kind="channel",
        grant=replace(grant, subject=channel.id),
        context={UPLOADS: channel.content_details.related_playlists.uploads},
    )


async def _token(call: OAuthCall, form: Mapping[str, str]) -> Token:
    app = {"client_id": call.app.client_id, "client_secret": str(call.app.client_secret)}
    reply = await call.send(Request("POST", spec.TOKEN_URL, form={**form, **app}))
    fault = fault_of(reply, call)
    if fault is not None:
        raise judge(fault, LOGIN_RULES, StepKind.PREPARE)
    return read(Token, reply)
