"""What only Instagram does, against its twin in the sandbox."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from postwright.domain.errors import Rejected, Unavailable
from postwright.kit.http import NoReply
from postwright.platforms.base import Landed
from tests.platforms.stage import CASES, Case, Door, Sample, Stage, stage_of

BY_INSTAGRAM, BY_FACEBOOK = [case for case in CASES if case.adapter.spec.id == "instagram"]


@pytest.fixture(params=[BY_INSTAGRAM, BY_FACEBOOK], ids=lambda case: case.id)
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    case = request.param
    assert isinstance(case, Case)
    async with stage_of(case) as found:
        yield found


@pytest.mark.parametrize("file", ["bad-too-wide.jpg", "bad-truncated.jpg", "bad-animation.gif", "picture.png"])
async def test_a_picture_out_of_the_rules_is_refused_as_the_pictures_fault(stage: Stage, file: str) -> None:
    drive = await stage.drive()
    with pytest.raises(Rejected) as caught:
        await drive.to_the_end(await stage.content(Sample(file, (file,)), "refused"))
    assert caught.value.field == "media"


async def test_a_picture_that_was_not_there_to_be_fetched_is_tried_again(stage: Stage) -> None:
    drive = await stage.drive()
    with pytest.raises(Unavailable, match="could not fetch the media") as caught:
        await drive.to_the_end(await stage.content(Sample("not a picture", ("bad-text.jpg",)), "not fetched"))
    assert caught.value.field == "media"


async def test_a_video_that_is_too_short_is_refused(stage: Stage) -> None:
    drive = await stage.drive()
    with pytest.raises(Rejected):
        await drive.to_the_end(await stage.content(Sample("short", ("bad-too-short.mp4",)), "refused"))


async def test_all_that_can_be_chosen_is_understood(stage: Stage) -> None:
    drive = await stage.drive()
    tags = [{"username": "ada.moreno", "x": 0.2, "y": 0.3}, {"username": "clara.ceramics", "index": 1}]
    shared = {"collaborators": ["ada.moreno"], "location_id": "104500000000001", "first_comment": "First!"}
    cover = f"{stage.origin}/_sandbox/samples/story.jpg"
    for sample in (
        Sample("image", ("square.jpg",), {**shared, "user_tags": tags[:1]}),
        Sample("carousel", ("square.jpg", "square.jpg"), {**shared, "user_tags": tags}),
        Sample("reel", ("reel.mp4",), {**shared, "user_tags": tags[:1], "share_to_feed": False, "cover_url": cover}),
        Sample("reel", ("reel.mp4",), {"thumb_offset_ms": 500}),
        Sample("story", ("story.jpg",), {"post_type": "story", "user_tags": tags[:1]}),
    ):
        published = await drive.to_the_end(await stage.content(sample, "chosen"))
        assert published.external_url is not None, sample.name
        assert published.warnings == (), sample.name


async def test_the_wrapped_form_of_the_token_reply_is_read_too() -> None:
    async with stage_of(BY_INSTAGRAM) as stage:
        await stage.admin("seed", settings={"token_reply": "data"})
        target = await stage.connect()
        assert "instagram_business_content_publish" in target.grant.scopes


async def test_one_facebook_consent_opens_the_instagram_account_of_each_page() -> None:
    async with stage_of(BY_FACEBOOK) as stage:
        grant = (await stage.connect()).grant
        assert grant.refresh_token is not None
        person = replace(grant, access_token=grant.refresh_token)
        targets = await stage.case.adapter.targets(stage.oauth, person)
        assert {target.username for target in targets} == {"harbour.coffee", "lantern.books"}
        assert len({target.grant.access_token for target in targets}) == 2


@pytest.mark.parametrize("kind", ["cut_before", "cut_after"])
async def test_an_upload_that_was_cut_is_brought_to_its_end(kind: str) -> None:
    async with stage_of(BY_FACEBOOK) as stage:
        drive = await stage.drive()
        content = await stage.content(Sample("reel", ("reel.mp4",)), "uploaded")
        await stage.fault(kind, Door("POST", "/ig-api-upload/"))
        with pytest.raises(NoReply):
            await drive.to_the_end(content)
        assert drive.checkpoint is not None
        assert drive.checkpoint.step == "upload"
        await drive.to_the_end(content, drive.checkpoint)
        assert len(await stage.posts("uploaded")) == 1


async def test_of_two_equal_posts_the_lost_one_gets_no_address(stage: Stage) -> None:
    target = await stage.connect()
    content = await stage.simple("twins")
    await (await stage.drive(target)).to_the_end(content)
    drive = await stage.drive(target)
    await stage.fault("cut_after", stage.facts.commit)
    with pytest.raises(NoReply):
        await drive.to_the_end(content)
    assert drive.checkpoint is not None
    verdict = await stage.case.adapter.reconcile(drive.call, content, drive.checkpoint, stage.clock.now())
    assert isinstance(verdict, Landed)
    published = await drive.to_the_end(content, verdict.checkpoint)
    assert published.external_url is None
    assert len(published.warnings) == 1
    assert len(await stage.posts("twins")) == 2


async def test_a_first_comment_whose_reply_was_lost_is_written_once(stage: Stage) -> None:
    drive = await stage.drive()
    content = await stage.content(Sample("image", ("square.jpg",), {"first_comment": "Only once"}), "commented")
    await stage.fault("cut_after", Door("POST", "/comments$"))
    with pytest.raises(NoReply):
        await drive.to_the_end(content)
    assert drive.checkpoint is not None
    verdict = await stage.case.adapter.reconcile(drive.call, content, drive.checkpoint, stage.clock.now())
    assert isinstance(verdict, Landed)
    published = await drive.to_the_end(content, verdict.checkpoint)
    assert published.external_url is not None
