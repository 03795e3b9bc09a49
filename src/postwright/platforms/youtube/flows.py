"""From content to a video on YouTube; each step makes at most two calls and says what comes next.

    open → [send …] → finish → process → [thumbnail] → [playlist] → [first_comment]

The bytes go up in chunks (uploads.py), and the last of them makes the video. It counts as
published once YouTube has processed it: until then its id is a note, and YouTube's no fails the
post. What follows (extras.py) can only add a warning.
"""

from collections.abc import Mapping

from postwright.domain.errors import AuthExpired, AuthRevoked, PlatformError, Rejected
from postwright.domain.post import Content
from postwright.domain.publication import Checkpoint
from postwright.kit.http import NoReply, NotSent, Request
from postwright.platforms.base import Call, Outcome, Waiting
from postwright.platforms.wire import read_items
from postwright.platforms.youtube import spec
from postwright.platforms.youtube.api import api
from postwright.platforms.youtube.extras import proceed, warned
from postwright.platforms.youtube.rules import FAILURES, NOT_FOUND, REJECTIONS
from postwright.platforms.youtube.uploads import count
from postwright.platforms.youtube.wire import Page, Video, VideoStatus

_SLOW = "YouTube has not processed the video after six hours: look at it in YouTube Studio."


def begin(content: Content) -> Checkpoint:
    """The first step for this content. Raises Rejected where YouTube has no kind of post for it."""
    return Checkpoint("open", {"kind": spec.SPEC.kind_for(content).name})


async def process(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Look whether YouTube has processed the video; where it could not be asked, it is asked again."""
    try:
        status = await _status(call, checkpoint)
    except (AuthExpired, AuthRevoked):
        raise
    except (PlatformError, NotSent, NoReply):
        # The video is there: a look that failed is not the end of its publication.
        return _wait(content, checkpoint)
    match status.upload_status:
        case "processed":
            return proceed(content, _landed(checkpoint))
        case "failed":
            raise _refused("YouTube could not process the video", status.failure_reason, FAILURES)
        case "rejected":
            raise _refused("YouTube does not show the video", status.rejection_reason, REJECTIONS)
        case "deleted":
            raise Rejected("The video was deleted on YouTube before it was processed.", field="media")
    return _wait(content, checkpoint)


async def remove(call: Call, external_id: str) -> bool:
    """Take a video down."""
    try:
        await api(call).send(Request("DELETE", f"{spec.API}/videos", query={"id": external_id}))
    except Rejected as refusal:
        if refusal.status != NOT_FOUND:
            raise
    return True


async def _status(call: Call, checkpoint: Checkpoint) -> VideoStatus:
    page = await api(call).get(Page, "/videos", part="status", id=checkpoint.text("video"))
    videos = read_items(Video, page.items)
    if videos:
        return videos[0].status
    return VideoStatus(uploadStatus="deleted" if count(checkpoint, "looks") > spec.LOOKS_UNSEEN else "uploaded")


def _refused(what: str, reason: str | None, words: Mapping[str, str]) -> Rejected:
    why = words.get(reason or "", reason or "it says no reason")
    return Rejected(f"{what}: {why}.", code=reason, field="media")


def _landed(checkpoint: Checkpoint) -> Checkpoint:
    video_id = checkpoint.text("video")
    address = spec.SHORTS if checkpoint.text("kind") == spec.SHORT.name else spec.WATCH
    return checkpoint.landed(video_id, address.format(id=video_id))


def _wait(content: Content, checkpoint: Checkpoint) -> Outcome:
    looks = count(checkpoint, "looks")
    delay = spec.PROCESSING_POLL.delay(looks)
    if delay is None:
        return proceed(content, warned(_landed(checkpoint), _SLOW))
    return Waiting(checkpoint.to("process", looks=looks + 1), delay)
