"""The steps of the flows over real HTTP, against replies that are written down beforehand."""

from datetime import timedelta
from urllib.parse import parse_qsl

import pytest

from postwright.domain.errors import (
    AuthRevoked,
    PlatformError,
    QuotaReached,
    RateLimited,
    Rejected,
    Surprise,
    Unavailable,
    Uncertain,
)
from postwright.domain.publication import Checkpoint
from postwright.kit.http import NoReply
from postwright.platforms.base import CannotTell, Landed, NotLanded, Published
from postwright.platforms.facebook.adapter import Facebook
from postwright.platforms.facebook.spec import FacebookOptions
from tests.platforms.facebook.fake import GONE, PAGE, Graph
from tests.support.publishing import BytesInMemory, account_of, content, picture, video

PLAIN = FacebookOptions()
REEL, STORY = FacebookOptions(post_type="reel"), FacebookOptions(post_type="story")
FEED, PHOTOS, VIDEOS, REELS = (
    f"POST /{PAGE}/feed",
    f"POST /{PAGE}/photos",
    f"POST /{PAGE}/videos",
    f"POST /{PAGE}/video_reels",
)
LIST, STORIES = f"GET /{PAGE}/published_posts", f"GET /{PAGE}/stories"
DONE = {"success": True}
WAITING = {"status": {"video_status": "processing", "publishing_phase": {"publish_status": "not_published"}}}
OUT = {
    "status": {"video_status": "ready", "publishing_phase": {"status": "complete", "publish_status": "published"}},
    "permalink_url": "/bakery/videos/7/",
    "post_id": f"{PAGE}_9",
}


def error(code: int, subcode: int | None = None, message: str = "no") -> dict[str, object]:
    return {"error": {"message": message, "type": "OAuthException", "code": code, "error_subcode": subcode}}


def form(graph: Graph, at: int) -> dict[str, str]:
    return dict(parse_qsl(graph.seen[at].body.decode()))


def arrived(count: int, status: str = "uploading") -> dict[str, object]:
    return {"status": {"video_status": status, "uploading_phase": {"bytes_transfered": count}}}


async def test_a_text_takes_one_call_and_its_address_follows_from_its_id(graph: Graph) -> None:
    graph.say(FEED, {"id": f"{PAGE}_1"})
    published = await graph.drive().to_the_end(content(PLAIN))
    assert published == Published(f"{PAGE}_1", f"https://www.facebook.com/{PAGE}_1")
    assert form(graph, 0) == {"message": "Hello"}
    assert graph.seen[0].headers["authorization"] == "Bearer token"


async def test_a_link_needs_no_message(graph: Graph) -> None:
    graph.say(FEED, {"id": "1_2"})
    await graph.drive().to_the_end(content(FacebookOptions(link="https://example.com/?a=b&c"), caption=""))
    assert form(graph, 0) == {"link": "https://example.com/?a=b&c"}


async def test_photos_go_up_unseen_one_by_one_and_out_together(graph: Graph) -> None:
    one, two = picture(alt_text="A loaf"), picture()
    files = BytesInMemory({one.media.id: b"a" * 200_000, two.media.id: b"b" * 200_000})
    graph.say(PHOTOS, {"id": 11}, {"id": "12"})
    graph.say(FEED, {"id": "1_2"})
    drive = graph.drive(files)
    await drive.to_the_end(content(PLAIN, one, two))
    assert drive.steps == ["photo", "photo", "publish"]
    first, second, _ = graph.seen
    assert b'name="published"\r\n\r\nfalse' in first.body
    assert b'name="alt_text_custom"\r\n\r\nA loaf' in first.body
    assert b'name="source"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n' + b"a" * 200_000 in first.body
    assert b"alt_text_custom" not in second.body
    assert form(graph, 2) == {
        "attached_media[0]": '{"media_fbid": "11"}',
        "attached_media[1]": '{"media_fbid": "12"}',
        "message": "Hello",
    }


async def test_a_crash_among_photos_repeats_at_most_one(graph: Graph) -> None:
    one, two = picture(), picture()
    post = content(PLAIN, one, two)
    files = BytesInMemory({one.media.id: b"a" * 200_000, two.media.id: b"b" * 200_000})
    graph.say(PHOTOS, {"id": "11"}, None, {"id": "12"})
    graph.say(FEED, {"id": "1_2"})
    drive = graph.drive(files)
    with pytest.raises(NoReply):
        await drive.to_the_end(post)
    await graph.drive(files).to_the_end(post, drive.checkpoint)
    assert graph.calls == [PHOTOS] * 3 + [FEED]


async def test_a_video_goes_up_in_the_parts_that_are_asked_for(graph: Graph) -> None:
    clip = video(size=10)
    graph.say(
        VIDEOS,
        {"upload_session_id": "s", "video_id": "7", "start_offset": "0", "end_offset": "6"},
        {"start_offset": "6", "end_offset": "10"},
        {"start_offset": "10", "end_offset": "10"},
        DONE,
    )
    graph.say("GET /7", WAITING, OUT)
    graph.say(f"POST /{PAGE}_9/comments", {"id": "c"})
    drive = graph.drive(BytesInMemory({clip.media.id: b"0123456789"}, chunk=4))
    published = await drive.to_the_end(content(FacebookOptions(title="Bread", first_comment="First!"), clip))
    assert published == Published("7", "https://www.facebook.com/bakery/videos/7/")
    assert drive.steps == ["start", "transfer", "transfer", "finish", "look", "look", "first_comment"]
    assert drive.delays == [5, 7.5]
    assert form(graph, 0) == {"upload_phase": "start", "file_size": "10"}
    assert b'name="start_offset"\r\n\r\n6' in graph.seen[2].body
    assert b"video/mp4\r\n\r\n6789\r\n" in graph.seen[2].body
    finish = {"upload_phase": "finish", "upload_session_id": "s", "description": "Hello", "title": "Bread"}
    assert form(graph, 3) == finish


@pytest.mark.parametrize("refusal", [error(6001, 1363037), error(100, None), error(6000, None)])
async def test_a_part_that_had_arrived_unheard_is_not_sent_again(graph: Graph, refusal: dict[str, object]) -> None:
    clip = video(size=10)
    files = BytesInMemory({clip.media.id: b"0123456789"})
    graph.say(VIDEOS, {"upload_session_id": "s", "video_id": "7", "start_offset": 0, "end_offset": 6}, None)
    drive = graph.drive(files)
    with pytest.raises(NoReply):
        await drive.to_the_end(content(PLAIN, clip))
    graph.say(VIDEOS, refusal, status=400)
    graph.say("GET /7", arrived(6), OUT)
    graph.say(VIDEOS, {"start_offset": 10, "end_offset": 10}, DONE)
    again = graph.drive(files)
    await again.to_the_end(content(PLAIN, clip), drive.checkpoint)
    assert again.steps == ["transfer", "transfer", "finish", "look"]
    assert b"video/mp4\r\n\r\n6789\r\n" in graph.seen[-3].body


async def test_a_part_that_facebook_does_not_want_is_refused(graph: Graph) -> None:
    clip = video(size=10)
    graph.say(VIDEOS, {"upload_session_id": "s", "video_id": "7", "start_offset": 0, "end_offset": 10})
    graph.say(VIDEOS, error(352), status=400)
    graph.say("GET /7", arrived(0))
    with pytest.raises(Rejected, match=r"H\.264") as caught:
        await graph.drive(BytesInMemory({clip.media.id: b"0123456789"})).to_the_end(content(PLAIN, clip))
    assert caught.value.field == "media"


async def test_a_reel_is_sent_on_from_where_it_broke_off_and_shown(graph: Graph) -> None:
    clip, post_id = video(size=10), f"{PAGE}_9"
    files = BytesInMemory({clip.media.id: b"0123456789"}, chunk=4)
    graph.say(REELS, {"video_id": "v1", "upload_url": "https://rupload.facebook.com/video-upload/v25.0/v1"})
    graph.say("GET /v1", arrived(0))
    graph.say("POST /v1", {"debug_info": {"type": "PartialRequestError", "message": "half"}}, status=400)
    drive = graph.drive(files)
    with pytest.raises(Unavailable, match="half"):
        await drive.to_the_end(content(REEL, clip))
    graph.say("GET /v1", arrived(4), {**OUT, "permalink_url": None, "post_id": post_id})
    graph.say("POST /v1", DONE)
    graph.say(REELS, DONE)
    published = await graph.drive(files).to_the_end(content(REEL, clip), drive.checkpoint)
    assert published == Published("v1", "https://www.facebook.com/reel/v1")
    sent = [one for one in graph.seen if one.call == "POST /v1"]
    assert [one.headers["offset"] for one in sent] == ["0", "4"]
    assert (sent[1].body, sent[1].headers["file_size"]) == (b"456789", "10")
    assert sent[1].headers["authorization"] == "OAuth token"
    finish = {"upload_phase": "finish", "video_id": "v1", "video_state": "PUBLISHED", "description": "Hello"}
    assert form(graph, -2) == finish


async def test_bytes_that_had_all_arrived_are_not_sent_again(graph: Graph) -> None:
    clip = video(size=10)
    start = Checkpoint("upload", {"kind": "reel", "video": "v1", "upload_url": "https://rupload.facebook.com/x"})
    graph.say("GET /v1", arrived(10, "upload_complete"), OUT)
    graph.say(REELS, DONE)
    drive = graph.drive()
    await drive.to_the_end(content(REEL, clip), start)
    assert drive.steps == ["upload", "finish", "look"]


@pytest.mark.parametrize(
    "status",
    [
        {"video_status": "error"},
        {"video_status": "processing", "processing_phase": {"status": "error", "error": {"message": "no frames"}}},
        {"video_status": "ready", "publishing_phase": {"publish_status": "error", "error": {"message": "blocked"}}},
    ],
)
async def test_a_video_that_cannot_be_processed_is_refused_as_the_medias_fault(
    graph: Graph, status: dict[str, object]
) -> None:
    graph.say("GET /v1", {"status": status})
    with pytest.raises(Rejected, match="could not process") as caught:
        await graph.drive().to_the_end(content(REEL, video()), Checkpoint("look", {"kind": "reel", "video": "v1"}))
    assert caught.value.field == "media"


async def test_a_video_that_stays_away_is_left_to_a_person_and_never_sent_again(graph: Graph) -> None:
    drive, post = graph.drive(), content(REEL, video())
    graph.say("GET /v1", *[WAITING] * 60)
    with pytest.raises(Uncertain, match="look at the Page"):
        await drive.to_the_end(post, Checkpoint("look", {"kind": "reel", "video": "v1"}))
    assert timedelta(seconds=sum(drive.delays)) >= timedelta(minutes=30)


async def test_a_photo_story_carries_no_text_and_is_found_in_the_list(graph: Graph) -> None:
    one = picture(alt_text="A loaf")
    graph.say(PHOTOS, {"id": "11"})
    graph.say(f"POST /{PAGE}/photo_stories", {"success": True, "post_id": "21"})
    stories = [
        {"post_id": "20", "media_id": "10"},
        {"post_id": "21", "media_id": 11, "url": "https://www.facebook.com/s/21"},
    ]
    graph.say(STORIES, {"data": stories})
    drive = graph.drive(BytesInMemory({one.media.id: b"a" * 200_000}))
    assert await drive.to_the_end(content(STORY, one)) == Published("21", "https://www.facebook.com/s/21")
    assert b"alt_text_custom" not in graph.seen[0].body
    assert form(graph, 1) == {"photo_id": "11"}


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ((400, error(506)), Uncertain),
        ((400, error(100, 1366051)), Uncertain),
        ((400, error(1609005)), Rejected),
        ((400, error(9)), QuotaReached),
        ((400, error(32)), RateLimited),
        ((403, error(200)), AuthRevoked),
        ((500, error(2)), Uncertain),
        ((503, b"<html>"), Uncertain),
        ((200, b"<html>"), Surprise),
        ((200, {"success": True}), Surprise),
    ],
)
async def test_refusals_of_the_publishing_call_have_a_class(
    graph: Graph, reply: tuple[int, object], kind: type[PlatformError]
) -> None:
    status, body = reply
    graph.say(FEED, body, status=status)
    with pytest.raises(PlatformError) as caught:
        await graph.drive().to_the_end(content(PLAIN))
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    ("answer", "kind", "field"),
    [
        (error(324), Rejected, "media"),
        (error(1, 1366046), Rejected, "media"),
        (error(100, 1363127), Rejected, "media"),
        (error(6001), Unavailable, None),
        (error(382), Rejected, "media"),
        (error(1), Unavailable, None),
    ],
)
async def test_refusals_of_media_name_the_media(
    graph: Graph, answer: object, kind: type[PlatformError], field: str | None
) -> None:
    one = picture()
    graph.say(PHOTOS, answer, status=400)
    with pytest.raises(PlatformError) as caught:
        await graph.drive(BytesInMemory({one.media.id: b"a" * 200_000})).to_the_end(content(PLAIN, one))
    assert (type(caught.value), caught.value.field) == (kind, field)


async def test_a_reply_without_success_is_no_success(graph: Graph) -> None:
    graph.say(REELS, {"success": False})
    with pytest.raises(Uncertain):
        await graph.drive().to_the_end(content(REEL, video()), Checkpoint("finish", {"kind": "reel", "video": "v1"}))


async def test_an_announcement_without_an_address_is_a_surprise(graph: Graph) -> None:
    graph.say(REELS, {"video_id": "v1"})
    with pytest.raises(Surprise):
        await graph.drive().to_the_end(content(REEL, video()))


def test_a_mix_of_media_is_refused() -> None:
    with pytest.raises(Rejected):
        Facebook().begin(content(PLAIN, picture(), video()), account_of("facebook", "facebook", PAGE))


@pytest.mark.parametrize("known", [True, False])
async def test_what_is_gone_counts_as_taken_down_and_what_stays_does_not(graph: Graph, known: bool) -> None:
    graph.say("DELETE /1_2", GONE, status=400)
    graph.say("GET /1_2", {"id": "1_2"} if known else GONE, status=200 if known else 400)
    assert await Facebook().remove(graph.call(), "1_2") is not known


async def test_a_video_order_is_repeated_only_where_nothing_is_worked_on(graph: Graph) -> None:
    point = Checkpoint("finish", {"kind": "reel", "video": "v1"})
    failed = {"status": {"video_status": "upload_failed"}}
    graph.say("GET /v1", arrived(10, "upload_complete"), WAITING, OUT, failed)
    found = [
        await Facebook().reconcile(graph.call(), content(REEL, video()), point, graph.clock.now()) for _ in range(4)
    ]
    assert found[0] == NotLanded(point)
    assert [type(one) for one in found[1:]] == [Landed, Landed, NotLanded]
    assert {one.checkpoint.step for one in found[1:] if not isinstance(one, CannotTell)} == {"look"}
