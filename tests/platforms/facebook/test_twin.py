"""What only Pages do, against their twin in the sandbox: parts and resumption, doubt, duplicates, stories."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from postwright.domain.errors import Rejected, Uncertain
from postwright.kit.http import NoReply
from postwright.platforms.base import CannotTell, Landed, NotLanded, NotSeen
from tests.platforms.facebook.facts import COMMENT, REEL, STORY
from tests.platforms.stage import CASES, Door, Sample, Stage, stage_of
from tests.support.publishing import Drive

CASE = next(case for case in CASES if case.adapter.spec.id == "facebook")
FEED, VIDEOS, UPLOAD = Door("POST", "/feed$"), Door("POST", "/videos$"), Door("POST", "/video-upload/")


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with stage_of(CASE) as found:
        yield found


async def cut(stage: Stage, kind: str, door: Door, sample: Sample, caption: str) -> tuple[Drive, Drive]:
    """A flow that broke off at a call, and a fresh process that knows only what was stored."""
    target = await stage.connect()
    broken = await stage.drive(target)
    await stage.fault(kind, door)
    with pytest.raises(NoReply):
        await broken.to_the_end(await stage.content(sample, caption))
    return broken, await stage.drive(target)


async def test_one_consent_opens_each_page_with_a_token_of_its_own(stage: Stage) -> None:
    person = (await stage.connect()).grant
    assert person.refresh_token is not None
    targets = await stage.adapter.targets(stage.oauth, replace(person, access_token=person.refresh_token))
    assert {target.username for target in targets} == {"harbourcoffee", "lanternbooks"}
    assert len({target.grant.access_token for target in targets}) == 2
    assert {target.grant.expires_at for target in targets} == {None}


@pytest.mark.parametrize("kind", ["cut_before", "cut_after"])
@pytest.mark.parametrize("door", [replace(VIDEOS, after=1), replace(VIDEOS, after=2)])
async def test_a_video_whose_part_was_cut_is_brought_to_its_end(stage: Stage, kind: str, door: Door) -> None:
    sample = Sample("video", ("reel.mp4",), {"title": "Bread"})
    broken, fresh = await cut(stage, kind, door, sample, "in parts")
    assert broken.steps[-1] == "transfer"
    await fresh.to_the_end(await stage.content(sample, "in parts"), broken.checkpoint)
    assert len(await stage.posts("in parts")) == 1


@pytest.mark.parametrize("kind", ["cut_before", "cut_after"])
async def test_a_reel_whose_upload_was_cut_is_brought_to_its_end(stage: Stage, kind: str) -> None:
    sample = Sample("reel", ("reel.mp4",), REEL)
    broken, fresh = await cut(stage, kind, UPLOAD, sample, "cut reel")
    assert broken.steps[-1] == "upload"
    await fresh.to_the_end(await stage.content(sample, "cut reel"), broken.checkpoint)
    assert len(await stage.posts("cut reel")) == 1


@pytest.mark.parametrize(("kind", "verdict"), [("cut_before", NotLanded), ("cut_after", Landed)])
@pytest.mark.parametrize("kind_of_post", ["reel", "story"])
async def test_a_videos_last_call_is_settled_by_the_video(
    stage: Stage, kind: str, verdict: type, kind_of_post: str
) -> None:
    edge = {"reel": "/video_reels$", "story": "/video_stories$"}[kind_of_post]
    sample = Sample("video", ("reel.mp4",), {"post_type": kind_of_post})
    broken, fresh = await cut(stage, kind, Door("POST", edge, after=1), sample, "settled")
    assert broken.checkpoint is not None
    content = await stage.content(sample, "settled")
    found = await stage.adapter.reconcile(fresh.call, content, broken.checkpoint, stage.clock.now())
    assert type(found) is verdict
    assert not isinstance(found, CannotTell)
    published = await fresh.to_the_end(content, found.checkpoint)
    assert published.external_url is not None
    assert len(await stage.posts("")) == 1


async def test_photos_that_were_up_already_are_used_after_a_crash(stage: Stage) -> None:
    sample = Sample("photos", ("square.jpg", "picture.png", "portrait.jpg"))
    broken, fresh = await cut(stage, "cut_before", Door("POST", "/photos$", after=2), sample, "three")
    assert broken.checkpoint is not None
    assert len(str(broken.checkpoint.notes["photos"]).split(",")) == 2
    await fresh.to_the_end(await stage.content(sample, "three"), broken.checkpoint)
    assert fresh.steps == ["photo", "publish"]
    assert len(await stage.posts("three")) == 1


async def test_a_text_that_was_posted_just_before_is_looked_up_and_not_taken_for_the_old_one(stage: Stage) -> None:
    drive, content = await stage.drive(), await stage.simple("twice")
    await drive.to_the_end(content)
    await stage.pass_time(timedelta(minutes=5))
    with pytest.raises(Uncertain):
        await drive.to_the_end(content)
    assert drive.checkpoint is not None
    verdict = await stage.adapter.reconcile(drive.call, content, drive.checkpoint, stage.clock.now())
    assert isinstance(verdict, NotLanded)
    assert len(await stage.posts("twice")) == 1


async def test_a_photo_story_whose_order_was_lost_on_the_way_is_left_to_a_person(stage: Stage) -> None:
    sample = Sample("story", ("story.jpg",), STORY)
    broken, fresh = await cut(stage, "cut_before", Door("POST", "/photo_stories$"), sample, "")
    assert broken.checkpoint is not None
    content = await stage.content(sample, "")
    verdict = await stage.adapter.reconcile(fresh.call, content, broken.checkpoint, stage.clock.now())
    assert isinstance(verdict, CannotTell)


@pytest.mark.parametrize(("kind", "verdict"), [("cut_before", NotSeen), ("cut_after", Landed)])
async def test_a_first_comment_whose_reply_was_lost_is_written_once(stage: Stage, kind: str, verdict: type) -> None:
    sample = Sample("text", (), {"first_comment": "Only once"})
    broken, fresh = await cut(stage, kind, COMMENT, sample, "commented")
    assert broken.checkpoint is not None
    content = await stage.content(sample, "commented")
    found = await stage.adapter.reconcile(fresh.call, content, broken.checkpoint, stage.clock.now())
    assert type(found) is verdict
    assert not isinstance(found, CannotTell)
    published = await fresh.to_the_end(content, found.checkpoint)
    assert published.external_url is not None
    (shown,) = await stage.posts("commented")
    assert str(shown).count("Only once") <= 1


@pytest.mark.parametrize("file", ["bad-truncated.jpg", "bad-text.jpg"])
async def test_a_picture_that_is_none_is_refused_as_the_pictures_fault(stage: Stage, file: str) -> None:
    with pytest.raises(Rejected) as caught:
        await (await stage.drive()).to_the_end(await stage.content(Sample(file, (file,)), "refused"))
    assert caught.value.field == "media"
    assert await stage.posts("refused") == []
