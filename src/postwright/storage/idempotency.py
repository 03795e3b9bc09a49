"""The statements of idempotency keys: taking a key, keeping its reply, letting it go.

Who may use one is the API's affair; the old ones are deleted by upkeep.py.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from postwright.domain.publication import Json
from postwright.storage.db import Tx

KEPT = timedelta(hours=24)
"""How long a reply is repeated for its key."""
STALE = timedelta(minutes=1)
"""A request that is at work for longer than this was lost, and another with the same key may take its place."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on a request; `at` tells it from another's that came later under the same key."""

    workspace_id: UUID
    key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept of an earlier request with the key; `status` is None while that one is at work."""

    request_hash: bytes
    status: int | None
    body: Json
    at: datetime


_TAKE = text("""
    INSERT INTO idempotency_keys AS k (workspace_id, key, request_hash, created_at)
    VALUES (:workspace, :key, :hash, :now)
    ON CONFLICT (workspace_id, key) DO UPDATE
      SET request_hash = excluded.request_hash, created_at = excluded.created_at, status = NULL, body = NULL
      WHERE k.created_at < :expired
         OR (k.status IS NULL AND k.created_at < :stale AND k.request_hash = excluded.request_hash)
    RETURNING created_at
""")


async def take(tx: Tx, workspace_id: UUID, key: str, *, request_hash: bytes, now: datetime) -> Claim | Known | None:
    """Take the key, or say what is known of it; None when it was let go at this very moment."""
    values = {"workspace": workspace_id, "key": key}
    taken = await tx.execute(
        _TAKE, {**values, "hash": request_hash, "now": now, "expired": now - KEPT, "stale": now - STALE}
    )
    if taken.one_or_none() is not None:
        return Claim(workspace_id, key, now)
    query = text("""
        SELECT request_hash, status, body, created_at FROM idempotency_keys
        WHERE workspace_id = :workspace AND key = :key
    """)
    row = (await tx.execute(query, values)).one_or_none()
    return None if row is None else Known(row.request_hash, row.status, row.body, row.created_at)


_KEEP = text("""
    UPDATE idempotency_keys SET status = :status, body = CAST(:body AS jsonb)
    WHERE workspace_id = :workspace AND key = :key AND created_at = :at AND status IS NULL
""")


async def keep(tx: Tx, claim: Claim, *, status: int, body: str) -> None:
    """Keep the reply (as JSON text), unless somebody else has taken the request over."""
    values = {"workspace": claim.workspace_id, "key": claim.key, "at": claim.at}
    await tx.execute(_KEEP, {**values, "status": status, "body": body})


async def let_go(tx: Tx, claim: Claim) -> None:
    """Free the key: nothing came of the request."""
    statement = text("""
        DELETE FROM idempotency_keys
        WHERE workspace_id = :workspace AND key = :key AND created_at = :at AND status IS NULL
    """)
    await tx.execute(statement, {"workspace": claim.workspace_id, "key": claim.key, "at": claim.at})
