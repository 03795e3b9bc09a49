"""What X allows, as data: lifetimes, scopes, rates, sizes of media, forms of requests, names of fields.

Sources: X, "OAuth 2.0 Authorization Code Flow with PKCE", "Rate limits", "Media best practices", `openapi.json` 2.167.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

X = "x"
API_HOSTS = frozenset({"api.x.com", "api.twitter.com"})
PAGE_HOSTS = frozenset({"x.com", "twitter.com"})

CODE_LIFE = timedelta(seconds=30)
ACCESS_LIFE = timedelta(seconds=7200)
REFRESH_LIFE = timedelta(days=180)
"""Unconfirmed by X's pages; about half a year is what people report."""
STATE_CHARS = 500
SCOPES: Mapping[str, str] = {
    "tweet.read": "See all the posts you can see",
    "tweet.write": "Post and delete posts for you",
    "tweet.moderate.write": "Hide and show replies to your posts",
    "users.read": "See profiles you can see",
    "media.write": "Upload media for you",
    "like.read": "See posts you liked",
    "like.write": "Like posts for you",
    "dm.read": "See your direct messages",
    "dm.write": "Send direct messages for you",
    "offline.access": "Stay connected until you take it back",
}
READ = frozenset({"tweet.read", "users.read"})
WRITE = READ | {"tweet.write"}
UPLOAD = frozenset({"media.write"})

RATE_WINDOW = timedelta(minutes=15)
DAY = timedelta(hours=24)
POSTS_A_DAY = 2400
"""Of a verified account; one that is not has SandboxConfig.quota_total."""

TEXT_WEIGHT = 280
URL_WEIGHT = 23
DUPLICATE_WINDOW = timedelta(hours=12)
"""X says hours, not how many."""
ALT_TEXT = 1000
CASHTAGS = 1
IMAGES = 4
MEDIA_LIFE = timedelta(hours=24)
CHUNK_BYTES = 5 * 1024**2
VIDEO_SECONDS = (0.5, 140.0)
VIDEO_FPS = 60
VIDEO_SIDES = (32, 1024, 1280)
"""Shortest side at least, shorter side at most, longer side at most: X recommends upright videos too."""
VIDEO_ASPECT = 3.0
GIF_SIDES = (1280, 1080)
GIF_FRAMES = 350
GIF_PIXELS = 300_000_000
"""Width times height times frames."""
SLACK = 1.01
"""Containers round durations and frame rates."""


@dataclass(frozen=True, slots=True)
class Category:
    """One `media_category`."""

    family: str
    """photo, animated_gif, video or subtitles."""
    mimes: frozenset[str]
    max_bytes: int
    prefix: str
    """Of the media key."""
    post: bool = True
    """Whether it can hang on a post."""


_PHOTO = frozenset({"image/jpeg", "image/pjpeg", "image/png", "image/webp", "image/gif"})
_VIDEO = frozenset({"video/mp4", "video/quicktime"})
_GIF = frozenset({"image/gif"})
_TRACK = frozenset({"text/srt", "text/vtt"})
CATEGORIES: Mapping[str, Category] = {
    "tweet_image": Category("photo", _PHOTO, 5 * 1024**2, "3"),
    "tweet_gif": Category("animated_gif", _GIF, 15 * 1024**2, "16"),
    "tweet_video": Category("video", _VIDEO, 512 * 1024**2, "7"),
    "amplify_video": Category("video", _VIDEO, 512 * 1024**2, "13"),
    "dm_image": Category("photo", _PHOTO, 5 * 1024**2, "3", post=False),
    "dm_gif": Category("animated_gif", _GIF, 15 * 1024**2, "16", post=False),
    "dm_video": Category("video", _VIDEO, 512 * 1024**2, "7", post=False),
    "subtitles": Category("subtitles", _TRACK, 512 * 1024, "14", post=False),
}


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


POST_FIELDS = _words(
    "article article_title attachments author_id card_uri community_id context_annotations conversation_id created_at "
    "display_text_range edit_controls edit_history_post_ids edit_history_tweet_ids entities geo id in_reply_to_user_id "
    "lang matched_media_notes media_metadata non_public_metrics note_post note_request_suggestions note_tweet "
    "organic_metrics paid_partnership possibly_sensitive promoted_metrics public_metrics referenced_posts "
    "referenced_tweets reply_settings scopes source suggested_source_links suggested_source_links_with_counts text "
    "username withheld"
)
USER_FIELDS = _words(
    "affiliation confirmed_email connection_status created_at description entities id is_identity_verified location "
    "most_recent_post_id most_recent_tweet_id name parody pinned_post_id pinned_tweet_id profile_banner_url "
    "profile_image_url protected public_metrics receives_your_dm subscribes_to_you subscription subscription_type url "
    "username verified verified_followers_count verified_type withheld"
)
MEDIA_FIELDS = _words(
    "alt_text duration_ms height media_key non_public_metrics organic_metrics preview_image_url promoted_metrics "
    "public_metrics type url variants width"
)
EXPANSIONS = _words(
    "article.cover_media article.media_entities attachments.media_keys attachments.media_source_tweet "
    "attachments.poll_ids author_id edit_history_post_ids edit_history_tweet_ids entities.mentions.username "
    "geo.place_id in_reply_to_user_id referenced_posts referenced_tweets.id referenced_tweets.id.author_id username"
)
USER_QUERY: Mapping[str, frozenset[str]] = {
    "user.fields": USER_FIELDS,
    "tweet.fields": POST_FIELDS,
    "post.fields": POST_FIELDS,
    "expansions": _words("affiliation most_recent_post_id most_recent_tweet_id pinned_post_id pinned_tweet_id"),
}
FREE: frozenset[str] = frozenset()
POST_QUERY: Mapping[str, frozenset[str]] = {
    **USER_QUERY,
    "expansions": EXPANSIONS,
    "media.fields": MEDIA_FIELDS,
    "poll.fields": _words("duration_minutes end_datetime id options voting_status"),
    "place.fields": _words("contained_within country country_code full_name geo id name place_type"),
}
"""Query parameter -> the words it may list; a parameter with none takes any value."""
TIMELINE_QUERY: Mapping[str, frozenset[str]] = {
    **POST_QUERY,
    "exclude": _words("replies retweets"),
    **dict.fromkeys(("max_results", "pagination_token", "start_time", "end_time", "since_id", "until_id"), FREE),
}
PAGE_SIZE = (5, 10, 100)
"""Smallest, usual and largest `max_results` of a timeline."""
MANY_IDS = 100
