"""Uploads: resumable sessions with their ranges, the other kinds of upload, and what is refused at the start."""

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.sandbox.client import Sandbox
from tests.sandbox.youtube.client import CHUNK, HARBOUR, Channel, dumped, film, heavy, metadata, reason, upright
from tests.support.waiting import eventually

SIZE = 600_000
"""The vectors of the upload protocol are for this size."""


async def session_of(ada: Channel, size: int = 0) -> str:
    return (await ada.begin(size=size)).headers["location"]


async def test_a_session_is_an_address_and_no_video_yet(sandbox: Sandbox, ada: Channel) -> None:
    answer = await ada.begin(size=SIZE)
    assert (answer.status, answer.body) == (200, "")
    assert answer.headers["location"].startswith(f"{sandbox.origin}/youtube.googleapis.com/upload/youtube/v3/videos?")
    assert await sandbox.posts() == []


async def test_chunks_are_answered_with_the_range_that_is_stored(ada: Channel) -> None:
    session, content = await session_of(ada, SIZE), bytes(SIZE)
    nothing = await ada.put(session, b"", f"*/{SIZE}")
    assert (nothing.status, nothing.headers.get("range")) == (308, None)
    first = await ada.put(session, content[:CHUNK], f"0-262143/{SIZE}")
    assert (first.status, first.headers["range"]) == (308, "bytes=0-262143")
    second = await ada.put(session, content[CHUNK : 2 * CHUNK], f"262144-524287/{SIZE}")
    assert (second.status, second.headers["range"]) == (308, "bytes=0-524287")
    asked = await ada.put(session, b"", f"*/{SIZE}")
    assert (asked.status, asked.headers["range"]) == (308, "bytes=0-524287")
    last = await ada.put(session, content[2 * CHUNK :], f"524288-599999/{SIZE}")
    assert (last.status, last.body["kind"]) == (200, "youtube#video")
    for again in (b"", content[2 * CHUNK :]):
        replay = await ada.put(session, again, f"*/{SIZE}")
        assert (replay.status, replay.body["id"]) == (200, last.body["id"])


@pytest.mark.parametrize(
    ("sent", "place"),
    [
        (CHUNK - 1, "0-262142/600000"),
        (CHUNK, "262144-524287/600000"),
        (CHUNK, "0-262142/600000"),
        (CHUNK, "0-262143/600001"),
        (10, "600000-600009/600000"),
        (10, "9-0/600000"),
        (10, "0 to 9"),
    ],
)
async def test_a_chunk_that_does_not_fit_is_refused_and_not_stored(ada: Channel, sent: int, place: str) -> None:
    session = await session_of(ada, SIZE)
    assert (await ada.put(session, bytes(sent), place)).status == 400
    assert "range" not in (await ada.put(session, b"", f"*/{SIZE}")).headers


async def test_what_is_sent_twice_is_stored_once(ada: Channel) -> None:
    session, content = await session_of(ada), heavy()
    total = len(content)
    await ada.put(session, content[:CHUNK], f"0-{CHUNK - 1}/*")
    done = await ada.put(session, content, f"0-{total - 1}/{total}")
    assert done.status == 200
    item = await ada.shown(done.body["id"], "status,fileDetails")
    assert (item["status"]["uploadStatus"], item["fileDetails"]["fileSize"]) == ("processed", str(total))


async def test_whole_granules_stay_of_a_chunk_that_was_cut(sandbox: Sandbox, ada: Channel) -> None:
    session, content = await session_of(ada), heavy()
    parts = urlsplit(session)
    _, writer = await asyncio.open_connection(parts.hostname, parts.port)
    head = f"PUT {parts.path}?{parts.query} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(content)}\r\n\r\n"
    writer.write(head.encode() + content[: CHUNK + 1000])
    await writer.drain()
    writer.close()

    async def stored() -> str | None:
        return (await ada.put(session, b"", f"*/{len(content)}")).headers.get("range")

    assert await eventually(stored) == f"bytes=0-{CHUNK - 1}"
    done = await ada.put(session, content[CHUNK:], f"{CHUNK}-{len(content) - 1}/{len(content)}")
    assert (await ada.shown(done.body["id"]))["status"]["uploadStatus"] == "processed"
    assert [post["id"] for post in await sandbox.posts()] == [done.body["id"]]


async def test_a_cut_after_the_last_chunk_leaves_one_video_which_the_session_tells_of(
    sandbox: Sandbox, ada: Channel
) -> None:
    session, content = await session_of(ada), upright()
    order = {"kind": "cut_after", "platform": "youtube", "method": "PUT", "account": "harbourcoffee"}
    await sandbox.admin("faults", **order, count=2)  # the client sends a PUT again by itself
    with pytest.raises(Exception, match="disconnected"):
        await ada.put(session, content)
    asked = await ada.put(session, b"", f"*/{len(content)}")
    assert asked.status == 200
    assert [post["id"] for post in await sandbox.posts()] == [asked.body["id"]]


async def test_a_session_ends_after_a_week_and_others_are_unknown(sandbox: Sandbox, ada: Channel) -> None:
    session = await session_of(ada, SIZE)
    assert (await ada.put(session + "x", b"", f"*/{SIZE}")).status == 404
    dead = Channel(sandbox, "ya29.dead")
    assert reason(await dead.put(session, b"", f"*/{SIZE}")) == (401, "authError")
    bare, query = session.removeprefix(sandbox.origin), {"content-range": f"bytes */{SIZE}"}
    assert (await sandbox.call("PUT", bare, headers=query)).status == 308
    await sandbox.admin("clock", advance_seconds=7 * 86_400)
    assert (await sandbox.call("PUT", bare, headers=query)).status == 404


async def test_multipart_and_bare_uploads(ada: Channel, tmp_path: Path) -> None:
    head = b"--b0\nContent-Type: application/json\n\n" + dumped(metadata(title="Both"))
    body = head + b"\n--b0\nContent-Type: video/mp4\n\n" + film(tmp_path) + b"\n--b0--\n"
    query = {"uploadType": "multipart", "part": "snippet,status"}
    headers = {"content-type": 'multipart/related; boundary="b0"'}
    made = await ada.call("POST", "/upload/youtube/v3/videos", params=query, data=body, headers=headers)
    item = await ada.shown(made.body["id"])
    assert (item["snippet"]["title"], item["status"]["uploadStatus"]) == ("Both", "processed")
    query, headers = {"uploadType": "media", "part": "snippet"}, {"content-type": "video/mp4"}
    made = await ada.call("POST", "/resumable/upload/youtube/v3/videos", params=query, data=upright(), headers=headers)
    assert made.body["snippet"]["title"] == "unknown"
    torn = await ada.call("POST", "/upload/youtube/v3/videos", params={**query, "uploadType": "multipart"}, data=b"x")
    assert reason(torn) == (400, "badContent")


async def test_what_cannot_begin(sandbox: Sandbox, ada: Channel) -> None:
    path, query = "/upload/youtube/v3/videos", {"uploadType": "resumable", "part": "snippet"}
    body = {"snippet": {"title": "t"}}
    for headers, expected in (
        ({"x-upload-content-type": "text/plain"}, (400, "badContent")),
        ({"x-upload-content-length": str(256 * 2**30 + 1)}, (413, "uploadTooLarge")),
        ({"slug": "a/b.mp4"}, (400, "invalidFilename")),
    ):
        assert reason(await ada.call("POST", path, params=query, json=body, headers=headers)) == expected
    assert (await ada.begin(size=256 * 2**30)).status == 200
    assert reason(await ada.begin(uploadType="telepathy")) == (400, "badRequest")
    assert reason(await ada.post("videos", body, part="snippet")) == (400, "mediaBodyRequired")
    assert (await sandbox.journal(account=HARBOUR, kind="posts"))["posts"] == []
