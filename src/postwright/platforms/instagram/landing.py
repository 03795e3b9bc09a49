"""Finding out whether a call whose reply was lost did its work, and which post it made.

There is no idempotency key, but a container publishes at most once and says whether it has.
"""

from datetime import datetime

from postwright.domain.post import Content
from postwright.domain.publication import Checkpoint
from postwright.platforms.base import Call, CannotTell, Landed, NotLanded, Outcome, Verdict, Waiting
from postwright.platforms.instagram import forms, spec
from postwright.platforms.instagram.flows import (
    DOUBTED,
    UNSEEN,
    graph,
    landed_unseen,
    read_status,
    restart,
    route,
)
from postwright.platforms.instagram.wire import Post
from postwright.platforms.landing import made_since, plain, published
from postwright.platforms.meta import take_down
from postwright.platforms.meta_landing import comment_landed

_POST_FIELDS = "id,caption,media_type,permalink,timestamp"


async def reconcile(call: Call, content: Content, checkpoint: Checkpoint, since: datetime) -> Verdict:
    """Whether the commit step of the checkpoint landed."""
    if checkpoint.step == "first_comment":
        return await comment_landed(
            graph(call),
            str(checkpoint.external_id),
            forms.options(content).first_comment or "",
            fields="id,text",
            checkpoint=checkpoint,
            landed=checkpoint.to("finish"),
        )
    return await _post_landed(call, content, checkpoint, since)


async def _post_landed(call: Call, content: Content, checkpoint: Checkpoint, since: datetime) -> Verdict:
    status = await read_status(call, checkpoint.text("container"))
    # The call may still be on its way: what the container is refused for later may be that it is out.
    doubted = checkpoint.to(checkpoint.step, **{DOUBTED: True})
    if status.status_code == "FINISHED":
        return NotLanded(doubted)
    if status.status_code == "EXPIRED":
        again = restart(checkpoint, "the prepared post expired")
        return NotLanded(again.checkpoint, again.retry_in)
    if status.status_code in ("IN_PROGRESS", "ERROR"):
        # The look tells what is wrong, and waits no longer than its plan allows.
        return NotLanded(doubted.to("look"), spec.IMAGE_POLL.first)
    post = await _find(call, content, checkpoint, since)
    if post is not None:
        return Landed(checkpoint.landed(post.id, post.permalink).to("permalink"))
    if status.status_code == "PUBLISHED":
        return Landed(landed_unseen(checkpoint.to(checkpoint.step, since=since.isoformat())))
    return CannotTell("Instagram no longer knows the prepared post, and no recent post is certainly this one.")


async def find(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Look for the post that is known to be out, for some minutes: lists lag behind."""
    post = await _find(call, content, checkpoint, datetime.fromisoformat(checkpoint.text("since")))
    if post is not None:
        return Waiting(checkpoint.landed(post.id, post.permalink).to("permalink"))
    looks = checkpoint.number("looks")
    delay = spec.FIND_POLL.delay(looks)
    if delay is not None:
        return Waiting(checkpoint.to("find", looks=looks + 1), delay)
    return published(
        checkpoint,
        "Instagram says that the post is out, but not which of the recent posts it is: there is no link to it,"
        " and a first comment was not written.",
    )


async def finish(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:  # noqa: ARG001 a Step like the others
    """The end of a flow whose last call landed unseen."""
    return published(checkpoint)


async def remove(call: Call, external_id: str) -> bool:
    """Take a post down where the login allows that."""
    unseen = external_id.startswith(UNSEEN)
    return False if unseen or not route(call).removes else await take_down(graph(call), external_id)


async def _find(call: Call, content: Content, checkpoint: Checkpoint, since: datetime) -> Post | None:
    """The one recent post that can be it; None where there is none, or where several look alike."""
    kind = spec.SPEC.kind_of(checkpoint)
    edge = "stories" if kind is spec.STORY else "media"
    posts = await graph(call).edge(
        Post, f"/{call.account.external_id}/{edge}", fields=_POST_FIELDS, limit=spec.FETCH_LIST
    )
    types = spec.MEDIA_TYPES[content.attachments[0].media.facts.kind if kind is spec.STORY else kind.name]
    fitting = [
        post
        for post in posts
        if made_since(post.timestamp, since)
        and post.media_type in types
        and (kind is spec.STORY or plain(post.caption) == plain(content.caption))
    ]
    return fitting[0] if len(fitting) == 1 else None
