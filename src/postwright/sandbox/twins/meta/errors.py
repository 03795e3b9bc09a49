"""Graph API errors: the body's shape and the codes that all Meta platforms share, as data.

Source: Meta, Graph API "Handle Errors" and "Rate Limits" pages; publishing codes are in ../instagram/errors.py.
"""

from dataclasses import dataclass
from itertools import count

from postwright.sandbox.call import Json


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a vendor's error table. `message` may hold `{names}` that are filled in when it is raised."""

    code: int
    message: str
    subcode: int | None = None
    status: int = 400
    title: str = ""
    advice: str = ""
    transient: bool = False
    type: str = "OAuthException"


NO_TOKEN = Rule(2500, "An active access token must be used to query information about the current user.")
BAD_TOKEN = Rule(190, "Invalid OAuth access token - Cannot parse access token")
TOKEN_EXPIRED = Rule(
    190,
    "Error validating access token: Session has expired on {expired}. The current time is {now}.",
    463,
    401,
)
TOKEN_ENDED = {
    "app_removed": Rule(190, "Error validating access token: The user has not authorized application {app}.", 458, 401),
    "checkpoint": Rule(190, "Error validating access token: You cannot access the app till you log in.", 459, 401),
    "password_changed": Rule(
        190,
        "Error validating access token: The session has been invalidated because the user changed their password or "
        "Facebook has changed the session for security reasons.",
        460,
        401,
    ),
    "logged_out": Rule(
        190, "Error validating access token: The session is invalid because the user logged out.", 467, 401
    ),
    "role_lost": Rule(190, "Error validating access token: Invalid session. The user has lost their role.", 492, 401),
}
"""Reason a token or grant was ended -> error."""

BAD_PROOF = Rule(100, "Invalid appsecret_proof provided in the API argument", type="GraphMethodException")
BAD_CLIENT = Rule(101, "Error validating application. Cannot get application info due to a system error.")
BAD_SECRET = Rule(1, "Error validating client secret.")
CODE_USED = Rule(100, "This authorization code has been used.", 36009)
CODE_EXPIRED = Rule(100, "This authorization code has expired.", 36007)
CODE_UNKNOWN = Rule(100, "Invalid verification code format.", 36009)
CODE_REDIRECT = Rule(
    100,
    "Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the "
    "OAuth dialog request",
    36008,
)

UNSUPPORTED = Rule(
    100,
    "Unsupported {method} request. Object with ID '{id}' does not exist, cannot be loaded due to missing permissions, "
    "or does not support this operation. Please read the Graph API documentation at "
    "https://developers.facebook.com/docs/graph-api",
    33,
    type="GraphMethodException",
)
UNKNOWN_PATH = Rule(2500, "Unknown path components: {path}")
NO_FIELD = Rule(100, "(#100) Tried accessing nonexisting field ({field}) on node type ({kind})")
BAD_FIELDS = Rule(2500, 'Syntax error "Expected end of string instead of \\"{rest}\\"." at character {at}: {text}')
MISSING_PARAM = Rule(100, "(#100) The parameter {name} is required.")
UNKNOWN_PARAM = Rule(100, "(#100) Unexpected parameter: {name}")
BAD_PARAM = Rule(100, "(#100) Param {name} {fault}")
NOT_ALLOWED = Rule(10, "(#10) Application does not have permission for this action", status=403)
PAGES_NOT_ALLOWED = Rule(200, "(#200) Requires {scope} permission to manage the object", status=403)

APP_LIMIT = Rule(4, "(#4) Application request limit reached", transient=True)
USER_LIMIT = Rule(17, "(#17) User request limit reached", transient=True)
BUSINESS_LIMIT = Rule(
    80002,
    "(#80002) There have been too many calls to this Instagram account. Wait a bit and try again. For more info, "
    "please refer to https://developers.facebook.com/docs/graph-api/overview/rate-limiting.",
)
PAGES_LIMIT = Rule(
    80001,
    "(#80001) There have been too many calls to this Page account. Wait a bit and try again. For more info, please "
    "refer to https://developers.facebook.com/docs/graph-api/overview/rate-limiting.",
)
CUSTOM_LIMIT = Rule(613, "(#613) Calls to this api have exceeded the rate limit.")
UNKNOWN_ERROR = Rule(1, "An unknown error occurred", status=500, transient=True)
UNAVAILABLE = Rule(2, "Service temporarily unavailable", status=503, transient=True)


class GraphError(Exception):
    """An error reply in the making."""

    def __init__(self, rule: Rule, **words: object) -> None:
        super().__init__(rule.message.format(**words))
        self.rule = rule
        self.advice = rule.advice.format(**words)

    def body(self, trace: str) -> dict[str, Json]:
        """The reply's JSON."""
        rule = self.rule
        error: dict[str, Json] = {"message": str(self), "type": rule.type, "code": rule.code}
        if rule.subcode is not None:
            error |= {"error_subcode": rule.subcode, "is_transient": rule.transient}
        elif rule.transient:
            error["is_transient"] = True
        if rule.title:
            error |= {"error_user_title": rule.title, "error_user_msg": self.advice or rule.title}
        return {"error": {**error, "fbtrace_id": trace}}


_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_SPREAD = 0x9E3779B97F4A7C15
"""Odd, so that multiplying by it modulo 2**64 maps different numbers to different numbers."""
_traces = count(1)


def scattered(number: int, length: int = 11) -> str:
    """A natural-looking code of up to 11 characters; different numbers give different codes."""
    value = number * _SPREAD % 2**64
    return "".join(_ALPHABET[value >> 6 * place & 63] for place in range(length))


def trace_id() -> str:
    """A new `fbtrace_id`."""
    number = next(_traces)
    return f"A{scattered(number)}{scattered(number + 7)}"
