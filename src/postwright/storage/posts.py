"""The doors' statements: posts with their publications, as they are stored, listed and changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from postwright.domain.errors import Finding
from postwright.domain.media import Media, MediaFacts
from postwright.domain.publication import Json, State
from postwright.domain.schedule import Moment, next_preflight
from postwright.kit.ids import new_id
from postwright.kit.pages import Cursor
from postwright.storage.db import Tx


@dataclass(frozen=True, slots=True)
class PublicationRow:
    """A publication as people see it. `lateness_ms` is from its time to its first step."""

    id: UUID
    account_id: UUID
    platform: str
    username: str
    account_name: str
    avatar_url: str | None
    caption: str | None
    options: Mapping[str, Json]
    state: State
    due_at: datetime
    next_run_at: datetime | None
    attempts: int
    calls: int
    started_at: datetime | None
    published_at: datetime | None
    removed_at: datetime | None
    external_id: str | None
    external_url: str | None
    error: Mapping[str, Json] | None
    warnings: tuple[Finding, ...]
    """What the last look before its time found; nothing once it is no longer waiting for it."""

    @property
    def lateness_ms(self) -> int | None:
        """Milliseconds between the time it was due and the start of its first attempt."""
        return None if self.started_at is None else round((self.started_at - self.due_at).total_seconds() * 1000)


@dataclass(frozen=True, slots=True)
class MediaRow:
    """A file of a post, in its place. `publication_id` is set where one account has its own."""

    media: Media
    alt_text: str | None
    thumb_key: str | None
    publication_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post with everything that lists and pages show of it."""

    id: UUID
    workspace_id: UUID
    author_id: UUID | None
    caption: str
    options: Mapping[str, Json]
    state: str
    due_at: datetime
    wall_time: datetime
    timezone: str
    client_post_id: str | None
    created_at: datetime
    updated_at: datetime
    media: tuple[MediaRow, ...]
    publications: tuple[PublicationRow, ...]

    def status(self, now: datetime) -> str:
        """The state, with `scheduled` for what waits for its time."""
        return "scheduled" if self.state == State.QUEUED and self.due_at > now else self.state


@dataclass(frozen=True, slots=True)
class EventRow:
    """One line of evidence."""

    id: UUID
    publication_id: UUID
    platform: str
    at: datetime
    level: str
    message: str
    raw: Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class NewPublication:
    """A publication to be stored. `media` holds its own files, None where it shares the post's.

    `content_digest` is the same where the same text and files go out.
    """

    account_id: UUID
    platform: str
    caption: str | None
    options: Mapping[str, Json]
    media: tuple[tuple[UUID, str | None], ...] | None
    content_digest: bytes


_POST = """
    SELECT po.*,
      (SELECT coalesce(json_agg(json_build_object(
           'id', m.id, 'key', m.key, 'name', m.name, 'facts', m.facts, 'thumb_key', m.thumb_key,
           'alt_text', pm.alt_text, 'publication_id', pm.publication_id) ORDER BY pm.position), '[]')
       FROM post_media pm JOIN media m ON m.id = pm.media_id WHERE pm.post_id = po.id) AS media,
      (SELECT coalesce(json_agg(json_build_object(
           'id', p.id, 'account_id', p.account_id, 'platform', p.platform, 'username', a.username,
           'account_name', a.name, 'avatar_url', a.avatar_url, 'caption', p.caption, 'options', p.options,
           'state', p.state, 'due_at', p.due_at, 'next_run_at', p.next_run_at, 'attempts', p.attempts,
           'calls', p.calls, 'started_at', p.started_at, 'published_at', p.published_at,
           'removed_at', p.removed_at, 'external_id', p.external_id, 'external_url', p.external_url,
           'error', p.error, 'warnings', p.warnings) ORDER BY p.id), '[]')
       FROM publications p JOIN accounts a ON a.id = p.account_id WHERE p.post_id = po.id) AS publications
    FROM posts po WHERE po.workspace_id = :workspace AND po.deleted_at IS NULL
"""


async def get(tx: Tx, workspace_id: UUID, post_id: UUID) -> PostRow | None:
    """The post by that id."""
    found = await tx.execute(text(f"{_POST} AND po.id = :id"), {"workspace": workspace_id, "id": post_id})
    row = found.one_or_none()
    return _post(row) if row else None


async def by_client_id(tx: Tx, workspace_id: UUID, client_post_id: str) -> UUID | None:
    """The post that was made under the caller's own id, also one that was deleted since."""
    statement = text("SELECT id FROM posts WHERE workspace_id = :workspace AND client_post_id = :client_id")
    found = await tx.execute(statement, {"workspace": workspace_id, "client_id": client_post_id})
    return found.scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class Filter:
    """Which posts a list holds: of one status, or of some states; `since` and `until` bound a post's time."""

    status: str | None = None
    states: tuple[str, ...] = ()
    platform: str | None = None
    account_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    soonest_first: bool = False


async def page(
    tx: Tx, workspace_id: UUID, wanted: Filter, *, now: datetime, limit: int, after: Cursor | None
) -> tuple[PostRow, ...]:
    """At most `limit` posts in the order that is wanted, after a cursor."""
    conditions, values = _conditions(wanted, now)
    beyond, direction = (">", "ASC") if wanted.soonest_first else ("<", "DESC")
    if after is not None:
        conditions.append(f"(po.due_at, po.id) {beyond} (:after_at, :after_id)")
        values |= {"after_at": after.at, "after_id": after.id}
    where = "".join(f" AND {condition}" for condition in conditions)
    statement = text(f"{_POST}{where} ORDER BY po.due_at {direction}, po.id {direction} LIMIT :limit")
    found = await tx.execute(statement, {"workspace": workspace_id, "limit": limit, **values})
    return tuple(_post(row) for row in found)


def _conditions(wanted: Filter, now: datetime) -> tuple[list[str], dict[str, object]]:
    conditions: list[str] = []
    values: dict[str, object] = {}
    if wanted.status == "scheduled":
        conditions.append("po.state = 'queued' AND po.due_at > :now")
        values["now"] = now
    elif wanted.status is not None:
        conditions.append("po.state = :state")
        values["state"] = wanted.status
    for value, condition, name in (
        (list(wanted.states) or None, "po.state = ANY(:states)", "states"),
        (wanted.platform, "EXISTS (SELECT FROM publications x WHERE x.post_id = po.id AND x.platform = :p)", "p"),
        (wanted.account_id, "EXISTS (SELECT FROM publications x WHERE x.post_id = po.id AND x.account_id = :a)", "a"),
        (wanted.since, "po.due_at >= :since", "since"),
        (wanted.until, "po.due_at < :until", "until"),
    ):
        if value is not None:
            conditions.append(condition)
            values[name] = value
    return conditions, values


def _post(row: Row[tuple[object, ...]]) -> PostRow:
    return PostRow(
        id=row.id,
        workspace_id=row.workspace_id,
        author_id=row.author_id,
        caption=row.caption,
        options=row.options,
        state=row.state,
        due_at=row.due_at,
        wall_time=row.wall_time,
        timezone=row.timezone,
        client_post_id=row.client_post_id,
        created_at=row.created_at,
        updated_at=row.updated_at,
        media=tuple(_media(item) for item in row.media),
        publications=tuple(_publication(item) for item in row.publications),
    )


def _media(item: Mapping[str, Json]) -> MediaRow:
    facts = item["facts"]
    assert isinstance(facts, dict)  # noqa: S101 jsonb written by this program
    stored = Media(UUID(str(item["id"])), str(item["key"]), str(item["name"]), MediaFacts(**facts))  # type: ignore[arg-type]  # likewise
    owner = item["publication_id"]
    return MediaRow(stored, _str(item["alt_text"]), _str(item["thumb_key"]), UUID(str(owner)) if owner else None)


def _publication(item: Mapping[str, Json]) -> PublicationRow:
    options, error = item["options"], item["error"]
    return PublicationRow(
        id=UUID(str(item["id"])),
        account_id=UUID(str(item["account_id"])),
        platform=str(item["platform"]),
        username=str(item["username"]),
        account_name=str(item["account_name"]),
        avatar_url=_str(item["avatar_url"]),
        caption=_str(item["caption"]),
        options=options if isinstance(options, dict) else {},
        state=State(str(item["state"])),
        due_at=datetime.fromisoformat(str(item["due_at"])),
        next_run_at=_time(item["next_run_at"]),
        attempts=int(str(item["attempts"])),
        calls=int(str(item["calls"])),
        started_at=_time(item["started_at"]),
        published_at=_time(item["published_at"]),
        removed_at=_time(item["removed_at"]),
        external_id=_str(item["external_id"]),
        external_url=_str(item["external_url"]),
        error=error if isinstance(error, dict) else None,
        warnings=_findings(item["warnings"]) if item["state"] == State.QUEUED else (),
    )


def _findings(stored: Json) -> tuple[Finding, ...]:
    found = stored if isinstance(stored, list) else []
    return tuple(Finding(**one) for one in found if isinstance(one, dict))  # type: ignore[arg-type]  # written by this program


def _str(value: Json) -> str | None:
    return None if value is None else str(value)


def _time(value: Json) -> datetime | None:
    return None if value is None else datetime.fromisoformat(str(value))


async def insert(
    tx: Tx,
    *,
    workspace_id: UUID,
    author_id: UUID,
    caption: str,
    options: Mapping[str, Json],
    moment: Moment,
    client_post_id: str | None,
    media: Sequence[tuple[UUID, str | None]],
    now: datetime,
) -> UUID | None:
    """Store a post without its publications; None where the workspace has one under that client id."""
    post_id = new_id()
    statement = text("""
        INSERT INTO posts (id, workspace_id, author_id, caption, options, state, due_at, wall_time, timezone,
                           client_post_id, created_at, updated_at)
        VALUES (:id, :workspace, :author, :caption, :options, 'queued', :due_at, :wall, :zone, :client_id, :now, :now)
        ON CONFLICT (workspace_id, client_post_id) DO NOTHING
    """).bindparams(bindparam("options", type_=JSONB))
    stored = await tx.execute(
        statement,
        {
            "id": post_id,
            "workspace": workspace_id,
            "author": author_id,
            "caption": caption,
            "options": dict(options),
            "due_at": moment.at,
            "wall": moment.wall,
            "zone": moment.zone,
            "client_id": client_post_id,
            "now": now,
        },
    )
    if not stored.rowcount:
        return None
    await attach(tx, post_id, None, media)
    return post_id


async def attach(tx: Tx, post_id: UUID, publication_id: UUID | None, media: Sequence[tuple[UUID, str | None]]) -> None:
    """Put files (with their alternative texts) in order on a post, or on one of its publications."""
    if not media:
        return
    statement = text("""
        INSERT INTO post_media (id, post_id, publication_id, position, media_id, alt_text)
        VALUES (:id, :post, :publication, :position, :media, :alt_text)
    """)
    rows = [
        {"id": new_id(), "post": post_id, "publication": publication_id, "position": n, "media": m, "alt_text": alt}
        for n, (m, alt) in enumerate(media)
    ]
    await tx.execute(statement, rows)


async def insert_publication(
    tx: Tx, *, workspace_id: UUID, post_id: UUID, new: NewPublication, due_at: datetime, now: datetime
) -> UUID:
    """Store a queued publication with its own files, if it has any."""
    publication_id = new_id()
    statement = text("""
        INSERT INTO publications (id, workspace_id, post_id, account_id, platform, caption, options, content_digest,
                                  state, due_at, next_run_at, preflight_at, created_at)
        VALUES (:id, :workspace, :post, :account, :platform, :caption, :options, :content_digest,
                'queued', :due_at, :due_at, :preflight_at, :now)
    """).bindparams(bindparam("options", type_=JSONB))
    await tx.execute(
        statement,
        {
            "id": publication_id,
            "workspace": workspace_id,
            "post": post_id,
            "account": new.account_id,
            "platform": new.platform,
            "caption": new.caption,
            "options": dict(new.options),
            "content_digest": new.content_digest,
            "due_at": due_at,
            "preflight_at": next_preflight(due_at, now),
            "now": now,
        },
    )
    await attach(tx, post_id, publication_id, new.media or ())
    return publication_id
