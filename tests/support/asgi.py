"""Calls an ASGI application in this process, byte for byte as a server would; faults of the application are raised."""

import asyncio
import json as jsonlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message

BOUNDARY = "PostwrightTestBoundary"


@dataclass(frozen=True)
class Reply:
    """What came back. Header names are in lower case; `cookies` holds what each Set-Cookie says after its name."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> Any:  # noqa: ANN401  # tests pick what they look at
        return jsonlib.loads(self.body)

    @property
    def code(self) -> str:
        """The problem's code."""
        assert self.headers["content-type"] == "application/problem+json", self
        assert self.json()["status"] == self.status
        return str(self.json()["code"])

    @property
    def fields(self) -> list[str]:
        """The fields that the problem points at."""
        return [error["field"] for error in self.json()["errors"]]


@dataclass(frozen=True)
class Client:
    """Somebody who calls, with the headers they always send."""

    app: ASGIApp
    headers: Mapping[str, str] = field(default_factory=dict)

    async def get(self, target: str, **headers: str) -> Reply:
        return await self.send("GET", target, headers=headers)

    async def post(self, target: str, json: object = None, **headers: str) -> Reply:
        return await self.send("POST", target, json=json, headers=headers)

    async def put(self, target: str, json: object = None, **headers: str) -> Reply:
        return await self.send("PUT", target, json=json, headers=headers)

    async def delete(self, target: str, **headers: str) -> Reply:
        return await self.send("DELETE", target, headers=headers)

    async def upload(self, content: bytes, name: str, *, alt_text: str | None = None, **headers: str) -> Reply:
        body = multipart(content, name, {"alt_text": alt_text} if alt_text else {})
        kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        return await self.send("POST", "/api/media", body=[body], headers={**kind, **headers})

    async def send(
        self,
        method: str,
        target: str,
        *,
        json: object = None,
        body: Sequence[bytes] = (),
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send a request; a body of several pieces goes chunked. Header names may be written with underscores."""
        given = {name.replace("_", "-").lower(): value for name, value in {**self.headers, **(headers or {})}.items()}
        if json is not None:
            body = [jsonlib.dumps(json).encode()]
            given.setdefault("content-type", "application/json")
        if len(body) == 1:
            given.setdefault("content-length", str(len(body[0])))
        return await _call(self.app, _scope(method, target, given), list(body))


def multipart(content: bytes, name: str, fields: Mapping[str, str]) -> bytes:
    """The body of an upload as browsers write it."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{text}\r\n'.encode()
        for field, text in fields.items()
    ]
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    return b"".join([*parts, head, content, f"\r\n--{BOUNDARY}--\r\n".encode()])


def _scope(method: str, target: str, headers: Mapping[str, str]) -> dict[str, object]:
    path, _, query = target.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(n.encode(), v.encode()) for n, v in {"host": "127.0.0.1:8000", **headers}.items()],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
    }


async def _call(app: ASGIApp, scope: dict[str, object], pieces: list[bytes]) -> Reply:
    waiting: list[Message] = [
        {"type": "http.request", "body": piece, "more_body": n < len(pieces)} for n, piece in enumerate(pieces, 1)
    ] or [{"type": "http.request", "body": b"", "more_body": False}]
    sent: list[Message] = []

    async def receive() -> Message:
        if waiting:
            return waiting.pop(0)
        return await asyncio.Future()

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start = sent[0]
    lines = [(name.decode().lower(), value.decode()) for name, value in start["headers"]]
    cookies = dict(value.split("=", 1) for name, value in lines if name == "set-cookie")
    return Reply(start["status"], dict(lines), b"".join(message.get("body", b"") for message in sent[1:]), cookies)
