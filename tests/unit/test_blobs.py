"""The store of media files, in a folder and against a server that speaks the few S3 verbs we use."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web

from postwright.kit.blobs import BlobMissing, Blobs, BlobsUnavailable, S3Options

KEYS = S3Options(endpoint=None, region="eu-central-1", access_key_id="id", secret_access_key="secret")


class Bucket:
    """One bucket in memory that answers PUT, GET with ranges, HEAD and DELETE, without checking signatures."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, str]] = {}

    async def put(self, request: web.Request) -> web.Response:
        self.objects[request.path] = (await request.read(), request.headers.get("Content-Type", ""))
        return web.Response(headers={"ETag": '"1"'})

    async def get(self, request: web.Request) -> web.Response:
        if request.path not in self.objects:
            return web.Response(status=404)
        whole, content_type = self.objects[request.path]
        part, headers = (
            whole,
            {"Content-Type": content_type, "ETag": '"1"', "Last-Modified": "Fri, 20 Nov 2026 09:00:00 GMT"},
        )
        if "Range" in request.headers:
            wanted = request.http_range
            part = whole[wanted]
            headers["Content-Range"] = f"bytes {wanted.start}-{wanted.start + len(part) - 1}/{len(whole)}"
        return web.Response(status=206 if "Range" in request.headers else 200, body=part, headers=headers)

    async def delete(self, request: web.Request) -> web.Response:
        self.objects.pop(request.path, None)
        return web.Response(status=204)


@pytest.fixture
async def bucket() -> AsyncIterator[tuple[Bucket, Blobs]]:
    bucket = Bucket()
    app = web.Application()
    app.add_routes(
        [
            web.put("/media/{key:.*}", bucket.put),
            web.get("/media/{key:.*}", bucket.get),
            web.delete("/media/{key:.*}", bucket.delete),
        ]
    )
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    endpoint = f"http://127.0.0.1:{runner.addresses[0][1]}"
    options = S3Options(endpoint, KEYS.region, KEYS.access_key_id, KEYS.secret_access_key)
    yield bucket, Blobs.from_url("s3://media/kept", s3=options)
    await runner.cleanup()


@pytest.fixture
def folder(tmp_path: Path) -> Blobs:
    return Blobs.from_url(f"file:{tmp_path / 'with space'}")


@pytest.fixture(params=["folder", "bucket"])
def blobs(request: pytest.FixtureRequest, folder: Blobs, bucket: tuple[Bucket, Blobs]) -> Blobs:
    return folder if request.param == "folder" else bucket[1]


def a_file(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "upload.bin"
    path.write_bytes(content)
    return path


async def everything(chunks: AsyncIterator[bytes]) -> bytes:
    return b"".join([chunk async for chunk in chunks])


async def test_what_was_put_is_read_back(blobs: Blobs, tmp_path: Path) -> None:
    await blobs.put_file("space/one.jpg", a_file(tmp_path, b"0123456789"), content_type="image/jpeg")

    assert await blobs.exists("space/one.jpg")
    assert await blobs.size("space/one.jpg") == 10
    assert await everything(await blobs.open("space/one.jpg")) == b"0123456789"


async def test_a_second_file_under_a_key_takes_the_place_of_the_first(blobs: Blobs, tmp_path: Path) -> None:
    await blobs.put_file("one", a_file(tmp_path, b"first, and long"))
    await blobs.put_file("one", a_file(tmp_path, b"second"))

    assert await everything(await blobs.open("one")) == b"second"


@pytest.mark.parametrize(("start", "end", "part"), [(2, 5, b"234"), (7, None, b"789"), (8, 99, b"89"), (0, 1, b"0")])
async def test_a_part_of_a_file_can_be_read(
    blobs: Blobs, tmp_path: Path, start: int, end: int | None, part: bytes
) -> None:
    await blobs.put_file("one", a_file(tmp_path, b"0123456789"))

    assert await everything(await blobs.open("one", start, end)) == part


async def test_an_empty_range_is_a_fault_of_the_caller(blobs: Blobs, tmp_path: Path) -> None:
    await blobs.put_file("one", a_file(tmp_path, b"0123456789"))

    with pytest.raises(ValueError, match="empty range"):
        await blobs.open("one", 5, 5)


async def test_an_empty_file_can_be_kept(blobs: Blobs, tmp_path: Path) -> None:
    await blobs.put_file("empty", a_file(tmp_path, b""))

    assert await everything(await blobs.open("empty")) == b""


async def test_a_large_file_comes_in_pieces(folder: Blobs, tmp_path: Path) -> None:
    await folder.put_file("large", a_file(tmp_path, b"x" * 12_000_000))
    sizes = [len(chunk) async for chunk in await folder.open("large")]

    assert sum(sizes) == 12_000_000
    assert max(sizes) < 2_000_000


async def test_a_missing_file_is_told_from_a_failing_store(blobs: Blobs) -> None:
    assert not await blobs.exists("gone")
    with pytest.raises(BlobMissing, match="gone"):
        await blobs.size("gone")
    with pytest.raises(BlobMissing):
        await blobs.open("gone")
    with pytest.raises(BlobMissing):
        async with blobs.as_local_file("gone"):
            pass


async def test_a_store_that_cannot_be_reached_is_not_an_empty_one() -> None:
    blobs = Blobs.from_url("s3://media", s3=S3Options("https://127.0.0.1:1", "eu-central-1", "id", "secret"))

    with pytest.raises(BlobsUnavailable):
        await blobs.exists("one")


async def test_putting_a_file_that_is_not_there_is_an_error_of_the_disk(blobs: Blobs, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await blobs.put_file("one", tmp_path / "absent")


async def test_a_file_can_be_removed_and_removing_it_again_is_no_fault(blobs: Blobs, tmp_path: Path) -> None:
    await blobs.put_file("one", a_file(tmp_path, b"x"))
    await blobs.delete("one")
    await blobs.delete("one")

    assert not await blobs.exists("one")


async def test_a_file_can_be_used_as_a_path(blobs: Blobs, tmp_path: Path) -> None:
    await blobs.put_file("space/one.jpg", a_file(tmp_path, b"0123456789"))
    async with blobs.as_local_file("space/one.jpg") as path:
        assert await asyncio.to_thread(path.read_bytes) == b"0123456789"
        assert path.name == "one.jpg"


async def test_only_a_copy_is_removed_after_use(folder: Blobs, bucket: tuple[Bucket, Blobs], tmp_path: Path) -> None:
    for blobs, stays in ((folder, True), (bucket[1], False)):
        await blobs.put_file("one", a_file(tmp_path, b"x"))
        async with blobs.as_local_file("one") as path:
            pass
        assert await asyncio.to_thread(path.exists) is stays


async def test_a_bucket_keeps_the_prefix_and_the_content_type(bucket: tuple[Bucket, Blobs], tmp_path: Path) -> None:
    server, blobs = bucket
    await blobs.put_file("one.jpg", a_file(tmp_path, b"x"), content_type="image/jpeg")

    assert server.objects == {"/media/kept/one.jpg": (b"x", "image/jpeg")}


async def test_only_a_bucket_signs_addresses(folder: Blobs) -> None:
    signed = await Blobs.from_url("s3://media/kept", s3=KEYS).signed_url("one.jpg", timedelta(minutes=10))

    assert signed is not None
    assert urlsplit(signed).hostname == "s3.eu-central-1.amazonaws.com"
    assert urlsplit(signed).path == "/media/kept/one.jpg"
    assert parse_qs(urlsplit(signed).query)["X-Amz-Expires"] == ["600"]
    assert "secret" not in signed
    assert await folder.signed_url("one.jpg", timedelta(minutes=10)) is None


@pytest.mark.parametrize(
    "key", ["", "/etc/passwd", "../one", "a/../b", "a//b", "a/", ".hidden", "a b", "ä", "a\n", "a\\b"]
)
async def test_a_key_cannot_lead_out_of_the_store(folder: Blobs, key: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        await folder.size(key)


@pytest.mark.parametrize(
    "url", ["", "media", "http://example.com/", "file:", "file://host/folder", "s3:", "s3:///x", "memory:"]
)
def test_any_other_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="a media store is"):
        Blobs.from_url(url)
