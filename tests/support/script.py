"""A platform as a script over real HTTP: each call gets the next answer that was written for it."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from aiohttp import web
from aiohttp.test_utils import TestServer

from postwright.kit.http import Http
from tests.support.clock import ManualClock


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call is answered; with `cut` nothing at all, though it arrived."""

    status: int = 200
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """One call as it arrived."""

    call: str
    query: Mapping[str, str]
    body: bytes
    headers: Mapping[str, str]


@dataclass
class Script:
    """The answers that are still to be given, and what was asked; a call nobody foresaw is answered 500."""

    clock: ManualClock = field(default_factory=ManualClock)
    answers: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    seen: list[Seen] = field(default_factory=list)
    http: Http = field(default_factory=Http)

    def to(self, call: str, status: int = 200, body: object = None, **headers: str) -> None:
        """Answer the next such call, named by `name_of`, so."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[call].append(Answer(status, body, named))

    def cut(self, call: str) -> None:
        """Give the next such call no answer."""
        self.answers[call].append(Answer(cut=True))

    def calls(self) -> list[str]:
        """What was asked, in order."""
        return [seen.call for seen in self.seen]

    def name_of(self, method: str, path: str) -> str:
        """How the test calls a call; `path` begins with the vendor's host, without a slash before it."""
        return f"{method} {path.partition('/')[2]}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Give the next answer that was written for the call."""
        call = self.name_of(request.method, request.path.lstrip("/"))
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.seen.append(Seen(call, dict(request.query), await request.read(), headers))
        waiting = self.answers[call]
        answer = waiting.pop(0) if waiting else Answer(500, {"message": f"unforeseen: {call}"})
        if answer.cut:
            assert request.transport is not None
            request.transport.abort()
        if isinstance(answer.body, bytes) or answer.body is None:
            return web.Response(status=answer.status, body=answer.body, headers=dict(answer.headers))
        return web.json_response(answer.body, status=answer.status, headers=dict(answer.headers))


Played = TypeVar("Played", bound=Script)


@asynccontextmanager
async def playing(script: Played) -> AsyncIterator[Played]:
    """The script on a free port, and a client that is led to it."""
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", script.answer)
    async with (
        TestServer(app, host="127.0.0.1") as server,
        Http(sandbox_url=str(server.make_url("")).rstrip("/")) as http,
    ):
        script.http = http
        yield script
