"""The bytes of media, to whoever has their signed link: whole or in ranges. No session is looked at."""

import re
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Path
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from postwright.api.deps import AppDep
from postwright.services import media
from postwright.services.media import Shared

router = APIRouter(tags=["files"])

_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_CONTENT: Final = {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}


@router.get(
    "/media/{media_id:uuid}/{signature}/{name}",
    response_class=Response,
    responses={
        200: {"description": "The file.", **_CONTENT},
        206: {"description": "The range of it that was asked for.", **_CONTENT},
        304: {"description": "The file is the one that the caller has."},
        416: {"description": "The file has no such range."},
    },
)
@router.head("/media/{media_id:uuid}/{signature}/{name}", include_in_schema=False)
async def read_file(
    request: Request,
    app: AppDep,
    media_id: UUID,
    signature: Annotated[str, Path(max_length=100)],
    name: Annotated[str, Path(max_length=200)],
) -> Response:
    """A file by its signed link."""
    file = await media.shared(app, media_id, signature, name)
    headers = _headers(file)
    if _has(request.headers.get("if-none-match"), file.etag):
        return Response(status_code=304, headers=headers)
    wanted = _range(request.headers, file)
    if wanted is None:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{file.size_bytes}"})
    start, end = wanted
    headers["Content-Length"] = str(end - start)
    partial = end - start < file.size_bytes
    if partial:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.size_bytes}"
    status = 206 if partial else 200
    if request.method == "HEAD":
        return Response(None, status, headers, file.mime)
    return StreamingResponse(await media.read(app, file, start, end), status, headers, file.mime)


def _headers(file: Shared) -> dict[str, str]:
    return {
        "ETag": f'"{file.etag}"',
        "Accept-Ranges": "bytes",
        "Cache-Control": "public, max-age=86400, immutable",
        "Content-Disposition": "inline",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }


def _has(header: str | None, etag: str) -> bool:
    """Whether a list of entity tags names this one (RFC 9110 §13.1.2: weakly compared)."""
    return header is not None and any(tag.strip().removeprefix("W/") in {"*", f'"{etag}"'} for tag in header.split(","))


def _range(headers: Headers, file: Shared) -> tuple[int, int] | None:
    """First byte and the byte after the last; None where the file has no such range.

    A header that asks for several ranges, or for those of another version, means the whole file (RFC 9110 §14.2).
    """
    whole = (0, file.size_bytes)
    found = _RANGE.fullmatch(headers.get("range", "").strip())
    if found is None or found.group(0) == "bytes=-" or not _same_version(headers, file):
        return whole
    first, last = found.groups()
    if not first:
        length = min(int(last), file.size_bytes)
        return (file.size_bytes - length, file.size_bytes) if length else None
    start = int(first)
    end = min(int(last) + 1 if last else file.size_bytes, file.size_bytes)
    if last and int(last) < start:
        return whole
    return (start, end) if start < file.size_bytes else None


def _same_version(headers: Headers, file: Shared) -> bool:
    return headers.get("if-range") in {None, f'"{file.etag}"'}
