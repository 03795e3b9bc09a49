"""What X's errors mean, as data.

Document: docs.x.com/x-api/fundamentals/response-codes-and-errors. A problem is named by the end of its `type`, by the
parameters it is about, by a number in the older form, else by its status. Two refusals that differ in what must be
done have nothing of that to tell them apart: the sentence that X writes is their code, when it is exactly the one.
"""

from collections.abc import Mapping

from postwright.domain.errors import AuthRevoked, QuotaReached, Rejected, Surprise
from postwright.platforms.errors import ErrorRule, table

DUPLICATE = "duplicate-content"
NOT_PERMITTED = "not-permitted"
DAILY = "daily-limit"
NO_UPLOAD = "parameter:media_id"
"""The upload is not there, or takes no more bytes."""
GONE = "resource-not-found"

BY_DETAIL: Mapping[str, str] = {
    "You are not allowed to create a Tweet with duplicate content.": DUPLICATE,
    "You are not permitted to perform this action.": NOT_PERMITTED,
}
"""Refusals that only their sentence names."""

_SAID_BEFORE = "X takes no text twice, and the account has posted this one before: change it."
_LOST = "The account may not do this through the app any more: reconnect it and allow everything. (X: {words})"
_BLOCKED = "X has locked or suspended the account: log in at X, do what it asks for, and try again. (X: {words})"
_NO_CREDITS = "The app's credits or its allowance at X are used up; the post goes out when there are some again."
_MEDIA = "X cannot use the media. (X: {words})"

RULES = table(
    (
        ErrorRule(DUPLICATE, Rejected, _SAID_BEFORE, "caption"),
        ErrorRule("187", Rejected, _SAID_BEFORE, "caption"),
        ErrorRule("64", Rejected, _BLOCKED),
        ErrorRule("326", Rejected, _BLOCKED),
        ErrorRule(NOT_PERMITTED, AuthRevoked, _LOST),
        ErrorRule("unsupported-authentication", AuthRevoked, _LOST),
        ErrorRule(
            "client-forbidden",
            Rejected,
            "The app may not do this at X: enrol it in a plan that allows it, in X's developer console. (X: {words})",
        ),
        ErrorRule(
            DAILY, QuotaReached, "As many posts as X allows in 24 hours are out; this one follows when there is room."
        ),
        ErrorRule("usage-capped", QuotaReached, _NO_CREDITS),
        ErrorRule("credits", QuotaReached, _NO_CREDITS),
        ErrorRule("402", QuotaReached, _NO_CREDITS),
        ErrorRule("parameter:text", Rejected, None, "caption"),
        ErrorRule("parameter:media.media_ids", Rejected, _MEDIA, "media"),
        ErrorRule(NO_UPLOAD, Rejected, _MEDIA, "media"),
        ErrorRule(GONE, Rejected),
        ErrorRule("invalid-request", Rejected),
        ErrorRule("400", Rejected),
        # What X calls merely forbidden is about this post: a text that is too long, an answer that is not wanted.
        ErrorRule("403", Rejected),
        ErrorRule("413", Rejected, _MEDIA, "media"),
    )
)

UPLOAD_RULES = {
    **RULES,
    **table(ErrorRule(code, Rejected, _MEDIA, "media") for code in ("invalid-request", "400")),
}
"""The same while a file is uploaded: what is wrong then is wrong with the file."""

_WRONG_APP = (
    "X does not know the app by its id and secret: check POSTWRIGHT_X_CLIENT_ID and POSTWRIGHT_X_CLIENT_SECRET, and"
    " that the app is a confidential client. (X: {words})"
)

LOGIN_RULES = table(
    (
        # No Rejected: an operator's mistake must not end the connection of an account that is being renewed.
        ErrorRule("unauthorized_client", Surprise, _WRONG_APP),
        ErrorRule("invalid_client", Surprise, _WRONG_APP),
        ErrorRule("400", Rejected),
        ErrorRule("401", Rejected),
    )
)
"""What the token address says (RFC 6749 §5.2; X says invalid_request for a code or token that no longer counts)."""
