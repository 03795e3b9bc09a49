"""An app that talks to the sandbox's TikTok: consent, tokens, API calls, uploads in chunks."""

import io
from dataclasses import dataclass
from typing import Any

from tests.sandbox.client import CALLBACK, Answer, Body, Sandbox
from tests.support.waiting import eventually

ADA = "5d0c1b7e-3f52-4a68-9c1e-0000000000a1"
BEN = "5d0c1b7e-3f52-4a68-9c1e-0000000000b2"
SCOPES = "user.info.basic,user.info.profile,user.info.stats,video.list,video.publish,video.upload"
AUTHORIZE = "/www.tiktok.com/v2/auth/authorize/"
TOKEN = "/open.tiktokapis.com/v2/oauth/token/"
REVOKE = "/open.tiktokapis.com/v2/oauth/revoke/"
VIDEO_INIT = "post/publish/video/init/"
DRAFT_INIT = "post/publish/inbox/video/init/"
PHOTO_INIT = "post/publish/content/init/"
STATUS = "post/publish/status/fetch/"
CREATOR = "post/publish/creator_info/query/"
PUBLIC = {"title": "Fresh roast #coffee", "privacy_level": "PUBLIC_TO_EVERYONE"}


def asked(app: str = "sandbox-tiktok", **changes: str) -> dict[str, str]:
    """An authorize request."""
    query = {"client_key": app, "redirect_uri": CALLBACK, "response_type": "code", "scope": SCOPES, "state": "st"}
    return {**query, **changes}


async def exchange(sandbox: Sandbox, code: str, app: str = "sandbox-tiktok", **changes: str) -> Answer:
    form = {
        "client_key": app,
        "client_secret": f"{app}-secret",
        "grant_type": "authorization_code",
        "redirect_uri": CALLBACK,
        "code": code,
        **changes,
    }
    return await sandbox.call("POST", TOKEN, data=form)


async def refresh(sandbox: Sandbox, token: str, app: str = "sandbox-tiktok") -> Answer:
    form = {"client_key": app, "client_secret": f"{app}-secret", "grant_type": "refresh_token", "refresh_token": token}
    return await sandbox.call("POST", TOKEN, data=form)


async def revoke(sandbox: Sandbox, token: str, app: str = "sandbox-tiktok") -> Answer:
    form = {"client_key": app, "client_secret": f"{app}-secret", "token": token}
    return await sandbox.call("POST", REVOKE, data=form)


async def tokens(sandbox: Sandbox, app: str = "sandbox-tiktok", **query: str) -> Body:
    found = await sandbox.authorize(AUTHORIZE, **asked(app, sandbox_consent="approve", **query))
    body: Body = (await exchange(sandbox, found["code"], app)).body
    return body


async def connect(sandbox: Sandbox, app: str = "sandbox-tiktok", **query: str) -> "TikTok":
    """Ada, unless the query names somebody else."""
    return TikTok(sandbox, (await tokens(sandbox, app, **query))["access_token"])


def code_of(answer: Answer) -> str:
    """The error code of an envelope."""
    code: str = answer.body["error"]["code"]
    return code


@dataclass(frozen=True)
class TikTok:
    """The API with one token."""

    sandbox: Sandbox
    token: str

    async def post(self, path: str, body: Any = None, **options: Any) -> Answer:  # noqa: ANN401 - what aiohttp takes
        headers = {"authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        return await self.sandbox.call("POST", f"/open.tiktokapis.com/v2/{path}", json=body, headers=headers, **options)

    async def get(self, path: str, **query: str) -> Answer:
        headers = {"authorization": f"Bearer {self.token}"}
        return await self.sandbox.call("GET", f"/open.tiktokapis.com/v2/{path}", params=query, headers=headers)

    async def init(self, size: int, chunk: int | None = None, count: int = 1, **info: object) -> Answer:
        """Announce an upload for the profile."""
        source = {"source": "FILE_UPLOAD", "video_size": size, "chunk_size": chunk or size, "total_chunk_count": count}
        return await self.post(VIDEO_INIT, {"post_info": {**PUBLIC, **info}, "source_info": source})

    async def put(self, url: str, content: bytes, first: int, total: int, **headers: str) -> Answer:
        """Send one chunk."""
        described = {
            "content-type": "video/mp4",
            "content-range": f"bytes {first}-{first + len(content) - 1}/{total}",
            **headers,
        }
        return await self.sandbox.call(
            "PUT", url.removeprefix(self.sandbox.origin), data=io.BytesIO(content), headers=described
        )

    async def pull(self, name: str = "reel.mp4", info: Body | None = None) -> Answer:
        """Ask for a video to be pulled."""
        source = {"source": "PULL_FROM_URL", "video_url": self.sandbox.sample(name)}
        return await self.post(VIDEO_INIT, {"post_info": {**PUBLIC, **(info or {})}, "source_info": source})

    async def photos(self, *names: str, mode: str = "DIRECT_POST", cover: int = 0, **info: object) -> Answer:
        """Ask for photos to be pulled."""
        urls = [name if "://" in name else self.sandbox.sample(name) for name in names]
        body = {
            "media_type": "PHOTO",
            "post_mode": mode,
            "post_info": {**PUBLIC, **info},
            "source_info": {"source": "PULL_FROM_URL", "photo_cover_index": cover, "photo_images": urls},
        }
        return await self.post(PHOTO_INIT, body)

    async def status(self, publish_id: str) -> Body:
        answer = await self.post(STATUS, {"publish_id": publish_id})
        assert answer.status == 200, answer.body
        body: Body = answer.body["data"]
        return body

    async def settled(self, begun: Answer) -> Body:
        """The status of a post once it is no longer in progress; a minute passes when asking too often."""
        assert begun.status == 200, begun.body

        async def ask() -> Body | None:
            answer = await self.post(STATUS, {"publish_id": begun.body["data"]["publish_id"]})
            if answer.status == 429:
                await self.sandbox.admin("clock", advance_seconds=60)
                return None
            body: Body = answer.body["data"]
            return None if body["status"].startswith("PROCESSING") else body

        found = await eventually(ask)
        assert found is not None
        return found
