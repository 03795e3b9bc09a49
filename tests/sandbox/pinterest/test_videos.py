"""Videos: registration, the bucket's form and its refusals, processing in virtual time, covers."""

import pytest

from tests.sandbox.client import Body, Sandbox
from tests.sandbox.pinterest.client import Api, error

Parts = list[tuple[str, str | bytes]]


def source(media_id: str, **cover: object) -> Body:
    return {"source_type": "video_id", "media_id": media_id, **cover}


async def test_a_video_is_registered_sent_processed_and_pinned(sandbox: Sandbox, ada: Api) -> None:
    await sandbox.admin("seed", settings={"video_delay": 30.0})
    slot = await ada.register()
    media_id = slot["media_id"]
    assert slot["upload_url"] == f"{sandbox.origin}/pinterest-media-upload.s3-accelerate.amazonaws.com/"
    assert await ada.status(media_id) == "registered"
    parts: Parts = [*slot["upload_parameters"].items(), ("file", await ada.bytes_of("reel.mp4"))]
    sent = await ada.send(slot["upload_url"], parts)
    assert (sent.status, sent.body) == (204, "")
    assert await ada.status(media_id) == "processing"
    assert error(await ada.pin(source(media_id, cover_image_key_frame_time=1))) == (400, 2754)
    await sandbox.admin("clock", advance_seconds=31)
    assert await ada.status(media_id) == "succeeded"
    pin = await ada.pin(source(media_id, cover_image_url=sandbox.sample("story.jpg")), description="Pour slowly")
    media = pin.body["media"]
    assert (pin.body["creative_type"], media["media_type"]) == ("VIDEO", "video")
    assert (media["width"], media["height"], round(media["duration"], -3)) == (576, 1024, 6000)
    (post,) = await sandbox.posts()
    assert (post["kind"], post["cover"], post["media"][0]["type"]) == ("video", media["cover_image_url"], "video")


async def test_a_video_needs_a_cover_in_one_of_three_forms(sandbox: Sandbox, ada: Api) -> None:
    media_id = await ada.uploaded()
    image = await ada.inline("story.jpg")
    assert error(await ada.pin(source(media_id))) == (400, 1)
    assert error(await ada.pin(source(media_id, cover_image_data=image["data"]))) == (400, 1)
    assert error(await ada.pin(source(media_id, cover_image_key_frame_time=-1))) == (400, 1)
    assert error(await ada.pin(source(media_id, cover_image_url=sandbox.sample("bad-text.jpg")))) == (403, 235)
    await ada.pinned(source(media_id, cover_image_url=sandbox.sample("story.jpg")))
    await ada.pinned(source(media_id, cover_image_content_type=image["content_type"], cover_image_data=image["data"]))
    await ada.pinned(source(media_id, cover_image_key_frame_time=0))
    assert [post["kind"] for post in await sandbox.posts()] == ["video"] * 3


@pytest.mark.parametrize("name", ["bad-too-short.mp4", "square.jpg", "bad-text.jpg"])
async def test_a_video_out_of_spec_fails_in_processing(ada: Api, name: str) -> None:
    media_id = await ada.uploaded(name)
    assert await ada.status(media_id) == "failed"
    assert error(await ada.pin(source(media_id, cover_image_key_frame_time=0))) == (400, 2754)


async def test_media_belong_to_who_registered_them(ada: Api, ben: Api) -> None:
    media_id = await ada.uploaded()
    assert error(await ben.get(f"media/{media_id}")) == (404, 404)
    assert error(await ada.get("media/1")) == (404, 404)
    assert error(await ada.post("media", media_type="image")) == (400, 1)


async def test_the_form_must_be_whole_in_order_and_unchanged(ada: Api) -> None:
    slot = await ada.register()
    fields: Parts = list(slot["upload_parameters"].items())
    file = ("file", await ada.bytes_of("reel.mp4"))
    other_key: Parts = [("key", "uploads/other") if name == "key" else (name, value) for name, value in fields]
    forged: Parts = [(name, "0" * 64) if name == "x-amz-signature" else (name, value) for name, value in fields]
    other_policy: Parts = [(name, "e30=") if name == "policy" else (name, value) for name, value in fields]
    wrong: list[tuple[Parts, int, str]] = [
        ([file, *fields], 400, "InvalidArgument"),
        ([*fields[:-1], file, fields[-1]], 400, "InvalidArgument"),
        ([*fields[1:], file], 400, "InvalidArgument"),
        ([*[field for field in fields if field[0] != "key"], file], 400, "InvalidArgument"),
        (fields, 400, "InvalidArgument"),
        ([*other_key, file], 403, "AccessDenied"),
        ([*other_policy, file], 403, "AccessDenied"),
        ([*fields, ("acl", "public-read"), file], 403, "AccessDenied"),
        ([*forged, file], 403, "SignatureDoesNotMatch"),
    ]
    for parts, status, code in wrong:
        refused = await ada.send(slot["upload_url"], parts)
        assert refused.status == status, (parts[0][0], refused.body)
        assert f"<Code>{code}</Code>" in refused.body
        assert refused.headers["content-type"] == "application/xml"
    assert await ada.status(slot["media_id"]) == "registered"
    assert (await ada.send(slot["upload_url"], [*fields, file])).status == 204
    assert await ada.status(slot["media_id"]) == "succeeded"


async def test_the_bucket_takes_multipart_posts_only_and_not_for_ever(sandbox: Sandbox, ada: Api) -> None:
    slot = await ada.register()
    path = slot["upload_url"].removeprefix(sandbox.origin)
    assert (await sandbox.call("PUT", path, data=b"video")).status == 405
    assert (await sandbox.call("POST", path, data={"key": "k"})).status == 412
    await sandbox.admin("clock", advance_seconds=3600)
    late = await ada.send(slot["upload_url"], [*slot["upload_parameters"].items(), ("file", b"video")])
    assert (late.status, "Policy expired." in late.body) == (403, True)


async def test_an_upload_cut_in_the_middle_is_sent_again_from_the_start(sandbox: Sandbox, ada: Api) -> None:
    slot = await ada.register()
    await sandbox.admin("faults", kind="status", status=503, path="amazonaws")
    parts: Parts = [*slot["upload_parameters"].items(), ("file", await ada.bytes_of("reel.mp4"))]
    broken = await ada.send(slot["upload_url"], parts)
    assert (broken.status, "<Code>InternalError</Code>" in broken.body) == (503, True)
    assert await ada.status(slot["media_id"]) == "registered"
    assert (await ada.send(slot["upload_url"], parts)).status == 204
    assert await ada.status(slot["media_id"]) == "succeeded"
