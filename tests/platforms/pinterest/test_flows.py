"""From content to a Pin: what is sent, and where a flow goes on after a cut or a crash; over real HTTP."""

import json
from datetime import timedelta

import pytest

from postwright.domain.errors import QuotaReached, RateLimited, Rejected, Surprise, Unavailable
from postwright.domain.publication import Checkpoint, Json
from postwright.kit.http import NoReply
from postwright.platforms.base import OptionValue, Published, Waiting
from postwright.platforms.pinterest.adapter import Pinterest
from postwright.platforms.pinterest.spec import MAX_RESTARTS, PAGE_SIZE, PinterestOptions
from tests.platforms.pinterest.fake import BOARD, REGISTERED, UPLOADS, Script, pin
from tests.support.publishing import BytesInMemory, content, picture, video

PLAIN = PinterestOptions(board_id=BOARD)
LOOK = f"GET /boards/{BOARD}/pins"
UPLOAD = f"POST {UPLOADS.removeprefix('https:/')}"
STATUS = "GET /media/55"
URL = "https://media.example/a.jpg"


def created(script: Script) -> object:
    """What the last Pin was created with."""
    return json.loads(next(seen.body for seen in reversed(script.seen) if seen.call == "POST /pins"))


async def test_a_picture_takes_a_look_at_the_board_and_one_call(script: Script) -> None:
    options = PinterestOptions(board_id=BOARD, board_section_id="9", title="Cups", link="https://shop.example/?a=b")
    script.board(pin("1"))
    script.to("POST /pins", 201, {"id": "77"})
    drive = script.drive()
    published = await drive.to_the_end(content(options, picture(URL, "Two cups")))
    assert published == Published("77", "https://www.pinterest.com/pin/77/")
    assert (drive.steps, script.calls()) == (["survey", "publish"], [LOOK, "POST /pins"])
    assert script.seen[1].headers["authorization"] == "Bearer token"
    assert created(script) == {
        "board_id": BOARD,
        "board_section_id": "9",
        "title": "Cups",
        "description": "Hello",
        "link": "https://shop.example/?a=b",
        "alt_text": "Two cups",
        "media_source": {"source_type": "image_url", "url": URL},
    }


async def test_what_was_not_given_is_not_sent(script: Script) -> None:
    script.board()
    script.to("POST /pins", 201, {"id": "77"})
    await script.drive().to_the_end(content(PLAIN, picture(URL), caption=""))
    assert created(script) == {"board_id": BOARD, "media_source": {"source_type": "image_url", "url": URL}}


async def test_a_carousel_is_one_pin_with_the_pictures_in_order(script: Script) -> None:
    script.board()
    script.to("POST /pins", 201, {"id": "77"})
    addresses = [f"https://media.example/{number}.jpg" for number in range(3)]
    await script.drive().to_the_end(content(PLAIN, *[picture(address) for address in addresses]))
    assert created(script) == {
        "board_id": BOARD,
        "description": "Hello",
        "media_source": {"source_type": "multiple_image_urls", "items": [{"url": one} for one in addresses]},
    }


async def test_a_picture_without_an_address_is_refused_before_anything_is_sent(script: Script) -> None:
    script.board()
    with pytest.raises(Rejected, match="no public address"):
        await script.drive().to_the_end(content(PLAIN, picture("")))
    assert script.calls() == [LOOK]


@pytest.mark.parametrize(
    ("options", "cover"),
    [
        ({}, {"cover_image_key_frame_time": 0}),
        ({"cover_time_ms": 2999}, {"cover_image_key_frame_time": 2}),
        ({"cover_url": "https://x.example/c.jpg"}, {"cover_image_url": "https://x.example/c.jpg"}),
    ],
)
async def test_a_video_is_announced_uploaded_awaited_and_pinned(
    script: Script, options: dict[str, object], cover: dict[str, object]
) -> None:
    clip = video(size=5_000)
    script.to("POST /media", 201, REGISTERED)
    for status in ("registered", "processing", "processing", "succeeded"):
        script.to(STATUS, 200, {"media_id": "55", "status": status})
    script.to(UPLOAD, 204)
    script.board()
    script.to("POST /pins", 201, {"id": "77"})
    drive = script.drive(BytesInMemory({clip.media.id: b"v" * 5_000}))
    post = content(PinterestOptions.model_validate({"board_id": BOARD, **options}), clip)
    await drive.to_the_end(post)
    assert drive.steps == ["register", "upload", "look", "look", "look", "survey", "publish"]
    assert drive.delays == [5, 7.5, 11.25]
    source = {"source_type": "video_id", "media_id": "55", **cover}
    assert created(script) == {"board_id": BOARD, "description": "Hello", "media_source": source}


async def test_the_upload_is_a_form_with_the_file_at_its_end_and_without_our_token(script: Script) -> None:
    clip = video(size=5_000)
    script.to(STATUS, 200, {"status": "registered"})
    script.to(UPLOAD, 204)
    drive = script.drive(BytesInMemory({clip.media.id: b"v" * 5_000}))
    form: dict[str, Json] = {"key": "k/55", "x-amz-signature": "sig"}
    given = Checkpoint("upload", {"kind": "video", "media": "55", "url": UPLOADS, "form": form})
    drive.checkpoint = given
    await drive.step(content(PLAIN, clip))
    upload = script.seen[1]
    assert "authorization" not in upload.headers
    assert int(upload.headers["content-length"]) == len(upload.body)
    parts = upload.body.split(b'Content-Disposition: form-data; name="')[1:]
    assert [part.partition(b'"')[0] for part in parts] == [b"key", b"x-amz-signature", b"file"]
    assert upload.body.count(b"v" * 5_000) == 1
    assert drive.checkpoint.notes["form"] == {}


async def test_an_upload_whose_reply_was_lost_is_not_sent_twice(script: Script) -> None:
    clip = video(size=5_000)
    post, files = content(PLAIN, clip), BytesInMemory({clip.media.id: b"v" * 5_000})
    script.to("POST /media", 201, REGISTERED)
    script.to(STATUS, 200, {"status": "registered"})
    script.cut(UPLOAD)
    crashed = script.drive(files)
    with pytest.raises(NoReply):
        await crashed.to_the_end(post)
    script.to(STATUS, 200, {"status": "processing"})
    script.to(STATUS, 200, {"status": "succeeded"})
    script.board()
    script.to("POST /pins", 201, {"id": "77"})
    fresh = script.drive(files)
    await fresh.to_the_end(post, crashed.checkpoint)
    assert fresh.steps == ["upload", "look", "survey", "publish"]
    assert script.calls().count(UPLOAD) == script.calls().count("POST /media") == 1


async def test_an_upload_that_did_not_arrive_is_sent_again(script: Script) -> None:
    clip = video(size=5_000)
    drive = script.drive(BytesInMemory({clip.media.id: b"v" * 5_000}))
    drive.checkpoint = Checkpoint("upload", {"kind": "video", "media": "55", "url": UPLOADS, "form": {"key": "k"}})
    script.to(STATUS, 200, {"status": "registered"})
    script.to(UPLOAD, 503, b"<Error><Code>SlowDown</Code></Error>")
    with pytest.raises(Unavailable):
        await drive.step(content(PLAIN, clip))
    script.to(STATUS, 200, {"status": "registered"})
    script.to(UPLOAD, 204)
    await drive.step(content(PLAIN, clip))
    assert drive.checkpoint.step == "look"


@pytest.mark.parametrize("step", ["upload", "look"])
async def test_a_video_that_is_no_longer_known_is_announced_anew_a_few_times(script: Script, step: str) -> None:
    drive = script.drive()
    for number in range(MAX_RESTARTS + 1):
        script.to(STATUS, 404, {"code": 404, "message": "Media upload not found"})
        drive.checkpoint = Checkpoint(step, {"kind": "video", "media": "55", "restarts": number})
        if number < MAX_RESTARTS:
            await drive.step(content(PLAIN, video()))
            assert drive.checkpoint == Checkpoint("register", {"kind": "video", "restarts": number + 1})
    with pytest.raises(Rejected) as caught:
        await drive.step(content(PLAIN, video()))
    assert caught.value.field == "media"


async def test_a_video_that_never_arrives_is_announced_anew(script: Script) -> None:
    drive = script.drive()
    drive.checkpoint = Checkpoint("look", {"kind": "video", "media": "55", "looks": 100})
    script.to(STATUS, 200, {"status": "registered"})
    await drive.step(content(PLAIN, video()))
    assert drive.checkpoint == Checkpoint("register", {"kind": "video", "restarts": 1})


async def test_an_upload_whose_signature_ran_out_is_announced_anew(script: Script) -> None:
    clip = video(size=5)
    drive = script.drive(BytesInMemory({clip.media.id: b"v" * 5}))
    drive.checkpoint = Checkpoint("upload", {"kind": "video", "media": "55", "url": UPLOADS, "form": {"key": "k"}})
    script.to(STATUS, 200, {"status": "registered"})
    script.to(UPLOAD, 403, b"<Error><Code>AccessDenied</Code></Error>")
    await drive.step(content(PLAIN, clip))
    assert drive.checkpoint.step == "register"


async def test_the_announcement_of_a_video_keeps_count_of_the_restarts(script: Script) -> None:
    script.to("POST /media", 201, REGISTERED)
    drive = script.drive()
    drive.checkpoint = Checkpoint("register", {"kind": "video", "restarts": 1})
    await drive.step(content(PLAIN, video()))
    assert drive.checkpoint.notes == {
        "kind": "video",
        "restarts": 1,
        "media": "55",
        "url": UPLOADS,
        "form": REGISTERED["upload_parameters"],
    }


async def test_a_video_that_failed_is_the_videos_fault(script: Script) -> None:
    script.to(STATUS, 200, {"status": "failed"})
    drive = script.drive()
    drive.checkpoint = Checkpoint("look", {"kind": "video", "media": "55"})
    with pytest.raises(Rejected) as caught:
        await drive.step(content(PLAIN, video()))
    assert caught.value.field == "media"


async def test_waiting_for_a_video_ends(script: Script) -> None:
    script.to(STATUS, 200, {"status": "processing"})
    drive = script.drive()
    drive.checkpoint = Checkpoint("look", {"kind": "video", "media": "55", "looks": 60})
    with pytest.raises(Unavailable, match="unusually long"):
        await drive.step(content(PLAIN, video()))


async def test_a_refusal_for_too_many_calls_says_when_they_are_welcome_again(script: Script) -> None:
    minute = {"x-ratelimit-limit": "100, 100;w=1", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "30"}
    script.to(LOOK, 429, {"code": 8}, **minute)
    script.to(LOOK, 429, {"code": 8}, **{**minute, "x-ratelimit-limit": "300, 300;w=86400"})
    drive, post = script.drive(), content(PLAIN, picture())
    for kind in (RateLimited, QuotaReached):
        with pytest.raises(kind) as caught:
            await drive.to_the_end(post)
        assert caught.value.until == script.clock.now() + timedelta(seconds=30)
    assert [reading.used for reading in drive.call.readings] == [1, 0]


async def test_a_reply_that_names_no_pin_is_a_surprise(script: Script) -> None:
    script.board()
    script.to("POST /pins", 201, {"message": "ok"})
    with pytest.raises(Surprise):
        await script.drive().to_the_end(content(PLAIN, picture()))


async def test_the_boards_and_their_sections_are_offered_page_by_page(script: Script) -> None:
    script.to("GET /boards", 200, {"items": [{"id": "1", "name": "Cups"}], "bookmark": "next"})
    script.to("GET /boards", 200, {"items": [{"id": "2", "name": "Plates"}], "bookmark": None})
    script.to("GET /boards/1/sections", 200, {"items": [{"id": "11", "name": "Blue"}], "bookmark": None})
    script.to("GET /boards/2/sections", 200, {"items": [], "bookmark": None})
    found = await Pinterest().choices(script.call())
    assert found == {
        "board_id": (OptionValue("1", "Cups"), OptionValue("2", "Plates")),
        "board_section_id": (OptionValue("11", "Cups \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} Blue"),),
    }
    assert [seen.query for seen in script.seen[:2]] == [
        {"page_size": str(PAGE_SIZE)},
        {"page_size": str(PAGE_SIZE), "bookmark": "next"},
    ]


@pytest.mark.parametrize(("status", "body"), [(204, None), (404, {"code": 50, "message": "Pin not found."})])
async def test_a_pin_is_taken_down_or_gone_already(script: Script, status: int, body: object) -> None:
    script.to("DELETE /pins/77", status, body)
    assert await Pinterest().remove(script.call(), "77") is True


async def test_a_pin_that_may_not_be_taken_down_says_so(script: Script) -> None:
    script.to("DELETE /pins/77", 403, {"code": 7, "message": "Not authorized to access board or Pin."})
    with pytest.raises(Rejected):
        await Pinterest().remove(script.call(), "77")


async def test_content_without_media_has_no_flow(script: Script) -> None:
    drive = script.drive()
    with pytest.raises(Rejected, match="no text alone"):
        Pinterest().begin(content(PLAIN), drive.call.account)


async def test_a_look_that_finds_the_video_ready_asks_for_no_wait(script: Script) -> None:
    script.to(STATUS, 200, {"status": "succeeded"})
    drive = script.drive()
    drive.checkpoint = Checkpoint("look", {"kind": "video", "media": "55"})
    outcome = await drive.step(content(PLAIN, video()))
    assert isinstance(outcome, Waiting)
    assert (outcome.checkpoint.step, outcome.retry_in) == ("survey", None)
