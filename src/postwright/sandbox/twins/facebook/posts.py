"""Text, link and photo posts: `/{page}/feed`, `/{page}/photos`, `/{page}/photo_stories`; changing and deleting them.

Sources: Meta, Pages API "Posts", "Page Stories API", reference "Page Photos".
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from postwright.sandbox.call import Json
from postwright.sandbox.media import FetchRefused, Stored
from postwright.sandbox.twins.facebook.errors import (
    ALREADY_POSTED,
    BAD_LINK,
    BAD_PHOTO,
    DUPLICATE,
    NO_PHOTO,
    NOT_OWN_POST,
    NOTHING_TO_POST,
)
from postwright.sandbox.twins.facebook.limits import FEED_AHEAD, PHOTO_BYTES, PHOTO_TYPES, TEMPORARY_LIFE
from postwright.sandbox.twins.facebook.model import Photo, Post, of_page
from postwright.sandbox.twins.facebook.publishing import (
    add_post,
    due,
    message_of,
    settle_at,
    tell,
    withdraw,
)
from postwright.sandbox.twins.meta.accounts import Page
from postwright.sandbox.twins.meta.crawler import crawl, own_url
from postwright.sandbox.twins.meta.errors import BAD_PARAM, UNSUPPORTED, GraphError
from postwright.sandbox.twins.meta.nodes import Ctx


async def create_post(ctx: Ctx, page: Page) -> Json:
    """`POST /{page}/feed`: text, a link, or photos uploaded before."""
    message, link = message_of(ctx, "message"), ctx.params.get("link", "")
    photos = tuple(_attached(ctx, page, item) for item in ctx.items("attached_media"))
    if not (message or link or photos):
        raise GraphError(NOTHING_TO_POST)
    if link and (urlsplit(link).scheme not in ("http", "https") or not urlsplit(link).hostname):
        raise GraphError(BAD_LINK)
    due_at = due(ctx, FEED_AHEAD)
    before = next(reversed(of_page(ctx.graph, page, Post)), None)
    if before and not photos and not before.photos and (before.message, before.link) == (message, link):
        raise GraphError(DUPLICATE)
    kind = ("image" if len(photos) == 1 else "carousel") if photos else "link" if link else "text"
    post = add_post(ctx, page, kind, message, due_at, link=link, photos=photos)
    return {"id": post.id}


def _attached(ctx: Ctx, page: Page, item: Json) -> Photo:
    if not isinstance(item, Mapping) or not item.get("media_fbid"):
        raise GraphError(BAD_PARAM, name="attached_media", fault="must be a list of objects with media_fbid")
    photo = _unpublished(ctx, page, str(item["media_fbid"]))
    if photo.post is not None:
        raise GraphError(ALREADY_POSTED, id=photo.id)
    return photo


def _unpublished(ctx: Ctx, page: Page, name: str) -> Photo:
    photo = ctx.graph.nodes.get(name)
    over = isinstance(photo, Photo) and photo.temporary and photo.post is None and ctx.now - photo.at > TEMPORARY_LIFE
    if not isinstance(photo, Photo) or photo.page is not page or over:
        raise GraphError(UNSUPPORTED, method="post", id=name)
    return photo


async def create_photo(ctx: Ctx, page: Page) -> Json:
    """`POST /{page}/photos`: published at once, or kept for a post or a story."""
    published, temporary = ctx.flag("published", default=True), ctx.flag("temporary")
    if published and temporary:
        raise GraphError(BAD_PARAM, name="temporary", fault="can only be set for unpublished photos")
    name, alt_text = message_of(ctx, "message", "caption"), ctx.params.get("alt_text_custom", "")
    stored, url = await _image(ctx)
    photo = Photo(f"1220{ctx.world.number():011}", page.id, page, url, stored, name, alt_text, ctx.now, temporary)
    ctx.graph.add(photo)
    if not published:
        return {"id": photo.id}
    return {"id": photo.id, "post_id": add_post(ctx, page, "image", name, ctx.now, photos=(photo,)).id}


async def _image(ctx: Ctx) -> tuple[Stored | None, str]:
    content, url = ctx.call.files.get("source"), ctx.params.get("url", "")
    if content is None and not url:
        raise GraphError(NO_PHOTO)
    if content is None and ctx.world.settings.trust_media:
        return None, url
    try:
        stored = await crawl(ctx.world, url, PHOTO_BYTES) if content is None else await ctx.world.media.keep(content)
    except FetchRefused as refusal:
        raise GraphError(BAD_PHOTO if refusal.why == "too_big" else NO_PHOTO) from refusal
    check_image(stored)
    return stored, own_url(ctx.world, stored)


def check_image(stored: Stored) -> None:
    """Format and size of a picture; raises GraphError 324 or 100/1366046."""
    probe = stored.probe
    if probe is None:
        raise GraphError(NO_PHOTO)
    if probe.mime not in PHOTO_TYPES or probe.size_bytes > PHOTO_BYTES:
        raise GraphError(BAD_PHOTO)


async def create_photo_story(ctx: Ctx, page: Page) -> Json:
    """`POST /{page}/photo_stories`: a photo that was in no published post."""
    photo = _unpublished(ctx, page, ctx.required("photo_id"))
    if photo.post is not None and photo.post.kind != "story":
        raise GraphError(ALREADY_POSTED, id=photo.id)
    post = add_post(ctx, page, "story", "", ctx.now, photos=(photo,))
    return {"success": True, "post_id": post.id}


async def update_post(ctx: Ctx, post: Post) -> Json:
    """`POST /{post}`: other words, another time, or publishing it now; only for the app that made it."""
    if post.client_id != ctx.token.grant.client_id:
        raise GraphError(NOT_OWN_POST)
    if "message" in ctx.params:
        post.message = message_of(ctx, "message")
        if post.shown is not None:
            post.shown.caption = post.message
            tell(ctx.graph, post, "edited")
    if post.shown is None and ctx.flag("is_published"):
        post.due_at = ctx.now
        settle_at(ctx.graph, post.due_at)
    return {"success": True}


async def delete_post(ctx: Ctx, post: Post) -> Json:
    """`DELETE /{post}`, also one that is scheduled."""
    withdraw(ctx.graph, post)
    return {"success": True}


async def delete_photo(ctx: Ctx, photo: Photo) -> Json:
    """`DELETE /{photo}`: the post goes with its only photo, and loses one of several."""
    post = photo.post
    ctx.graph.drop(photo)
    if post is not None:
        post.photos = tuple(other for other in post.photos if other is not photo)
        if not post.photos:
            withdraw(ctx.graph, post)
        elif post.shown is not None:
            post.shown.media = tuple(shown for shown in post.shown.media if shown.url != photo.url)
    return {"success": True}
