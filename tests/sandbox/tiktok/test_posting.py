"""TikTok's Content Posting API: creators, videos, photos, drafts, status, what is refused and why."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from postwright.sandbox.samples import sample
from tests.sandbox.client import Body, Sandbox
from tests.sandbox.tiktok.client import (
    CREATOR,
    DRAFT_INIT,
    PHOTO_INIT,
    PUBLIC,
    STATUS,
    TikTok,
    code_of,
    connect,
)
from tests.support.media_files import picture, video
from tests.support.waiting import eventually, free_port

UNAUDITED = "sandbox-tiktok-unaudited"


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[str]:
    """A web server with files of its own and a redirect."""
    app = web.Application()
    app.router.add_static("/files", tmp_path)

    async def elsewhere(_: web.Request) -> web.Response:
        raise web.HTTPFound("/files/photo.jpg")

    app.router.add_get("/redirect", elsewhere)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield f"http://127.0.0.1:{port}"
    await runner.cleanup()


async def test_creators_differ_by_account(sandbox: Sandbox) -> None:
    ada = (await (await connect(sandbox)).post(CREATOR)).body
    assert ada["error"] | {"log_id": ""} == {"code": "ok", "message": "", "log_id": ""}
    assert ada["data"]["privacy_level_options"] == ["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"]
    assert (ada["data"]["creator_username"], ada["data"]["duet_disabled"]) == ("harbourcoffee", False)
    ben = (await (await connect(sandbox, sandbox_person="ben")).post(CREATOR)).body["data"]
    assert ben["privacy_level_options"] == ["FOLLOWER_OF_CREATOR", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"]
    assert (ben["stitch_disabled"], ben["max_video_post_duration_sec"]) == (True, 300)


async def test_a_pulled_video_appears_once_with_what_was_asked(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    begun = await ada.pull(info={"disable_duet": True, "is_aigc": True, "video_cover_timestamp_ms": 1000})
    assert begun.body["data"]["publish_id"].startswith("v_pub_url~v2-1.")
    assert "upload_url" not in begun.body["data"]
    told = await ada.settled(begun)
    (post,) = await sandbox.posts()
    assert post["publish_id"] == begun.body["data"]["publish_id"]
    assert told["publicaly_available_post_id"] == [int(post["id"])]
    assert told["downloaded_bytes"] == len(sample("reel.mp4"))
    assert post["url"] == f"https://www.tiktok.com/@harbourcoffee/video/{post['id']}"
    assert (post["kind"], post["caption"], post["privacy_level"]) == ("video", PUBLIC["title"], PUBLIC["privacy_level"])
    assert (post["disable_duet"], post["disable_stitch"], post["is_aigc"]) == (True, False, True)


async def test_photos_are_one_picture_or_a_carousel(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    begun = await ada.photos("square.jpg", "landscape.jpg", cover=1, description="From the quay", auto_add_music=True)
    assert begun.body["data"]["publish_id"].startswith("p_pub_url~v2.")
    await ada.settled(begun)
    await ada.settled(await ada.photos("square.jpg"))
    both, one = await sandbox.posts()
    assert (both["kind"], both["caption"], both["title"]) == ("carousel", "From the quay", PUBLIC["title"])
    assert (both["photo_cover_index"], len(both["media"])) == (1, 2)
    assert "/photo/" in both["url"]
    assert (one["kind"], one["caption"]) == ("image", PUBLIC["title"])


async def test_a_private_post_has_no_id_to_tell_and_is_in_no_list(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    told = await ada.settled(await ada.pull(info={"privacy_level": "SELF_ONLY"}))
    assert (told["status"], told["publicaly_available_post_id"]) == ("PUBLISH_COMPLETE", [])
    (post,) = await sandbox.posts()
    assert post["privacy_level"] == "SELF_ONLY"
    assert (await ada.post("video/list/?fields=id", {})).body["data"]["videos"] == []


async def test_drafts_go_to_the_inbox_and_nobody_sees_them(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    source = {"source": "PULL_FROM_URL", "video_url": sandbox.sample("reel.mp4")}
    begun = await ada.post(DRAFT_INIT, {"source_info": source})
    assert begun.body["data"]["publish_id"].startswith("v_inbox_url~v2.")
    assert (await ada.settled(begun))["status"] == "SEND_TO_USER_INBOX"
    photos = await ada.photos("square.jpg", mode="MEDIA_UPLOAD")
    assert photos.body["data"]["publish_id"].startswith("p_inbox_url~v2.")
    assert (await ada.settled(photos))["status"] == "SEND_TO_USER_INBOX"
    assert await sandbox.posts() == []
    assert code_of(await ada.post(DRAFT_INIT, {"source_info": source, "post_info": PUBLIC})) == "invalid_param"


async def test_processing_and_moderation_take_their_time(sandbox: Sandbox) -> None:
    await sandbox.admin("seed", settings={"video_delay": 30})
    ada, reel = await connect(sandbox), sample("reel.mp4")
    begun = (await ada.init(len(reel))).body["data"]
    await ada.put(begun["upload_url"], reel, 0, len(reel))
    assert (await ada.status(begun["publish_id"]))["status"] == "PROCESSING_UPLOAD"
    assert await sandbox.posts() == []
    await sandbox.admin("clock", advance_seconds=30)
    told = await ada.status(begun["publish_id"])
    assert (told["status"], told["publicaly_available_post_id"]) == ("PUBLISH_COMPLETE", [])
    assert len(await sandbox.posts()) == 1
    await sandbox.admin("clock", advance_seconds=30)
    assert len((await ada.status(begun["publish_id"]))["publicaly_available_post_id"]) == 1


@pytest.mark.parametrize(
    ("info", "status", "code"),
    [
        ({"privacy_level": "FOLLOWER_OF_CREATOR"}, 403, "privacy_level_option_mismatch"),
        ({"privacy_level": "PUBLIC"}, 400, "invalid_param"),
        ({"privacy_level": None}, 400, "invalid_param"),
        ({"title": "é" * 2201}, 400, "invalid_param"),
        ({"title": 5}, 400, "invalid_param"),
        ({"disable_duet": "false"}, 400, "invalid_param"),
        ({"video_cover_timestamp_ms": -1}, 400, "invalid_param"),
        ({"caption": "lost"}, 400, "invalid_param"),
        ({"brand_content_toggle": True, "privacy_level": "SELF_ONLY"}, 400, "invalid_param"),
    ],
)
async def test_a_wrong_post_info_is_refused(sandbox: Sandbox, info: dict[str, object], status: int, code: str) -> None:
    answer = await (await connect(sandbox)).pull(info=info)
    assert (answer.status, code_of(answer)) == (status, code)
    assert answer.body["data"] == {}
    assert await sandbox.posts() == []


async def test_text_counts_in_utf16_units(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    assert (await ada.init(1000, title="🚲" * 1100)).status == 200
    assert (await ada.init(1000, title="🚲" * 1100 + "a")).status == 400
    assert (await ada.photos("square.jpg", title="a" * 90, description="b" * 4000)).status == 200
    assert (await ada.photos("square.jpg", title="a" * 91)).status == 400
    assert (await ada.photos("square.jpg", description="b" * 4001)).status == 400


async def test_wrong_sources_and_bodies_are_refused(sandbox: Sandbox) -> None:
    await sandbox.admin("seed", settings={"vendor_limits": False})
    ada = await connect(sandbox)
    pull = {"source": "PULL_FROM_URL", "video_url": sandbox.sample("reel.mp4")}
    urls = [sandbox.sample("square.jpg")]
    photos = {"source": "PULL_FROM_URL", "photo_images": urls}
    for source in ({"source": "MAIL"}, {**pull, "video_size": 5}, {"source": "PULL_FROM_URL"}, {}):
        answer = await ada.post(DRAFT_INIT, {"source_info": source})
        assert code_of(answer) == "invalid_param"
    body = {"media_type": "PHOTO", "post_mode": "DIRECT_POST", "post_info": PUBLIC, "source_info": photos}
    for change in (
        {"post_mode": "DIRECT POST"},
        {"media_type": "VIDEO"},
        {"source_info": {**photos, "source": "FILE_UPLOAD"}},
        {"source_info": {**photos, "photo_cover_index": 1}},
        {"source_info": {**photos, "photo_images": urls * 36}},
        {"source_info": {**photos, "photo_images": []}},
        {"post_info": {**PUBLIC, "disable_duet": True}},
        {"surprise": 1},
    ):
        assert code_of(await ada.post(PHOTO_INIT, {**body, **change})) == "invalid_param"
    headers = {"authorization": f"Bearer {ada.token}", "content-type": "text/plain"}
    path = f"/open.tiktokapis.com/v2/{STATUS}"
    assert code_of(await sandbox.call("POST", path, data=b"{}", headers=headers)) == "invalid_param"
    headers["content-type"] = "application/json"
    assert code_of(await sandbox.call("POST", path, data=b"[", headers=headers)) == "invalid_param"
    assert (await sandbox.call("POST", path.rstrip("/"), data=b"{}", headers=headers)).status == 404
    assert (await sandbox.call("GET", path, headers=headers)).status == 404


async def test_urls_must_be_verified(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    answer = await ada.photos("https://cdn.example/a.jpg")
    assert (answer.status, code_of(answer)) == (403, "url_ownership_unverified")
    assert code_of(await ada.photos("ftp://cdn.example/a.jpg")) == "invalid_param"
    await sandbox.admin("seed", settings={"verified_urls": "https://cdn.example/mine/"})
    assert code_of(await ada.photos("https://cdn.example/a.jpg")) == "url_ownership_unverified"
    assert code_of(await ada.photos("https://cdn.example/mine/a.jpg")) == "ok"


async def test_pulls_fail_where_nothing_is_or_a_redirect_leads_away(
    sandbox: Sandbox, shop: str, tmp_path: Path
) -> None:
    picture(tmp_path / "photo.jpg")
    ada = await connect(sandbox)
    assert (await ada.settled(await ada.photos(f"{shop}/files/photo.jpg")))["status"] == "PUBLISH_COMPLETE"
    for path in ("/redirect", "/files/missing.jpg"):
        told = await ada.settled(await ada.photos(f"{shop}{path}"))
        assert (told["status"], told["fail_reason"]) == ("FAILED", "photo_pull_failed")
    told = await ada.settled(await ada.pull("missing.mp4"))
    assert told["fail_reason"] == "video_pull_failed"


async def test_media_out_of_spec_fail_in_processing(sandbox: Sandbox, shop: str, tmp_path: Path) -> None:
    picture(tmp_path / "wide.jpg", width=2000, height=1000)
    picture(tmp_path / "fine.webp", width=1080, height=1920)
    ada = await connect(sandbox)
    for name, reason in (
        (f"{shop}/files/wide.jpg", "picture_size_check_failed"),
        ("picture.png", "file_format_check_failed"),
        ("bad-text.jpg", "file_format_check_failed"),
        ("bad-truncated.jpg", "file_format_check_failed"),
        (f"{shop}/files/fine.webp", ""),
    ):
        told = await ada.settled(await ada.photos(name))
        assert told.get("fail_reason", "") == reason
    assert len(await sandbox.posts()) == 1


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"width": 360, "height": 640, "fps": 10}, "frame_rate_check_failed"),
        ({"width": 320, "height": 640, "fps": 30}, "picture_size_check_failed"),
        ({"width": 360, "height": 360, "fps": 30}, ""),
    ],
)
async def test_videos_out_of_spec_fail_in_processing(
    sandbox: Sandbox, tmp_path: Path, options: dict[str, int], reason: str
) -> None:
    content = video(tmp_path / "v.mp4", frames=30, **options).read_bytes()  # type: ignore[arg-type]  # numbers only
    ada = await connect(sandbox)
    begun = (await ada.init(len(content))).body["data"]
    await ada.put(begun["upload_url"], content, 0, len(content))
    assert (await ada.status(begun["publish_id"])).get("fail_reason", "") == reason


async def test_a_hashtag_orders_any_fail_reason(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    told = await ada.settled(await ada.photos("square.jpg", title="Buy now #sandbox_spam_risk_text"))
    assert (told["status"], told["fail_reason"]) == ("FAILED", "spam_risk_text")
    assert (await ada.settled(await ada.photos("square.jpg", title="#sandbox_life")))["status"] == "PUBLISH_COMPLETE"


async def test_a_consent_taken_back_stops_what_is_under_way(sandbox: Sandbox) -> None:
    await sandbox.admin("seed", settings={"image_delay": 30})
    ada = await connect(sandbox)
    await ada.photos("square.jpg")
    await sandbox.admin("faults", kind="revoke_token", platform="tiktok")
    assert code_of(await ada.post(CREATOR)) == "access_token_invalid"
    await sandbox.admin("clock", advance_seconds=60)
    assert await sandbox.posts() == []


async def test_a_pull_can_be_cancelled_until_it_is_over(sandbox: Sandbox) -> None:
    await sandbox.admin("seed", settings={"image_delay": 30})
    ada = await connect(sandbox)
    body = {"publish_id": (await ada.photos("square.jpg")).body["data"]["publish_id"]}
    done = await ada.post("post/publish/cancel/", body)
    assert set(done.body) == {"error"}
    assert code_of(done) == "ok"
    told = await ada.status(body["publish_id"])
    assert (told["status"], told["fail_reason"]) == ("FAILED", "publish_cancelled")
    again = await ada.post("post/publish/cancel/", body)
    assert (again.status, code_of(again)) == (400, "publish_not_cancellable")
    await sandbox.admin("clock", advance_seconds=60)
    assert await sandbox.posts() == []


async def test_a_publish_id_is_its_owners(sandbox: Sandbox) -> None:
    ada, ben = await connect(sandbox), await connect(sandbox, sandbox_person="ben")
    begun = await ada.photos("square.jpg")
    foreign = await ben.post(STATUS, begun.body["data"])
    assert (foreign.status, code_of(foreign)) == (400, "token_not_authorized_for_specified_publish_id")
    unknown = await ben.post(STATUS, {"publish_id": "v_pub_file~v2-1.1"})
    assert (unknown.status, code_of(unknown)) == (400, "invalid_publish_id")
    assert code_of(await ben.post(STATUS, {})) == "invalid_param"


async def test_an_unaudited_app_posts_privately_to_private_accounts_only(sandbox: Sandbox) -> None:
    ada = await connect(sandbox, UNAUDITED)
    ben = await connect(sandbox, UNAUDITED, sandbox_person="ben")
    for tiktok, level in ((ada, "SELF_ONLY"), (ada, "PUBLIC_TO_EVERYONE"), (ben, "FOLLOWER_OF_CREATOR")):
        answer = await tiktok.pull(info={"privacy_level": level})
        assert (answer.status, code_of(answer)) == (403, "unaudited_client_can_only_post_to_private_accounts")
    assert (await ben.settled(await ben.pull(info={"privacy_level": "SELF_ONLY"})))["status"] == "PUBLISH_COMPLETE"


async def test_a_lost_reply_leaves_one_post_that_can_be_found(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    await sandbox.admin("faults", kind="cut_after", platform="tiktok", path="/content/init/")
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await ada.photos("square.jpg", title="Only once")

    async def listed() -> list[Body]:
        found = await ada.post("video/list/?fields=id,title", {})
        videos: list[Body] = found.body["data"]["videos"]
        return videos

    assert [video["title"] for video in await eventually(listed)] == ["Only once"]
    assert len(await sandbox.posts()) == 1


async def test_media_are_not_looked_at_where_they_are_trusted(sandbox: Sandbox) -> None:
    await sandbox.admin("seed", settings={"trust_media": True})
    ada = await connect(sandbox)
    for _ in range(3):
        assert (await ada.settled(await ada.photos("http://127.0.0.1:9/no.jpg")))["status"] == "PUBLISH_COMPLETE"
    assert (await sandbox.posts())[0]["media"] == [{"type": "image", "url": "http://127.0.0.1:9/no.jpg"}]


async def public_posts(tiktok: TikTok, count: int) -> None:
    for number in range(count):
        await tiktok.settled(await tiktok.photos("square.jpg", title=f"Post {number}"))


async def test_public_posts_are_listed_newest_first_and_found_by_id(sandbox: Sandbox) -> None:
    ada, fields = await connect(sandbox), "?fields=id,title,create_time,share_url,view_count,width"
    await public_posts(ada, 3)
    page = (await ada.post(f"video/list/{fields}", {"max_count": 2})).body["data"]
    assert [found["title"] for found in page["videos"]] == ["Post 2", "Post 1"]
    assert page["has_more"] is True
    assert (page["videos"][0]["width"], page["videos"][0]["view_count"]) == (1080, 0)
    rest = (await ada.post(f"video/list/{fields}", {"cursor": page["cursor"]})).body["data"]
    assert ([found["title"] for found in rest["videos"]], rest["has_more"]) == (["Post 0"], False)
    wanted = rest["videos"][0]["id"]
    found = (await ada.post(f"video/query/{fields}", {"filters": {"video_ids": [wanted, "1"]}})).body["data"]
    assert [video["id"] for video in found["videos"]] == [wanted]
    for path, body in (
        ("video/list/", {}),
        (f"video/list/{fields}", {"max_count": 21}),
        (f"video/query/{fields}", {"filters": {"video_ids": ["1"] * 21}}),
        (f"video/query/{fields}", {}),
    ):
        answer = await ada.post(path, body)
        assert (answer.status, code_of(answer)) == (400, "invalid_params")
