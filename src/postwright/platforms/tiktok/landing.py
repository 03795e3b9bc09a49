"""Finding out whether a call whose reply was lost did its work.

TikTok has no idempotency keys. A video is known by the id of its publishing before its first byte is sent, and that
says where it stands. The id of photos comes in the very reply that was lost, so they are looked for among the posts.
"""

from datetime import datetime

from postwright.domain.errors import Unavailable
from postwright.domain.post import Content
from postwright.domain.publication import Checkpoint
from postwright.platforms.base import Call, CannotTell, Landed, NotLanded, Verdict
from postwright.platforms.landing import made_since, plain
from postwright.platforms.tiktok import api, spec
from postwright.platforms.tiktok.flows import address, next_chunk
from postwright.platforms.tiktok.wire import Listed, Posts

_FIELDS = "id,title,video_description,create_time,share_url"


async def reconcile(call: Call, content: Content, checkpoint: Checkpoint, since: datetime) -> Verdict:
    """Whether the commit step of the checkpoint landed."""
    if checkpoint.step == "post":
        return await _photos_landed(call, content, checkpoint, since)
    status = await api.status_of(call, checkpoint.text("publish_id"))
    if status.status == "FAILED":
        # The look tells why, and whether it is begun anew.
        return NotLanded(checkpoint.to("look"), spec.LOOK_POLL.first)
    if status.lacks(content.attachments[0].media.facts.size_bytes):
        return NotLanded(next_chunk(checkpoint, content, status.uploaded_bytes or 0))
    return Landed(checkpoint.to("look"))


async def _photos_landed(call: Call, content: Content, checkpoint: Checkpoint, since: datetime) -> Verdict:
    if spec.chosen(content).privacy_level != spec.PUBLIC:
        return CannotTell(
            "TikTok's reply was lost, and it lists public posts only: see in its app whether it is there."
        )
    if spec.LIST not in call.account.scopes:
        return CannotTell(f"TikTok's reply was lost, and without the permission {spec.LIST} it lists no posts.")
    found = await _look_alikes(call, content, since)
    if len(found) == 1:
        return Landed(checkpoint.landed(found[0].id, _address(call, checkpoint, found[0])).to("address"))
    if not found and call.clock.now() < since + spec.FIND_WITHIN:
        raise Unavailable("TikTok does not list the post; it may still be fetching its photos.")
    if not found:
        return CannotTell("TikTok's reply was lost, and it lists no such post: see in its app whether it is there.")
    return CannotTell("TikTok's reply was lost, and several of the newest posts look like this one.")


async def _look_alikes(call: Call, content: Content, since: datetime) -> list[Listed]:
    body = {"max_count": spec.LIST_LENGTH}
    posts = await api.ask(call, Posts, spec.LIST_URL, body, needs=spec.LIST, fields=_FIELDS)
    title, caption = plain(spec.chosen(content).title), plain(content.caption)
    texts = {caption, plain(f"{title} {caption}")} if caption else {title}
    return [
        post
        for post in posts.videos
        if made_since(post.created_at, since) and {plain(post.title), plain(post.video_description)} & texts
    ]


def _address(call: Call, checkpoint: Checkpoint, post: Listed) -> str:
    return post.share_url or address(call, checkpoint, post.id)
