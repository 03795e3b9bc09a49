"""The routes of media: uploading, listing, looking at and deleting files. Their bytes are served by files.py."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from postwright.api.deps import AppDep, CallerDep, WriterDep
from postwright.api.guard import is_upload
from postwright.api.idempotency import begin
from postwright.api.uploads import received
from postwright.domain.errors import Finding, Invalid
from postwright.domain.media import MediaKind
from postwright.services import media
from postwright.services.app import App
from postwright.services.media import LONGEST_ALT_TEXT
from postwright.storage.media import Stored

router = APIRouter(tags=["media"])

LONGEST_URL: Final = 4000
MOST: Final = 100
_CREATED: Final = 201


class MediaReply(BaseModel):
    """One stored file, as it was measured."""

    id: UUID
    type: MediaKind
    mime: str
    size: int = Field(description="In bytes.")
    width: int = Field(description="In pixels as shown; of a document, the first page's in points.")
    height: int
    duration: float | None = Field(description="In seconds, of videos and animations.")
    pages: int | None = Field(description="Of documents.")
    alt_text: str | None
    url: str = Field(description="Anyone who has this address may read the file.")
    thumb_url: str | None
    name: str
    created_at: datetime


class MediaPage(BaseModel):
    """Some files, and where the next ones begin."""

    media: list[MediaReply]
    next_cursor: str | None


class MediaByUrl(BaseModel):
    """A file to be fetched."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"url": "https://example.com/cat.jpg"}]})

    url: Annotated[str, Field(min_length=1, max_length=LONGEST_URL)]
    alt_text: Annotated[str, Field(max_length=LONGEST_ALT_TEXT)] | None = None


_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "additionalProperties": False,
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "A picture, a video or a PDF document.",
                        },
                        "alt_text": {"type": "string", "maxLength": LONGEST_ALT_TEXT},
                    },
                }
            },
            "application/json": {"schema": MediaByUrl.model_json_schema()},
        },
    }
}
_by_url: Final = TypeAdapter(MediaByUrl)


def media_reply(app: App, stored: Stored) -> MediaReply:
    """A stored file as the API shows it."""
    facts = stored.media.facts
    return MediaReply(
        id=stored.media.id,
        type=facts.kind,
        mime=facts.mime,
        size=facts.size_bytes,
        width=facts.width,
        height=facts.height,
        duration=facts.duration_s,
        pages=facts.pages,
        alt_text=stored.alt_text,
        url=media.link(app, stored.media),
        thumb_url=media.link(app, stored.media, "thumb") if stored.thumb_key else None,
        name=stored.media.name,
        created_at=stored.created_at,
    )


@router.post("/api/media", status_code=_CREATED, response_model=MediaReply, openapi_extra=_BODY)
async def add_media(request: Request, app: AppDep, caller: WriterDep) -> Response:
    """Keep a picture, a video or a PDF document: uploaded as the form field `file`, or fetched from `url`."""
    if not is_upload(request.scope):
        wanted = await _read_json(request)
        stored = await media.add_url(app, caller.workspace_id, wanted.url, alt_text=wanted.alt_text)
        return _created(app, stored)
    async with received(request, media.largest(app)) as came:
        alt_text = _alt_text(came.fields.get("alt_text"))
        content = came.upload.sha256 + f"{came.upload.name}\n{alt_text}".encode()
        earlier = await begin(app, caller, request, content)
        if earlier is not None:
            return earlier
        return _created(app, await media.add_file(app, caller.workspace_id, came.upload, alt_text=alt_text))


@router.get("/api/media")
async def list_media(
    app: AppDep,
    caller: CallerDep,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> MediaPage:
    """The workspace's files, the newest first."""
    async with app.db.tx() as tx:
        page = await media.page(tx, caller.workspace_id, limit=limit, cursor=cursor)
    return MediaPage(media=[media_reply(app, stored) for stored in page.rows], next_cursor=page.next_cursor)


@router.get("/api/media/{media_id:uuid}")
async def get_media(app: AppDep, caller: CallerDep, media_id: UUID) -> MediaReply:
    """One file."""
    async with app.db.tx() as tx:
        return media_reply(app, await media.get(tx, caller.workspace_id, media_id))


@router.delete("/api/media/{media_id:uuid}", status_code=204)
async def delete_media(app: AppDep, caller: WriterDep, media_id: UUID) -> None:
    """Delete a file for good. Refused (`media_in_use`) while a post that is not out yet needs it."""
    await media.remove(app, caller.workspace_id, media_id)


def _created(app: App, stored: Stored) -> Response:
    return JSONResponse(media_reply(app, stored).model_dump(mode="json"), _CREATED)


async def _read_json(request: Request) -> MediaByUrl:
    body = await request.body()
    try:
        return _by_url.validate_json(body or b"{}")
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]
        raise RequestValidationError(faults) from error


def _alt_text(given: str | None) -> str | None:
    if given is None:
        return None
    if len(given) > LONGEST_ALT_TEXT:
        message = f"An alternative text has at most {LONGEST_ALT_TEXT} characters."
        raise Invalid([Finding("alt_text", "too_long", message, limit=LONGEST_ALT_TEXT, value=len(given))])
    if "\x00" in given:
        raise Invalid.of("alt_text", "bad_character", "Text must not hold NUL characters.")
    return given
