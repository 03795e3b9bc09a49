"""Connecting accounts: from the redirect to a platform's consent page until its accounts are stored.

What guards a consent on its way is consent_state.py's; the accounts afterwards are connections.py's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from postwright.domain.account import Account
from postwright.domain.errors import (
    Conflict,
    Finding,
    Invalid,
    NotAllowed,
    NotFound,
    PlatformError,
    Problem,
    QuotaReached,
    RateLimited,
    Unavailable,
    Uncertain,
    Unready,
)
from postwright.kit.http import NoReply, NotSent
from postwright.platforms.base import Grant, Login, OAuthCall, Target
from postwright.platforms.oauth import authorize_url
from postwright.services.app import App
from postwright.services.auth import Caller
from postwright.services.connections import store
from postwright.services.consent_state import keep_choices, kept_choices, open_state, use_state, verifier_of
from postwright.storage import accounts, oauth_states
from postwright.storage.db import Tx
from postwright.storage.oauth_states import ConsentState

CONNECTORS = ("owner", "admin")
DENIALS = frozenset({"access_denied", "user_cancelled_login", "user_cancelled_authorize"})
"""What platforms call it when the person says no: RFC 6749 §4.1.2.1, and the spellings of those that differ."""
_FOR_NOW = (Unavailable, RateLimited, QuotaReached, Uncertain)


@dataclass(frozen=True, slots=True)
class ConnectStart:
    """Where the person's browser goes to consent."""

    redirect_url: str


@dataclass(frozen=True, slots=True)
class Connected:
    """The consent is through and its accounts are stored; `return_to` is where the browser wanted to go."""

    accounts: tuple[Account, ...]
    return_to: str | None


@dataclass(frozen=True, slots=True)
class ToChoose:
    """The consent is through and opened several accounts; nothing is stored until the person has chosen."""

    return_to: str | None


@dataclass(frozen=True, slots=True)
class Choice:
    """One account that may be connected; `connected` where it is already, and would be renewed."""

    external_id: str
    username: str
    name: str
    avatar_url: str | None
    kind: str
    connected: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """What a consent opened."""

    platform: str
    offered: tuple[Choice, ...]


async def begin(
    tx: Tx, app: App, caller: Caller, platform: str, *, login_id: str | None = None, return_to: str | None = None
) -> ConnectStart:
    """Begin a consent; `return_to` is a path on this server.

    Raises NotFound (`unknown_platform`, `unknown_login`), Conflict (`platform_not_configured`), NotAllowed, Invalid.
    """
    caller.require(*CONNECTORS)
    if return_to is not None and not _is_local(return_to):
        raise Invalid.of("return_to", "not_a_local_path", "return_to is a path on this server, like /channels.")
    login = _login(app, platform, login_id)
    credentials = app.credentials(login)
    if credentials is None:
        raise _not_configured(app, platform, (login,))
    redirect_uri = f"{app.settings.public_url}/api/callback/{platform}"
    state, verifier = await open_state(
        tx, app, caller, platform=platform, login=login, redirect_uri=redirect_uri, return_to=return_to
    )
    url = authorize_url(login, credentials, redirect_uri=redirect_uri, state=state, verifier=verifier)
    return ConnectStart(app.http.address(url))


async def callback(
    app: App, platform: str, query: Mapping[str, str], browser: Caller | None, *, may_choose: bool
) -> Connected | ToChoose:
    """Take the platform's answer to a consent and store its accounts, all or none.

    `browser` is who is signed in where the answer came from. With `may_choose`, several
    accounts are kept for the person to choose from instead. Raises NotFound (`state_unknown`),
    Conflict (`state_used`, `state_expired`, `consent_failed`, `exchange_refused`,
    `no_account_found`), NotAllowed (`state_of_another_session`, `consent_denied`), Invalid
    (`code_missing`, `scope_missing`) and Unready (`platform_unavailable`).
    """
    adapter = app.adapter(platform)
    consent = await use_state(app, platform, query.get("state", ""), browser)
    _check_answer(query, adapter.spec.name)
    login = _login(app, platform, consent.login)
    targets = await _exchange(app, consent, login, query["code"])
    if may_choose and consent.session_id is not None and len(targets) > 1:
        await keep_choices(app, consent, targets)
        return ToChoose(consent.return_to)
    async with app.db.tx() as tx:
        stored = await store(tx, app, consent.workspace_id, targets, platform=platform, login=consent.login)
    return Connected(stored, consent.return_to)


async def choices(tx: Tx, app: App, caller: Caller, state: str) -> Choices:
    """What the caller may choose from after their consent. Raises as `choose`."""
    caller.require(*CONNECTORS)
    consent, targets = await kept_choices(tx, app, caller, state)
    present = {account.external_id for account in await accounts.connected(tx, caller.workspace_id, consent.platform)}
    offered = tuple(
        Choice(t.external_id, t.username, t.name, t.avatar_url, t.kind, t.external_id in present) for t in targets
    )
    return Choices(consent.platform, offered)


async def choose(tx: Tx, app: App, caller: Caller, state: str, external_ids: Sequence[str]) -> tuple[Account, ...]:
    """Store the accounts that the person chose, once.

    Raises NotFound (`state_unknown`), Conflict (`state_used`, `state_expired`), NotAllowed and Invalid.
    """
    caller.require(*CONNECTORS)
    consent, targets = await kept_choices(tx, app, caller, state)
    wanted = set(external_ids)
    if not wanted:
        raise Invalid.of("external_ids", "nothing_chosen", "Choose at least one account.")
    if unknown := sorted(wanted - {target.external_id for target in targets}):
        raise Invalid.of("external_ids", "unknown_choice", f"The consent did not open {', '.join(unknown)}.")
    await oauth_states.set_choices(tx, consent.state_hash, None)
    chosen = tuple(target for target in targets if target.external_id in wanted)
    return await store(tx, app, caller.workspace_id, chosen, platform=consent.platform, login=consent.login)


def _check_answer(query: Mapping[str, str], name: str) -> None:
    error = query.get("error")
    if error in DENIALS:
        raise NotAllowed(f"You did not allow it at {name}, so nothing was connected.", code="consent_denied")
    if error is not None:
        words = query.get("error_description") or error
        raise Conflict(f"{name} could not go on: {words}. Start the connection again.", code="consent_failed")
    if not query.get("code"):
        raise Invalid.of("code", "code_missing", f"{name} sent no code. Start the connection again.")


async def _exchange(app: App, consent: ConsentState, login: Login, code: str) -> tuple[Target, ...]:
    adapter = app.adapter(consent.platform)
    credentials = app.credentials(login)
    if credentials is None:
        raise _not_configured(app, consent.platform, (login,))
    call = OAuthCall(app.http, app.clock, credentials, login)
    verifier = verifier_of(app, consent)
    try:
        grant = await adapter.exchange(call, code, consent.redirect_uri, verifier)
        _check_scopes(adapter.spec.name, login, grant)
        targets = await adapter.targets(call, grant)
    except (PlatformError, NotSent, NoReply) as failure:
        raise _problem_of(adapter.spec.name, failure) from failure
    if not targets:
        raise Conflict(
            f"The consent opened no account that can be published to. Check at {adapter.spec.name} that you manage "
            "one (a professional account, a page or a channel) and that you ticked it on the consent page.",
            code="no_account_found",
        )
    return targets


def _check_scopes(name: str, login: Login, grant: Grant) -> None:
    missing = [scope for scope in login.scopes if scope.required and scope.name not in grant.scopes]
    if not missing:
        return
    findings = [Finding("scopes", "scope_missing", f"{scope.name}: {scope.reason}") for scope in missing]
    names = ", ".join(scope.name for scope in missing)
    raise Invalid(findings, f"Nothing was connected: {name} was not allowed to give {names}. Connect again with all.")


def _problem_of(name: str, failure: Exception) -> Problem:
    if isinstance(failure, PlatformError) and not isinstance(failure, _FOR_NOW):
        words = failure.message.rstrip(".")
        message = f"{name} did not accept the consent: {words}. Start the connection again."
        return Conflict(message, code="exchange_refused")
    return Unready(f"{name} cannot be reached right now. Start the connection again.", code="platform_unavailable")


def _login(app: App, platform: str, login_id: str | None) -> Login:
    """The login by that id; without one, the first that is set up."""
    logins = app.adapter(platform).spec.logins
    if login_id is not None:
        found = next((login for login in logins if login.id == login_id), None)
        if found is None:
            known = ", ".join(login.id for login in logins)
            raise NotFound(f"There is no login {login_id!r} here; these are: {known}.", code="unknown_login")
        return found
    ready = next((login for login in logins if app.credentials(login) is not None), None)
    if ready is None:
        raise _not_configured(app, platform, logins)
    return ready


def _not_configured(app: App, platform: str, logins: Sequence[Login]) -> Conflict:
    owners = dict.fromkeys(login.credentials.upper() for login in logins)
    names = " or ".join(f"POSTWRIGHT_{owner}_CLIENT_ID and POSTWRIGHT_{owner}_CLIENT_SECRET" for owner in owners)
    message = f"{app.adapter(platform).spec.name} is not set up on this server: set {names}."
    return Conflict(message, code="platform_not_configured")


def _is_local(path: str) -> bool:
    """A path a browser cannot take for another server's address."""
    return path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
