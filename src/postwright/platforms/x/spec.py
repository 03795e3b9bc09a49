"""X as data: hosts, login, limits, media rules, options, poll plans.

Facts stand with the page of docs.x.com they come from (API v2, OpenAPI 2.167, read 2026-11-20). What errors
mean is in rules.py.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from postwright.domain.capability import Capability, ImageRule, Options, PostKind, TextRule, VideoRule, counted
from postwright.domain.check import too_long
from postwright.domain.errors import Finding
from postwright.domain.media import MediaFacts
from postwright.domain.post import Content
from postwright.domain.publication import StepKind
from postwright.platforms.base import ApiVersion, Budget, Login, PlatformSpec, Quota, Scope
from postwright.platforms.oauth import Renewal

ID = "x"
API = "https://api.x.com"
TOKEN_URL = f"{API}/2/oauth2/token"
REVOKE_URL = f"{API}/2/oauth2/revoke"
POSTS = "/2/tweets"
UPLOADS = "/2/media/upload"
METADATA = "/2/media/metadata"
PERMALINK = "https://x.com/{username}/status/{id}"
_MB = 1024 * 1024

LOGIN = Login(
    id="x",
    name="X",
    credentials="x",
    authorize_url="https://x.com/i/oauth2/authorize",
    scopes=(
        Scope("tweet.read", "Find a post again whose reply was lost."),
        Scope("users.read", "See which account was connected."),
        Scope("tweet.write", "Publish posts and take them down."),
        Scope("media.write", "Upload pictures and videos."),
        Scope("offline.access", "Stay connected: without it the connection ends after two hours."),
    ),
    scope_separator=" ",
    pkce="S256",
)

RENEWAL = Renewal(lead=timedelta(minutes=10), youngest=timedelta(0), lifetime=timedelta(hours=2))
"""fundamentals/authentication/oauth-2-0: access tokens live two hours."""

TEXT = TextRule(280, "weighted")
"""counting-characters. Subscribers may write more; what an account may is not told, so all are held to this."""
ALT_TEXT = 1000
"""x-api/media/create-media-metadata."""
MOST_REPLIES = 24
"""Ours: a thread of 25 posts takes a quarter of what an account may post in 15 minutes."""

SEGMENT = 4 * _MB
"""Bytes of a file in one call; the page names no limit, uploads above 5 MB are known to be refused."""
SLOWEST = 100_000
"""Bytes a second below which the sending of a segment is given up."""
CHECK_AFTER = timedelta(seconds=5)
"""How long to wait where X does not say when to look again (x-api/media/quickstart/media-upload-chunked)."""
PROCESSING = timedelta(minutes=10)
"""How long X may work on a file."""
FRESHNESS = timedelta(minutes=15)
"""An upload that X forgets (after 24 hours, it says) within this time is made anew rather than used."""

LOOKED_THROUGH = 100
"""The most posts that X lists in one reply (x-api/users/get-posts)."""

_IMAGE = ImageRule(mimes=("image/jpeg", "image/png", "image/webp"), max_bytes=5 * _MB, convert_to="image/jpeg")
_GIF = ImageRule(mimes=("image/gif",), max_bytes=15 * _MB, max_width=1280, max_height=1080, max_frames=350)
_GIF_PIXELS = 300_000_000
"""Width times height times pictures (x-api/media/quickstart/best-practices)."""
_LONG_SIDE, _SHORT_SIDE = 1280, 1024
_VIDEO = VideoRule(
    mimes=("video/mp4", "video/quicktime"),
    max_bytes=512 * _MB,
    min_seconds=0.5,
    max_seconds=140,
    video_codecs=("h264",),
    audio_codecs=("aac",),
    ratio=(1 / 3, 3),
    min_width=32,
    min_height=32,
    max_width=_LONG_SIDE,
    max_height=_LONG_SIDE,
    max_fps=60,
)
"""x-api/media/quickstart/best-practices: 32×32 to 1280×1024. Upright videos are recommended as 720×1280, so the
greatest size is meant for either way of holding it; `_short_side` says the rest."""

_COMMON = ("thread", "reply_settings", "made_with_ai", "paid_partnership")
POLL = PostKind(
    "poll", "Poll", 0, 0, needs_caption=True, options=(*_COMMON, "poll"), required=("poll",), chosen_by="poll"
)
GIF = PostKind("gif", "GIF", 1, 1, image=_GIF, alt_text=ALT_TEXT, options=_COMMON)
IMAGE = PostKind("image", "Images", 1, 4, image=_IMAGE, alt_text=ALT_TEXT, options=_COMMON)
VIDEO = PostKind("video", "Video", 1, 1, video=_VIDEO, options=_COMMON)
TEXT_ALONE = PostKind("text", "Text", 0, 0, needs_caption=True, options=_COMMON)


class Poll(BaseModel):
    """A question that people answer by choosing; the post's text asks it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    options: tuple[Annotated[str, Field(min_length=1, max_length=25)], ...] = Field(
        min_length=2,
        max_length=4,
        description="The answers to choose from: 2 to 4, of up to 25 characters each.",
        examples=[["Yes", "No"]],
    )
    duration_minutes: int = Field(
        1440, ge=5, le=10_080, description="How long people can answer, in minutes: from 5 to 10,080 (seven days)."
    )


class XOptions(Options):
    """What can be chosen for a post beside its text and media."""

    post_type: Literal["poll", "gif", "image", "video", "text"] | None = Field(
        None, description="What it is published as. By itself: what the media make of it, or a poll where one is given."
    )
    thread: tuple[Annotated[str, Field(json_schema_extra=counted(TEXT))], ...] = Field(
        (),
        max_length=MOST_REPLIES,
        description="The texts of further posts, in order: each answers the one before. One alone is a first comment.",
    )
    reply_settings: Literal["following", "mentionedUsers", "subscribers", "verified"] | None = Field(
        None, description="Who may answer: whom you follow, whom you mention, your subscribers, or verified accounts."
    )
    poll: Poll | None = Field(
        None,
        description="Answers that people choose from, and for how long. A post with a poll has no pictures or video.",
        examples=[{"options": ["Yes", "No"], "duration_minutes": 1440}],
    )
    made_with_ai: bool | None = Field(None, description="Say on the post that its media were made with AI.")
    paid_partnership: bool | None = Field(None, description="Say on the post that somebody pays for it.")


def options(content: Content) -> XOptions:
    """The content's options as X's own."""
    if not isinstance(content.options, XOptions):
        raise TypeError(f"options of another platform: {type(content.options).__name__}")
    return content.options


def further(content: Content, kind: PostKind) -> Iterator[Finding]:
    """What no table says: each post of a thread is a post, and files have limits of more than one side."""
    for number, text in enumerate(options(content).thread):
        field, what = f"options.thread.{number}", f"Post {number + 2} of the thread"
        if not text.strip():
            yield Finding(field, "thread_text_required", f"{what} needs a text.", limit=1, value=0)
        yield from (replace(found, code="thread_text_too_long") for found in too_long(field, text, TEXT, what))
    check = {VIDEO.name: _short_side, GIF.name: _all_pixels}.get(kind.name)
    if check is not None:
        for number, attachment in enumerate(content.attachments):
            yield from check(f"media.{number}", attachment.media.facts)


def _all_pixels(field: str, facts: MediaFacts) -> Iterator[Finding]:
    pixels = facts.width * facts.height * (facts.frames or 1)
    if pixels > _GIF_PIXELS:
        message = f"{pixels} pixels in all of its pictures; {_GIF_PIXELS} are allowed."
        yield Finding(field, "animation_too_big", message, limit=_GIF_PIXELS, value=pixels)


def _short_side(field: str, facts: MediaFacts) -> Iterator[Finding]:
    side = min(facts.width, facts.height)
    if side > _SHORT_SIDE:
        message = f"{facts.width}×{facts.height} pixels; {_LONG_SIDE}×{_SHORT_SIDE} are allowed."
        yield Finding(field, "video_short_side_too_big", message, limit=_SHORT_SIDE, value=side)


STEPS: Mapping[str, StepKind] = {
    "initialize": StepKind.PREPARE,
    "append": StepKind.PREPARE,
    "finalize": StepKind.PREPARE,
    "look": StepKind.PREPARE,
    "describe": StepKind.PREPARE,
    "post": StepKind.COMMIT,
    "reply": StepKind.COMMIT,
    "finish": StepKind.PREPARE,
}

SPEC = PlatformSpec(
    id=ID,
    name="X",
    logins=(LOGIN,),
    capability=Capability(caption=TEXT, kinds=(POLL, GIF, IMAGE, VIDEO, TEXT_ALONE), options=XOptions, further=further),
    # The segments of an upload are most of the calls. How much is used of the fewer posts is read from the replies.
    budget=Budget("calls", 1875, timedelta(minutes=15)),
    documents=(
        "https://docs.x.com/x-api/posts/create-post",
        "https://docs.x.com/x-api/media/quickstart/media-upload-chunked",
        "https://docs.x.com/x-api/media/quickstart/best-practices",
        "https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code",
        "https://docs.x.com/fundamentals/rate-limits",
        "https://docs.x.com/fundamentals/counting-characters",
        "https://docs.x.com/x-api/webhooks/introduction",
    ),
    steps=STEPS,
    step_calls=2,
    quotas=(
        Quota("posts in 15 minutes", 100, "in a window of 15 minutes", "account"),
        Quota("posts in 24 hours", 10_000, "in a window of 24 hours", "app"),
    ),
    version=ApiVersion("2", None),
)
