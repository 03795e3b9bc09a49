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

from postwright.domain.errors import Finding, Invalid, NotFound, Problem, Severity, TooMany, Unauthenticated, Unready
from postwright.kit.clock import Clock
from postwright.kit.logging import logger
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


def install(api: FastAPI, app: App) -> None:
    """Make every failure inside `api` a problem reply."""

    async def on_problem(_: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)  # noqa: S101 registered for this class
        return reply_of(error, app.clock)

    async def on_refusal(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 registered for this class
        return plain_reply(error.status_code, error.headers)

    async def on_invalid(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 registered for this class
        return reply_of(problem_of(error), app.clock)

    async def on_lost_database(_: Request, error: Exception) -> Response:
        logger().error("database_unreachable", reason=f"{type(error).__name__}: {error}")
        return reply_of(Unready("The database cannot be reached right now.", code="database_unreachable"), app.clock)

    async def on_fault(_: Request, error: Exception) -> Response:
        logger().error("fault", exc_info=error)
        return reply(500, "internal", "Something went wrong on this server; its log says what.")

    api.add_exception_handler(Problem, on_problem)
    api.add_exception_handler(HTTPException, on_refusal)
    api.add_exception_handler(RequestValidationError, on_invalid)
    api.add_exception_handler(ConnectionError, on_lost_database)
    api.add_exception_handler(Exception, on_fault)


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
