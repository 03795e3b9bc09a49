"""The steps from content to a Pin; each makes at most two calls and says what comes next.

    pictures   survey → publish
    video      register → upload → look → survey → publish
    in doubt   … publish → confirm → publish, or finish

There is no idempotency key: what was on the board before (survey) is what tells our Pin from one
that looks the same, and a call without a reply is made again only after the board was looked at
once more, when its Pin would be there (confirm). How a Pin is recognised is in landing.py.
"""

from datetime import timedelta

from postwright.domain.errors import Rejected, Unavailable
from postwright.domain.media import Attachment, Media
from postwright.domain.post import Content
from postwright.domain.publication import Checkpoint, StepKind
from postwright.kit.http import Request
from postwright.platforms.base import Call, Outcome, Published, Waiting
from postwright.platforms.pinterest import spec
from postwright.platforms.pinterest.api import NOT_FOUND, Api
from postwright.platforms.pinterest.wire import MediaStatus, Pin, Registered
from postwright.platforms.upload import FilePart, multipart, part, whole

_NOT_NOW = frozenset({408, 429, 500, 502, 503, 504})
"""How the upload host (an S3 bucket) says that it may take the same bytes later."""
_LOST = "Pinterest lost the video several times while it was uploaded."


def api(call: Call) -> Api:
    """The API with the account's token."""
    return Api(call, call.token)


def begin(content: Content) -> Checkpoint:
    """The first step for this content. Raises Rejected where Pinterest has no kind of post for it."""
    kind = spec.SPEC.kind_for(content)
    return Checkpoint("register" if kind is spec.VIDEO else "survey", {"kind": kind.name})


async def register(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:  # noqa: ARG001 - a Step like the others
    """Announce a video. One that is never used harms nobody."""
    made = await api(call).post(Registered, "/media", {"media_type": "video"})
    return Waiting(checkpoint.to("upload", media=made.media_id, url=made.upload_url, form=dict(made.upload_parameters)))


async def upload(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Send the video, unless Pinterest has it already: the reply to an earlier upload may have been lost."""
    status = await _status(call, checkpoint)
    if status is None:
        return _restart(checkpoint)
    if status == "registered":
        reply = await call.send(_upload(call, content.attachments[0].media, checkpoint))
        if reply.status in _NOT_NOW:
            raise Unavailable("Pinterest's upload host does not take the video now.", status=reply.status)
        if reply.status // 100 != 2:  # noqa: PLR2004 - the class of success
            return _restart(checkpoint)  # what was given to sign the upload with lives shortly
    return _wait(checkpoint.to("look", looks=0, url="", form={}))


async def look(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:  # noqa: ARG001 - a Step like the others
    """Ask whether the video is ready; a Pin of one that is not would be refused."""
    status = await _status(call, checkpoint)
    if status == "succeeded":
        return Waiting(checkpoint.to("survey"))
    if status == "failed":
        raise Rejected("Pinterest could not process the video: export it as MP4 with H.264 and AAC.", field="media")
    never_came = status == "registered" and spec.MEDIA_POLL.delay(count(checkpoint, "looks")) is None
    return _restart(checkpoint) if status is None or never_came else _wait(checkpoint)


async def publish(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Create the Pin, which makes it visible."""
    made = await api(call).post(Pin, "/pins", pin_body(content, checkpoint), StepKind.COMMIT, spec.PIN_TIMEOUT)
    return published(made.id)


def published(pin_id: str) -> Published:
    """The end of the flow."""
    return Published(pin_id, permalink(pin_id))


def permalink(pin_id: str) -> str:
    """The address at which people see a Pin."""
    return spec.PERMALINK.format(id=pin_id)


def pin_body(content: Content, checkpoint: Checkpoint) -> dict[str, object]:
    """What a Pin is created with (api/v5/pins-create)."""
    chosen = spec.options(content)
    texts = {
        "board_section_id": chosen.board_section_id,
        "title": chosen.title,
        "description": content.caption,
        "link": chosen.link,
        "alt_text": content.attachments[0].alt_text,
    }
    given = {name: text for name, text in texts.items() if text}
    return {"board_id": chosen.board_id, **given, "media_source": _source(content, checkpoint)}


def _source(content: Content, checkpoint: Checkpoint) -> dict[str, object]:
    kind = spec.SPEC.kind_of(checkpoint)
    if kind is spec.VIDEO:
        return {"source_type": "video_id", "media_id": checkpoint.text("media"), **_cover(spec.options(content))}
    addresses = [_address(attachment) for attachment in content.attachments]
    if kind is spec.CAROUSEL:
        return {"source_type": "multiple_image_urls", "items": [{"url": address} for address in addresses]}
    return {"source_type": "image_url", "url": addresses[0]}


def _cover(chosen: spec.PinterestOptions) -> dict[str, object]:
    if chosen.cover_url:
        return {"cover_image_url": chosen.cover_url}
    return {"cover_image_key_frame_time": (chosen.cover_time_ms or 0) // 1000}


def _address(attachment: Attachment) -> str:
    if not attachment.url:
        raise Rejected("Pinterest fetches pictures from this server, which has no public address yet.", field="media")
    return attachment.url


async def _status(call: Call, checkpoint: Checkpoint) -> str | None:
    """How far Pinterest is with the video; None where it does not know it."""
    try:
        return (await api(call).get(MediaStatus, f"/media/{checkpoint.text('media')}")).status
    except Rejected as refusal:
        if refusal.status == NOT_FOUND:
            return None
        raise


def _upload(call: Call, media: Media, checkpoint: Checkpoint) -> Request:
    """The upload: what Pinterest gave to be said first, the file last, no token (media-create)."""
    given = checkpoint.notes["form"]
    fields = {name: str(value) for name, value in given.items()} if isinstance(given, dict) else {}
    size = media.facts.size_bytes
    file = FilePart("file", media.name, media.facts.mime, size, part(call.files, media, whole(media)))
    headers, body = multipart(fields, file)
    timeout = timedelta(seconds=60 + size / spec.SLOWEST_UPLOAD)
    return Request("POST", checkpoint.text("url"), body=body, headers=headers, timeout=timeout)


def _wait(checkpoint: Checkpoint) -> Waiting:
    looks = count(checkpoint, "looks")
    delay = spec.MEDIA_POLL.delay(looks)
    if delay is None:
        raise Unavailable("Pinterest is taking unusually long to process the video.")
    return Waiting(checkpoint.to(checkpoint.step, looks=looks + 1), delay)


def _restart(checkpoint: Checkpoint) -> Waiting:
    """Announce the video anew."""
    restarts = count(checkpoint, "restarts") + 1
    if restarts > spec.MAX_RESTARTS:
        raise Rejected(_LOST, field="media")
    return Waiting(Checkpoint("register", {"kind": spec.VIDEO.name, "restarts": restarts}))


def count(checkpoint: Checkpoint, name: str) -> int:
    """A counter among the notes, 0 at first."""
    value = checkpoint.notes.get(name, 0)
    return value if isinstance(value, int) else 0
