"""Whether a call whose reply was lost did its work: verdicts on lists of recent posts, stories and comments."""

from datetime import timedelta

import pytest

from postwright.domain.publication import Checkpoint, Json
from postwright.kit.http import NoReply
from postwright.platforms.base import CannotTell, Landed, NotSeen, Published, Verdict
from postwright.platforms.facebook.adapter import Facebook
from postwright.platforms.facebook.spec import FacebookOptions
from tests.platforms.facebook.fake import PAGE, Graph
from tests.support.publishing import content, picture

PLAIN, COMMENTED = FacebookOptions(), FacebookOptions(first_comment="First!")
STORY = FacebookOptions(post_type="story")
LIST, STORIES, FEED = f"GET /{PAGE}/published_posts", f"GET /{PAGE}/stories", f"POST /{PAGE}/feed"
ALBUM = {"media_type": "album", "subattachments": {"data": [{"media_type": "photo", "target": {"id": 11}}]}}


def post(
    graph: Graph, number: int, message: str | None = "Hello", *attachments: object, ago: int = 0
) -> dict[str, object]:
    moment = (graph.clock.now() - timedelta(seconds=ago)).strftime("%Y-%m-%dT%H:%M:%S+0000")
    shown = {"attachments": {"data": attachments}} if attachments else {}
    return {"id": f"{PAGE}_{number}", "message": message, "created_time": moment, **shown}


async def asked(graph: Graph, kind: str, caption: str = "Hello", **notes: Json) -> Verdict:
    """The verdict on a publishing call, after what the list was told to say."""
    words = content(PLAIN, caption=caption)
    point = Checkpoint("publish", {"kind": kind, **notes})
    return await Facebook().reconcile(graph.call(), words, point, graph.clock.now())


async def test_a_text_is_found_by_its_words_whatever_became_of_the_spaces(graph: Graph) -> None:
    graph.say(LIST, {"data": [post(graph, 2, "Other"), post(graph, 1, "Two spaces and lines", ago=59)]})
    verdict = await asked(graph, "text", "Two  spaces\r\nand lines ")
    assert isinstance(verdict, Landed)
    assert (verdict.checkpoint.external_id, verdict.checkpoint.step) == (f"{PAGE}_1", "end")
    published = await graph.drive().to_the_end(content(PLAIN), verdict.checkpoint)
    assert published == Published(f"{PAGE}_1", f"https://www.facebook.com/{PAGE}_1")
    assert graph.seen[0].query["since"] == str(int(graph.clock.now().timestamp()) - 60)


@pytest.mark.parametrize(
    ("kind", "attachments"),
    [("text", [{"media_type": "photo"}]), ("photo", []), ("photo", [{"media_type": "link"}])],
)
async def test_a_post_of_another_kind_is_not_taken_for_it(graph: Graph, kind: str, attachments: list[object]) -> None:
    graph.say(LIST, {"data": [post(graph, 1, "Hello", *attachments), post(graph, 2, ago=61)]})
    verdict = await asked(graph, kind, photos=["11"] if kind == "photo" else [])
    assert isinstance(verdict, NotSeen)
    assert verdict.checkpoint.step == "publish"


async def test_photos_are_known_by_their_ids_among_equal_posts(graph: Graph) -> None:
    other = {"media_type": "photo", "target": {"id": "99"}}
    graph.say(LIST, {"data": [post(graph, 1, "Hello", other), post(graph, 2, None, ALBUM)]})
    verdict = await asked(graph, "photos", photos=["11", "12"])
    assert isinstance(verdict, Landed)
    assert verdict.checkpoint.external_id == f"{PAGE}_2"


async def test_a_link_with_nothing_said_is_found(graph: Graph) -> None:
    graph.say(LIST, {"data": [post(graph, 1, None, {"media_type": "video"})]})
    assert isinstance(await asked(graph, "link", ""), Landed)


async def test_of_several_equal_posts_none_is_picked(graph: Graph) -> None:
    graph.say(LIST, {"data": [post(graph, 1), post(graph, 2)]})
    assert isinstance(await asked(graph, "text"), CannotTell)


async def test_what_is_found_later_counts_from_the_first_intent(graph: Graph) -> None:
    words = content(PLAIN)
    graph.say(LIST, {"data": []})
    verdict = await asked(graph, "text")
    assert isinstance(verdict, NotSeen)
    graph.clock.advance(timedelta(minutes=10))
    graph.say(FEED, None)
    drive = graph.drive()
    with pytest.raises(NoReply):
        await drive.to_the_end(words, verdict.checkpoint)
    assert drive.steps == ["publish"]
    assert drive.checkpoint is not None
    graph.say(LIST, {"data": [post(graph, 1, ago=600)]})
    late = await Facebook().reconcile(drive.call, words, drive.checkpoint, graph.clock.now())
    assert isinstance(late, Landed)


async def test_a_photo_story_that_is_not_in_the_list_is_left_to_a_person(graph: Graph) -> None:
    point = Checkpoint("publish_story", {"kind": "story", "photos": ["11"]})
    words = content(STORY, picture())
    graph.say(STORIES, {"data": [{"post_id": "20", "media_id": "10"}]})
    graph.say(STORIES, {"data": [{"post_id": "21", "media_id": "11", "url": "https://www.facebook.com/s/21"}]})
    assert isinstance(await Facebook().reconcile(graph.call(), words, point, graph.clock.now()), CannotTell)
    found = await Facebook().reconcile(graph.call(), words, point, graph.clock.now())
    assert isinstance(found, Landed)
    published = await graph.drive().to_the_end(words, found.checkpoint)
    assert published == Published("21", "https://www.facebook.com/s/21")


async def test_a_story_without_a_list_is_published_without_an_address(graph: Graph) -> None:
    graph.say(f"POST /{PAGE}/photo_stories", {"success": True, "post_id": "21"})
    graph.say(STORIES, {"data": []})
    point = Checkpoint("publish_story", {"kind": "story", "photos": ["11"]})
    assert await graph.drive().to_the_end(content(STORY, picture()), point) == Published("21", None)


@pytest.mark.parametrize(
    ("messages", "verdict"), [(["nice"], NotSeen), (["nice", "First! "], Landed), (["nice"] * 200, CannotTell)]
)
async def test_a_first_comment_is_looked_up_under_the_videos_post(
    graph: Graph, messages: list[str], verdict: type[Verdict]
) -> None:
    point = Checkpoint("first_comment", {"kind": "video", "video": "7", "post": "1_9"}, "7", "https://x.example/")
    comments = [{"id": str(number), "message": message} for number, message in enumerate(messages)]
    graph.say("GET /1_9/comments", {"data": comments})
    found = await Facebook().reconcile(graph.call(), content(COMMENTED), point, graph.clock.now())
    assert type(found) is verdict
    if isinstance(found, Landed):
        assert (await graph.drive().to_the_end(content(COMMENTED), found.checkpoint)).external_id == "7"
