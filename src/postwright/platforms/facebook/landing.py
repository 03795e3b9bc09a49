"""Finding out whether a call whose reply was lost did its work, and which post it made.

There is no idempotency key. A video tells by itself how far it is; posts and photo stories are
looked for among the recent ones. That a post is not among them counts once it could be, and for
stories never: a Page may keep no list of them.
"""

from datetime import datetime

from postwright.domain.post import Content
from postwright.domain.publication import Checkpoint
from postwright.platforms.base import Call, CannotTell, Landed, NotLanded, NotSeen, Outcome, Verdict, Waiting
from postwright.platforms.facebook import spec
from postwright.platforms.facebook.posts import after_landing, commented, find_story, graph, landed, options, photos
from postwright.platforms.facebook.videos import read_video
from postwright.platforms.facebook.wire import Post
from postwright.platforms.landing import CLOCK_SLACK, made_since, plain, published
from postwright.platforms.meta import take_down
from postwright.platforms.meta_landing import comment_landed

_SEVERAL = "Several recent posts look like this one: look at the Page whether it is out before it is sent again."
_NO_STORY = "Facebook's list of stories does not hold this one, which proves nothing: a Page may keep no such list."
_POST_FIELDS = "id,message,created_time,attachments{media_type,target{id},subattachments}"


async def reconcile(call: Call, content: Content, checkpoint: Checkpoint, since: datetime) -> Verdict:
    """Whether the commit step of the checkpoint landed."""
    match checkpoint.step:
        case "finish":
            return await _video_landed(call, checkpoint)
        case "publish_story":
            return await _story_landed(call, checkpoint)
        case "first_comment":
            text = options(content).first_comment or ""
            return await comment_landed(
                graph(call),
                commented(checkpoint),
                text,
                fields="id,message",
                checkpoint=checkpoint,
                landed=checkpoint.to("end"),
            )
        case _:
            return await _post_landed(call, content, checkpoint, since)


async def end(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:  # noqa: ARG001 a Step like the others
    """The end of a flow whose last call landed unseen."""
    return published(checkpoint)


async def remove(call: Call, external_id: str) -> bool:
    """Take a post, a video or a story down."""
    return await take_down(graph(call), external_id)


async def _post_landed(call: Call, content: Content, checkpoint: Checkpoint, since: datetime) -> Verdict:
    # The first intent counts: what the second one finds may have come of the first.
    since = datetime.fromisoformat(checkpoint.text("since")) if "since" in checkpoint.notes else since
    found = await _candidates(call, content, checkpoint, since)
    if len(found) > 1:
        return CannotTell(_SEVERAL)
    if not found:
        return NotSeen(checkpoint.to("publish", since=since.isoformat()))
    visible = landed(checkpoint, found[0].id)
    return Landed(visible.to("first_comment" if isinstance(after_landing(content, visible), Waiting) else "end"))


async def _candidates(call: Call, content: Content, checkpoint: Checkpoint, since: datetime) -> list[Post]:
    """The recent posts that can be this one."""
    posts = await graph(call).edge(
        Post,
        f"/{call.account.external_id}/published_posts",
        fields=_POST_FIELDS,
        since=str(int((since - CLOCK_SLACK).timestamp())),
        limit=spec.FEED_LIST,
    )
    ours = frozenset(photos(checkpoint))
    return [post for post in posts if made_since(post.created_time, since) and _is_like(post, content, ours)]


def _is_like(post: Post, content: Content, ours: frozenset[str]) -> bool:
    """Whether a post can be this one: by its photos where the list tells them, else by its text."""
    if ours and post.shown:
        return bool(ours & post.shown)
    return post.shows_photos is bool(ours) and plain(post.message) == plain(content.caption)


async def _story_landed(call: Call, checkpoint: Checkpoint) -> Verdict:
    [photo] = photos(checkpoint)
    story = await find_story(call, photo)
    if story is None:
        return CannotTell(_NO_STORY)
    return Landed(checkpoint.landed(story.post_id, story.url).to("end"))


async def _video_landed(call: Call, checkpoint: Checkpoint) -> Verdict:
    video = await read_video(call, checkpoint)
    further = checkpoint.to("look", looks=0)
    if video.failed:
        return NotLanded(further)
    return Landed(further) if video.published or video.finished else NotLanded(checkpoint)
