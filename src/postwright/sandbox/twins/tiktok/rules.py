"""TikTok's numbers and words as data: scopes, lifetimes, limits, what a video and a photo must be.

Sources: developers.tiktok.com, "Content Posting API" (direct post, photo post, media transfer guide, status), "Login
Kit" and "Manage user access tokens", as of November 2026.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

PLATFORM = "tiktok"
WEB_HOST, API_HOST, UPLOAD_HOST = "www.tiktok.com", "open.tiktokapis.com", "open-upload.tiktokapis.com"
AGENT = "TikTok-ContentPosting/1.0"

SCOPES: Mapping[str, str] = {
    "user.info.basic": "Read your profile info (avatar, display name)",
    "user.info.profile": "Read access to your additional profile information, such as bio description and profile link",
    "user.info.stats": "Read access to your profile engagement statistics, such as follower count",
    "video.list": "Read your public videos on TikTok",
    "video.publish": "Post content to TikTok",
    "video.upload": "Upload draft content to TikTok for further editing",
}
PUBLISH, UPLOAD = "video.publish", "video.upload"


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long tokens live."""

    access: timedelta
    refresh: timedelta


CURRENT_LIVES = Lifetimes(timedelta(hours=2), timedelta(days=180))
FORMER_LIVES = Lifetimes(timedelta(hours=24), timedelta(days=365))
"""Before the page of November 2026; the change is rolled out app by app."""


@dataclass(frozen=True, slots=True)
class AppTerms:
    """What TikTok's portal knows of an app."""

    audited: bool = True
    desktop: bool = False
    """Login Kit for Desktop: loopback redirects, and PKCE is required."""
    lives: Lifetimes = CURRENT_LIVES


TERMS: Mapping[str, AppTerms] = {
    "sandbox-tiktok-unaudited": AppTerms(audited=False),
    "sandbox-tiktok-desktop": AppTerms(desktop=True, lives=FORMER_LIVES),
}
"""Client key -> terms; every other app has the usual ones."""
REDIRECT_URI_LENGTH = 512
VERIFIER_LENGTH = range(43, 129)

EVERYBODY, MYSELF = "PUBLIC_TO_EVERYONE", "SELF_ONLY"
FRIENDS, FOLLOWERS = "MUTUAL_FOLLOW_FRIENDS", "FOLLOWER_OF_CREATOR"


@dataclass(frozen=True, slots=True)
class CreatorTerms:
    """What a creator may choose when posting."""

    privacy: tuple[str, ...]
    longest_seconds: int
    duet_and_stitch: bool = True


PUBLIC_CREATOR = CreatorTerms((EVERYBODY, FRIENDS, MYSELF), 600)
PRIVATE_CREATOR = CreatorTerms((FOLLOWERS, FRIENDS, MYSELF), 300, duet_and_stitch=False)
PRIVATE = "private"
"""The kind of an account that strangers cannot see; all others are public."""

MB = 1_000_000
LARGEST_VIDEO = 4 * 1024**3
CHUNK = range(5 * MB, 64 * MB + 1)
CHUNKS = range(1, 1001)
UPLOAD_LIFE = timedelta(hours=1)
VIDEO_TYPES = frozenset({"video/mp4", "video/quicktime", "video/webm"})
VIDEO_CODECS = frozenset({"h264", "hevc", "vp8", "vp9"})
VIDEO_FPS = (23.0, 60.0)
FPS_SLACK = 0.1
"""23.976 passes as 24, and 60.02 as 60."""
VIDEO_SIDE = range(360, 4097)

PHOTO_TYPES = frozenset({"image/jpeg", "image/webp"})
PHOTO_SIDES = (1080, 1920)
"""Short and long side of "1080p"."""
LARGEST_PHOTO = 20 * MB
PHOTOS = range(1, 36)

VIDEO_TITLE, PHOTO_TITLE, PHOTO_DESCRIPTION = 2200, 90, 4000
"""UTF-16 code units."""

POSTS_PER_DAY = 15
PENDING_SHARES = 5
POSTING_USERS = 5
"""Of an unaudited app, in a day."""
DAY = timedelta(hours=24)
MINUTE = timedelta(minutes=1)
CALLS_PER_MINUTE: Mapping[str, int] = {
    "/v2/post/publish/creator_info/query/": 20,
    "/v2/post/publish/video/init/": 6,
    "/v2/post/publish/inbox/video/init/": 6,
    "/v2/post/publish/content/init/": 6,
    "/v2/post/publish/status/fetch/": 30,
    "/v2/post/publish/cancel/": 30,
    "/v2/user/info/": 600,
    "/v2/video/list/": 600,
    "/v2/video/query/": 600,
}
"""By path, for each access token. For cancelling no number is published; it gets that of looking."""

PAGE_SIZE, LARGEST_PAGE = 10, 20

FAIL_REASONS = frozenset(
    {"file_format_check_failed", "duration_check_failed", "frame_rate_check_failed", "picture_size_check_failed",
     "internal", "video_pull_failed", "photo_pull_failed", "publish_cancelled", "auth_removed",
     "spam_risk_too_many_posts", "spam_risk_user_banned_from_posting", "spam_risk_text", "spam_risk"}
)  # fmt: skip
ORDERED_FAILURE = r"#sandbox_(\w+)"
"""A hashtag with one of the reasons makes TikTok's processing fail for it: `#sandbox_spam_risk_text`."""
REMOVAL_REASONS: Mapping[str, int] = {
    "app_removed": 1, "account_deleted": 2, "age": 3, "banned": 4, "developer_revoked": 5,
}  # fmt: skip
"""Why a grant ended -> `reason` of `authorization.removed`; anything else is 0."""
