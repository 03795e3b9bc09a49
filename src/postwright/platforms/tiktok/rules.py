"""What TikTok's errors mean, as data: of its calls, of its logins, and why the processing of a post failed.

Sources: content-posting-api-reference-direct-post, …-photo-post, …-get-video-status, oauth-error-handling.
"""

from postwright.domain.errors import (
    AuthExpired,
    AuthRevoked,
    QuotaReached,
    RateLimited,
    Rejected,
    Unavailable,
    Uncertain,
)
from postwright.platforms.errors import ErrorRule, table

_LOST_PERMISSION = "The permission {needs} was taken back or never given: reconnect the account and allow it."
_BANNED = "TikTok does not let this account post at present: open the TikTok app and see what it says there."
_SPAM = "TikTok takes the post for spam: change its text or media, and wait a while. (TikTok: {words})"
_UNAUDITED = (
    "TikTok has not audited this server's app yet: until then it posts only for accounts that are private, and only"
    ' what nobody else can see ("Only you").'
)

RULES = table(
    (
        ErrorRule("invalid_param", Rejected),
        ErrorRule("invalid_params", Rejected),
        ErrorRule("app_version_check_failed", Rejected, "Update the TikTok app first: drafts need version 31.8."),
        # Where TikTok knows nothing of a post that it was sent, nothing is known of it.
        ErrorRule("invalid_publish_id", Rejected, on_commit=Uncertain),
        ErrorRule("token_not_authorized_for_specified_publish_id", Rejected, on_commit=Uncertain),
        ErrorRule("access_token_invalid", AuthExpired, "The connection has run out or was ended: reconnect."),
        ErrorRule("scope_not_authorized", AuthRevoked, _LOST_PERMISSION),
        ErrorRule("scope_permission_missed", AuthRevoked, _LOST_PERMISSION),
        ErrorRule(
            "spam_risk_too_many_posts",
            QuotaReached,
            "The account has published as many posts in 24 hours as TikTok allows; this one goes out when there is"
            " room again.",
        ),
        ErrorRule(
            "spam_risk_too_many_pending_share",
            QuotaReached,
            "As many drafts wait in the account's inbox as TikTok allows; this one follows when there is room again.",
        ),
        ErrorRule(
            "reached_active_user_cap",
            QuotaReached,
            "As many people have posted through this server's app today as TikTok allows; the post goes out when"
            " there is room again.",
        ),
        ErrorRule("spam_risk_user_banned_from_posting", Rejected, _BANNED),
        ErrorRule("spam_risk", Rejected, _SPAM),
        ErrorRule(
            "url_ownership_unverified",
            Rejected,
            "TikTok fetches photos only from an address that is verified in its developer portal: verify this"
            " server's there.",
            "media",
        ),
        ErrorRule(
            "privacy_level_option_mismatch",
            Rejected,
            "The account does not offer this choice of who can see the post.",
            "options.privacy_level",
        ),
        ErrorRule("unaudited_client_can_only_post_to_private_accounts", Rejected, _UNAUDITED, "options.privacy_level"),
        ErrorRule("rate_limit_exceeded", RateLimited, "TikTok asks us to slow down; the post goes on by itself."),
        ErrorRule("internal_error", Unavailable, "TikTok had a fault of its own: {words}"),
    )
)
"""By `error.code`. Some come with HTTP 200."""

FAIL_REASONS = table(
    (
        ErrorRule("file_format_check_failed", Rejected, "TikTok does not take files of this format.", "media"),
        ErrorRule("duration_check_failed", Rejected, "The video is too long or too short for TikTok.", "media"),
        ErrorRule("frame_rate_check_failed", Rejected, "The video must have 23 to 60 frames a second.", "media"),
        ErrorRule("picture_size_check_failed", Rejected, "The picture is too small or too large for TikTok.", "media"),
        ErrorRule("internal", Unavailable, "TikTok had a fault of its own."),
        ErrorRule("video_pull_failed", Unavailable, "TikTok could not fetch the video from this server.", "media"),
        ErrorRule(
            "photo_pull_failed",
            Unavailable,
            "TikTok could not fetch the photos: this server's public address must be reachable from the internet.",
            "media",
        ),
        ErrorRule("publish_cancelled", Rejected, "The post was canceled at TikTok."),
        ErrorRule(
            "auth_removed",
            Rejected,
            "The account's owner removed the app while TikTok worked on the post: reconnect and publish it again.",
        ),
        ErrorRule("spam_risk_too_many_posts", Rejected, "The account has published too many posts in 24 hours."),
        ErrorRule("spam_risk_user_banned_from_posting", Rejected, _BANNED),
        ErrorRule("spam_risk_text", Rejected, "TikTok takes the text for spam: change it.", "caption"),
        ErrorRule("spam_risk", Rejected, "TikTok takes the post for spam: change it, and wait a while."),
    )
)
"""By `fail_reason`: nothing was posted. What is Unavailable is worth another try from the beginning."""

_NOT_OURS = (
    "TikTok does not know this server's app: POSTWRIGHT_TIKTOK_CLIENT_ID and _CLIENT_SECRET must be the client key and"
    " secret of the developer portal. (TikTok: {words})"
)
_LOGIN = (
    *(
        ErrorRule(code, Rejected)
        for code in ("invalid_request", "invalid_grant", "invalid_scope", "access_denied", "unsupported_grant_type")
    ),
    ErrorRule("invalid_client", Rejected, _NOT_OURS),
    ErrorRule("unauthorized_client", Rejected, _NOT_OURS),
    ErrorRule("server_error", Unavailable),
)

EXCHANGE_RULES = table(_LOGIN)
RENEWAL_RULES = table(
    (
        ErrorRule("invalid_grant", AuthRevoked, "The connection was ended or has run out: reconnect the account."),
        # The operator's mistake ends nobody's connection.
        ErrorRule("invalid_client", Unavailable, _NOT_OURS),
        ErrorRule("unauthorized_client", Unavailable, _NOT_OURS),
        *_LOGIN,
    )
)
"""By `error` of the token address, of a code and of a renewal."""
