"""Pinterest's refusals, `{"code", "message"}`, as data.

Source: pinterest/api-description v5, the error examples of each operation; 283, 1104, 2754 and 2786 are integrators'
findings, 11 and 405 are ours.
"""

from dataclasses import dataclass

from postwright.sandbox.call import Json, Reply, json_reply


@dataclass(frozen=True, slots=True)
class Rule:
    """One refusal. `message` may hold `{names}` that are filled in when it is raised."""

    status: int
    code: int
    message: str


INVALID = Rule(400, 1, "Invalid request: {why}")
BAD_URL = Rule(400, 1, "Whoops! It looks like you entered an invalid URL. Try creating a Pin again with a valid URL.")
BAD_BOARD_NAME = Rule(400, 1, "The board name is invalid or duplicated.")
BAD_GRANT = Rule(400, 283, "The authorization grant is invalid")
MEDIA_NOT_READY = Rule(400, 2754, "Media {id} cannot be attached to a Pin: its status is {status}.")
IMAGE_UNREACHABLE = Rule(400, 2786, "Sorry, we could not fetch this image: {why}.")
NOT_AUTHENTICATED = Rule(401, 2, "Authentication failed.")
TOKEN_EXPIRED = Rule(401, 1104, "The token you provided is not valid or has expired.")
NOT_YOURS = Rule(403, 7, "Not authorized to access board or Pin.")
NOT_PERMITTED = Rule(403, 29, "You are not permitted to access that resource.")
IMAGE_BROKEN = Rule(403, 235, "Sorry, this image is broken. Please pick a different image.")
NO_ROUTE = Rule(404, 11, "API method not found.")
NO_BOARD = Rule(404, 40, "Board not found.")
NO_PIN = Rule(404, 50, "Pin not found.")
NO_MEDIA = Rule(404, 404, "Media upload not found")
NO_SECTION = Rule(404, 2031, "Sorry! We couldn't find this board section.")
WRONG_METHOD = Rule(405, 405, "Method not allowed.")
SECTION_CONFLICT = Rule(409, 409, "Board section conflict.")
RATE_LIMITED = Rule(
    429,
    8,
    "This request exceeded a rate limit. This can happen if the client exceeds one of the published rate limits or if "
    "multiple write operations are applied to an object within a short time window.",
)
ORDERED = {rule.status: rule for rule in (BAD_URL, NOT_AUTHENTICATED, NOT_PERMITTED, NO_PIN, RATE_LIMITED)}
"""What an ordered fault of a status says."""


class PinterestError(Exception):
    """An error reply in the making."""

    def __init__(self, rule: Rule, **words: object) -> None:
        super().__init__(rule.message.format(**words))
        self.rule = rule


def refusal(rule: Rule, message: str, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """The reply; where nobody is logged in it carries a status word too."""
    body: dict[str, Json] = {"code": rule.code, "message": message}
    if rule.status == NOT_AUTHENTICATED.status:
        body["status"] = "failure"
    return json_reply(body, rule.status, headers)
