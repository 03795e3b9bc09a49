"""What LinkedIn's errors mean, as data.

Source: shared/api-guide/concepts/error-handling and the error tables of posts-api. A refusal has a
word (`code`), sometimes a number (`serviceErrorCode`), and always a status: rules are looked for in
that order.
"""

import re

from postwright.domain.errors import AuthExpired, AuthRevoked, QuotaReached, Rejected, Unavailable
from postwright.platforms.errors import ErrorRule, table

NOT_READY = "MEDIA_ASSET_WAITING_UPLOAD"
"""The asset is not processed yet; nothing was published."""
UPLOAD_EXPIRED = "EXPIRED_UPLOAD_URL"
DUPLICATE = "UNPROCESSABLE_ENTITY"
GONE = "NOT_FOUND"
POST_URN = re.compile(r"urn:li:(?:share|ugcPost|activity):\w+")
"""How the message of a refused duplicate names the post that is there already; no field does."""

_OVER = "The connection has run out or was ended: reconnect the account. (LinkedIn: {words})"
_LOST_PERMISSION = (
    "LinkedIn does not let this account do it: reconnect it and allow {needs}, and look whether its role on the page"
    " still lets it publish. (LinkedIn: {words})"
)
_BAD_MEDIA = "LinkedIn could not process the media. (LinkedIn: {words})"
_OLD_VERSION = (
    "LinkedIn no longer serves the version of its API that this release of Postwright calls: update Postwright."
)
_SAME = "The same was posted on this account just before: LinkedIn takes it again after about ten minutes."

RULES = table(
    (
        *(ErrorRule(code, AuthExpired, _OVER) for code in ("EMPTY_ACCESS_TOKEN", "INVALID_ACCESS_TOKEN", "65600")),
        *(ErrorRule(code, AuthExpired, _OVER) for code in ("EXPIRED_ACCESS_TOKEN", "65602")),
        *(
            ErrorRule(code, AuthRevoked, "The person took the consent back: reconnect the account.")
            for code in ("REVOKED_ACCESS_TOKEN", "65601")
        ),
        *(ErrorRule(code, AuthRevoked, _LOST_PERMISSION) for code in ("ACCESS_DENIED", "100", "403")),
        ErrorRule(NOT_READY, Unavailable, "LinkedIn is still processing the media.", on_commit=Unavailable),
        ErrorRule("MEDIA_ASSET_PROCESSING_FAILED", Rejected, _BAD_MEDIA, "media"),
        ErrorRule("UPDATING_ASSET_FAILED", Rejected, _BAD_MEDIA, "media"),
        ErrorRule(UPLOAD_EXPIRED, Unavailable, "The address that LinkedIn gave for the upload has run out."),
        *(ErrorRule(code, Rejected, field="media") for code in ("INVALID_IMAGE_ID", "INVALID_VIDEO_ID")),
        ErrorRule("INVALID_URL", Rejected, "LinkedIn does not take this address. ({words})", "options.article.url"),
        *(ErrorRule(code, Rejected, _OLD_VERSION) for code in ("NONEXISTENT_VERSION", "VERSION_MISSING", "426")),
        *(ErrorRule(code, Rejected) for code in (GONE, "404")),
        *(ErrorRule(code, Unavailable, "LinkedIn was writing something else.") for code in ("CONFLICT", "409")),
        *(ErrorRule(c, Rejected, "The file is too large.", "media") for c in ("REQUEST_ENTITY_TOO_LARGE", "413")),
        *(
            ErrorRule(code, Rejected, "LinkedIn does not take files of this type.", "media")
            for code in ("UNSUPPORTED_MEDIA_TYPE", "415")
        ),
        *(ErrorRule(code, Rejected, _SAME, "caption") for code in (DUPLICATE, "422")),
        ErrorRule(
            "TOO_MANY_REQUESTS",
            QuotaReached,
            "The account or the app has made as many calls as LinkedIn allows in a day; the post goes out when there"
            " is room again, after midnight UTC.",
        ),
        # Whatever else it is that LinkedIn finds wrong with a request, it did not do what was asked.
        ErrorRule("400", Rejected),
    )
)
