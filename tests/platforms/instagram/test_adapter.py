"""The Instagram adapter over real HTTP, against a small fake written from the vendor's pages."""

import json
from datetime import timedelta

import pytest

from postwright.domain.errors import (
    AuthExpired,
    AuthRevoked,
    PlatformError,
    QuotaReached,
    RateLimited,
    Rejected,
    Surprise,
    Unavailable,
    Uncertain,
)
from postwright.kit.http import NoReply
from postwright.platforms.base import Published
from postwright.platforms.instagram.adapter import Instagram
from postwright.platforms.instagram.spec import InstagramOptions, UserTag
from tests.platforms.instagram.fake import IG, Container, error, refusal
from tests.platforms.instagram.fake_stage import Stage
from tests.support.publishing import BytesInMemory, account_of, content, picture, video

PLAIN = InstagramOptions()
COMMENTED = InstagramOptions(first_comment="First!")


async def test_a_picture_takes_three_calls(stage: Stage) -> None:
    published = await stage.drive().to_the_end(content(PLAIN, picture(alt_text="A loaf"), caption="Bread"))
    assert published == Published("p1", "https://www.instagram.com/p/p1/")
    assert stage.fake.paths() == [f"POST /{IG}/media", f"POST /{IG}/media_publish", "GET /p1"]
    form = stage.fake.form_of("/media")
    assert form == {"image_url": "https://media.example/a.jpg", "caption": "Bread", "alt_text": "A loaf"}
    assert all(call.headers["authorization"] == "Bearer token" for call in stage.fake.seen)


async def test_a_picture_that_is_not_ready_is_looked_at_and_published_then(stage: Stage) -> None:
    stage.fake.first_status, stage.fake.looks_until_finished = "IN_PROGRESS", 2
    drive = stage.drive()
    published = await drive.to_the_end(content(PLAIN, picture()))
    assert published.external_id == "p1"
    assert drive.steps == ["create", "publish", "look", "look", "publish", "permalink"]
    assert drive.delays == [2, 4]


async def test_a_carousel_keeps_each_child_as_soon_as_it_has_it(stage: Stage) -> None:
    drive = stage.drive()
    options = InstagramOptions(user_tags=(UserTag(username="anna", x=0.1, y=0.2, index=1),), location_id="42")
    post = content(options, picture("https://media.example/1.jpg", "one"), picture("https://media.example/2.jpg"))
    published = await drive.to_the_end(post)
    assert published.external_id == "p1"
    assert drive.steps == ["child", "child", "create", "publish", "permalink"]
    assert drive.checkpoint is not None
    assert drive.checkpoint.notes["children"] == ["c1", "c2"]
    first, second = stage.fake.containers["c1"].form, stage.fake.containers["c2"].form
    assert first == {"is_carousel_item": "true", "image_url": "https://media.example/1.jpg", "alt_text": "one"}
    assert json.loads(second["user_tags"]) == [{"username": "anna", "x": 0.1, "y": 0.2}]
    parent = stage.fake.containers["c3"].form
    assert parent == {"media_type": "CAROUSEL", "children": "c1,c2", "caption": "Hello", "location_id": "42"}


async def test_only_the_videos_of_a_carousel_are_looked_at(stage: Stage) -> None:
    drive = stage.drive()
    await drive.to_the_end(content(PLAIN, picture(), video(), picture()))
    assert drive.steps == ["child", "child", "child", "children", "create", "publish", "permalink"]
    assert "GET /c2" in stage.fake.paths()
    assert stage.fake.containers["c2"].form["media_type"] == "VIDEO"


async def test_a_reel_is_fetched_by_its_address_after_the_instagram_login(stage: Stage) -> None:
    stage.fake.first_status, stage.fake.looks_until_finished = "IN_PROGRESS", 3
    options = InstagramOptions(share_to_feed=False, cover_url="https://media.example/c.jpg", thumb_offset_ms=500)
    drive = stage.drive()
    await drive.to_the_end(content(options, video()))
    assert drive.steps == ["create", "look", "look", "look", "publish", "permalink"]
    assert drive.delays == [10, 15, 22.5]
    assert stage.fake.form_of("/media") == {
        "media_type": "REELS",
        "video_url": "https://media.example/v.mp4",
        "caption": "Hello",
        "share_to_feed": "false",
        "cover_url": "https://media.example/c.jpg",
    }


async def test_a_reel_is_sent_as_bytes_after_the_facebook_login(stage: Stage) -> None:
    reel = video(url="", size=5000)
    whole = bytes(range(250)) * 20
    drive = stage.drive("facebook", BytesInMemory({reel.media.id: whole}))
    await drive.to_the_end(content(InstagramOptions(thumb_offset_ms=500), reel))
    assert drive.steps == ["create", "upload", "look", "publish", "permalink"]
    assert stage.fake.containers["c1"].arrived == whole
    assert stage.fake.form_of("/media")["thumb_offset"] == "500"
    sent = next(call for call in stage.fake.seen if "rupload" in call.path)
    assert sent.headers["authorization"] == "OAuth token"
    assert (sent.headers["offset"], sent.headers["file_size"]) == ("0", "5000")
    assert sent.headers["content-length"] == "5000"


async def test_an_upload_goes_on_where_the_connection_was_cut(stage: Stage) -> None:
    reel = video(url="", size=5000)
    whole = bytes(range(250)) * 20
    drive = stage.drive("facebook", BytesInMemory({reel.media.id: whole}))
    stage.fake.upload_breaks_after = 3000
    post = content(PLAIN, reel)
    with pytest.raises(NoReply):
        await drive.to_the_end(post)
    assert drive.checkpoint is not None
    await drive.to_the_end(post, drive.checkpoint)
    assert stage.fake.containers["c1"].arrived == whole
    assert [call.headers["offset"] for call in stage.fake.seen if "rupload" in call.path] == ["0", "3000"]


async def test_an_upload_that_the_platform_counts_otherwise_begins_anew(stage: Stage) -> None:
    reel = video(url="", size=10)
    drive = stage.drive("facebook", BytesInMemory({reel.media.id: b"0123456789"}))
    fault = {"retriable": False, "type": "OffsetInvalidError", "message": "Offset mismatch"}
    stage.fake.script("POST c1", 400, {"debug_info": fault})
    await drive.to_the_end(content(PLAIN, reel))
    assert drive.steps[:4] == ["create", "upload", "create", "upload"]


@pytest.mark.parametrize(
    ("status", "fault", "kind"),
    [
        (400, {"retriable": True, "type": "ProcessingFailedError", "message": "later"}, Unavailable),
        (400, {"retriable": False, "type": "PartialRequestError", "message": "half"}, Unavailable),
        (400, {"retriable": False, "type": "ProcessingFailedError", "message": "bad file"}, Rejected),
        (401, {"retriable": False, "type": "NotAuthorizedError", "message": "the session has expired"}, AuthExpired),
    ],
)
async def test_the_upload_host_says_whether_to_send_again(
    stage: Stage, status: int, fault: dict[str, object], kind: type[PlatformError]
) -> None:
    reel = video(url="", size=10)
    drive = stage.drive("facebook", BytesInMemory({reel.media.id: b"0123456789"}))
    stage.fake.script("POST c1", status, {"debug_info": fault})
    with pytest.raises(kind, match=str(fault["message"])):
        await drive.to_the_end(content(PLAIN, reel))


async def test_stories_of_both_media_carry_no_caption(stage: Stage) -> None:
    story = InstagramOptions(post_type="story", first_comment="Ignored")
    assert (await stage.drive().to_the_end(content(story, picture()))).external_id == "p1"
    assert stage.fake.form_of("/media") == {"media_type": "STORIES", "image_url": "https://media.example/a.jpg"}
    drive = stage.drive()
    await drive.to_the_end(content(story, video()))
    assert drive.steps == ["create", "look", "publish", "permalink"]
    assert stage.fake.comments == []


async def test_the_first_comment_is_written_after_the_address_is_known(stage: Stage) -> None:
    drive = stage.drive()
    await drive.to_the_end(content(COMMENTED, picture()))
    assert drive.steps == ["create", "publish", "permalink", "first_comment"]
    assert [comment["text"] for comment in stage.fake.comments] == ["First!"]


async def test_a_refused_comment_is_raised_with_the_post_already_known(stage: Stage) -> None:
    drive = stage.drive()
    stage.fake.script("POST comments", *refusal(403, 10, 0, "no permission"))
    with pytest.raises(AuthRevoked, match="instagram_business_manage_comments"):
        await drive.to_the_end(content(COMMENTED, picture()))
    assert drive.checkpoint is not None
    assert (drive.checkpoint.external_id, drive.checkpoint.step) == ("p1", "first_comment")


@pytest.mark.parametrize("reply", [(400, {"error": error(100, 33)}), (404, b"not here"), (200, {"id": 178})])
async def test_a_post_without_an_address_is_published_all_the_same(stage: Stage, reply: tuple[int, object]) -> None:
    stage.fake.script("GET p1", *reply)
    assert await stage.drive().to_the_end(content(PLAIN, picture())) == Published("p1", None)


async def test_ids_may_come_as_numbers_and_a_status_may_be_missing(stage: Stage) -> None:
    stage.fake.script(f"POST {IG}/media", 200, {"id": 17900})
    stage.fake.script("GET 17900", 200, {})
    stage.fake.containers["17900"] = Container({"video_url": "x", "caption": "Hello"})
    stage.fake.script(f"POST {IG}/media_publish", 200, {"id": 18000})
    published = await stage.drive().to_the_end(content(PLAIN, video()))
    assert published.external_id == "18000"


async def test_an_expired_container_is_made_anew(stage: Stage) -> None:
    drive = stage.drive()
    stage.fake.script("GET c1", 200, {"status_code": "EXPIRED", "id": "c1"})
    published = await drive.to_the_end(content(PLAIN, video()))
    assert published.external_id == "p1"
    assert drive.steps == ["create", "look", "create", "look", "publish", "permalink"]


async def test_a_container_lost_before_it_is_published_is_made_anew(stage: Stage) -> None:
    drive = stage.drive()
    stage.fake.script("POST media_publish", *refusal(400, 24, 2207008, "gone"))
    await drive.to_the_end(content(PLAIN, picture()))
    assert drive.steps == ["create", "publish", "create", "publish", "permalink"]
    assert len(stage.fake.posts) == 1


async def test_processing_that_fails_again_and_again_ends_with_the_platforms_words(stage: Stage) -> None:
    for number in (1, 2, 3):
        status = {"status_code": "ERROR", "status": "Error: Media upload failed with error code 2207053"}
        stage.fake.script(f"GET c{number}", 200, status)
    drive = stage.drive()
    with pytest.raises(Rejected, match="2207053"):
        await drive.to_the_end(content(PLAIN, video()))
    assert drive.steps == ["create", "look"] * 3 + ["create"]


async def test_a_video_that_cannot_be_used_is_refused_at_once_in_plain_words(stage: Stage) -> None:
    stage.fake.script("GET c1", 200, {"status_code": "ERROR", "status": "Error: 2207026: Unsupported format"})
    with pytest.raises(Rejected, match=r"H\.264") as caught:
        await stage.drive().to_the_end(content(PLAIN, video()))
    assert caught.value.field == "media"
    assert caught.value.evidence["subcode"] == "2207026"


async def test_looking_gives_up_after_the_plan_and_can_be_taken_up_again(stage: Stage) -> None:
    stage.fake.first_status = "IN_PROGRESS"
    drive, post = stage.drive(), content(PLAIN, video())
    with pytest.raises(Unavailable, match="unusually long"):
        await drive.to_the_end(post)
    assert timedelta(minutes=15) <= timedelta(seconds=sum(drive.delays)) < timedelta(minutes=17)
    stage.fake.containers["c1"].status = "FINISHED"
    assert (await drive.to_the_end(post, drive.checkpoint)).external_id == "p1"


@pytest.mark.parametrize(
    ("path", "reply", "kind"),
    [
        ("media", refusal(400, 1, 2207001, "oops"), Unavailable),
        ("media_publish", refusal(500, -1, 2207001, "oops"), Uncertain),
        ("media_publish", refusal(500, 2, 0, "oops"), Uncertain),
        ("media_publish", refusal(400, 4, 2207051, "spam"), Uncertain),
        ("media", refusal(400, 4, 2207051, "spam"), RateLimited),
        ("media_publish", refusal(400, 9, 2207042, "quota"), QuotaReached),
        ("media_publish", refusal(400, 190, 463, "expired"), AuthExpired),
        ("media", refusal(401, 190, 460, "password"), AuthRevoked),
        ("media", refusal(400, 25, 2207050, "restricted"), Rejected),
        ("media", refusal(400, 9004, 2207052, "cannot fetch"), Unavailable),
        ("media", (503, b"<html>"), Unavailable),
        ("media_publish", (503, b"<html>"), Uncertain),
        ("media_publish", (200, b"<html>"), Surprise),
        ("media_publish", (200, {"success": True}), Surprise),
    ],
)
async def test_refusals_have_a_class_by_their_codes_and_by_the_step(
    stage: Stage, path: str, reply: tuple[int, object], kind: type[PlatformError]
) -> None:
    stage.fake.script(f"POST {path}", *reply)
    with pytest.raises(PlatformError) as caught:
        await stage.drive().to_the_end(content(PLAIN, picture()))
    assert type(caught.value) is kind


async def test_a_missing_permission_is_named(stage: Stage) -> None:
    stage.fake.script("POST media", *refusal(403, 200, 0, "(#200) Permissions error"))
    with pytest.raises(AuthRevoked, match="instagram_business_content_publish"):
        await stage.drive().to_the_end(content(PLAIN, picture()))


async def test_media_without_an_address_are_refused_where_the_platform_must_fetch_them(stage: Stage) -> None:
    with pytest.raises(Rejected, match="public address"):
        await stage.drive().to_the_end(content(PLAIN, picture(url="")))


def test_text_alone_is_refused() -> None:
    with pytest.raises(Rejected):
        Instagram().begin(content(PLAIN), account_of("instagram", "instagram", IG))


async def test_a_container_that_nobody_knows_any_more_is_made_anew(stage: Stage) -> None:
    drive, post = stage.drive(), content(PLAIN, video())
    checkpoint = await drive.until("look", post)
    stage.fake.script("GET c1", *refusal(400, 100, 33, "Object does not exist"))
    await drive.to_the_end(post, checkpoint)
    assert len(stage.fake.containers) == 2
    assert len(stage.fake.posts) == 1


async def test_a_carousel_whose_children_are_gone_begins_with_the_first_child(stage: Stage) -> None:
    drive, post = stage.drive(), content(PLAIN, picture(), picture())
    checkpoint = await drive.until("create", post)
    stage.fake.script(f"POST {IG}/media", *refusal(400, 24, 2207006, "not found"))
    drive.steps.clear()
    await drive.to_the_end(post, checkpoint)
    assert drive.steps == ["create", "child", "child", "create", "publish", "permalink"]
    assert stage.fake.form_of("/media")["children"] == "c3,c4"
