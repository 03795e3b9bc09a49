"""Instagram's limits and scopes as data.

Sources: Meta, Instagram Platform "Content Publishing", reference pages "IG User Media" and "Content Publishing Limit"
(mirrored 2026-09-11); scopes from "Business Login for Instagram" and "Facebook Login for Business".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from postwright.sandbox.twins.meta.nodes import FACEBOOK, INSTAGRAM

MIB = 1024 * 1024

CAPTION_UNITS = 2200
"""UTF-16 units: Meta does not say which unit it counts; this is the strictest reading."""
HASHTAGS = 30
MENTIONS = 20
ALT_TEXT = 1000
COLLABORATORS = 3
CHILDREN = range(2, 11)
CONTAINER_LIFE = timedelta(hours=24)
STORY_LIFE = timedelta(hours=24)
MESSAGE_BYTES = 1000
MESSAGE_WINDOW = timedelta(hours=24)
HUMAN_AGENT_WINDOW = timedelta(days=7)
PRIVATE_REPLY_WINDOW = timedelta(days=7)
FEW_FOLLOWERS = 100
"""Below this, follower metrics are not given."""


@dataclass(frozen=True, slots=True)
class ImageRule:
    """What an image must be. Widths outside 320-1440 are scaled by the vendor, not refused."""

    max_bytes: int = 8 * MIB
    aspect: tuple[float, float] | None = (4 / 5, 1.91)


@dataclass(frozen=True, slots=True)
class VideoRule:
    """What a video must be; a breach shows up in the container's status, not in the reply."""

    max_bytes: int
    aspect: tuple[float, float]
    seconds: tuple[float, float]
    max_columns: int = 1920
    fps: tuple[float, float] = (23, 60)
    max_bit_rate: int = 25_000_000
    max_audio_hz: int = 48_000
    video_codecs: frozenset[str] = frozenset({"h264", "hevc"})
    audio_codecs: frozenset[str] = frozenset({"aac"})
    containers: frozenset[str] = frozenset({"video/mp4", "video/quicktime"})


FEED_IMAGE = ImageRule()
STORY_IMAGE = ImageRule(aspect=None)
REEL = VideoRule(300 * MIB, (0.01, 10), (3, 900))
STORY_VIDEO = VideoRule(100 * MIB, (0.1, 10), (3, 60))
CHILD_VIDEO = VideoRule(100 * MIB, (0.01, 10), (3, 60))
LARGEST_UPLOAD = 300 * MIB
ASPECT_SLACK = 0.01
"""Rounding of whole pixels: 1080x1351 passes as 4:5."""

_COMMON = frozenset({"media_type", "is_carousel_item", "is_ai_generated"})
_VIDEO = frozenset({"video_url", "upload_type", "thumb_offset", "cover_url"})
_POST = frozenset({"caption", "location_id", "collaborators", "share_to_feed"})
PARAMS: Mapping[str, frozenset[str]] = {
    "IMAGE": _COMMON | _POST | {"image_url", "alt_text", "user_tags", "product_tags"},
    "REELS": _COMMON | _POST | _VIDEO | {"audio_name", "user_tags", "trial_params", "product_tags"},
    "STORIES": _COMMON | {"image_url", "video_url", "upload_type", "user_tags"},
    "CAROUSEL": _COMMON | _POST | {"children", "product_tags"},
    "CHILD": _COMMON | {"image_url", "video_url", "upload_type", "alt_text", "user_tags", "product_tags"},
}
"""Parameters that mean something for each kind of container; a story has no caption, a carousel child neither."""
FACEBOOK_LOGIN_PARAMS = frozenset({"branded_content_sponsor_ids", "is_paid_partnership"})

SCOPES: Mapping[tuple[str, str], tuple[str, ...]] = {
    (INSTAGRAM, "ig_read"): ("instagram_business_basic",),
    (INSTAGRAM, "ig_publish"): ("instagram_business_basic", "instagram_business_content_publish"),
    (INSTAGRAM, "ig_comments"): ("instagram_business_basic", "instagram_business_manage_comments"),
    (INSTAGRAM, "ig_insights"): ("instagram_business_basic", "instagram_business_manage_insights"),
    (INSTAGRAM, "ig_messages"): ("instagram_business_basic", "instagram_business_manage_messages"),
    (FACEBOOK, "ig_read"): ("instagram_basic",),
    (FACEBOOK, "ig_publish"): ("instagram_basic", "instagram_content_publish", "pages_read_engagement"),
    (FACEBOOK, "ig_comments"): ("instagram_basic", "instagram_manage_comments"),
    (FACEBOOK, "ig_insights"): ("instagram_basic", "instagram_manage_insights"),
    (FACEBOOK, "ig_messages"): ("instagram_basic", "instagram_manage_messages"),
    (FACEBOOK, "ig_delete"): ("instagram_basic", "instagram_manage_contents"),
}
"""(login, capability) -> scopes."""
LOGIN_SCOPES: Mapping[str, str] = {
    "instagram_business_basic": "View profile and access media",
    "instagram_business_content_publish": "Access and publish content",
    "instagram_business_manage_comments": "Access and manage comments",
    "instagram_business_manage_messages": "Access and manage messages",
    "instagram_business_manage_insights": "Access and view insights",
}
"""Scopes of Instagram Login, as its page words them."""
