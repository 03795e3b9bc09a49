"""A small client of X for the twin's tests: consents, tokens, posts, uploads."""

import base64
import io
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.sandbox.client import Answer, Sandbox

API = "/api.x.com"
AUTHORIZE = "/x.com/i/oauth2/authorize"
CALLBACK = "http://127.0.0.1:9/callback"
SCOPES = "tweet.read tweet.write users.read media.write offline.access"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
ASKED = {
    "response_type": "code",
    "client_id": "sandbox-x",
    "redirect_uri": CALLBACK,
    "scope": SCOPES,
    "state": "st",
    "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    "code_challenge_method": "S256",
    "sandbox_consent": "approve",
}
SECRET = "sandbox-x-secret"
HARBOUR = "1450000000000000001"
FORBIDDEN = {"title": "Forbidden", "type": "about:blank", "status": 403}
PART_BYTES = 100_000


def filled(fields: dict[str, str], content: bytes) -> aiohttp.FormData:
    """A multipart form with the bytes as its `media` part."""
    form = aiohttp.FormData(fields)
    form.add_field("media", io.BytesIO(content), filename="blob")
    return form


def basic(secret: str = SECRET) -> dict[str, str]:
    return {"authorization": f"Basic {base64.b64encode(f'sandbox-x:{secret}'.encode()).decode()}"}


async def code(sandbox: Sandbox, **changes: str) -> str:
    return (await sandbox.authorize(AUTHORIZE, **{**ASKED, **changes}))["code"]


async def token(sandbox: Sandbox, /, headers: dict[str, str] | None = None, **form: str) -> Answer:
    return await sandbox.call(
        "POST", f"{API}/2/oauth2/token", data=form, headers=basic() if headers is None else headers
    )


async def exchange(sandbox: Sandbox, value: str, /, headers: dict[str, str] | None = None, **changes: str) -> Answer:
    form = {"grant_type": "authorization_code", "code": value, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    return await token(sandbox, headers, **{**form, **changes})


async def connect(sandbox: Sandbox, person: str = "ada", **changes: str) -> "Client":
    answer = await exchange(sandbox, await code(sandbox, sandbox_person=person, **changes))
    assert answer.status == 200, answer.body
    return Client(sandbox, answer.body["access_token"])


async def app_client(sandbox: Sandbox) -> "Client":
    form = {"grant_type": "client_credentials"}
    answer = await sandbox.call("POST", f"{API}/oauth2/token", data=form, headers=basic())
    return Client(sandbox, answer.body["access_token"])


@dataclass(frozen=True)
class Client:
    """An app with a bearer token."""

    sandbox: Sandbox
    token: str

    async def call(self, method: str, path: str, **options: Any) -> Answer:  # noqa: ANN401 - what aiohttp takes
        headers = {"authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        return await self.sandbox.call(method, f"{API}/2/{path}", headers=headers, **options)

    async def get(self, path: str, **query: str) -> Answer:
        return await self.call("GET", path, params=query)

    async def post(self, text: str = "", **body: Any) -> Answer:  # noqa: ANN401 - JSON
        return await self.call("POST", "tweets", json={"text": text, **body} if text else body)

    async def posted(self, text: str = "", **body: Any) -> str:  # noqa: ANN401 - JSON
        answer = await self.post(text, **body)
        assert answer.status == 201, answer.body
        made: str = answer.body["data"]["id"]
        return made

    async def sample(self, name: str) -> bytes:
        async with self.sandbox.http.get(self.sandbox.sample(name)) as answer:
            return await answer.read()

    async def image(self, content: bytes | None = None, category: str = "tweet_image") -> Answer:
        content = await self.sample("square.jpg") if content is None else content
        body = {"media": base64.b64encode(content).decode(), "media_category": category}
        return await self.call("POST", "media/upload", json=body)

    async def image_id(self) -> str:
        made: str = (await self.image()).body["data"]["id"]
        return made

    async def begin(self, size: int, mime: str = "video/mp4", category: str = "tweet_video") -> Answer:
        body = {"media_type": mime, "media_category": category, "total_bytes": size}
        return await self.call("POST", "media/upload/initialize", json=body)

    async def append(self, media_id: str, index: int, piece: bytes) -> Answer:
        form = filled({"segment_index": str(index)}, piece)
        return await self.call("POST", f"media/upload/{media_id}/append", data=form)

    async def finalize(self, media_id: str) -> Answer:
        return await self.call("POST", f"media/upload/{media_id}/finalize")

    async def status(self, media_id: str) -> Answer:
        return await self.get("media/upload", media_id=media_id, command="STATUS")

    async def upload(self, content: bytes, mime: str = "video/mp4", category: str = "tweet_video") -> Answer:
        """The whole way through initialize, append and finalize; the last reply."""
        media_id = (await self.begin(len(content), mime, category)).body["data"]["id"]
        for index, start in enumerate(range(0, len(content), PART_BYTES)):
            assert (await self.append(media_id, index, content[start : start + PART_BYTES])).status == 200
        return await self.finalize(media_id)
