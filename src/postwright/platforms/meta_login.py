"""The login through Meta's own accounts: a person's long-lived token, and the Pages it opens.

Documents: developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow and
…/guides/access-tokens/get-long-lived. There is no refresh token: while the person's token
lives it is exchanged for a later one; a Page's own token does not run out.
"""

from dataclasses import dataclass, replace
from typing import TypeVar

from postwright.domain.errors import AuthExpired, AuthRevoked, Rejected, Surprise
from postwright.kit.crypto import Secret
from postwright.platforms.base import Grant, OAuthCall
from postwright.platforms.errors import Rules
from postwright.platforms.meta import Graph
from postwright.platforms.oauth import Renewal
from postwright.platforms.wire import Wire

_MOST_PAGES = 20
_PAGE_SIZE = "100"
_NOT_THERE = (Rejected, Surprise, AuthExpired, AuthRevoked)
"""What a question is answered with that the app may not ask, or that the API does not know."""


class _Token(Wire):
    access_token: str
    expires_in: int | None = None


class _Person(Wire):
    id: str


class _Inspection(Wire):
    scopes: tuple[str, ...] | None = None
    user_id: str | None = None


class _Inspected(Wire):
    data: _Inspection


class Page(Wire):
    """A Page that the person let us see, with its own token if they may publish there."""

    id: str
    name: str = ""
    access_token: str | None = None


class _Done(Wire):
    success: bool = True


P = TypeVar("P", bound=Page)


@dataclass(frozen=True, slots=True)
class PageLogin:
    """Token requests on one version of the Graph API."""

    base: str
    rules: Rules
    renewal: Renewal

    async def exchange(self, call: OAuthCall, code: str, redirect_uri: str) -> Grant:
        """From a code to the person's long-lived token, which is kept as the refresh token too."""
        short = await self._token(call, redirect_uri=redirect_uri, code=code)
        long = await self._token(call, grant_type="fb_exchange_token", fb_exchange_token=short.access_token)
        scopes, subject = await self._consent(call, long.access_token)
        return self.renewal.grant(call.clock.now(), long, Secret(long.access_token), scopes, subject)

    async def renew(self, call: OAuthCall, grant: Grant) -> Grant:
        """A later token of the same person."""
        token = await self._token(
            call, grant_type="fb_exchange_token", fb_exchange_token=grant.refresh_token or grant.access_token
        )
        return self.renewal.grant(call.clock.now(), token, Secret(token.access_token), grant.scopes, grant.subject)

    async def pages(self, call: OAuthCall, token: str, model: type[P], fields: str) -> tuple[P, ...]:
        """All Pages that the person let us see."""
        return await self._graph(call, token).edge(
            model, "/me/accounts", pages=_MOST_PAGES, fields=fields, limit=_PAGE_SIZE
        )

    async def renew_page(self, call: OAuthCall, grant: Grant, page_id: str | None) -> Grant:
        """A later token of the person, and the Page's own that comes with it. Raises AuthRevoked without the Page."""
        person = await self.renew(call, grant)
        pages = await self.pages(call, person.access_token, Page, "id,name,access_token")
        page = next((page for page in pages if page.id == page_id), None)
        if page is None:
            raise AuthRevoked("The Page of this account is no longer shared with the app: reconnect the account.")
        return page_grant(person, page)

    async def revoke(self, call: OAuthCall, grant: Grant) -> None:
        """Take back all that the person allowed this app; for the person's other accounts too."""
        graph = self._graph(call, grant.refresh_token or grant.access_token)
        try:
            await graph.delete(_Done, f"/{grant.subject or 'me'}/permissions")
        except (AuthExpired, AuthRevoked):
            return  # the token is dead, and with it the consent

    async def _token(self, call: OAuthCall, **query: str) -> _Token:
        app = {"client_id": call.app.client_id, "client_secret": str(call.app.client_secret)}
        return await Graph(call, self.base, None, self.rules).get(_Token, "/oauth/access_token", **app, **query)

    async def _consent(self, call: OAuthCall, token: str) -> tuple[tuple[str, ...], str]:
        """What was really granted and by whom; where that cannot be read back, what was asked for."""
        app = self._graph(call, f"{call.app.client_id}|{call.app.client_secret}")
        try:
            told = (await app.get(_Inspected, "/debug_token", input_token=token)).data
        except _NOT_THERE:
            told = _Inspection()
        scopes = told.scopes or tuple(scope.name for scope in call.login.scopes)
        return scopes, told.user_id or await self._person(call, token)

    async def _person(self, call: OAuthCall, token: str) -> str:
        try:
            return (await self._graph(call, token).get(_Person, "/me", fields="id,name")).id
        except _NOT_THERE:
            return ""

    def _graph(self, call: OAuthCall, token: str) -> Graph:
        return Graph(call, self.base, token, self.rules)


def page_grant(person: Grant, page: Page) -> Grant:
    """The grant of one Page: its own token, which does not run out; else the person's."""
    if page.access_token is None:
        return person
    return replace(person, access_token=Secret(page.access_token), expires_at=None)
