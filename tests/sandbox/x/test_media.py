"""Uploads to X: one shot, in parts, the older form; processing by the clock; who may use a file and how long."""

from pathlib import Path

import aiohttp
import pytest

from tests.sandbox.client import Sandbox
from tests.sandbox.x.client import API, PART_BYTES, Client, connect, filled
from tests.support.media_files import animation, picture, video


@pytest.fixture
async def ada(sandbox: Sandbox) -> Client:
    return await connect(sandbox)


def words(body: dict[str, list[dict[str, str]]]) -> str:
    return body["errors"][0]["message"]


async def test_an_image_goes_up_in_one_shot(ada: Client) -> None:
    as_json = (await ada.image()).body["data"]
    assert as_json["media_key"] == f"3_{as_json['id']}"
    assert as_json["image"] == {"image_type": "image/jpeg", "w": 1080, "h": 1080}
    assert (as_json["expires_after_secs"], "processing_info" in as_json) == (86_400, False)
    form = filled({"media_category": "tweet_image"}, await ada.sample("picture.png"))
    as_form = await ada.call("POST", "media/upload", data=form)
    assert (as_form.status, as_form.body["data"]["image"]["image_type"]) == (200, "image/png")


async def test_a_video_goes_up_in_parts_cut_and_resumed(sandbox: Sandbox, ada: Client) -> None:
    film = await ada.sample("reel.mp4")
    pieces = [film[start : start + PART_BYTES] for start in range(0, len(film), PART_BYTES)]
    begun = (await ada.begin(len(film))).body["data"]
    assert begun["media_key"] == f"7_{begun['id']}"
    await sandbox.admin("faults", kind="cut_after", path="/append$", after=1)
    for index, piece in enumerate(pieces):
        try:
            answer = await ada.append(begun["id"], index, piece)
        except aiohttp.ClientError:
            answer = await ada.append(begun["id"], index, piece)
        assert answer.body["data"]["expires_at"] > 0
    done = (await ada.finalize(begun["id"])).body["data"]
    assert done["size"] == len(film)
    assert done["processing_info"] == {"state": "pending", "check_after_secs": 1}
    told = (await ada.status(begun["id"])).body["data"]["processing_info"]
    assert told == {"state": "succeeded", "progress_percent": 100}
    await ada.posted("Watch", media={"media_ids": [begun["id"]]})
    (post,) = await sandbox.posts()
    assert (post["kind"], post["media"][0]["type"]) == ("video", "video")


async def test_the_older_form_does_the_same(ada: Client) -> None:
    film = await ada.sample("reel.mp4")
    start = {"command": "INIT", "media_type": "video/mp4", "media_category": "tweet_video", "total_bytes": len(film)}
    begun = await ada.call("POST", "media/upload", data=aiohttp.FormData({k: str(v) for k, v in start.items()}))
    media_id = begun.body["data"]["id"]
    part = filled({"command": "APPEND", "media_id": media_id, "segment_index": "0"}, film)
    assert (await ada.call("POST", "media/upload", data=part)).status == 204
    done = await ada.call("POST", "media/upload", data={"command": "FINALIZE", "media_id": media_id})
    assert done.body["data"]["processing_info"]["state"] == "pending"
    await ada.posted(media={"media_ids": [media_id]})


async def test_processing_follows_the_clock(sandbox: Sandbox, ada: Client) -> None:
    await sandbox.admin("seed", settings={"video_delay": 8.0})
    media_id = (await ada.upload(await ada.sample("reel.mp4"))).body["data"]["id"]
    told = (await ada.status(media_id)).body["data"]["processing_info"]
    assert (told["state"], told["check_after_secs"] > 1) == ("in_progress", True)
    early = await ada.post(media={"media_ids": [media_id]})
    assert (early.status, words(early.body)) == (400, "Your media IDs are invalid.")
    await sandbox.admin("clock", advance_seconds=told["check_after_secs"])
    assert (await ada.status(media_id)).body["data"]["processing_info"]["state"] == "succeeded"


async def test_media_out_of_spec_fail(ada: Client, tmp_path: Path) -> None:
    films = {
        "width": video(tmp_path / "wide.mp4", width=1400, height=700).read_bytes(),
        "aspect": video(tmp_path / "thin.mp4", width=64, height=208).read_bytes(),
        "Unsupported": b"no film at all" * 100,
    }
    for film in films.values():
        media_id = (await ada.upload(film)).body["data"]["id"]
        told = (await ada.status(media_id)).body["data"]["processing_info"]
        assert told["state"] == "failed"
        assert told["error"]["name"] == "UnsupportedMedia"
        assert (await ada.post(media={"media_ids": [media_id]})).status == 400


async def test_a_gif_is_processed_and_stands_alone(sandbox: Sandbox, ada: Client, tmp_path: Path) -> None:
    moving = animation(tmp_path / "moving.gif").read_bytes()
    done = (await ada.upload(moving, "image/gif", "tweet_gif")).body["data"]
    assert done["media_key"].startswith("16_")
    mixed = await ada.post(media={"media_ids": [done["id"], await ada.image_id()]})
    assert words(mixed.body) == "Your media IDs are invalid."
    await ada.posted(media={"media_ids": [done["id"]]})
    assert (await sandbox.posts())[0]["kind"] == "gif"
    large = animation(tmp_path / "large.gif", width=1300, height=100).read_bytes()
    failed = (await ada.upload(large, "image/gif", "tweet_gif")).body["data"]["id"]
    assert (await ada.status(failed)).body["data"]["processing_info"]["state"] == "failed"


async def test_images_are_looked_at_and_weighed(ada: Client, tmp_path: Path) -> None:
    assert words((await ada.image(b"no picture")).body) == "media type unrecognized"
    assert words((await ada.image(await ada.sample("bad-truncated.jpg"))).body) == "media type unrecognized"
    heavy = picture(tmp_path / "heavy.png", width=2000, height=2000, noise=True).read_bytes()
    answer = await ada.call("POST", "media/upload", data=filled({"media_category": "tweet_image"}, heavy))
    assert words(answer.body) == "File size exceeds 5242880 bytes."
    assert words((await ada.image(category="poster")).body).startswith("$.media_category")


async def test_sizes_and_types_are_refused_before_the_bytes(ada: Client) -> None:
    limit = 512 * 1024**2
    assert (await ada.begin(limit)).status == 200
    assert words((await ada.begin(limit + 1)).body) == f"File size exceeds {limit} bytes."
    assert words((await ada.begin(10, "image/jpeg")).body) == "media type unrecognized"
    assert words((await ada.begin(0)).body).startswith("$.total_bytes")
    media_id = (await ada.begin(10)).body["data"]["id"]
    assert words((await ada.append(media_id, 1000, b"x")).body).startswith("$.segment_index")
    assert (await ada.append(media_id, 0, b"x" * (5 * 1024**2 + 1))).status == 400
    body = {"media": "MTIzNDU=", "segment_index": 0}
    assert (await ada.call("POST", f"media/upload/{media_id}/append", json=body)).status == 200
    assert words((await ada.finalize(media_id)).body) == "Segments do not add up to provided total file size."
    await ada.append(media_id, 2, b"67890")
    assert (await ada.finalize(media_id)).status == 400


async def test_a_file_is_its_uploaders_for_a_day(sandbox: Sandbox, ada: Client) -> None:
    mine = await ada.image_id()
    ben = await connect(sandbox, "ben")
    assert words((await ben.post(media={"media_ids": [mine]})).body) == "Your media IDs are invalid."
    assert (await ben.status(mine)).status == 400
    await sandbox.admin("clock", advance_seconds=86_400)
    later = await connect(sandbox)
    assert words((await later.post(media={"media_ids": [mine]})).body) == "Your media IDs are invalid."


async def test_alt_text_has_a_thousand_characters(ada: Client) -> None:
    for size, status in ((1000, 200), (1001, 400)):
        body = {"id": await ada.image_id(), "metadata": {"alt_text": {"text": "x" * size}}}
        assert (await ada.call("POST", "media/metadata", json=body)).status == status


async def test_subtitles_hang_on_a_video(sandbox: Sandbox, ada: Client) -> None:
    film = (await ada.upload(await ada.sample("reel.mp4"))).body["data"]["id"]
    track = (await ada.upload(b"1\n00:00:00,000 --> 00:00:02,000\nHello\n", "text/srt", "subtitles")).body["data"]
    body = {"id": film, "media_category": "TweetVideo", "subtitles": {"id": track["id"], "language_code": "en"}}
    assert (await ada.call("POST", "media/subtitles", json=body)).status == 200
    await ada.posted("Said", media={"media_ids": [film]})
    assert (await sandbox.posts())[0]["subtitles"] == ["en"]


async def test_uploading_needs_its_own_scope(sandbox: Sandbox) -> None:
    reader = await connect(sandbox, scope="tweet.read tweet.write users.read")
    assert (await reader.image()).status == 403
    assert (await sandbox.call("GET", f"{API}/2/media/upload")).status == 401
