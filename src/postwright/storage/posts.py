"""The doors' statements: posts with their publications, as they are stored, listed and changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic_core import from_json
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from postwright.domain.errors import Finding
from postwright.domain.media import Media, MediaFacts
from postwright.domain.publication import Json, State
from postwright.domain.schedule import Moment, next_preflight
from postwright.kit.ids import new_id
from postwright.kit.pages import Cursor
from postwright.storage.db import RawConnection, Tx


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
    due_at: datetime
    next_run_at: datetime | None
    attempts: int
    calls: int
    started_at: datetime | None
    published_at: datetime | None
    removed_at: datetime | None
    external_id: str | None
    external_url: str | None
    state: State
    options: Mapping[str, Json]
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


_SHOWN = """
    SELECT po.id, po.workspace_id, po.author_id, po.caption, po.options, po.state, po.due_at, po.wall_time, po.timezone,
      po.client_post_id, po.created_at, po.updated_at,
      ARRAY(SELECT (m.id, m.key, m.name, m.facts::text, pm.alt_text, m.thumb_key, pm.publication_id)
            FROM post_media pm JOIN media m ON m.id = pm.media_id WHERE pm.post_id = po.id ORDER BY pm.position),
      ARRAY(SELECT (p.id, p.account_id, p.platform, a.username, a.name, a.avatar_url, p.caption, p.due_at,
                    p.next_run_at, p.attempts, p.calls, p.started_at, p.published_at, p.removed_at, p.external_id,
                    p.external_url, p.state, p.options::text, p.error::text, p.warnings::text)
            FROM publications p JOIN accounts a ON a.id = p.account_id WHERE p.post_id = po.id ORDER BY p.id)
    FROM posts po WHERE po.deleted_at IS NULL
"""
"""Posts with all that is in a PostRow, in its order. What hangs on a post comes as rows, which the driver reads itself
and far faster than JSON."""


async def get(tx: Tx, workspace_id: UUID, post_id: UUID) -> PostRow | None:
    """The post by that id."""
    statement = text(f"{_SHOWN} AND po.workspace_id = :workspace AND po.id = :id")
    row = (await tx.execute(statement, {"workspace": workspace_id, "id": post_id})).one_or_none()
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
    connection: RawConnection, workspace_id: UUID, wanted: Filter, *, now: datetime, limit: int, after: Cursor | None
) -> tuple[PostRow, ...]:
    """At most `limit` posts in the order that is wanted, after a cursor."""
    asked = _asked(workspace_id, wanted, now, after)
    if wanted.account_id is None and wanted.platform is None:
        return await _read(connection, asked, asked.first(limit), limit)
    async with connection.transaction():
        # The plan that suits a platform with a million posts takes seconds for one with five.
        await connection.execute("SET LOCAL plan_cache_mode = force_custom_plan")
        if wanted.account_id is None:
            return await _read(connection, asked, asked.first(limit), limit)
        return await _of_account(connection, asked, wanted.account_id, limit)


async def _of_account(connection: RawConnection, asked: "_Asked", account_id: UUID, limit: int) -> tuple[PostRow, ...]:
    near = f"SELECT po.* FROM ({asked.first(_NEAR)}) po WHERE {asked.own}"  # noqa: S608  # our own text
    rows = await _read(connection, asked, near, limit)
    if len(rows) == limit:
        return rows
    if await has_few(connection, account_id):
        every = f"WITH own AS MATERIALIZED ({asked.pool} AND {asked.own}) SELECT * FROM own po WHERE true"  # noqa: S608
        return await _read(connection, asked, f"{every}{asked.any_state}", limit)
    return await _read(connection, asked, replace(asked, pool=f"{asked.pool} AND {asked.own}").first(limit), limit)


async def has_few(connection: RawConnection, account_id: UUID) -> bool:
    """Whether an account's posts are quicker read all than sought among those of others."""
    some = f"FROM publications WHERE account_id = $1 ORDER BY content_digest LIMIT {_FEW + 1}"
    number: int = await connection.fetchval(f"SELECT count(*) FROM (SELECT {some}) own", account_id)  # noqa: S608
    return number <= _FEW


_NEAR: Final = 500
"""Posts among which those of an account are sought first: where it has its share of them, a page is full."""
_FEW: Final = 5000
"""Publications of one account. The planner cannot tell: it knows by number those of the hundred largest only."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A list in SQL: the posts it takes from, which of them are the account's, their states, their order."""

    pool: str
    own: str
    states: tuple[str, ...]
    order: str
    values: tuple[object, ...]

    @property
    def any_state(self) -> str:
        return f" AND ({' OR '.join(self.states)})" if self.states else ""

    def first(self, number: int) -> str:
        """The first so many. Each state is read in its own index's order: together they are sought among all posts."""
        pools = [f"{self.pool} AND {state}" for state in self.states] or [self.pool]
        # The limits stand in the text: a plan for any limit takes it for a tenth of all posts.
        each = " UNION ALL ".join(f"({pool} {self.order} LIMIT {number:d})" for pool in pools)
        return f"SELECT po.* FROM ({each}) po {self.order} LIMIT {number:d}"  # noqa: S608  # our own text


def _asked(workspace_id: UUID, wanted: Filter, now: datetime, after: Cursor | None) -> _Asked:
    beyond, direction = (">", "ASC") if wanted.soonest_first else ("<", "DESC")
    pool, values = "SELECT po.id, po.due_at, po.state FROM posts po WHERE po.deleted_at IS NULL", list[object]()
    for condition, given in (
        ("po.workspace_id = {}", (workspace_id,)),
        *_conditions(wanted, now),
        (f"(po.due_at, po.id) {beyond} ({{}}, {{}})", (after.at, after.id) if after else None),
    ):
        if given is not None:
            places = [f"${len(values) + n}" for n in range(1, len(given) + 1)]
            pool += f" AND {condition.format(*places)}"
            values += given
    states = tuple(f"po.state = ${len(values) + n}" for n in range(1, len(wanted.states) + 1))
    values += wanted.states
    own = _OF.format("account_id", f"${len(values) + 1}")
    values += [wanted.account_id] if wanted.account_id else []
    return _Asked(pool, own, states, f"ORDER BY po.due_at {direction}, po.id {direction}", tuple(values))


async def _read(connection: RawConnection, asked: _Asked, found: str, limit: int) -> tuple[PostRow, ...]:
    """The posts that a statement finds, at most `limit`."""
    ids = f"(SELECT id FROM ({found}) found {asked.order.replace('po.', '')} LIMIT {limit:d})"  # noqa: S608  # our own text
    rows = await connection.fetch(f"{_SHOWN} AND po.id IN {ids} {asked.order}", *asked.values)
    return tuple(_post(row) for row in rows)


_Condition = tuple[str, tuple[object, ...] | None]
"""A part of a WHERE with places for its values; left out where there are none."""
_OF: Final = "EXISTS (SELECT FROM publications x WHERE x.post_id = po.id AND x.{} = {})"


def _conditions(wanted: Filter, now: datetime) -> tuple[_Condition, ...]:
    scheduled = wanted.status == "scheduled"
    state = None if scheduled else wanted.status
    return (
        ("po.state = 'queued' AND po.due_at > {}", (now,) if scheduled else None),
        ("po.state = {}", (state,) if state else None),
        (_OF.format("platform", "{}"), (wanted.platform,) if wanted.platform else None),
        ("po.due_at >= {}", (wanted.since,) if wanted.since else None),
        ("po.due_at < {}", (wanted.until,) if wanted.until else None),
    )


def _post(row: Iterable[Any]) -> PostRow:
    *known, media, publications = row
    files, made = tuple(map(_media, media)), tuple(map(_publication, publications))
    return PostRow(*known, media=files, publications=made)  # type: ignore[misc]  # known are all the others


def _media(row: Sequence[Any]) -> MediaRow:
    media_id, key, name, facts, alt_text, thumb_key, publication_id = row
    return MediaRow(Media(media_id, key, name, MediaFacts(**from_json(facts))), alt_text, thumb_key, publication_id)


def _publication(row: Sequence[Any]) -> PublicationRow:
    *known, state, options, error, warnings = row
    return PublicationRow(  # type: ignore[misc]  # known are all the others
        *known,
        state=State(state),
        options=from_json(options),
        error=from_json(error) if error else None,
        warnings=_findings(warnings) if state == State.QUEUED else (),
    )


def _findings(stored: str) -> tuple[Finding, ...]:
    return tuple(Finding(**one) for one in from_json(stored))


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
