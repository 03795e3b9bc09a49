"""Videos in chunks at TikTok's upload host: the plan, ranges, order, resuming, expiry."""

import asyncio
import struct
from urllib.parse import urlsplit

import pytest

from postwright.sandbox.samples import sample
from tests.sandbox.client import Answer, Sandbox
from tests.sandbox.tiktok.client import ADA, TikTok, code_of, connect

CHUNK = 5_000_000
SIZE = 11_000_000


def big_video() -> bytes:
    """The sample reel with an empty box behind it."""
    reel = sample("reel.mp4")
    rest = SIZE - len(reel)
    return reel + struct.pack(">I4s", rest, b"free") + bytes(rest - 8)


async def begun(tiktok: TikTok, size: int, chunk: int, count: int) -> tuple[str, str]:
    answer = await tiktok.init(size, chunk, count)
    assert answer.status == 200, answer.body
    return answer.body["data"]["publish_id"], answer.body["data"]["upload_url"]


@pytest.mark.parametrize(
    ("size", "chunk", "count", "good"),
    [
        (3_145_728, 3_145_728, 1, True),
        (5_000_000, 5_000_000, 1, True),
        (50_000_123, 10_000_000, 5, True),
        (64_000_000, 64_000_000, 1, True),
        (64_000_001, 64_000_000, 1, False),
        (150_000_000, 64_000_000, 2, True),
        (4_294_967_296, 64_000_000, 67, True),
        (10_485_760, 4_000_000, 2, False),
        (50_000_123, 10_000_000, 6, False),
        (50_000_123, 10_000_000, 4, False),
        (3_145_728, 1_000_000, 3, False),
        (6_000_000, 10_000_000, 1, False),
        (70_000_000, 64_000_001, 1, False),
        (4_294_967_297, 64_000_000, 67, False),
        (0, 0, 0, False),
    ],
)
async def test_a_plan_has_as_many_chunks_as_fit_whole(
    sandbox: Sandbox, size: int, chunk: int, count: int, good: bool
) -> None:
    answer = await (await connect(sandbox)).init(size, chunk, count)
    assert (answer.status, code_of(answer)) == ((200, "ok") if good else (400, "invalid_param"))


async def test_a_small_video_goes_up_in_one_piece(sandbox: Sandbox) -> None:
    ada, video = await connect(sandbox), sample("reel.mp4")
    name, url = await begun(ada, len(video), len(video), 1)
    assert name.startswith("v_pub_file~v2-1.")
    assert len(name) <= 64
    assert url.startswith(f"{sandbox.origin}/open-upload.tiktokapis.com/video/?upload_id=")
    assert (await ada.status(name)) == {
        "status": "PROCESSING_UPLOAD",
        "publicaly_available_post_id": [],
        "uploaded_bytes": 0,
    }
    sent = await ada.put(url, video, 0, len(video))
    assert (sent.status, sent.body) == (201, "")
    assert sent.headers["content-range"] == f"bytes 0-{len(video)}/{len(video)}"
    told = await ada.status(name)
    (post,) = await sandbox.posts()
    assert told["status"] == "PUBLISH_COMPLETE"
    assert told["publicaly_available_post_id"] == [int(post["id"])]
    assert told["uploaded_bytes"] == len(video)
    assert (await ada.put(url, video, 0, len(video))).status == 416
    assert len(await sandbox.posts()) == 1


async def test_chunks_come_in_order_and_the_last_takes_the_rest(sandbox: Sandbox) -> None:
    ada, video = await connect(sandbox), big_video()
    name, url = await begun(ada, SIZE, CHUNK, 2)
    early = await ada.put(url, video[CHUNK:], CHUNK, SIZE)
    assert (early.status, early.headers["content-range"]) == (416, f"bytes 0-0/{SIZE}")
    first = await ada.put(url, video[:CHUNK], 0, SIZE)
    assert (first.status, first.headers["content-range"]) == (206, f"bytes 0-{CHUNK}/{SIZE}")
    assert (await ada.put(url, video[:CHUNK], 0, SIZE)).status == 416
    assert (await ada.status(name))["uploaded_bytes"] == CHUNK
    assert await sandbox.posts() == []
    assert (await ada.put(url, video[CHUNK : 2 * CHUNK], CHUNK, SIZE)).status == 400
    assert (await ada.put(url, video[CHUNK:], CHUNK, SIZE)).status == 201
    assert (await ada.status(name))["status"] == "PUBLISH_COMPLETE"
    assert len(await sandbox.posts()) == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"authorization": "Bearer act.x"}, 400),
        ({"content-type": "application/octet-stream"}, 400),
        ({"content-range": "bytes 0-9/100"}, 400),
        ({"content-range": "0-9/10"}, 400),
        ({"content-range": f"bytes 0-8/{CHUNK}"}, 400),
        ({"content-range": f"bytes 0-9/{CHUNK}"}, 400),
        ({"content-range": f"bytes 10-19/{CHUNK}"}, 416),
    ],
)
async def test_wrong_headers_are_refused(sandbox: Sandbox, headers: dict[str, str], status: int) -> None:
    ada = await connect(sandbox)
    _, url = await begun(ada, CHUNK, CHUNK, 1)
    answer = await ada.put(url, bytes(10), 0, CHUNK, **headers)
    assert (answer.status, answer.body) == (status, "")


async def test_an_upload_url_lives_an_hour_and_is_nobodys_but_its_owners(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    name, url = await begun(ada, CHUNK, CHUNK, 1)

    async def send(address: str) -> int:
        return (await ada.put(address, bytes(CHUNK), 0, CHUNK)).status

    assert await send(url + "0") == 403
    assert await send(url.replace("upload_id=", "upload_id=9")) == 404
    assert await send(url.replace("/video/", "/movie/")) == 404
    assert (await sandbox.call("GET", url.removeprefix(sandbox.origin))).status == 405
    await sandbox.admin("clock", advance_seconds=3600)
    assert await send(url) == 403
    again = await connect(sandbox)
    assert (await again.status(name))["status"] == "PROCESSING_UPLOAD"
    assert await sandbox.posts() == []


async def test_a_chunk_cut_in_the_middle_counts_for_nothing_and_is_sent_again(sandbox: Sandbox) -> None:
    ada, video = await connect(sandbox), sample("reel.mp4")
    name, url = await begun(ada, len(video), len(video), 1)
    parts = urlsplit(url)
    _, writer = await asyncio.open_connection(parts.hostname, parts.port)
    head = (
        f"PUT {parts.path}?{parts.query} HTTP/1.1\r\nhost: sandbox\r\ncontent-type: video/mp4\r\n"
        f"content-length: {len(video)}\r\ncontent-range: bytes 0-{len(video) - 1}/{len(video)}\r\n\r\n"
    )
    writer.write(head.encode() + video[:1000])
    await writer.drain()
    writer.close()
    assert (await ada.status(name))["uploaded_bytes"] == 0
    assert (await ada.put(url, video, 0, len(video))).status == 201
    assert len(await sandbox.posts()) == 1


async def test_a_lost_reply_shows_in_the_uploaded_bytes(sandbox: Sandbox) -> None:
    ada, video = await connect(sandbox), big_video()
    name, url = await begun(ada, SIZE, CHUNK, 2)
    await sandbox.admin("faults", kind="status", platform="tiktok", method="PUT", status=503, effect=True, account=ADA)
    lost: Answer = await ada.put(url, video[:CHUNK], 0, SIZE)
    assert (lost.status, lost.body) == (503, "")
    assert (await ada.status(name))["uploaded_bytes"] == CHUNK
    assert (await ada.put(url, video[CHUNK:], CHUNK, SIZE)).status == 201


async def test_broken_bytes_fail_in_processing(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    name, url = await begun(ada, 1000, 1000, 1)
    assert (await ada.put(url, bytes(1000), 0, 1000)).status == 201
    told = await ada.status(name)
    assert (told["status"], told["fail_reason"]) == ("FAILED", "file_format_check_failed")
    assert await sandbox.posts() == []
