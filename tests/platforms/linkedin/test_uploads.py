"""Files on their way to LinkedIn: parts and their proofs, cuts, addresses that ran out, assets that take their time."""

import json
from dataclasses import replace

import pytest

from postwright.domain.errors import AuthExpired, AuthRevoked, PlatformError, Rejected, Surprise, Unavailable
from postwright.domain.media import Attachment
from postwright.domain.publication import Checkpoint
from postwright.kit.http import NoReply
from postwright.platforms.linkedin.spec import LinkedInOptions
from tests.platforms.linkedin.scripted import MEMBER, Says, Scene
from tests.support.publishing import BytesInMemory, content, picture, video

SIZE = 10_557_360
PARTS = [(0, 4_194_303), (4_194_304, 8_388_607), (8_388_608, 10_557_359)]
BYTES = bytes(index % 251 for index in range(SIZE))
UPLOADS = "https://www.linkedin.com/dms-uploads/sp"
VIDEO, IMAGE = "urn:li:video:V1", "urn:li:image:I1"
POSTED = Says(201, headers={"x-restli-id": "urn:li:share:7"})
FORBIDDEN = Says(403, {"status": 403, "serviceErrorCode": 100, "code": "ACCESS_DENIED", "message": "No: images.GET"})
WAITING = Says(400, {"status": 400, "code": "MEDIA_ASSET_WAITING_UPLOAD", "message": "not yet"})
EXPIRED = Says(400, {"status": 400, "code": "EXPIRED_UPLOAD_URL", "message": "gone"})
PLAIN = LinkedInOptions()


def slot(urn: str = IMAGE, at: str = "1") -> Says:
    return Says(200, {"value": {"uploadUrlExpiresAt": 1, "uploadUrl": f"{UPLOADS}/{at}", "image": urn}})


def video_slot() -> Says:
    parts = [{"uploadUrl": f"{UPLOADS}/v/{first}", "firstByte": first, "lastByte": last} for first, last in PARTS]
    return Says(200, {"value": {"video": VIDEO, "uploadToken": "tok", "uploadInstructions": parts}})


def status(name: str, **more: str) -> Says:
    return Says(200, {"status": name, **more})


def stored(attachment: Attachment, data: bytes) -> BytesInMemory:
    return BytesInMemory({attachment.media.id: data}, chunk=1_000_000)


def small(count: int) -> tuple[list[Attachment], BytesInMemory]:
    pictures = [picture(alt_text=f"picture {number}") for number in range(count)]
    pictures = [
        replace(one, media=replace(one.media, facts=replace(one.media.facts, size_bytes=3))) for one in pictures
    ]
    return pictures, BytesInMemory({one.media.id: b"abc" for one in pictures})


async def test_a_video_goes_in_parts_without_the_token_and_a_crash_costs_no_more_than_one(scene: Scene) -> None:
    film = video(size=SIZE)
    drive, post = scene.drive(files=stored(film, BYTES)), content(LinkedInOptions(title="A loaf"), film)
    scene.says(video_slot(), Says(200, headers={"ETag": "e1"}), Says(None))
    with pytest.raises(NoReply):
        await drive.to_the_end(post)
    fresh = scene.drive(files=stored(film, BYTES))
    scene.says(Says(200, headers={"ETag": "e2"}), Says(200, headers={"ETag": "e3"}), Says(200), status("PROCESSING"))
    scene.says(status("AVAILABLE"), POSTED)
    published = await fresh.to_the_end(post, drive.checkpoint)
    assert published.external_url == "https://www.linkedin.com/feed/update/urn:li:share:7/"
    assert fresh.steps == ["upload", "upload", "finalize", "look", "look", "post"]
    assert fresh.delays == [5, 7.5]
    start, first, cut, second, third, end, *_, posted = scene.script.seen
    asked = {"owner": MEMBER, "fileSizeBytes": SIZE, "uploadCaptions": False, "uploadThumbnail": False}
    assert json.loads(start.body) == {"initializeUploadRequest": asked}
    assert [len(seen.body) for seen in (first, second, third)] == [4_194_304, 4_194_304, 2_168_752]
    assert cut.path == second.path
    assert first.body + second.body + third.body == BYTES
    assert all("Authorization" not in seen.headers for seen in (first, second, third))
    proof = {"video": VIDEO, "uploadToken": "tok", "uploadedPartIds": ["e1", "e2", "e3"]}
    assert json.loads(end.body) == {"finalizeUploadRequest": proof}
    assert json.loads(posted.body)["content"] == {"media": {"id": VIDEO, "title": "A loaf"}}


async def test_a_part_that_nobody_names_is_sent_again(scene: Scene) -> None:
    film = video(size=SIZE)
    drive, post = scene.drive(files=stored(film, BYTES)), content(PLAIN, film)
    scene.says(video_slot(), Says(200))
    with pytest.raises(Surprise):
        await drive.to_the_end(post)
    scene.says(*(Says(200, headers={"ETag": f"e{part}"}) for part in range(3)), Says(200), status("AVAILABLE"), POSTED)
    await drive.to_the_end(post, drive.checkpoint)
    assert drive.steps.count("upload") == 4
    assert len({seen.path for seen in scene.script.seen[1:3]}) == 1


async def test_several_pictures_go_one_after_the_other_with_the_token(scene: Scene) -> None:
    pictures, files = small(2)
    drive = scene.drive(files=files)
    scene.says(
        slot(), Says(201), slot("urn:li:image:I2", "2"), Says(201), status("AVAILABLE"), status("AVAILABLE"), POSTED
    )
    await drive.to_the_end(content(PLAIN, *pictures))
    assert drive.steps == ["start", "upload", "start", "upload", "look", "look", "post"]
    assert scene.script.calls()[4:6] == [
        "GET /rest/images/urn%3Ali%3Aimage%3AI1",
        "GET /rest/images/urn%3Ali%3Aimage%3AI2",
    ]
    assert [seen.headers["Authorization"] for seen in scene.script.seen] == ["Bearer token"] * 7
    rest = [seen for seen in scene.script.seen if "/rest/" in seen.path]
    assert {(seen.headers["LinkedIn-Version"], seen.headers["X-Restli-Protocol-Version"]) for seen in rest} == {
        ("202609", "2.0.0")
    }
    images = [{"id": IMAGE, "altText": "picture 0"}, {"id": "urn:li:image:I2", "altText": "picture 1"}]
    assert json.loads(scene.script.seen[-1].body)["content"] == {"multiImage": {"images": images}}


async def test_a_token_that_may_not_look_posts_after_the_first_wait_and_is_told_to_wait_then(scene: Scene) -> None:
    pictures, files = small(2)
    drive = scene.drive(files=files)
    scene.says(slot(), Says(201), slot("urn:li:image:I2"), Says(201), FORBIDDEN, WAITING, WAITING, POSTED)
    published = await drive.to_the_end(content(PLAIN, *pictures))
    assert published.external_id == "urn:li:share:7"
    assert drive.steps[-4:] == ["look", "post", "post", "post"]
    assert drive.delays == [5, 5, 7.5]


async def test_an_asset_that_is_never_ready_is_given_up_after_ten_minutes(scene: Scene) -> None:
    (one,), files = small(1)
    drive = scene.drive(files=files)
    scene.says(slot(), Says(201), *[status("PROCESSING")] * 23)
    with pytest.raises(Unavailable, match="unusually long"):
        await drive.to_the_end(content(PLAIN, one))
    assert 600 <= sum(drive.delays) <= 630
    assert max(drive.delays) == 30


async def test_a_file_whose_address_ran_out_is_announced_anew_but_not_for_ever(scene: Scene) -> None:
    (one,), files = small(1)
    drive = scene.drive(files=files)
    scene.says(slot("urn:li:image:I0"), EXPIRED, slot(), Says(201), status("AVAILABLE"), POSTED)
    await drive.to_the_end(content(PLAIN, one))
    assert json.loads(scene.script.seen[-1].body)["content"]["media"]["id"] == IMAGE
    scene.says(*[slot(), EXPIRED] * 3)
    with pytest.raises(Unavailable):
        await scene.drive(files=files).to_the_end(content(PLAIN, one))


@pytest.mark.parametrize("waiting", [[], [FORBIDDEN]], ids=["looked at", "told when posted"])
async def test_a_file_that_never_arrives_is_sent_anew_but_not_for_ever(scene: Scene, waiting: list[Says]) -> None:
    (one,), files = small(1)
    looks = [WAITING] * 24 if waiting else [status("WAITING_UPLOAD")] * 23
    lost = [slot(), Says(201), *waiting, *looks]
    scene.says(*lost, slot(), Says(201), *(waiting or [status("AVAILABLE")]), POSTED)
    await scene.drive(files=files).to_the_end(content(PLAIN, one))
    last = scene.drive(files=files)
    scene.says(*lost)
    with pytest.raises(Unavailable, match="lost the media"):
        await last.to_the_end(content(PLAIN, one), Checkpoint("start", {"kind": "image", "restarts": 2}))


@pytest.mark.parametrize(
    ("answers", "error", "field"),
    [
        ([slot(), Says(413)], Rejected, "media"),
        ([slot(), Says(415, {"status": 415, "code": "UNSUPPORTED_MEDIA_TYPE"})], Rejected, "media"),
        ([slot(), Says(201), status("PROCESSING_FAILED", processingFailureReason="broken")], Rejected, "media"),
        ([slot(), Says(201), FORBIDDEN, Says(400, {"code": "MEDIA_ASSET_PROCESSING_FAILED"})], Rejected, "media"),
        ([slot(), Says(503)], Unavailable, None),
        ([slot(), Says(201), Says(401, {"serviceErrorCode": 65601})], AuthRevoked, None),
        ([slot(), Says(201), Says(401, {"code": "EXPIRED_ACCESS_TOKEN"})], AuthExpired, None),
        ([FORBIDDEN], AuthRevoked, None),
    ],
)
async def test_what_goes_wrong_with_a_file_says_so(
    scene: Scene, answers: list[Says], error: type[PlatformError], field: str | None
) -> None:
    (one,), files = small(1)
    scene.says(*answers)
    with pytest.raises(error) as caught:
        await scene.drive(files=files).to_the_end(content(PLAIN, one))
    assert caught.value.field == field
