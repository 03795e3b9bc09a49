"""A LinkedIn that answers what a test wrote down, over real HTTP, and keeps what it was asked."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer

from postwright.kit.http import Http
from postwright.platforms.linkedin.adapter import LinkedIn
from postwright.platforms.linkedin.spec import LOGINS
from tests.support.clock import ManualClock
from tests.support.publishing import BytesInMemory, Drive, account_of, call_for

MEMBER, ORGANIZATION = "urn:li:person:abc", "urn:li:organization:42"


@dataclass(frozen=True, slots=True)
class Seen:
    """One call as it arrived; `path` without the host, as it was written."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Says:
    """One answer; None for the connection to break instead."""

    status: int | None
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Script:
    """Answers in order, and the calls that they were given to."""

    answers: list[Says] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        path = "/" + request.raw_path.split("/", 2)[2]
        self.seen.append(Seen(request.method, path, request.headers.copy(), await request.read()))
        says = self.answers.pop(0)
        if says.status is None:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if says.body is None:
            return web.Response(status=says.status, headers=says.headers)
        return web.json_response(says.body, status=says.status, headers=says.headers)

    def calls(self) -> list[str]:
        """What was asked, in short."""
        return [f"{seen.method} {seen.path}" for seen in self.seen]


@dataclass
class Scene:
    """A script, a client, and an adapter between them."""

    script: Script
    http: Http
    clock: ManualClock

    def says(self, *answers: Says) -> None:
        """What the next calls are answered."""
        self.script.answers += answers

    def drive(self, author: str = MEMBER, files: BytesInMemory | None = None) -> Drive:
        """The engine's loop on an account."""
        account = account_of("linkedin", "linkedin", author)
        return Drive(LinkedIn(), call_for(self.http, self.clock, LOGINS[0], account, files=files), self.clock)


@asynccontextmanager
async def running_scene() -> AsyncIterator[Scene]:
    """A scene with nothing to say yet."""
    script = Script()
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", script.answer)
    async with TestServer(app, host="127.0.0.1") as server:
        origin = str(server.make_url("")).rstrip("/")
        async with Http(sandbox_url=origin) as http:
            yield Scene(script, http, ManualClock())
    assert script.answers == []
