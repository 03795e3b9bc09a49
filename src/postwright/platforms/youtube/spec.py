"""YouTube as data: hosts, the login, scopes, limits, media rules, poll plan. What can be chosen is in options.py.

Facts stand with the vendor's page they come from, under developers.google.com/youtube/v3/ (read
2026-11-20); "the description" is Google's own discovery document of 2026-11-04. What no page
confirms is marked so. What errors mean is in rules.py.
"""

from collections.abc import Mapping
from datetime import timedelta

from postwright.domain.capability import Capability, ImageRule, PostKind, TextRule, VideoRule
from postwright.domain.publication import StepKind
from postwright.platforms.base import ApiVersion, Budget, Login, PlatformSpec, Quota, Scope
from postwright.platforms.oauth import Renewal
from postwright.platforms.polling import PollPlan
from postwright.platforms.youtube.options import YouTubeOptions, further

ID = "youtube"
VERSION = "v3"
API = f"https://youtube.googleapis.com/youtube/{VERSION}"
UPLOADS = f"https://youtube.googleapis.com/upload/youtube/{VERSION}"
TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address, no secret
REVOKE_URL = "https://oauth2.googleapis.com/revoke"
FEEDS = ("https://www.youtube.com/feeds/videos.xml?", "https://www.youtube.com/xml/feeds/videos.xml?")
"""What a channel's new videos are told by (guides/push_notifications); the second form is an older one."""

_SCOPES = "https://www.googleapis.com/auth/"
MANAGE_SCOPE = f"{_SCOPES}youtube.force-ssl"
LOGIN = Login(
    id=ID,
    name="YouTube (Google)",
    credentials=ID,
    authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
    scopes=(
        Scope(f"{_SCOPES}youtube.upload", "Publish videos, and set the picture that stands for one."),
        Scope(f"{_SCOPES}youtube.readonly", "See which channel was connected, and how far a video is processed."),
        Scope(MANAGE_SCOPE, "Write the first comment, add videos to playlists, take videos down.", required=False),
    ),
    scope_separator=" ",
    pkce="S256",
    # Only so is there a refresh token, each time again (guides/auth/server-side-web-apps).
    extra={"access_type": "offline", "prompt": "consent", "include_granted_scopes": "true"},
)
RENEWAL = Renewal(lead=timedelta(minutes=10), youngest=timedelta(), lifetime=timedelta(seconds=3599))
"""Access tokens live an hour; the refresh token stays the same (guides/auth/server-side-web-apps)."""

BUDGET = Budget("calls", 600, timedelta(minutes=1))
"""A brake of our own: YouTube counts what an app does in a day, and names no pace for one channel."""
QUOTAS = (
    Quota("uploads", 100, "at midnight Pacific time", "app"),
    Quota(
        "units (a comment, a picture, a playlist, a removal: 50 each; a look: 1)",
        10_000,
        "at midnight Pacific time",
        "app",
    ),
)
"""determine_quota_cost, 2026-09-11: uploads have an allowance of their own."""

CHUNK = 8 * 1024 * 1024
"""How much is sent in one call: a multiple of 256 KiB, as all but the last must be (guides/using_resumable_upload…)."""
SLOWEST_UPLOAD = 250_000
"""Bytes a second below which a call that uploads is given up."""
UPLOAD_TIMEOUT = timedelta(minutes=1)
"""For what remains of such a call: YouTube may take its time to close a large file."""
MAX_RESTARTS = 2
"""How often an upload that YouTube lost is begun anew: a session lives about a week (not confirmed)."""

PROCESSING_POLL = PollPlan(timedelta(seconds=10), 1.5, timedelta(minutes=2), timedelta(hours=6))
LOOKS_UNSEEN = 5
"""How often a new video may be missing from the answer before it counts as deleted."""
PAGE_SIZE = 50
MOST_PAGES = 4
"""Of playlists to choose from and of comments to look through; a page has 50 (the description)."""

WATCH = "https://www.youtube.com/watch?v={id}"
SHORTS = "https://www.youtube.com/shorts/{id}"

_MB = 1024 * 1024
_MOST_BYTES = 274_877_906_944
_MOST_SECONDS = 12 * 60 * 60
_SHORT_SECONDS = 3 * 60

_THUMBNAIL = ImageRule(mimes=("image/jpeg", "image/png"), max_bytes=50 * _MB, convert_to="image/jpeg")
"""The description, 2026-09-14: 52,428,800 bytes; 1280×720 is recommended, and no shape is refused."""


def _video(longest: float, ratio: tuple[float, float] | None) -> VideoRule:
    """Sizes and lengths: docs/videos/insert. YouTube converts nearly anything; these are what is probed here."""
    return VideoRule(
        mimes=("video/mp4", "video/quicktime", "video/3gpp", "video/webm", "video/x-matroska"),
        max_bytes=_MOST_BYTES,
        min_seconds=0,
        max_seconds=longest,
        video_codecs=("h264", "hevc", "vp8", "vp9", "av1", "mpeg4", "mpeg2video", "prores", "dnxhd", "h263", "mjpeg"),
        audio_codecs=(
            *("aac", "mp3", "mp2", "opus", "vorbis", "ac3", "eac3", "flac", "alac", "amr_nb", "amr_wb"),
            *("pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_f32le"),
        ),
        ratio=ratio,
    )


_CHOICES = tuple(name for name in YouTubeOptions.model_fields if name != "post_type")

VIDEO = PostKind("video", "Video", 1, 2, video=_video(_MOST_SECONDS, None), image=_THUMBNAIL, options=_CHOICES)
SHORT = PostKind("short", "Short", 1, 1, video=_video(_SHORT_SECONDS, (0.01, 1)), options=_CHOICES)
"""Upright or square, up to three minutes; that this is what makes a Short is not confirmed for the API."""

STEPS: Mapping[str, StepKind] = {
    "open": StepKind.PREPARE,
    "send": StepKind.PREPARE,
    # The last bytes make the video; nothing before them can be seen, and nothing after them undoes it.
    "finish": StepKind.COMMIT,
    "process": StepKind.FOLLOW,
    "thumbnail": StepKind.PREPARE,
    "playlist": StepKind.COMMIT,
    "first_comment": StepKind.COMMIT,
    "done": StepKind.PREPARE,
}

SPEC = PlatformSpec(
    id=ID,
    name="YouTube",
    logins=(LOGIN,),
    capability=Capability(
        caption=TextRule(5000, "utf8"), kinds=(VIDEO, SHORT), options=YouTubeOptions, further=further
    ),
    budget=BUDGET,
    documents=(
        "https://developers.google.com/youtube/v3/docs/videos/insert",
        "https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol",
        "https://developers.google.com/youtube/v3/docs/thumbnails/set",
        "https://developers.google.com/youtube/v3/docs/errors",
        "https://developers.google.com/youtube/v3/determine_quota_cost",
        "https://developers.google.com/youtube/v3/guides/auth/server-side-web-apps",
    ),
    steps=STEPS,
    step_calls=2,
    quotas=QUOTAS,
    version=ApiVersion(VERSION, None),
    account_options=("playlist_id",),
)
