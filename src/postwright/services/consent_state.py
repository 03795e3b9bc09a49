"""The `state` of a consent: random, stored as a hash, good once and for ten minutes, in the session that began it.

What is sealed with it (the PKCE verifier, the accounts to choose from) is bound to it.
"""

from datetime import timedelta

from postwright.domain.errors import Conflict, NotAllowed, NotFound
from postwright.kit.crypto import CannotOpen, Secret, fingerprint
from postwright.kit.ids import token
from postwright.platforms.base import Login, Target
from postwright.platforms.oauth import new_verifier
from postwright.services import choices
from postwright.services.app import App
from postwright.services.auth import Caller
from postwright.storage import oauth_states
from postwright.storage.db import Tx
from postwright.storage.oauth_states import ConsentState

STATE_LIFETIME = timedelta(minutes=10)


def verifier_place(state_hash: bytes) -> str:
    """What a sealed PKCE verifier is bound to."""
    return f"oauth_states:{state_hash.hex()}:verifier"


def choices_place(state_hash: bytes) -> str:
    """What the sealed accounts to choose from are bound to."""
    return f"oauth_states:{state_hash.hex()}:choices"


async def open_state(
    tx: Tx, app: App, caller: Caller, *, platform: str, login: Login, redirect_uri: str, return_to: str | None
) -> tuple[str, str | None]:
    """Begin a consent; its state and its PKCE verifier, where the login uses one."""
    state, verifier = token(), new_verifier(login)
    state_hash = fingerprint(state)
    sealed = None if verifier is None else app.keys.seal(verifier, bound_to=verifier_place(state_hash))
    consent = ConsentState(
        state_hash=state_hash,
        workspace_id=caller.workspace_id,
        user_id=caller.user_id,
        session_id=caller.session_id if caller.by == "cookie" else None,
        platform=platform,
        login=login.id,
        verifier=sealed,
        redirect_uri=redirect_uri,
        return_to=return_to,
        created_at=app.clock.now(),
    )
    await oauth_states.add(tx, consent)
    return state, verifier


async def use_state(app: App, platform: str, state: str, browser: Caller | None) -> ConsentState:
    """Check a state and mark it used, committed before anything else happens: of two callbacks one goes on.

    A consent that a browser session began ends in it. A program's may end in any browser but one where
    somebody else is signed in: they would give their account away to whoever sent them the address.
    """
    async with app.db.tx() as tx:
        consent = await oauth_states.find(tx, fingerprint(state), lock=True)
        if consent is None or consent.platform != platform:
            raise _state_unknown()
        if _is_of_another(consent, browser):
            raise _other_session()
        if consent.used_at is not None:
            raise _state_used()
        now = app.clock.now()
        if consent.created_at + STATE_LIFETIME <= now:
            raise _state_expired()
        await oauth_states.mark_used(tx, consent.state_hash, now)
    return consent


def _is_of_another(consent: ConsentState, browser: Caller | None) -> bool:
    if consent.session_id is not None:
        return browser is None or browser.session_id != consent.session_id
    return browser is not None and browser.user_id != consent.user_id


async def keep_choices(app: App, consent: ConsentState, targets: tuple[Target, ...]) -> None:
    """Keep what a consent opened until the person has chosen."""
    sealed = app.keys.seal(choices.write(targets), bound_to=choices_place(consent.state_hash))
    async with app.db.tx() as tx:
        await oauth_states.set_choices(tx, consent.state_hash, sealed)


async def kept_choices(tx: Tx, app: App, caller: Caller, state: str) -> tuple[ConsentState, tuple[Target, ...]]:
    """The caller's consent and what it opened, locked. Raises NotFound, Conflict and NotAllowed."""
    consent = await oauth_states.find(tx, fingerprint(state), lock=True)
    if consent is None or (consent.workspace_id, consent.user_id) != (caller.workspace_id, caller.user_id):
        raise _state_unknown()
    if consent.session_id != caller.session_id:
        raise _other_session()
    if consent.used_at is None or consent.choices is None:
        raise _state_used()
    if consent.used_at + STATE_LIFETIME <= app.clock.now():
        raise _state_expired()
    try:
        opened = app.keys.open(consent.choices, bound_to=choices_place(consent.state_hash))
    except CannotOpen as closed:
        raise _state_expired() from closed
    return consent, choices.read(opened)


def verifier_of(app: App, consent: ConsentState) -> Secret | None:
    """The PKCE verifier of a consent, where its login uses one. Raises Conflict (`state_expired`)."""
    if consent.verifier is None:
        return None
    try:
        return app.keys.open(consent.verifier, bound_to=verifier_place(consent.state_hash))
    except CannotOpen as closed:
        raise _state_expired() from closed


def _state_unknown() -> NotFound:
    return NotFound("This connection was not begun here. Start it again.", code="state_unknown")


def _other_session() -> NotAllowed:
    message = "This connection was begun in another browser or session. Start it again in this one."
    return NotAllowed(message, code="state_of_another_session")


def _state_used() -> Conflict:
    return Conflict("This connection is over already. Start it again if accounts are missing.", code="state_used")


def _state_expired() -> Conflict:
    return Conflict("This connection took longer than ten minutes. Start it again.", code="state_expired")
