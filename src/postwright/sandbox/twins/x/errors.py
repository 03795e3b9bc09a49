"""X's error bodies: problems (RFC 9457), refused parameters, and the old list of codes.

Sources: schemas of X's `openapi.json` (2.167), bodies seen live in public issue threads.
"""

from collections.abc import Mapping
from dataclasses import replace
from http.client import responses

from postwright.sandbox.call import Json, Reply, json_reply

PROBLEMS = "https://api.x.com/2/problems/"
BLANK = "about:blank"
PROBLEM_JSON = "application/problem+json"
NOT_PERMITTED = "You are not permitted to perform this action."
DUPLICATE = "You are not allowed to create a Tweet with duplicate content."
TOO_LONG = (
    "Your Tweet text is too long. For more information on how Twitter determines text length see "
    "https://github.com/twitter/twitter-text."
)
BAD_MEDIA = "Your media IDs are invalid."


class Refused(Exception):
    """An error reply in the making."""

    def __init__(self, status: int, body: Mapping[str, Json]) -> None:
        super().__init__(str(body.get("detail", body)))
        self.status = status
        self.body = body

    def reply(self) -> Reply:
        """The reply."""
        return replace(json_reply(self.body, self.status), content_type=PROBLEM_JSON)


def problem(status: int, detail: str = "", *, title: str = "", kind: str = BLANK, **more: Json) -> Refused:
    """One problem; the status' own phrase where there is nothing else to say."""
    title = title or responses.get(status, "Error")
    kind = kind if kind == BLANK else PROBLEMS + kind
    return Refused(status, {"title": title, "detail": detail or title, "type": kind, "status": status, **more})


def invalid(message: str, name: str = "", value: str = "") -> Refused:
    """400: something in the request is not as it must be."""
    return Refused(
        400,
        {
            "errors": [{"parameters": {name: [value]} if name else {}, "message": message}],
            "title": "Invalid Request",
            "detail": "One or more parameters to your request was invalid.",
            "type": f"{PROBLEMS}invalid-request",
        },
    )


def missing(resource: str, parameter: str, value: str) -> dict[str, Json]:
    """What stands in `errors` of a 200 for something that is not there."""
    shown = f"[{value}]"
    return {
        "value": value,
        "detail": f"Could not find {resource} with {parameter}: {shown}.",
        "title": "Not Found Error",
        "resource_type": resource,
        "parameter": parameter,
        "resource_id": value,
        "type": f"{PROBLEMS}resource-not-found",
    }


def wrong_token(sent: str, wanted: str) -> Refused:
    """403: a token of the other kind was sent."""
    return problem(
        403,
        f"Authenticating with OAuth 2.0 {sent} is forbidden for this endpoint.  Supported authentication types are "
        f"[OAuth 2.0 {wanted}].",
        title="Unsupported Authentication",
        kind="unsupported-authentication",
    )


def ordered(status: int, code: int | None, message: str) -> Refused:
    """The body of a failure that a test orders; with a code it has the shape of API v1.1."""
    if code is not None:
        return Refused(status, {"errors": [{"code": code, "message": message or responses.get(status, "Error")}]})
    if status == 402:  # noqa: PLR2004 - Payment Required
        detail = message or "Your enrolled account does not have any credits to fulfill this request."
        return problem(status, detail, title="CreditsDepleted", kind="credits")
    if status == 400:  # noqa: PLR2004 - Bad Request
        return invalid(message or "Invalid request.")
    return problem(status, message or (NOT_PERMITTED if status == 403 else ""))  # noqa: PLR2004 - Forbidden
