"""Comments: list, write, reply, hide, delete, and what people outside write.

Source: Meta, Instagram Platform reference "IG Comment" and "IG Media Comments".
"""

from dataclasses import dataclass

from postwright.sandbox.call import Json
from postwright.sandbox.state import Remark
from postwright.sandbox.twins.instagram.model import Comment, IgUser, Media
from postwright.sandbox.twins.meta.errors import BAD_PARAM, UNSUPPORTED, GraphError
from postwright.sandbox.twins.meta.nodes import Ctx, Graph
from postwright.sandbox.twins.meta.reading import listed

LONGEST = 300


async def list_comments(ctx: Ctx, media: Media) -> Json:
    """`GET /{ig-media}/comments`: top-level comments, newest first."""
    return listed(ctx, [comment for comment in reversed(media.comments) if comment.parent is None])


async def write_comment(ctx: Ctx, media: Media) -> Json:
    """`POST /{ig-media}/comments`."""
    return {"id": _own(ctx, media, None).id}


async def list_replies(ctx: Ctx, comment: Comment) -> Json:
    """`GET /{ig-comment}/replies`."""
    return listed(ctx, comment.replies)


async def reply(ctx: Ctx, comment: Comment) -> Json:
    """`POST /{ig-comment}/replies`; a reply to a reply joins the same thread."""
    return {"id": _own(ctx, comment.media, comment.parent or comment).id}


async def hide(ctx: Ctx, comment: Comment) -> Json:
    """`POST /{ig-comment}?hide=`; one's own comments cannot be hidden."""
    ctx.required("hide")
    if comment.author_id == comment.account_id:
        raise GraphError(BAD_PARAM, name="hide", fault="cannot be used on a comment of the owner")
    comment.remark.hidden = ctx.flag("hide")
    return {"success": True}


async def delete(ctx: Ctx, comment: Comment) -> Json:
    """`DELETE /{ig-comment}`, with its replies."""
    for gone in (comment, *comment.replies):
        ctx.graph.drop(gone)
        comment.media.comments.remove(gone)
        if comment.media.post is not None:
            comment.media.post.comments.remove(gone.remark)
    if comment.parent is not None:
        comment.parent.replies.remove(comment)
    return {"success": True}


def _own(ctx: Ctx, media: Media, parent: Comment | None) -> Comment:
    message = ctx.required("message")
    if len(message) > LONGEST:
        raise GraphError(BAD_PARAM, name="message", fault=f"must be no longer than {LONGEST} characters")
    if not media.comments_on or media.parent is not None or media.product == "STORY":
        raise GraphError(UNSUPPORTED, method="post", id=media.id)
    return add_comment(ctx.graph, media, Author(media.owner.id, media.owner.account.username), message, parent)


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a comment."""

    id: str
    username: str


def outsider(username: str) -> Author:
    """Somebody outside; the same name is the same person."""
    return Author(outsider_id(username), username)


def add_comment(graph: Graph, media: Media, author: Author, text: str, parent: Comment | None) -> Comment:
    """Put a comment below a post; the owner's app hears of it."""
    world = graph.world
    number = world.number()
    parent_id = parent.id if parent else ""
    remark = Remark(f"1790{number:013}", author.username, text, world.clock.now(), parent_id)
    comment = Comment(remark.id, media.account_id, media, remark, author.id, parent)
    media.comments.append(comment)
    if media.post is not None:
        media.post.comments.append(remark)
    if parent is not None:
        parent.replies.append(comment)
    graph.add(comment)
    value: dict[str, Json] = {
        "id": comment.id,
        "text": text,
        "from": {"id": author.id, "username": author.username},
        "media": {"id": media.id, "media_product_type": media.product},
    }
    if parent is not None:
        value["parent_id"] = parent.id
    graph.hooks.announce(
        "instagram", media.account_id, "comments", {"changes": [{"field": "comments", "value": value}]}
    )
    return comment


def outsider_id(username: str) -> str:
    """The Instagram-scoped id of somebody outside, the same for the same name."""
    return f"27{int.from_bytes(username.encode()[:6].ljust(6, b'.'), 'big'):015}"


def mention(graph: Graph, user: IgUser, username: str, text: str) -> Json:
    """Somebody outside mentions the account in a post of their own; the owner's app hears of it."""
    media_id = f"1802{graph.world.number():013}"
    user.mentioned_in.add(media_id)
    value: dict[str, Json] = {"media_id": media_id}
    graph.hooks.announce("instagram", user.id, "mentions", {"changes": [{"field": "mentions", "value": value}]})
    return {"media_id": media_id, "username": username, "text": text}


async def answer_mention(ctx: Ctx, user: IgUser) -> Json:
    """`POST /{ig-user}/mentions`: comment on the media of somebody else who mentioned the account."""
    media_id = ctx.required("media_id")
    ctx.required("message")
    if media_id not in user.mentioned_in:
        raise GraphError(BAD_PARAM, name="media_id", fault="is no media that mentions the account")
    return {"id": f"1790{ctx.world.number():013}"}
