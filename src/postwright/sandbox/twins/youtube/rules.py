"""What Google and YouTube prescribe, as data: scopes, methods, parts, bodies, limits, lifetimes.

Sources: YouTube Data API v3 discovery document, revision 20261104; Google, "Quota calculator" (2026-09-11),
"Using OAuth 2.0 for Web Server Applications". What no source confirmed is marked (from memory).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

PLATFORM = "youtube"
AUTH = "https://www.googleapis.com/auth/"
UPLOAD, MANAGE, FORCE_SSL, READONLY = (
    AUTH + name for name in ("youtube.upload", "youtube", "youtube.force-ssl", "youtube.readonly")
)
SCOPES: Mapping[str, str] = {
    UPLOAD: "Manage your YouTube videos",
    MANAGE: "Manage your YouTube account",
    FORCE_SSL: "See, edit, and permanently delete your YouTube videos, ratings, comments and captions",
    READONLY: "View your YouTube account",
    AUTH + "yt-analytics.readonly": "View YouTube Analytics reports for your YouTube content",
}
WRITE = frozenset({MANAGE, FORCE_SSL})
READ = WRITE | {READONLY}
SEND = WRITE | {UPLOAD}

ACCESS_LIFE = timedelta(seconds=3599)
IDLE_LIFE = timedelta(days=182)
"""A refresh token that nobody used for six months is dead."""
TESTING_LIFE = timedelta(days=7)
"""Refresh tokens of an app whose consent screen is in testing."""

INSERTS_PER_DAY = 100
UNITS_PER_DAY = 10_000
QUOTA_ZONE = "America/Los_Angeles"
"""Both buckets are filled again at its midnight."""
REFUSED_COST = 1
"""What an invalid call costs."""

VIDEO_BYTES = 256 * 2**30
THUMBNAIL_BYTES = 52_428_800
VIDEO_TYPES = ("video/", "application/octet-stream")
IMAGE_TYPES = ("image/jpeg", "image/png", "application/octet-stream")
GRANULE = 262_144
"""Chunks of an upload, but the last, are a multiple of it (from memory)."""
SESSION_LIFE = timedelta(days=7)
"""Of an upload session (from memory)."""

TITLE_CHARS, DESCRIPTION_BYTES, TAGS_CHARS, COMMENT_CHARS = 100, 5000, 500, 10_000
SHORT_SECONDS, UNVERIFIED_SECONDS, LONGEST_SECONDS = 180, 15 * 60, 12 * 3600
CATEGORIES = frozenset({"1", "2", "10", "15", "17", "19", "20", "22", "23", "24", "25", "26", "27", "28", "29"})
DEFAULT_CATEGORY = "22"

LEASE, LONGEST_LEASE = timedelta(days=5), timedelta(days=10)
"""Of a WebSub subscription: given when none is asked for, and at most (from memory)."""
FEED_ENTRIES = 15

Shape: TypeAlias = "type | tuple[str, ...] | Mapping[str, Shape]"
"""What a JSON body may hold: a type, one of some words, or an object with these names."""
PRIVACY = ("public", "unlisted", "private")
_TOP: Mapping[str, Shape] = {"kind": str, "etag": str, "id": str}
_SHOWN: Mapping[str, Shape] = {"publishedAt": str, "channelId": str, "channelTitle": str, "thumbnails": dict}
_TEXT: Mapping[str, Shape] = {"title": str, "description": str, "localized": dict, "defaultLanguage": str}
VIDEO: Mapping[str, Shape] = {
    **_TOP,
    "snippet": {
        **_SHOWN, **_TEXT, "tags": list, "categoryId": str, "defaultAudioLanguage": str, "liveBroadcastContent": str,
    },
    "status": {
        "privacyStatus": PRIVACY, "publishAt": str, "license": ("youtube", "creativeCommon"), "embeddable": bool,
        "publicStatsViewable": bool, "selfDeclaredMadeForKids": bool, "containsSyntheticMedia": bool,
        "madeForKids": bool, "uploadStatus": str, "failureReason": str, "rejectionReason": str,
    },
    "recordingDetails": {"recordingDate": str, "location": dict, "locationDescription": str},
    "contentDetails": {"contentRating": dict, "duration": str, "definition": str, "caption": str},
    "localizations": dict,
}  # fmt: skip
PLAYLIST: Mapping[str, Shape] = {
    **_TOP, "snippet": {**_SHOWN, **_TEXT, "tags": list}, "status": {"privacyStatus": PRIVACY},
    "contentDetails": {"itemCount": int},
}  # fmt: skip
_RESOURCE: Mapping[str, Shape] = {"kind": str, "videoId": str}
PLAYLIST_ITEM: Mapping[str, Shape] = {
    **_TOP, "snippet": {**_SHOWN, **_TEXT, "playlistId": str, "position": int, "resourceId": _RESOURCE},
    "contentDetails": {"videoId": str, "note": str}, "status": {"privacyStatus": PRIVACY},
}  # fmt: skip
_COMMENT: Mapping[str, Shape] = {**_TOP, "snippet": {"textOriginal": str, "videoId": str, "channelId": str}}
COMMENT_THREAD: Mapping[str, Shape] = {
    **_TOP, "snippet": {"channelId": str, "videoId": str, "topLevelComment": _COMMENT},
}  # fmt: skip
SNIPPET_SET = ("title", "description", "tags", "categoryId", "defaultLanguage", "defaultAudioLanguage")
STATUS_DEFAULTS: Mapping[str, str | bool] = {
    "privacyStatus": "public", "license": "youtube", "embeddable": True, "publicStatsViewable": True,
    "selfDeclaredMadeForKids": False, "containsSyntheticMedia": False,
}  # fmt: skip
"""What a video's status may be set to besides `publishAt`, and what it is where nothing is said."""

COMMON = frozenset({
    "$.xgafv", "access_token", "alt", "callback", "fields", "key", "oauth_token", "prettyPrint", "quotaUser",
    "uploadType", "upload_protocol",
})  # fmt: skip
"""Query parameters of every method."""
PARTS: Mapping[str, frozenset[str]] = {
    "videos": frozenset({
        "id", "snippet", "contentDetails", "status", "statistics", "processingDetails", "fileDetails", "player",
        "localizations", "recordingDetails", "suggestions", "topicDetails", "liveStreamingDetails",
        "paidProductPlacementDetails",
    }),
    "channels": frozenset({
        "id", "snippet", "contentDetails", "statistics", "status", "brandingSettings", "localizations",
        "topicDetails",
    }),
    "playlists": frozenset({"id", "snippet", "status", "contentDetails", "player", "localizations"}),
    "playlistItems": frozenset({"id", "snippet", "contentDetails", "status"}),
    "commentThreads": frozenset({"id", "snippet", "replies"}),
}  # fmt: skip
OWNERS_PARTS = frozenset({"processingDetails", "fileDetails", "suggestions"})
"""Parts of a video that only its owner may ask for."""
PAGE_SIZES: Mapping[str, tuple[int, int, int]] = {
    "videos": (1, 50, 5), "channels": (0, 50, 5), "playlists": (0, 50, 5), "playlistItems": (0, 50, 5),
    "commentThreads": (1, 100, 20),
}  # fmt: skip
"""Least, most and usual `maxResults`."""


@dataclass(frozen=True, slots=True)
class Method:
    """One method of the API; `cost` is in units of the daily quota, None means the bucket of inserts."""

    name: str
    scopes: frozenset[str]
    params: frozenset[str]
    """Query parameters beside the common ones."""
    cost: int | None = 1
    filters: tuple[str, ...] = ()
    """Exactly one of them must be given."""
    required: tuple[str, ...] = ()
    body: Mapping[str, Shape] | None = None


def _method(
    name: str,
    scopes: frozenset[str],
    params: str,
    *,
    cost: int | None = 1,
    filters: str = "",
    body: Mapping[str, Shape] | None = None,
) -> Method:
    """A method; words that end in `!` are required parameters."""
    words = [*params.split(), *filters.split(), "onBehalfOfContentOwner"]
    return Method(
        name=name,
        scopes=scopes,
        params=frozenset(word.rstrip("!") for word in words),
        cost=cost,
        filters=tuple(filters.split()),
        required=tuple(word[:-1] for word in words if word.endswith("!")),
        body=body,
    )


_LISTED = "part! maxResults pageToken hl"
_INSERTED = "part! onBehalfOfContentOwnerChannel"
METHODS: Mapping[tuple[str, str], Method] = {
    ("GET", "channels"): _method("channels.list", READ, _LISTED, filters="id mine forHandle forUsername"),
    ("GET", "videos"): _method("videos.list", READ, f"{_LISTED} maxWidth maxHeight", filters="id"),
    ("POST", "videos"): _method(
        "videos.insert", SEND, f"{_INSERTED} notifySubscribers autoLevels stabilize", cost=None, body=VIDEO
    ),
    ("PUT", "videos"): _method("videos.update", WRITE, "part!", cost=50, body=VIDEO),
    ("DELETE", "videos"): _method("videos.delete", WRITE, "id!", cost=50),
    ("POST", "thumbnails/set"): _method("thumbnails.set", SEND, "videoId!", cost=50),
    ("GET", "playlists"): _method("playlists.list", READ, _LISTED, filters="id mine channelId"),
    ("POST", "playlists"): _method("playlists.insert", WRITE, _INSERTED, cost=50, body=PLAYLIST),
    ("GET", "playlistItems"): _method("playlistItems.list", READ, f"{_LISTED} videoId", filters="id playlistId"),
    ("POST", "playlistItems"): _method("playlistItems.insert", WRITE, "part!", cost=50, body=PLAYLIST_ITEM),
    ("GET", "commentThreads"): _method(
        "commentThreads.list", frozenset({FORCE_SSL}), f"{_LISTED} order textFormat moderationStatus",
        filters="id videoId",
    ),
    ("POST", "commentThreads"): _method(
        "commentThreads.insert", frozenset({FORCE_SSL}), "part!", cost=50, body=COMMENT_THREAD
    ),
}  # fmt: skip
