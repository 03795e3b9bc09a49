"""Facebook Pages as data: hosts, login, scopes, limits, media rules, options, poll plan.

Facts stand with the vendor's page they come from, under developers.facebook.com/docs/ (read
2026-11-20); "not documented" marks what is known from use alone. What errors mean is in rules.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from pydantic import Field

from postwright.domain.capability import Capability, ImageRule, Options, PostKind, TextRule, VideoRule
from postwright.domain.publication import StepKind
from postwright.platforms.base import ApiVersion, Budget, Login, PlatformSpec, Quota, Scope
from postwright.platforms.oauth import Renewal
from postwright.platforms.polling import PollPlan

ID = "facebook"
VERSION = "v25.0"
SITE = "https://www.facebook.com"
GRAPH = f"https://graph.facebook.com/{VERSION}"
_MB = 1024 * 1024
_GB = 1024 * _MB

PUBLISH_SCOPE = "pages_manage_posts"
COMMENT_SCOPE = "pages_manage_engagement"
PUBLISH_TASK = "CREATE_CONTENT"
"""The task on a Page without which a person may not publish there (pages-api)."""

LOGINS = (
    Login(
        id="facebook",
        name="Facebook",
        credentials="facebook",
        authorize_url=f"{SITE}/{VERSION}/dialog/oauth",
        scopes=(
            Scope("pages_show_list", "Find the Pages that you may publish to."),
            Scope("pages_read_engagement", "See what stands on a Page, to find a post whose receipt was lost."),
            Scope(PUBLISH_SCOPE, "Publish posts, photos, videos, reels and stories, and take them down."),
            Scope(COMMENT_SCOPE, "Write the first comment.", False),
            Scope("pages_read_user_content", "Make sure that the first comment is written only once.", False),
            Scope("read_insights", "Show how posts are doing.", False),
            Scope("business_management", "Find Pages that belong to a business portfolio.", False),
        ),
    ),
)

RENEWAL = Renewal(lead=timedelta(days=10), youngest=timedelta(hours=24), lifetime=timedelta(seconds=5_183_944))
"""A person's long-lived token lives about 60 days; a Page's own does not run out (get-long-lived)."""

VIDEO_POLL = PollPlan(timedelta(seconds=5), 1.5, timedelta(minutes=1), timedelta(minutes=30))

PHOTOS = (2, 10)
"""How many pictures one post takes; more than ten are not documented."""
MESSAGE_LENGTH = 63_206
COMMENT_LENGTH = 8_000
"""Not documented."""
TITLE_LENGTH = 255
"""Not documented."""
FEED_LIST = "50"
"""How many recent posts or stories are looked through for one that may have landed."""


@dataclass(frozen=True, slots=True)
class VideoRoute:
    """How one kind of video goes up: its edge on the Page, and what its last call says beside the video."""

    edge: str
    finish: Mapping[str, str]
    titled: bool


VIDEO_ROUTES: Mapping[str, VideoRoute] = {
    "video": VideoRoute("videos", {}, titled=True),
    "reel": VideoRoute("video_reels", {"video_state": "PUBLISHED"}, titled=True),
    "story": VideoRoute("video_stories", {}, titled=False),
}
"""By the kind of post (reference/page/videos, video-api/guides/reels-publishing, page-stories-api)."""

_PICTURES = ("image/jpeg", "image/png", "image/gif", "image/bmp", "image/tiff")
_PHOTO = ImageRule(mimes=_PICTURES, max_bytes=4 * _MB, convert_to="image/jpeg")
"""Up to 4 MB are recommended in the feed (reference/page/photos); larger pictures are made smaller."""
_STORY_PHOTO = ImageRule(mimes=_PICTURES, max_bytes=10 * _MB, convert_to="image/jpeg")

_CODECS = ("h264", "hevc", "vp9", "av1")
_FEED_VIDEO = VideoRule(
    mimes=("video/mp4", "video/quicktime"),
    max_bytes=10 * _GB,
    min_seconds=1,
    max_seconds=4 * 60 * 60,
    video_codecs=_CODECS,
    audio_codecs=("aac", "mp3"),
)


def _upright(longest: float) -> VideoRule:
    """A reel, or a story's video (reels-publishing: 9:16, from 540 by 960, 24 to 60 frames a second)."""
    return VideoRule(
        mimes=("video/mp4",),
        # Not documented: 90 seconds need far less.
        max_bytes=_GB,
        min_seconds=3,
        max_seconds=longest,
        video_codecs=_CODECS,
        audio_codecs=("aac",),
        ratio=(9 / 16 - 0.01, 9 / 16 + 0.01),
        min_width=540,
        min_height=960,
        # Film has 23.976, which everybody calls 24.
        min_fps=23.97,
        max_fps=60,
        max_audio_hz=48_000,
    )


_ALT_TEXT = 1000
"""Not documented for Pages; the vendor's other platform takes as much."""
_COMMENTED = ("first_comment",)

PHOTO = PostKind("photo", "Photo", 1, 1, image=_PHOTO, alt_text=_ALT_TEXT, options=_COMMENTED)
ALBUM = PostKind("photos", "Several photos", *PHOTOS, image=_PHOTO, alt_text=_ALT_TEXT, options=_COMMENTED)
VIDEO = PostKind("video", "Video", 1, 1, video=_FEED_VIDEO, options=("title", *_COMMENTED))
REEL = PostKind("reel", "Reel", 1, 1, video=_upright(90), options=("title", *_COMMENTED))
STORY = PostKind("story", "Story", 1, 1, image=_STORY_PHOTO, video=_upright(60), caption=False)
LINK = PostKind("link", "Link", 0, 0, options=("link", *_COMMENTED), required=("link",), chosen_by="link")
TEXT = PostKind("text", "Text", 0, 0, needs_caption=True, options=_COMMENTED)


class FacebookOptions(Options):
    """What can be chosen for a post beside its text and media."""

    post_type: Literal["photo", "photos", "video", "reel", "story", "link", "text"] | None = Field(
        None,
        description="What it is published as. By itself: a link where one is given, else photos, a video, or a text.",
    )
    link: str | None = Field(
        None,
        pattern=r"^https?://\S+$",
        description="The address that the post leads to; Facebook shows that page's picture and title.",
        examples=["https://example.com/"],
    )
    title: str | None = Field(None, min_length=1, max_length=TITLE_LENGTH, description="The video's or reel's title.")
    first_comment: str | None = Field(
        None,
        max_length=COMMENT_LENGTH,
        description="A comment that the Page writes under the post as soon as it is out.",
    )


STEPS: Mapping[str, StepKind] = {
    "photo": StepKind.PREPARE,
    "start": StepKind.PREPARE,
    "transfer": StepKind.PREPARE,
    "upload": StepKind.PREPARE,
    "publish": StepKind.COMMIT,
    "publish_story": StepKind.COMMIT,
    "finish": StepKind.COMMIT,
    "look": StepKind.FOLLOW,
    "address": StepKind.PREPARE,
    "first_comment": StepKind.COMMIT,
    "end": StepKind.PREPARE,
}

SPEC = PlatformSpec(
    id=ID,
    name="Facebook",
    logins=LOGINS,
    capability=Capability(
        # Characters, not documented of which kind: the stricter count.
        caption=TextRule(MESSAGE_LENGTH, "utf16"),
        kinds=(PHOTO, ALBUM, VIDEO, REEL, STORY, LINK, TEXT),
        options=FacebookOptions,
    ),
    # A Page has 4,800 calls in 24 hours for each person who engaged with it (overview/rate-limiting).
    budget=Budget("calls", 200, timedelta(hours=1)),
    documents=(
        "https://developers.facebook.com/docs/pages-api/posts",
        "https://developers.facebook.com/docs/graph-api/reference/page/photos",
        "https://developers.facebook.com/docs/graph-api/reference/page/videos",
        "https://developers.facebook.com/docs/video-api/guides/reels-publishing",
        "https://developers.facebook.com/docs/page-stories-api",
        "https://developers.facebook.com/docs/graph-api/overview/rate-limiting",
    ),
    steps=STEPS,
    step_calls=2,
    quotas=(Quota("reels", 30, "in any 24 hours", "account"),),
    version=ApiVersion(VERSION, None),
)
