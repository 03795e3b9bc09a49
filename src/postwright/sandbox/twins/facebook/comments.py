"""Comments below posts, photos and videos: list, write, answer, delete; and what people outside write."""

from postwright.sandbox.call import Json
from postwright.sandbox.state import Remark
from postwright.sandbox.twins.base import Deed, NotOffered
from postwright.sandbox.twins.facebook.model import Comment, Photo, Post, Video
from postwright.sandbox.twins.facebook.publishing import tell
from postwright.sandbox.twins.meta.errors import UNSUPPORTED, GraphError
from postwright.sandbox.twins.meta.nodes import Ctx, Graph
from postwright.sandbox.twins.meta.reading import listed

Commented = Post | Photo | Video | Comment


async def list_comments(ctx: Ctx, node: Commented) -> Json:
    """`GET /{node}/comments`: top level unless `filter=stream`, oldest first unless `order` says otherwise."""
    post, parent = _place(node)
    found = [comment for comment in post.comments if comment.parent is parent or ctx.params.get("filter") == "stream"]
    return listed(ctx, found[::-1] if ctx.params.get("order") == "reverse_chronological" else found)


async def write_comment(ctx: Ctx, node: Commented) -> Json:
    """`POST /{node}/comments`, by the Page itself."""
    post, parent = _place(node)
    if post.shown is None:
        raise GraphError(UNSUPPORTED, method="post", id=node.id)
    text = ctx.params.get("message") or ctx.required("attachment_url")
    return {"id": _add(ctx.graph, post, (post.page.id, post.page.name), text, parent).id}


async def delete_comment(ctx: Ctx, comment: Comment) -> Json:
    """`DELETE /{comment}`, with the answers to it."""
    post = comment.post
    for gone in [item for item in post.comments if comment in (item, item.parent)]:
        ctx.graph.drop(gone)
        post.comments.remove(gone)
        if post.shown is not None:
            post.shown.comments.remove(gone.remark)
    return {"success": True}


def comment_from_outside(graph: Graph, deed: Deed) -> Json:
    """Somebody comments on a post; raises NotOffered."""
    post = graph.nodes.get(deed.target_id)
    if deed.kind != "comment" or not isinstance(post, Post) or post.kind == "story":
        raise NotOffered("people can only comment on posts here")
    parent = graph.nodes.get(deed.parent_id)
    author = (f"25{int.from_bytes(deed.username.encode()[:6].ljust(6, b'.'), 'big'):015}", deed.username)
    return {"id": _add(graph, post, author, deed.text, parent if isinstance(parent, Comment) else None).id}


def _place(node: Commented) -> tuple[Post, Comment | None]:
    if isinstance(node, Comment):
        return node.post, node.parent or node
    post = node if isinstance(node, Post) else node.post
    if post is None:
        raise GraphError(UNSUPPORTED, method="post", id=node.id)
    return post, None


def _add(graph: Graph, post: Post, author: tuple[str, str], text: str, parent: Comment | None) -> Comment:
    name = f"{post.id.rpartition('_')[2]}_{graph.world.number():015}"
    remark = Remark(name, author[1], text, graph.world.clock.now(), parent.id if parent else "")
    comment = Comment(name, post.account_id, post, remark, author[0], parent)
    post.comments.append(comment)
    if post.shown is not None:
        post.shown.comments.append(remark)
    graph.add(comment)
    by: Json = {"id": author[0], "name": author[1]}
    created = int(remark.created_at.timestamp())
    above = parent.id if parent else post.id
    item = {"comment_id": name, "parent_id": above, "from": by, "message": text, "created_time": created}
    tell(graph, post, "add", item="comment", **item)
    return comment
