"""What adapters send and twins answer, held against the vendors' machine-readable documents.

Only where such a document comes with a library: none is copied. Google's client brings YouTube's.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from postwright.domain.post import Content
from postwright.kit.http import Http, NoReply, Reply, Request
from postwright.platforms.base import Landed, Published
from postwright.platforms.youtube.api import api
from postwright.platforms.youtube.spec import API
from tests.platforms.stage import CASES, Door, Sample, Stage, stage_of
from tests.support.discovery import Method, method_of

(CASE,) = [case for case in CASES if case.adapter.spec.id == "youtube"]
HOST = "youtube.googleapis.com"
SESSION = "upload_id"
CHOSEN: Mapping[str, object] = {
    "tags": ["a", "b c"],
    "category_id": "27",
    "license": "creativeCommon",
    "embeddable": False,
    "notify_subscribers": False,
    "contains_synthetic_media": True,
    "first_comment": "First!",
}
EVERYTHING = {
    "channels.list",
    "videos.insert",
    "videos.list",
    "videos.delete",
    "thumbnails.set",
    "playlists.list",
    "playlistItems.insert",
    "playlistItems.list",
    "commentThreads.insert",
    "commentThreads.list",
}
"""Every method that the adapter calls."""


@dataclass
class Recording(Http):
    """A client that holds each call to YouTube's API, and each reply, against what YouTube says of them."""

    origin: str
    seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__(sandbox_url=self.origin)

    async def send(self, request: Request) -> Reply:
        at = urlsplit(request.url.replace(f"{self.origin}/", "https://"))
        if at.hostname != HOST:
            return await super().send(request)
        query = {**dict(parse_qsl(at.query)), **request.query}
        if SESSION in query:
            # The address of a session is YouTube's to make up; what ends it is the reply to the call that began it.
            reply = await super().send(request)
            _check(method_of("POST", at.path), reply, ended=reply.status in (200, 201))
            return reply
        method = method_of(request.method, at.path)
        method.check_query(query)
        assert ("request" in method.described) == (request.json is not None), method.id
        if request.json is not None:
            method.check_body(request.json)
        self.seen.add(method.id)
        reply = await super().send(request)
        _check(method, reply, ended=reply.status < 300 and query.get("uploadType") != "resumable")
        return reply


def _check(method: Method, reply: Reply, *, ended: bool) -> None:
    if ended:
        method.check_reply(reply.json())


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with stage_of(CASE) as found, Recording(found.origin) as http:
        found.http = http
        yield found


async def interrupted(stage: Stage, content: Content, door: Door, *, session: str | None = None) -> Published:
    """Publish over a lost reply, which is settled by asking; with another session, by asking the channel."""
    drive = await stage.drive()
    await stage.fault("cut_after", door)
    with pytest.raises(NoReply):
        await drive.to_the_end(content)
    assert drive.checkpoint is not None
    if session is not None:
        drive.checkpoint = drive.checkpoint.to(drive.checkpoint.step, session=session)
    verdict = await stage.verdict(drive, content)
    assert isinstance(verdict, Landed)
    return await drive.to_the_end(content, verdict.checkpoint)


async def test_every_call_to_youtube_is_one_that_youtube_describes(stage: Stage) -> None:
    drive = await stage.drive()
    body = {"snippet": {"title": "Cups"}, "status": {"privacyStatus": "public"}}
    await api(drive.call).send(Request("POST", f"{API}/playlists", query={"part": "snippet,status"}, json=body))
    [playlist] = (await stage.adapter.choices(drive.call))["playlist_id"]
    later = (stage.clock.now() + timedelta(days=1)).isoformat()
    whole = Sample("whole", ("reel.mp4", "square.jpg"), {**CHOSEN, "playlist_id": playlist.value})
    private = {"privacy": "private", "publish_at": later, "made_for_kids": True}
    planned = Sample("planned", ("reel.mp4",), private)
    for sample in (*stage.facts.samples, whole, planned):
        published = await drive.to_the_end(await stage.content(sample, f"Sample {sample.name}"))
        assert published.warnings == (), sample.name
    session = f"{stage.origin}/{HOST}/upload/youtube/v3/videos?uploadType=resumable&upload_id=gone"
    await interrupted(stage, await stage.content(whole, "Lost session"), stage.facts.commit, session=session)
    await interrupted(stage, await stage.content(whole, "Lost video"), stage.facts.commit)
    for path in ("/playlistItems$", "/commentThreads$"):
        await interrupted(stage, await stage.content(whole, f"Lost {path}"), Door("POST", path))
    assert await stage.adapter.remove(drive.call, published.external_id)
    assert isinstance(stage.http, Recording)
    assert stage.http.seen == EVERYTHING | {"playlists.insert"}
