"""Reading what a Page has: posts, photos, videos with their status, stories. What can be done to them: part.py.

Sources: Meta, reference "Page Post", "Photo", "Video", "Page Stories API".
"""

from collections.abc import Callable, Sequence

from postwright.sandbox.call import Json
from postwright.sandbox.twins.facebook.model import Comment, Photo, Post, Video, of_page
from postwright.sandbox.twins.meta.accounts import Page
from postwright.sandbox.twins.meta.fields import Field
from postwright.sandbox.twins.meta.nodes import FACEBOOK, Ctx, Kind
from postwright.sandbox.twins.meta.reading import listed, nested, show, stamp

Resolver = Callable[..., Json]


async def list_posts(ctx: Ctx, page: Page) -> Json:
    """`GET /{page}/feed`, `/posts`, `/published_posts`: what people see but stories, newest first."""
    since, until = ctx.instant("since"), ctx.instant("until")
    found = [post for post in of_page(ctx.graph, page, Post) if post.shown and post.kind != "story"]
    found = [post for post in found if (not since or post.at >= since) and (not until or post.at <= until)]
    found.sort(key=lambda post: post.at, reverse=True)
    return listed(ctx, found)


async def list_scheduled(ctx: Ctx, page: Page) -> Json:
    """`GET /{page}/scheduled_posts`."""
    return listed(ctx, [post for post in of_page(ctx.graph, page, Post) if post.due_at and post.due_at > ctx.now])


async def list_photos(ctx: Ctx, page: Page) -> Json:
    """`GET /{page}/photos`: those in visible posts, newest first."""
    return listed(ctx, [item for item in reversed(of_page(ctx.graph, page, Photo)) if item.post and item.post.shown])


async def list_videos(ctx: Ctx, page: Page) -> Json:
    """`GET /{page}/videos` (all but stories) and `/{page}/video_reels`, newest first."""
    wanted = ("reel",) if ctx.call.path.endswith("/video_reels") else ("reel", "video")
    found = reversed(of_page(ctx.graph, page, Video))
    return listed(ctx, [video for video in found if video.rule.product in wanted and video.finished_at])


async def list_stories(ctx: Ctx, page: Page) -> Json:
    """`GET /{page}/stories`, those that are over as well."""
    posts = [post for post in reversed(of_page(ctx.graph, page, Post)) if post.kind == "story"]
    return {"data": [_story(ctx, post) for post in posts if post.shown]}


def _story(ctx: Ctx, post: Post) -> Json:
    over = post.shown is not None and post.shown.expires_at is not None and post.shown.expires_at <= ctx.now
    return {
        "post_id": post.id,
        "status": "ARCHIVED" if over else "PUBLISHED",
        "creation_time": str(int(post.at.timestamp())),
        "media_type": "video" if post.video else "photo",
        "media_id": post.video.id if post.video else post.photos[0].id,
        "url": post.permalink,
    }


def video_status(ctx: Ctx, video: Video, _: Field) -> Json:
    """A video's `status`: three phases, the misspelt `bytes_transfered` among them."""
    state = video.state(ctx.now)
    arrived = len(video.upload.content) if video.upload else 0
    uploading: dict[str, Json] = {"status": "in_progress" if arrived else "not_started", "bytes_transfered": arrived}
    if video.file is not None:
        uploading = {"status": "complete", "bytes_transfered": video.file.path.stat().st_size}
    outcome = {"processing": "in_progress", "ready": "complete", "error": "error"}
    processing: dict[str, Json] = {"status": outcome.get(state, "not_started")}
    if state == "error" and video.fault is not None:
        processing["error"] = {"code": video.fault.code, "message": video.fault.message}
    return {
        "video_status": state,
        "uploading_phase": uploading,
        "processing_phase": processing,
        "publishing_phase": _publishing(ctx, video, failed=state == "error"),
    }


def _publishing(ctx: Ctx, video: Video, *, failed: bool) -> Json:
    post = video.post
    if failed:
        return {"status": "error", "publish_status": "error"}
    if post is None:
        return {"status": "not_started", "publish_status": "not_published"}
    if post.due_at is None:
        return {"status": "not_started", "publish_status": "draft"}
    if post.shown is not None:
        return {"status": "complete", "publish_status": "published", "publish_time": int(post.at.timestamp())}
    status = "scheduled" if post.due_at > ctx.now else "not_published"
    return {"status": "not_started", "publish_status": status, "publish_time": int(post.due_at.timestamp())}


def _attachments(_: Ctx, post: Post, field: Field) -> Json:
    """`attachments`: one entry; the photos of a carousel stand below it."""
    entry: dict[str, Json] = {}
    photos: Sequence[Json] = [_photo_attachment(photo) for photo in post.photos]
    if len(photos) > 1:
        entry = {"media_type": "album", "type": "album", "url": post.permalink, "subattachments": {"data": photos}}
    elif post.photos:
        entry = _photo_attachment(post.photos[0])
    elif post.video:
        target = {"id": post.video.id, "url": post.permalink}
        entry = {"media_type": "video", "type": "video_inline", "target": target, "url": post.permalink}
        entry["media"] = {"source": post.video.url}
    elif post.link:
        entry = {"media_type": "link", "type": "share", "url": post.link, "unshimmed_url": post.link}
    wanted = {part.name for part in field.sub} or set(entry)
    return {"data": [{key: value for key, value in entry.items() if key in wanted}]} if entry else None


def _photo_attachment(photo: Photo) -> dict[str, Json]:
    image: dict[str, Json] = {"src": photo.url}
    if photo.file and photo.file.probe:
        image |= {"width": photo.file.probe.width, "height": photo.file.probe.height}
    link = _photo_link(photo)
    target = {"id": photo.id, "url": link}
    return {"media_type": "photo", "type": "photo", "media": {"image": image}, "target": target, "url": link}


def _photo_link(photo: Photo) -> str:
    return f"https://www.facebook.com/photo.php?fbid={photo.id}"


def _picture(_: Ctx, post: Post, __: Field) -> Json:
    thumbs = [url for _, url in post.video.thumbs] if post.video else []
    return next((photo.url for photo in post.photos), thumbs[-1] if thumbs else None)


def _comments(ctx: Ctx, post: Post, field: Field) -> Json:
    ctx.may("page_comments")
    found = nested(ctx, [comment for comment in post.comments if comment.parent is None], field)
    if not field.arg("summary"):
        return found
    return {**(found if isinstance(found, dict) else {"data": []}), "summary": {"total_count": len(post.comments)}}


def _reactions(_: Ctx, __: Post, field: Field) -> Json:
    return {"data": [], **({"summary": {"total_count": 0}} if field.arg("summary") else {})}


def _scheduled(ctx: Ctx, post: Post | None) -> Json:
    return int(post.due_at.timestamp()) if post and post.due_at and post.due_at > ctx.now else None


def _unset(*names: str) -> dict[str, Resolver]:
    """Fields that exist and have no value here."""
    return dict.fromkeys(names, lambda *_: None)


_OWN: dict[str, Resolver] = {
    "from": lambda _, node, __: {"id": node.page.id, "name": node.page.name},
    "created_time": lambda _, node, __: stamp(node.at),
    "updated_time": lambda _, node, __: stamp(node.at),
}

POST = Kind[Post](
    name="PagePost",
    platform=FACEBOOK,
    reading="page_read",
    default=("created_time", "message"),
    fields={
        **_OWN,
        **_unset("icon", "message_tags", "shares", "story"),
        "message": lambda _, post, __: post.message or None,
        "permalink_url": lambda _, post, __: post.permalink,
        "is_published": lambda _, post, __: post.shown is not None,
        "is_hidden": lambda *_: False,
        "status_type": lambda _, post, __: "added_video" if post.video else "added_photos" if post.photos else None,
        "attachments": _attachments,
        "full_picture": _picture,
        "picture": _picture,
        "scheduled_publish_time": lambda ctx, post, _: _scheduled(ctx, post),
        "comments": _comments,
        "reactions": _reactions,
        "likes": _reactions,
    },
)

PHOTO = Kind[Photo](
    name="Photo",
    platform=FACEBOOK,
    reading="page_read",
    default=("created_time", "name"),
    fields={
        **_OWN,
        "name": lambda _, photo, __: photo.name or None,
        "link": lambda _, photo, __: _photo_link(photo),
        "alt_text_custom": lambda _, photo, __: photo.alt_text or None,
        "images": lambda _, photo, __: [{"source": photo.url}],
        "picture": lambda _, photo, __: photo.url,
        "page_story_id": lambda _, photo, __: photo.post.id if photo.post else None,
    },
)

VIDEO = Kind[Video](
    name="Video",
    platform=FACEBOOK,
    reading="page_read",
    default=("updated_time", "description"),
    fields={
        **_OWN,
        "title": lambda _, video, __: video.title or None,
        "description": lambda _, video, __: video.description or None,
        "length": lambda _, video, __: video.file.probe.duration_s if video.file and video.file.probe else None,
        "permalink_url": lambda _, video, __: video.permalink,
        "picture": lambda _, video, __: video.thumbs[-1][1] if video.thumbs else None,
        "post_id": lambda _, video, __: video.post.id if video.post else None,
        "published": lambda _, video, __: video.post is not None and video.post.shown is not None,
        "scheduled_publish_time": lambda ctx, video, _: _scheduled(ctx, video.post),
        "source": lambda _, video, __: video.url or None,
        "status": video_status,
    },
)

COMMENT = Kind[Comment](
    name="Comment",
    platform=FACEBOOK,
    reading="page_comments",
    default=("created_time", "from", "message"),
    fields={
        "message": lambda _, comment, __: comment.remark.text,
        "created_time": lambda _, comment, __: stamp(comment.remark.created_at),
        "from": lambda _, comment, __: {"id": comment.author_id, "name": comment.remark.username},
        "parent": lambda ctx, comment, _: show(ctx, comment.parent) if comment.parent else None,
        "permalink_url": lambda _, comment, __: f"{comment.post.permalink}?comment_id={comment.id.rpartition('_')[2]}",
        "like_count": lambda *_: 0,
        "comment_count": lambda _, comment, __: sum(1 for item in comment.post.comments if item.parent is comment),
        "is_hidden": lambda _, comment, __: comment.remark.hidden,
    },
)

_PAGE_UNSET = (
    "about cover description description_html display_subtext emails engagement fan_count phone picture website"
)
PAGE_FIELDS: dict[str, Resolver] = {
    **_unset(*_PAGE_UNSET.split(), "global_brand_page_name", "global_brand_root_id", "verification_status"),
}
