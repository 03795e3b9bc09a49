"""What comes after the upload, and what refusals mean."""

from datetime import UTC, datetime, timedelta

import pytest

from postwright.domain.errors import (
    AuthExpired,
    AuthRevoked,
    PlatformError,
    QuotaReached,
    RateLimited,
    Rejected,
    Surprise,
    Unavailable,
)
from postwright.domain.publication import Checkpoint
from postwright.platforms.base import CannotTell, Landed, NotSeen, OptionValue, Waiting
from postwright.platforms.youtube.adapter import YouTube
from postwright.platforms.youtube.options import YouTubeOptions
from postwright.platforms.youtube.rules import open_again
from tests.platforms.youtube.fake import CHANNEL, LIST, LOOK, OPEN, Script
from tests.support.publishing import BytesInMemory, content, picture, video

PLAIN = content(YouTubeOptions(), video())
PROCESSING = Checkpoint("process", {"kind": "video", "video": "v1", "looks": 1})
COMMENT, PLAYLIST, THUMBNAIL = "POST youtube/v3/commentThreads", "POST youtube/v3/playlistItems", "thumbnails/set"
ALL = YouTubeOptions(playlist_id="PL1", first_comment="First!")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ({"uploadStatus": "failed", "failureReason": "codec"}, "its codec is unknown"),
        ({"uploadStatus": "failed", "failureReason": "somethingNew"}, "somethingNew"),
        ({"uploadStatus": "failed"}, "no reason"),
        ({"uploadStatus": "rejected", "rejectionReason": "duplicate"}, "has the same video already"),
        ({"uploadStatus": "deleted"}, "deleted on YouTube"),
    ],
)
async def test_a_video_that_youtube_does_not_want_fails_with_the_reason(
    script: Script, status: dict[str, str], words: str
) -> None:
    script.looked(**status)
    with pytest.raises(Rejected, match=words) as caught:
        await script.drive().to_the_end(PLAIN, PROCESSING)
    assert caught.value.field == "media"


@pytest.mark.parametrize("status", [403, 404, 429, 500, 200])
async def test_a_look_that_failed_is_made_again_and_fails_nothing(script: Script, status: int) -> None:
    script.to(LOOK, status, b"<html>")
    outcome = await YouTube().advance(script.call(), PLAIN, PROCESSING)
    assert outcome == Waiting(PROCESSING.to("process", looks=2), timedelta(seconds=15))


async def test_a_look_with_an_expired_token_asks_for_a_new_one(script: Script) -> None:
    script.refuse(LOOK, 401, "authError")
    with pytest.raises(AuthExpired):
        await YouTube().advance(script.call(), PLAIN, PROCESSING)


async def test_a_video_that_is_missing_for_long_was_deleted(script: Script) -> None:
    for _ in range(6):
        script.to(LOOK, 200, {"kind": "youtube#videoListResponse"})
    drive = script.drive()
    with pytest.raises(Rejected, match="deleted"):
        await drive.to_the_end(PLAIN, PROCESSING)
    assert len(drive.delays) == 5


async def test_a_video_that_is_never_processed_counts_as_published_with_a_warning(script: Script) -> None:
    script.looked(uploadStatus="uploaded")
    published = await script.drive().to_the_end(PLAIN, PROCESSING.to("process", looks=1000))
    assert published.external_url == "https://www.youtube.com/watch?v=v1"
    assert "six hours" in published.warnings[0]


async def test_a_picture_a_playlist_and_a_comment_follow(script: Script) -> None:
    image = picture()
    files = BytesInMemory({image.media.id: b"j" * image.media.facts.size_bytes})
    script.looked(uploadStatus="processed")
    for call in (f"POST upload/youtube/v3/{THUMBNAIL}", PLAYLIST, COMMENT):
        script.to(call, 200, {"id": "x"})
    drive = script.drive(files)
    published = await drive.to_the_end(content(ALL, image, video()), PROCESSING)
    assert (published.external_id, published.warnings) == ("v1", ())
    assert drive.steps == ["process", "thumbnail", "playlist", "first_comment"]
    thumbnail, playlist, comment = script.seen[1:]
    assert thumbnail.query == {"videoId": "v1", "uploadType": "media"}
    assert (thumbnail.headers["content-type"], len(thumbnail.body)) == ("image/jpeg", 200_000)
    assert b'"videoId": "v1"' in playlist.body
    assert b'"textOriginal": "First!"' in comment.body
    assert CHANNEL.encode() in comment.body


async def test_what_youtube_refuses_after_the_video_is_out_is_a_warning_each(script: Script) -> None:
    image = picture()
    files = BytesInMemory({image.media.id: b"j" * image.media.facts.size_bytes})
    script.looked(uploadStatus="processed")
    script.refuse(f"POST upload/youtube/v3/{THUMBNAIL}", 403, "forbidden")
    script.refuse(PLAYLIST, 403, "insufficientPermissions")
    script.refuse(COMMENT, 403, "commentsDisabled")
    published = await script.drive(files).to_the_end(content(ALL, video(), image), PROCESSING)
    assert [warning.partition(":")[0] for warning in published.warnings] == [
        "The picture was not set",
        "The video is not in the playlist",
        "The first comment was not written",
    ]
    assert "lacks a permission" in published.warnings[1]


def landed(step: str) -> Checkpoint:
    return Checkpoint(step, {"kind": "video", "video": "v1"}).landed("v1", "https://www.youtube.com/watch?v=v1")


@pytest.mark.parametrize(("items", "verdict"), [([{"id": "i"}], Landed), ([], NotSeen)])
async def test_a_lost_reply_about_the_playlist_is_settled_by_looking_there(
    script: Script, items: list[object], verdict: type
) -> None:
    script.to(LIST, 200, {"items": items})
    found = await YouTube().reconcile(script.call(), content(ALL, video()), landed("playlist"), script.clock.now())
    assert isinstance(found, verdict)
    assert script.seen[0].query["videoId"] == "v1"


def thread(text: str, channel: str = CHANNEL) -> dict[str, object]:
    said = {"textOriginal": text, "authorChannelId": {"value": channel}}
    return {"snippet": {"topLevelComment": {"snippet": said}}}


async def test_a_lost_first_comment_is_looked_for_among_the_comments(script: Script) -> None:
    call, post, point = script.call(), content(ALL, video()), landed("first_comment")
    script.to("GET youtube/v3/commentThreads", 200, {"items": [thread("First!", "UC9")]})
    assert await YouTube().reconcile(call, post, point, script.clock.now()) == NotSeen(point)
    script.to("GET youtube/v3/commentThreads", 200, {"items": [thread("x")], "nextPageToken": "p2"})
    script.to("GET youtube/v3/commentThreads", 200, {"items": [thread(" First! ")]})
    verdict = await YouTube().reconcile(call, post, point, script.clock.now())
    assert isinstance(verdict, Landed)
    assert (await script.drive().to_the_end(post, verdict.checkpoint)).external_id == "v1"
    for page in range(4):
        script.to("GET youtube/v3/commentThreads", 200, {"items": [thread("x")] * 50, "nextPageToken": f"{page}"})
    assert isinstance(await YouTube().reconcile(call, post, point, script.clock.now()), CannotTell)


async def test_a_reply_that_is_not_youtubes_own_does_not_say_that_a_comment_is_there(script: Script) -> None:
    script.to(COMMENT, 200, "<html>")
    with pytest.raises(Surprise):
        await script.drive().to_the_end(content(ALL, video()), landed("first_comment"))


async def test_the_channels_playlists_can_be_chosen_from(script: Script) -> None:
    script.to("GET youtube/v3/playlists", 200, {"items": [{"id": "PL1", "snippet": {"title": "Cups"}}]})
    assert await YouTube().choices(script.call()) == {"playlist_id": (OptionValue("PL1", "Cups"),)}


async def test_a_video_that_is_gone_is_taken_down(script: Script) -> None:
    script.to("DELETE youtube/v3/videos", 204)
    script.refuse("DELETE youtube/v3/videos", 404, "videoNotFound")
    script.refuse("DELETE youtube/v3/videos", 403, "insufficientPermissions")
    assert await YouTube().remove(script.call(), "v1")
    assert await YouTube().remove(script.call(), "v1")
    with pytest.raises(AuthRevoked):
        await YouTube().remove(script.call(), "v1")


@pytest.mark.parametrize(
    ("status", "reason", "error", "field"),
    [
        (401, "authError", AuthExpired, None),
        (401, "required", AuthExpired, None),
        (401, "youtubeSignupRequired", Rejected, None),
        (403, "insufficientPermissions", AuthRevoked, None),
        (403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", AuthRevoked, None),
        (403, "forbidden", Rejected, None),
        (403, "authenticatedUserAccountSuspended", Rejected, None),
        (403, "forbiddenPrivacySetting", Rejected, "options.privacy"),
        (403, "accessNotConfigured", Unavailable, None),
        (403, "quotaExceeded", QuotaReached, None),
        (403, "dailyLimitExceeded", QuotaReached, None),
        (400, "uploadLimitExceeded", QuotaReached, None),
        (403, "rateLimitExceeded", RateLimited, None),
        (403, "userRateLimitExceeded", RateLimited, None),
        (429, "whatever", RateLimited, None),
        (400, "invalidTitle", Rejected, "options.title"),
        (400, "invalidDescription", Rejected, "caption"),
        (400, "invalidTags", Rejected, "options.tags"),
        (400, "invalidCategoryId", Rejected, "options.category_id"),
        (400, "invalidPublishAt", Rejected, "options.publish_at"),
        (400, "mediaBodyRequired", Rejected, "media"),
        (400, "somethingNew", Rejected, None),
        (500, "backendError", Unavailable, None),
        (503, "", Unavailable, None),
    ],
)
async def test_a_refusal_means_what_its_reason_says(
    script: Script, status: int, reason: str, error: type[PlatformError], field: str | None
) -> None:
    script.refuse(OPEN, status, reason)
    with pytest.raises(PlatformError) as caught:
        await script.drive().to_the_end(PLAIN)
    assert type(caught.value) is error
    assert caught.value.field == field


async def test_a_reason_may_stand_in_the_details_and_the_form_may_be_anothers(script: Script) -> None:
    details = [{"@type": "ErrorInfo", "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]
    script.to(OPEN, 403, {"error": {"code": 403, "status": "PERMISSION_DENIED", "details": details}})
    with pytest.raises(AuthRevoked):
        await script.drive().to_the_end(PLAIN)
    bodies: tuple[object, ...] = (b"Forbidden", {"error": None}, [], {"error": {"errors": "no"}})
    for body in bodies:
        script.to(OPEN, 403, body)
        with pytest.raises(Rejected):
            await script.drive().to_the_end(PLAIN)


async def test_a_wait_that_youtube_names_is_kept(script: Script) -> None:
    script.refuse(OPEN, 429, "rateLimitExceeded", Retry_After="30")
    with pytest.raises(RateLimited) as caught:
        await script.drive().to_the_end(PLAIN)
    assert caught.value.until == script.clock.now() + timedelta(seconds=30)


@pytest.mark.parametrize(
    ("reason", "now", "until"),
    [
        ("quotaExceeded", datetime(2026, 11, 20, 7, 59, tzinfo=UTC), datetime(2026, 11, 20, 8, tzinfo=UTC)),
        ("quotaExceeded", datetime(2026, 11, 20, 8, 0, tzinfo=UTC), datetime(2026, 11, 21, 8, tzinfo=UTC)),
        ("dailyLimitExceeded", datetime(2026, 7, 1, 12, tzinfo=UTC), datetime(2026, 7, 2, 7, tzinfo=UTC)),
        ("quotaExceeded", datetime(2026, 3, 8, 9, tzinfo=UTC), datetime(2026, 3, 9, 7, tzinfo=UTC)),
        ("quotaExceeded", datetime(2026, 11, 1, 8, 30, tzinfo=UTC), datetime(2026, 11, 2, 8, tzinfo=UTC)),
        ("uploadLimitExceeded", datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC)),
        ("rateLimitExceeded", datetime(2026, 11, 20, tzinfo=UTC), None),
    ],
)
def test_a_days_allowance_is_whole_again_at_midnight_pacific_time(
    reason: str, now: datetime, until: datetime | None
) -> None:
    assert open_again((reason,), now) == until
