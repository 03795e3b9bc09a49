"""`media_source`: pictures fetched or decoded and looked at, videos that were uploaded before."""

import base64
from typing import get_args
from urllib.parse import urlsplit

from postwright.sandbox.media import FetchRefused, Stored
from postwright.sandbox.twins.pinterest.api import Ctx
from postwright.sandbox.twins.pinterest.bodies import (
    ContentType,
    ImagesBase64,
    ImageUrls,
    Inline,
    Remote,
    SlotTexts,
    Source,
    VideoId,
)
from postwright.sandbox.twins.pinterest.errors import (
    BAD_URL,
    IMAGE_BROKEN,
    IMAGE_UNREACHABLE,
    INVALID,
    MEDIA_NOT_READY,
    NO_MEDIA,
    PinterestError,
)
from postwright.sandbox.twins.pinterest.model import Picture, PinMedia, Slot
from postwright.sandbox.twins.pinterest.rules import IMAGE_BYTES

AGENT = "Mozilla/5.0 (compatible; Pinterestbot/1.0; +http://www.pinterest.com/bot.html)"


async def read_source(ctx: Ctx, source: Source) -> PinMedia:
    """What a new Pin will show; raises PinterestError 400, 403 or 404."""
    if isinstance(source, VideoId):
        return await _video(ctx, source)
    if isinstance(source, ImageUrls | ImagesBase64):
        return await _carousel(ctx, source)
    return PinMedia("image", (Slot(await _picture(ctx, source)),))


def check_link(link: str | None) -> None:
    """A destination is an absolute http(s) address; raises PinterestError 400/1."""
    parts = urlsplit(link or "")
    if link and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise PinterestError(BAD_URL)


async def _carousel(ctx: Ctx, source: ImageUrls | ImagesBase64) -> PinMedia:
    if source.index >= len(source.items):
        raise PinterestError(INVALID, why=f"index: {source.index} is not below {len(source.items)}")
    slots = []
    for item in source.items:
        check_link(item.link)
        slots.append(Slot(await _picture(ctx, item), item.model_dump(include=set(SlotTexts.model_fields))))
    if len({(slot.picture.width, slot.picture.height) for slot in slots}) > 1:
        raise PinterestError(INVALID, why="all images of a carousel must have the same dimensions")
    return PinMedia("multiple_images", tuple(slots))


async def _video(ctx: Ctx, source: VideoId) -> PinMedia:
    upload = ctx.store.uploads.get(source.media_id)
    if upload is None or upload.owner is not ctx.user:
        raise PinterestError(NO_MEDIA)
    status = upload.status(ctx.now)
    clip = upload.clip
    if clip is None or status != "succeeded":
        raise PinterestError(MEDIA_NOT_READY, id=upload.id, status=status)
    kind, image = source.cover_image_content_type, source.cover_image_data
    if source.cover_image_url is not None:
        cover = await _picture(ctx, Remote(url=source.cover_image_url))
    elif kind is not None and image is not None:
        cover = await _picture(ctx, Inline(content_type=kind, data=image))
    elif source.cover_image_key_frame_time is not None:
        cover = Picture(clip.url, clip.width, clip.height)
    else:
        raise PinterestError(INVALID, why="a cover image is required for a video Pin")
    return PinMedia("video", (Slot(cover),), clip)


async def _picture(ctx: Ctx, image: Remote | Inline) -> Picture:
    if ctx.world.settings.trust_media:
        return Picture(image.url if isinstance(image, Remote) else "")
    if isinstance(image, Remote):
        stored, types = await _fetched(ctx, image.url), get_args(ContentType)
    else:
        stored, types = await _decoded(ctx, image.data), (image.content_type,)
    probe = stored.probe
    if probe is None or probe.mime not in types:
        raise PinterestError(IMAGE_BROKEN)
    return Picture(f"{ctx.world.origin}/_sandbox/media/{stored.id}", probe.width, probe.height)


async def _fetched(ctx: Ctx, url: str) -> Stored:
    world = ctx.world
    try:
        return await world.media.fetch(url, agent=AGENT, max_bytes=IMAGE_BYTES, seconds=world.settings.fetch_timeout)
    except FetchRefused as refusal:
        rules = {"bad_url": BAD_URL, "too_big": IMAGE_BROKEN}
        raise PinterestError(rules.get(refusal.why, IMAGE_UNREACHABLE), why=refusal.detail) from refusal


async def _decoded(ctx: Ctx, coded: str) -> Stored:
    try:
        content = base64.b64decode(coded, validate=True)
    except ValueError as broken:
        raise PinterestError(INVALID, why="data: this is not Base64") from broken
    if len(content) > IMAGE_BYTES:
        raise PinterestError(IMAGE_BROKEN)
    return await ctx.world.media.keep(content)
