"""An app of Pinterest's, as the tests use it: consent, tokens, API calls, uploads."""

import base64
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.sandbox.client import CALLBACK, Answer, Body, Sandbox

APP = "sandbox-pinterest"
TRIAL_APP = "sandbox-pinterest-trial"
SCOPES = "boards:read,boards:write,pins:read,pins:write,user_accounts:read"
SECRET_SCOPES = "boards:read_secret,boards:write_secret,pins:read_secret,pins:write_secret"
COFFEE, LATTE, SECRET_BOARD, BENS = (f"81000000000000000{number}" for number in range(1, 5))
HEARTS, TULIPS = "520000000000000001", "520000000000000002"
API = "/api.pinterest.com/v5"


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"authorization": f"Basic {base64.b64encode(f'{client_id}:{secret}'.encode()).decode()}"}


async def authorize(sandbox: Sandbox, *, app: str = APP, **query: str) -> dict[str, str]:
    asked = {"scope": SCOPES, "state": "s", "sandbox_consent": "approve", "response_type": "code", **query}
    return await sandbox.authorize("/www.pinterest.com/oauth/", client_id=app, redirect_uri=CALLBACK, **asked)


async def exchange(sandbox: Sandbox, *, app: str = APP, secret: str = "", **form: str) -> Answer:
    sent = {"redirect_uri": CALLBACK, "grant_type": "authorization_code", **form} if "code" in form else form
    headers = basic(app, secret or f"{app}-secret")
    return await sandbox.call("POST", f"{API}/oauth/token", data=sent, headers=headers)


async def refresh(sandbox: Sandbox, token: str, **changes: str) -> Answer:
    return await exchange(sandbox, grant_type="refresh_token", refresh_token=token, **changes)


async def connect(sandbox: Sandbox, *, app: str = APP, **query: str) -> "Api":
    code = (await authorize(sandbox, app=app, **query))["code"]
    tokens = (await exchange(sandbox, app=app, code=code)).body
    return Api(sandbox, tokens["access_token"], tokens["refresh_token"])


@dataclass(frozen=True)
class Api:
    """The API with a token."""

    sandbox: Sandbox
    token: str
    refresh_token: str

    async def call(self, method: str, path: str, **options: Any) -> Answer:  # noqa: ANN401 - what aiohttp takes
        headers = {"authorization": f"Bearer {self.token}"}
        return await self.sandbox.call(method, f"{API}/{path}", headers=headers, **options)

    async def get(self, path: str, **query: str) -> Answer:
        return await self.call("GET", path, params=query)

    async def post(self, path: str, **body: object) -> Answer:
        return await self.call("POST", path, json=body)

    async def patch(self, path: str, **body: object) -> Answer:
        return await self.call("PATCH", path, json=body)

    async def delete(self, path: str) -> Answer:
        return await self.call("DELETE", path)

    def by_url(self, name: str = "square.jpg") -> Body:
        return {"source_type": "image_url", "url": self.sandbox.sample(name)}

    async def pin(self, source: Body | None = None, board: str = COFFEE, **fields: object) -> Answer:
        return await self.post("pins", board_id=board, media_source=source or self.by_url(), **fields)

    async def pinned(self, source: Body | None = None, board: str = COFFEE, **fields: object) -> str:
        answer = await self.pin(source, board, **fields)
        assert answer.status == 201, answer.body
        made: str = answer.body["id"]
        return made

    async def bytes_of(self, name: str) -> bytes:
        async with self.sandbox.http.get(self.sandbox.sample(name)) as answer:
            return await answer.read()

    async def inline(self, name: str = "square.jpg", kind: str = "image/jpeg") -> Body:
        return {"content_type": kind, "data": base64.b64encode(await self.bytes_of(name)).decode()}

    async def register(self) -> Body:
        answer = await self.post("media", media_type="video")
        assert answer.status == 201, answer.body
        body: Body = answer.body
        return body

    async def send(self, url: str, parts: list[tuple[str, str | bytes]]) -> Answer:
        """Send a form whose order is that of the list; bytes are the file."""
        form = aiohttp.FormData(default_to_multipart=True)
        for name, value in parts:
            if isinstance(value, bytes):
                form.add_field(name, value, filename="video.mp4", content_type="video/mp4")
            else:
                form.add_field(name, value)
        return await self.sandbox.call("POST", url.removeprefix(self.sandbox.origin), data=form)

    async def uploaded(self, name: str = "reel.mp4") -> str:
        slot = await self.register()
        parts = [*slot["upload_parameters"].items(), ("file", await self.bytes_of(name))]
        assert (await self.send(slot["upload_url"], parts)).status == 204
        made: str = slot["media_id"]
        return made

    async def status(self, media_id: str) -> str:
        status: str = (await self.get(f"media/{media_id}")).body["status"]
        return status


def error(answer: Answer) -> tuple[int, int]:
    """HTTP status and the vendor's code."""
    assert set(answer.body) <= {"code", "message", "status"}
    return answer.status, answer.body["code"]
