"""The steps that bring files to X, one after the other, each in segments: a crash repeats one segment at most.

    initialize → append … append → finalize [→ look … look] [→ describe]      for each file, then the post

Document: docs.x.com/x-api/media/quickstart/media-upload-chunked. Nobody sees an upload, and X forgets it after a day.
"""

from datetime import datetime, timedelta

from postwright.domain.errors import Rejected, Unavailable
from postwright.domain.media import Attachment
from postwright.domain.post import Content
from postwright.domain.publication import Checkpoint
from postwright.kit.http import DEFAULT_TIMEOUT, Request
from postwright.platforms.base import Call, Outcome, Waiting
from postwright.platforms.upload import FilePart, Span, multipart, part
from postwright.platforms.wire import Wire
from postwright.platforms.x import spec
from postwright.platforms.x.api import ask
from postwright.platforms.x.rules import NO_UPLOAD, UPLOAD_RULES
from postwright.platforms.x.wire import Upload


async def initialize(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Announce the next file."""
    before = uploaded(checkpoint)
    facts = content.attachments[len(before)].media.facts
    announcement = {"media_type": facts.mime, "media_category": _category(facts.mime), "total_bytes": facts.size_bytes}
    made = await ask(call, Upload, Request("POST", f"{spec.UPLOADS}/initialize", json=announcement), rules=UPLOAD_RULES)
    notes = checkpoint.to("append", media=[*before, made.data.id], segment=0)
    if not before and made.data.expires_after_secs is not None:
        forgotten_at = call.clock.now() + timedelta(seconds=made.data.expires_after_secs)
        notes = notes.to("append", fresh_until=(forgotten_at - spec.FRESHNESS).isoformat())
    return Waiting(notes)


async def append(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Send the next segment; X takes the same one again."""
    media_id, media = _present(content, checkpoint)
    number, size = count(checkpoint, "segment"), media.media.facts.size_bytes
    start = number * spec.SEGMENT
    span = Span(start, min(start + spec.SEGMENT, size), size)
    file = FilePart(
        "media", media.media.name, "application/octet-stream", span.size, part(call.files, media.media, span)
    )
    headers, body = multipart({"segment_index": str(number)}, file)
    timeout = DEFAULT_TIMEOUT + timedelta(seconds=span.size / spec.SLOWEST)
    url = f"{spec.UPLOADS}/{media_id}/append"
    # A reply that is not X's own proves nothing: the part is sent again then, which harms nothing.
    await ask(call, Wire, Request("POST", url, body=body, headers=headers, timeout=timeout), rules=UPLOAD_RULES)
    if span.end < size:
        return Waiting(checkpoint.to("append", segment=number + 1))
    return Waiting(checkpoint.to("finalize"))


async def finalize(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Say that the file is whole. A refusal can mean that it was said before, so the status is asked for then."""
    media_id, _ = _present(content, checkpoint)
    started = checkpoint.to("look", processing_since=call.clock.now().isoformat())
    try:
        done = await ask(call, Upload, Request("POST", f"{spec.UPLOADS}/{media_id}/finalize"), rules=UPLOAD_RULES)
    except Rejected as refusal:
        if refusal.code != NO_UPLOAD:
            raise
        return Waiting(started)
    return _after(done, call, content, started)


async def look(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Ask how far X is with the file."""
    query = {"media_id": uploaded(checkpoint)[-1], "command": "STATUS"}
    status = await ask(call, Upload, Request("GET", spec.UPLOADS, query=query), rules=UPLOAD_RULES)
    return _after(status, call, content, checkpoint)


async def describe(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Give the file its alternative text."""
    media_id, attachment = _present(content, checkpoint)
    body = {"id": media_id, "metadata": {"alt_text": {"text": attachment.alt_text}}}
    await ask(call, Wire, Request("POST", spec.METADATA, json=body))
    return Waiting(_next_file(content, checkpoint))


def begin_again(checkpoint: Checkpoint, now: datetime) -> Checkpoint | None:
    """The flow back at its first file, where X forgets the files before the post is out; None where it does not."""
    until = checkpoint.notes.get("fresh_until")
    if checkpoint.external_id is not None or until is None or now < datetime.fromisoformat(str(until)):
        return None
    return checkpoint.to("initialize", media=[], fresh_until=None)


def uploaded(checkpoint: Checkpoint) -> list[str]:
    """The ids of the files so far, in order; the last one may be on its way."""
    return strings(checkpoint, "media")


def strings(checkpoint: Checkpoint, name: str) -> list[str]:
    """A list among the notes, empty at first."""
    value = checkpoint.notes.get(name)
    return [str(one) for one in value] if isinstance(value, list) else []


def count(checkpoint: Checkpoint, name: str) -> int:
    """A counter among the notes, 0 at first."""
    value = checkpoint.notes.get(name, 0)
    return value if isinstance(value, int) else 0


def _after(upload: Upload, call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """What follows from how far X is. Raises Rejected where the file is of no use, Unavailable after too long."""
    processing = upload.data.processing_info
    if processing is None or processing.state == "succeeded":
        _, attachment = _present(content, checkpoint)
        takes_words = attachment.alt_text and attachment.media.facts.kind == "image"
        return Waiting(checkpoint.to("describe") if takes_words else _next_file(content, checkpoint))
    if processing.state == "failed":
        error = processing.error
        raise Rejected(
            f"X cannot use the media. (X: {error.message or error.name or 'no reason given'})",
            code=error.name,
            field="media",
            evidence=processing.model_dump(),
        )
    since = datetime.fromisoformat(checkpoint.text("processing_since"))
    if call.clock.now() - since >= spec.PROCESSING:
        raise Unavailable("X is taking unusually long to process the media.")
    seconds = processing.check_after_secs
    return Waiting(checkpoint.to("look"), spec.CHECK_AFTER if seconds is None else timedelta(seconds=seconds))


def _next_file(content: Content, checkpoint: Checkpoint) -> Checkpoint:
    return checkpoint.to("initialize" if len(uploaded(checkpoint)) < len(content.attachments) else "post")


def _present(content: Content, checkpoint: Checkpoint) -> tuple[str, Attachment]:
    ids = uploaded(checkpoint)
    return ids[-1], content.attachments[len(ids) - 1]


def _category(mime: str) -> str:
    if mime == "image/gif":
        return "tweet_gif"
    return "tweet_video" if mime.startswith("video/") else "tweet_image"
