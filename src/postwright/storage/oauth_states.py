"""Statements on consents under way: from the redirect to the platform until its accounts are stored."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, delete, insert, select, update

from postwright.storage.db import Tx
from postwright.storage.tables import oauth_states


@dataclass(frozen=True, slots=True)
class ConsentState:
    """One consent under way. It is found by the SHA-256 of its state; `verifier` and `choices` are sealed."""

    state_hash: bytes
    workspace_id: UUID
    user_id: UUID
    session_id: UUID | None
    platform: str
    login: str
    verifier: bytes | None
    redirect_uri: str
    return_to: str | None
    created_at: datetime
    used_at: datetime | None = None
    choices: bytes | None = None


async def add(tx: Tx, state: ConsentState) -> None:
    """Store a consent that begins."""
    await tx.execute(
        insert(oauth_states).values(
            state_hash=state.state_hash,
            workspace_id=state.workspace_id,
            user_id=state.user_id,
            session_id=state.session_id,
            platform=state.platform,
            login=state.login,
            verifier=state.verifier,
            redirect_uri=state.redirect_uri,
            return_to=state.return_to,
            created_at=state.created_at,
        )
    )


async def find(tx: Tx, state_hash: bytes, *, lock: bool = False) -> ConsentState | None:
    """A consent; `lock` keeps others from it."""
    statement = select(oauth_states).where(oauth_states.c.state_hash == state_hash)
    row = (await tx.execute(statement.with_for_update() if lock else statement)).one_or_none()
    return None if row is None else _state(row)


async def mark_used(tx: Tx, state_hash: bytes, now: datetime) -> None:
    """Note that the platform has answered: the state is good for nothing more."""
    await tx.execute(update(oauth_states).where(oauth_states.c.state_hash == state_hash).values(used_at=now))


async def set_choices(tx: Tx, state_hash: bytes, choices: bytes | None) -> None:
    """Keep the (sealed) accounts to choose from, or forget them."""
    await tx.execute(update(oauth_states).where(oauth_states.c.state_hash == state_hash).values(choices=choices))


async def set_verifier(tx: Tx, state_hash: bytes, verifier: bytes) -> None:
    """Put the same verifier under another seal."""
    await tx.execute(update(oauth_states).where(oauth_states.c.state_hash == state_hash).values(verifier=verifier))


async def after(tx: Tx, state_hash: bytes, limit: int) -> tuple[ConsentState, ...]:
    """A batch of all consents in the order of their hashes, locked."""
    statement = (
        select(oauth_states)
        .where(oauth_states.c.state_hash > state_hash)
        .order_by(oauth_states.c.state_hash)
        .limit(limit)
        .with_for_update()
    )
    return tuple(_state(row) for row in await tx.execute(statement))


async def sweep(tx: Tx, before: datetime) -> int:
    """Drop consents that began before; how many."""
    return (await tx.execute(delete(oauth_states).where(oauth_states.c.created_at < before))).rowcount


def _state(row: Row[*tuple[object, ...]]) -> ConsentState:
    return ConsentState(
        state_hash=row.state_hash,
        workspace_id=row.workspace_id,
        user_id=row.user_id,
        session_id=row.session_id,
        platform=row.platform,
        login=row.login,
        verifier=row.verifier,
        redirect_uri=row.redirect_uri,
        return_to=row.return_to,
        created_at=row.created_at,
        used_at=row.used_at,
        choices=row.choices,
    )
