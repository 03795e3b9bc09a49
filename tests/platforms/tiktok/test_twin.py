"""What only TikTok does, against its twin in the sandbox."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import pytest

from postwright.domain.errors import Rejected, Unavailable, Uncertain
from postwright.domain.post import Content
from postwright.domain.publication import Checkpoint
from postwright.kit.http import NoReply
from postwright.platforms.base import CannotTell, Landed, NotLanded, Published, Waiting
from postwright.platforms.tiktok import spec
from tests.platforms.stage import CASES, Door, Sample, Stage, stage_of
from tests.platforms.tiktok.facts import CONTENT, EVERYONE, UPLOAD
from tests.support.publishing import Drive

[CASE] = [case for case in CASES if case.adapter.spec.id == "tiktok"]
STATUS = Door("POST", "/status/fetch/$")
CREATOR = Door("POST", "/creator_info/query/$")
MB = 1_000_000
PROFILE = "https://www.tiktok.com/@harbourcoffee"


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with stage_of(CASE) as found:
        yield found


def answer(**told: object) -> str:
    return json.dumps({"data": told, "error": {"code": "ok", "message": "", "log_id": "1"}})


def creator(**told: object) -> str:
    return answer(creator_username="harbourcoffee", privacy_level_options=["PUBLIC_TO_EVERYONE", "SELF_ONLY"], **told)


async def large(stage: Stage, size: int) -> Content:
    """The sample video with so many bytes: an MP4 may hold any number that mean nothing, at its end."""
    content = await stage.named("video", "large")
    [attachment] = content.attachments
    film = stage.files[attachment.media.id]
    rest = size - len(film)
    media = replace(attachment.media, id=uuid4(), facts=replace(attachment.media.facts, size_bytes=size))
    stage.files[media.id] = film + rest.to_bytes(4, "big") + b"free" + bytes(rest - 8)
    return replace(content, attachments=(replace(attachment, media=media),))


def stored(drive: Drive) -> Checkpoint:
    """The checkpoint as another process finds it in the database."""
    point = drive.checkpoint
    assert point is not None
    return replace(point, notes=json.loads(json.dumps(dict(point.notes))))


async def goes_wrong(
    drive: Drive, content: Content, error: type[BaseException], start: Checkpoint | None = None
) -> None:
    with pytest.raises(error):
        await drive.to_the_end(content, start)


async def test_a_video_of_several_chunks_is_published(stage: Stage) -> None:
    drive = await stage.drive()
    published = await drive.to_the_end(await large(stage, 70 * MB))
    assert drive.steps[:4] == ["creator", "open", "chunk", "last_chunk"]
    assert published.external_url == f"{PROFILE}/video/{published.external_id}"
    assert len(await stage.posts("large")) == 1


@pytest.mark.parametrize("kind", ["cut_before", "cut_after"])
async def test_an_upload_that_was_cut_goes_on_in_another_process_where_it_stood(stage: Stage, kind: str) -> None:
    target, content = await stage.connect(), await large(stage, 70 * MB)
    drive = await stage.drive(target)
    await stage.fault(kind, UPLOAD)
    await goes_wrong(drive, content, NoReply)
    assert stored(drive).step == "chunk"
    other = await stage.drive(target)
    await other.to_the_end(content, stored(drive))
    assert other.steps.count("open") == 0
    assert len(await stage.posts("large")) == 1


@pytest.mark.parametrize("status", [403, 404])
async def test_an_upload_whose_address_is_closed_is_begun_anew(stage: Stage, status: int) -> None:
    drive, content = await stage.drive(), await large(stage, 70 * MB)
    await drive.until("last_chunk", content)
    await stage.fault("status", UPLOAD, status=status, body="")
    await drive.to_the_end(content, drive.checkpoint)
    assert drive.steps.count("open") == 2
    assert len(await stage.posts("large")) == 1


async def test_an_upload_that_is_refused_again_and_again_is_given_up(stage: Stage) -> None:
    drive, content = await stage.drive(), await stage.simple("never")
    await stage.fault("status", UPLOAD, status=416, body="", count=100)
    with pytest.raises(Rejected, match="several times"):
        await drive.to_the_end(content)
    assert drive.steps.count("open") == 1 + spec.MAX_RESTARTS
    assert await stage.posts("never") == []


async def test_the_last_chunk_that_did_not_arrive_is_sent_again_and_one_that_did_is_not(stage: Stage) -> None:
    answers: dict[str, type[NotLanded | Landed]] = {"cut_before": NotLanded, "cut_after": Landed}
    for kind, expected in answers.items():
        drive, content = await stage.drive(), await stage.simple(kind)
        await stage.fault(kind, UPLOAD)
        await goes_wrong(drive, content, NoReply)
        found = await stage.adapter.reconcile(drive.call, content, stored(drive), stage.clock.now())
        assert isinstance(found, expected)
        await drive.to_the_end(content, found.checkpoint)
        assert len(await stage.posts(kind)) == 1


async def test_a_failure_that_heals_begins_anew_twice_at_the_most(stage: Stage) -> None:
    drive, content = await stage.drive(), await stage.simple("hiccup")
    failed = answer(status="FAILED", fail_reason="internal")
    await stage.fault("status", STATUS, status=200, body=failed, count=3)
    with pytest.raises(Rejected, match="several times"):
        await drive.to_the_end(content)
    assert drive.steps.count("open") == 3


@pytest.mark.parametrize(
    ("reason", "field"),
    [
        ("file_format_check_failed", "media"),
        ("duration_check_failed", "media"),
        ("frame_rate_check_failed", "media"),
        ("picture_size_check_failed", "media"),
        ("spam_risk_text", "caption"),
        ("spam_risk", None),
        ("auth_removed", None),
        ("publish_cancelled", None),
        ("a_reason_of_tomorrow", None),
    ],
)
async def test_a_failure_that_does_not_heal_is_the_posts_end(stage: Stage, reason: str, field: str | None) -> None:
    drive, content = await stage.drive(), await stage.simple("failed")
    await stage.fault("status", STATUS, status=200, body=answer(status="FAILED", fail_reason=reason))
    with pytest.raises(Rejected) as caught:
        await drive.to_the_end(content)
    assert (caught.value.field, caught.value.code) == (field, reason)


async def test_a_look_that_fails_is_repeated_and_one_too_many_waits(stage: Stage) -> None:
    drive, content = await stage.drive(), await stage.simple("looked at")
    await drive.until("look", content)
    point = stored(drive)
    await stage.fault("rate_limit", STATUS)
    assert await drive.step(content) == Waiting(point, spec.RATE_PAUSE)
    await stage.fault("status", STATUS, status=503)
    await goes_wrong(drive, content, Unavailable, point)
    await drive.to_the_end(content, point)
    assert len(await stage.posts("looked at")) == 1


async def test_a_post_that_is_worked_on_for_very_long_needs_a_person(stage: Stage) -> None:
    drive, content = await stage.drive(), await stage.simple("endless")
    point = (await drive.until("look", content)).to("look", looks=1000)
    await stage.fault("status", STATUS, status=200, body=answer(status="PROCESSING_UPLOAD"))
    await goes_wrong(drive, content, Uncertain, point)


async def test_a_post_that_is_not_looked_through_yet_goes_by_the_accounts_address(stage: Stage) -> None:
    drive, content = await stage.drive(), await stage.simple("moderated")
    await drive.until("look", content)
    complete = answer(status="PUBLISH_COMPLETE", publicaly_available_post_id=[])
    await stage.fault("status", STATUS, status=200, body=complete)
    await drive.step(content)
    point = stored(drive)
    assert (point.step, point.external_id, point.external_url) == ("address", point.notes["publish_id"], PROFILE)
    await stage.fault("status", STATUS, status=200, body=complete)
    last = await stage.adapter.advance(drive.call, content, point.to("address", waits=1000))
    assert isinstance(last, Published)
    assert (last.external_url, len(last.warnings)) == (PROFILE, 1)
    published = await drive.to_the_end(content, point)
    assert published.external_url == f"{PROFILE}/video/{published.external_id}"


async def test_a_private_post_and_a_draft_have_the_accounts_address(stage: Stage) -> None:
    drive = await stage.drive()
    connected_as = spec.PROFILE.format(username=drive.call.account.username)
    for sample, address in (
        (Sample("private", ("reel.mp4",), {"privacy_level": "SELF_ONLY"}), PROFILE),
        (Sample("draft", ("reel.mp4",), {"post_type": "draft_video"}), connected_as),
    ):
        published = await drive.to_the_end(await stage.content(sample, sample.name))
        assert (published.external_url, published.warnings) == (address, ())
        assert published.external_id.startswith("v_")


async def test_a_draft_without_the_permission_is_refused_without_stopping_the_account(stage: Stage) -> None:
    drive = await stage.drive(await stage.connect(sandbox_scopes="user.info.basic,video.publish"))
    content = await stage.named("draft video", "")
    with pytest.raises(Rejected) as caught:
        await drive.to_the_end(content)
    assert caught.value.field == "options.post_type"
    await drive.to_the_end(await stage.simple("not a draft"))


async def test_all_that_can_be_chosen_is_understood(stage: Stage) -> None:
    drive = await stage.drive()
    disclosed = {**EVERYONE, "allow_comment": True, "brand_content_toggle": True, "brand_organic_toggle": True}
    for sample in (
        Sample(
            "video",
            ("reel.mp4",),
            {**disclosed, "allow_duet": True, "allow_stitch": True, "is_aigc": True, "video_cover_timestamp_ms": 500},
        ),
        Sample(
            "photos",
            ("square.jpg", "story.jpg"),
            {**disclosed, "title": "Two", "is_aigc": True, "photo_cover_index": 1, "auto_add_music": True},
        ),
        Sample("draft", ("square.jpg",), {"post_type": "draft_photo", "title": "One", "photo_cover_index": 0}),
    ):
        published = await drive.to_the_end(await stage.content(sample, "chosen"))
        assert published.warnings == (), sample.name


@pytest.mark.parametrize(
    ("told", "options", "field"),
    [
        ({}, {"privacy_level": "FOLLOWER_OF_CREATOR"}, "options.privacy_level"),
        ({"comment_disabled": True}, {**EVERYONE, "allow_comment": True}, "options.allow_comment"),
        ({"duet_disabled": True}, {**EVERYONE, "allow_duet": True}, "options.allow_duet"),
        ({"stitch_disabled": True}, {**EVERYONE, "allow_stitch": True}, "options.allow_stitch"),
        ({"max_video_post_duration_sec": 5}, EVERYONE, "media"),
    ],
)
async def test_a_post_stays_within_what_the_accounts_owner_allows(
    stage: Stage, told: dict[str, object], options: dict[str, object], field: str
) -> None:
    drive = await stage.drive()
    content = await stage.content(Sample("video", ("reel.mp4",), options), "not so")
    await stage.fault("status", CREATOR, status=200, body=creator(**told))
    with pytest.raises(Rejected) as caught:
        await drive.to_the_end(content)
    assert caught.value.field == field
    assert drive.steps == ["creator"]


async def test_what_is_switched_off_may_stay_off(stage: Stage) -> None:
    drive = await stage.drive()
    told = creator(comment_disabled=True, duet_disabled=True, stitch_disabled=True, max_video_post_duration_sec=7)
    await stage.fault("status", CREATOR, status=200, body=told)
    await drive.to_the_end(await stage.simple("quiet"))
    assert len(await stage.posts("quiet")) == 1


async def test_the_choices_are_those_of_the_account(stage: Stage) -> None:
    call = stage.call(await stage.connect())
    found = await stage.adapter.choices(call)
    assert set(found) == set(stage.adapter.spec.account_options)
    assert [one.value for one in found["privacy_level"]] == ["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"]
    assert [one.value for one in found["allow_duet"]] == ["false", "true"]
    await stage.fault("status", CREATOR, status=200, body=creator(duet_disabled=True))
    found = await stage.adapter.choices(call)
    assert [one.value for one in found["allow_duet"]] == ["false"]


async def _lost_photos(stage: Stage, caption: str, **options: object) -> tuple[Drive, Content]:
    """Photos whose publishing TikTok has taken, without our hearing of it."""
    drive = await stage.drive()
    content = await stage.content(Sample("photo", ("square.jpg",), {**EVERYONE, **options}), caption)
    await stage.fault("cut_after", CONTENT)
    await goes_wrong(drive, content, NoReply)
    return drive, content


async def test_photos_whose_reply_was_lost_are_found_by_their_words(stage: Stage) -> None:
    drive, content = await _lost_photos(stage, "lost  and\nfound")
    verdict = await stage.verdict(drive, content)
    assert isinstance(verdict, Landed)
    published = await drive.to_the_end(content, verdict.checkpoint)
    assert published.external_url == f"{PROFILE}/photo/{published.external_id}"


async def test_photos_that_are_not_public_cannot_be_found(stage: Stage) -> None:
    drive, content = await _lost_photos(stage, "hidden", privacy_level="SELF_ONLY")
    assert isinstance(await stage.verdict(drive, content), CannotTell)


async def test_of_two_equal_photo_posts_none_is_picked(stage: Stage) -> None:
    drive = await stage.drive()
    content = await stage.content(Sample("photo", ("square.jpg",), EVERYONE), "twins")
    await drive.to_the_end(content)
    drive, content = await _lost_photos(stage, "twins")
    while len(await stage.posts("twins")) < 2:
        await stage.pass_time(spec.LOOK_POLL.first)
    point = stored(drive)
    verdict = await stage.adapter.reconcile(drive.call, content, point, stage.clock.now() - spec.FIND_WITHIN)
    assert isinstance(verdict, CannotTell)


async def test_photos_that_are_not_listed_in_time_need_a_person(stage: Stage) -> None:
    drive = await stage.drive()
    content = await stage.content(Sample("photo", ("square.jpg",), EVERYONE), "never arrived")
    await stage.fault("cut_before", CONTENT)
    await goes_wrong(drive, content, NoReply)
    since = stage.clock.now()
    await stage.pass_time(spec.FIND_WITHIN)
    assert isinstance(await stage.adapter.reconcile(drive.call, content, stored(drive), since), CannotTell)


async def test_without_the_permission_to_list_posts_lost_photos_cannot_be_found(stage: Stage) -> None:
    target = await stage.connect(sandbox_scopes="user.info.basic,video.publish")
    drive = await stage.drive(target)
    content = await stage.content(Sample("photo", ("square.jpg",), EVERYONE), "unlisted")
    await stage.fault("cut_after", CONTENT)
    await goes_wrong(drive, content, NoReply)
    assert isinstance(await stage.verdict(drive, content), CannotTell)
