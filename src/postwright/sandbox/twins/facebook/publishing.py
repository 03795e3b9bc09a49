"""When people see a post: at once, at its scheduled time, or when its video is ready; and the webhooks about it."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

from postwright.sandbox.call import Json
from postwright.sandbox.state import PublicPost, Shown
from postwright.sandbox.twins.facebook.errors import BAD_SCHEDULE, SCHEDULED_AND_PUBLISHED
from postwright.sandbox.twins.facebook.limits import MESSAGE_CHARS, SOONEST, STORY_LIFE
from postwright.sandbox.twins.facebook.model import Photo, Post, Video
from postwright.sandbox.twins.meta.accounts import Page
from postwright.sandbox.twins.meta.errors import BAD_PARAM, GraphError
from postwright.sandbox.twins.meta.nodes import Ctx, Graph

CLOCK_GRAIN = 0.01
"""Seconds by which the event loop's clock and the wall clock may differ."""
ITEMS: Mapping[str, str] = {
    "text": "status",
    "link": "share",
    "image": "photo",
    "carousel": "post",
    "video": "video",
    "reel": "video",
    "story": "story",
}
"""Kind of a post -> what the `feed` webhook calls it."""


def due(ctx: Ctx, furthest: timedelta) -> datetime | None:
    """When people shall see it, by `published` and `scheduled_publish_time`; None for never. Raises GraphError 100."""
    at = ctx.instant("scheduled_publish_time")
    published = ctx.flag("published", default=True)
    if at is None:
        return ctx.now if published else None
    if published:
        raise GraphError(SCHEDULED_AND_PUBLISHED)
    return scheduled(ctx, furthest)


def scheduled(ctx: Ctx, furthest: timedelta) -> datetime:
    """The `scheduled_publish_time`; raises GraphError 100 when it is missing, too near or too far."""
    ctx.required("scheduled_publish_time")
    at = ctx.instant("scheduled_publish_time")
    if at is None or not SOONEST <= at - ctx.now.replace(microsecond=0) <= furthest:
        raise GraphError(BAD_SCHEDULE)
    return at


def message_of(ctx: Ctx, *names: str) -> str:
    """The first of these parameters that is there; raises GraphError 100 when it is too long."""
    for name in names:
        if text := ctx.params.get(name, ""):
            if len(text) > MESSAGE_CHARS:
                raise GraphError(BAD_PARAM, name=name, fault=f"must be no longer than {MESSAGE_CHARS} characters")
            return text
    return ""


def add_post(
    ctx: Ctx,
    page: Page,
    kind: str,
    message: str,
    due_at: datetime | None,
    *,
    link: str = "",
    photos: tuple[Photo, ...] = (),
    video: Video | None = None,
) -> Post:
    """Make a post; people see it as soon as it is due and its video, if it has one, is ready."""
    number = f"1221{ctx.world.number():011}"
    name = number if kind == "story" else f"{page.id}_{number}"
    client_id = ctx.token.grant.client_id
    post = Post(name, page.id, page, client_id, kind, message, ctx.now, due_at, link, photos, video)
    for photo in photos:
        photo.post = post
    ctx.graph.add(post)
    settle_at(ctx.graph, due_at)
    return post


def settle_at(graph: Graph, at: datetime | None) -> None:
    """Do at that time what is due then; a jump of the clock may do it sooner."""
    if at is None or at <= graph.world.clock.now():
        settle(graph)
    else:
        graph.world.spawn(_settle_later(graph, at))


async def _settle_later(graph: Graph, at: datetime) -> None:
    await asyncio.sleep((at - graph.world.clock.now()).total_seconds() + CLOCK_GRAIN)
    settle(graph)


def settle(graph: Graph) -> None:
    """Show every post that is due, and tell of every video whose processing has ended."""
    now = graph.world.clock.now()
    for node in list(graph.nodes.values()):
        if isinstance(node, Video) and not node.told and node.state(now) in ("ready", "error"):
            node.told = True
            value: Json = {"id": node.id, "status": {"video_status": node.state(now)}}
            _announce(graph, node.page, "videos", value)
        elif isinstance(node, Post) and node.shown is None and node.is_due(now):
            _show(graph, node, now)


def _show(graph: Graph, post: Post, now: datetime) -> None:
    shown = tuple(Shown("image", photo.url, photo.alt_text) for photo in post.photos)
    video = post.video
    post.shown = PublicPost(
        platform="facebook",
        account_id=post.page.id,
        account_name=post.page.username,
        id=post.id,
        url=post.permalink,
        kind=post.kind,
        caption=post.message,
        media=(*shown, Shown("video", video.url)) if video else shown,
        created_at=now,
        expires_at=now + STORY_LIFE if post.kind == "story" else None,
        details={
            "link": post.link,
            "title": video.title if video else "",
            "thumbnail": video.thumbs[-1][1] if video and video.thumbs else "",
            "video_id": video.id if video else "",
            "photo_ids": [photo.id for photo in post.photos],
        },
    )
    graph.world.timeline[post.id] = post.shown
    tell(graph, post, "add", published=1, created_time=int(now.timestamp()))


def withdraw(graph: Graph, post: Post) -> None:
    """Take a post away with its comments, photos and video."""
    if graph.world.timeline.pop(post.id, None) is not None:
        tell(graph, post, "remove", created_time=int(post.at.timestamp()))
    for gone in (post, *post.comments, *post.photos, *filter(None, (post.video,))):
        graph.drop(gone)


def tell(graph: Graph, post: Post, verb: str, *, item: str = "", **more: Json) -> None:
    """Send a `feed` event about a post, or about an `item` below it."""
    value: dict[str, Json] = {
        "item": item or ITEMS[post.kind],
        "verb": verb,
        "post_id": post.id,
        "from": {"id": post.page.id, "name": post.page.name},
        **({"message": post.message} if post.message and not item else {}),
        **more,
    }
    _announce(graph, post.page, "feed", value)


def _announce(graph: Graph, page: Page, field: str, value: Json) -> None:
    graph.hooks.announce("page", page.id, field, {"changes": [{"field": field, "value": value}]})
