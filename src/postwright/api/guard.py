"""Looks at each request before any route does: size, type, and text that no route could store.

What a body means is the routes' affair; here it only has to be JSON made of characters.
"""

import json
import re
from collections.abc import Iterator
from itertools import islice
from math import isinf
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from postwright.api.problems import plain_reply, reply_of
from postwright.domain.errors import Finding, Invalid, Problem
from postwright.kit.clock import Clock

WRITES: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
MAX_BODY_BYTES: Final = 1024 * 1024
"""Of everything but uploads, which have their own limit."""
_UPLOADS: Final = "/api/media"
_RAW: Final = "/api/webhooks/"
_JSON_TYPE: Final = "application/json"
_MULTIPART: Final = "multipart/form-data"
_MOST_FINDINGS: Final = 20
_DOUBTFUL: Final = re.compile(rb"\\u|[0-9][eE]|[0-9]{300}")


class BadJson(Problem):
    """The body is not JSON."""

    status = 400
    code = "malformed_json"


class Guard:
    """ASGI middleware; refuses with a problem reply what must not come through."""

    def __init__(self, inner: ASGIApp, clock: Clock) -> None:
        self._inner = inner
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a fit request through, with its body read where it is JSON."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        try:
            checked = await self._check(scope, receive)
        except Problem as problem:
            await reply_of(problem, self._clock)(scope, receive, send)
        except HTTPException as refusal:
            await plain_reply(refusal.status_code, {"Connection": "close"})(scope, receive, send)
        else:
            await self._inner(scope, checked, send)

    async def _check(self, scope: Scope, receive: Receive) -> Receive:
        if b"%00" in scope["query_string"]:
            raise Invalid.of("query", "bad_character", "A query must not hold NUL characters.")
        if is_upload(scope):
            return receive
        headers = Headers(scope=scope)
        body = await read_body(headers, receive)
        if body and scope["method"] in WRITES and _is_ours(scope["path"]):
            if _kind(headers) != _JSON_TYPE:
                raise HTTPException(415)
            _check_json(body)
        return replay(body, receive)


def is_upload(scope: Scope) -> bool:
    """Whether the request brings a file, which its route reads as a stream."""
    return bool(scope["path"] == _UPLOADS) and _kind(Headers(scope=scope)) == _MULTIPART


def _is_ours(path: str) -> bool:
    """Whether bodies have our form there; a platform's notices have the platform's."""
    return path.startswith("/api/") and not path.startswith(_RAW)


def _kind(headers: Headers) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_body(headers: Headers, receive: Receive) -> bytes:
    """The whole body of a request. Raises HTTPException 413 when it is over-long."""
    claimed = headers.get("content-length", "0")
    if claimed.isdecimal() and int(claimed[:20]) > MAX_BODY_BYTES:
        raise HTTPException(413)
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise HTTPException(400)  # the caller hung up; nobody reads this
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > MAX_BODY_BYTES:
            raise HTTPException(413)
        if not message.get("more_body", False):
            return b"".join(chunks)


def replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives a body that was read already, and then what else comes."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _check_json(body: bytes) -> None:
    try:
        value = json.loads(body.decode(), parse_constant=_refuse_constant)
        # Only an escape or an exponent can smuggle in what JSON does not allow raw.
        findings = list(islice(_unfit(value, ""), _MOST_FINDINGS)) if _DOUBTFUL.search(body) else []
    except RecursionError:
        raise BadJson("The body is nested too deeply.") from None
    except UnicodeDecodeError:
        raise BadJson("The body is not UTF-8.") from None
    except ValueError as fault:
        raise BadJson(f"The body is not JSON: {fault}.") from None
    if findings:
        raise Invalid(findings)


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number in JSON")


def _unfit(value: object, field: str) -> Iterator[Finding]:
    """What cannot be stored: text with NUL or with half a surrogate pair, and numbers beyond all bounds."""
    if isinstance(value, str) and not _storable(value):
        yield _bad_character(field)
    elif isinstance(value, float) and isinf(value):
        yield Finding(field or "body", "bad_number", "The number is too big.")
    elif isinstance(value, dict):
        yield from (_bad_character(field) for name in value if not _storable(name))
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in inner:
        yield from _unfit(item, f"{field}.{name}".lstrip("."))


def _bad_character(field: str) -> Finding:
    return Finding(_clean(field) or "body", "bad_character", "Text must not hold NUL characters or halves of an emoji.")


def _clean(text: str) -> str:
    return text.encode(errors="replace").decode()


def _storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
