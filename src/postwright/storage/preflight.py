"""Statements of the looks at publications before their time: which are due for one, and what was found."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from postwright.domain.account import Account
from postwright.domain.errors import Finding
from postwright.domain.media import Attachment
from postwright.domain.publication import Json
from postwright.storage.claims import MEDIA_OF_D, attachment_of
from postwright.storage.db import Tx
from postwright.storage.publications import account_of


@dataclass(frozen=True, slots=True)
class Coming:
    """A publication that waits for its time, with all that a look at it needs.

    `renewed_at` is when the account's token was stored, `renewable` whether there is something to renew it with.
    """

    id: UUID
    workspace_id: UUID
    post_id: UUID
    account: Account
    renewed_at: datetime | None
    renewable: bool
    blocked_until: datetime | None
    caption: str
    options: Mapping[str, Json]
    attachments: tuple[Attachment, ...]
    due_at: datetime
    had_warnings: bool
    held_until: datetime


_TAKE = text(f"""
    WITH due AS (
        SELECT id FROM publications
        WHERE state = 'queued' AND preflight_at <= :now AND due_at > :now
        ORDER BY preflight_at LIMIT :limit FOR UPDATE SKIP LOCKED
    ), d AS (
        UPDATE publications p SET preflight_at = :until FROM due WHERE p.id = due.id RETURNING p.*
    )
    SELECT a.*, tok.expires_at, tok.updated_at AS renewed_at, tok.refresh_token IS NOT NULL AS renewable,
           d.id AS publication_id, d.post_id, d.options, d.due_at, d.warnings,
           coalesce(d.caption, po.caption) AS caption,
           {MEDIA_OF_D} AS media
    FROM d JOIN accounts a ON a.id = d.account_id JOIN posts po ON po.id = d.post_id
    LEFT JOIN account_tokens tok ON tok.account_id = a.id
    ORDER BY d.due_at, d.id
""")  # noqa: S608 the part is a constant of claims


async def take(tx: Tx, *, now: datetime, until: datetime, limit: int) -> tuple[Coming, ...]:
    """Publications that are to be looked at now. Nobody else gets them before `until`, should this process die."""
    rows = await tx.execute(_TAKE, {"now": now, "until": until, "limit": limit})
    return tuple(_coming(row, until) for row in rows)


async def settle(tx: Tx, one: Coming, found: Sequence[Finding], *, next_at: datetime | None) -> bool:
    """Store what a look found; False where the publication was changed, or looked at by another, meanwhile."""
    statement = text("""
        UPDATE publications SET preflight_at = :next_at, warnings = :warnings
        WHERE id = :id AND state = 'queued' AND preflight_at = :held_until
    """).bindparams(bindparam("warnings", type_=JSONB))
    values = {"id": one.id, "held_until": one.held_until, "warnings": [asdict(finding) for finding in found]}
    return bool((await tx.execute(statement, {**values, "next_at": next_at})).rowcount)


async def look_again(tx: Tx, account_ids: Sequence[UUID], now: datetime) -> None:
    """What was warned of on these accounts may be over: they are looked at again soon."""
    statement = text("""
        UPDATE publications SET preflight_at = :now
        WHERE account_id = ANY(:accounts) AND state = 'queued' AND due_at > :now AND warnings <> '[]'
    """)
    await tx.execute(statement, {"accounts": list(account_ids), "now": now})


def _coming(row: Row[tuple[object, ...]], until: datetime) -> Coming:
    return Coming(
        id=row.publication_id,
        workspace_id=row.workspace_id,
        post_id=row.post_id,
        account=account_of(row),
        renewed_at=row.renewed_at,
        renewable=row.renewable,
        blocked_until=row.blocked_until,
        caption=row.caption,
        options=row.options,
        attachments=tuple(attachment_of(item) for item in row.media or ()),
        due_at=row.due_at,
        had_warnings=bool(row.warnings),
        held_until=until,
    )
