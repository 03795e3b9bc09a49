"""Uploads: chunks, resumption after cuts and crashes, and what becomes of a lost last chunk."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from postwright.domain.errors import AuthExpired, PlatformError, Rejected, Surprise, Unavailable, Uncertain
from postwright.domain.post import Content
from postwright.domain.publication import Checkpoint
from postwright.kit.http import NoReply
from postwright.platforms.base import CannotTell, Landed, NotLanded, NotSeen, Published, Verdict
from postwright.platforms.youtube.adapter import YouTube
from postwright.platforms.youtube.options import YouTubeOptions
from postwright.platforms.youtube.spec import CHUNK
from tests.platforms.youtube.fake import LIST, LOOK, OPEN, PUT, SESSION, Script
from tests.support.publishing import BytesInMemory, content, video

SMALL, LARGE = 5_000, 2 * CHUNK + 5_000
MADE = {"id": "v1", "kind": "youtube#video", "status": {"uploadStatus": "uploaded"}}


def post(size: int, **options: object) -> tuple[Content, BytesInMemory]:
    """A video whose bytes tell their places."""
    attachment = video(size=size)
    whole = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    made = content(YouTubeOptions.model_validate(options), attachment)
    return made, BytesInMemory({attachment.media.id: whole}, chunk=1 << 20)


def at_finish(offset: int = 0, **notes: int) -> Checkpoint:
    return Checkpoint("finish", {"kind": "video", "session": SESSION, "offset": offset, **notes})


def listed(title: str, at: datetime, video_id: str = "v1") -> Mapping[str, object]:
    told = {"title": title, "publishedAt": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "resourceId": {"videoId": video_id}}
    return {"snippet": told}


async def ask(script: Script, made: Content, files: BytesInMemory, point: Checkpoint) -> Verdict:
    return await YouTube().reconcile(script.call(files), made, point, script.clock.now())


async def test_a_small_video_is_one_chunk(script: Script) -> None:
    made, files = post(SMALL, notify_subscribers=False, tags=["a"])
    script.opened()
    script.to(PUT, 200, MADE)
    script.looked(uploadStatus="uploaded")
    script.looked(uploadStatus="processed")
    drive = script.drive(files)
    published = await drive.to_the_end(made)
    assert published == Published("v1", "https://www.youtube.com/watch?v=v1")
    assert (script.calls(), drive.delays) == ([OPEN, PUT, LOOK, LOOK], [10, 15])
    opened, put = script.seen[0], script.seen[1]
    assert opened.query == {"uploadType": "resumable", "part": "snippet,status", "notifySubscribers": "false"}
    assert opened.headers["x-upload-content-length"] == str(SMALL)
    assert opened.headers["x-upload-content-type"] == "video/mp4"
    assert opened.headers["content-type"] == "application/json; charset=UTF-8"
    assert put.headers["content-range"] == f"bytes 0-{SMALL - 1}/{SMALL}"
    assert put.headers["authorization"] == "Bearer token"
    assert put.body == files.content[made.attachments[0].media.id]


async def test_a_large_video_goes_up_chunk_by_chunk(script: Script) -> None:
    made, files = post(LARGE)
    script.opened()
    script.to(PUT, 308)
    script.to(PUT, 308, None, Range=f"bytes=0-{CHUNK - 1}")
    script.to(PUT, 308, None, Range=f"bytes=0-{CHUNK - 1}")
    script.to(PUT, 308, None, Range=f"bytes=0-{2 * CHUNK - 1}")
    script.to(PUT, 201, MADE)
    script.looked(uploadStatus="processed")
    drive = script.drive(files)
    await drive.to_the_end(made)
    assert drive.steps == ["open", "send", "send", "finish", "process"]
    assert script.ranges() == [
        f"bytes */{LARGE}",
        f"bytes 0-{CHUNK - 1}/{LARGE}",
        f"bytes */{LARGE}",
        f"bytes {CHUNK}-{2 * CHUNK - 1}/{LARGE}",
        f"bytes {2 * CHUNK}-{LARGE - 1}/{LARGE}",
    ]
    sent = b"".join(seen.body for seen in script.seen if seen.call == PUT)
    assert sent == files.content[made.attachments[0].media.id]
    assert {seen.headers["content-length"] for seen in script.seen if seen.call == PUT and not seen.body} == {"0"}


async def test_after_a_cut_a_new_run_goes_on_from_where_youtube_stands(script: Script) -> None:
    made, files = post(LARGE)
    script.opened()
    script.to(PUT, 308)
    script.cut(PUT)
    drive = script.drive(files)
    with pytest.raises(NoReply):
        await drive.to_the_end(made)
    assert drive.checkpoint is not None
    script.to(PUT, 308, None, Range="bytes=0-262143")
    script.to(PUT, 308, None, Range=f"bytes=0-{262_143 + CHUNK}")
    script.to(PUT, 200, MADE)
    script.looked(uploadStatus="processed")
    await script.drive(files).to_the_end(made, drive.checkpoint)
    assert script.ranges()[3] == f"bytes 262144-{262_143 + CHUNK}/{LARGE}"
    assert script.ranges()[4] == f"bytes {262_144 + CHUNK}-{LARGE - 1}/{LARGE}"


async def test_a_lost_session_is_opened_anew_but_not_for_ever(script: Script) -> None:
    made, files = post(LARGE)
    for _ in range(3):
        script.opened()
        script.to(PUT, 404)
    with pytest.raises(Rejected, match="lost the video several times"):
        await script.drive(files).to_the_end(made)
    assert script.calls().count(OPEN) == 3


async def test_a_chunk_of_which_nothing_was_taken_is_no_progress(script: Script) -> None:
    made, files = post(LARGE)
    script.to(PUT, 308)
    script.to(PUT, 308)
    with pytest.raises(Unavailable):
        await script.drive(files).to_the_end(made, replace(at_finish(), step="send"))


async def test_a_last_chunk_that_did_not_arrive_whole_is_sent_on(script: Script) -> None:
    made, files = post(SMALL)
    script.to(PUT, 308, None, Range="bytes=0-999")
    script.to(PUT, 200, MADE)
    script.looked(uploadStatus="processed")
    drive = script.drive(files)
    await drive.to_the_end(made, at_finish())
    assert drive.steps == ["finish", "finish", "process"]
    assert script.ranges()[1] == f"bytes 1000-{SMALL - 1}/{SMALL}"


@pytest.mark.parametrize(
    ("status", "error"), [(404, Uncertain), (410, Uncertain), (503, Uncertain), (200, Surprise), (401, AuthExpired)]
)
async def test_the_last_chunk_never_fails_for_certain_without_a_word_from_youtube(
    script: Script, status: int, error: type[PlatformError]
) -> None:
    made, files = post(SMALL)
    script.to(PUT, status, b"<html>")
    with pytest.raises(error):
        await script.drive(files).to_the_end(made, at_finish())


async def test_a_range_nobody_understands_is_a_surprise(script: Script) -> None:
    made, files = post(SMALL)
    script.to(PUT, 308, None, Range="bytes=5-9")
    with pytest.raises(Surprise):
        await ask(script, made, files, at_finish())


async def test_the_session_tells_whether_the_video_is_there(script: Script) -> None:
    made, files = post(SMALL)
    script.to(PUT, 201, MADE)
    landed = await ask(script, made, files, at_finish())
    assert isinstance(landed, Landed)
    assert (landed.checkpoint.step, landed.checkpoint.text("video")) == ("process", "v1")
    assert landed.checkpoint.external_id is None
    script.to(PUT, 308, None, Range="bytes=0-999")
    behind = await ask(script, made, files, at_finish(2_000))
    assert isinstance(behind, NotLanded)
    assert (behind.checkpoint.step, behind.checkpoint.notes["offset"]) == ("finish", 1_000)
    assert script.ranges() == [f"bytes */{SMALL}"] * 2


async def test_an_upload_that_fell_far_back_goes_on_in_chunks(script: Script) -> None:
    made, files = post(LARGE)
    script.to(PUT, 308)
    verdict = await ask(script, made, files, at_finish(2 * CHUNK))
    assert isinstance(verdict, NotLanded)
    assert (verdict.checkpoint.step, verdict.checkpoint.notes["offset"]) == ("send", 0)


async def test_a_whole_file_without_its_video_is_asked_for_once_more(script: Script) -> None:
    made, files = post(SMALL)
    script.to(PUT, 308, None, Range=f"bytes=0-{SMALL - 1}")
    with pytest.raises(Unavailable):
        await ask(script, made, files, at_finish())


async def test_where_the_session_is_gone_the_uploads_tell(script: Script) -> None:
    made, files = post(SMALL)
    now = script.clock.now()
    script.to(PUT, 404)
    others = [listed("Other", now, "v8"), listed("Hello", now - timedelta(minutes=2), "v9")]
    script.to(LIST, 200, {"items": [listed(" Hello ", now), *others]})
    verdict = await ask(script, made, files, at_finish())
    assert isinstance(verdict, Landed)
    assert verdict.checkpoint.text("video") == "v1"
    assert script.seen[-1].query["playlistId"] == "UU123"


async def test_two_uploads_of_one_title_are_for_a_person_to_tell_apart(script: Script) -> None:
    made, files = post(SMALL)
    now = script.clock.now()
    script.to(PUT, 404)
    script.to(LIST, 200, {"items": [listed("Hello", now), listed("Hello", now, "v2")]})
    assert isinstance(await ask(script, made, files, at_finish()), CannotTell)


async def test_what_is_not_among_the_uploads_is_begun_anew_when_that_counts(script: Script) -> None:
    made, files = post(SMALL)
    script.to(PUT, 404)
    script.to(LIST, 200, {})
    verdict = await YouTube().reconcile(script.call(files), made, at_finish(restarts=1), script.clock.now())
    assert verdict == NotSeen(Checkpoint("open", {"kind": "video", "restarts": 2}))


async def test_a_time_to_go_public_that_has_passed_is_refused_before_anything_is_spent(script: Script) -> None:
    made, files = post(SMALL, privacy="private", publish_at=datetime(2020, 1, 1, tzinfo=UTC))
    with pytest.raises(Rejected) as caught:
        await script.drive(files).to_the_end(made)
    assert caught.value.field == "options.publish_at"
    assert script.seen == []


async def test_a_session_without_an_address_is_a_surprise(script: Script) -> None:
    made, files = post(SMALL)
    script.to(OPEN, 200)
    with pytest.raises(Surprise):
        await script.drive(files).to_the_end(made)
