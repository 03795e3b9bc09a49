"""Images, videos and documents on their way to LinkedIn."""

from pathlib import Path

import pytest

from tests.sandbox.client import Sandbox
from tests.sandbox.linkedin.client import ADA, BASIC_SCOPES, HARBOUR, connect, enc, media, sample
from tests.support.media_files import animation, document, picture, video

BEARER_ONLY = {"client_id": "sandbox-linkedin-basic", "scope": BASIC_SCOPES}


async def test_an_image_goes_up_with_the_token_and_a_video_part_without(sandbox: Sandbox) -> None:
    ada, ben = await connect(sandbox), await connect(sandbox, sandbox_person="ben")
    begun = await ada.begin("images")
    assert begun["uploadUrl"].startswith(f"{sandbox.origin}/www.linkedin.com/dms-uploads/")
    content = await sample(sandbox, "square.jpg")
    assert (await ada.put(begun["uploadUrl"], content)).status == 401
    assert (await ada.put(begun["uploadUrl"], content, **ben.bearer)).status == 403
    assert (await ada.get(f"images/{enc(begun['image'])}")).body["status"] == "WAITING_UPLOAD"
    sent = await ada.put(begun["uploadUrl"], content, **ada.bearer)
    assert (sent.status, sent.body) == (201, "")
    described = (await ada.get(f"images/{enc(begun['image'])}")).body
    assert (described["status"], described["owner"]) == ("AVAILABLE", ADA)
    part = (await ada.begin("videos", fileSizeBytes=100_000))["uploadInstructions"][0]
    assert (await ada.put(part["uploadUrl"], bytes(100_000), **ada.bearer)).body["code"] == "UPDATING_ASSET_FAILED"
    assert (await ada.put(part["uploadUrl"], bytes(100_000))).headers["etag"]


async def test_parts_are_four_mebibytes_and_may_be_sent_again(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    begun = await ada.begin("videos", fileSizeBytes=10_557_360, uploadThumbnail=True)
    parts = begun["uploadInstructions"]
    ranges = [(part["firstByte"], part["lastByte"]) for part in parts]
    assert ranges == [(0, 4_194_303), (4_194_304, 8_388_607), (8_388_608, 10_557_359)]
    assert (await ada.put(parts[0]["uploadUrl"], bytes(1000))).body["code"] == "UPDATING_ASSET_FAILED"
    wrong_type = await ada.put(parts[0]["uploadUrl"], bytes(4_194_304), **{"content-type": "video/mp4"})
    assert wrong_type.status == 415
    sizes = [4_194_304, 4_194_304, 4_194_304, 2_168_752]
    sent = [await ada.put(part["uploadUrl"], bytes(size)) for part, size in zip([parts[0], *parts], sizes, strict=True)]
    etags = [answer.headers["etag"] for answer in sent]
    assert (await ada.put(begun["thumbnailUploadUrl"], b"picture")).status == 201
    refused = [etags[1:3], etags[:0:-1], ["?", *etags[2:]]]
    for attempt in refused:
        assert (await ada.finish(begun["video"], attempt)).body["code"] == "UPDATING_ASSET_FAILED"
    assert (await ada.finish(begun["video"], etags[1:])).status == 200
    assert (await ada.finish(begun["video"], etags[1:])).status == 200
    assert (await ada.put(parts[0]["uploadUrl"], bytes(4_194_304))).body["code"] == "UPDATING_ASSET_FAILED"


async def test_an_upload_cut_in_the_middle_is_taken_up_again(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    content = await sample(sandbox, "reel.mp4")
    begun = await ada.begin("videos", fileSizeBytes=len(content))
    url = begun["uploadInstructions"][0]["uploadUrl"]
    await sandbox.admin(
        "faults", kind="garbage", platform="linkedin", path="dms-uploads", account=ADA.rsplit(":", 1)[1]
    )
    assert "etag" not in (await ada.put(url, content)).headers
    etag = (await ada.put(url, content)).headers["etag"]
    assert (await ada.finish(begun["video"], [etag])).status == 200
    assert (await ada.create(content=media(begun["video"]))).status == 201


async def test_a_video_is_processed_by_the_clock_and_not_posted_before(sandbox: Sandbox) -> None:
    await sandbox.admin("seed", settings={"video_delay": 60})
    ada = await connect(sandbox)
    begun = await ada.begin("videos", fileSizeBytes=100_000)
    early = await ada.create(content=media(begun["video"]))
    assert (early.status, early.body["code"]) == (400, "MEDIA_ASSET_WAITING_UPLOAD")
    urn = await ada.video(await sample(sandbox, "reel.mp4"))
    assert (await ada.get(f"videos/{enc(urn)}")).body["status"] == "PROCESSING"
    assert (await ada.create(content=media(urn))).body["code"] == "MEDIA_ASSET_WAITING_UPLOAD"
    await sandbox.admin("clock", advance_seconds=60)
    assert (await ada.get(f"videos/{enc(urn)}")).body["status"] == "AVAILABLE"
    assert (await ada.create(content=media(urn))).status == 201


async def test_upload_urls_end(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    begun = await ada.begin("images")
    await sandbox.admin("clock", advance_seconds=86_400)
    assert (await ada.put(begun["uploadUrl"], b"x", **ada.bearer)).body["code"] == "EXPIRED_UPLOAD_URL"


@pytest.mark.parametrize("name", ["bad-text.jpg", "bad-truncated.jpg", "reel.mp4"])
async def test_a_bad_image_fails_in_processing(sandbox: Sandbox, name: str) -> None:
    ada = await connect(sandbox)
    urn = await ada.image(name)
    assert (await ada.get(f"images/{enc(urn)}")).body["status"] == "PROCESSING_FAILED"
    assert (await ada.create(content=media(urn))).body["code"] == "MEDIA_ASSET_PROCESSING_FAILED"


async def test_pictures_at_the_limit_of_pixels_and_frames(sandbox: Sandbox, tmp_path: Path) -> None:
    ada = await connect(sandbox)
    files = {
        picture(tmp_path / "most.jpg", width=8000, height=4519): "AVAILABLE",
        picture(tmp_path / "many.jpg", width=36_152, height=1001): "PROCESSING_FAILED",
        animation(tmp_path / "long.gif", frames=250): "AVAILABLE",
        animation(tmp_path / "longer.gif", frames=251): "PROCESSING_FAILED",
        picture(tmp_path / "other.webp"): "PROCESSING_FAILED",
    }
    for path, status in files.items():
        urn = await ada.upload("images", path.read_bytes())
        assert (path.name, (await ada.get(f"images/{enc(urn)}")).body["status"]) == (path.name, status)


async def test_videos_that_break_the_rules_fail_with_a_reason(sandbox: Sandbox, tmp_path: Path) -> None:
    ada = await connect(sandbox)
    short = video(tmp_path / "short.mp4", frames=28, width=640, height=480).read_bytes()
    film = video(tmp_path / "film.webm", form="webm", codec="libvpx", frames=60, width=640, height=480).read_bytes()
    for content in (short, film, await sample(sandbox, "picture.png")):
        urn = await ada.video(content.ljust(75_000, b"\0"))
        described = (await ada.get(f"videos/{enc(urn)}")).body
        assert described["status"] == "PROCESSING_FAILED"
        assert described["processingFailureReason"]


@pytest.mark.parametrize("size", [74_999, 500 * 1024 * 1024 + 1, "100000"])
async def test_a_video_of_the_wrong_size_is_not_begun(sandbox: Sandbox, size: object) -> None:
    ada = await connect(sandbox)
    answer = await ada.action("videos", "initializeUpload", owner=ADA, fileSizeBytes=size)
    assert (answer.status, answer.body["code"]) == (400, "INVALID_VALUE_FOR_FIELD")


async def test_a_document_has_up_to_three_hundred_pages(sandbox: Sandbox, tmp_path: Path) -> None:
    ada = await connect(sandbox)
    whole = document(tmp_path / "whole.pdf", pages=300).read_bytes()
    contents = {
        whole: "AVAILABLE",
        b"PK\x03\x04 slides": "AVAILABLE",
        document(tmp_path / "long.pdf", pages=301).read_bytes(): "PROCESSING_FAILED",
        whole[: len(whole) // 2]: "PROCESSING_FAILED",
        await sample(sandbox, "square.jpg"): "PROCESSING_FAILED",
    }
    for content, status in contents.items():
        urn = await ada.upload("documents", content, HARBOUR)
        assert (await ada.get(f"documents/{enc(urn)}")).body["status"] == status


async def test_without_a_reading_scope_an_asset_cannot_be_looked_at_but_posted(sandbox: Sandbox) -> None:
    ada = await connect(sandbox, **BEARER_ONLY)
    urn = await ada.image()
    refused = await ada.get(f"images/{enc(urn)}")
    assert (refused.status, refused.body["serviceErrorCode"]) == (403, 100)
    assert refused.body["message"] == "Not enough permissions to access: images.GET.20260901"
    assert (await ada.create(content=media(urn))).status == 201
    assert (await ada.action("images", "initializeUpload", owner=HARBOUR)).status == 403


async def test_assets_of_others_are_not_there(sandbox: Sandbox) -> None:
    ada, ben = await connect(sandbox), await connect(sandbox, sandbox_person="ben")
    urn = await ada.image()
    assert (await ben.get(f"images/{enc(urn)}")).status == 404
    assert (await ada.get(f"videos/{enc(urn)}")).status == 404
