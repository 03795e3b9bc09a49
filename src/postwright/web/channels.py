"""The pages of connecting accounts: what is connected, what can be, the choice after a consent, and disconnecting."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from postwright.domain.account import Account
from postwright.domain.errors import Invalid, NotFound, Problem
from postwright.platforms.base import Adapter, Login
from postwright.services import connect, connections
from postwright.services.app import App
from postwright.web import flash
from postwright.web.door import Visit, answer, go, visit
from postwright.web.forms import submitted
from postwright.web.frame import (
    Surroundings,
    badge,
    badge_of,
    consent_url,
    icon_of,
    permission,
    platform_name,
    surroundings,
)
from postwright.web.pages import count
from postwright.web.views import AppSetup, Candidate, LoginWay, Permission, PlatformTile

ACTION: Final = "/channels/choose"
_WORDS: Final = {
    "consent_denied": "{name} says that you did not allow it, so nothing was connected.",
    "consent_failed": "{name} could not go on with the consent. Start the connection again.",
    "exchange_refused": "{name} did not accept the consent. Start the connection again.",
    "no_account_found": (
        "The consent opened no account that can be published to. Check at {name} that you manage one (a professional "
        "account, a page or a channel) and that you ticked it on the consent page."
    ),
    "scope_missing": "Nothing was connected: a permission that publishing needs was not given. Connect again with all.",
    "state_expired": "That took longer than ten minutes. Start the connection again.",
    "state_used": "That consent was used already. Start the connection again if accounts are missing.",
    "state_of_another_session": "That consent was begun in another browser or session. Start it again in this one.",
    "platform_unavailable": "{name} cannot be reached right now. Try again in a moment.",
    "platform_not_configured": "{name} is not set up on this server yet. Below stands what it needs.",
    "not_allowed": "Only owners and admins of this workspace connect channels.",
}
_OTHERWISE: Final = "Nothing was connected: the answer of {name} did not fit. Start the connection again."


async def channels(request: Request) -> Response:
    """The connected accounts and the platforms to connect more from; also the way back from a consent."""
    visiting = await visit(request)
    around = await surroundings(visiting, "channels")
    if "connected" in request.query_params:
        return _welcome(visiting, around, request.query_params["connected"].split(","))
    context = {
        "cards": around.frame.channels,
        "tiles": tiles(visiting.app, around.overview.accounts),
        "problem": _problem(visiting.app, request),
    }
    return answer(request, "channels.html", {**around.context, **context})


async def show_choices(request: Request) -> Response:
    """The accounts that a consent opened, to choose from."""
    visiting = await visit(request)
    return await _chooser(visiting, request.query_params.get("state", ""))


async def choose(request: Request) -> Response:
    """Connect the chosen accounts."""
    visiting, form = await submitted(request)
    state = form.text("choice")
    try:
        async with visiting.app.db.tx() as tx:
            await connect.choose(tx, visiting.app, visiting.caller, state, form.texts("account"))
    except Invalid as wrong:
        return await _chooser(visiting, state, wrong)
    except Problem as problem:
        return go(f"/channels?problem={problem.code}")
    around = await surroundings(visiting, "channels")
    newest = max(account.connected_at for account in around.overview.accounts)
    fresh = [str(account.id) for account in around.overview.accounts if account.connected_at == newest]
    return _welcome(visiting, around, fresh)


async def disconnect(request: Request) -> Response:
    """Disconnect an account and say what became of its posts."""
    visiting, _ = await submitted(request)
    account_id: UUID = request.path_params["account_id"]
    around = await surroundings(visiting, "channels")
    account = around.account(account_id)
    if account is None:
        raise NotFound("No such account is connected here.")
    done = await connections.disconnect(visiting.app, visiting.caller, account.platform, account_id)
    name = badge_of(visiting.app, account).name
    stopped = f" {count(done.canceled, 'scheduled post')} will not go out there." if done.canceled else ""
    words = f"Disconnected {name}.{stopped} {done.warning or ''}".rstrip()
    return flash.say(visiting.app, go("/channels"), words, bad=done.warning is not None)


def tiles(app: App, accounts: Sequence[Account]) -> tuple[PlatformTile, ...]:
    """All platforms, each with its ways in and how many of these accounts are on it."""
    return tuple(
        PlatformTile(
            id=platform,
            name=adapter.spec.name,
            icon=icon_of(platform),
            logins=tuple(
                LoginWay(login.id, login.name, consent_url(platform, login.id))
                for login in adapter.spec.logins
                if app.credentials(login) is not None
            ),
            connected=sum(account.platform == platform for account in accounts),
            setups=tuple(_setup(app, adapter, login) for login in _not_set_up(app, adapter)),
            publishes=tuple(kind.label for kind in adapter.spec.capability.kinds),
            permissions=_asked(adapter),
        )
        for platform, adapter in app.platforms.items()
    )


def _asked(adapter: Adapter) -> tuple[Permission, ...]:
    """What a platform's logins ask for, each once."""
    scopes = {scope.name: scope for login in reversed(adapter.spec.logins) for scope in reversed(login.scopes)}
    return tuple(permission(scope) for scope in reversed(scopes.values()))


def _not_set_up(app: App, adapter: Adapter) -> list[Login]:
    """One login for each app that the operator has not made."""
    missing = {login.credentials: login for login in reversed(adapter.spec.logins) if app.credentials(login) is None}
    return list(reversed(missing.values()))


def _setup(app: App, adapter: Adapter, login: Login) -> AppSetup:
    owner = login.credentials.upper()
    return AppSetup(
        login=login.name if len(adapter.spec.logins) > 1 else "",
        redirect_url=f"{app.settings.public_url}/api/callback/{adapter.spec.id}",
        variables=(f"POSTWRIGHT_{owner}_CLIENT_ID", f"POSTWRIGHT_{owner}_CLIENT_SECRET"),
    )


async def _chooser(visiting: Visit, state: str, wrong: Invalid | None = None) -> Response:
    app = visiting.app
    try:
        async with app.db.tx() as tx:
            opened = await connect.choices(tx, app, visiting.caller, state)
    except Problem as problem:
        return go(f"/channels?problem={problem.code}")
    candidates = tuple(
        Candidate(
            one.external_id,
            badge(app, opened.platform, one.username, one.name),
            one.kind.replace("_", " ").capitalize(),
            one.connected,
        )
        for one in opened.offered
    )
    around = await surroundings(visiting, "channels", f"{ACTION}?state={state}")
    context = {
        "platform_name": platform_name(app, opened.platform),
        "choice": state,
        "action": ACTION,
        "candidates": candidates,
        "problem": wrong.message if wrong else "",
    }
    status = wrong.status if wrong else HTTPStatus.OK
    return answer(visiting.request, "choose_accounts.html", {**around.context, **context}, status)


def _welcome(visiting: Visit, around: Surroundings, account_ids: Sequence[str]) -> Response:
    """Say what was connected; whoever has no post yet goes on to write one."""
    names = [card.badge.name for card in around.frame.channels if card.id in account_ids]
    if not names:
        return go("/channels")
    words = f"Connected {' and '.join([', '.join(names[:-1]), names[-1]] if names[1:] else names)}."
    if around.overview.states:
        return flash.say(visiting.app, go("/channels"), words)
    return flash.say(visiting.app, go("/compose"), f"{words} Now write the first post.")


def _problem(app: App, request: Request) -> str:
    code = request.query_params.get("problem")
    if code is None:
        return ""
    platform = request.query_params.get("platform", "")
    name = app.platforms[platform].spec.name if platform in app.platforms else "The platform"
    return _WORDS.get(code, _OTHERWISE).format(name=name)
