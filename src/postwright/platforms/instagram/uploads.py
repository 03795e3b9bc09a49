"""The step that sends a reel's bytes, on from where the platform has them.

Document: instagram-platform/content-publishing/resumable-uploads (Facebook Login only). The
upload host is steered by headers and speaks of errors in a form of its own.
"""

from datetime import timedelta

from postwright.domain.errors import PlatformError, Rejected, Surprise, Unavailable
from postwright.domain.media import Media
from postwright.domain.post import Content
from postwright.domain.publication import Checkpoint, StepKind
from postwright.kit.http import Reply, Request
from postwright.platforms.base import Call, Outcome
from postwright.platforms.errors import judge
from postwright.platforms.instagram.flows import UNKNOWN, read_status, restart, unfinished, wait
from postwright.platforms.instagram.rules import RULES
from postwright.platforms.instagram.wire import Upload
from postwright.platforms.meta import fault_of
from postwright.platforms.wire import read

_SLOWEST = 250_000
"""Bytes a second below which an upload is given up."""
_STATUS_FIELDS = "id,status_code,status,video_status"
_WRONG_OFFSET = "OffsetInvalidError"


async def upload(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Send the bytes that the platform does not have yet."""
    status = await read_status(call, checkpoint.text("container"), _STATUS_FIELDS)
    if status.status_code in ("ERROR", "EXPIRED", UNKNOWN):
        return unfinished(status, content, checkpoint)
    media = content.attachments[0].media
    arrived = status.video_status.uploading_phase.bytes_arrived
    if arrived < media.facts.size_bytes and status.status_code != "FINISHED":
        reply = await call.send(_request(call, checkpoint.text("upload_url"), media, arrived))
        if (error := _refusal(reply)) is not None:
            if error.code == _WRONG_OFFSET:
                return restart(checkpoint, error.message)
            raise error
    return wait(checkpoint.to("look"), content)


def _request(call: Call, url: str, media: Media, start: int) -> Request:
    size = media.facts.size_bytes
    headers = {
        "Authorization": f"OAuth {call.token}",
        "offset": str(start),
        "file_size": str(size),
        "Content-Type": "application/octet-stream",
        "Content-Length": str(size - start),
    }
    timeout = timedelta(seconds=60 + (size - start) / _SLOWEST)
    return Request("POST", url, body=call.files.stream(media, start), headers=headers, timeout=timeout)


def _refusal(reply: Reply) -> PlatformError | None:
    try:
        answer = read(Upload, reply)
    except Surprise as surprise:
        answer, unread = Upload(), surprise
    else:
        unread = Surprise(status=reply.status)
    if answer.debug_info is not None:
        told = answer.debug_info
        # A part that did not arrive whole is sent on from where it broke off, whatever `retriable` says.
        again = told.retriable or told.type == "PartialRequestError"
        kind = Unavailable if again or told.type == _WRONG_OFFSET else Rejected
        return kind(told.message, status=reply.status, code=told.type, field="media")
    if (fault := fault_of(reply)) is not None:
        return judge(fault, RULES, StepKind.PREPARE)
    return None if answer.success else unread
