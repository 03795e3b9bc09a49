"""Statements on stored media: files, the renditions made of them, and the posts that use them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, text

from postwright.domain.media import Media, MediaFacts
from postwright.kit.pages import Cursor, Page
from postwright.storage.db import Tx

_COLUMNS = "id, workspace_id, key, name, facts, sha256, alt_text, thumb_key, created_at"


@dataclass(frozen=True, slots=True)
class Stored:
    """One stored file with what is kept beside it."""

    media: Media
    workspace_id: UUID
    sha256: bytes
    alt_text: str | None
    thumb_key: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Use:
    """A post that still needs a file."""

    post_id: UUID
    caption: str


async def add(tx: Tx, stored: Stored) -> None:
    """Write down a new file."""
    statement = text("""
        INSERT INTO media (id, workspace_id, key, name, facts, sha256, alt_text, thumb_key, created_at)
        VALUES (:id, :workspace, :key, :name, CAST(:facts AS jsonb), :sha256, :alt_text, :thumb_key, :now)
    """)
    values = {
        "workspace": stored.workspace_id,
        "sha256": stored.sha256,
        "alt_text": stored.alt_text,
        "thumb_key": stored.thumb_key,
        "now": stored.created_at,
    }
    await tx.execute(statement, {**_values(stored.media), **values})


async def find(tx: Tx, workspace_id: UUID, media_id: UUID, *, lock: bool = False) -> Stored | None:
    """A file of the workspace; locked, it can be neither deleted nor taken into a post meanwhile."""
    query = f"SELECT {_COLUMNS} FROM media WHERE workspace_id = :workspace AND id = :id AND rendition_of IS NULL"  # noqa: S608 the columns are this module's constant
    found = await tx.execute(text(query + " FOR UPDATE" * lock), {"workspace": workspace_id, "id": media_id})
    row = found.one_or_none()
    return None if row is None else _stored(row)


async def find_shared(tx: Tx, media_id: UUID) -> Stored | None:
    """A file or rendition of any workspace: for those who hold its signed link."""
    query = text(f"SELECT {_COLUMNS} FROM media WHERE id = :id")  # noqa: S608 the columns are this module's constant
    row = (await tx.execute(query, {"id": media_id})).one_or_none()
    return None if row is None else _stored(row)


async def page(tx: Tx, workspace_id: UUID, *, limit: int, after: Cursor | None) -> Page[Stored]:
    """The workspace's files, the newest first."""
    query = text(f"""
        SELECT {_COLUMNS} FROM media
        WHERE workspace_id = :workspace AND rendition_of IS NULL
          AND (CAST(:at AS timestamptz) IS NULL OR (created_at, id) < (:at, CAST(:id AS uuid)))
        ORDER BY created_at DESC, id DESC LIMIT :limit
    """)  # noqa: S608 the columns are this module's constant
    place = {"at": after.at if after else None, "id": after.id if after else None}
    rows = (await tx.execute(query, {"workspace": workspace_id, "limit": limit + 1, **place})).all()
    files = tuple(_stored(row) for row in rows[:limit])
    more = len(rows) > limit
    return Page(files, Cursor(files[-1].created_at, files[-1].media.id).encode() if more else None)


async def rendition(tx: Tx, original_id: UUID, recipe: str) -> Media | None:
    """What was made of a file by a recipe before."""
    query = text("SELECT id, key, name, facts FROM media WHERE rendition_of = :original AND recipe = :recipe")
    row = (await tx.execute(query, {"original": original_id, "recipe": recipe})).one_or_none()
    return None if row is None else _media(row)


async def originals(tx: Tx, workspace_id: UUID, media_ids: Sequence[UUID]) -> Mapping[UUID, Stored]:
    """Of those of these files that are renditions, what they were made of."""
    query = text(f"""
        SELECT made.id AS made_id, {", ".join(f"m.{name}" for name in _COLUMNS.split(", "))}
        FROM media made JOIN media m ON m.id = made.rendition_of
        WHERE made.workspace_id = :workspace AND made.id = ANY(:ids)
    """)  # noqa: S608 the columns are this module's constant
    rows = await tx.execute(query, {"workspace": workspace_id, "ids": list(media_ids)})
    return {row.made_id: _stored(row) for row in rows}


async def add_rendition(tx: Tx, made: Media, *, original_id: UUID, recipe: str, sha256: bytes, now: datetime) -> bool:
    """Write down what was made of a file; False where the file is gone or another process was first."""
    statement = text("""
        INSERT INTO media (id, workspace_id, key, name, facts, sha256, rendition_of, recipe, created_at)
        SELECT :id, workspace_id, :key, :name, CAST(:facts AS jsonb), :sha256, id, :recipe, :now
        FROM media WHERE id = :original FOR KEY SHARE
        ON CONFLICT (rendition_of, recipe) DO NOTHING
    """)
    values = {"original": original_id, "recipe": recipe, "sha256": sha256, "now": now}
    return (await tx.execute(statement, {**_values(made), **values})).rowcount == 1


_OWN = "SELECT id FROM media WHERE id = :id OR rendition_of = :id"


async def uses(tx: Tx, media_id: UUID) -> Sequence[Use]:
    """The posts that may yet go out with this file: scheduled, drafts, failed, waiting for a person."""
    query = text(f"""
        SELECT DISTINCT po.id, po.caption FROM post_media pm JOIN posts po ON po.id = pm.post_id
        WHERE pm.media_id IN ({_OWN}) AND po.deleted_at IS NULL AND (po.state = 'draft' OR EXISTS (
          SELECT FROM publications p WHERE p.post_id = po.id AND p.state NOT IN ('published', 'canceled')
            AND (pm.publication_id IS NULL OR pm.publication_id = p.id)))
        ORDER BY po.id
    """)  # noqa: S608 the part is this module's constant
    return tuple(Use(row.id, row.caption) for row in await tx.execute(query, {"id": media_id}))


async def delete(tx: Tx, media_id: UUID) -> tuple[str, ...]:
    """Delete a file with its renditions, also from posts that are out; the keys of everything to be removed."""
    own = {"id": media_id}
    keys = await tx.execute(text(f"SELECT key, thumb_key FROM media WHERE id IN ({_OWN})"), own)  # noqa: S608 as above
    gone = tuple(key for row in keys for key in (row.key, row.thumb_key) if key)
    await tx.execute(text(f"DELETE FROM post_media WHERE media_id IN ({_OWN})"), own)  # noqa: S608 as above
    await tx.execute(text("DELETE FROM media WHERE id = :id"), own)
    return gone


def _values(media: Media) -> dict[str, object]:
    return {"id": media.id, "key": media.key, "name": media.name, "facts": json.dumps(asdict(media.facts))}


def _media(row: Row[tuple[object, ...]]) -> Media:
    return Media(row.id, row.key, row.name, MediaFacts(**row.facts))


def _stored(row: Row[tuple[object, ...]]) -> Stored:
    return Stored(_media(row), row.workspace_id, row.sha256, row.alt_text, row.thumb_key, row.created_at)
