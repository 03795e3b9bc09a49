"""Harbour Coffee's Page, seen by an app: its Page token, posts, photos, videos and uploads."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp

from postwright.sandbox.samples import sample
from tests.sandbox.client import HARBOUR_PAGE, Answer, Graph, Sandbox

SCOPES = (
    "pages_show_list,pages_read_engagement,pages_read_user_content,pages_manage_posts,pages_manage_engagement,"
    "pages_manage_metadata"
)
MINUTE, DAY = 60, 86_400


@dataclass(frozen=True)
class PageClient(Graph):
    """A Graph client with a Page's own token."""

    async def create(self, edge: str, **form: str) -> Answer:
        return await self.post(f"{self.account}/{edge}", **form)

    async def made(self, edge: str, **form: str) -> str:
        """What came of a call that must succeed: its id."""
        answer = await self.create(edge, **form)
        assert answer.status == 200, answer.body
        name: str = answer.body["id"]
        return name

    async def listed(self, edge: str, **query: str) -> list[str]:
        answer = await self.get(f"{self.account}/{edge}", **query)
        assert answer.status == 200, answer.body
        return [item["id"] for item in answer.body["data"]]

    async def send(self, edge: str, files: dict[str, bytes], **form: str) -> Answer:
        """POST as multipart."""
        parts = aiohttp.FormData(form)
        for name, content in files.items():
            parts.add_field(name, content, filename=name)
        return await self.sandbox.call(
            "POST", f"/{self.host}/v25.0/{self.account}/{edge}", data=parts, headers=self.bearer
        )

    async def photo(self, name: str = "square.jpg", **form: str) -> str:
        """An unpublished photo."""
        return await self.made("photos", url=self.sandbox.sample(name), published="false", **form)

    async def started(self, edge: str = "video_reels") -> tuple[str, str]:
        """A reel or story in the making, and the path of its upload address."""
        body = (await self.create(edge, upload_phase="start")).body
        path = f"/rupload.facebook.com/video-upload/v25.0/{body['video_id']}"
        assert body["upload_url"] == f"{self.sandbox.origin}{path}"
        return body["video_id"], path

    async def upload(self, path: str, body: bytes, **headers: str) -> Answer:
        sent = {"authorization": f"OAuth {self.token}", "content-type": "application/octet-stream", **headers}
        return await self.sandbox.call("POST", path, data=body, headers=sent)

    async def uploaded(self, edge: str = "video_reels", name: str = "reel.mp4") -> str:
        """A reel or story whose bytes are all there."""
        video, path = await self.started(edge)
        content = sample(name)
        answer = await self.upload(path, content, offset="0", file_size=str(len(content)))
        assert answer.body == {"success": True}
        return video

    async def finish(self, video: str, state: str = "PUBLISHED", **form: str) -> Answer:
        return await self.create("video_reels", upload_phase="finish", video_id=video, video_state=state, **form)

    async def video_status(self, video: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.get(video, fields="status")).body["status"]
        return found

    async def in_seconds(self, seconds: float) -> str:
        """A time as the API takes it."""
        now = (await self.sandbox.call("GET", "/_sandbox/clock")).body["now"]
        return str(int(datetime.fromisoformat(now).timestamp() + seconds))


def attached(*photos: str) -> dict[str, str]:
    """Photos of a post as bracket keys."""
    return {f"attached_media[{place}]": json.dumps({"media_fbid": name}) for place, name in enumerate(photos)}


async def connect(sandbox: Sandbox, *, page: str = HARBOUR_PAGE, scope: str = SCOPES, **query: str) -> PageClient:
    """The Page's own token, by Ada's long-lived one."""
    ada = await sandbox.ada(scope=scope, **query)
    pages = (await ada.get("me/accounts", fields="id,access_token")).body["data"]
    token = next(item["access_token"] for item in pages if item["id"] == page)
    return PageClient(sandbox, "graph.facebook.com", page, token)
