"""What can be chosen for a video beside its description and its file, and what the choices mean together.

Documents: developers.google.com/youtube/v3/docs/videos and …/playlistItems.
"""

import textwrap
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from postwright.domain.capability import Options, PostKind
from postwright.domain.errors import Finding
from postwright.domain.media import Attachment
from postwright.domain.post import Content
from postwright.kit.text import shorten

TITLE_LENGTH = 100
TAGS_LENGTH = 500
"""Of all tags as one text: commas stand between them, and quotes around those that hold a space."""
COMMENT_LENGTH = 10_000
"""Not confirmed by a page of the API's."""
BANNED = "<>"
"""Neither a title nor a description may hold them."""
HEADLINE = 70
"""How much of the description's first line becomes the title of a video that was given none."""
UNVERIFIED_SECONDS = 15 * 60
"""The longest video of a channel whose owner has not confirmed a telephone number."""

_ELLIPSIS = "…"
_TITLE, _DESCRIPTION, _PUBLISH_AT = "options.title", "caption", "options.publish_at"

Category = Literal["1", "2", "10", "15", "17", "19", "20", "22", "23", "24", "25", "26", "27", "28", "29"]
CATEGORIES: Mapping[Category, str] = {
    "1": "Film & Animation",
    "2": "Autos & Vehicles",
    "10": "Music",
    "15": "Pets & Animals",
    "17": "Sports",
    "19": "Travel & Events",
    "20": "Gaming",
    "22": "People & Blogs",
    "23": "Comedy",
    "24": "Entertainment",
    "25": "News & Politics",
    "26": "Howto & Style",
    "27": "Education",
    "28": "Science & Technology",
    "29": "Nonprofits & Activism",
}


class YouTubeOptions(Options):
    """What can be chosen for a video beside its description and its file."""

    post_type: Literal["video", "short"] | None = Field(
        None,
        description="What it is published as; a video by itself. YouTube shows any upright or square video of up to"
        " 3 minutes as a Short; `short` makes sure that it is one, and gives its address among the Shorts.",
    )
    title: str | None = Field(
        None,
        max_length=TITLE_LENGTH,
        description="The video's title, without < and >. Without one, the description's first line is used.",
    )
    tags: tuple[Annotated[str, Field(min_length=1)], ...] = Field(
        (), description="Words that people search for, up to 500 characters together."
    )
    category_id: Category = Field(
        "22",
        description=f"What it is about: {', '.join(f'{number} {name}' for number, name in CATEGORIES.items())}."
        " 22 by itself.",
        json_schema_extra={"labels": {str(number): name for number, name in CATEGORIES.items()}},
    )
    privacy: Literal["public", "unlisted", "private"] = Field(
        "public", description="Who can see it: everybody, those who have its address, or you alone."
    )
    publish_at: AwareDatetime | None = Field(
        None,
        description="When YouTube makes a private video public by itself. Leave it out to have it public at once when"
        " this post is due.",
    )
    made_for_kids: bool = Field(
        False, description="Whether it is made for children. Every video must declare it; without a word it is not."
    )
    notify_subscribers: bool = Field(True, description="Tell the channel's subscribers of it.")
    license: Literal["youtube", "creativeCommon"] = Field(
        "youtube", description="YouTube's standard licence, or Creative Commons: others may use it and name you."
    )
    embeddable: bool = Field(True, description="Whether other sites may show it.")
    contains_synthetic_media: bool = Field(
        False, description="Whether it shows people, places or events that look real and were altered or generated."
    )
    playlist_id: str | None = Field(
        None, pattern=r"^[\w-]+$", description="The playlist it is added to; choose one of the channel's."
    )
    first_comment: str | None = Field(
        None,
        max_length=COMMENT_LENGTH,
        description="A comment that you write under the video as soon as YouTube has processed it.",
    )


def chosen_for(content: Content) -> YouTubeOptions:
    """The content's options as YouTube's own."""
    if not isinstance(content.options, YouTubeOptions):
        raise TypeError(f"options of another platform: {type(content.options).__name__}")
    return content.options


def title_of(content: Content) -> str:
    """The title that was given, else the beginning of the description; empty where there is neither."""
    given = (chosen_for(content).title or "").strip()
    line = content.caption.strip().partition("\n")[0]
    if given or not line:
        return given
    headline = textwrap.shorten(line, HEADLINE, placeholder=_ELLIPSIS)
    return shorten(line, HEADLINE) if headline == _ELLIPSIS else headline  # one word longer than all there is room for


def videos_of(content: Content) -> list[Attachment]:
    """The videos among the media; a post that can go out has one."""
    return [one for one in content.attachments if one.media.facts.kind == "video"]


def pictures_of(content: Content) -> list[Attachment]:
    """The picture that stands for the video, if there is one."""
    return [one for one in content.attachments if one.media.facts.kind == "image"]


def further(content: Content, kind: PostKind) -> Iterator[Finding]:
    """What no table says: one video and perhaps its thumbnail, a title, and choices that go together."""
    yield from _media(content, kind)
    yield from _texts(content)
    yield from _visibility(content)


def _media(content: Content, kind: PostKind) -> Iterator[Finding]:
    videos, files = videos_of(content), len(content.attachments)
    if kind.min_media <= files <= kind.max_media and len(videos) != 1:
        code = "too_many_videos" if videos else "video_required"
        message = f"{kind.label} needs exactly one video; the other file can be the picture that stands for it."
        yield Finding("media", code, message, limit=1, value=len(videos))
    for index, one in enumerate(content.attachments):
        seconds = one.media.facts.duration_s or 0
        if one in videos and seconds > UNVERIFIED_SECONDS:
            message = "More than 15 minutes are for channels that YouTube has verified by telephone."
            yield Finding(
                f"media.{index}", "verified_channel_needed", message, UNVERIFIED_SECONDS, seconds, severity="warning"
            )


def _texts(content: Content) -> Iterator[Finding]:
    chosen = chosen_for(content)
    if not title_of(content):
        yield Finding(_TITLE, "option_required", "A video needs a title, or a description to take one from.")
    for field, text in ((_TITLE, chosen.title or ""), (_DESCRIPTION, content.caption)):
        if found := "".join(sign for sign in BANNED if sign in text):
            message = f"YouTube allows neither < nor > here: take out {found}."
            yield Finding(field, "angle_brackets", message, value=found)
    if (length := tags_length(chosen.tags)) > TAGS_LENGTH:
        message = f"The tags have {length} characters together (one with a space counts two more); 500 are allowed."
        yield Finding("options.tags", "tags_too_long", message, limit=TAGS_LENGTH, value=length)


def tags_length(tags: tuple[str, ...]) -> int:
    """How long the tags are, the way YouTube counts them."""
    return len(",".join(f'"{tag}"' if " " in tag else tag for tag in tags))


def _visibility(content: Content) -> Iterator[Finding]:
    chosen = chosen_for(content)
    if chosen.publish_at is not None and chosen.privacy != "private":
        message = "Only a private video can be made public later: choose private, or leave the time out."
        yield Finding(_PUBLISH_AT, "publish_at_needs_private", message, limit="private", value=chosen.privacy)
    if chosen.first_comment and chosen.privacy == "private":
        message = "Nobody can comment on a private video: leave the first comment out, or choose another privacy."
        yield Finding("options.first_comment", "comment_on_private", message, value=chosen.privacy)
    if chosen.first_comment and chosen.made_for_kids:
        message = "A video made for children takes no comments: leave the first comment out."
        yield Finding("options.first_comment", "comment_on_made_for_kids", message)
