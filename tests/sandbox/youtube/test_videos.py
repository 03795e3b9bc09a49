"""Videos: metadata rules, processing, privacy and times, edits, thumbnails, removal."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from postwright.sandbox.samples import sample
from tests.sandbox.client import Body, Sandbox
from tests.sandbox.youtube.client import Channel, film, metadata, reason, signed_in, upright

LANDSCAPE = (1280, 720)


async def test_a_video_stands_in_the_timeline_with_its_privacy(sandbox: Sandbox, ada: Channel, tmp_path: Path) -> None:
    wide = await ada.upload(film(tmp_path), description="By the sea", tags=["sea", "two words"])
    hidden = await ada.upload(upright(), privacy="unlisted")
    first, second = await sandbox.posts()
    assert (first["id"], first["kind"], first["url"]) == (wide, "video", f"https://www.youtube.com/watch?v={wide}")
    assert (first["title"], first["caption"], first["privacy"], first["short"]) == (
        "Harvest", "By the sea", "public", False,
    )  # fmt: skip
    assert (second["kind"], second["url"]) == ("short", f"https://www.youtube.com/shorts/{hidden}")
    assert second["privacy"] == "unlisted"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"snippet": {"title": ""}}, "invalidTitle"),
        ({"snippet": {"description": "no title"}}, "invalidTitle"),
        ({"snippet": {"title": "x" * 101}}, "invalidTitle"),
        ({"snippet": {"title": "a<b"}}, "invalidTitle"),
        ({"snippet": {"title": "t", "description": "é" * 2500 + "x"}}, "invalidDescription"),
        ({"snippet": {"title": "t", "description": "<b>"}}, "invalidDescription"),
        ({"snippet": {"title": "t", "tags": ["x" * 250, "y" * 250]}}, "invalidTags"),
        ({"snippet": {"title": "t", "tags": ["x" * 250, "two w" + "y" * 243]}}, "invalidTags"),
        ({"snippet": {"title": "t", "tags": [""]}}, "invalidTags"),
        ({"snippet": {"title": "t", "categoryId": "99"}}, "invalidCategoryId"),
        ({"snippet": {"title": "t", "defaultLanguage": "?"}}, "invalidVideoMetadata"),
        ({"snippet": {"title": "t"}, "localizations": {"de": {"title": "T"}}}, "defaultLanguageNotSet"),
        ({"snippet": {"title": "t"}, "recordingDetails": {"recordingDate": "soon"}}, "invalidRecordingDetails"),
        (
            {"snippet": {"title": "t"}, "contentDetails": {"contentRating": {"mpaaRating": "ytAge"}}},
            "invalidVideoGameRating",
        ),
        ({"snippet": {"title": "t"}, "status": {"privacyStatus": "secret"}}, "invalid"),
        ({"snippet": {"title": "t"}, "status": {"embeddable": "yes"}}, "invalid"),
        ({"snippet": {"title": "t", "hashtags": []}}, "invalid"),
        (
            {"snippet": {"title": "t"}, "status": {"privacyStatus": "public", "publishAt": "2030-01-01T00:00:00Z"}},
            "invalidPublishAt",
        ),
        (
            {"snippet": {"title": "t"}, "status": {"privacyStatus": "private", "publishAt": "2030-01-01T00:00"}},
            "invalidPublishAt",
        ),
    ],
)
async def test_metadata_is_refused_before_a_byte_is_sent(ada: Channel, body: Body, expected: str) -> None:
    assert reason(await ada.begin(body)) == (400, expected)


async def test_metadata_at_its_limits_is_taken(ada: Channel) -> None:
    snippet = {
        "title": "x" * 100,
        "description": "é" * 2500,
        "tags": ["x" * 250, "two w" + "y" * 242],
        "categoryId": "27",
        "defaultLanguage": "pt-BR",
    }
    assert (await ada.begin({"snippet": {**snippet, "tags": ["x" * 250, "y" * 249]}})).status == 200
    assert (await ada.begin({"snippet": snippet})).status == 200


async def test_parts_have_to_be_named_and_known(ada: Channel) -> None:
    body = metadata()
    assert reason(await ada.begin(body, part="snippet")) == (400, "unexpectedPart")
    assert reason(await ada.begin(body, part="snippet,poem")) == (400, "unknownPart")
    assert reason(await ada.begin(body, part="")) == (400, "missingRequiredParameter")
    assert reason(await ada.begin(body, foo="1")) == (400, "invalid")


async def test_processing_takes_virtual_time(sandbox: Sandbox, ada: Channel) -> None:
    await sandbox.admin("seed", settings={"video_delay": 60.0})
    made = await ada.upload(upright())
    item = await ada.shown(made, "status,processingDetails,contentDetails")
    assert (item["status"]["uploadStatus"], item["contentDetails"]["duration"]) == ("uploaded", "P0D")
    assert item["processingDetails"]["processingStatus"] == "processing"
    assert 0 < int(item["processingDetails"]["processingProgress"]["timeLeftMs"]) <= 60_000
    await sandbox.admin("clock", advance_seconds=60)
    item = await ada.shown(made, "status,processingDetails,contentDetails,statistics,fileDetails")
    assert (item["status"]["uploadStatus"], item["contentDetails"]["duration"]) == ("processed", "PT0M6S")
    assert item["processingDetails"]["processingStatus"] == "succeeded"
    assert item["statistics"] == {"viewCount": "0", "likeCount": "0", "favoriteCount": "0", "commentCount": "0"}
    assert item["fileDetails"]["fileSize"] == str(len(upright()))


@pytest.mark.parametrize(
    ("content", "word"),
    [(b"", "emptyFile"), (b"a text" * 99, "invalidFile"), (sample("square.jpg"), "invalidFile")],
    ids=["empty", "text", "picture"],
)
async def test_a_file_that_is_no_video_fails(sandbox: Sandbox, ada: Channel, content: bytes, word: str) -> None:
    status = (await ada.shown(await ada.upload(content), "status"))["status"]
    assert (status["uploadStatus"], status["failureReason"]) == ("failed", word)
    assert await sandbox.posts() == []


async def test_the_same_file_again_is_rejected_later(sandbox: Sandbox, ada: Channel) -> None:
    await sandbox.admin("seed", settings={"video_delay": 5.0})
    first, second = await ada.upload(upright()), await ada.upload(upright())
    assert (await ada.shown(second))["status"]["uploadStatus"] == "uploaded"
    await sandbox.admin("clock", advance_seconds=5)
    assert (await ada.shown(second))["status"]["rejectionReason"] == "duplicate"
    assert [post["id"] for post in await sandbox.posts()] == [first]


async def test_without_a_verified_phone_videos_are_short_and_thumbnails_forbidden(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    ben, ada = await signed_in(sandbox, "ben"), await signed_in(sandbox, "ada")
    just, long = (film(tmp_path, width=16, height=16, fps=1, frames=frames) for frames in (900, 901))
    assert (await ben.shown(await ben.upload(long)))["status"]["rejectionReason"] == "length"
    assert (await ada.shown(await ada.upload(long)))["status"]["uploadStatus"] == "processed"
    fine = await ben.upload(just)
    assert (await ben.shown(fine))["status"]["uploadStatus"] == "processed"
    assert (await ben.get("videos", part="contentDetails", id=fine)).body["items"][0]["contentDetails"]["duration"] == (
        "PT15M0S"
    )
    assert reason(await thumbnail(ben, fine, sample("landscape.jpg"))) == (403, "forbidden")


async def thumbnail(who: Channel, video_id: str, content: bytes, **headers: str) -> Any:  # noqa: ANN401 - JSON
    query = {"videoId": video_id, "uploadType": "media"}
    sent = {"content-type": "image/jpeg", **headers}
    return await who.call(
        "POST", "/upload/youtube/v3/thumbnails/set", params=query, data=io.BytesIO(content), headers=sent
    )


async def test_a_thumbnail_is_set_and_served(sandbox: Sandbox, ada: Channel) -> None:
    made = await ada.upload(upright())
    picture = sample("landscape.jpg")
    answer = await thumbnail(ada, made, picture)
    assert answer.body["kind"] == "youtube#thumbnailSetResponse"
    (pictures,) = answer.body["items"]
    assert pictures["maxres"].keys() == {"url", "width", "height"}
    async with sandbox.http.get(pictures["maxres"]["url"]) as served:
        assert await served.read() == picture
    assert (await sandbox.posts())[0]["thumbnail"].startswith(sandbox.origin)
    largest = picture + bytes(52_428_800 - len(picture))
    assert (await thumbnail(ada, made, largest)).status == 200
    assert reason(await thumbnail(ada, made, largest + b"x")) == (413, "uploadTooLarge")
    assert reason(await thumbnail(ada, made, b"not a picture")) == (400, "invalidImage")
    assert reason(await thumbnail(ada, made, b"")) == (400, "mediaBodyRequired")
    assert reason(await thumbnail(ada, made, picture, **{"content-type": "image/gif"})) == (400, "badContent")
    assert reason(await thumbnail(ada, "unknown", picture)) == (404, "videoNotFound")
    ben = await signed_in(sandbox, "ben")
    assert reason(await thumbnail(ben, made, picture)) == (403, "forbidden")


async def test_a_planned_video_becomes_public_at_its_time(sandbox: Sandbox, ada: Channel) -> None:
    at = (datetime.now(UTC) + timedelta(minutes=30)).isoformat()  # noqa: TID251 - the sandbox starts at real time
    body = {"snippet": {"title": "Later"}, "status": {"privacyStatus": "private", "publishAt": at}}
    made = (await ada.put((await ada.begin(body)).headers["location"], upright())).body["id"]
    (post,) = await sandbox.posts()
    assert (post["privacy"], post["publish_at"]) == ("private", at)
    await sandbox.admin("clock", advance_seconds=1801)
    (post,) = await sandbox.posts()
    assert (post["privacy"], post["publish_at"]) == ("public", None)
    status = (await ada.shown(made))["status"]
    assert (status["privacyStatus"], "publishAt" in status) == ("public", False)
    again = {"id": made, "status": {"privacyStatus": "private", "publishAt": "2099-01-01T00:00:00Z"}}
    assert reason(await ada.call("PUT", "/youtube/v3/videos?part=status", json=again)) == (400, "invalidPublishAt")


async def test_uploads_of_a_project_without_an_audit_stay_private(sandbox: Sandbox) -> None:
    ada = await signed_in(sandbox, client_id="sandbox-youtube-unverified")
    made = await ada.upload(upright())
    assert (await sandbox.posts())[0]["privacy"] == "private"
    body = {"id": made, "status": {"privacyStatus": "public"}}
    assert reason(await ada.call("PUT", "/youtube/v3/videos?part=status", json=body)) == (
        403,
        "forbiddenPrivacySetting",
    )


async def test_an_update_replaces_whole_parts(sandbox: Sandbox, ada: Channel) -> None:
    made = await ada.upload(upright(), description="old", tags=["old"])
    path = "/youtube/v3/videos?part=snippet"
    assert reason(await ada.call("PUT", path, json={"id": made, "snippet": {"title": "New"}})) == (
        400,
        "invalidCategoryId",
    )
    body = {"id": made, "snippet": {"title": "New", "categoryId": "27"}}
    stale = {"if-match": "old"}
    assert reason(await ada.call("PUT", path, json=body, headers=stale)) == (412, "conditionNotMet")
    snippet = (await ada.call("PUT", path, json=body)).body["snippet"]
    assert (snippet["title"], snippet["description"], "tags" in snippet) == ("New", "", False)
    assert (await sandbox.posts())[0]["title"] == "New"
    ben = await signed_in(sandbox, "ben")
    assert reason(await ben.call("PUT", path, json=body)) == (403, "forbidden")
    assert reason(await ada.call("PUT", path, json={**body, "id": "none"})) == (404, "videoNotFound")


async def test_a_deleted_video_is_gone(sandbox: Sandbox, ada: Channel) -> None:
    made = await ada.upload(upright())
    path = f"/youtube/v3/videos?id={made}"
    uploader = await signed_in(sandbox, sandbox_scopes=SEND_ONLY, scope=SEND_ONLY)
    assert reason(await uploader.call("DELETE", path)) == (403, "insufficientPermissions")
    ada = await signed_in(sandbox)
    done = await ada.call("DELETE", path)
    assert (done.status, done.body) == (204, "")
    assert reason(await ada.call("DELETE", path)) == (404, "videoNotFound")
    assert (await ada.get("videos", part="id", id=made)).body["items"] == []
    assert await sandbox.posts() == []


SEND_ONLY = "https://www.googleapis.com/auth/youtube.upload"


async def test_private_videos_are_their_owners(sandbox: Sandbox, ada: Channel) -> None:
    secret, open_ = await ada.upload(upright(), privacy="private"), await ada.upload(sample("bad-too-short.mp4"))
    ben = await signed_in(sandbox, "ben")
    found = (await ben.get("videos", part="snippet", id=f"{secret},{open_}")).body["items"]
    assert [item["id"] for item in found] == [open_]
    assert reason(await ben.get("videos", part="fileDetails", id=open_)) == (403, "forbidden")
