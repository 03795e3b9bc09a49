"""Every failure as one reply: application/problem+json (RFC 9457) with a stable code and field pointers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from math import ceil
from typing import Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from postwright.api.methods import Methods
from postwright.domain.errors import Finding, Invalid, NotFound, Problem, Severity, TooMany, Unauthenticated, Unready
from postwright.kit.clock import Clock
from postwright.kit.logging import logger
from postwright.services import health
from postwright.services.app import App

MEDIA_TYPE: Final = "application/problem+json"

_CODES: Final[Mapping[int, tuple[str, str]]] = {
    400: ("bad_request", "The request cannot be read."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not know that method."),
    413: ("too_large", "The request is larger than allowed."),
    415: ("unsupported_media_type", "Send JSON: Content-Type: application/json."),
}
_PLAIN: Final[Mapping[str, str]] = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "string_too_long": "too_long",
    "too_long": "too_long",
    "string_too_short": "too_short",
    "too_short": "too_short",
    "less_than_equal": "too_big",
    "less_than": "too_big",
    "greater_than_equal": "too_small",
    "greater_than": "too_small",
    "literal_error": "unknown_choice",
    "enum": "unknown_choice",
}


class ProblemError(BaseModel):
    """One thing that is wrong with one field."""

    model_config = ConfigDict(from_attributes=True)

    field: str = Field(description="Where it is, like `media.0.url`.")
    code: str
    message: str
    limit: float | str | None = None
    value: float | str | None = None
    severity: Severity = "error"
    platform: str | None = None
    account_id: str | None = None


class ProblemReply(BaseModel):
    """What went wrong, as RFC 9457 has it, with a stable `code`."""

    type: str = Field(description="`/problems/` and the code.")
    title: str
    status: int
    code: str = Field(description="Stable: made for programs.")
    detail: str = Field(description="Made for people.")
    errors: list[ProblemError] = Field(default_factory=list, description="Field by field, where fields are at fault.")


def reply_of(problem: Problem, clock: Clock) -> Response:
    """The reply that tells a caller of a problem."""
    headers: dict[str, str] = {}
    if problem.retry_at is not None:
        headers["Retry-After"] = _seconds_until(problem.retry_at, clock)
    elif isinstance(problem, TooMany | Unready):
        headers["Retry-After"] = "1"
    if isinstance(problem, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    return reply(problem.status, problem.code, problem.message, problem.findings, headers)


def reply(
    status: int,
    code: str,
    detail: str,
    findings: Sequence[Finding] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem reply of these parts."""
    body = ProblemReply(
        type=f"/problems/{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=detail,
        errors=[ProblemError.model_validate(finding) for finding in findings],
    )
    return Response(body.model_dump_json(), status, dict(headers or {}), MEDIA_TYPE)


def plain_reply(status: int, headers: Mapping[str, str] | None = None, detail: str | None = None) -> Response:
    """The reply for a failure of HTTP itself: no such address, wrong method, too large."""
    code, sentence = _CODES.get(status, (HTTPStatus(status).name.lower(), HTTPStatus(status).description))
    return reply(status, code, detail or sentence or HTTPStatus(status).phrase, headers=headers)


def install(api: FastAPI, app: App, methods: Methods) -> None:
    """Make every failure inside `api` a problem reply."""
    replies = _Replies(app, methods)
    api.add_exception_handler(Problem, replies.to_problem)
    api.add_exception_handler(HTTPException, replies.to_refusal)
    api.add_exception_handler(RequestValidationError, replies.to_invalid)
    for kind in health.DATABASE_FAULTS:
        api.add_exception_handler(kind, replies.to_database_fault)
    api.add_exception_handler(Exception, replies.to_fault)


class _Replies:
    """What is answered to each kind of exception; each method is registered for the class that it asserts."""

    def __init__(self, app: App, methods: Methods) -> None:
        self._clock = app.clock
        self._methods = methods

    async def to_problem(self, _: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)  # noqa: S101 see above
        return reply_of(error, self._clock)

    async def to_refusal(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 see above
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            return plain_reply(error.status_code, {"Allow": ", ".join(sorted(self._methods.at(request.url.path)))})
        return plain_reply(error.status_code, error.headers)

    async def to_invalid(self, _: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 see above
        return reply_of(problem_of(error), self._clock)

    async def to_database_fault(self, _: Request, error: Exception) -> Response:
        problem = health.problem_of(error)
        if problem is None:
            raise error
        return reply_of(problem, self._clock)

    async def to_fault(self, _: Request, error: Exception) -> Response:
        if problem := health.problem_of(error):  # from a middleware: those stand outside of the others here
            return reply_of(problem, self._clock)
        logger().error("fault", exc_info=error)
        return reply(500, "internal", "Something went wrong on this server; its log says what.")


def problem_of(error: RequestValidationError) -> Problem:
    """What pydantic found, in our words. An id in the path that is none names nothing."""
    faults = error.errors()
    if all(fault["loc"][:1] == ("path",) for fault in faults):
        return NotFound()
    return Invalid([_finding(fault["loc"], fault["type"], fault["msg"]) for fault in faults])


def _finding(where: Sequence[int | str], kind: str, message: str) -> Finding:
    field = ".".join(str(part) for part in where[1:]) or "body"
    return Finding(field, _PLAIN.get(kind, "bad_value"), message.removeprefix("Value error, "))


def _seconds_until(instant: datetime, clock: Clock) -> str:
    return str(max(1, ceil((instant - clock.now()).total_seconds())))
