"""The steps that videos, reels and video stories take: sending the bytes, showing it, waiting for it.

Documents: graph-api/reference/page/videos (parts by offset) and video-api/guides/reels-publishing
(whole, to an upload host). Nothing is processed before the call that orders the publishing.
"""

from postwright.domain.errors import Rejected, Surprise, Unavailable, Uncertain
from postwright.domain.post import Content
from postwright.domain.publication import Checkpoint, StepKind
from postwright.platforms.base import Call, Outcome, Waiting
from postwright.platforms.facebook import spec
from postwright.platforms.facebook.posts import after_landing, graph, options
from postwright.platforms.facebook.rules import RULES
from postwright.platforms.facebook.wire import Done, Offsets, Started, Video
from postwright.platforms.meta_upload import send_rest
from postwright.platforms.upload import FilePart, Span, part

_OVERDUE = (
    "Facebook took the video but has not shown it yet, long after it should have: look at the Page"
    " before it is sent again."
)
_FIELDS = "status,permalink_url,published,post_id"


async def read_video(call: Call, checkpoint: Checkpoint) -> Video:
    """How far Facebook is."""
    return await graph(call).get(Video, f"/{checkpoint.text('video')}", fields=_FIELDS)


async def start(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Announce the video."""
    form = {"upload_phase": "start"}
    in_parts = spec.SPEC.kind_of(checkpoint) is spec.VIDEO
    if in_parts:
        form["file_size"] = str(content.attachments[0].media.facts.size_bytes)
    begun = await graph(call).post(Started, _edge(call, checkpoint), form, needs=spec.PUBLISH_SCOPE)
    if in_parts and begun.upload_session_id is not None:
        noted = checkpoint.to("transfer", video=begun.video_id, session=begun.upload_session_id)
        return _after_part(noted, begun.start_offset, begun.end_offset)
    if begun.upload_url is None:
        raise Surprise("Facebook did not say where the video is to be sent.")
    return Waiting(checkpoint.to("upload", video=begun.video_id, upload_url=begun.upload_url))


async def transfer(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Send the part that Facebook wants next. Where it refuses one, it may have it already: then what follows."""
    media = content.attachments[0].media
    span = Span(checkpoint.number("from"), checkpoint.number("to"), media.facts.size_bytes)
    form = {
        "upload_phase": "transfer",
        "upload_session_id": checkpoint.text("session"),
        "start_offset": str(span.start),
    }
    chunk = FilePart("video_file_chunk", media.name, media.facts.mime, span.size, part(call.files, media, span))
    try:
        wanted = await graph(call).post_file(Offsets, _edge(call, checkpoint), form, chunk, needs=spec.PUBLISH_SCOPE)
    except (Rejected, Unavailable):
        arrived = (await read_video(call, checkpoint)).status.uploading_phase.bytes_arrived
        if arrived == span.start:
            raise
        return _after_part(checkpoint, arrived, min(arrived + span.size, span.total))
    return _after_part(checkpoint, wanted.start_offset, wanted.end_offset)


async def upload(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Send the bytes that Facebook does not have yet."""
    video = await read_video(call, checkpoint)
    _check(video)
    media, arrived = content.attachments[0].media, video.status.uploading_phase.bytes_arrived
    if arrived < media.facts.size_bytes:
        await send_rest(call, checkpoint.text("upload_url"), media, arrived, RULES)
    return Waiting(checkpoint.to("finish"))


async def finish(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Order the publishing; people see the video once it is processed. One video is published only once."""
    route = spec.VIDEO_ROUTES[checkpoint.text("kind")]
    session = checkpoint.notes.get("session")
    told = await graph(call).post(
        Done,
        _edge(call, checkpoint),
        {
            "upload_phase": "finish",
            **({"upload_session_id": str(session)} if session else {"video_id": checkpoint.text("video")}),
            **route.finish,
            **(_words(content) if route.titled else {}),
        },
        kind=StepKind.COMMIT,
        needs=spec.PUBLISH_SCOPE,
    )
    if not told.success:
        raise Uncertain("Facebook did not say that the video will be published.")
    return Waiting(checkpoint.to("look", looks=1), spec.VIDEO_POLL.first)


async def look(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Ask whether people see the video yet."""
    video = await read_video(call, checkpoint)
    if video.published:
        return _shown(video, content, checkpoint)
    _check(video)
    looks = checkpoint.number("looks")
    delay = spec.VIDEO_POLL.delay(looks)
    if delay is None:
        # It was ordered: if it is still not there, nobody but a person may order it again.
        raise Uncertain(_OVERDUE)
    return Waiting(checkpoint.to("look", looks=looks + 1), delay)


def _shown(video: Video, content: Content, checkpoint: Checkpoint) -> Outcome:
    video_id = checkpoint.text("video")
    if spec.SPEC.kind_of(checkpoint) is spec.STORY:
        return Waiting(checkpoint.landed(video.post_id or video_id).to("address", media=video_id))
    path = video.permalink_url or f"/reel/{video_id}"
    visible = checkpoint.landed(video_id, spec.SITE + path if path.startswith("/") else path)
    return after_landing(content, visible.to(visible.step, post=video.post_id))


def _check(video: Video) -> None:
    if video.failed:
        raise Rejected(f"Facebook could not process the video. (Facebook: {video.words})", field="media")


def _after_part(checkpoint: Checkpoint, start: int, end: int) -> Waiting:
    """Further with the bytes that are wanted next; with none, all have arrived."""
    return Waiting(checkpoint.to("transfer" if start < end else "finish", **{"from": start, "to": end}))


def _edge(call: Call, checkpoint: Checkpoint) -> str:
    return f"/{call.account.external_id}/{spec.VIDEO_ROUTES[checkpoint.text('kind')].edge}"


def _words(content: Content) -> dict[str, str]:
    words = {"description": content.caption, "title": options(content).title}
    return {name: text for name, text in words.items() if text}
