"""How posts, their publications and their evidence are shown in JSON."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue
from pydantic_core import to_json

from postwright.api.problems import ProblemError
from postwright.domain.media import MediaKind
from postwright.domain.publication import State
from postwright.kit.pages import Page
from postwright.services import media
from postwright.services.app import App
from postwright.services.removal import NotRemoved
from postwright.storage.posts import EventRow, MediaRow, PostRow, PublicationRow

Status = Literal[
    "draft", "scheduled", "queued", "publishing", "published", "partial", "failed", "needs_attention", "canceled"
]


class PostMediaReply(BaseModel):
    """A file in its place in a post."""

    id: UUID
    type: MediaKind
    mime: str
    width: int
    height: int
    alt_text: str | None
    url: str
    thumb_url: str | None


class PublicationError(BaseModel):
    """Why a publication stands still, and what its field is where one is at fault."""

    model_config = ConfigDict(extra="ignore")

    kind: str
    message: str
    code: str | None = Field(None, description="The platform's own.")
    status: int | None = Field(None, description="The HTTP status of the platform's answer.")
    field: str | None = None


class PublicationReply(BaseModel):
    """The post on one account."""

    id: UUID
    account_id: UUID
    platform: str
    username: str
    account_name: str
    avatar_url: str | None
    status: State
    caption: str | None = Field(description="This account's own text; null where it has the post's.")
    options: Mapping[str, JsonValue]
    due_at: datetime
    next_run_at: datetime | None = Field(description="When something is done for it next.")
    attempts: int
    calls: int = Field(description="How often the platform was called to publish it.")
    started_at: datetime | None
    lateness_ms: int | None = Field(description="From its time to the start.")
    published_at: datetime | None
    removed_at: datetime | None = Field(description="When it was taken down again, on a person's word.")
    external_id: str | None
    external_url: str | None = Field(description="Where people see it.")
    error: PublicationError | None
    warnings: list[ProblemError] = Field(
        description="What stands against it, found a day or an hour before its time; empty once it is under way."
    )


class StatusReply(BaseModel):
    """How a post is doing."""

    id: UUID
    status: Status
    publications: list[PublicationReply]


class PostReply(StatusReply):
    """A post."""

    caption: str
    options: Mapping[str, JsonValue]
    media: list[PostMediaReply]
    own_media: Mapping[UUID, list[PostMediaReply]] = Field(description="By publication, where one has its own.")
    scheduled_at: datetime
    local_time: str = Field(description="The wall-clock time that was meant, in `timezone`.")
    timezone: str
    client_post_id: str | None
    author_id: UUID | None
    created_at: datetime
    updated_at: datetime


class NotRemovedReply(BaseModel):
    """A publication that still stands, and why."""

    model_config = ConfigDict(from_attributes=True)

    publication_id: UUID
    platform: str
    code: str
    message: str


class RemovalReply(PostReply):
    """A post after it was taken down: what `removed_at` does not tell of is in `not_removed`."""

    not_removed: list[NotRemovedReply]


class PostPage(BaseModel):
    """Some posts, and where the next ones begin."""

    posts: list[PostReply]
    next_cursor: str | None


class FindingsReply(BaseModel):
    """What stands against a post. It could be published if `ok`; then all findings are warnings."""

    ok: bool
    findings: list[ProblemError]


class EventReply(BaseModel):
    """One line of evidence."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    publication_id: UUID
    platform: str
    at: datetime
    level: str
    message: str
    raw: Mapping[str, JsonValue] | None


class EventsReply(BaseModel):
    """All evidence of a post, the oldest first."""

    events: list[EventReply]


def status_reply(app: App, row: PostRow) -> StatusReply:
    """How a post is doing."""
    publications = [_publication(one) for one in row.publications]
    return StatusReply.model_validate(
        {"id": row.id, "status": row.status(app.clock.now()), "publications": publications}
    )


def post_reply(app: App, row: PostRow) -> PostReply:
    """A post as the API shows it."""
    return PostReply.model_validate(_post(app, row, app.clock.now()))


def page_json(app: App, page: Page[PostRow]) -> bytes:
    """A PostPage, as it is sent.

    It is written at once, from values that `post_reply` would check: to make models of a page of posts takes longer
    than to find them.
    """
    now = app.clock.now()
    return to_json({"posts": [_post(app, row, now) for row in page.rows], "next_cursor": page.next_cursor})


def _post(app: App, row: PostRow, now: datetime) -> dict[str, object]:
    """The fields of a PostReply."""
    own: dict[UUID, list[dict[str, object]]] = {}
    for file in row.media:
        if file.publication_id is not None:
            own.setdefault(file.publication_id, []).append(_media(app, file))
    return {
        "id": row.id,
        "status": row.status(now),
        "publications": [_publication(one) for one in row.publications],
        "caption": row.caption,
        "options": row.options,
        "media": [_media(app, file) for file in row.media if file.publication_id is None],
        "own_media": own,
        "scheduled_at": row.due_at,
        "local_time": row.wall_time.isoformat(timespec="seconds"),
        "timezone": row.timezone,
        "client_post_id": row.client_post_id,
        "author_id": row.author_id,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def removal_reply(app: App, row: PostRow, left: Sequence[NotRemoved]) -> RemovalReply:
    """A post after it was taken down, and what still stands of it."""
    return RemovalReply(**dict(post_reply(app, row)), not_removed=[NotRemovedReply.model_validate(one) for one in left])


def events_reply(rows: Sequence[EventRow]) -> EventsReply:
    """A post's evidence as the API shows it."""
    return EventsReply(events=[EventReply.model_validate(row) for row in rows])


def _publication(row: PublicationRow) -> dict[str, object]:
    """The fields of a PublicationReply."""
    return {
        "id": row.id,
        "account_id": row.account_id,
        "platform": row.platform,
        "username": row.username,
        "account_name": row.account_name,
        "avatar_url": row.avatar_url,
        "status": row.state,
        "caption": row.caption,
        "options": row.options,
        "due_at": row.due_at,
        "next_run_at": row.next_run_at,
        "attempts": row.attempts,
        "calls": row.calls,
        "started_at": row.started_at,
        "lateness_ms": row.lateness_ms,
        "published_at": row.published_at,
        "removed_at": row.removed_at,
        "external_id": row.external_id,
        "external_url": row.external_url,
        "error": PublicationError.model_validate(row.error) if row.error else None,
        "warnings": [ProblemError.model_validate(finding) for finding in row.warnings],
    }


def _media(app: App, file: MediaRow) -> dict[str, object]:
    """The fields of a PostMediaReply."""
    stored = file.media
    facts = stored.facts
    return {
        "id": stored.id,
        "type": facts.kind,
        "mime": facts.mime,
        "width": facts.width,
        "height": facts.height,
        "alt_text": file.alt_text,
        "url": media.link(app, stored),
        "thumb_url": media.link(app, stored, "thumb") if file.thumb_key else None,
    }
