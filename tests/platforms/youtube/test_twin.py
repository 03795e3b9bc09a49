"""What only YouTube does, against its twin in the sandbox."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from postwright.domain.errors import Rejected
from postwright.domain.post import Content
from postwright.domain.publication import Checkpoint, StepKind
from postwright.kit.http import NoReply, Request
from postwright.platforms.base import Landed, NotLanded
from postwright.platforms.youtube.api import api
from postwright.platforms.youtube.spec import API, CHUNK
from tests.platforms.stage import CASES, Door, Sample, Stage, stage_of
from tests.platforms.youtube.facts import MANAGE, padded
from tests.support.publishing import Drive

(CASE,) = [case for case in CASES if case.adapter.spec.id == "youtube"]
PUT = CASE.facts.commit


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with stage_of(CASE) as found:
        yield found


async def large(stage: Stage, caption: str) -> Content:
    """A video of three chunks."""
    made = await stage.simple(caption)
    (attachment,) = made.attachments
    whole = padded(stage.files[attachment.media.id], 2 * CHUNK)
    stage.files[attachment.media.id] = whole
    facts = replace(attachment.media.facts, size_bytes=len(whole))
    return replace(made, attachments=(replace(attachment, media=replace(attachment.media, facts=facts)),))


async def broken(drive: Drive, made: Content, start: Checkpoint | None = None) -> Checkpoint:
    """Go on until a reply is lost; the step that it was lost in."""
    with pytest.raises(NoReply):
        await drive.to_the_end(made, start)
    assert drive.checkpoint is not None
    return drive.checkpoint


async def playlist(stage: Stage, drive: Drive) -> str:
    """A playlist of the channel, as the person would have made it."""
    request = Request("POST", f"{API}/playlists", query={"part": "snippet"}, json={"snippet": {"title": "Cups"}})
    await api(drive.call).send(request)
    (made,) = (await stage.adapter.choices(drive.call))["playlist_id"]
    assert made.label == "Cups"
    return made.value


@pytest.mark.parametrize("kind", ["cut_before", "cut_after"])
async def test_an_upload_that_was_cut_at_each_chunk_appears_once(stage: Stage, kind: str) -> None:
    target, made = await stage.connect(), await large(stage, "three chunks")
    drive = await stage.drive(target)
    drive.checkpoint = await drive.until("send", made)
    for step in ("send", "send", "finish"):
        assert drive.checkpoint.step == step
        await stage.fault(kind, PUT)
        await broken(drive, made, drive.checkpoint)
        if step == "send":
            await drive.step(made)
    assert stage.adapter.spec.steps[drive.checkpoint.step] is StepKind.COMMIT
    again = await stage.drive(target)
    verdict = await stage.adapter.reconcile(again.call, made, drive.checkpoint, stage.clock.now())
    assert isinstance(verdict, Landed if kind == "cut_after" else NotLanded)
    await again.to_the_end(made, verdict.checkpoint)
    assert len(await stage.posts("three chunks")) == 1


async def test_all_that_can_be_chosen_is_understood(stage: Stage) -> None:
    drive = await stage.drive()
    first = await playlist(stage, drive)
    later = (stage.clock.now() + timedelta(days=1)).isoformat()
    common: dict[str, object] = {"title": "A title", "tags": ["a", "b c"], "license": "creativeCommon"}
    for options in (
        {**common, "playlist_id": first, "first_comment": "First!", "notify_subscribers": False},
        {**common, "privacy": "private", "publish_at": later, "embeddable": False, "made_for_kids": True},
        {**common, "privacy": "unlisted", "contains_synthetic_media": True, "category_id": "10"},
    ):
        sample = Sample("chosen", ("picture.png", "reel.mp4"), options)
        published = await drive.to_the_end(await stage.content(sample, "chosen"))
        assert published.warnings == (), options


@pytest.mark.parametrize(
    ("door", "step"),
    [(Door("POST", "/v3/playlistItems$"), "playlist"), (Door("POST", "/commentThreads$"), "first_comment")],
)
async def test_what_follows_a_video_is_done_once_though_its_reply_was_lost(stage: Stage, door: Door, step: str) -> None:
    drive = await stage.drive()
    first = await playlist(stage, drive)
    options = {"playlist_id": first, "first_comment": "Only once"}
    for kind, verdict in (("cut_before", NotLanded), ("cut_after", Landed)):
        made = await stage.content(Sample("followed", ("reel.mp4",), options), f"followed {kind}")
        await stage.fault(kind, door)
        point = await broken(drive, made)
        assert point.step == step
        found = await stage.adapter.reconcile(drive.call, made, point, stage.clock.now())
        assert isinstance(found, verdict)
        published = await drive.to_the_end(made, found.checkpoint)
        assert published.warnings == ()


async def test_without_the_permission_to_manage_videos_go_out_with_a_warning(stage: Stage) -> None:
    given = [scope.name for scope in CASE.login.scopes if scope.name != MANAGE]
    target = await stage.connect(sandbox_scopes=",".join(given))
    drive = await stage.drive(target)
    made = await stage.content(Sample("commented", ("reel.mp4",), {"first_comment": "First!"}), "no comment")
    published = await drive.to_the_end(made)
    assert "lacks a permission" in published.warnings[0]
    assert len(await stage.posts("no comment")) == 1


async def test_the_same_file_twice_is_refused_with_the_reason(stage: Stage) -> None:
    drive, made = await stage.drive(), await stage.simple("twice")
    await drive.to_the_end(made)
    with pytest.raises(Rejected, match="the same video already"):
        await drive.to_the_end(made)
