"""What only X does, against its twin in the sandbox: threads, uploads in segments, doubts."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from postwright.domain.errors import PlatformError, Rejected, Unavailable, Uncertain
from postwright.domain.media import Attachment, Media, MediaFacts
from postwright.domain.post import Content
from postwright.domain.publication import Checkpoint
from postwright.kit.http import NoReply, Request
from postwright.platforms.base import CannotTell, Landed, NotLanded, Target, Verdict, Waiting
from postwright.platforms.x import spec
from postwright.sandbox.samples import sample
from tests.platforms.stage import CASES, Door, Sample, Stage, stage_of
from tests.platforms.x.facts import POLL
from tests.support.publishing import Drive

POSTS = Door("POST", "/2/tweets$")
LIST = Door("GET", "/users/[0-9]+/tweets$")
FINALIZE = Door("POST", "/finalize$")
STATUS = Door("GET", "/2/media/upload$")
THREAD = {"thread": ["Two", "Three & <four>"]}
NOTHING = {"meta": {"result_count": 0}}
NO_SUCH = {"errors": [{"parameters": {"media_id": ["1"]}, "message": "Not found"}], "title": "Invalid Request"}


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with stage_of(next(case for case in CASES if case.adapter.spec.id == "x")) as found:
        yield found


async def calls(stage: Stage, path: str) -> list[Mapping[str, object]]:
    reply = await stage.plain.send(Request("GET", f"{stage.origin}/_sandbox/journal"))
    journal = reply.json()
    assert isinstance(journal, dict)
    return [call for call in journal["calls"] if path in str(call["path"])]


async def answer(stage: Stage, door: Door, body: object, status: int = 200) -> None:
    """Let X say this to the next such call, without doing anything."""
    await stage.fault("status", door, status=status, body=json.dumps(body))


async def texts(stage: Stage) -> list[str]:
    return [str(post["caption"]) for post in await stage.posts("")]


async def stopped(drive: Drive, content: Content, kind: type[BaseException]) -> BaseException:
    with pytest.raises(kind) as caught:
        await drive.to_the_end(content, drive.checkpoint)
    return caught.value


async def settled(stage: Stage, drive: Drive, content: Content) -> Verdict:
    assert drive.checkpoint is not None
    verdict = await stage.adapter.reconcile(drive.call, content, drive.checkpoint, stage.clock.now())
    if not isinstance(verdict, CannotTell):
        drive.checkpoint = verdict.checkpoint
    return verdict


async def fresh(stage: Stage, target: Target, drive: Drive) -> Drive:
    """The worker died: another one has what was stored, and nothing else."""
    other = await stage.drive(target)
    assert drive.checkpoint is not None
    other.checkpoint = Checkpoint(
        drive.checkpoint.step, dict(drive.checkpoint.notes), drive.checkpoint.external_id, drive.checkpoint.external_url
    )
    return other


def clip(stage: Stage, body: bytes, alt_text: str | None = None) -> Attachment:
    """A video of these bytes, whatever they are."""
    facts = MediaFacts("video", "video/mp4", len(body), 576, 1024, 4.0, 30.0, "h264", "aac", 48_000, 100_000, True)
    media = Media(uuid4(), "clip", "clip.mp4", facts)
    stage.files[media.id] = body
    return Attachment(media, alt_text)


async def test_a_thread_goes_out_in_order_and_goes_by_its_first_post(stage: Stage) -> None:
    drive = await stage.drive()
    published = await drive.to_the_end(await stage.content(Sample("thread", ("square.jpg",), THREAD), "One"))
    assert drive.steps == ["initialize", "append", "finalize", "post", "reply", "reply"]
    posts = sorted(await stage.posts(""), key=lambda post: str(post["id"]))
    assert posts[0]["id"] == published.external_id
    assert [str(post["caption"]).partition(" https")[0] for post in posts] == ["One", "Two", "Three & <four>"]


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("kind", ["cut_before", "cut_after"])
async def test_a_thread_that_was_cut_goes_on_in_the_middle_and_nothing_appears_twice(
    stage: Stage, kind: str, number: int
) -> None:
    target = await stage.connect()
    drive, content = await stage.drive(target), await stage.content(Sample("thread", (), THREAD), "One")
    await stage.fault(kind, replace(POSTS, after=number))
    await stopped(drive, content, NoReply)
    assert drive.checkpoint is not None
    assert drive.checkpoint.step == ("reply" if number else "post")
    other = await fresh(stage, target, drive)
    verdict = await settled(stage, other, content)
    assert isinstance(verdict, Landed if kind == "cut_after" else NotLanded)
    published = await other.to_the_end(content, other.checkpoint)
    assert sorted(await texts(stage)) == ["One", "Three & <four>", "Two"]
    first = next(post for post in await stage.posts("") if post["caption"] == "One")
    assert (published.external_id, published.warnings) == (first["id"], ())


async def test_a_worker_that_dies_between_two_posts_of_a_thread_is_replaced(stage: Stage) -> None:
    target = await stage.connect()
    drive, content = await stage.drive(target), await stage.content(Sample("thread", (), THREAD), "One")
    drive.checkpoint = stage.adapter.begin(content, drive.call.account)
    while True:
        outcome = await drive.step(content)
        if not isinstance(outcome, Waiting):
            break
        drive = await fresh(stage, target, drive)
    assert len(await texts(stage)) == 3


async def test_a_thread_that_is_refused_in_the_middle_is_out_as_far_as_it_came(stage: Stage) -> None:
    drive, content = await stage.drive(), await stage.content(Sample("thread", (), THREAD), "One")
    await stage.fault("status", replace(POSTS, after=1), status=403, message="You may not answer this.")
    error = await stopped(drive, content, Rejected)
    assert "You may not answer this." in str(error)
    assert drive.checkpoint is not None
    assert drive.checkpoint.external_id is not None
    assert await texts(stage) == ["One"]


async def test_a_large_file_goes_in_segments_and_goes_on_where_a_worker_died(stage: Stage) -> None:
    target = await stage.connect()
    room = spec.SEGMENT * 2
    padding = room.to_bytes(4) + b"free" + bytes(room - 8)  # a box that players skip
    content = Content("large", (clip(stage, sample("reel.mp4") + padding),), spec.XOptions())
    drive = await stage.drive(target)
    await stage.fault("cut_after", Door("POST", "/append$", after=1))
    await stopped(drive, content, NoReply)
    assert drive.checkpoint is not None
    assert (drive.checkpoint.step, drive.checkpoint.notes["segment"]) == ("append", 1)
    other = await fresh(stage, target, drive)
    await other.to_the_end(content, other.checkpoint)
    assert other.steps[:3] == ["append", "append", "finalize"]
    assert len(await calls(stage, "/append")) == 4
    assert len(await calls(stage, "/initialize")) == 1


@pytest.mark.parametrize("file", ["square.jpg", "reel.mp4"])
async def test_a_file_whose_end_was_said_unheard_is_looked_at(stage: Stage, file: str) -> None:
    drive, content = await stage.drive(), await stage.content(Sample(file, (file,)), "finalized")
    await stage.fault("cut_after", FINALIZE)
    await stopped(drive, content, NoReply)
    await drive.to_the_end(content, drive.checkpoint)
    assert drive.steps[:5] == ["initialize", "append", "finalize", "finalize", "look"]
    assert len(await stage.posts("finalized")) == 1


async def test_pictures_and_gifs_get_their_alternative_text_and_videos_none(stage: Stage) -> None:
    drive = await stage.drive()
    for number, (file, steps) in enumerate({"square.jpg": 2, "animation.gif": 1}.items()):
        content = await stage.content(Sample(file, (file,) * steps), f"described {number}")
        described = tuple(replace(one, alt_text=f"Bread {at}") for at, one in enumerate(content.attachments))
        drive.steps.clear()
        await drive.to_the_end(replace(content, attachments=described))
        assert drive.steps.count("describe") == steps
    video = await stage.content(Sample("reel.mp4", ("reel.mp4",)), "not described")
    drive.steps.clear()
    await drive.to_the_end(replace(video, attachments=(replace(video.attachments[0], alt_text="ignored"),)))
    assert "describe" not in drive.steps


async def test_a_video_that_is_none_is_refused_in_the_platforms_words(stage: Stage) -> None:
    content = Content("broken", (clip(stage, b"\0\0\0\x18ftypmp42" + bytes(500)),), spec.XOptions())
    drive = await stage.drive()
    error = await stopped(drive, content, Rejected)
    assert isinstance(error, PlatformError)
    assert error.field == "media"
    assert await texts(stage) == []


async def test_uploads_that_the_platform_forgets_are_made_anew(stage: Stage) -> None:
    target = await stage.connect()
    drive, content = await stage.drive(target), await stage.content(Sample("two", ("square.jpg",) * 2), "patience")
    await drive.until("post", content)
    await stage.pass_time(timedelta(days=1))
    grant = await stage.adapter.refresh(stage.oauth, target.grant, stage.account(target))
    drive.call.token = grant.access_token
    drive.steps.clear()
    await drive.to_the_end(content, drive.checkpoint)
    assert drive.steps == ["post", *["initialize", "append", "finalize"] * 2, "post"]


async def test_an_upload_that_is_gone_before_its_time_is_the_medias_fault(stage: Stage) -> None:
    drive, content = await stage.drive(), await stage.content(Sample("video", ("reel.mp4",)), "gone")
    await drive.until("look", content)
    await answer(stage, STATUS, NO_SUCH, status=400)
    error = await stopped(drive, content, Rejected)
    assert isinstance(error, PlatformError)
    assert error.field == "media"


async def test_processing_without_an_end_is_given_up_and_can_be_taken_up_again(stage: Stage) -> None:
    drive, content = await stage.drive(), await stage.content(Sample("video", ("reel.mp4",)), "for ever")
    await drive.until("look", content)
    await stage.pass_time(spec.PROCESSING)
    working = {"data": {"id": "1", "processing_info": {"state": "in_progress"}}}
    await answer(stage, STATUS, working)
    assert drive.checkpoint is not None
    with pytest.raises(Unavailable, match="unusually long"):
        await stage.adapter.advance(drive.call, content, drive.checkpoint)
    await drive.to_the_end(content, drive.checkpoint)


async def test_a_text_that_was_said_before_is_the_captions_fault(stage: Stage) -> None:
    target = await stage.connect()
    content = await stage.simple("Once only")
    await (await stage.drive(target)).to_the_end(content)
    error = await stopped(await stage.drive(target), content, Rejected)
    assert isinstance(error, PlatformError)
    assert (error.field, error.code) == ("caption", "duplicate-content")


async def test_a_lost_post_is_found_where_the_list_was_behind(stage: Stage) -> None:
    drive, content = await stage.drive(), await stage.simple("Lagging & <late> example.com")
    await stage.fault("cut_after", POSTS)
    await stopped(drive, content, NoReply)
    await answer(stage, LIST, NOTHING)
    assert isinstance(await settled(stage, drive, content), NotLanded)
    await stage.pass_time(timedelta(minutes=20))
    drive.steps.clear()
    published = await drive.to_the_end(content, drive.checkpoint)
    assert drive.steps == ["post", "finish"]
    assert published.external_url is not None
    assert len(await stage.posts("Lagging")) == 1


async def test_a_refusal_as_a_duplicate_after_a_doubt_is_a_doubt_again(stage: Stage) -> None:
    drive, content = await stage.drive(), await stage.simple("Hidden")
    await stage.fault("cut_after", POSTS)
    await stopped(drive, content, NoReply)
    for _ in range(2):
        await answer(stage, LIST, NOTHING)
        await settled(stage, drive, content)
    await answer(stage, LIST, NOTHING)
    await stopped(drive, content, Uncertain)
    verdict = await settled(stage, drive, content)
    assert isinstance(verdict, Landed)
    await drive.to_the_end(content, drive.checkpoint)
    assert len(await stage.posts("Hidden")) == 1


async def test_equal_texts_with_other_pictures_are_told_apart(stage: Stage) -> None:
    target = await stage.connect()
    silent = await stage.content(Sample("image", ("square.jpg",)), "")
    await (await stage.drive(target)).to_the_end(silent)
    drive = await stage.drive(target)
    await stage.fault("cut_before", POSTS)
    await stopped(drive, silent, NoReply)
    assert isinstance(await settled(stage, drive, silent), NotLanded)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"data": [{"id": "1", "text": "Unclear"}, {"id": "2", "text": "Unclear"}]}, "look like this one"),
        ({"data": [{"id": "1", "text": "Other"}], "meta": {"next_token": "n"}}, "too many posts"),
    ],
)
async def test_what_the_list_leaves_open_a_person_decides(stage: Stage, body: object, reason: str) -> None:
    drive, content = await stage.drive(), await stage.simple("Unclear")
    await stage.fault("cut_before", POSTS)
    await stopped(drive, content, NoReply)
    await answer(stage, LIST, body)
    verdict = await settled(stage, drive, content)
    assert isinstance(verdict, CannotTell)
    assert reason in verdict.reason
    assert isinstance(await settled(stage, drive, content), NotLanded)
    await answer(stage, LIST, body)
    assert reason in str(await stopped(drive, content, Uncertain))


async def test_all_that_can_be_chosen_is_understood(stage: Stage) -> None:
    drive = await stage.drive()
    for number, who in enumerate(("following", "mentionedUsers", "subscribers", "verified")):
        chosen = {**POLL, "reply_settings": who, "made_with_ai": number % 2 == 0, "paid_partnership": True}
        published = await drive.to_the_end(await stage.content(Sample("poll", (), chosen), f"chosen {number}"))
        assert published.external_url == f"https://x.com/bakery/status/{published.external_id}"


async def test_the_first_post_of_a_thread_is_taken_down_and_its_answers_stay(stage: Stage) -> None:
    drive = await stage.drive()
    published = await drive.to_the_end(await stage.content(Sample("thread", (), THREAD), "One"))
    assert await stage.adapter.remove(drive.call, published.external_id)
    assert sorted(await texts(stage)) == ["Three & <four>", "Two"]


async def test_media_that_fit_no_kind_are_refused_before_anything_is_sent(stage: Stage) -> None:
    mixed = await stage.content(Sample("mixed", ("square.jpg", "reel.mp4")), "mixed")
    drive = await stage.drive()
    error = await stopped(drive, mixed, Rejected)
    assert isinstance(error, PlatformError)
    assert (error.field, drive.steps) == ("media", [])
