"""Sending a video's bytes to the upload host of the Graph platforms, on from where it has them.

Documents: developers.facebook.com/docs/video-api/guides/reels-publishing and
developers.facebook.com/docs/instagram-platform/content-publishing/resumable-uploads. The host is
steered by headers and speaks of errors in a form of its own.
"""

from http import HTTPStatus

from pydantic import AliasChoices, Field

from postwright.domain.errors import AuthExpired, PlatformError, Rejected, Surprise, Unavailable
from postwright.domain.media import Media
from postwright.domain.publication import StepKind
from postwright.kit.http import Reply, Request
from postwright.platforms.base import Call
from postwright.platforms.errors import Rules, judge
from postwright.platforms.meta import fault_of
from postwright.platforms.upload import allowed_time
from postwright.platforms.wire import Wire, read

WRONG_OFFSET = "OffsetInvalidError"
"""The host counts the bytes that it has otherwise than we did."""


class UploadPhase(Wire):
    """How many bytes arrived; the vendor spells it with one r."""

    bytes_arrived: int = Field(0, validation_alias=AliasChoices("bytes_transfered", "bytes_transferred"))


class _UploadFault(Wire):
    type: str | None = None
    message: str | None = None
    retriable: bool = False


class _Answer(Wire):
    success: bool = False
    debug_info: _UploadFault | None = None


async def send_rest(call: Call, url: str, media: Media, start: int, rules: Rules) -> None:
    """Send all bytes from `start` on. Raises what the host said; Unavailable with WRONG_OFFSET as its code."""
    size = media.facts.size_bytes
    headers = {
        "Authorization": f"OAuth {call.token}",
        "offset": str(start),
        "file_size": str(size),
        "Content-Type": "application/octet-stream",
        "Content-Length": str(size - start),
    }
    body = call.files.stream(media, start)
    reply = await call.send(Request("POST", url, body=body, headers=headers, timeout=allowed_time(size - start)))
    if (error := _refusal(reply, rules)) is not None:
        raise error


def _refusal(reply: Reply, rules: Rules) -> PlatformError | None:
    try:
        answer = read(_Answer, reply)
    except Surprise as surprise:
        answer, unread = _Answer(), surprise
    else:
        unread = Surprise(status=reply.status)
    if (told := answer.debug_info) is not None:
        if reply.status == HTTPStatus.UNAUTHORIZED:
            return AuthExpired(told.message, status=reply.status, code=told.type)
        # A part that did not arrive whole is sent on from where it broke off, whatever `retriable` says.
        again = told.retriable or told.type in (WRONG_OFFSET, "PartialRequestError")
        kind = Unavailable if again else Rejected
        return kind(told.message, status=reply.status, code=told.type, field="media")
    if (fault := fault_of(reply)) is not None:
        return judge(fault, rules, StepKind.PREPARE)
    return None if answer.success else unread
