"""Whether a call whose reply was lost did its work: verdicts over real HTTP, against the small fake."""

from datetime import timedelta

import pytest

from postwright.domain.errors import Uncertain
from postwright.domain.post import Content
from postwright.domain.publication import Checkpoint
from postwright.kit.http import NoReply
from postwright.platforms.base import Call, CannotTell, Landed, NotLanded, NotSeen, Published
from postwright.platforms.instagram.adapter import Instagram
from postwright.platforms.instagram.spec import InstagramOptions
from tests.platforms.instagram.fake import IG
from tests.platforms.instagram.fake_stage import Stage
from tests.support.publishing import content, picture, video

PLAIN = InstagramOptions()
COMMENTED = InstagramOptions(first_comment="First!")


def doubted(checkpoint: Checkpoint) -> Checkpoint:
    """The checkpoint of a call that was made before without an answer."""
    return checkpoint.to(checkpoint.step, doubted=True)


async def _doubtful(stage: Stage, post: Content) -> tuple[Call, Checkpoint]:
    """A publishing call whose reply was lost after it did its work."""
    drive = stage.drive()
    checkpoint = await drive.until("publish", post)
    stage.fake.cut(f"POST {IG}/media_publish")
    with pytest.raises(NoReply):
        await drive.step(post)
    return drive.call, checkpoint


@pytest.mark.parametrize(
    "post",
    [
        content(PLAIN, picture(), caption="Two  spaces\r\nand lines "),
        content(PLAIN, picture(), picture()),
        content(PLAIN, video()),
        content(InstagramOptions(post_type="story"), picture(), caption="never shown"),
    ],
)
async def test_a_call_that_landed_unheard_is_found_with_its_address(stage: Stage, post: Content) -> None:
    stage.fake.add_post(post.caption, "IMAGE", stage.clock.now() - timedelta(hours=1))
    call, checkpoint = await _doubtful(stage, post)
    verdict = await Instagram().reconcile(call, post, checkpoint, stage.clock.now())
    assert isinstance(verdict, Landed)
    assert verdict.checkpoint.external_id == "p2"
    drive = stage.drive()
    assert await drive.to_the_end(post, verdict.checkpoint) == Published("p2", "https://www.instagram.com/p/p2/")
    assert len(stage.fake.posts) == 2


async def test_a_call_that_did_not_land_is_made_again(stage: Stage) -> None:
    drive, post = stage.drive(), content(PLAIN, picture())
    checkpoint = await drive.until("publish", post)
    assert await Instagram().reconcile(drive.call, post, checkpoint, stage.clock.now()) == NotLanded(
        doubted(checkpoint)
    )


async def test_a_call_that_lands_late_is_not_taken_for_a_container_that_is_gone(stage: Stage) -> None:
    drive, post = stage.drive(), content(PLAIN, picture())
    checkpoint = await drive.until("publish", post)
    stage.fake.containers["c1"].status = "PUBLISHED"
    stage.fake.add_post("Hello", "IMAGE")
    stage.fake.script("POST media_publish", 400, {"error": {"code": 24, "error_subcode": 2207006}})
    with pytest.raises(Uncertain):
        await drive.to_the_end(post, doubted(checkpoint))
    verdict = await Instagram().reconcile(drive.call, post, doubted(checkpoint), stage.clock.now())
    assert isinstance(verdict, Landed)
    assert verdict.checkpoint.external_id == "p1"


async def test_a_container_that_nobody_knows_any_more_after_a_doubt_is_left_to_a_person(stage: Stage) -> None:
    drive, post = stage.drive(), content(PLAIN, picture())
    checkpoint = doubted(await drive.until("publish", post))
    stage.fake.containers.clear()
    gone = {"error": {"code": 24, "error_subcode": 2207006}}
    stage.fake.script("GET c1", 400, gone)
    stage.fake.script("POST media_publish", 400, gone)
    with pytest.raises(Uncertain):
        await drive.to_the_end(post, checkpoint.to("look"))
    stage.fake.script("GET c1", 400, gone)
    assert drive.checkpoint is not None
    verdict = await Instagram().reconcile(drive.call, post, drive.checkpoint, stage.clock.now())
    assert isinstance(verdict, CannotTell)


@pytest.mark.parametrize(("status", "step"), [("IN_PROGRESS", "look"), ("ERROR", "look"), ("EXPIRED", "create")])
async def test_an_unfinished_container_has_not_landed(stage: Stage, status: str, step: str) -> None:
    drive, post = stage.drive(), content(PLAIN, picture())
    checkpoint = await drive.until("publish", post)
    stage.fake.containers["c1"].status = status
    verdict = await Instagram().reconcile(drive.call, post, checkpoint, stage.clock.now())
    assert isinstance(verdict, NotLanded)
    assert verdict.checkpoint.step == step
    assert verdict.retry_in is not None


async def test_a_post_among_equal_ones_is_published_without_an_address_and_with_a_warning(stage: Stage) -> None:
    post = content(COMMENTED, picture())
    call, checkpoint = await _doubtful(stage, post)
    stage.fake.add_post("Hello", "IMAGE")
    verdict = await Instagram().reconcile(call, post, checkpoint, stage.clock.now())
    assert isinstance(verdict, Landed)
    assert verdict.checkpoint.external_id == "container:c1"
    drive = stage.drive()
    published = await drive.to_the_end(post, verdict.checkpoint)
    assert (published.external_id, published.external_url, len(published.warnings)) == ("container:c1", None, 1)
    assert set(drive.steps) == {"find"}
    assert stage.fake.comments == []


async def test_a_reel_with_the_same_caption_is_not_taken_for_the_picture(stage: Stage) -> None:
    post = content(PLAIN, picture())
    call, checkpoint = await _doubtful(stage, post)
    stage.fake.add_post("Hello", "VIDEO")
    verdict = await Instagram().reconcile(call, post, checkpoint, stage.clock.now())
    assert isinstance(verdict, Landed)
    assert verdict.checkpoint.external_id == "p1"


async def test_a_post_that_the_list_shows_late_is_still_found(stage: Stage) -> None:
    post = content(COMMENTED, picture())
    call, checkpoint = await _doubtful(stage, post)
    since = stage.clock.now()
    late = stage.fake.posts.pop()
    verdict = await Instagram().reconcile(call, post, checkpoint, since)
    assert isinstance(verdict, Landed)
    drive = stage.drive()
    drive.checkpoint = verdict.checkpoint
    await drive.step(post)
    stage.fake.posts.append(late)
    published = await drive.to_the_end(post, drive.checkpoint)
    assert published == Published("p1", "https://www.instagram.com/p/p1/")
    assert [comment["text"] for comment in stage.fake.comments] == ["First!"]


async def test_a_container_nobody_knows_is_settled_by_the_list_or_by_a_person(stage: Stage) -> None:
    post = content(PLAIN, picture())
    call, checkpoint = await _doubtful(stage, post)
    stage.fake.containers.clear()
    found = await Instagram().reconcile(call, post, checkpoint, stage.clock.now())
    assert isinstance(found, Landed)
    stage.fake.posts.clear()
    assert isinstance(await Instagram().reconcile(call, post, checkpoint, stage.clock.now()), CannotTell)


async def test_a_first_comment_is_looked_up_by_its_text(stage: Stage) -> None:
    drive, post = stage.drive(), content(COMMENTED, picture())
    checkpoint = await drive.until("first_comment", post)
    now = stage.clock.now()
    assert await Instagram().reconcile(drive.call, post, checkpoint, now) == NotSeen(checkpoint)
    await drive.step(post)
    verdict = await Instagram().reconcile(drive.call, post, checkpoint, now)
    assert isinstance(verdict, Landed)
    assert (await drive.to_the_end(post, verdict.checkpoint)).external_id == "p1"
    assert len(stage.fake.comments) == 1


async def test_a_comment_among_very_many_is_left_to_a_person(stage: Stage) -> None:
    drive, post = stage.drive(), content(COMMENTED, picture())
    checkpoint = await drive.until("first_comment", post)
    stage.fake.comments += [{"id": str(number), "text": "nice"} for number in range(200)]
    verdict = await Instagram().reconcile(drive.call, post, checkpoint, stage.clock.now())
    assert isinstance(verdict, CannotTell)
