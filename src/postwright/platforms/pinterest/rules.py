"""What Pinterest's refusals mean, as data.

Source: the examples in Pinterest's OpenAPI description (5.23). A code is looked for as
`status/code`, as `code` alone, and at last as `http status`; an OAuth `error` counts as a code.
The numbers marked "unconfirmed" stand on no page.
"""

from postwright.domain.errors import (
    AuthExpired,
    AuthRevoked,
    QuotaReached,
    RateLimited,
    Rejected,
    Unavailable,
)
from postwright.platforms.errors import ErrorRule, table

DAY = "day"
"""Stands before the other codes of a 429 whose allowance is a day's: its own code is the same as a minute's."""

_OVER = "The connection has run out or was ended: reconnect the account. (Pinterest: {words})"
_LOST_PERMISSION = "The connection lacks a permission: reconnect the account and allow all. (Pinterest: {words})"
_MEDIA = (
    "Pinterest could not fetch or use the media: the address must be reachable from the internet, and the file neither"
    " broken nor too small or too large. (Pinterest: {words})"
)
_BOARD, _SECTION = "options.board_id", "options.board_section_id"

RULES = table(
    (
        ErrorRule(
            DAY, QuotaReached, "The app has used up the calls that trial access allows in a day; the post goes on then."
        ),
        ErrorRule("8", RateLimited, "Pinterest asks us to slow down; the post goes on by itself."),
        ErrorRule("2", AuthExpired, _OVER),
        ErrorRule("1104", AuthExpired, _OVER),
        # Unconfirmed which of the two it is. A renewal costs nothing, and where it does not help the account waits.
        ErrorRule("401/3", AuthExpired, _OVER),
        ErrorRule("403/3", AuthRevoked, _LOST_PERMISSION),
        ErrorRule("29", AuthRevoked, _LOST_PERMISSION),
        # No new consent opens a board of somebody else's: the post must go to another.
        ErrorRule("7", Rejected, "The account may not save to this board: choose another.", _BOARD),
        ErrorRule("40", Rejected, "The board is no longer there: choose another.", _BOARD),
        ErrorRule("2031", Rejected, "The section is not on this board: choose another, or none.", _SECTION),
        ErrorRule(
            "2626",
            Rejected,
            "Pinterest is reviewing the account: open Pinterest, see what it says, and try again afterwards.",
        ),
        # Unconfirmed.
        ErrorRule("2775", Rejected, "Pinterest takes this Pin for spam. (Pinterest: {words})"),
        ErrorRule("235", Rejected, _MEDIA, "media"),
        # Unconfirmed.
        ErrorRule("2786", Rejected, _MEDIA, "media"),
        # Unconfirmed; nothing is created where a refusal is told.
        ErrorRule("2754", Unavailable, "Pinterest is still processing the video.", on_commit=Unavailable),
        ErrorRule("http 400", Rejected),
        # Pinterest says 403 of contents too (235 does): an unknown one is shown, and ends no connection.
        ErrorRule("http 403", Rejected),
        ErrorRule("http 404", Rejected),
        ErrorRule("http 409", Unavailable, on_commit=Unavailable),
    )
)

_WRONG_APP = (
    "Pinterest does not accept the app's id and secret: check POSTWRIGHT_PINTEREST_CLIENT_ID and _CLIENT_SECRET."
)
WRONG_APP = frozenset({"401/2", "401/invalid_client"})
"""The token address refuses the app itself, whatever the code or the refresh token is worth."""

LOGIN_RULES = table(
    (
        *(ErrorRule(code, Rejected, _WRONG_APP) for code in sorted(WRONG_APP)),
        *(ErrorRule(f"http {status}", Rejected) for status in (400, 401, 403)),
    )
)
"""What the token address refuses is the code or the refresh token, where it is not the app."""
