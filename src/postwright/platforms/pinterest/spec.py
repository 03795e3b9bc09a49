"""Pinterest as data: hosts, the login, scopes, limits, media rules, options, poll plan.

Facts stand with the vendor's page they come from, under developers.pinterest.com/docs/ (read
2026-11-20); "the description" is Pinterest's own OpenAPI file, 5.23. What no page confirms is
marked so. What errors mean is in rules.py.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Literal

from pydantic import Field

from postwright.domain.capability import Capability, ImageRule, Options, PostKind, TextRule, VideoRule
from postwright.domain.errors import Finding
from postwright.domain.post import Content
from postwright.domain.publication import StepKind
from postwright.domain.retry import SETTLING
from postwright.platforms.base import ApiVersion, Budget, Login, PlatformSpec, Quota, Scope
from postwright.platforms.oauth import Renewal
from postwright.platforms.polling import PollPlan

ID = "pinterest"
VERSION = "v5"
API = f"https://api.pinterest.com/{VERSION}"
TOKEN_URL = f"{API}/oauth/token"
PERMALINK = "https://www.pinterest.com/pin/{id}/"
_MB = 1024 * 1024

LOGIN = Login(
    id=ID,
    name="Pinterest",
    credentials=ID,
    authorize_url="https://www.pinterest.com/oauth/",
    scopes=(
        Scope("user_accounts:read", "See which account was connected, and its name."),
        Scope("boards:read", "List the boards and sections that a Pin can be saved to."),
        Scope("boards:write", "Save Pins to your boards."),
        Scope("pins:read", "Find a Pin again when the reply to publishing it was lost."),
        Scope("pins:write", "Publish Pins, and take them down."),
    ),
)
"""Creating a Pin takes all four of boards and pins (api/v5/pins-create)."""

RENEWAL = Renewal(lead=timedelta(days=7), youngest=timedelta(hours=1), lifetime=timedelta(days=30))
"""Access tokens live 30 days, refresh tokens 60; each renewal gives both anew (getting-started/authentication)."""

BUDGET = Budget("calls", 100, timedelta(minutes=1))
"""For each person and app: 100 writes a minute; reads have 1,000, and are counted here as well (rate-limits)."""
LONG_WINDOW = timedelta(hours=1)
"""An allowance over more than this is a day's: apart from the one of a day, all are over seconds or a minute."""

MEDIA_POLL = PollPlan(timedelta(seconds=5), 1.5, timedelta(seconds=20), timedelta(minutes=10))
MAX_RESTARTS = 2
"""How often a video's upload is begun anew where Pinterest no longer knows it."""
SLOWEST_UPLOAD = 250_000
"""Bytes a second below which an upload is given up."""
PIN_TIMEOUT = timedelta(seconds=60)
"""Pinterest fetches up to five pictures from this server before it answers."""
AGAIN = PollPlan(SETTLING, 3, timedelta(minutes=30), timedelta(hours=1))
"""When such a call, of which the board shows no trace, is made again, and when no more."""

NEWEST = 50
"""How many of a board's newest Pins are looked through; a page holds at most 250 (api/v5/boards-list_pins)."""
PAGE_SIZE = 250
MOST_PAGES = 8
"""Of the boards that can be chosen from."""
BOARDS_WITH_SECTIONS = 50
"""Sections cost a call for each board, so only the first boards' are offered."""

ALT_TEXT = 500
CAROUSEL_SIZE = (2, 5)
"""Lengths and counts that no limit table names: the description's schemas PinCreate and PinMediaSourceImagesURL."""

_IMAGE = ImageRule(mimes=("image/jpeg", "image/png"), max_bytes=20 * _MB, convert_to="image/jpeg")
"""The formats: the description; the size is not confirmed."""
_VIDEO = VideoRule(
    mimes=("video/mp4", "video/quicktime", "video/x-m4v"),
    max_bytes=2048 * _MB,
    min_seconds=4,
    max_seconds=15 * 60,
    video_codecs=("h264", "hevc"),
    audio_codecs=("aac", "mp3"),
    ratio=(1 / 2, 1.91),
)
"""Not confirmed by a page of the API's; of the sound nothing is told, these are what such files usually hold."""

_PIN = ("title", "link", "board_id", "board_section_id")
_NEEDS = ("board_id",)

IMAGE = PostKind("image", "Image Pin", 1, 1, image=_IMAGE, alt_text=ALT_TEXT, options=_PIN, required=_NEEDS)
CAROUSEL = PostKind(
    "carousel", "Carousel", *CAROUSEL_SIZE, image=_IMAGE, alt_text=ALT_TEXT, options=_PIN, required=_NEEDS
)
VIDEO = PostKind(
    "video",
    "Video Pin",
    1,
    1,
    video=_VIDEO,
    alt_text=ALT_TEXT,
    alt_text_on=("video",),
    options=(*_PIN, "cover_url", "cover_time_ms"),
    required=_NEEDS,
)


class PinterestOptions(Options):
    """What can be chosen for a Pin beside its description and media."""

    post_type: Literal["image", "carousel", "video"] | None = Field(
        None, description="What it is published as. By itself: a picture, a carousel of several, or a video."
    )
    title: str | None = Field(None, max_length=100, description="The Pin's title, which stands above its description.")
    link: str | None = Field(
        None,
        max_length=2048,
        pattern=r"^https?://",
        description="The web address that the Pin leads to when people click it.",
    )
    board_id: str | None = Field(
        None, pattern=r"^\d+$", description="The board that the Pin is saved to; choose one of the account's boards."
    )
    board_section_id: str | None = Field(
        None, pattern=r"^\d+$", description="The section of that board, if the Pin is to stand in one."
    )
    cover_url: str | None = Field(
        None,
        max_length=2048,
        pattern=r"^https?://",
        description="The address of a JPEG or PNG that is the video's cover.",
    )
    cover_time_ms: int | None = Field(
        None,
        ge=0,
        description="The moment of the video, in milliseconds, that is its cover; Pinterest takes whole seconds."
        " Without a cover it is the first picture.",
    )


def options(content: Content) -> PinterestOptions:
    """The content's options as Pinterest's own."""
    if not isinstance(content.options, PinterestOptions):
        raise TypeError(f"options of another platform: {type(content.options).__name__}")
    return content.options


def further(content: Content, kind: PostKind) -> Iterator[Finding]:
    """What no table says: a carousel's pictures belong together, and a video has one cover within its length."""
    if kind is CAROUSEL:
        yield from _carousel(content)
    if kind is VIDEO:
        yield from _cover(content)


def _carousel(content: Content) -> Iterator[Finding]:
    sizes = [f"{one.media.facts.width}×{one.media.facts.height}" for one in content.attachments]
    for index, size in enumerate(sizes[1:], start=1):
        if size != sizes[0]:
            message = f"All pictures of a carousel must be of one size: this is {size}, the first is {sizes[0]}."
            yield Finding(f"media.{index}", "carousel_size_mismatch", message, limit=sizes[0], value=size)
    for index, attachment in enumerate(content.attachments[1:], start=1):
        if attachment.alt_text:
            message = "A carousel has one alternative text, that of its first picture; this one will be left out."
            yield Finding(f"media.{index}.alt_text", "alt_text_ignored", message, severity="warning")


def _cover(content: Content) -> Iterator[Finding]:
    chosen, field = options(content), "options.cover_time_ms"
    if chosen.cover_time_ms is None:
        return
    if chosen.cover_url is not None:
        yield Finding(field, "cover_given_twice", "The cover is a picture or a moment of the video: leave one out.")
    lengths = [round(seconds * 1000) for one in content.attachments if (seconds := one.media.facts.duration_s)]
    for length in lengths:
        if chosen.cover_time_ms > length:
            message = f"The moment for the cover lies outside the video, which is {length} ms long."
            yield Finding(field, "cover_time_too_late", message, limit=length, value=chosen.cover_time_ms)


STEPS: Mapping[str, StepKind] = {
    "register": StepKind.PREPARE,
    "upload": StepKind.PREPARE,
    "look": StepKind.PREPARE,
    "survey": StepKind.PREPARE,
    "publish": StepKind.COMMIT,
    "confirm": StepKind.FOLLOW,
    "finish": StepKind.PREPARE,
}

SPEC = PlatformSpec(
    id=ID,
    name="Pinterest",
    logins=(LOGIN,),
    capability=Capability(
        caption=TextRule(800, "code_points"),
        kinds=(IMAGE, CAROUSEL, VIDEO),
        options=PinterestOptions,
        further=further,
    ),
    budget=BUDGET,
    documents=(
        "https://developers.pinterest.com/docs/api/v5/pins-create/",
        "https://developers.pinterest.com/docs/api/v5/media-create/",
        "https://developers.pinterest.com/docs/api/v5/boards-list_pins/",
        "https://developers.pinterest.com/docs/getting-started/authentication/",
        "https://developers.pinterest.com/docs/reference/rate-limits/",
        "https://developers.pinterest.com/docs/key-concepts/access-tiers/",
    ),
    steps=STEPS,
    step_calls=2,
    quotas=(
        Quota("calls of an app with trial access", 1000, "after 24 hours", "app"),
        Quota("Pins and uploads of an app with trial access", 300, "after 24 hours", "app"),
    ),
    version=ApiVersion(VERSION, None),
    account_options=("board_id", "board_section_id"),
)
