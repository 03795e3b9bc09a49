"""The two ways of connecting an Instagram account: its own login, and a Page that it is linked to.

Documents: instagram-platform/instagram-api-with-instagram-login/business-login and
…/instagram-api-with-facebook-login.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from pydantic import ValidationError

from postwright.domain.account import Account
from postwright.domain.errors import Rejected, Surprise
from postwright.domain.publication import StepKind
from postwright.kit.crypto import Secret
from postwright.kit.http import Request
from postwright.platforms.base import Grant, OAuthCall, Target
from postwright.platforms.errors import judge
from postwright.platforms.instagram import spec
from postwright.platforms.instagram.rules import RULES
from postwright.platforms.instagram.wire import LinkedPage, LoginFault, LongToken, Profile, ShortToken
from postwright.platforms.meta import Graph, fault_of
from postwright.platforms.meta_login import PageLogin, page_grant
from postwright.platforms.wire import read

_LINKED_FIELDS = "id,username,name,profile_picture_url"
_PAGE_FIELDS = f"id,name,access_token,instagram_business_account{{{_LINKED_FIELDS}}}"
_PROFILE_FIELDS = "user_id,username,name,account_type,profile_picture_url"
_PAGE_ID = "page_id"


class Way(Protocol):
    """One way of connecting."""

    async def exchange(self, call: OAuthCall, code: str, redirect_uri: str) -> Grant: ...

    async def targets(self, call: OAuthCall, grant: Grant) -> tuple[Target, ...]: ...

    async def refresh(self, call: OAuthCall, grant: Grant, account: Account) -> Grant: ...

    async def revoke(self, call: OAuthCall, grant: Grant) -> bool: ...


class ByInstagram:
    """Instagram's own login: one professional account, one token that is renewed by itself."""

    async def exchange(self, call: OAuthCall, code: str, redirect_uri: str) -> Grant:
        short = await self._short(call, code, redirect_uri)
        long = await self._long(
            call,
            "/access_token",
            grant_type="ig_exchange_token",
            client_secret=str(call.app.client_secret),
            access_token=short.access_token,
        )
        scopes = short.permissions or tuple(scope.name for scope in call.login.scopes)
        return spec.RENEWAL.grant(call.clock.now(), long, Secret(long.access_token), scopes, short.user_id)

    async def targets(self, call: OAuthCall, grant: Grant) -> tuple[Target, ...]:
        graph = Graph(call, spec.GRAPH_INSTAGRAM, grant.access_token, RULES)
        profile = await graph.get(Profile, "/me", fields=_PROFILE_FIELDS)
        target = _target(profile, grant, {})
        return (replace(target, grant=replace(grant, subject=grant.subject or target.external_id)),)

    async def refresh(self, call: OAuthCall, grant: Grant, account: Account) -> Grant:  # noqa: ARG002 the contract's
        long = await self._long(
            call, "/refresh_access_token", grant_type="ig_refresh_token", access_token=grant.access_token
        )
        return spec.RENEWAL.grant(call.clock.now(), long, Secret(long.access_token), grant.scopes, grant.subject)

    async def revoke(self, call: OAuthCall, grant: Grant) -> bool:  # noqa: ARG002 the contract's
        """There is no call for it: the person removes the app in Instagram's settings, the token runs out."""
        return False

    async def _short(self, call: OAuthCall, code: str, redirect_uri: str) -> ShortToken:
        form = {
            "client_id": call.app.client_id,
            "client_secret": str(call.app.client_secret),
            "grant_type": "authorization_code",
            "redirect_uri": redirect_uri,
            # The vendor appends "#_" to the redirect's address, which can end up in the code.
            "code": code.removesuffix("#_"),
        }
        reply = await call.send(Request("POST", spec.TOKEN_URL, form=form))
        fault = fault_of(reply)
        if fault is None:
            return read(ShortToken, reply)
        try:
            refusal = LoginFault.model_validate(reply.json())
        except ValidationError:
            raise judge(fault, RULES, StepKind.PREPARE) from None
        raise Rejected(refusal.error_message, status=reply.status, code=refusal.code)

    async def _long(self, call: OAuthCall, path: str, **query: str) -> LongToken:
        return await Graph(call, spec.LONG_LIVED_URL, None, RULES).get(LongToken, path, **query)


class ByFacebook:
    """Facebook's login: each of the person's Pages may have an Instagram account; published with the Page's token."""

    def __init__(self) -> None:
        self._login = PageLogin(spec.GRAPH_FACEBOOK, RULES, spec.RENEWAL)

    async def exchange(self, call: OAuthCall, code: str, redirect_uri: str) -> Grant:
        return await self._login.exchange(call, code.removesuffix("#_=_"), redirect_uri)

    async def targets(self, call: OAuthCall, grant: Grant) -> tuple[Target, ...]:
        pages = await self._login.pages(call, grant.access_token, LinkedPage, _PAGE_FIELDS)
        found = [(page, linked) for page in pages if (linked := page.instagram_business_account) is not None]
        return tuple([await self._target(call, grant, page, linked) for page, linked in found])

    async def refresh(self, call: OAuthCall, grant: Grant, account: Account) -> Grant:
        return await self._login.renew_page(call, grant, account.context.get(_PAGE_ID))

    async def revoke(self, call: OAuthCall, grant: Grant) -> bool:
        await self._login.revoke(call, grant)
        return True

    async def _target(self, call: OAuthCall, grant: Grant, page: LinkedPage, linked: Profile) -> Target:
        """The account of a Page, with the Page's token; who it is is asked for where the list told its id alone."""
        held = page_grant(grant, page)
        if not linked.username:
            graph = Graph(call, spec.GRAPH_FACEBOOK, held.access_token, RULES)
            linked = await graph.get(Profile, f"/{linked.id}", fields=_LINKED_FIELDS)
        return _target(linked, held, {_PAGE_ID: page.id})


WAYS: Mapping[str, Way] = {spec.BY_INSTAGRAM: ByInstagram(), spec.BY_FACEBOOK: ByFacebook()}


def _target(profile: Profile, grant: Grant, context: Mapping[str, str]) -> Target:
    external_id = profile.user_id or profile.id
    if external_id is None:
        raise Surprise("Instagram did not say which account was connected.")
    return Target(
        external_id=external_id,
        username=profile.username,
        name=profile.name or profile.username,
        avatar_url=profile.profile_picture_url,
        kind=(profile.account_type or "professional").lower(),
        grant=grant,
        context=context,
    )
