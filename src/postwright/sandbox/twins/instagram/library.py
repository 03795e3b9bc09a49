"""Reading what was published: the account, its media and stories; switching comments; deleting.

Sources: Meta, Instagram Platform reference "IG User", "IG Media", "IG Container".
"""

from postwright.sandbox.call import Json
from postwright.sandbox.twins.instagram.errors import DELETE_UNSUPPORTED
from postwright.sandbox.twins.instagram.model import Comment, Container, IgUser, Media
from postwright.sandbox.twins.instagram.publishing import status_text, video_status
from postwright.sandbox.twins.meta.errors import GraphError
from postwright.sandbox.twins.meta.fields import Field
from postwright.sandbox.twins.meta.nodes import INSTAGRAM, Ctx, Kind
from postwright.sandbox.twins.meta.reading import listed, nested, show, stamp


def posts_of(user: IgUser) -> list[Media]:
    """Published media but stories, newest first."""
    return [media for media in reversed(user.media) if media.product != "STORY"]


def stories_of(ctx: Ctx, user: IgUser) -> list[Media]:
    """Stories of the last 24 hours, newest first."""
    return [
        media
        for media in reversed(user.media)
        if media.post is not None and media.post.expires_at is not None and media.post.expires_at > ctx.now
    ]


async def list_media(ctx: Ctx, user: IgUser) -> Json:
    """`GET /{ig-user}/media`, also `since` and `until`."""
    since, until = ctx.instant("since"), ctx.instant("until")
    found = [
        media
        for media in posts_of(user)
        if (since is None or media.at >= since) and (until is None or media.at <= until)
    ]
    return listed(ctx, found)


async def list_stories(ctx: Ctx, user: IgUser) -> Json:
    """`GET /{ig-user}/stories`."""
    return listed(ctx, stories_of(ctx, user))


async def list_children(ctx: Ctx, media: Media) -> Json:
    """`GET /{ig-media}/children`."""
    return listed(ctx, media.children)


async def switch_comments(ctx: Ctx, media: Media) -> Json:
    """`POST /{ig-media}?comment_enabled=`."""
    ctx.required("comment_enabled")
    media.comments_on = ctx.flag("comment_enabled")
    return {"success": True}


async def delete_media(ctx: Ctx, media: Media) -> Json:
    """`DELETE /{ig-media}` (Facebook Login): posts, stories, reels and whole carousels, no single children."""
    if media.parent is not None:
        raise GraphError(DELETE_UNSUPPORTED)
    media.owner.media.remove(media)
    ctx.world.timeline.pop(media.id, None)
    for gone in (media, *media.children, *media.comments):
        ctx.graph.drop(gone)
    return {"success": True, "deleted_id": media.id}


def _children(ctx: Ctx, media: Media, field: Field) -> Json:
    return nested(ctx, media.children, field)


def _comments(ctx: Ctx, media: Media, field: Field) -> Json:
    ctx.may("ig_comments")
    return nested(ctx, [comment for comment in media.comments if comment.parent is None], field)


def _likes(ctx: Ctx, media: Media) -> int:
    """People like a post by and by."""
    hours = (ctx.now - media.at).total_seconds() / 3600
    return min(int(hours * 3), media.owner.account.followers // 10)


def _alt_text(_: Ctx, media: Media, __: Field) -> Json:
    return media.draft.alt_text or None


def _thumbnail(_: Ctx, media: Media, __: Field) -> Json:
    return (media.draft.cover_url or media.media_url) if media.media_type == "VIDEO" else None


def _owner(ctx: Ctx, media: Media, field: Field) -> Json:
    return show(ctx, media.owner, field.sub or (Field("id"),))


def _app_scoped(ctx: Ctx, user: IgUser, _: Field) -> Json:
    """`id` is app-scoped for Instagram Login; `user_id` is the professional account's id everywhere."""
    return user.account.alias_id if ctx.login == INSTAGRAM and user.account.alias_id else user.id


IG_USER = Kind[IgUser](
    name="ShadowIGUser",
    platform=INSTAGRAM,
    reading="ig_read",
    business=True,
    default=("id",),
    fields={
        "id": _app_scoped,
        "user_id": lambda ctx, user, _: user.id if ctx.login == INSTAGRAM else None,
        "ig_id": lambda _, user, __: int(user.id[-10:]),
        "username": lambda _, user, __: user.account.username,
        "name": lambda _, user, __: user.account.name,
        "account_type": lambda _, user, __: user.account.kind.upper(),
        "biography": lambda _, user, __: user.account.biography or None,
        "website": lambda *_: None,
        "profile_picture_url": lambda ctx, *_: f"{ctx.world.origin}/_sandbox/samples/square.jpg",
        "followers_count": lambda _, user, __: user.account.followers,
        "follows_count": lambda *_: 180,
        "media_count": lambda _, user, __: len(posts_of(user)),
        "media": lambda ctx, user, field: nested(ctx, posts_of(user), field),
        "stories": lambda ctx, user, field: nested(ctx, stories_of(ctx, user), field),
    },
)

IG_MEDIA = Kind[Media](
    name="ShadowIGMedia",
    platform=INSTAGRAM,
    reading="ig_read",
    business=True,
    fields={
        "ig_id": lambda _, media, __: media.id[-12:],
        "caption": lambda _, media, __: media.draft.caption or None,
        "alt_text": _alt_text,
        "media_type": lambda _, media, __: media.media_type,
        "media_product_type": lambda _, media, __: media.product,
        "media_url": lambda _, media, __: None if media.children else media.media_url,
        "thumbnail_url": _thumbnail,
        "permalink": lambda _, media, __: media.permalink,
        "shortcode": lambda _, media, __: media.shortcode,
        "timestamp": lambda _, media, __: stamp(media.at),
        "username": lambda _, media, __: media.owner.account.username,
        "owner": _owner,
        "like_count": lambda ctx, media, _: _likes(ctx, media),
        "comments_count": lambda _, media, __: len(media.comments),
        "is_comment_enabled": lambda _, media, __: media.comments_on,
        "is_shared_to_feed": lambda _, media, __: media.draft.share_to_feed if media.product == "REELS" else None,
        "children": _children,
        "comments": _comments,
    },
)

IG_CONTAINER = Kind[Container](
    name="IGContainer",
    platform=INSTAGRAM,
    reading="ig_read",
    business=True,
    fields={
        "status_code": lambda ctx, container, _: container.status(ctx.now),
        "status": status_text,
        "video_status": video_status,
        "copyright_check_status": lambda *_: {"status": "completed", "matches_found": False},
    },
)

IG_COMMENT = Kind[Comment](
    name="ShadowIGComment",
    platform=INSTAGRAM,
    reading="ig_comments",
    business=True,
    default=("timestamp", "text", "id"),
    fields={
        "text": lambda _, comment, __: comment.remark.text,
        "username": lambda _, comment, __: comment.remark.username,
        "from": lambda _, comment, __: {"id": comment.author_id, "username": comment.remark.username},
        "timestamp": lambda _, comment, __: stamp(comment.remark.created_at),
        "like_count": lambda *_: 0,
        "hidden": lambda _, comment, __: comment.remark.hidden,
        "parent_id": lambda _, comment, __: comment.parent.id if comment.parent else None,
        "media": lambda ctx, comment, field: show(ctx, comment.media, field.sub or (Field("id"),)),
        "replies": lambda ctx, comment, field: nested(ctx, comment.replies, field),
    },
)
