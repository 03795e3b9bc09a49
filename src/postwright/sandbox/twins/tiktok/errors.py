"""TikTok's error replies: the envelope of the API, and the flat body of the OAuth endpoints.

Source: developers.tiktok.com, "API v2 error handling", "OAuth error handling", references of the Content Posting API.
"""

from collections.abc import Mapping
from datetime import datetime
from itertools import count

from postwright.sandbox.call import Json, Reply, json_reply

ERRORS: Mapping[str, tuple[int, str]] = {
    "invalid_param": (400, "The request is invalid."),
    "invalid_params": (400, "The request is invalid."),
    "app_version_check_failed": (400, "The creator's app is too old for this."),
    "invalid_publish_id": (400, "The publish_id does not exist."),
    "token_not_authorized_for_specified_publish_id": (400, "The token may not act on this publish_id."),
    "publish_not_cancellable": (400, "The post can no longer be cancelled."),
    "scope_permission_missed": (400, "The scope needed for this was not granted."),
    "access_token_invalid": (401, "The access token is invalid or not found in the request."),
    "scope_not_authorized": (401, "The user did not authorize the scope required for completing this request."),
    "spam_risk_too_many_posts": (403, "The creator has reached the daily cap of posts from the API."),
    "spam_risk_too_many_pending_share": (403, "The creator has too many pending shares of the last 24 hours."),
    "spam_risk_user_banned_from_posting": (403, "The creator is banned from posting."),
    "reached_active_user_cap": (403, "The app has reached its daily number of posting users."),
    "url_ownership_unverified": (403, "The app has not verified the URL's domain or prefix."),
    "privacy_level_option_mismatch": (403, "The privacy level is not among the options of the creator."),
    "unaudited_client_can_only_post_to_private_accounts": (403, "The app is unaudited: private posts and accounts."),
    "rate_limit_exceeded": (429, "The API rate limit was exceeded. Please try again later."),
    "internal_error": (500, "Internal server error. Please try again later."),
}
"""Code -> HTTP status and what it says unless something more exact is known."""
BY_STATUS: Mapping[int, str] = {
    400: "invalid_param",
    401: "access_token_invalid",
    403: "spam_risk_user_banned_from_posting",
    429: "rate_limit_exceeded",
}
"""The usual code of a status; what is not here is `internal_error`."""
OAUTH_BY_STATUS: Mapping[int, str] = {400: "invalid_grant", 401: "invalid_client", 403: "access_denied"}

NO_ROUTE = Reply(404, b"Unsupported path(Janus)", "text/plain; charset=utf-8")
"""What TikTok's gateway says to a path or method it does not know."""

_numbers = count(1)


class ApiError(Exception):
    """An error in the envelope; the message is the vendor's usual one if none is given."""

    def __init__(self, code: str, message: str = "", *, status: int | None = None) -> None:
        super().__init__(message or ERRORS[code][1])
        self.code = code
        self.status = status or ERRORS[code][0]


class OAuthError(Exception):
    """A flat error of the OAuth endpoints."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


def log_id(now: datetime) -> str:
    """A new `log_id`."""
    return f"{now:%Y%m%d%H%M%S}{next(_numbers):020X}"


def succeeded(fields: Mapping[str, Json] | None, now: datetime) -> Reply:
    """Status 200 with data in the envelope (none for calls that answer with `error` alone)."""
    verdict: Json = {"code": "ok", "message": "", "log_id": log_id(now)}
    return json_reply({"error": verdict} if fields is None else {"data": fields, "error": verdict})


def failed(error: ApiError, now: datetime) -> Reply:
    """The envelope of an error."""
    verdict: Json = {"code": error.code, "message": str(error), "log_id": log_id(now)}
    return json_reply({"data": {}, "error": verdict}, error.status)


def oauth_failed(error: OAuthError, now: datetime) -> Reply:
    """The flat body of an OAuth error."""
    told: Json = {"error": error.code, "error_description": str(error), "log_id": log_id(now)}
    return json_reply(told, error.status, (("cache-control", "no-store"),))
