"""A tiny Instagram over real HTTP, as the vendor's pages describe it: a function from request to response.

It knows just enough for an adapter to publish; what it answers to one path can be scripted.
"""

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web
from aiohttp.test_utils import TestServer

from postwright.kit.clock import Clock

IG = "17841400000000001"

Json = dict[str, object]
Script = Callable[[], tuple[int, object]]


class Cut(Exception):
    """The connection breaks instead of a reply."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One call as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    headers: dict[str, str]


@dataclass
class Container:
    """A post that is prepared."""

    form: dict[str, str]
    status: str = "FINISHED"
    looks: int = 0
    arrived: bytes = b""


@dataclass
class InstagramFake:
    """What the fake knows, and what it was asked."""

    clock: Clock
    seen: list[Seen] = field(default_factory=list)
    containers: dict[str, Container] = field(default_factory=dict)
    posts: list[Json] = field(default_factory=list)
    comments: list[Json] = field(default_factory=list)
    scripts: dict[str, list[Script]] = field(default_factory=lambda: defaultdict(list))
    first_status: str = "FINISHED"
    looks_until_finished: int = 0
    upload_breaks_after: int | None = None

    def script(self, call: str, status: int, body: object) -> None:
        """Answer the next call of "METHOD last/part/of/path" so, without doing anything."""
        self.scripts[call].append(lambda: (status, body))

    def cut(self, call: str) -> None:
        """Break the connection after the next such call has done its work."""

        def broken() -> tuple[int, object]:
            raise Cut

        self.scripts[f"after {call}"].append(broken)

    def paths(self) -> list[str]:
        """The calls so far, without hosts."""
        return [f"{call.method} {re.sub(r'^/[^/]+(/v25.0)?', '', call.path)}" for call in self.seen]

    def form_of(self, ending: str) -> dict[str, str]:
        """The form of the last POST to a path with this ending."""
        return next(call.form for call in reversed(self.seen) if call.method == "POST" and call.path.endswith(ending))

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One request, one response."""
        upload = "rupload" in request.path
        form = {} if upload else {name: str(value) for name, value in (await request.post()).items()}
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.seen.append(Seen(request.method, request.path, dict(request.query), form, headers))
        script = self._scripted(f"{request.method} ", request.path)
        try:
            status, body = script() if script else await self._act(request, form, upload=upload)
            if after := self._scripted(f"after {request.method} ", request.path):
                after()
        except Cut:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if isinstance(body, bytes):
            return web.Response(status=status, body=body)
        return web.json_response(body, status=status)

    def _scripted(self, prefix: str, path: str) -> Script | None:
        for call, scripts in self.scripts.items():
            if scripts and call.startswith(prefix) and path.endswith(call.removeprefix(prefix)):
                return scripts.pop(0)
        return None

    async def _act(self, request: web.Request, form: dict[str, str], *, upload: bool) -> tuple[int, object]:
        if upload:
            return await self._take_bytes(request)
        name = request.path.rpartition("/")[2]
        routes: Mapping[str, Callable[[], tuple[int, object]]] = {
            rf"POST .*/{IG}/media": lambda: self._create(str(request.url.origin()), form),
            rf"POST .*/{IG}/media_publish": lambda: self._publish(form["creation_id"]),
            rf"GET .*/{IG}/(media|stories)": lambda: (200, {"data": list(reversed(self.posts))}),
            r"POST .*/\w+/comments": lambda: self._comment(form["message"]),
            r"GET .*/\w+/comments": lambda: (200, {"data": self.comments}),
            r"GET /graph[^/]*/v25.0/\w+": lambda: self._read(name),
        }
        for pattern, route in routes.items():
            if re.fullmatch(pattern, f"{request.method} {request.path}"):
                return route()
        return refusal(400, 100, 33, "Unsupported request")

    def _create(self, origin: str, form: dict[str, str]) -> tuple[int, object]:
        made = f"c{len(self.containers) + 1}"
        resumable = form.get("upload_type") == "resumable"
        self.containers[made] = Container(form, "IN_PROGRESS" if resumable else self.first_status)
        uri = f"{origin}/rupload.facebook.com/ig-api-upload/v25.0/{made}"
        return 200, {"id": made, "uri": uri} if resumable else {"id": made}

    async def _take_bytes(self, request: web.Request) -> tuple[int, object]:
        container = self.containers[request.path.rpartition("/")[2]]
        if int(request.headers["offset"]) != len(container.arrived):
            fault = {"retriable": False, "type": "OffsetInvalidError", "message": "wrong offset"}
            return 400, {"debug_info": fault}
        if self.upload_breaks_after is not None:
            container.arrived += await request.content.readexactly(self.upload_breaks_after)
            self.upload_breaks_after = None
            raise Cut
        container.arrived += await request.content.read()
        assert len(container.arrived) == int(request.headers["file_size"])
        container.status = self.first_status
        return 200, {"success": True, "message": "Upload successful."}

    def _read(self, name: str) -> tuple[int, object]:
        container = self.containers.get(name)
        if container is not None:
            container.looks += 1
            if container.status == "IN_PROGRESS" and container.looks >= self.looks_until_finished > 0:
                container.status = "FINISHED"
            arrived = {"uploading_phase": {"bytes_transfered": len(container.arrived)}}
            return 200, {"id": name, "status_code": container.status, "video_status": arrived}
        found = next((post for post in self.posts if post["id"] == name), None)
        return (200, found) if found else refusal(400, 100, 33, "Object does not exist")

    def _publish(self, name: str) -> tuple[int, object]:
        container = self.containers.get(name)
        if container is None:
            return refusal(400, 24, 2207008, "The container does not exist")
        if container.status != "FINISHED":
            return refusal(400, 9007, 2207027, "Media is not ready")
        container.status = "PUBLISHED"
        return 200, {"id": self.add_post(container.form.get("caption", ""), _media_type(container.form))}

    def _comment(self, text: str) -> tuple[int, object]:
        self.comments.append({"id": f"k{len(self.comments) + 1}", "text": text})
        return 200, {"id": self.comments[-1]["id"]}

    def add_post(self, caption: str, media_type: str, at: datetime | None = None) -> str:
        """Put a post on the account; its id."""
        post_id = f"p{len(self.posts) + 1}"
        link = f"https://www.instagram.com/p/{post_id}/"
        moment = (at or self.clock.now()).strftime("%Y-%m-%dT%H:%M:%S+0000")
        post = {"id": post_id, "caption": caption, "permalink": link, "media_type": media_type, "timestamp": moment}
        self.posts.append(dict(post))
        return post_id


def refusal(status: int, code: int, subcode: int, message: str) -> tuple[int, object]:
    """A refusal in the Graph API's form."""
    return status, {"error": error(code, subcode, message)}


def error(code: int, subcode: int | None, message: str = "no") -> Json:
    """The Graph API's error object."""
    found: Json = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A1"}
    return found if subcode is None else {**found, "error_subcode": subcode}


def _media_type(form: dict[str, str]) -> str:
    if form.get("media_type") == "CAROUSEL":
        return "CAROUSEL_ALBUM"
    return "VIDEO" if form.get("media_type") == "REELS" or "video_url" in form else "IMAGE"


@asynccontextmanager
async def running_fake(fake: InstagramFake) -> AsyncIterator[str]:
    """The fake on a free port; its origin."""
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", fake.answer)
    async with TestServer(app, host="127.0.0.1") as server:
        yield str(server.make_url("")).rstrip("/")
