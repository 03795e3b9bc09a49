"""What the Graph platforms share once a post is out: whether its first comment is.

Document: developers.facebook.com/docs/graph-api/reference/object/comments.
"""

from pydantic import AliasChoices, Field

from postwright.domain.publication import Checkpoint
from postwright.platforms.base import CannotTell, Landed, NotSeen, Verdict
from postwright.platforms.landing import plain
from postwright.platforms.meta import Graph
from postwright.platforms.wire import Wire

_PAGES, _PAGE_SIZE = 4, 50


class _Comment(Wire):
    text: str = Field("", validation_alias=AliasChoices("text", "message"))


async def comment_landed(
    graph: Graph, post_id: str, text: str, *, fields: str, checkpoint: Checkpoint, landed: Checkpoint
) -> Verdict:
    """Whether our first comment stands under a post; `landed` is where the flow goes on if it does."""
    comments = await graph.edge(_Comment, f"/{post_id}/comments", pages=_PAGES, fields=fields, limit=str(_PAGE_SIZE))
    if any(plain(comment.text) == plain(text) for comment in comments):
        return Landed(landed)
    if len(comments) >= _PAGES * _PAGE_SIZE:
        return CannotTell("The post has too many comments to say whether the first comment is among them.")
    return NotSeen(checkpoint)
