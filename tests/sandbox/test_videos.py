"""Videos: fetched and judged beside the request, and uploaded in pieces to rupload."""

from dataclasses import replace
from typing import Any

import pytest

from postwright.kit.probe import Probe
from postwright.sandbox.samples import sample
from postwright.sandbox.twins.instagram.limits import CHILD_VIDEO, REEL, STORY_VIDEO
from postwright.sandbox.twins.instagram.rules import video_faults
from tests.sandbox.client import Answer, Graph, Sandbox
from tests.support.waiting import eventually

GOOD = Probe(
    kind="video",
    mime="video/mp4",
    size_bytes=1_000_000,
    width=1080,
    height=1920,
    pixel_format="yuv420p",
    color_space="bt709",
    has_alpha=False,
    duration_s=30.0,
    fps=30.0,
    video_codec="h264",
    audio_codec="aac",
    audio_hz=48_000,
    audio_channels=2,
    bit_rate=8_000_000,
    faststart=True,
)


def changed(**changes: Any) -> Probe:  # noqa: ANN401 - fields of any type
    return replace(GOOD, **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"mime": "video/webm"},
        {"size_bytes": 400 * 1024 * 1024},
        {"width": 20_000, "height": 1000},
        {"width": 2160},
        {"duration_s": 2.0},
        {"duration_s": 1000.0},
        {"fps": 15.0},
        {"fps": 120.0},
        {"video_codec": "vp9"},
        {"audio_codec": "mp3"},
        {"audio_hz": 96_000},
        {"bit_rate": 40_000_000},
        {"faststart": False},
        {"kind": "image"},
    ],
)
def test_each_breach_of_the_reel_rule_is_found(changes: dict[str, object]) -> None:
    assert video_faults(changed(**changes), REEL)


@pytest.mark.parametrize(
    "changes", [{}, {"video_codec": "hevc", "mime": "video/quicktime"}, {"audio_codec": None, "audio_hz": None}]
)
def test_a_good_reel_has_no_fault(changes: dict[str, object]) -> None:
    assert video_faults(changed(**changes), REEL) == []


def test_stories_and_carousel_items_are_shorter() -> None:
    minute_and_more = changed(duration_s=75.0)
    assert video_faults(minute_and_more, REEL) == []
    assert video_faults(minute_and_more, STORY_VIDEO)
    assert video_faults(minute_and_more, CHILD_VIDEO)


async def test_a_reel_is_processed_and_published(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    container = await clara.reel(caption="pan", cover_url=sandbox.sample("story.jpg"), share_to_feed="false")
    assert (await clara.settled(container))["status_code"] == "FINISHED"
    media = (await clara.publish(container)).body["id"]
    shown = (await clara.get(media, fields="permalink,media_type,media_product_type,is_shared_to_feed")).body
    assert shown["permalink"].startswith("https://www.instagram.com/reel/")
    assert (shown["media_type"], shown["media_product_type"]) == ("VIDEO", "REELS")
    assert shown["is_shared_to_feed"] is False


async def test_processing_takes_virtual_time(sandbox: Sandbox) -> None:
    await sandbox.admin("seed", settings={"video_delay": 600.0})
    clara = await sandbox.clara()
    container = await clara.reel()
    assert await clara.status(container) == "IN_PROGRESS"

    async def fetched() -> bool:
        phase = (await clara.get(container, fields="video_status")).body["video_status"]["processing_phase"]
        return bool(phase["status"] != "not_started")

    await eventually(fetched)  # the fetch runs in real time, and the delay counts from its end
    assert (await clara.publish(container)).error == (9007, 2207027)
    await sandbox.admin("clock", advance_seconds=600)
    assert await clara.status(container) == "FINISHED"


@pytest.mark.parametrize("name", ["bad-too-short.mp4", "bad-late-index.mp4", "square.jpg"])
async def test_a_bad_video_ends_in_error_with_the_subcode(sandbox: Sandbox, name: str) -> None:
    clara = await sandbox.clara()
    settled = await clara.settled(await clara.reel(name))
    assert settled["status_code"] == "ERROR"
    assert "2207026" in settled["status"]
    assert (await clara.publish(settled["id"])).error == (-1, 2207032)


async def test_a_video_that_cannot_be_fetched_ends_in_error(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    settled = await clara.settled(await clara.reel("missing.mp4"))
    assert settled["status_code"] == "ERROR"
    assert "2207052" in settled["status"]


async def test_a_thumbnail_behind_the_end_is_an_error(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    assert (await clara.settled(await clara.reel(thumb_offset="9000")))["status_code"] == "ERROR"
    negative = await clara.container(media_type="REELS", video_url=sandbox.sample("reel.mp4"), thumb_offset="-1")
    assert negative.error == (1, 2207057)


async def test_a_bad_cover_is_refused_at_once(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    cover = sandbox.sample("picture.png")
    answer = await clara.container(media_type="REELS", video_url=sandbox.sample("reel.mp4"), cover_url=cover)
    assert answer.error == (36001, 2207005)


async def session(graph: Graph) -> tuple[str, str]:
    """A resumable container and the path of its upload address."""
    answer = await graph.container(media_type="REELS", upload_type="resumable", caption="uploaded")
    assert answer.status == 200, answer.body
    uri = answer.body["uri"]
    assert uri == f"{graph.sandbox.origin}/rupload.facebook.com/ig-api-upload/v25.0/{answer.body['id']}"
    return answer.body["id"], uri.removeprefix(graph.sandbox.origin)


async def send(graph: Graph, path: str, body: bytes, **headers: str) -> Answer:
    sent = {"authorization": f"OAuth {graph.token}", "content-type": "application/octet-stream", **headers}
    return await graph.sandbox.call("POST", path, data=body, headers=sent)


async def test_a_video_is_uploaded_in_one_piece(sandbox: Sandbox) -> None:
    ada = await sandbox.ada()
    container, path = await session(ada)
    assert await ada.status(container) == "IN_PROGRESS"
    reel = sample("reel.mp4")
    answer = await send(ada, path, reel, offset="0", file_size=str(len(reel)))
    assert answer.body["success"] is True
    assert answer.body["message"].startswith("Upload successful.")
    assert (await ada.settled(container))["status_code"] == "FINISHED"


async def test_a_broken_upload_goes_on_where_it_stopped(sandbox: Sandbox) -> None:
    ada = await sandbox.ada()
    container, path = await session(ada)
    reel, size = sample("reel.mp4"), str(len(sample("reel.mp4")))
    partial = await send(ada, path, reel[:50_000], offset="0", file_size=size)
    assert partial.status == 400
    assert partial.body["debug_info"]["type"] == "PartialRequestError"
    phase = (await ada.get(container, fields="video_status")).body["video_status"]["uploading_phase"]
    assert phase == {"status": "in_progress", "bytes_transferred": 50_000}
    wrong = await send(ada, path, reel, offset="0", file_size=size)
    assert wrong.body["debug_info"]["type"] == "OffsetInvalidError"
    rest = await send(ada, path, reel[50_000:], offset="50000", file_size=size)
    assert rest.status == 200
    assert (await ada.settled(container))["status_code"] == "FINISHED"


async def test_rupload_can_fetch_the_file_itself(sandbox: Sandbox) -> None:
    ada = await sandbox.ada()
    container, path = await session(ada)
    missing = await send(ada, path, b"", file_url=sandbox.sample("missing.mp4"))
    assert missing.body["debug_info"]["type"] == "ProcessingFailedError"
    fetched = await send(ada, path, b"", file_url=sandbox.sample("reel.mp4"))
    assert fetched.body["success"] is True
    assert (await ada.settled(container))["status_code"] == "FINISHED"


async def test_rupload_wants_its_own_authorization_scheme_and_headers(sandbox: Sandbox) -> None:
    ada = await sandbox.ada()
    _, path = await session(ada)
    bearer = await send(ada, path, b"x", authorization=f"Bearer {ada.token}", offset="0", file_size="1")
    assert (bearer.status, bearer.body["debug_info"]["type"]) == (401, "NotAuthorizedError")
    bare = await send(ada, path, b"x")
    assert bare.body["debug_info"]["type"] == "HeaderMissingError"
    unknown = await send(ada, path + "1", b"x", offset="0", file_size="1")
    assert unknown.status == 404


async def test_instagram_login_has_no_resumable_upload_unless_switched_on(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    refused = await clara.container(media_type="REELS", upload_type="resumable")
    assert refused.error == (100, None)
    await sandbox.admin("seed", settings={"upload_on_every_login": True})
    await session(clara)
