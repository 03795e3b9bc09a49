"""Every edge of a Page and of what it publishes: method, scopes, parameters. Read this first.

Publishing and lists want the Page's own token, and a person who may do the task `CREATE_CONTENT` there.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from postwright.sandbox.call import Json
from postwright.sandbox.twins.facebook import comments, library, limits, posts, videos
from postwright.sandbox.twins.facebook.errors import MAY_NOT_PUBLISH, PAGE_TOKEN_TO_READ
from postwright.sandbox.twins.facebook.model import Comment, Photo, Post, Video
from postwright.sandbox.twins.meta.accounts import Page
from postwright.sandbox.twins.meta.errors import GraphError
from postwright.sandbox.twins.meta.nodes import FACEBOOK, Ctx, Endpoint, Graph, Kind, N

TASK = "CREATE_CONTENT"
WINDOW = ("since", "until")
WHEN = ("published", "scheduled_publish_time")
FEED = ("message", "link", *WHEN, "attached_media", "targeting", "feed_targeting", "backdated_time")
PHOTO = ("url", "source", "caption", "message", "alt_text_custom", "published", "temporary")
CHUNKS = ("upload_phase", "file_size", "upload_session_id", "start_offset")
VIDEO = (*CHUNKS, *WHEN, "file_url", "source", "title", "description", "thumb")
REEL = ("upload_phase", "video_id", "video_state", "description", "title", "scheduled_publish_time")


def _reads(answer: Callable[[Ctx, N], Awaitable[Json]], *takes: str, needs: str = "page_read") -> Endpoint[N]:
    async def checked(ctx: Ctx, node: N) -> Json:
        if ctx.token.account_id != node.account_id:
            raise GraphError(PAGE_TOKEN_TO_READ)
        return await answer(ctx, node)

    return Endpoint(checked, needs, frozenset(takes))


def _writes(answer: Callable[[Ctx, N], Awaitable[Json]], *takes: str, needs: str = "page_publish") -> Endpoint[N]:
    async def checked(ctx: Ctx, node: N) -> Json:
        page = ctx.graph.nodes[node.account_id]
        if ctx.token.account_id != page.id or not isinstance(page, Page) or TASK not in page.tasks:
            raise GraphError(MAY_NOT_PUBLISH)
        return await answer(ctx, node)

    return Endpoint(checked, needs, frozenset(takes))


PAGE_EDGES = {
    ("POST", "feed"): _writes(posts.create_post, *FEED),
    ("POST", "photos"): _writes(posts.create_photo, *PHOTO),
    ("POST", "photo_stories"): _writes(posts.create_photo_story, "photo_id"),
    ("POST", "videos"): _writes(videos.videos, *VIDEO),
    ("POST", "video_reels"): _writes(videos.reels, *REEL),
    ("POST", "video_stories"): _writes(videos.stories, "upload_phase", "video_id"),
    ("GET", "feed"): _reads(library.list_posts, *WINDOW),
    ("GET", "posts"): _reads(library.list_posts, *WINDOW),
    ("GET", "published_posts"): _reads(library.list_posts, *WINDOW),
    ("GET", "scheduled_posts"): _reads(library.list_scheduled),
    ("GET", "photos"): _reads(library.list_photos, "type"),
    ("GET", "videos"): _reads(library.list_videos, "type"),
    ("GET", "video_reels"): _reads(library.list_videos),
    ("GET", "stories"): _reads(library.list_stories),
}
COMMENT_EDGES: dict[tuple[str, str], Endpoint[Any]] = {
    ("GET", "comments"): _reads(comments.list_comments, *WINDOW, "filter", "order", needs="page_comments"),
    ("POST", "comments"): _writes(comments.write_comment, "message", "attachment_url", needs="page_comment"),
}
POST_EDGES = {
    **COMMENT_EDGES,
    ("POST", ""): _writes(posts.update_post, "message", "is_published"),
    ("DELETE", ""): _writes(posts.delete_post),
}
PHOTO_EDGES = {**COMMENT_EDGES, ("DELETE", ""): _writes(posts.delete_photo)}
VIDEO_EDGES = {
    **COMMENT_EDGES,
    ("DELETE", ""): _writes(videos.delete_video),
    ("GET", "thumbnails"): _reads(videos.list_thumbnails),
    ("POST", "thumbnails"): _writes(videos.add_thumbnail, "is_preferred"),
}


def install(graph: Graph) -> None:
    """Make what Pages publish part of the graph."""
    graph.scopes |= limits.SCOPES
    graph.extend(Page, Kind(name="Page", platform=FACEBOOK, fields=library.PAGE_FIELDS, edges=PAGE_EDGES))
    graph.define(Post, replace(library.POST, edges=POST_EDGES))
    graph.define(Photo, replace(library.PHOTO, edges=PHOTO_EDGES))
    graph.define(Video, replace(library.VIDEO, edges=VIDEO_EDGES))
    delete = {("DELETE", ""): _writes(comments.delete_comment, needs="page_comment")}
    graph.define(Comment, replace(library.COMMENT, edges={**COMMENT_EDGES, **delete}))
