"""The routes of posts: written, scheduled, listed, changed, tried again and settled."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from starlette.requests import Request

from postwright.api.deps import AppDep, CallerDep, WriterDep
from postwright.api.idempotency import HEADER
from postwright.api.media import LONGEST_URL, MOST
from postwright.api.post_models import PostBody, ScheduleBody, draft_of
from postwright.api.post_replies import (
    EventsReply,
    FindingsReply,
    PostPage,
    PostReply,
    RemovalReply,
    Status,
    StatusReply,
    events_reply,
    page_json,
    post_reply,
    removal_reply,
    status_reply,
)
from postwright.api.problems import ProblemError
from postwright.domain.errors import Invalid
from postwright.kit.pages import BadCursor
from postwright.services import posts, removal
from postwright.services.app import App
from postwright.services.auth import Caller
from postwright.services.posts import Resolution
from postwright.storage.posts import Filter

router = APIRouter(tags=["posts"])

Responses = dict[int | str, dict[str, Any]]  # as FastAPI has it

_CREATED: Final = 201
_KNOWN: Final = 200
_AGAIN: Final[Responses] = {_KNOWN: {"model": PostReply, "description": "The post that was made under this id before."}}


def _instant(given: object) -> datetime:
    """In UTC; a time without an offset is meant so."""
    try:
        time = datetime.fromisoformat(str(given))
        return time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError) as unreadable:
        raise ValueError("write the time as ISO 8601, like 2026-11-21T09:30Z") from unreadable


Instant = Annotated[datetime, BeforeValidator(_instant)]


class RetryBody(BaseModel):
    """Which of a post's publications; all that failed where none is named."""

    model_config = ConfigDict(extra="forbid")

    publication_id: UUID | None = None


class RemoveBody(BaseModel):
    """Which of a post's publications; all that are published where none is named."""

    model_config = ConfigDict(extra="forbid")

    publication_id: UUID | None = None


class ResolveBody(BaseModel):
    """A person's word on a publication of which nobody knows whether it is out: `landed`, or `send_again`."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"landed": True, "external_url": "https://example.com/p/1"}, {"send_again": True}]
        },
    )

    landed: bool = False
    send_again: bool = False
    external_url: Annotated[str, Field(max_length=LONGEST_URL)] | None = None
    publication_id: UUID | None = None


@router.post("/api/posts", status_code=_CREATED, responses=_AGAIN)
async def create_post(
    request: Request, response: Response, app: AppDep, caller: WriterDep, body: PostBody
) -> PostReply:
    """Publish now, or at `scheduled_at`. The same `client_post_id` (or Idempotency-Key) never makes a second post."""
    return await _create(request, response, app, caller, body)


@router.post("/api/schedule", status_code=_CREATED, responses=_AGAIN)
async def schedule_post(
    request: Request, response: Response, app: AppDep, caller: WriterDep, body: ScheduleBody
) -> PostReply:
    """Publish at `scheduled_at`."""
    return await _create(request, response, app, caller, body)


async def _create(request: Request, response: Response, app: App, caller: Caller, body: PostBody) -> PostReply:
    row, is_new = await posts.create(app, caller, draft_of(body, request.headers.get(HEADER)))
    response.status_code = _CREATED if is_new else _KNOWN
    return post_reply(app, row)


@router.post("/api/posts/validate")
async def validate_post(
    app: AppDep,
    caller: CallerDep,
    body: PostBody,
    post_id: Annotated[UUID | None, Query(description="The post that it is to replace, if it is a change.")] = None,
) -> FindingsReply:
    """Everything that stands against a post, target by target. Nothing is stored."""
    findings = await posts.validate(app, caller, draft_of(body), changing=post_id)
    return FindingsReply(
        ok=all(finding.severity == "warning" for finding in findings),
        findings=[ProblemError.model_validate(finding) for finding in findings],
    )


@router.get("/api/posts", response_model=PostPage)
async def list_posts(
    app: AppDep,
    caller: CallerDep,
    *,
    status: Annotated[Status | None, Query()] = None,
    platform: Annotated[str | None, Query(max_length=50)] = None,
    account_id: Annotated[UUID | None, Query()] = None,
    since: Annotated[Instant | None, Query(alias="from", description="Posts of this time or later.")] = None,
    until: Annotated[Instant | None, Query(alias="to", description="Posts before this time.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """The workspace's posts, the latest time first."""
    if platform is not None and platform not in app.platforms:
        names = ", ".join(app.platforms)
        raise Invalid.of("platform", "unknown_platform", f"{platform!r} is not a platform here; these are: {names}.")
    wanted = Filter(status=status, platform=platform, account_id=account_id, since=since, until=until)
    try:
        page = await posts.page(app, caller, wanted, limit=limit, cursor=cursor)
    except BadCursor as unreadable:
        raise Invalid.of("cursor", "bad_cursor", "This cursor was not given by this list.") from unreadable
    return Response(page_json(app, page), media_type="application/json")


@router.get("/api/posts/{post_id:uuid}")
async def get_post(app: AppDep, caller: CallerDep, post_id: UUID) -> PostReply:
    """One post."""
    async with app.db.tx() as tx:
        return post_reply(app, await posts.get(tx, caller, post_id))


@router.put("/api/posts/{post_id:uuid}")
async def change_post(app: AppDep, caller: WriterDep, post_id: UUID, body: PostBody) -> PostReply:
    """Replace all that a post says. Refused (`post_locked`) once something of it is out or on its way."""
    return post_reply(app, await posts.update(app, caller, post_id, draft_of(body)))


@router.delete("/api/posts/{post_id:uuid}", status_code=204)
async def delete_post(app: AppDep, caller: WriterDep, post_id: UUID) -> None:
    """Cancel what is not out yet and remove the post from the lists; what is out stays out."""
    async with app.db.tx() as tx:
        await posts.delete(tx, app, caller, post_id)


@router.get("/api/posts/{post_id:uuid}/status")
async def get_status(app: AppDep, caller: CallerDep, post_id: UUID) -> StatusReply:
    """How a post is doing, account by account."""
    async with app.db.tx() as tx:
        return status_reply(app, await posts.get(tx, caller, post_id))


@router.get("/api/posts/{post_id:uuid}/events")
async def list_events(app: AppDep, caller: CallerDep, post_id: UUID) -> EventsReply:
    """What was done for a post and what came of it, the oldest first."""
    async with app.db.tx() as tx:
        return events_reply(await posts.events(tx, caller, post_id))


@router.post("/api/posts/{post_id:uuid}/retry")
async def retry_post(app: AppDep, caller: WriterDep, post_id: UUID, body: RetryBody | None = None) -> PostReply:
    """Try again what failed or was canceled. Refused (`nothing_to_retry`) where nothing is."""
    async with app.db.tx() as tx:
        return post_reply(app, await posts.retry(tx, app, caller, post_id, body.publication_id if body else None))


@router.post("/api/posts/{post_id:uuid}/resolve")
async def resolve_post(app: AppDep, caller: WriterDep, post_id: UUID, body: ResolveBody) -> PostReply:
    """Settle what needs attention: it is out (`landed`), or it is to be sent again (`send_again`)."""
    if body.landed == body.send_again:
        raise Invalid.of("landed", "decision_required", "Say either landed or send_again.")
    word = Resolution(body.landed, body.external_url, body.publication_id)
    async with app.db.tx() as tx:
        return post_reply(app, await posts.resolve(tx, app, caller, post_id, word))


@router.post("/api/posts/{post_id:uuid}/remove")
async def remove_post(app: AppDep, caller: WriterDep, post_id: UUID, body: RemoveBody | None = None) -> RemovalReply:
    """Take down what is published of a post; what could not be taken down is in `not_removed`.

    Refused where nothing is published (`nothing_to_remove`), and where no platform of it lets apps take posts
    down (`removal_not_offered`).
    """
    row, left = await removal.remove(app, caller, post_id, body.publication_id if body else None)
    return removal_reply(app, row, left)
