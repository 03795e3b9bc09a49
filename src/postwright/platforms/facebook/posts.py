"""The steps that all posts but videos take; each makes at most two calls and says what comes next.

    text, link      publish [→ first_comment]
    photos          photo … photo → publish [→ first_comment]
    photo story     photo → publish_story → address
    video, reel     start → transfer … | upload → finish → look … [→ first_comment]
    video story     start → upload → finish → look … → address

Photos go up unpublished, one a run, so that the call which shows the post is short and carries no
file. Where the reply to that call is lost, landing.py finds out whether it landed.
"""

import json

from postwright.domain.errors import Uncertain
from postwright.domain.post import Content
from postwright.domain.publication import Checkpoint, StepKind
from postwright.platforms.base import Call, Outcome, Waiting
from postwright.platforms.facebook import spec
from postwright.platforms.facebook.rules import RULES
from postwright.platforms.facebook.wire import Created, Done, Story
from postwright.platforms.landing import published
from postwright.platforms.meta import Graph
from postwright.platforms.upload import FilePart, part, whole

_STORY_FIELDS = "post_id,status,creation_time,media_type,media_id,url"


def graph(call: Call) -> Graph:
    """The Graph API as the Page's token sees it."""
    return Graph(call, spec.GRAPH, call.token, RULES)


def options(content: Content) -> spec.FacebookOptions:
    """The content's options as Facebook's own."""
    if not isinstance(content.options, spec.FacebookOptions):
        raise TypeError(f"options of another platform: {type(content.options).__name__}")
    return content.options


def begin(content: Content) -> Checkpoint:
    """The first step for this content. Raises Rejected where Facebook has no kind of post for it."""
    kind = spec.SPEC.kind_for(content)
    if not content.attachments:
        step = "publish"
    else:
        step = "start" if content.attachments[0].media.facts.kind == "video" else "photo"
    return Checkpoint(step, {"kind": kind.name})


def photos(checkpoint: Checkpoint) -> list[str]:
    """The ids of the photos that are up already."""
    found = checkpoint.notes.get("photos", [])
    return [str(photo) for photo in found] if isinstance(found, list) else []


async def add_photo(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Send the next photo, unpublished."""
    made = photos(checkpoint)
    attachment = content.attachments[len(made)]
    kind, media = spec.SPEC.kind_of(checkpoint), attachment.media
    form = {"published": "false"}
    if attachment.alt_text and kind.alt_text is not None:
        form["alt_text_custom"] = attachment.alt_text
    file = FilePart(
        "source", media.name, media.facts.mime, media.facts.size_bytes, part(call.files, media, whole(media))
    )
    path = f"/{call.account.external_id}/photos"
    photo = await graph(call).post_file(Created, path, form, file, needs=spec.PUBLISH_SCOPE)
    made = [*made, photo.id]
    if len(made) < len(content.attachments):
        return Waiting(checkpoint.to("photo", photos=[*made]))
    return Waiting(checkpoint.to("publish_story" if kind is spec.STORY else "publish", photos=[*made]))


async def publish(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Make the post visible."""
    form = {f"attached_media[{at}]": json.dumps({"media_fbid": one}) for at, one in enumerate(photos(checkpoint))}
    if content.caption:
        form["message"] = content.caption
    if spec.SPEC.kind_of(checkpoint) is spec.LINK:
        form["link"] = options(content).link or ""
    made = await graph(call).post(
        Created, f"/{call.account.external_id}/feed", form, kind=StepKind.COMMIT, needs=spec.PUBLISH_SCOPE
    )
    return after_landing(content, landed(checkpoint, made.id))


async def publish_story(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:  # noqa: ARG001 a Step like the others
    """Make the photo a story. The same photo would make a second one: this is never simply repeated."""
    [photo] = photos(checkpoint)
    path = f"/{call.account.external_id}/photo_stories"
    told = await graph(call).post(Done, path, {"photo_id": photo}, kind=StepKind.COMMIT, needs=spec.PUBLISH_SCOPE)
    if not told.success:
        raise Uncertain("Facebook did not say that the story is out.")
    return Waiting(checkpoint.landed(told.post_id or photo).to("address", media=photo))


async def read_address(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:  # noqa: ARG001 a Step like the others
    """Read the address of a story; one without is published all the same: a Page may keep no list of them."""
    story = await find_story(call, checkpoint.text("media"))
    return published(checkpoint if story is None else checkpoint.landed(story.post_id, story.url))


async def find_story(call: Call, media_id: str) -> Story | None:
    """The story that shows this photo or video."""
    path = f"/{call.account.external_id}/stories"
    stories = await graph(call).edge(Story, path, fields=_STORY_FIELDS, limit=spec.FEED_LIST)
    return next((story for story in stories if story.media_id == media_id), None)


async def write_first_comment(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Write the first comment under the published post."""
    await graph(call).post(
        Created,
        f"/{commented(checkpoint)}/comments",
        {"message": options(content).first_comment or ""},
        kind=StepKind.COMMIT,
        needs=spec.COMMENT_SCOPE,
    )
    return published(checkpoint)


def commented(checkpoint: Checkpoint) -> str:
    """What the first comment is written under: a video's post, where that is known."""
    return str(checkpoint.notes.get("post") or checkpoint.external_id)


def landed(checkpoint: Checkpoint, post_id: str) -> Checkpoint:
    """The post is visible, at the address that its id makes."""
    return checkpoint.landed(post_id, f"{spec.SITE}/{post_id}")


def after_landing(content: Content, checkpoint: Checkpoint) -> Outcome:
    """What remains once a post is visible and its address known."""
    if options(content).first_comment and "first_comment" in spec.SPEC.kind_of(checkpoint).options:
        return Waiting(checkpoint.to("first_comment"))
    return published(checkpoint)
