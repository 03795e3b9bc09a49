"""Connecting Pages: a person's consent, and the Pages it opens, each with a token of its own.

Document: facebook-login/guides/access-tokens/get-long-lived.
"""

from postwright.domain.account import Account
from postwright.platforms.base import Grant, OAuthCall, Target
from postwright.platforms.facebook import spec
from postwright.platforms.facebook.rules import RULES
from postwright.platforms.facebook.wire import OwnPage
from postwright.platforms.meta_login import PageLogin, page_grant

_LOGIN = PageLogin(spec.GRAPH, RULES, spec.RENEWAL)
_PAGE_FIELDS = "id,name,username,access_token,tasks,picture{url}"
_FRAGMENT = "#_=_"
"""The vendor appends it to the redirect's address, where it can end up in the code."""


async def exchange(call: OAuthCall, code: str, redirect_uri: str) -> Grant:
    """The person's long-lived token."""
    return await _LOGIN.exchange(call, code.removesuffix(_FRAGMENT), redirect_uri)


async def targets(call: OAuthCall, grant: Grant) -> tuple[Target, ...]:
    """The Pages that the person shared and may publish to."""
    pages = await _LOGIN.pages(call, grant.access_token, OwnPage, _PAGE_FIELDS)
    return tuple(_target(page, grant) for page in pages if page.access_token and spec.PUBLISH_TASK in page.tasks)


async def refresh(call: OAuthCall, grant: Grant, account: Account) -> Grant:
    """A later token of the person, and the Page's own. Raises AuthRevoked where the Page is no longer shared."""
    return await _LOGIN.renew_page(call, grant, account.external_id)


async def revoke(call: OAuthCall, grant: Grant) -> bool:
    """Take the consent back, for all Pages that it opened."""
    await _LOGIN.revoke(call, grant)
    return True


def _target(page: OwnPage, grant: Grant) -> Target:
    return Target(
        external_id=page.id,
        username=page.username or page.name or page.id,
        name=page.name or page.username or page.id,
        avatar_url=page.picture.data.url,
        kind="page",
        grant=page_grant(grant, page),
    )
