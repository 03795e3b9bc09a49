"""Statements that find publications which say the same on the same account."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from postwright.storage.db import Tx
from postwright.storage.posts import NewPublication


@dataclass(frozen=True, slots=True)
class Twin:
    """A publication that says the same: of which post, and when it went out or is to go out."""

    post_id: UUID
    at: datetime
    is_out: bool


async def hold(tx: Tx, publications: Iterable[NewPublication]) -> None:
    """Let one transaction at a time store publications that say the same on the same account."""
    keys = {hashlib.sha256(new.account_id.bytes + new.content_digest).digest()[:8] for new in publications}
    for key in sorted(keys):
        number = int.from_bytes(key, signed=True)
        await tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": number})


async def nearest(
    tx: Tx, new: NewPublication, *, at: datetime, window: timedelta, leaving_out: UUID | None
) -> Twin | None:
    """What says the same within `window` of `at`, before or after; `leaving_out` is a post that does not count."""
    statement = text("""
        SELECT p.post_id, coalesce(p.published_at, p.due_at) AS at, p.published_at IS NOT NULL AS is_out
        FROM publications p
        WHERE p.account_id = :account AND p.content_digest = :digest AND p.removed_at IS NULL
          AND p.state IN ('queued', 'publishing', 'published', 'needs_attention')
          AND coalesce(p.published_at, p.due_at) > CAST(:at AS timestamptz) - CAST(:window AS interval)
          AND coalesce(p.published_at, p.due_at) < CAST(:at AS timestamptz) + CAST(:window AS interval)
          AND (CAST(:leaving_out AS uuid) IS NULL OR p.post_id <> :leaving_out)
        ORDER BY coalesce(p.published_at, p.due_at) DESC LIMIT 1
    """)
    values = {"account": new.account_id, "digest": new.content_digest, "at": at, "window": window}
    row = (await tx.execute(statement, {**values, "leaving_out": leaving_out})).one_or_none()
    return None if row is None else Twin(row.post_id, row.at, row.is_out)
