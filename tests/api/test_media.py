"""Files through the API: taken in, listed, served by their links, refused, deleted."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from sqlalchemy import text
from starlette.types import ASGIApp

from postwright.main import create_server
from postwright.services.app import App
from postwright.settings import Settings
from tests.support.apps import Person, connect_account, join
from tests.support.asgi import BOUNDARY, Client
from tests.support.media_files import LOCKED, animation, bomb, document, video
from tests.support.pictures import jpeg, png
from tests.support.waiting import free_port

from .conftest import client_of

MEDIA = "/api/media"


def _target(url: str) -> str:
    return url.removeprefix("http://127.0.0.1:8000")


async def _nothing_is_stored(app: App) -> bool:
    async with app.db.tx() as tx:
        rows = (await tx.execute(text("SELECT count(*) FROM media"))).scalar_one()
    files = [path for path in (app.settings.data_dir / "media").rglob("*") if path.is_file()]
    return rows == 0 and files == []


async def test_a_picture_is_kept_as_what_it_is(client: Client) -> None:
    reply = await client.upload(jpeg(400, 300), "summer.jpg", alt_text="A field")
    assert reply.status == 201
    found = reply.json()
    assert {name: found[name] for name in ("type", "mime", "width", "height", "alt_text", "name", "duration")} == {
        "type": "image",
        "mime": "image/jpeg",
        "width": 400,
        "height": 300,
        "alt_text": "A field",
        "name": "summer.jpg",
        "duration": None,
    }
    assert (await client.get(f"{MEDIA}/{found['id']}")).json() == found


async def test_a_video_is_kept_with_a_small_picture_of_it(client: Client, tmp_path: Path) -> None:
    clip = video(tmp_path / "clip.mp4", width=64, height=48)
    reply = await client.upload(clip.read_bytes(), "clip.mp4")
    assert (reply.status, reply.json()["type"], reply.json()["mime"]) == (201, "video", "video/mp4")
    thumb = await client.get(_target(reply.json()["thumb_url"]))
    assert (thumb.status, thumb.headers["content-type"], thumb.body[8:12]) == (200, "image/webp", b"WEBP")


async def test_a_document_is_kept_with_a_small_picture_of_its_first_page(client: Client, tmp_path: Path) -> None:
    reply = await client.upload(document(tmp_path / "plan.pdf", pages=2).read_bytes(), "plan.pdf")
    found = reply.json()
    assert (reply.status, found["type"], found["mime"], found["pages"]) == (201, "document", "application/pdf", 2)
    file, thumb = await client.get(_target(found["url"])), await client.get(_target(found["thumb_url"]))
    assert (file.headers["content-type"], file.headers["content-disposition"]) == ("application/pdf", "inline")
    assert (thumb.status, thumb.headers["content-type"]) == (200, "image/webp")


async def test_an_animation_is_kept_with_a_small_still_of_it(client: Client, tmp_path: Path) -> None:
    found = (await client.upload(animation(tmp_path / "loop.gif").read_bytes(), "loop.gif")).json()
    assert (found["type"], found["mime"], found["duration"], found["pages"]) == ("image", "image/gif", 0.5, None)
    thumb = await client.get(_target(found["thumb_url"]))
    assert (thumb.status, thumb.headers["content-type"]) == (200, "image/webp")


@pytest.mark.parametrize(("extra", "reason"), [(LOCKED, "password"), (b"/Root 99 0 R", "damaged")])
async def test_a_document_that_cannot_be_opened_is_refused(
    app: App, client: Client, tmp_path: Path, extra: bytes, reason: str
) -> None:
    reply = await client.upload(document(tmp_path / "plan.pdf", extra=extra).read_bytes(), "plan.pdf")
    assert (reply.status, reply.code) == (422, "unreadable_media")
    assert reason in reply.json()["detail"]
    assert await _nothing_is_stored(app)


async def test_a_png_called_jpg_is_a_png_and_its_link_says_so(client: Client) -> None:
    found = (await client.upload(png(), "photo.jpg")).json()
    assert (found["mime"], found["name"]) == ("image/png", "photo.jpg")
    assert found["url"].endswith("/photo.png")


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\x\\y.jpg", "", ".", "a\tb.jpg", "ü .jpg", "x" * 500, "%00"])
async def test_a_strange_name_makes_a_plain_link(client: Client, name: str) -> None:
    reply = await client.upload(jpeg(), name)
    assert reply.status == 201
    assert (await client.get(_target(reply.json()["url"]))).status == 200


@pytest.mark.parametrize("content", [b"", b"just text", b"<svg></svg>", b"%PDF-1.7", jpeg()[:200], b"\xff\xd8\xff"])
async def test_a_file_that_is_not_what_its_name_says_is_refused(app: App, client: Client, content: bytes) -> None:
    reply = await client.upload(content, "photo.jpg")
    assert (reply.status, reply.code, reply.fields) == (422, "unreadable_media", ["file"])
    assert await _nothing_is_stored(app)


async def test_a_picture_that_would_fill_the_memory_is_refused(app: App, client: Client, tmp_path: Path) -> None:
    reply = await client.upload(bomb(tmp_path / "bomb.png", width=60_000, height=60_000).read_bytes(), "bomb.png")
    assert (reply.status, reply.code) == (422, "unreadable_media")
    assert await _nothing_is_stored(app)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "malformed_multipart"),
        (b"no boundary here", 400, "malformed_multipart"),
        (b"--B\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\nabc", 400, "malformed_multipart"),
        (b"--B--\r\n", 422, "required"),
        (b"--B\r\nContent-Disposition: form-data; name=file\r\n\r\nabc\r\n--B--\r\n", 422, "unknown_field"),
        (b"--B\r\nContent-Disposition: form-data; name=x; filename=a\r\n\r\nabc\r\n--B--\r\n", 422, "unknown_field"),
        (b"--B\r\n\r\nabc\r\n--B--\r\n", 422, "unknown_field"),
        (b"--B\r\nContent-Disposition: form-data; name=alt_text\r\n\r\n\xff\r\n--B--\r\n", 422, "required"),
        (
            b"--B\r\nContent-Disposition: form-data; name=alt_text\r\n\r\n" + b"x" * 70_000 + b"\r\n--B--",
            413,
            "too_large",
        ),
        (
            b"--B\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\nx\r\n" * 2 + b"--B--",
            422,
            "too_many_files",
        ),
    ],
)
async def test_a_broken_upload_is_refused(app: App, client: Client, body: bytes, status: int, code: str) -> None:
    reply = await client.send("POST", MEDIA, body=[body], headers={"Content-Type": "multipart/form-data; boundary=B"})
    assert (reply.status, reply.code) == (status, code)
    assert await _nothing_is_stored(app)


async def test_an_upload_without_a_boundary_is_refused(client: Client) -> None:
    reply = await client.send("POST", MEDIA, body=[b"x"], headers={"Content-Type": "multipart/form-data"})
    assert (reply.status, reply.code) == (400, "malformed_multipart")


async def test_an_upload_that_claims_to_be_larger_than_any_rule_is_refused_unread(client: Client) -> None:
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Content-Length": str(10**13)}
    reply = await client.send("POST", MEDIA, body=[b"x"], headers=headers)
    assert (reply.status, reply.code) == (413, "too_large")


async def test_a_viewer_cannot_upload(app: App, server: ASGIApp) -> None:
    viewer = client_of(server, await join(app, role="viewer"))
    assert (await viewer.upload(jpeg(), "a.jpg")).code == "read_only"
    assert await _nothing_is_stored(app)


async def test_files_are_listed_newest_first_page_by_page(client: Client) -> None:
    ids = [(await client.upload(jpeg(), f"{n}.jpg")).json()["id"] for n in range(3)]
    first = (await client.get(f"{MEDIA}?limit=2")).json()
    assert [one["id"] for one in first["media"]] == [ids[2], ids[1]]
    last = (await client.get(f"{MEDIA}?limit=2&cursor={first['next_cursor']}")).json()
    assert ([one["id"] for one in last["media"]], last["next_cursor"]) == ([ids[0]], None)


async def test_another_workspaces_file_is_not_there(app: App, server: ASGIApp, client: Client) -> None:
    media_id = (await client.upload(jpeg(), "a.jpg")).json()["id"]
    other = client_of(server, await join(app))
    assert (await other.get(f"{MEDIA}/{media_id}")).code == "not_found"
    assert (await other.delete(f"{MEDIA}/{media_id}")).code == "not_found"
    assert (await other.get(MEDIA)).json()["media"] == []
    assert (await client.get(f"{MEDIA}/{media_id}")).status == 200


async def test_a_deleted_file_is_gone_with_its_bytes(app: App, client: Client) -> None:
    found = (await client.upload(jpeg(), "a.jpg")).json()
    assert (await client.delete(f"{MEDIA}/{found['id']}")).status == 204
    assert (await client.get(f"{MEDIA}/{found['id']}")).status == 404
    assert (await client.get(_target(found["url"]))).status == 404
    assert await _nothing_is_stored(app)


async def test_a_file_of_a_scheduled_post_stays(app: App, client: Client, person: Person) -> None:
    await connect_account(app, person)
    media_id = (await client.upload(png(), "a.png")).json()["id"]
    draft = {
        "platform": "instagram",
        "caption": "Spring",
        "media": [{"id": media_id}],
        "scheduled_at": "2026-12-01T09:00",
    }
    post = (await client.post("/api/posts", draft)).json()
    refused = await client.delete(f"{MEDIA}/{media_id}")
    assert (refused.status, refused.code) == (409, "media_in_use")
    assert post["id"] in refused.json()["detail"]
    assert (await client.delete(f"/api/posts/{post['id']}")).status == 204
    assert (await client.delete(f"{MEDIA}/{media_id}")).status == 204


async def test_a_link_serves_the_bytes_with_safe_headers(client: Client, stranger: Client) -> None:
    content = jpeg()
    url = _target((await client.upload(content, "a.jpg")).json()["url"])
    reply = await stranger.get(url)
    assert (reply.status, reply.headers["content-type"], reply.body) == (200, "image/jpeg", content)
    assert reply.headers["etag"] == f'"{hashlib.sha256(content).hexdigest()}"'
    assert "sandbox" in reply.headers["content-security-policy"]
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["content-disposition"] == "inline"
    head = await stranger.send("HEAD", url)
    assert (head.status, head.headers["content-length"], head.body) == (200, str(len(content)), b"")


@pytest.mark.parametrize(
    ("header", "status", "part"),
    [
        ("bytes=0-9", 206, slice(0, 10)),
        ("bytes=10-", 206, slice(10, None)),
        ("bytes=-10", 206, slice(-10, None)),
        ("bytes=10-9999999", 206, slice(10, None)),
        ("bytes=9-5", 200, slice(None)),
        ("bytes=-", 200, slice(None)),
        ("bytes=0-1,4-5", 200, slice(None)),
        ("lines=1-2", 200, slice(None)),
        ("bytes=9999999-", 416, slice(0, 0)),
        ("bytes=-0", 416, slice(0, 0)),
    ],
)
async def test_a_range_of_a_file_is_served(client: Client, header: str, status: int, part: slice) -> None:
    content = jpeg()
    url = _target((await client.upload(content, "a.jpg")).json()["url"])
    reply = await client.get(url, Range=header)
    assert (reply.status, reply.body) == (status, content[part])
    if status == 206:
        assert reply.headers["content-range"].endswith(f"/{len(content)}")
        assert reply.headers["content-length"] == str(len(reply.body))


async def test_a_caller_that_has_the_file_is_told_so(client: Client) -> None:
    url = _target((await client.upload(jpeg(), "a.jpg")).json()["url"])
    etag = (await client.get(url)).headers["etag"]
    assert (await client.get(url, If_None_Match=f'"x", W/{etag}')).status == 304
    assert (await client.get(url, If_None_Match='"x"')).status == 200
    assert (await client.get(url, Range="bytes=0-1", If_Range=etag)).status == 206
    assert (await client.get(url, Range="bytes=0-1", If_Range='"x"')).status == 200


async def test_a_link_that_was_tampered_with_leads_nowhere(client: Client) -> None:
    found = (await client.upload(jpeg(), "a.jpg")).json()
    _, _, media_id, signature, name = _target(found["url"]).split("/")
    thumb_signature = found["thumb_url"].split("/")[-2]
    for bad in (
        f"/media/{media_id}/{'0' * 40}/{name}",
        f"/media/{media_id}/{signature}/b.jpg",
        f"/media/{media_id}/{thumb_signature}/{name}",
        f"/media/{media_id}/é/{name}",
        f"/media/01a1f86f-0d60-7b22-90cd-857b09318fe7/{signature}/{name}",
    ):
        assert (await client.get(bad)).code == "not_found"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://127.0.0.1:1/a.jpg", "private_address"),
        ("http://localhost/a.jpg", "private_address"),
        ("http://[::1]/a.jpg", "private_address"),
        ("http://169.254.169.254/latest/meta-data", "private_address"),
        ("http://10.0.0.1/a.jpg", "private_address"),
        ("ftp://example.com/a.jpg", "bad_url"),
        ("file:///etc/passwd", "bad_url"),
        ("http://user:secret@example.com/", "bad_url"),
        ("not an address", "bad_url"),
        ("http://", "bad_url"),
        ("http://[", "bad_url"),
        ("http://example.com:99999/", "bad_url"),
        ("http://" + "a" * 300 + ".com/", "bad_url"),
    ],
)
async def test_an_address_that_may_not_be_fetched_is_refused(app: App, client: Client, url: str, code: str) -> None:
    reply = await client.post(MEDIA, {"url": url})
    assert (reply.status, reply.code, reply.fields) == (422, code, ["url"])
    assert await _nothing_is_stored(app)


@pytest.fixture
async def elsewhere() -> AsyncIterator[str]:
    """A server of somebody's: a picture, a text, and nothing."""

    async def serve(request: web.Request) -> web.Response:
        files = {"/my%20cat.jpg": jpeg(), "/text.jpg": b"<html>"}
        content = files.get(request.rel_url.raw_path)
        return web.Response(status=404) if content is None else web.Response(body=content, content_type="image/jpeg")

    site = web.Application()
    site.router.add_get("/{name}", serve)
    runner, port = web.AppRunner(site), free_port()
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield f"http://127.0.0.1:{port}"
    await runner.cleanup()


async def test_a_file_is_fetched_from_an_allowed_address(app: App, person: Person, elsewhere: str) -> None:
    settings: Settings = app.settings.model_copy(update={"media_fetch_allow": (elsewhere.removeprefix("http://"),)})
    allowed = client_of(create_server(replace(app, settings=settings)), person)
    found = (await allowed.post(MEDIA, {"url": f"{elsewhere}/my%20cat.jpg", "alt_text": "A cat"})).json()
    assert (found["name"], found["alt_text"], found["mime"]) == ("my cat.jpg", "A cat", "image/jpeg")
    assert (await allowed.post(MEDIA, {"url": f"{elsewhere}/text.jpg"})).code == "unreadable_media"
    assert (await allowed.post(MEDIA, {"url": f"{elsewhere}/gone"})).code == "http_status"


async def test_an_animation_is_kept_and_its_duration_known(client: Client, tmp_path: Path) -> None:
    found = (await client.upload(animation(tmp_path / "a.gif", frames=5, delay_ms=100).read_bytes(), "a.gif")).json()
    assert (found["mime"], found["duration"]) == ("image/gif", 0.5)
