"""Google's own clients drive the sandbox: google-auth, and google-api-python-client with its discovery document.

Every reply that they get is held against that document's schemas.
"""

import asyncio
import io
from collections.abc import AsyncIterator
from http.client import HTTPException
from typing import Any

import google_auth_httplib2  # type: ignore[import-untyped]  # ships no types
import pytest
from google.auth.exceptions import RefreshError
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build_from_document  # type: ignore[import-untyped]  # likewise
from googleapiclient.errors import HttpError  # type: ignore[import-untyped]  # likewise
from googleapiclient.http import MediaIoBaseUpload, build_http  # type: ignore[import-untyped]  # likewise

from postwright.sandbox.samples import sample
from tests.sandbox.client import Sandbox
from tests.sandbox.youtube.client import CHUNK, HARBOUR, SCOPES, consent, exchange, heavy, metadata
from tests.support.discovery import DOCUMENT, conforms


class Journey:
    """The client, in a thread of its own for each call."""

    def __init__(self, sandbox: Sandbox, refresh_token: str) -> None:
        root = f"{sandbox.origin}/youtube.googleapis.com/"
        self.credentials = Credentials(  # type: ignore[no-untyped-call]  # google-auth is typed in part
            None,
            refresh_token=refresh_token,
            token_uri=f"{sandbox.origin}/oauth2.googleapis.com/token",
            client_id="sandbox-youtube",
            client_secret="sandbox-youtube-secret",
            scopes=SCOPES.split(),
        )
        self.http = build_http()
        self.http.timeout = 1  # after a cut, httplib2 sends the headers again, but no body, and waits
        self.api = build_from_document(
            {**DOCUMENT, "rootUrl": root, "baseUrl": root},
            http=google_auth_httplib2.AuthorizedHttp(self.credentials, http=self.http),
        )

    async def do(self, method: str, **query: object) -> Any:  # noqa: ANN401 - JSON
        """Run `resource.method`, and hold the reply against its schema."""
        resource, _, name = method.partition(".")
        request = getattr(getattr(self.api, resource)(), name)(**query)
        reply = await asyncio.to_thread(request.execute)
        described = DOCUMENT["resources"][resource]["methods"][name]
        if "response" in described:
            conforms(reply, described["response"], method)
        return reply


@pytest.fixture
async def journey(sandbox: Sandbox) -> AsyncIterator[Journey]:
    tokens = (await exchange(sandbox, (await consent(sandbox))["code"])).body
    journey = Journey(sandbox, tokens["refresh_token"])
    yield journey
    journey.http.close()


async def test_the_client_uploads_in_chunks_over_a_cut_and_does_the_rest(sandbox: Sandbox, journey: Journey) -> None:
    (channel,) = (await journey.do("channels.list", part="snippet,contentDetails,statistics,status", mine=True))[
        "items"
    ]
    uploads = channel["contentDetails"]["relatedPlaylists"]["uploads"]
    media = MediaIoBaseUpload(io.BytesIO(heavy()), "video/mp4", chunksize=CHUNK, resumable=True)
    body = metadata(description="Two bars", tags=["a", "b"])
    request = journey.api.videos().insert(part="snippet,status", body=body, media_body=media)
    await sandbox.admin("faults", platform="youtube", method="PUT", kind="cut_after", after=1, count=2)
    progress, made = await asyncio.to_thread(request.next_chunk)
    assert (progress.resumable_progress, made) == (CHUNK, None)
    with pytest.raises((OSError, HTTPException)):
        await asyncio.to_thread(request.next_chunk)
    while made is None:
        _, made = await asyncio.to_thread(request.next_chunk)
    conforms(made, {"$ref": "Video"}, "videos.insert")
    video = made["id"]
    assert [post["id"] for post in await sandbox.posts()] == [video]
    _, again = await asyncio.to_thread(request.next_chunk)
    assert again["id"] == video

    parts = "id,snippet,status,contentDetails,statistics,processingDetails,fileDetails"
    (shown,) = (await journey.do("videos.list", part=parts, id=video))["items"]
    assert shown["status"]["uploadStatus"] == "processed"
    picture = MediaIoBaseUpload(io.BytesIO(sample("landscape.jpg")), "image/jpeg")
    assert (await journey.do("thumbnails.set", videoId=video, media_body=picture))["items"]
    (item,) = (await journey.do("playlistItems.list", part="id,snippet,contentDetails,status", playlistId=uploads))[
        "items"
    ]
    assert item["snippet"]["resourceId"]["videoId"] == video
    playlist = await journey.do("playlists.insert", part="snippet,status", body={"snippet": {"title": "All"}})
    entry = {"snippet": {"playlistId": playlist["id"], "resourceId": {"kind": "youtube#video", "videoId": video}}}
    await journey.do("playlistItems.insert", part="snippet", body=entry)
    await journey.do("playlists.list", part="id,snippet,status,contentDetails", mine=True)
    comment = {"snippet": {"videoId": video, "topLevelComment": {"snippet": {"textOriginal": "First!"}}}}
    await journey.do("commentThreads.insert", part="snippet", body=comment)
    assert (await journey.do("commentThreads.list", part="id,snippet,replies", videoId=video))["items"]
    changed = {"id": video, "snippet": {"title": "Again", "categoryId": "27"}}
    assert (await journey.do("videos.update", part="snippet", body=changed))["snippet"]["channelId"] == HARBOUR
    assert await journey.do("videos.delete", id=video) == ""
    assert await sandbox.posts() == []


async def test_the_client_uploads_in_one_request(journey: Journey) -> None:
    media = MediaIoBaseUpload(io.BytesIO(sample("reel.mp4")), "video/mp4")
    made = await journey.do("videos.insert", part="snippet,status", body=metadata(title="One"), media_body=media)
    (shown,) = (await journey.do("videos.list", part="snippet,status", id=made["id"]))["items"]
    assert (shown["snippet"]["title"], shown["status"]["uploadStatus"]) == ("One", "processed")


async def test_the_client_understands_refusals(journey: Journey) -> None:
    media = MediaIoBaseUpload(io.BytesIO(b"x"), "video/mp4", resumable=True)
    with pytest.raises(HttpError) as refused:
        await journey.do("videos.insert", part="snippet,status", body=metadata(title="<"), media_body=media)
    assert refused.value.error_details[0]["reason"] == "invalidTitle"
    with pytest.raises(HttpError) as missing:
        await journey.do("videos.delete", id="nothing")
    assert (missing.value.status_code, missing.value.error_details[0]["reason"]) == (404, "videoNotFound")


async def test_google_auth_refreshes_and_says_when_consent_is_gone(sandbox: Sandbox, journey: Journey) -> None:
    await journey.do("channels.list", part="id", mine=True)
    first = journey.credentials.token
    await sandbox.admin("faults", platform="youtube", path="channels", kind="expire_token")
    await journey.do("channels.list", part="id", mine=True)
    assert journey.credentials.token != first
    await sandbox.call("POST", "/oauth2.googleapis.com/revoke", params={"token": str(journey.credentials.token)})
    with pytest.raises(RefreshError, match="expired or revoked"):
        await journey.do("channels.list", part="id", mine=True)
