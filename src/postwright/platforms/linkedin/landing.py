"""Finding out whether a call whose reply was lost did its work, and taking posts down.

There is no idempotency key. An organisation's posts can be listed; a member's cannot, but for about
ten minutes LinkedIn refuses a second post with the same content and names the first: until then
it is safe to try again, and flows.post takes that refusal for the answer.
"""

from collections.abc import Sequence
from datetime import datetime

from postwright.domain.errors import AuthRevoked, Rejected
from postwright.domain.post import Content
from postwright.domain.publication import Checkpoint
from postwright.platforms.base import Call, CannotTell, Landed, NotLanded, NotSeen, Verdict
from postwright.platforms.landing import made_since, plain
from postwright.platforms.linkedin import forms, spec
from postwright.platforms.linkedin.api import author, encoded, rest
from postwright.platforms.linkedin.flows import FIRST_TRY, comments_of, in_doubt_since, landed
from postwright.platforms.linkedin.littletext import plain_text
from postwright.platforms.linkedin.rules import GONE
from postwright.platforms.linkedin.uploads import assets
from postwright.platforms.linkedin.wire import Comments, Post, Posts

_FORBIDDEN = 403


async def reconcile(call: Call, content: Content, checkpoint: Checkpoint, since: datetime) -> Verdict:
    """Whether the commit step of the checkpoint landed."""
    if checkpoint.step == "first_comment":
        return await _comment_landed(call, content, checkpoint)
    return await _post_landed(call, content, checkpoint, in_doubt_since(checkpoint) or since)


async def remove(call: Call, external_id: str) -> bool:
    """Take a post down; True also where it is gone."""
    try:
        await rest(call).delete(f"/posts/{encoded(external_id)}")
    except Rejected as refused:
        if refused.code != GONE:
            raise
    return True


async def _post_landed(call: Call, content: Content, checkpoint: Checkpoint, since: datetime) -> Verdict:
    posts = await _recent(call, since) if author(call).startswith(spec.ORGANIZATION) else None
    found = [post for post in posts or () if _is_it(post, content, assets(checkpoint))]
    if len(found) > 1:
        return CannotTell("Several recent posts say the same, and LinkedIn does not tell which of them is this one.")
    if found:
        return Landed(_after(content, landed(checkpoint, found[0].id)))
    if call.clock.now() - since < spec.SAFE_TO_REPEAT:
        # Lists lag behind; where the post is out after all, the next try is refused and names it.
        return NotLanded(checkpoint.to("post", **{FIRST_TRY: since.isoformat()}))
    if posts is None:
        return CannotTell(
            "LinkedIn does not let this account's posts be looked at, and no longer notices a second post with the"
            " same content: look whether it is out."
        )
    return NotLanded(checkpoint.to("post", **{FIRST_TRY: None}))


async def _recent(call: Call, since: datetime) -> Sequence[Post] | None:
    """The author's posts since then; None where we may not look, or there are too many to see them all."""
    query = f"author={encoded(author(call))}&q=author&count={spec.FINDER_COUNT}&sortBy=CREATED"
    try:
        listed = (await rest(call).get(Posts, f"/posts?{query}", method="FINDER")).elements
    except AuthRevoked as refused:
        if refused.status != _FORBIDDEN:
            raise
        return None
    found = [post for post in listed if made_since(post.made_at, since)]
    return None if len(found) >= spec.FINDER_COUNT else found


def _is_it(post: Post, content: Content, expected: Sequence[str]) -> bool:
    """Whether a post has our text, and shows our very assets where it shows any."""
    same_text = plain(plain_text(post.commentary)) == plain(content.caption)
    return same_text and (not post.assets or list(post.assets) == list(expected))


async def _comment_landed(call: Call, content: Content, checkpoint: Checkpoint) -> Verdict:
    path = f"{comments_of(checkpoint.external_id or '')}?count={spec.COMMENT_COUNT}"
    try:
        comments = (await rest(call).get(Comments, path)).elements
    except AuthRevoked as refused:
        if refused.status != _FORBIDDEN:
            raise
        return CannotTell("LinkedIn does not let this account look whether the first comment was written.")
    text = plain(forms.options(content).first_comment)
    if any(comment.actor == author(call) and plain(comment.message.text) == text for comment in comments):
        return Landed(checkpoint.to("finish"))
    if len(comments) >= spec.COMMENT_COUNT:
        return CannotTell("The post has too many comments to say whether the first comment is among them.")
    return NotSeen(checkpoint)


def _after(content: Content, checkpoint: Checkpoint) -> Checkpoint:
    return checkpoint.to("first_comment" if forms.options(content).first_comment else "finish")
