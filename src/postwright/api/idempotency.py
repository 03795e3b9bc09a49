"""`Idempotency-Key`: the same request twice has one effect, and one reply. The keys are kept by storage/idempotency.py.

The key is taken in a transaction of its own before the route works, so that two processes cannot both begin.
"""

import hashlib
import json
import re
from datetime import timedelta
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from postwright.api import problems
from postwright.api.deps import identify
from postwright.api.guard import WRITES, is_upload, read_body, replay
from postwright.api.methods import Methods
from postwright.domain.errors import Conflict, Invalid, Problem
from postwright.services.app import App
from postwright.services.auth import Caller
from postwright.storage import idempotency as keys
from postwright.storage.idempotency import Claim

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotent-Replayed"
PATTERN: Final = "^[ -~]{1,255}$"
_LEFT_OUT: Final = ("/api/auth/", "/api/webhooks/")
"""Sign-in replies hold secrets and are not kept; platforms' calls have keys of their own."""
RETRY_IN: Final = timedelta(seconds=1)
_CLAIM: Final = "idempotency_claim"
_JSON_TYPE: Final = "application/json"
_NO_CONTENT: Final = 204
_BAD: Final = 400
_TOO_MANY: Final = 429
_FAULT: Final = 500


class Idempotency:
    """ASGI middleware for the writes of signed-in callers.

    An upload is too large to be read here: its route calls `begin` itself once it has the file, and
    what it answers is kept here all the same.
    """

    def __init__(self, inner: ASGIApp, app: App, methods: Methods) -> None:
        self._inner = inner
        self._app = app
        self._methods = methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the route under the request's key, or repeat what it said before."""
        if not _wanted(scope) or scope["method"] not in self._methods.at(scope["path"]):
            await self._inner(scope, receive, send)
            return
        request = Request(scope)
        recorder = _Recorder(self._app, request, send)
        if not is_upload(scope):
            body = await read_body(request.headers, receive)
            receive = replay(body, receive)
            earlier = await self._earlier(request, body)
            if earlier is not None:
                await earlier(scope, receive, send)
                return
        try:
            await self._inner(scope, receive, recorder.send)
        except Exception:
            await recorder.give_up()
            raise

    async def _earlier(self, request: Request, body: bytes) -> Response | None:
        try:
            caller = await identify(request, self._app)
        except Problem:
            return None  # no caller, no key: the route says so in its own way
        try:
            return await begin(self._app, caller, request, body)
        except Problem as problem:
            return problems.reply_of(problem, self._app.clock)


async def begin(app: App, caller: Caller, request: Request, content: bytes) -> Response | None:
    """Take the request's key, if it has one: None means go on, a reply is to be sent as it is.

    `content` is what tells this request from another. Raises Invalid (the key cannot be one, or was used for
    another request) or Conflict (the first request with it is still at work).
    """
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not re.fullmatch(PATTERN, key):
        raise Invalid.of(HEADER, "bad_idempotency_key", "A key is 1 to 255 plain (ASCII) characters.")
    digest = _digest(caller, request, content)
    async with app.db.tx() as tx:
        found = await keys.take(tx, caller.workspace_id, key, request_hash=digest, now=app.clock.now())
    if isinstance(found, Claim):
        request.scope["state"][_CLAIM] = found
        return None
    if found is not None and found.request_hash != digest:
        raise Invalid.of(HEADER, "idempotency_key_reused", "This key was used for another request; make a new one.")
    if found is None or found.status is None:
        raise Conflict(
            "The first request with this key is still at work.",
            code="idempotency_in_progress",
            retry_at=app.clock.now() + RETRY_IN,
        )
    body = b"" if found.status == _NO_CONTENT else json.dumps(found.body, ensure_ascii=False).encode()
    kind = problems.MEDIA_TYPE if found.status >= _BAD else _JSON_TYPE
    return Response(body, found.status, {REPLAYED: "true"}, kind if body else None)


def _wanted(scope: Scope) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] in WRITES
        and scope["path"].startswith("/api/")
        and not scope["path"].startswith(_LEFT_OUT)
        and HEADER in Headers(scope=scope)
    )


def _digest(caller: Caller, request: Request, content: bytes) -> bytes:
    digest = hashlib.sha256()
    for part in (str(caller.user_id), request.method, request.url.path, request.url.query):
        digest.update(part.encode() + b"\n")
    digest.update(content)
    return digest.digest()


class _Recorder:
    """Holds a reply back until it is kept for its key."""

    def __init__(self, app: App, request: Request, send: Send) -> None:
        self._app = app
        self._state = request.scope.setdefault("state", {})
        self._send = send
        self._start: Message = {}
        self._body = b""

    async def send(self, message: Message) -> None:
        """Take a part of the reply; with its last one the whole goes out."""
        if _CLAIM not in self._state:
            await self._send(message)
        elif message["type"] == "http.response.start":
            self._start = message
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._keep(self._state.pop(_CLAIM))
                await self._send(self._start)
                await self._send({"type": "http.response.body", "body": self._body})

    async def give_up(self) -> None:
        """The route failed before it answered."""
        claim = self._state.pop(_CLAIM, None)
        if claim is not None:
            async with self._app.db.tx() as tx:
                await keys.let_go(tx, claim)

    async def _keep(self, claim: Claim) -> None:
        status: int = self._start["status"]
        async with self._app.db.tx() as tx:
            if status >= _FAULT or status == _TOO_MANY:
                await keys.let_go(tx, claim)
            else:
                await keys.keep(tx, claim, status=status, body=self._body.decode() or "null")
