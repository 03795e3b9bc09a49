"""What surrounds every signed-in page: who is signed in, the screens there are, and the channels with their health."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from postwright.domain.account import Account, Health
from postwright.platforms.base import Scope
from postwright.services.app import App
from postwright.services.overview import Overview, overview
from postwright.web.door import Visit
from postwright.web.views import ChannelBadge, ChannelCard, Chrome, Frame, NavItem, Permission, Person

NEEDS_A_PERSON: Final = ("failed", "partial", "needs_attention")
"""The states of posts that somebody has to do something about."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The head and the frame of a page, and what they were made from."""

    chrome: Chrome
    frame: Frame
    overview: Overview

    @property
    def context(self) -> dict[str, object]:
        """What every template inside the frame takes."""
        return {"chrome": self.chrome, "frame": self.frame}

    def account(self, account_id: UUID) -> Account | None:
        """A connected account."""
        return next((account for account in self.overview.accounts if account.id == account_id), None)


async def surroundings(visit: Visit, active: str, path: str | None = None) -> Surroundings:
    """What surrounds this page, which belongs to the screen `active`."""
    async with visit.app.db.tx() as tx:
        seen = await overview(tx, visit.caller)
    user = seen.member.user
    frame = Frame(
        workspace=seen.member.workspace.name,
        person=Person(user.name, user.email),
        nav=_nav(seen),
        active=active,
        channels=tuple(card(visit.app, account, seen.waiting.get(account.id, 0), visit) for account in seen.accounts),
    )
    return Surroundings(visit.chrome(path), frame, seen)


def platform_name(app: App, platform: str) -> str:
    """What people call a platform; its id where this release no longer knows it."""
    return app.platforms[platform].spec.name if platform in app.platforms else platform


def icon_of(platform: str) -> str:
    """The mark of a platform in the sprite."""
    return f"p-{platform}"


def badge(app: App, platform: str, username: str, name: str) -> ChannelBadge:
    """An account by its name. Pages may load pictures from this server only, so initials stand for its picture."""
    return ChannelBadge(platform, platform_name(app, platform), icon_of(platform), username or name)


def badge_of(app: App, account: Account) -> ChannelBadge:
    """A connected account by its name."""
    return badge(app, account.platform, account.username, account.name)


def consent_url(platform: str, login: str) -> str:
    """Where a consent begins; it ends at the channels."""
    return f"/api/connect/{platform}?{urlencode({'login': login, 'redirect': 1})}"


def card(app: App, account: Account, queued: int, visit: Visit) -> ChannelCard:
    """A connected account with what it is and how it does."""
    given, missing = _permissions(app, account)
    return ChannelCard(
        id=str(account.id),
        badge=badge_of(app, account),
        kind=account.kind.replace("_", " ").capitalize(),
        health="ok" if account.health is Health.HEALTHY else "bad",
        health_text=_health_text(account, platform_name(app, account.platform), visit.began),
        queued=queued,
        permissions=given,
        connected_at=account.connected_at,
        posts_url=f"/posts?account={account.id}",
        reconnect_url=consent_url(account.platform, account.login),
        disconnect_url=f"/channels/{account.id}/disconnect",
        missing=missing,
    )


def permission(scope: Scope) -> Permission:
    """A scope as pages show it."""
    return Permission(scope.name, scope.reason, scope.required)


def _permissions(app: App, account: Account) -> tuple[tuple[Permission, ...], tuple[Permission, ...]]:
    """The permissions that were given, and those that the account's login asks for and that were not."""
    logins = app.platforms[account.platform].spec.logins if account.platform in app.platforms else ()
    asked = {scope.name: scope for login in logins if login.id == account.login for scope in login.scopes}
    given = tuple(permission(asked[name]) if name in asked else Permission(name, "") for name in account.scopes)
    # A platform that does not say what was given has given what was asked for.
    withheld = [scope for scope in asked.values() if account.scopes and scope.name not in account.scopes]
    return given, tuple(permission(scope) for scope in withheld)


def _health_text(account: Account, name: str, now: datetime) -> str:
    if account.health is not Health.HEALTHY:
        reason = (account.health_reason or "The access was lost").strip().removesuffix(".")
        return f"{name} says: {reason}. Its posts wait until you reconnect."
    ends = account.token_expires_at
    if ends is None:
        return "Healthy. This access does not expire."
    if ends <= now:
        return "Healthy. The access is renewed with the next post."
    return f"Healthy. The access renews itself before {ends.day} {ends:%B}."


def _nav(seen: Overview) -> tuple[NavItem, ...]:
    urgent = sum(seen.states.get(state, 0) for state in NEEDS_A_PERSON)
    broken = sum(account.health is not Health.HEALTHY for account in seen.accounts)
    return (
        NavItem("posts", "Posts", "/posts", "layout-list", urgent, urgent=True),
        NavItem("channels", "Channels", "/channels", "plug", broken, urgent=True),
        NavItem("settings", "Settings", "/settings", "settings"),
    )
