"""A small client for YouTube's twin: consents, tokens, API calls and uploads."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from postwright.sandbox.samples import sample
from tests.sandbox.client import CALLBACK, Answer, Body, Sandbox
from tests.support.media_files import video

AUTH = "https://www.googleapis.com/auth/"
UPLOAD, MANAGE, FORCE_SSL, READONLY = (
    AUTH + name for name in ("youtube.upload", "youtube", "youtube.force-ssl", "youtube.readonly")
)
SCOPES = f"{UPLOAD} {FORCE_SSL} {READONLY}"
HARBOUR, CYCLES = "UCharbourcoffee000000000", "UCokaforcycles0000000000"
CONSENT = "/accounts.google.com/o/oauth2/v2/auth"
TOKEN = "/oauth2.googleapis.com/token"
CHUNK = 262_144


async def consent(sandbox: Sandbox, **changes: str) -> dict[str, str]:
    """The callback's parameters after a person's answer."""
    asked = {
        "client_id": "sandbox-youtube",
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": SCOPES,
        "state": "s",
        "access_type": "offline",
        "sandbox_consent": "approve",
        **changes,
    }
    return await sandbox.authorize(CONSENT, **asked)


async def exchange(sandbox: Sandbox, code: str, /, **changes: str) -> Answer:
    form = {
        "client_id": "sandbox-youtube",
        "client_secret": "sandbox-youtube-secret",
        "grant_type": "authorization_code",
        "redirect_uri": CALLBACK,
        "code": code,
        **changes,
    }
    return await sandbox.call("POST", TOKEN, data=form)


async def refresh(sandbox: Sandbox, token: str, /, **changes: str) -> Answer:
    form = {"client_id": "sandbox-youtube", "client_secret": "sandbox-youtube-secret", "refresh_token": token}
    return await sandbox.call("POST", TOKEN, data={**form, "grant_type": "refresh_token", **changes})


@dataclass(frozen=True)
class Channel:
    """Somebody's access token at the API."""

    sandbox: Sandbox
    token: str

    async def call(self, method: str, path: str, /, **options: Any) -> Answer:  # noqa: ANN401 - what aiohttp takes
        headers = {"authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        url = path.removeprefix(self.sandbox.origin) if "://" in path else f"/youtube.googleapis.com{path}"
        return await self.sandbox.call(method, url, headers=headers, **options)

    async def get(self, resource: str, **query: str) -> Answer:
        return await self.call("GET", f"/youtube/v3/{resource}", params=query)

    async def post(self, resource: str, body: Body, **query: str) -> Answer:
        return await self.call("POST", f"/youtube/v3/{resource}", params={"part": "snippet,status", **query}, json=body)

    async def begin(self, body: Body | None = None, *, size: int = 0, **query: str) -> Answer:
        """Open an upload session."""
        headers = {"x-upload-content-type": "video/mp4"} | ({"x-upload-content-length": str(size)} if size else {})
        return await self.call(
            "POST",
            "/upload/youtube/v3/videos",
            params={"uploadType": "resumable", "part": ",".join(body or metadata()), **query},
            json=body or metadata(),
            headers=headers,
        )

    async def put(self, session: str, content: bytes, place: str = "") -> Answer:
        headers = {"content-range": f"bytes {place}"} if place else {}
        return await self.call("PUT", session, data=content, headers=headers)

    async def upload(self, content: bytes, **snippet: object) -> str:
        """A whole video, public unless told otherwise; its id."""
        privacy = str(snippet.pop("privacy", "public"))
        session = (await self.begin(metadata(privacy=privacy, **snippet))).headers["location"]
        answer = await self.put(session, content)
        assert answer.status == 200, answer.body
        made: str = answer.body["id"]
        return made

    async def shown(self, video_id: str, parts: str = "snippet,status") -> Body:
        (item,) = (await self.get("videos", part=parts, id=video_id)).body["items"]
        return dict(item)


def metadata(*, privacy: str = "public", **snippet: object) -> Body:
    return {"snippet": {"title": "Harvest", **snippet}, "status": {"privacyStatus": privacy}}


def reason(answer: Answer) -> tuple[int, str]:
    """Status and reason of a refusal, which always has YouTube's shape."""
    error = answer.body["error"]
    assert error["code"] == answer.status
    assert error["errors"][0]["message"] == error["message"]
    assert {"domain", "reason"} <= set(error["errors"][0])
    return answer.status, error["errors"][0]["reason"]


async def signed_in(sandbox: Sandbox, person: str = "ada", **changes: str) -> Channel:
    client_id = changes.get("client_id", "sandbox-youtube")
    code = (await consent(sandbox, sandbox_person=person, **changes))["code"]
    answer = await exchange(sandbox, code, client_id=client_id, client_secret=f"{client_id}-secret")
    return Channel(sandbox, answer.body["access_token"])


def film(folder: Path, *, width: int = 64, height: int = 48, frames: int = 10, fps: int = 10) -> bytes:
    """A small silent video of the given shape."""
    path = folder / f"{width}x{height}-{frames}.mp4"
    return video(path, width=width, height=height, frames=frames, fps=fps, sound=False).read_bytes()


def upright() -> bytes:
    return sample("reel.mp4")


def heavy() -> bytes:
    """The same video with half a megabyte of nothing behind it, for uploads in several chunks."""
    return upright() + (500_000).to_bytes(4, "big") + b"free" + bytes(499_992)


def dumped(body: Body) -> bytes:
    return json.dumps(body).encode()
