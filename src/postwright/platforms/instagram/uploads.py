"""The step that sends a reel's bytes, on from where the platform has them.

Document: instagram-platform/content-publishing/resumable-uploads (Facebook Login only).
"""

from postwright.domain.errors import Unavailable
from postwright.domain.post import Content
from postwright.domain.publication import Checkpoint
from postwright.platforms.base import Call, Outcome
from postwright.platforms.instagram.flows import UNKNOWN, read_status, restart, unfinished, wait
from postwright.platforms.instagram.rules import RULES
from postwright.platforms.meta_upload import WRONG_OFFSET, send_rest

_STATUS_FIELDS = "id,status_code,status,video_status"


async def upload(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Send the bytes that the platform does not have yet."""
    status = await read_status(call, checkpoint.text("container"), _STATUS_FIELDS)
    if status.status_code in ("ERROR", "EXPIRED", UNKNOWN):
        return unfinished(status, content, checkpoint)
    media = content.attachments[0].media
    arrived = status.video_status.uploading_phase.bytes_arrived
    if arrived < media.facts.size_bytes and status.status_code != "FINISHED":
        try:
            await send_rest(call, checkpoint.text("upload_url"), media, arrived, RULES)
        except Unavailable as refusal:
            if refusal.code != WRONG_OFFSET:
                raise
            return restart(checkpoint, refusal.message)
    return wait(checkpoint.to("look"), content)
