"""Videos: `/{page}/videos` in one call or in chunks, `/{page}/video_reels`, `/{page}/video_stories`, and their status.

Sources: Meta, reference "Page Videos", Video API "Reels Publishing" and "Page Stories API".
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from postwright.kit.probe import Probe
from postwright.sandbox.call import Json
from postwright.sandbox.media import FetchRefused, Stored
from postwright.sandbox.twins.facebook import errors, limits
from postwright.sandbox.twins.facebook.limits import VideoRule
from postwright.sandbox.twins.facebook.model import Video, of_page
from postwright.sandbox.twins.facebook.posts import check_image
from postwright.sandbox.twins.facebook.publishing import add_post, due, message_of, scheduled, settle_at, withdraw
from postwright.sandbox.twins.meta.accounts import Page
from postwright.sandbox.twins.meta.crawler import crawl, own_url
from postwright.sandbox.twins.meta.errors import BAD_PARAM, CUSTOM_LIMIT, UNSUPPORTED, GraphError, Rule
from postwright.sandbox.twins.meta.nodes import Ctx, Graph
from postwright.sandbox.twins.meta.rates import in_last_day
from postwright.sandbox.twins.meta.uploads import Dock, Upload

UPLOAD_PREFIX = "/video-upload/"
UPLOAD_VERSION = "v25.0"
Phase = Callable[[Ctx, Page], Awaitable[Json]]


async def videos(ctx: Ctx, page: Page) -> Json:
    """`POST /{page}/videos`: the whole video, or one phase of a chunked upload."""
    return await _phase(
        ctx, page, {"": _simple, "start": _start, "transfer": _transfer, "finish": _finish, "cancel": _cancel}
    )


async def reels(ctx: Ctx, page: Page) -> Json:
    """`POST /{page}/video_reels`: start, or finish after the upload at rupload."""
    return await _phase(ctx, page, {"start": _open(limits.REEL), "finish": _finish_reel})


async def stories(ctx: Ctx, page: Page) -> Json:
    """`POST /{page}/video_stories`, likewise."""
    return await _phase(ctx, page, {"start": _open(limits.STORY_VIDEO), "finish": _finish_story})


async def _phase(ctx: Ctx, page: Page, phases: dict[str, Phase]) -> Json:
    phase = phases.get(ctx.params.get("upload_phase", "").lower())
    if phase is None:
        raise GraphError(BAD_PARAM, name="upload_phase", fault=f"must be one of {{{', '.join(filter(None, phases))}}}")
    return await phase(ctx, page)


def _new(ctx: Ctx, page: Page, rule: VideoRule) -> Video:
    return Video(f"1219{ctx.world.number():011}", page.id, page, rule, ctx.now)


async def _simple(ctx: Ctx, page: Page) -> Json:
    due_at = due(ctx, limits.VIDEO_AHEAD)
    video = _new(ctx, page, limits.FEED_VIDEO)
    content, url = ctx.call.files.get("source"), ctx.params.get("file_url", "")
    if content is not None:
        _take_whole(ctx, video, await ctx.world.media.keep(content))
    elif not url:
        raise GraphError(errors.UPLOAD_PROBLEM)
    elif ctx.world.settings.trust_media:
        video.url = url
    else:
        try:
            _take_whole(ctx, video, await crawl(ctx.world, url, limits.SIMPLE_BYTES))
        except FetchRefused as refusal:
            raise GraphError(errors.VIDEO_NOT_FETCHED) from refusal
    await _describe(ctx, video)
    ctx.graph.add(video)
    _launch(ctx, video, due_at)
    return {"id": video.id}


def _take_whole(ctx: Ctx, video: Video, stored: Stored) -> None:
    """Take the file of a feed video; what it is is looked at before the reply. Raises GraphError 352 or 382."""
    if stored.path.stat().st_size < limits.SMALLEST_VIDEO:
        raise GraphError(errors.VIDEO_TOO_SMALL)
    if stored.probe is None or stored.probe.kind != "video":
        raise GraphError(errors.VIDEO_FORMAT)
    _take(ctx.graph, video, stored)


async def _describe(ctx: Ctx, video: Video) -> None:
    video.title, video.description = ctx.params.get("title", ""), message_of(ctx, "description")
    if "thumb" in ctx.call.files:
        await _add_thumb(ctx, video, ctx.call.files["thumb"])


async def _add_thumb(ctx: Ctx, video: Video, content: bytes, *, preferred: bool = True) -> None:
    stored = await ctx.world.media.keep(content)
    check_image(stored)
    thumb = (f"1218{ctx.world.number():011}", own_url(ctx.world, stored))
    video.thumbs.insert(len(video.thumbs) if preferred else 0, thumb)


async def _start(ctx: Ctx, page: Page) -> Json:
    ctx.required("file_size")
    size = ctx.whole("file_size") or 0
    if not 0 < size <= limits.CHUNKED_BYTES:
        raise GraphError(BAD_PARAM, name="file_size", fault="must be a positive number of bytes that is allowed")
    video = _new(ctx, page, limits.FEED_VIDEO)
    video.upload = Upload(expected=size)
    ctx.graph.add(video, _session_name(video))
    return {"upload_session_id": _session_name(video), "video_id": video.id, **_wanted(video.upload)}


def _session_name(video: Video) -> str:
    return f"9{video.id}"


def _wanted(upload: Upload) -> dict[str, Json]:
    """The bytes to send next; equal offsets mean that all are there."""
    piece = min(max(upload.expected // limits.PIECES, limits.SMALLEST_PIECE), limits.LARGEST_PIECE)
    start = len(upload.content)
    return {"start_offset": str(start), "end_offset": str(min(start + piece, upload.expected))}


def _session(ctx: Ctx, page: Page) -> tuple[Video, Upload]:
    name = ctx.required("upload_session_id")
    video = ctx.graph.nodes.get(name)
    if not isinstance(video, Video) or video.page is not page or video.upload is None or name == video.id:
        raise GraphError(UNSUPPORTED, method="post", id=name)
    return video, video.upload


async def _transfer(ctx: Ctx, page: Page) -> Json:
    _, upload = _session(ctx, page)
    ctx.required("start_offset")
    chunk = ctx.call.files.get("video_file_chunk", b"")
    arrived = len(upload.content)
    if ctx.whole("start_offset") != arrived:
        raise GraphError(errors.WRONG_OFFSET, expected=arrived)
    if not chunk or arrived + len(chunk) > upload.expected:
        raise GraphError(errors.UPLOAD_PROBLEM)
    upload.content += chunk
    return _wanted(upload)


async def _finish(ctx: Ctx, page: Page) -> Json:
    video, upload = _session(ctx, page)
    due_at = due(ctx, limits.VIDEO_AHEAD)
    if len(upload.content) < upload.expected:
        raise GraphError(errors.UPLOAD_PROBLEM)
    _take_whole(ctx, video, await ctx.world.media.keep(bytes(upload.content)))
    await _describe(ctx, video)
    ctx.graph.nodes.pop(_session_name(video))
    _launch(ctx, video, due_at)
    return {"success": True}


async def _cancel(ctx: Ctx, page: Page) -> Json:
    video, _ = _session(ctx, page)
    ctx.graph.nodes.pop(_session_name(video))
    ctx.graph.drop(video)
    return {"success": True}


def _open(rule: VideoRule) -> Phase:
    async def start(ctx: Ctx, page: Page) -> Json:
        video = _new(ctx, page, rule)
        video.upload = Upload()
        ctx.graph.add(video)
        address = f"{ctx.world.origin}/rupload.facebook.com{UPLOAD_PREFIX}{UPLOAD_VERSION}/{video.id}"
        return {"video_id": video.id, "upload_url": address}

    return start


def _uploaded(ctx: Ctx, page: Page, rule: VideoRule) -> Video:
    name = ctx.required("video_id")
    video = ctx.graph.nodes.get(name)
    if not isinstance(video, Video) or video.page is not page or video.rule is not rule:
        raise GraphError(UNSUPPORTED, method="post", id=name)
    if video.post is not None and video.post.shown is not None:
        raise GraphError(BAD_PARAM, name="video_id", fault="is a video that has been published")
    if not video.url:
        raise GraphError(errors.UPLOAD_PROBLEM)
    return video


async def _finish_reel(ctx: Ctx, page: Page) -> Json:
    video = _uploaded(ctx, page, limits.REEL)
    state = ctx.required("video_state")
    if state not in ("PUBLISHED", "DRAFT", "SCHEDULED"):
        raise GraphError(BAD_PARAM, name="video_state", fault="must be one of {PUBLISHED, DRAFT, SCHEDULED}")
    due_at = scheduled(ctx, limits.REEL_AHEAD) if state == "SCHEDULED" else ctx.now if state == "PUBLISHED" else None
    others = _published_reels(ctx, page, video) if due_at is not None and ctx.world.settings.vendor_limits else []
    if in_last_day(others, ctx.now) >= limits.REELS_PER_DAY:
        raise GraphError(CUSTOM_LIMIT)
    await _describe(ctx, video)
    _launch(ctx, video, due_at)
    return {"success": True}


def _published_reels(ctx: Ctx, page: Page, but: Video) -> list[datetime]:
    """When the other reels were published or scheduled, in order."""
    reels = (video for video in of_page(ctx.graph, page, Video) if video.rule is limits.REEL and video is not but)
    return sorted(reel.finished_at for reel in reels if reel.finished_at and reel.post and reel.post.due_at)


async def _finish_story(ctx: Ctx, page: Page) -> Json:
    video = _uploaded(ctx, page, limits.STORY_VIDEO)
    _launch(ctx, video, ctx.now)
    return {"success": True, "post_id": video.post.id if video.post else ""}


def _launch(ctx: Ctx, video: Video, due_at: datetime | None) -> None:
    """Begin processing, and note when people shall see the outcome; finishing once more changes that, not the post."""
    video.finished_at = ctx.now
    if video.ready_at is None:
        video.ready_at = ctx.now + timedelta(seconds=ctx.world.settings.video_delay)
        video.fault = verdict(video.file.probe, video.rule) if video.file else None
    if video.post is None:
        product = video.rule.product
        kind = "reel" if product == "reel" else "story" if product == "story" else "video"
        video.post = add_post(ctx, video.page, kind, video.description, due_at, video=video)
    else:
        video.post.message, video.post.due_at = video.description, due_at
    settle_at(ctx.graph, video.ready_at)
    settle_at(ctx.graph, due_at)


def verdict(probe: Probe | None, rule: VideoRule) -> Rule | None:
    """How processing fails, None for a good video."""
    if probe is None or probe.kind != "video":
        return errors.BAD_ENCODING
    checks = (
        (probe.mime in rule.containers and probe.video_codec in rule.video_codecs, errors.BAD_ENCODING),
        (probe.audio_codec is None or probe.audio_codec in rule.audio_codecs, errors.BAD_ENCODING),
        (rule.aspect is None or abs(probe.width / probe.height / rule.aspect - 1) <= limits.SLACK, errors.BAD_ASPECT),
        (probe.width >= rule.smallest[0] and probe.height >= rule.smallest[1], errors.BAD_RESOLUTION),
        (_within(probe.duration_s, rule.seconds), errors.BAD_DURATION),
        (_within(probe.fps, rule.fps), errors.BAD_FRAME_RATE),
    )
    return next((fault for good, fault in checks if not good), None)


def _within(value: float | None, bounds: tuple[float, float]) -> bool:
    return value is not None and bounds[0] * (1 - limits.SLACK) <= value <= bounds[1] * (1 + limits.SLACK)


def _take(graph: Graph, video: Video, stored: Stored) -> None:
    video.file, video.url, video.upload = stored, own_url(graph.world, stored), None


UPLOADS = Dock(
    prefix=UPLOAD_PREFIX,
    node=Video,
    largest=limits.SIMPLE_BYTES,
    done={"success": True},
    upload=lambda video: None if video.rule is limits.FEED_VIDEO else video.upload,
    arrived=_take,
    shunned=limits.SHUNNED_HOST,
)


async def add_thumbnail(ctx: Ctx, video: Video) -> Json:
    """`POST /{video}/thumbnails`: a picture of one's own, `is_preferred` as the one that people see."""
    if "source" not in ctx.call.files:
        raise GraphError(errors.NO_PHOTO)
    await _add_thumb(ctx, video, ctx.call.files["source"], preferred=ctx.flag("is_preferred"))
    if video.post and video.post.shown:
        video.post.shown.details["thumbnail"] = video.thumbs[-1][1]
    return {"success": True}


async def list_thumbnails(_: Ctx, video: Video) -> Json:
    """`GET /{video}/thumbnails`."""
    last = len(video.thumbs) - 1
    return {
        "data": [{"id": name, "uri": uri, "is_preferred": at == last} for at, (name, uri) in enumerate(video.thumbs)]
    }


async def delete_video(ctx: Ctx, video: Video) -> Json:
    """`DELETE /{video}`, with its post."""
    if video.post is not None:
        withdraw(ctx.graph, video.post)
    ctx.graph.drop(video)
    return {"success": True}
