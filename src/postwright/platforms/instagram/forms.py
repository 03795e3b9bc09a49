"""What a container is asked for with, as pure functions from the content to the call's form.

Document: instagram-platform/instagram-graph-api/reference/ig-user/media.
"""

import json
from collections.abc import Sequence

from postwright.domain.capability import PostKind
from postwright.domain.errors import Rejected
from postwright.domain.media import Attachment
from postwright.domain.post import Content
from postwright.platforms.instagram.spec import REEL, STORY, InstagramOptions

Form = dict[str, str]


def options(content: Content) -> InstagramOptions:
    """The content's options as Instagram's own."""
    if not isinstance(content.options, InstagramOptions):
        raise TypeError(f"options of another platform: {type(content.options).__name__}")
    return content.options


def single(kind: PostKind, content: Content, *, resumable: bool) -> Form:
    """A picture, a reel or a story."""
    attachment = content.attachments[0]
    source = {"upload_type": "resumable"} if resumable else _source(attachment)
    tags = _tags(content, 0, attachment)
    if kind is STORY:
        return {"media_type": "STORIES", **source, **tags}
    form = {**source, **tags, **_shared(content)}
    return {"media_type": "REELS", **form, **_reel(content)} if kind is REEL else {**form, **_alt_text(attachment)}


def child(content: Content, index: int) -> Form:
    """One item of a carousel."""
    attachment = content.attachments[index]
    video = {"media_type": "VIDEO"} if _is_video(attachment) else {}
    return {
        "is_carousel_item": "true",
        **video,
        **_source(attachment),
        **_alt_text(attachment),
        **_tags(content, index, attachment),
    }


def carousel(content: Content, children: Sequence[str]) -> Form:
    """The carousel itself, once its items are ready."""
    return {"media_type": "CAROUSEL", "children": ",".join(children), **_shared(content)}


def _source(attachment: Attachment) -> Form:
    if not attachment.url:
        raise Rejected("Instagram fetches media from this server, which has no public address yet.", field="media")
    return {"video_url" if _is_video(attachment) else "image_url": attachment.url}


def _shared(content: Content) -> Form:
    chosen = options(content)
    form = {"caption": content.caption} if content.caption else {}
    if chosen.collaborators:
        form["collaborators"] = json.dumps(chosen.collaborators)
    if chosen.location_id:
        form["location_id"] = chosen.location_id
    return form


def _reel(content: Content) -> Form:
    chosen = options(content)
    form: Form = {}
    if chosen.share_to_feed is not None:
        form["share_to_feed"] = "true" if chosen.share_to_feed else "false"
    if chosen.cover_url:
        form["cover_url"] = chosen.cover_url
    elif chosen.thumb_offset_ms is not None:
        form["thumb_offset"] = str(chosen.thumb_offset_ms)
    return form


def _tags(content: Content, index: int, attachment: Attachment) -> Form:
    # In a video a person is tagged as a whole, in a picture at a place.
    tags = [
        {"username": tag.username} if _is_video(attachment) else {"username": tag.username, "x": tag.x, "y": tag.y}
        for tag in options(content).user_tags
        if tag.index == index
    ]
    return {"user_tags": json.dumps(tags)} if tags else {}


def _alt_text(attachment: Attachment) -> Form:
    return {"alt_text": attachment.alt_text} if attachment.alt_text and not _is_video(attachment) else {}


def _is_video(attachment: Attachment) -> bool:
    return attachment.media.facts.kind == "video"
