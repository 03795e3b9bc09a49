"""`POST /{ig-user}/media`: checks the parameters, fetches pictures at once and videos beside the request.

Source: Meta, Instagram Platform "Content Publishing" and reference "IG User Media".
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from postwright.sandbox.call import Json
from postwright.sandbox.media import FetchRefused, Stored
from postwright.sandbox.state import World
from postwright.sandbox.twins.instagram import limits
from postwright.sandbox.twins.instagram.errors import (
    BAD_MEDIA_TYPE,
    BAD_THUMB_OFFSET,
    CANNOT_FETCH,
    CAROUSEL_COUNT,
    CONTAINER_NOT_FOUND,
    DOWNLOAD_TIMEOUT,
    FETCH_FAILED,
    FETCH_TIMEOUT,
    IMAGE_TOO_LARGE,
    NOT_READY,
    VIDEO_TYPE_GONE,
    VIDEO_UNSUPPORTED,
)
from postwright.sandbox.twins.instagram.model import Container, Draft, IgUser
from postwright.sandbox.twins.instagram.rules import (
    check_alt_text,
    check_caption,
    check_image,
    read_collaborators,
    read_user_tags,
    video_faults,
)
from postwright.sandbox.twins.meta.crawler import crawl, own_url
from postwright.sandbox.twins.meta.errors import (
    BAD_PARAM,
    CUSTOM_LIMIT,
    MISSING_PARAM,
    UNKNOWN_PARAM,
    GraphError,
    Rule,
)
from postwright.sandbox.twins.meta.fields import read_list
from postwright.sandbox.twins.meta.nodes import FACEBOOK, Ctx
from postwright.sandbox.twins.meta.rates import in_last_day
from postwright.sandbox.twins.meta.uploads import Upload

KINDS = {"": "IMAGE", "IMAGE": "IMAGE", "REELS": "REELS", "STORIES": "STORIES", "CAROUSEL": "CAROUSEL"}
UPLOAD_PATH = "rupload.facebook.com/ig-api-upload/v25.0"


async def create_container(ctx: Ctx, user: IgUser) -> Json:
    """Make a container; raises GraphError."""
    if in_last_day(user.containers_at, ctx.now) >= ctx.world.settings.containers_per_day:
        raise GraphError(CUSTOM_LIMIT)
    kind = _kind(ctx)
    _check_params(ctx, kind)
    draft = _draft(ctx, kind)
    container = Container(f"1788{ctx.world.number():013}", user.id, user, draft, ctx.now)
    await MAKERS[kind](ctx, container)
    user.containers_at.append(ctx.now)
    ctx.graph.add(container)
    if container.upload is None:
        return {"id": container.id}
    return {"id": container.id, "uri": f"{ctx.world.origin}/{UPLOAD_PATH}/{container.id}"}


def _kind(ctx: Ctx) -> str:
    asked = ctx.params.get("media_type", "").upper()
    if ctx.flag("is_carousel_item"):
        if asked not in ("", "IMAGE", "VIDEO"):
            raise GraphError(BAD_PARAM, name="media_type", fault="must be IMAGE or VIDEO for a carousel item")
        return "CHILD"
    if asked == "VIDEO":
        raise GraphError(VIDEO_TYPE_GONE)
    if asked not in KINDS:
        raise GraphError(BAD_MEDIA_TYPE, type=asked)
    return KINDS[asked]


def _check_params(ctx: Ctx, kind: str) -> None:
    """Parameters that this kind of container has no use for would be lost without a word; see `strict_params`."""
    if not ctx.world.settings.strict_params:
        return
    known = limits.PARAMS[kind] | (limits.FACEBOOK_LOGIN_PARAMS if ctx.login == FACEBOOK else frozenset())
    for name in ctx.params:
        if name in ANY_PARAMS and name not in known:
            raise GraphError(UNKNOWN_PARAM, name=name)


ANY_PARAMS = frozenset().union(*limits.PARAMS.values()) | limits.FACEBOOK_LOGIN_PARAMS


def _draft(ctx: Ctx, kind: str) -> Draft:
    params = ctx.params
    caption = params.get("caption", "") if "caption" in limits.PARAMS[kind] else ""
    check_caption(caption)
    check_alt_text(params.get("alt_text", ""))
    location = params.get("location_id", "")
    if location and not location.isdigit():
        raise GraphError(BAD_PARAM, name="location_id", fault="must be a valid ID string")
    offset = ctx.whole("thumb_offset")
    if offset is not None and offset < 0:
        raise GraphError(BAD_THUMB_OFFSET)
    return Draft(
        kind=kind,
        caption=caption,
        alt_text=params.get("alt_text", ""),
        user_tags=read_user_tags(params.get("user_tags", ""), placed="image_url" in params and kind != "STORIES"),
        location_id=location,
        collaborators=read_collaborators(params.get("collaborators", "")),
        cover_url=params.get("cover_url", ""),
        thumb_offset=offset,
        share_to_feed=ctx.flag("share_to_feed", default=True),
    )


async def _image(ctx: Ctx, container: Container) -> None:
    await _take_image(ctx, container, limits.FEED_IMAGE)


async def _reel(ctx: Ctx, container: Container) -> None:
    if container.draft.cover_url:
        await _check_cover(ctx, container.draft.cover_url)
    _take_video(ctx, container, limits.REEL)


async def _check_cover(ctx: Ctx, url: str) -> None:
    if not ctx.world.settings.trust_media:
        check_image(await _fetch_image(ctx, url, limits.STORY_IMAGE), limits.STORY_IMAGE, url)


async def _story(ctx: Ctx, container: Container) -> None:
    if ctx.params.get("image_url"):
        await _take_image(ctx, container, limits.STORY_IMAGE)
    else:
        _take_video(ctx, container, limits.STORY_VIDEO)


async def _child(ctx: Ctx, container: Container) -> None:
    if ctx.params.get("media_type", "").upper() == "VIDEO":
        _take_video(ctx, container, limits.CHILD_VIDEO)
    else:
        await _take_image(ctx, container, limits.FEED_IMAGE)


async def _carousel(ctx: Ctx, container: Container) -> None:
    names = read_list("children", ctx.required("children"))
    if len(names) not in limits.CHILDREN:
        raise GraphError(CAROUSEL_COUNT)
    children = []
    for name in names:
        child = ctx.graph.nodes.get(name)
        if not isinstance(child, Container) or child.owner is not container.owner or child.draft.kind != "CHILD":
            raise GraphError(CONTAINER_NOT_FOUND, id=name)
        if child.status(ctx.now) != "FINISHED":
            raise GraphError(NOT_READY)
        children.append(child)
    container.children = tuple(children)
    container.ready_at = ctx.now


async def _take_image(ctx: Ctx, container: Container, rule: limits.ImageRule) -> None:
    url = ctx.required("image_url")
    container.ready_at = ctx.now + timedelta(seconds=ctx.world.settings.image_delay)
    if ctx.world.settings.trust_media:
        container.media_url = url
        return
    stored = await _fetch_image(ctx, url, rule)
    check_image(stored, rule, url)
    container.file, container.media_url = stored, own_url(ctx.world, stored)


async def _fetch_image(ctx: Ctx, url: str, rule: limits.ImageRule) -> Stored:
    try:
        return await crawl(ctx.world, url, rule.max_bytes)
    except FetchRefused as refusal:
        raise GraphError(IMAGE_FAULTS[refusal.why], url=url) from refusal


IMAGE_FAULTS: dict[str, Rule] = {
    "bad_url": CANNOT_FETCH,
    "unreachable": CANNOT_FETCH,
    "timeout": DOWNLOAD_TIMEOUT,
    "too_big": IMAGE_TOO_LARGE,
}


def _take_video(ctx: Ctx, container: Container, rule: limits.VideoRule) -> None:
    container.is_video, container.video_rule = True, rule
    settings = ctx.world.settings
    if ctx.params.get("upload_type") == "resumable":
        if ctx.login != FACEBOOK and not settings.upload_on_every_login:
            raise GraphError(BAD_PARAM, name="upload_type", fault="resumable is not supported for this app")
        container.upload = Upload()
        return
    url = ctx.params.get("video_url", "")
    if not url:
        raise GraphError(MISSING_PARAM, name="video_url")
    if settings.trust_media:
        container.media_url = url
        container.ready_at = ctx.now + timedelta(seconds=settings.video_delay)
        return
    ctx.world.spawn(_fetch_video(ctx.world, container, rule, url))


async def _fetch_video(world: World, container: Container, rule: limits.VideoRule, url: str) -> None:
    try:
        stored = await crawl(world, url, rule.max_bytes)
    except FetchRefused as refusal:
        container.fault_detail = refusal.detail
        container.fault = {"timeout": FETCH_TIMEOUT, "too_big": VIDEO_UNSUPPORTED}.get(refusal.why, FETCH_FAILED)
        return
    process_video(world, container, stored)


def process_video(world: World, container: Container, stored: Stored) -> None:
    """Look at a video that has arrived: processing ends after the delay, or the container fails."""
    if container.video_rule is not None:
        faults = list(video_faults(stored.probe, container.video_rule))
        duration = stored.probe.duration_s if stored.probe else None
        offset = container.draft.thumb_offset
        if duration is not None and offset is not None and offset >= duration * 1000:
            faults.append(f"thumb_offset {offset} ms is behind the end")
        if faults:
            container.fault, container.fault_detail = VIDEO_UNSUPPORTED, ", ".join(faults)
            return
    container.file, container.media_url = stored, own_url(world, stored)
    container.ready_at = world.clock.now() + timedelta(seconds=world.settings.video_delay)


MAKERS: dict[str, Callable[[Ctx, Container], Awaitable[None]]] = {
    "IMAGE": _image,
    "REELS": _reel,
    "STORIES": _story,
    "CAROUSEL": _carousel,
    "CHILD": _child,
}
