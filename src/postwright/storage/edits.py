"""Statements that change a stored post or its publications on a person's word."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from postwright.domain.publication import Json, State
from postwright.domain.schedule import Moment, next_preflight
from postwright.storage.db import Tx
from postwright.storage.posts import EventRow, NewPublication, attach


async def lock(tx: Tx, workspace_id: UUID, post_id: UUID) -> dict[UUID, State] | None:
    """Lock a post's publications, then the post, as the worker does; their states by id, None where there is none."""
    named = {"post": post_id, "workspace": workspace_id}
    publications = text("""
        SELECT id, state FROM publications WHERE post_id = :post AND workspace_id = :workspace ORDER BY id FOR UPDATE
    """)
    states = {row.id: State(row.state) for row in await tx.execute(publications, named)}
    post = text("""
        SELECT 1 FROM posts WHERE id = :post AND workspace_id = :workspace AND deleted_at IS NULL FOR UPDATE
    """)
    return states if (await tx.execute(post, named)).one_or_none() else None


async def mark_deleted(tx: Tx, post_id: UUID, now: datetime) -> None:
    """Hide the post; its evidence stays."""
    statement = text("UPDATE posts SET deleted_at = :now, updated_at = :now WHERE id = :id")
    await tx.execute(statement, {"id": post_id, "now": now})


async def cancel(tx: Tx, publication_ids: Sequence[UUID]) -> None:
    """Nothing more happens to these publications."""
    statement = text("UPDATE publications SET state = 'canceled', next_run_at = NULL WHERE id = ANY(:ids)")
    await tx.execute(statement, {"ids": list(publication_ids)})


async def requeue(tx: Tx, publication_ids: Sequence[UUID], *, now: datetime, afresh: bool) -> tuple[UUID, ...]:
    """These publications are due now; `afresh` forgets how far they had come. The accounts to wake."""
    rows = await tx.execute(
        text("""
            UPDATE publications SET state = 'queued', due_at = :now, next_run_at = :now, started_at = NULL,
                   attempts = 0, preflight_at = NULL, warnings = '[]',
                   attempt_open_since = NULL, intent_step = NULL, intent_at = NULL, asked = 0, error = NULL,
                   checkpoint = CASE WHEN :afresh THEN NULL ELSE checkpoint END
            WHERE id = ANY(:ids) RETURNING account_id
        """),
        {"ids": list(publication_ids), "now": now, "afresh": afresh},
    )
    return tuple({row.account_id for row in rows})


async def settle_as_published(tx: Tx, publication_id: UUID, *, external_url: str | None, now: datetime) -> None:
    """A person saw it on the platform."""
    await tx.execute(
        text("""
            UPDATE publications SET state = 'published', next_run_at = NULL, intent_step = NULL, intent_at = NULL,
                   error = NULL, published_at = :now, external_url = coalesce(:url, external_url)
            WHERE id = :id
        """),
        {"id": publication_id, "url": external_url, "now": now},
    )


async def mark_removed(tx: Tx, publication_id: UUID, now: datetime) -> None:
    """It was taken down from its platform, or found gone."""
    statement = text("UPDATE publications SET removed_at = coalesce(removed_at, :now) WHERE id = :id")
    await tx.execute(statement, {"id": publication_id, "now": now})


async def rewrite(
    tx: Tx,
    post_id: UUID,
    *,
    caption: str,
    options: Mapping[str, Json],
    moment: Moment,
    media: Sequence[tuple[UUID, str | None]],
    now: datetime,
) -> None:
    """Replace the content and the time of a post; the files of every publication go with it."""
    statement = text("""
        UPDATE posts SET caption = :caption, options = :options, due_at = :due_at, wall_time = :wall, timezone = :zone,
               updated_at = :now WHERE id = :id
    """).bindparams(bindparam("options", type_=JSONB))
    values = {"caption": caption, "options": dict(options), "due_at": moment.at, "wall": moment.wall}
    await tx.execute(statement, {"id": post_id, "zone": moment.zone, "now": now, **values})
    await tx.execute(text("DELETE FROM post_media WHERE post_id = :id"), {"id": post_id})
    await attach(tx, post_id, None, media)


async def rewrite_publication(
    tx: Tx, publication_id: UUID, post_id: UUID, new: NewPublication, *, due_at: datetime, now: datetime
) -> None:
    """Replace one account's variant and queue it anew, from its first step."""
    statement = text("""
        UPDATE publications SET caption = :caption, options = :options, content_digest = :content_digest,
               state = 'queued', due_at = :due_at, next_run_at = :due_at, preflight_at = :preflight_at,
               warnings = '[]', started_at = NULL, attempts = 0, attempt_open_since = NULL, checkpoint = NULL,
               intent_step = NULL, intent_at = NULL, asked = 0, error = NULL
        WHERE id = :id
    """).bindparams(bindparam("options", type_=JSONB))
    values = {
        "id": publication_id,
        "caption": new.caption,
        "options": dict(new.options),
        "content_digest": new.content_digest,
        "due_at": due_at,
        "preflight_at": next_preflight(due_at, now),
    }
    await tx.execute(statement, values)
    await attach(tx, post_id, publication_id, new.media or ())


async def events(tx: Tx, workspace_id: UUID, post_id: UUID) -> tuple[EventRow, ...]:
    """A post's evidence, oldest first."""
    rows = await tx.execute(
        text("""
            SELECT e.id, e.publication_id, p.platform, e.at, e.level, e.message, e.raw
            FROM events e JOIN publications p ON p.id = e.publication_id
            WHERE p.post_id = :post AND p.workspace_id = :workspace ORDER BY e.id
        """),
        {"post": post_id, "workspace": workspace_id},
    )
    return tuple(EventRow(*row) for row in rows)
