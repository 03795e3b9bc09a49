"""Containers become posts: `media_publish`, the container's status, the publishing limit.

Source: Meta, Instagram Platform reference "IG User Media Publish", "IG Container", "Content Publishing Limit".
"""

from postwright.sandbox.call import Json
from postwright.sandbox.state import PublicPost, Shown
from postwright.sandbox.twins.instagram import limits
from postwright.sandbox.twins.instagram.errors import (
    CONTAINER_EXPIRED,
    CONTAINER_NOT_FOUND,
    CREATE_FAILED,
    MEDIA_NOT_FOUND,
    NOT_READY,
    PUBLISH_LIMIT,
    STATUS_WORDS,
)
from postwright.sandbox.twins.instagram.model import Container, IgUser, Media
from postwright.sandbox.twins.meta.errors import BAD_PARAM, GraphError, Rule, scattered
from postwright.sandbox.twins.meta.fields import Field
from postwright.sandbox.twins.meta.nodes import Ctx
from postwright.sandbox.twins.meta.rates import DAY, in_last_day
from postwright.sandbox.twins.meta.reading import asked_fields

REFUSED: dict[str, Rule] = {
    "PUBLISHED": CONTAINER_NOT_FOUND,
    "EXPIRED": CONTAINER_EXPIRED,
    "ERROR": CREATE_FAILED,
    "IN_PROGRESS": NOT_READY,
}
"""Status of a container that cannot be published -> error."""
LIMIT_FIELDS = ("quota_usage",)


async def publish(ctx: Ctx, user: IgUser) -> Json:
    """`POST /{ig-user}/media_publish`: a container is published once; only this call uses up the quota."""
    name = ctx.required("creation_id")
    container = ctx.graph.nodes.get(name)
    if not isinstance(container, Container) or container.owner is not user:
        raise GraphError(MEDIA_NOT_FOUND, id=name)
    if container.draft.kind == "CHILD":
        raise GraphError(BAD_PARAM, name="creation_id", fault="is a carousel item and cannot be published by itself")
    status = container.status(ctx.now)
    if status != "FINISHED":
        raise GraphError(REFUSED[status], id=name)
    if in_last_day(user.published_at, ctx.now) >= ctx.world.settings.quota_total:
        raise GraphError(PUBLISH_LIMIT)
    user.published_at.append(ctx.now)
    media = _media(ctx, container)
    media.children = tuple(_media(ctx, child, media) for child in container.children)
    user.media.append(media)
    container.published = media
    _show_everybody(ctx, container, media)
    return {"id": media.id}


def _media(ctx: Ctx, container: Container, parent: Media | None = None) -> Media:
    number = ctx.world.number()
    draft = container.draft
    kind = "CAROUSEL_ALBUM" if container.children else "VIDEO" if container.is_video else "IMAGE"
    media = Media(
        id=f"1801{number:013}",
        account_id=container.account_id,
        owner=container.owner,
        draft=draft,
        shortcode=f"D{scattered(number, 10)}",
        media_type=kind,  # type: ignore[arg-type]  # mypy widens the conditional expression to str
        product="STORY" if draft.kind == "STORIES" else "REELS" if draft.kind == "REELS" else "FEED",
        media_url=container.media_url,
        at=ctx.now,
        parent=parent,
    )
    ctx.graph.add(media)
    return media


def _show_everybody(ctx: Ctx, container: Container, media: Media) -> None:
    draft = media.draft
    shown = media.children or (media,)
    media.post = PublicPost(
        platform="instagram",
        account_id=media.account_id,
        account_name=media.owner.account.username,
        id=media.id,
        url=media.permalink,
        kind={"STORY": "story", "REELS": "reel"}.get(media.product, "carousel" if media.children else "image"),
        caption=draft.caption,
        media=tuple(
            Shown("video" if item.media_type == "VIDEO" else "image", item.media_url, item.draft.alt_text)
            for item in shown
        ),
        created_at=media.at,
        expires_at=media.at + limits.STORY_LIFE if media.product == "STORY" else None,
        details={
            "container_id": container.id,
            "collaborators": list(draft.collaborators),
            "user_tags": list(draft.user_tags),
            "location_id": draft.location_id,
            "cover": {"url": draft.cover_url, "thumb_offset": draft.thumb_offset},
        },
    )
    ctx.world.timeline[media.id] = media.post


async def publishing_limit(ctx: Ctx, user: IgUser) -> Json:
    """`GET /{ig-user}/content_publishing_limit`."""
    values: dict[str, Json] = {
        "quota_usage": in_last_day(user.published_at, ctx.now),
        "config": {
            "quota_total": ctx.world.settings.quota_total,
            "quota_duration": int(DAY.total_seconds()),
        },
    }
    names = [field.name for field in asked_fields(ctx)] or LIMIT_FIELDS
    unknown = [name for name in names if name not in values]
    if unknown:
        raise GraphError(BAD_PARAM, name="fields", fault=f"has no field {unknown[0]}")
    return {"data": [{name: values[name] for name in names}]}


def status_text(ctx: Ctx, container: Container, _: Field) -> Json:
    """The container's `status`: words for people, with the subcode of a failure."""
    status = container.status(ctx.now)
    words = {
        "IN_PROGRESS": "In Progress: Media is still being processed.",
        "FINISHED": "Finished: Media has been uploaded and it is ready to be published.",
        "EXPIRED": "Expired: Media was not published within 24 hours and has expired.",
        "PUBLISHED": "Published: Media has been successfully published.",
    }
    if status != "ERROR":
        return words[status]
    detail = f" ({container.fault_detail})" if container.fault_detail else ""
    return f"Error: Media upload has failed with error code {container.fault}: {STATUS_WORDS[container.fault]}{detail}"


def video_status(_: Ctx, container: Container, __: Field) -> Json:
    """How far a resumable upload and its processing are."""
    if not container.is_video:
        return None
    arrived = len(container.upload.content) if container.upload else 0
    uploaded = container.upload is None or container.file is not None
    processing = "error" if container.fault else "complete" if container.ready_at else "not_started"
    return {
        "uploading_phase": {
            "status": "complete" if uploaded else "in_progress" if arrived else "not_started",
            "bytes_transferred": container.file.path.stat().st_size if container.file else arrived,
        },
        "processing_phase": {"status": processing},
    }
