"""Failures as pages: what happened, and what to do. A page's script gets short text instead."""

from http import HTTPStatus
from typing import Final

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from postwright.domain.errors import Problem, Unauthenticated
from postwright.kit.logging import logger
from postwright.services import health
from postwright.web.door import UTC, answer, chrome, door_of, go, is_fragment, login_path, visit
from postwright.web.frame import Surroundings, surroundings

_TITLES: Final = {
    400: "That could not be read",
    403: "You may not do that",
    404: "There is nothing here",
    405: "This page is only for looking",
    409: "That did not work",
    413: "That is too large",
    429: "A little slower, please",
    503: "Not ready right now",
}
_WORDS: Final = {
    400: "The request cannot be read. Go back and try again.",
    404: "The address may be mistyped, or what was here is gone.",
    405: "Go back to the start and try from there.",
    413: "The server takes no request of that size.",
}
_BROKEN: Final = "Something went wrong on this server, and it is written down in its log. Nothing you sent was changed."


def install(web: Starlette) -> None:
    """Make every failure inside `web` a page."""
    web.add_exception_handler(Problem, to_problem)
    web.add_exception_handler(HTTPException, to_refusal)
    for kind in health.DATABASE_FAULTS:
        web.add_exception_handler(kind, to_database_fault)
    web.add_exception_handler(Exception, to_fault)


async def to_problem(request: Request, error: Exception) -> Response:
    """A page for what a use case refused; the way in for somebody who is not signed in."""
    assert isinstance(error, Problem)  # noqa: S101 registered for this class
    if isinstance(error, Unauthenticated):
        return _way_in(request)
    return await failed(request, error.status, error.message)


async def to_refusal(request: Request, error: Exception) -> Response:
    """A page for a failure of HTTP itself."""
    assert isinstance(error, HTTPException)  # noqa: S101 registered for this class
    return await failed(request, error.status_code, _WORDS.get(error.status_code, error.detail))


async def to_database_fault(request: Request, error: Exception) -> Response:
    """A page for when the database is away; any other fault of it is ours."""
    problem = health.problem_of(error)
    if problem is None:
        raise error
    return await failed(request, problem.status, problem.message)


async def to_fault(request: Request, error: Exception) -> Response:
    """A page for a fault of ours, which the log tells of."""
    logger().error("fault", exc_info=error)
    return await failed(request, HTTPStatus.INTERNAL_SERVER_ERROR, _BROKEN)


async def failed(request: Request, status: int, text: str) -> Response:
    """The page of a failure, in the frame where somebody is signed in."""
    if is_fragment(request) or "text/event-stream" in request.headers.get("Accept", ""):
        return PlainTextResponse(text, status)
    around = await _surroundings(request)
    bare = chrome(request, csrf="", now=door_of(request).app.clock.now(), zone=UTC)
    otherwise = "Something broke" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else HTTPStatus(status).phrase
    context = {
        "chrome": around.chrome if around else bare,
        "frame": around.frame if around else None,
        "status": status,
        "title": _TITLES.get(status, otherwise),
        "text": text,
        "request_id": _request_id() if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "",
    }
    return answer(request, "error.html", context, status)


def _request_id() -> str:
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


async def _surroundings(request: Request) -> Surroundings | None:
    try:
        return await surroundings(await visit(request), "")
    except (Problem, *health.DATABASE_FAULTS):
        return None


def _way_in(request: Request) -> Response:
    if is_fragment(request):
        return PlainTextResponse("", HTTPStatus.UNAUTHORIZED, {"HX-Redirect": "/login"})
    if "text/event-stream" in request.headers.get("Accept", ""):
        return PlainTextResponse("Sign in first.", HTTPStatus.UNAUTHORIZED)
    return go(login_path(request))
