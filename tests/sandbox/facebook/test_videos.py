"""Videos in one call and in chunks, reels and video stories through rupload, their status; webhooks of a Page."""

from dataclasses import replace

import pytest

from postwright.sandbox.samples import sample
from postwright.sandbox.twins.facebook.limits import FEED_VIDEO, REEL, STORY_VIDEO
from postwright.sandbox.twins.facebook.videos import verdict
from tests.sandbox.client import HARBOUR_PAGE, Sandbox
from tests.sandbox.facebook.client import DAY, connect
from tests.sandbox.test_videos import GOOD
from tests.sandbox.test_webhooks import SECRETS, Receiver, receiver
from tests.support.waiting import eventually

__all__ = ["receiver"]


async def test_a_video_is_fetched_processed_and_shown(sandbox: Sandbox) -> None:
    await sandbox.admin("seed", settings={"video_delay": 600.0})
    page = await connect(sandbox)
    form = {"title": "Pan", "description": "over the quay"}
    video = await page.made("videos", file_url=sandbox.sample("reel.mp4"), **form)
    status = await page.video_status(video)
    assert (status["video_status"], status["uploading_phase"]["status"]) == ("processing", "complete")
    assert status["publishing_phase"]["publish_status"] == "not_published"
    assert await sandbox.posts() == []
    await sandbox.admin("clock", advance_seconds=600)
    status = await page.video_status(video)
    assert (status["video_status"], status["processing_phase"]) == ("ready", {"status": "complete"})
    assert status["publishing_phase"]["publish_status"] == "published"
    shown = (await page.get(video, fields="permalink_url,published,post_id,title,length")).body
    assert shown["permalink_url"] == f"/harbourcoffee/videos/{video}/"
    (public,) = await sandbox.posts()
    assert (public["kind"], public["id"], public["caption"]) == ("video", shown["post_id"], "over the quay")
    assert public["url"] == f"https://www.facebook.com{shown['permalink_url']}"
    assert (public["title"], shown["published"]) == ("Pan", True)
    assert (await page.listed("videos"), await page.listed("video_reels")) == ([video], [])
    assert (await page.post(f"{video}/comments", message="where it was made")).status == 200


async def test_processing_ends_by_itself(sandbox: Sandbox) -> None:
    await sandbox.admin("seed", settings={"video_delay": 0.1})
    page = await connect(sandbox)
    await page.made("videos", file_url=sandbox.sample("reel.mp4"))
    assert [public["kind"] for public in await eventually(sandbox.posts)] == ["video"]


@pytest.mark.parametrize(
    ("name", "code"), [("missing.mp4", 389), ("square.jpg", 352), ("bad-text.jpg", 382), (None, 6000)]
)
async def test_a_bad_video_file_is_refused(sandbox: Sandbox, name: str | None, code: int) -> None:
    page = await connect(sandbox)
    refused = await page.create("videos", **({"file_url": sandbox.sample(name)} if name else {}))
    assert refused.error[0] == code


async def test_a_video_is_sent_with_its_thumbnail_and_given_another(sandbox: Sandbox) -> None:
    page = await connect(sandbox)
    files = {"source": sample("reel.mp4"), "thumb": sample("portrait.jpg")}
    video = (await page.send("videos", files)).body["id"]
    (first,) = (await page.get(f"{video}/thumbnails")).body["data"]
    assert first["is_preferred"] is True
    other = replace(page, account=video)
    await other.send("thumbnails", {"source": sample("square.jpg")}, is_preferred="true")
    listed = (await page.get(f"{video}/thumbnails")).body["data"]
    assert [item["is_preferred"] for item in listed] == [False, True]
    assert [public["thumbnail"] for public in await sandbox.posts()] == [listed[1]["uri"]]
    assert (await other.send("thumbnails", {"source": b"words"})).error == (324, 2069019)
    assert (await page.delete(video)).body == {"success": True}
    assert await sandbox.posts() == []


async def test_a_video_comes_in_chunks_on_its_own_host(sandbox: Sandbox) -> None:
    page = replace(await connect(sandbox), host="graph-video.facebook.com")
    content = sample("reel.mp4")
    begun = (await page.create("videos", upload_phase="start", file_size=str(len(content)))).body
    session, video = begun["upload_session_id"], begun["video_id"]
    assert begun["start_offset"] == "0"
    early = await page.create("videos", upload_phase="finish", upload_session_id=session)
    assert early.error == (6000, None)
    pieces = 0
    while begun["start_offset"] != begun["end_offset"]:
        start, end = int(begun["start_offset"]), int(begun["end_offset"])
        form = {"upload_phase": "transfer", "upload_session_id": session, "start_offset": str(start)}
        begun = (await page.send("videos", {"video_file_chunk": content[start:end]}, **form)).body
        pieces += 1
        if pieces == 1:
            again = await page.send("videos", {"video_file_chunk": content[start:end]}, **form)
            assert again.error == (6001, 1363037)
            assert (await page.video_status(video))["uploading_phase"] == {
                "status": "in_progress",
                "bytes_transfered": end,
            }
    assert (pieces > 1, begun["end_offset"]) == (True, str(len(content)))
    done = await page.create("videos", upload_phase="finish", upload_session_id=session, description="in pieces")
    assert done.body == {"success": True}
    assert [public["video_id"] for public in await sandbox.posts()] == [video]
    assert (await page.create("videos", upload_phase="finish", upload_session_id=session)).error == (100, 33)


async def test_a_chunked_upload_can_be_canceled(sandbox: Sandbox) -> None:
    page = await connect(sandbox)
    begun = (await page.create("videos", upload_phase="start", file_size="2048")).body
    canceled = await page.create("videos", upload_phase="cancel", upload_session_id=begun["upload_session_id"])
    assert canceled.body == {"success": True}
    assert (await page.get(begun["video_id"])).error == (100, 33)
    assert (await page.create("videos", upload_phase="start", file_size="0")).error == (100, None)
    assert (await page.create("videos", upload_phase="pause")).error == (100, None)


async def test_a_reel_is_uploaded_with_a_break_and_published_once(sandbox: Sandbox) -> None:
    page = await connect(sandbox)
    video, path = await page.started()
    content, size = sample("reel.mp4"), str(len(sample("reel.mp4")))
    assert (await page.video_status(video))["video_status"] == "uploading"
    assert (await page.finish(video)).error == (6000, None)
    partial = await page.upload(path, content[:50_000], offset="0", file_size=size)
    assert (partial.status, partial.body["debug_info"]["type"]) == (400, "PartialRequestError")
    assert (await page.video_status(video))["uploading_phase"]["bytes_transfered"] == 50_000
    wrong = await page.upload(path, content, offset="0", file_size=size)
    assert wrong.body["debug_info"]["type"] == "OffsetInvalidError"
    assert (await page.upload(path, content[50_000:], offset="50000", file_size=size)).body == {"success": True}
    assert (await page.video_status(video))["video_status"] == "upload_complete"
    closed = await page.upload(path, content, offset="0", file_size=size)
    assert closed.body["debug_info"]["type"] == "ProcessingFailedError"
    assert (await page.finish(video, description="pan", title="Quay")).body == {"success": True}
    assert (await page.finish(video)).error == (100, None)
    (public,) = await sandbox.posts()
    assert (public["kind"], public["url"]) == ("reel", f"https://www.facebook.com/reel/{video}/")
    assert (await page.get(video, fields="permalink_url")).body["permalink_url"] == f"/reel/{video}/"
    assert (await page.listed("video_reels"), await page.listed("feed")) == ([video], [public["id"]])


async def test_rupload_fetches_hosted_files_but_not_the_platforms_own(sandbox: Sandbox) -> None:
    page = await connect(sandbox)
    video, path = await page.started()
    for url in (sandbox.sample("missing.mp4"), "https://video.xx.fbcdn.net/v.mp4"):
        assert (await page.upload(path, b"", file_url=url)).body["debug_info"]["type"] == "ProcessingFailedError"
    bearer = await page.upload(path, b"", authorization=f"Bearer {page.token}", file_url=sandbox.sample("reel.mp4"))
    assert bearer.status == 401
    assert (await page.upload(path, b"", file_url=sandbox.sample("reel.mp4"))).body == {"success": True}
    assert (await page.finish(video)).status == 200


async def test_a_finish_sent_twice_while_processing_makes_one_post(sandbox: Sandbox) -> None:
    await sandbox.admin("seed", settings={"video_delay": 60.0})
    page = await connect(sandbox)
    video = await page.uploaded()
    assert [(await page.finish(video)).status for _ in range(2)] == [200, 200]
    await sandbox.admin("clock", advance_seconds=60)
    assert len(await sandbox.posts()) == 1


async def test_a_reel_is_a_draft_or_waits(sandbox: Sandbox) -> None:
    page = await connect(sandbox)
    draft, later = await page.uploaded(), await page.uploaded()
    assert (await page.finish(draft, "DRAFT")).status == 200
    assert (await page.video_status(draft))["publishing_phase"]["publish_status"] == "draft"
    assert (await page.finish(later, "SCHEDULED")).error == (100, None)
    too_far = await page.in_seconds(29 * DAY + 9)
    assert (await page.finish(later, "SCHEDULED", scheduled_publish_time=too_far)).error == (100, None)
    assert (await page.finish(later, "SCHEDULED", scheduled_publish_time=await page.in_seconds(DAY))).status == 200
    assert (await page.video_status(later))["publishing_phase"]["publish_status"] == "scheduled"
    assert (await page.finish(later, "SOON")).error == (100, None)
    await sandbox.admin("clock", advance_seconds=DAY + 1)
    assert [public["video_id"] for public in await sandbox.posts()] == [later]


async def test_a_bad_reel_fails_in_processing(sandbox: Sandbox) -> None:
    page = await connect(sandbox)
    video = await page.uploaded(name="bad-too-short.mp4")
    assert (await page.finish(video)).status == 200
    status = await page.video_status(video)
    assert (status["video_status"], status["processing_phase"]["error"]["code"]) == ("error", 1363128)
    assert status["publishing_phase"]["publish_status"] == "error"
    assert await sandbox.posts() == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, None),
        ({"width": 1080, "height": 1080}, 1363040),
        ({"width": 270, "height": 480}, 1363127),
        ({"duration_s": 2.9}, 1363128),
        ({"duration_s": 92.0}, 1363128),
        ({"fps": 15.0}, 1363129),
        ({"video_codec": "mpeg4"}, 1363024),
        ({"audio_codec": "mp3"}, 1363024),
        ({"mime": "video/webm"}, 1363024),
        ({"kind": "image"}, 1363024),
    ],
)
def test_each_breach_of_the_reel_rule_has_its_code(changes: dict[str, object], code: int | None) -> None:
    fault = verdict(replace(GOOD, **changes), REEL)  # type: ignore[arg-type]  # fields of any type
    assert (fault and fault.code) == code


def test_stories_are_shorter_and_feed_videos_may_be_wide() -> None:
    minute_and_more = replace(GOOD, duration_s=75.0)
    assert (verdict(minute_and_more, REEL), verdict(minute_and_more, STORY_VIDEO) is None) == (None, False)
    assert verdict(replace(GOOD, width=1920, height=1080), FEED_VIDEO) is None


async def test_thirty_reels_a_day(sandbox: Sandbox) -> None:
    await sandbox.admin("seed", settings={"calls_per_hour": 1000})
    page = await connect(sandbox)
    for _ in range(30):
        assert (await page.finish(await page.uploaded())).status == 200
    last = await page.uploaded()
    assert (await page.finish(last)).error == (613, None)
    await sandbox.admin("clock", advance_seconds=DAY)
    assert (await page.finish(last)).status == 200
    await sandbox.admin("seed", settings={"vendor_limits": False})
    assert {(await page.finish(await page.uploaded())).status for _ in range(31)} == {200}


async def test_a_video_story_is_published_at_once(sandbox: Sandbox) -> None:
    page = await connect(sandbox)
    video = await page.uploaded("video_stories")
    assert (await page.finish(video)).error == (100, 33)
    told = (await page.create("video_stories", upload_phase="finish", video_id=video)).body
    (public,) = await sandbox.posts()
    assert (told["success"], public["id"], public["kind"]) == (True, told["post_id"], "story")
    (story,) = (await page.get(f"{page.account}/stories")).body["data"]
    assert (story["media_type"], story["media_id"]) == ("video", video)


async def test_webhooks_tell_of_posts_and_videos(sandbox: Sandbox, receiver: Receiver) -> None:
    await sandbox.admin("seed", webhooks={"facebook": {"url": receiver.url, "verify_token": "letmein"}})
    page = await connect(sandbox)
    post = await page.made("feed", message="hello")

    async def change() -> tuple[str, dict[str, object]]:
        entry = await receiver.event(SECRETS["facebook"])
        assert entry["id"] == HARBOUR_PAGE
        (told,) = entry["changes"]
        return told["field"], told["value"]

    field, value = await change()
    assert (field, value["item"], value["verb"], value["post_id"]) == ("feed", "status", "add", post)
    assert (value["message"], value["from"]) == ("hello", {"id": HARBOUR_PAGE, "name": "Harbour Coffee"})
    await page.delete(post)
    _, value = await change()
    assert (value["verb"], value["post_id"]) == ("remove", post)
    video = await page.made("videos", file_url=sandbox.sample("reel.mp4"))
    told = dict([await change(), await change()])
    assert told["videos"] == {"id": video, "status": {"video_status": "ready"}}
    assert told["feed"]["item"] == "video"
