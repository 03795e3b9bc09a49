"""Facebook's limits, scopes and video rules as data.

Sources: Meta, Pages API "Posts", Video API "Reels Publishing", "Page Stories API", reference "Page Videos" (mirrored
2026-09-11). The length of a message and the sizes of feed videos are not on those pages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from postwright.sandbox.twins.meta.nodes import FACEBOOK

MESSAGE_CHARS = 63_206
SOONEST = timedelta(minutes=10)
FEED_AHEAD = timedelta(days=30)
VIDEO_AHEAD = timedelta(days=180)
REEL_AHEAD = timedelta(days=29)
REELS_PER_DAY = 30
STORY_LIFE = timedelta(hours=24)
TEMPORARY_LIFE = timedelta(hours=24)
"""How long an unpublished photo is kept that was uploaded as temporary."""
PHOTO_BYTES = 10_000_000
PHOTO_TYPES = frozenset({"image/jpeg", "image/png", "image/gif", "image/bmp", "image/tiff"})
SMALLEST_VIDEO = 1024
GIB = 1024**3
SIMPLE_BYTES = GIB
CHUNKED_BYTES = 10 * GIB
PIECES = 4
SMALLEST_PIECE, LARGEST_PIECE = 64 * 1024, 16 * 1024 * 1024
"""A chunked upload is asked for in about so many pieces, within these sizes."""
SHUNNED_HOST = ".fbcdn.net"
SLACK = 0.01
"""Containers round durations and frame rates, pictures whole pixels."""


@dataclass(frozen=True, slots=True)
class VideoRule:
    """What a video must be. A breach of a vertical one's shape shows up in its status, not in a reply."""

    product: str
    """video, reel or story."""
    seconds: tuple[float, float]
    aspect: float | None = None
    smallest: tuple[int, int] = (1, 1)
    fps: tuple[float, float] = (1, 120)
    containers: frozenset[str] = frozenset({"video/mp4", "video/quicktime"})
    video_codecs: frozenset[str] = frozenset({"h264", "hevc", "vp9", "av1"})
    audio_codecs: frozenset[str] = frozenset({"aac"})


FEED_VIDEO = VideoRule("video", (0.04, 4 * 3600))
REEL = VideoRule("reel", (3, 90), 9 / 16, (540, 960), (24, 60))
STORY_VIDEO = VideoRule("story", (3, 60), 9 / 16, (540, 960), (24, 60))

_READ = "pages_read_engagement"
SCOPES: Mapping[tuple[str, str], tuple[str, ...]] = {
    (FACEBOOK, "page_read"): (_READ,),
    (FACEBOOK, "page_publish"): ("pages_manage_posts", _READ),
    (FACEBOOK, "page_comments"): ("pages_read_user_content",),
    (FACEBOOK, "page_comment"): ("pages_manage_engagement",),
}
"""(login, capability) -> scopes."""
