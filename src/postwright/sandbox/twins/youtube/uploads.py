"""Uploads of media: resumable sessions, multipart/related, and the bare bytes.

Sources: Google, "Resumable Uploads"; the resumable client of google-api-python-client.
"""

import re
import secrets
from collections.abc import Awaitable, Callable
from email.message import Message

from postwright.sandbox.call import Call, Reply
from postwright.sandbox.twins.youtube.asking import Ask
from postwright.sandbox.twins.youtube.errors import ApiError
from postwright.sandbox.twins.youtube.rules import (
    GRANULE,
    IMAGE_TYPES,
    SESSION_LIFE,
    THUMBNAIL_BYTES,
    VIDEO_BYTES,
    VIDEO_TYPES,
)
from postwright.sandbox.twins.youtube.studio import Session, Studio

Finish = Callable[[bytes], Awaitable[Reply]]
Prepare = Callable[[bytes | None], Finish]
"""Takes the metadata (None where the kind of upload carries none), refuses what is wrong with it, and says what to do
with the media."""
INCOMPLETE = 308
_RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)")
_LIMITS = {"videos.insert": (VIDEO_BYTES, VIDEO_TYPES), "thumbnails.set": (THUMBNAIL_BYTES, IMAGE_TYPES)}


async def begin(studio: Studio, ask: Ask, prepare: Prepare) -> Reply:
    """`POST /upload/…`: open a session, or take everything at once."""
    largest, accepted = _LIMITS[ask.method.name]
    call, kind = ask.call, ask.query.get("uploadType", "")
    if kind == "resumable":
        declared = call.header("x-upload-content-length")
        _check_type(call.header("x-upload-content-type") or accepted[-1], accepted)
        if declared and (not declared.isdecimal() or int(declared) > largest):
            raise ApiError("uploadTooLarge", limit=largest)
        finish = prepare(call.body)
        return _open(studio, ask, Session(ask.channel, studio.world.clock.now() + SESSION_LIFE,
            int(declared) if declared else None, largest, finish))  # fmt: skip
    if kind == "multipart":
        metadata, media_type, media = _related(call)
    elif kind == "media":
        metadata, media_type, media = None, call.header("content-type"), call.body
    else:
        raise ApiError("badRequest", text=f"Invalid upload type: '{kind}'")
    _check_type(media_type, accepted)
    if len(media) > largest:
        raise ApiError("uploadTooLarge", limit=largest)
    return await prepare(metadata)(media)


def _check_type(media_type: str, accepted: tuple[str, ...]) -> None:
    if not media_type.startswith(accepted):
        raise ApiError("badContent", name=media_type)


def _related(call: Call) -> tuple[bytes, str, bytes]:
    """The JSON and the media of a multipart/related body."""
    head = Message()
    head["content-type"] = call.header("content-type")
    boundary = head.get_boundary()
    if head.get_content_type() != "multipart/related" or not boundary:
        raise ApiError("badContent", name=call.header("content-type"))
    pieces = [re.split(rb"\r?\n\r?\n", piece, maxsplit=1) for piece in call.body.split(f"--{boundary}".encode())[1:-1]]
    if len(pieces) != 2 or any(len(piece) != 2 for piece in pieces):  # noqa: PLR2004 - two parts of head and content
        raise ApiError("mediaBodyRequired")
    (_, metadata), (media_head, media) = pieces
    found = re.search(rb"(?i)content-type:\s*(\S+)", media_head)
    return metadata, found[1].decode("latin-1") if found else "", re.sub(rb"\r?\n\Z", b"", media)


def _open(studio: Studio, ask: Ask, session: Session) -> Reply:
    upload_id = secrets.token_urlsafe(48)
    studio.sessions[upload_id] = session
    call = ask.call
    address = f"{studio.world.origin}/{call.host}{call.path}?uploadType=resumable&upload_id={upload_id}"
    headers = (("location", address), ("x-guploader-uploadid", upload_id))
    return Reply(200, b"", "text/plain; charset=utf-8", headers)


async def go_on(studio: Studio, call: Call) -> Reply:
    """`PUT` on a session's address: a chunk, everything at once, or `bytes */N` to ask how far it is."""
    session = studio.sessions.get(call.query.get("upload_id", ""))
    if session is None or session.expires_at <= studio.world.clock.now():
        return _plain(404, "Not Found")
    if session.reply is not None:
        return session.reply
    sent = call.header("content-range") or _whole(call)
    match = _RANGE.fullmatch(sent)
    if match is None:
        return _plain(400, f"Failed to parse Content-Range header: {sent}")
    total = None if match[3] == "*" else int(match[3])
    fault = _misfit(session, call, match, total)
    if fault:
        return _plain(400, f"Invalid request. {fault}")
    session.total = session.total if total is None else total
    if match[1] is not None:
        _take(session, call.body, int(match[1]), int(match[2]))
    if len(session.content) != session.total:
        stored = (("range", f"bytes=0-{len(session.content) - 1}"),) if session.content else ()
        return Reply(INCOMPLETE, b"", "text/plain; charset=utf-8", stored)
    session.reply = await session.finish(bytes(session.content))
    session.content.clear()
    return session.reply


def _whole(call: Call) -> str:
    """The range of a body that is the whole file; an empty one is an empty file."""
    size = int(call.header("content-length") or len(call.body))
    return f"bytes 0-{size - 1}/{size}" if size else "bytes */0"


def _misfit(session: Session, call: Call, match: re.Match[str], total: int | None) -> str:
    """Why the numbers of a chunk do not go with the session, or with each other."""
    known = session.total if total is None else total
    end = session.largest if known is None else known
    if session.total not in (None, known):
        return f"The upload was announced with {session.total} byte(s), not {total}."
    if end > session.largest:
        return f"Media is too large. Limit: {session.largest}."
    if match[1] is None:
        return ""
    first, last, sent, held = int(match[1]), int(match[2]), len(call.body), len(session.content)
    size = last - first + 1
    faults = {
        "The Content-Range header is out of order.": not 0 < size <= end - first,
        f"There were {sent} byte(s) in the request body. There should have been {size} byte(s).": sent > size,
        f"The upload offset is {first} byte(s), which exceeds already uploaded size of {held} byte(s).": first > held,
        f"Chunks are multiples of {GRANULE} bytes, except for the final request.": size % GRANULE and last + 1 != known,
    }
    return next((text for text, is_so in faults.items() if is_so), "")


def _take(session: Session, body: bytes, first: int, last: int) -> None:
    """Keep what is new of a chunk. Of one that was cut on its way, whole granules stay."""
    arrived = first + len(body)
    end = last + 1 if arrived > last else arrived - arrived % GRANULE
    session.content += body[len(session.content) - first : max(0, end - first)]


def _plain(status: int, text: str) -> Reply:
    return Reply(status, text.encode(), "text/plain; charset=utf-8")
