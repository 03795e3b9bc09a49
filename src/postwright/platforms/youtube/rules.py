"""What YouTube's refusals mean, as data; and why a video that was taken is not shown.

Sources: docs/errors and docs/videos. A reason (`errors[].reason`) is looked for first, then the
status word, at last `http status`; an OAuth `error` counts as a reason.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from postwright.domain.errors import (
    AuthExpired,
    AuthRevoked,
    QuotaReached,
    RateLimited,
    Rejected,
    Unavailable,
)
from postwright.platforms.errors import ErrorRule, table

_OVER = "The connection has run out or was ended: reconnect the account. (YouTube: {words})"
_LACKS = "The connection lacks a permission: reconnect the account and allow all. (YouTube: {words})"
_DAY = "The app has used up what YouTube allows it in a day; the post goes on after midnight Pacific time."
_SLOWER = "YouTube asks us to slow down; the post goes on by itself."
_BLOCKED = "YouTube has closed or suspended the account: open YouTube and see what it says."
_PICTURE = "YouTube cannot use the picture: it takes JPEG and PNG up to 50 MB. (YouTube: {words})"
_COMMENT = "options.first_comment"

NOT_FOUND: Final = 404
NO_CHANNEL: Final = "This Google account has no YouTube channel: create one at youtube.com, then connect it again."

RULES = table(
    (
        ErrorRule("youtubeSignupRequired", Rejected, NO_CHANNEL),
        ErrorRule("authError", AuthExpired, _OVER),
        ErrorRule("required", AuthExpired, _OVER),
        ErrorRule("insufficientPermissions", AuthRevoked, _LACKS),
        ErrorRule("ACCESS_TOKEN_SCOPE_INSUFFICIENT", AuthRevoked, _LACKS),
        ErrorRule("accountDelegationForbidden", AuthRevoked, "The account may not act for this channel any more."),
        ErrorRule("authenticatedUserAccountClosed", Rejected, _BLOCKED),
        ErrorRule("authenticatedUserAccountSuspended", Rejected, _BLOCKED),
        ErrorRule("forbiddenPrivacySetting", Rejected, "YouTube refuses this privacy. ({words})", "options.privacy"),
        ErrorRule("forbiddenLicenseSetting", Rejected, "YouTube refuses this licence. ({words})", "options.license"),
        ErrorRule(
            "accessNotConfigured",
            Unavailable,
            "The YouTube Data API is not enabled in the app's Google project: enable it there, and try again.",
            on_commit=Unavailable,
        ),
        ErrorRule("quotaExceeded", QuotaReached, _DAY),
        ErrorRule("dailyLimitExceeded", QuotaReached, _DAY),
        ErrorRule(
            "uploadLimitExceeded",
            QuotaReached,
            "The channel has uploaded as many videos as YouTube allows it for now; the post goes on after 24 hours.",
        ),
        ErrorRule("rateLimitExceeded", RateLimited, _SLOWER),
        ErrorRule("userRateLimitExceeded", RateLimited, _SLOWER),
        ErrorRule("invalidTitle", Rejected, "YouTube refuses the title. ({words})", "options.title"),
        ErrorRule("invalidDescription", Rejected, "YouTube refuses the description. ({words})", "caption"),
        ErrorRule("invalidTags", Rejected, "YouTube refuses the tags. ({words})", "options.tags"),
        ErrorRule("invalidCategoryId", Rejected, "YouTube refuses this category. ({words})", "options.category_id"),
        ErrorRule("invalidPublishAt", Rejected, "YouTube refuses this time. ({words})", "options.publish_at"),
        ErrorRule("mediaBodyRequired", Rejected, "The file is empty.", "media"),
        ErrorRule("invalidImage", Rejected, _PICTURE, "media"),
        ErrorRule("uploadTooLarge", Rejected, _PICTURE, "media"),
        ErrorRule("videoNotFound", Rejected, "The video is no longer on YouTube."),
        ErrorRule("commentsDisabled", Rejected, "The video takes no comments.", _COMMENT),
        ErrorRule("commentTextTooLong", Rejected, "The first comment is too long.", _COMMENT),
        # Of a comment; YouTube names no reason, and the same one may be taken later.
        ErrorRule("processingFailure", Unavailable),
        ErrorRule("http 400", Rejected),
        # YouTube says 403 of contents and standing too (`forbidden`): an unknown one ends no connection.
        ErrorRule("http 403", Rejected),
        ErrorRule("http 404", Rejected),
        ErrorRule("http 409", Unavailable),
        ErrorRule("http 412", Unavailable),
        ErrorRule("http 413", Rejected, field="media"),
    )
)

_WRONG_APP = "Google does not accept the app's id and secret: check POSTWRIGHT_YOUTUBE_CLIENT_ID and _CLIENT_SECRET."
WRONG_APP = frozenset({"invalid_client", "unauthorized_client"})
"""The token address refuses the app itself, whatever the code or the refresh token is worth."""

LOGIN_RULES = table(
    (
        *(ErrorRule(code, Rejected, _WRONG_APP) for code in sorted(WRONG_APP)),
        ErrorRule("invalid_grant", Rejected, "Google no longer accepts the consent. (Google: {words})"),
        *(ErrorRule(f"http {status}", Rejected) for status in (400, 401, 403)),
    )
)
"""What the token address refuses is the code or the refresh token, where it is not the app."""

PACIFIC = ZoneInfo("America/Los_Angeles")
"""Where it is midnight when the allowances of a day are whole again (determine_quota_cost)."""
CHANNEL_WINDOW = timedelta(hours=24)
_OF_THE_DAY = frozenset({"quotaExceeded", "dailyLimitExceeded"})
_OF_THE_CHANNEL = "uploadLimitExceeded"


def open_again(codes: tuple[str, ...], now: datetime) -> datetime | None:
    """When there is room again after a refusal for these reasons; None where they do not tell."""
    if _OF_THE_CHANNEL in codes:
        return now + CHANNEL_WINDOW
    if _OF_THE_DAY.isdisjoint(codes):
        return None
    there = now.astimezone(PACIFIC)
    tomorrow = there.replace(hour=0, minute=0, second=0, microsecond=0, fold=0) + timedelta(days=1)
    return tomorrow.astimezone(now.tzinfo)


FAILURES: Mapping[str, str] = {
    "conversion": "it could not be converted",
    "invalidFile": "the file is not a video that YouTube can read",
    "emptyFile": "the file is empty",
    "tooSmall": "the file is too small",
    "codec": "its codec is unknown to YouTube: export it as MP4 with H.264 and AAC",
    "uploadAborted": "the upload was broken off",
}
"""Why YouTube could not process a video (docs/videos, status.failureReason)."""

REJECTIONS: Mapping[str, str] = {
    "copyright": "it holds what belongs to others",
    "inappropriate": "it is against the community guidelines",
    "duplicate": "the channel has the same video already",
    "termsOfUse": "it is against the terms of use",
    "uploaderAccountSuspended": "the account is suspended",
    "length": "it is longer than this channel may upload: YouTube must first verify the account by telephone",
    "claim": "others have claimed what it holds",
    "uploaderAccountClosed": "the account is closed",
    "trademark": "it uses a trademark of others",
    "legal": "there was a legal complaint",
}
"""Why YouTube does not show a video (docs/videos, status.rejectionReason)."""
