"""Instagram as data: hosts, logins, scopes, limits, media rules, options, poll plans.

Facts stand with the vendor's page they come from, under
developers.facebook.com/docs/instagram-platform/ (read 2026-11-20). What errors mean is in rules.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from postwright.domain.capability import Capability, ImageRule, Options, PostKind, TextRule, VideoRule
from postwright.domain.publication import StepKind
from postwright.platforms.base import Budget, Login, PlatformSpec, Scope
from postwright.platforms.oauth import Renewal
from postwright.platforms.polling import PollPlan

ID = "instagram"
BY_INSTAGRAM = "instagram"
BY_FACEBOOK = "facebook"
VERSION = "v25.0"
_MB = 1024 * 1024

GRAPH_INSTAGRAM = f"https://graph.instagram.com/{VERSION}"
GRAPH_FACEBOOK = f"https://graph.facebook.com/{VERSION}"
TOKEN_URL = "https://api.instagram.com/oauth/access_token"  # noqa: S105 an address, no secret
LONG_LIVED_URL = "https://graph.instagram.com"
"""The exchange and the renewal of tokens have no version in their paths."""


@dataclass(frozen=True, slots=True)
class Route:
    """What publishing goes through after one of the logins."""

    graph: str
    publish_scope: str
    comment_scope: str
    uploads: str | None = None
    """Where bytes can be sent; None where Instagram only fetches from an address (resumable-uploads)."""
    removes: bool = False
    """Whether a published post can be taken down (reference/instagram-media)."""


ROUTES: Mapping[str, Route] = {
    BY_INSTAGRAM: Route(GRAPH_INSTAGRAM, "instagram_business_content_publish", "instagram_business_manage_comments"),
    BY_FACEBOOK: Route(
        GRAPH_FACEBOOK,
        "instagram_content_publish",
        "instagram_manage_comments",
        f"https://rupload.facebook.com/ig-api-upload/{VERSION}",
        removes=True,
    ),
}

LOGINS = (
    Login(
        id=BY_INSTAGRAM,
        name="Instagram",
        credentials="instagram",
        authorize_url="https://www.instagram.com/oauth/authorize",
        scopes=(
            Scope("instagram_business_basic", "See which account was connected, its name and its posts."),
            Scope("instagram_business_content_publish", "Publish posts, reels and stories."),
            Scope("instagram_business_manage_comments", "Write the first comment, read and answer comments.", False),
            Scope("instagram_business_manage_insights", "Show how posts are doing.", False),
            Scope("instagram_business_manage_messages", "Read and answer direct messages.", False),
        ),
    ),
    Login(
        id=BY_FACEBOOK,
        name="Instagram through a Facebook Page",
        credentials="facebook",
        authorize_url=f"https://www.facebook.com/{VERSION}/dialog/oauth",
        scopes=(
            Scope("instagram_basic", "See which account was connected, its name and its posts."),
            Scope("instagram_content_publish", "Publish posts, reels and stories."),
            Scope("pages_show_list", "Find the Pages that an Instagram account is linked to."),
            Scope("pages_read_engagement", "Act for the Instagram account of a Page."),
            Scope("instagram_manage_comments", "Write the first comment, read and answer comments.", False),
            Scope("instagram_manage_insights", "Show how posts are doing.", False),
            Scope("instagram_manage_messages", "Read and answer direct messages.", False),
            Scope("instagram_manage_contents", "Take posts down.", False),
            Scope("business_management", "Find Pages that belong to a business portfolio.", False),
        ),
    ),
)

RENEWAL = Renewal(lead=timedelta(days=10), youngest=timedelta(hours=24), lifetime=timedelta(seconds=5_183_944))
"""Long-lived tokens live about 60 days and can be renewed once they are 24 hours old (business-login)."""

IMAGE_POLL = PollPlan(timedelta(seconds=2), 2, timedelta(seconds=10), timedelta(minutes=2))
VIDEO_POLL = PollPlan(timedelta(seconds=10), 1.5, timedelta(minutes=1), timedelta(minutes=15))
FIND_POLL = PollPlan(timedelta(seconds=5), 2, timedelta(minutes=1), timedelta(minutes=5))
MAX_RESTARTS = 2
"""How often a container that failed or expired is made anew for one publication."""
RESTART_DELAY = timedelta(seconds=30)

CAROUSEL_SIZE = (2, 10)
"""content-publishing: 10; the app allows 20, the API's error text says 10."""
COMMENT_LENGTH = 2200
FETCH_LIST = "25"
"""How many recent posts are looked through for one that may have landed."""

MEDIA_TYPES: Mapping[str, tuple[str | None, ...]] = {
    "image": ("IMAGE", None),
    "reel": ("VIDEO", "REELS", None),
    "video": ("VIDEO", None),
    "carousel": ("CAROUSEL_ALBUM", None),
}
"""How lists name what was published (reference/instagram-media); None where they do not."""

_IMAGE = ImageRule(
    mimes=("image/jpeg",),
    max_bytes=8 * _MB,
    ratio=(4 / 5, 1.91),
    min_width=320,
    max_width=1440,
    convert_to="image/jpeg",
)
_STORY_IMAGE = ImageRule(mimes=("image/jpeg",), max_bytes=8 * _MB, max_width=1440, convert_to="image/jpeg")


def _video(megabytes: int, ratio: tuple[float, float], longest: float) -> VideoRule:
    return VideoRule(
        mimes=("video/mp4", "video/quicktime"),
        max_bytes=megabytes * _MB,
        min_seconds=3,
        max_seconds=longest,
        video_codecs=("h264", "hevc"),
        audio_codecs=("aac",),
        ratio=ratio,
        max_width=1920,
        min_fps=23,
        max_fps=60,
        max_bit_rate=25_000_000,
        max_audio_hz=48_000,
        faststart=True,
    )


_ALT_TEXT = 1000
_TAGS = ("first_comment", "collaborators", "user_tags", "location_id")

IMAGE = PostKind("image", "Image", 1, 1, image=_IMAGE, alt_text=_ALT_TEXT, options=_TAGS)
REEL = PostKind(
    "reel",
    "Reel",
    1,
    1,
    video=_video(300, (0.01, 10), 15 * 60),
    options=(*_TAGS, "share_to_feed", "cover_url", "thumb_offset_ms"),
)
CAROUSEL = PostKind(
    "carousel",
    "Carousel",
    *CAROUSEL_SIZE,
    image=_IMAGE,
    video=_video(100, (0.01, 10), 60),
    alt_text=_ALT_TEXT,
    options=_TAGS,
)
STORY = PostKind(
    "story",
    "Story",
    1,
    1,
    image=_STORY_IMAGE,
    video=_video(100, (0.1, 10), 60),
    caption=False,
    options=("user_tags",),
)


class UserTag(BaseModel):
    """A person who is tagged in a picture."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    username: str = Field(min_length=1, max_length=30, description="The person's Instagram name, without the @.")
    x: float = Field(0.5, ge=0, le=1, description="How far from the left the tag stands, 0 to 1.")
    y: float = Field(0.5, ge=0, le=1, description="How far from the top the tag stands, 0 to 1.")
    index: int = Field(0, ge=0, lt=CAROUSEL_SIZE[1], description="In a carousel: which item is meant, from 0.")


class InstagramOptions(Options):
    """What can be chosen for a post beside its caption and media."""

    post_type: Literal["image", "reel", "carousel", "story"] | None = Field(
        None, description="What it is published as. By itself: a picture, a reel, or a carousel of several media."
    )
    first_comment: str | None = Field(
        None, max_length=COMMENT_LENGTH, description="A comment that you write under the post as soon as it is out."
    )
    collaborators: tuple[Annotated[str, Field(min_length=1, max_length=30)], ...] = Field(
        (), max_length=3, description="Up to 3 accounts that are invited to show the post as theirs too."
    )
    user_tags: tuple[UserTag, ...] = Field((), max_length=20, description="People who are in the picture or video.")
    location_id: str | None = Field(
        None, pattern=r"^\d+$", description="The number of the Facebook Page of the place where it was taken."
    )
    share_to_feed: bool | None = Field(
        None, description="Show the reel in the feed too, not only among the reels. Instagram does so by default."
    )
    cover_url: str | None = Field(
        None,
        pattern=r"^https?://",
        description="The address of a JPEG (up to 8 MB, 9:16) that is the reel's cover; it wins over the moment.",
    )
    thumb_offset_ms: int | None = Field(
        None, ge=0, description="The moment of the video, in milliseconds, that is the reel's cover."
    )


STEPS: Mapping[str, StepKind] = {
    "child": StepKind.PREPARE,
    "children": StepKind.PREPARE,
    "create": StepKind.PREPARE,
    "upload": StepKind.PREPARE,
    "look": StepKind.PREPARE,
    "publish": StepKind.COMMIT,
    "find": StepKind.PREPARE,
    "permalink": StepKind.PREPARE,
    "first_comment": StepKind.COMMIT,
    "finish": StepKind.PREPARE,
}

SPEC = PlatformSpec(
    id=ID,
    name="Instagram",
    logins=LOGINS,
    capability=Capability(
        caption=TextRule(2200, "utf16", hashtags=30, mentions=20),
        kinds=(IMAGE, REEL, CAROUSEL, STORY),
        options=InstagramOptions,
    ),
    budget=Budget("calls", 200, timedelta(hours=1)),
    documents=(
        "https://developers.facebook.com/docs/instagram-platform/content-publishing",
        "https://developers.facebook.com/docs/instagram-platform/content-publishing/resumable-uploads",
        "https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media",
        "https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes",
        "https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login",
        "https://developers.facebook.com/docs/graph-api/overview/rate-limiting",
    ),
    steps=STEPS,
    step_calls=2,
)
