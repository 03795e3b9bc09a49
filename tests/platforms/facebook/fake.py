"""The Graph API as a script over real HTTP: what it answers to each call is written down beforehand."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer

from postwright.kit.http import Http
from postwright.platforms.base import Call, OAuthCall
from postwright.platforms.facebook.adapter import Facebook
from postwright.platforms.facebook.spec import LOGINS
from tests.support.clock import ManualClock
from tests.support.publishing import BytesInMemory, Drive, account_of, call_for, oauth_call_for

PAGE = "1045"
GONE = {"error": {"message": "Object does not exist", "type": "GraphMethodException", "code": 100, "error_subcode": 33}}


@dataclass(frozen=True, slots=True)
class Seen:
    """One call as it arrived, without the host's name and the version."""

    call: str
    query: dict[str, str]
    body: bytes
    headers: dict[str, str]


@dataclass
class Graph:
    """A fake, a client, and the adapter between them."""

    clock: ManualClock = field(default_factory=ManualClock)
    http: Http = field(init=False)
    replies: list[tuple[str, int, object]] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)

    def say(self, call: str, *bodies: object, status: int = 200) -> None:
        """Answer the next calls of "METHOD path" so, in order; None breaks the connection."""
        self.replies += [(call, status, body) for body in bodies]

    @property
    def calls(self) -> list[str]:
        return [one.call for one in self.seen]

    def call(self, files: BytesInMemory | None = None) -> Call:
        return call_for(self.http, self.clock, LOGINS[0], account_of("facebook", "facebook", PAGE), files=files)

    def drive(self, files: BytesInMemory | None = None) -> Drive:
        return Drive(Facebook(), self.call(files), self.clock)

    def oauth(self) -> OAuthCall:
        return oauth_call_for(self.http, self.clock, LOGINS[0])

    async def answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path.partition("/v25.0")[2] or request.path
        body = await request.read()
        call = f"{request.method} {path}"
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.seen.append(Seen(call, dict(request.query), body, headers))
        found = next((reply for reply in self.replies if reply[0] == call), None)
        assert found is not None, f"no answer to {call}"
        self.replies.remove(found)
        _, status, answer = found
        if answer is None:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        return web.Response(status=status, body=answer if isinstance(answer, bytes) else json.dumps(answer).encode())


@asynccontextmanager
async def running() -> AsyncIterator[Graph]:
    """The fake on a free port, with an adapter in front of it."""
    graph, app = Graph(), web.Application(client_max_size=1024 * 1024)
    app.router.add_route("*", "/{path:.*}", graph.answer)
    async with (
        TestServer(app, host="127.0.0.1") as server,
        Http(sandbox_url=str(server.make_url("")).rstrip("/")) as graph.http,
    ):
        yield graph
