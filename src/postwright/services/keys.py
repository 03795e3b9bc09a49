"""Sealing everything again with the newest encryption key, a batch at a time, while the system runs."""

from dataclasses import replace
from uuid import UUID

from postwright.kit.crypto import CannotOpen
from postwright.kit.logging import logger
from postwright.services.app import App
from postwright.services.consent_state import choices_place, verifier_place
from postwright.services.tokens import place
from postwright.storage import accounts, oauth_states
from postwright.storage.accounts import SealedTokens
from postwright.storage.db import Tx
from postwright.storage.oauth_states import ConsentState

BATCH = 200


async def rotate_keys(app: App) -> int:
    """Seal all tokens and open consents with the newest key; how many values were under an older one.

    A value that no key opens is left as it is, and logged. Each batch is a transaction of its
    own, under the locks that a renewal takes, so it may run at any time and again.
    """
    return await _rotate_tokens(app) + await _rotate_states(app)


async def _rotate_tokens(app: App) -> int:
    resealed, last, full = 0, UUID(int=0), True
    while full:
        async with app.db.tx() as tx:
            batch = await accounts.tokens_after(tx, last, BATCH)
            for account_id, sealed in batch:
                resealed += await _token(tx, app, account_id, sealed)
                last = account_id
        full = len(batch) == BATCH
    return resealed


async def _token(tx: Tx, app: App, account_id: UUID, sealed: SealedTokens) -> int:
    access = _again(app, sealed.access_token, place(account_id, "access_token"))
    refresh = _again(app, sealed.refresh_token, place(account_id, "refresh_token"))
    if access is None and refresh is None:
        return 0
    renewed = replace(sealed, access_token=access or sealed.access_token, refresh_token=refresh or sealed.refresh_token)
    await accounts.store_tokens(tx, account_id, renewed, app.clock.now())
    return (access is not None) + (refresh is not None)


async def _rotate_states(app: App) -> int:
    resealed, last, full = 0, b"", True
    while full:
        async with app.db.tx() as tx:
            batch = await oauth_states.after(tx, last, BATCH)
            for state in batch:
                resealed += await _state(tx, app, state)
                last = state.state_hash
        full = len(batch) == BATCH
    return resealed


async def _state(tx: Tx, app: App, state: ConsentState) -> int:
    verifier = _again(app, state.verifier, verifier_place(state.state_hash))
    choices = _again(app, state.choices, choices_place(state.state_hash))
    if verifier is not None:
        await oauth_states.set_verifier(tx, state.state_hash, verifier)
    if choices is not None:
        await oauth_states.set_choices(tx, state.state_hash, choices)
    return (verifier is not None) + (choices is not None)


def _again(app: App, sealed: bytes | None, bound_to: str) -> bytes | None:
    """The value under the newest key; None where it is already, or where no key opens it."""
    if sealed is None or app.keys.is_current(sealed):
        return None
    try:
        return app.keys.seal(app.keys.open(sealed, bound_to=bound_to), bound_to=bound_to)
    except CannotOpen as closed:
        logger().warning("cannot_reseal", place=bound_to, reason=str(closed))
        return None
