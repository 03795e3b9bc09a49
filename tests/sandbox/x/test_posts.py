"""Posts at X: every kind, every refusal, reading back, threads, deleting."""

from typing import Any

import pytest

from tests.sandbox.client import Sandbox
from tests.sandbox.x.client import FORBIDDEN, HARBOUR, Client, connect

FIELDS = "created_at,entities,attachments,referenced_tweets,in_reply_to_user_id,conversation_id,public_metrics"


@pytest.fixture
async def ada(sandbox: Sandbox) -> Client:
    return await connect(sandbox)


async def timeline(client: Client, **query: str) -> Any:  # noqa: ANN401 - JSON
    return (await client.get(f"users/{HARBOUR}/tweets", **{"tweet.fields": FIELDS, **query})).body


async def test_a_text_is_posted_once_and_read_back_with_its_link(sandbox: Sandbox, ada: Client) -> None:
    made = await ada.post("Beans & brews: https://harbour.coffee/menu?x=1 #coffee")
    assert made.status == 201
    assert set(made.body["data"]) == {"id", "text", "edit_history_tweet_ids"}
    assert made.body["data"]["text"].startswith("Beans &amp; brews: https://t.co/")
    (read,) = (await timeline(ada))["data"]
    (url,) = read["entities"]["urls"]
    assert read["text"][url["start"] : url["end"]] == url["url"]
    assert url["expanded_url"] == "https://harbour.coffee/menu?x=1"
    assert read["entities"]["hashtags"][0]["tag"] == "coffee"
    assert read["created_at"].endswith("Z")
    (post,) = await sandbox.posts()
    assert post["caption"] == "Beans & brews: https://harbour.coffee/menu?x=1 #coffee"
    assert post["url"] == f"https://x.com/harbourcoffee/status/{read['id']}"
    assert (post["kind"], post["platform"]) == ("text", "x")


async def test_one_to_four_images_with_alt_text(sandbox: Sandbox, ada: Client) -> None:
    ids = [await ada.image_id() for _ in range(4)]
    told = await ada.call(
        "POST", "media/metadata", json={"id": ids[0], "metadata": {"alt_text": {"text": "A quay at dawn"}}}
    )
    assert told.body["data"] == {"id": ids[0], "associated_metadata": {"alt_text": {"text": "A quay at dawn"}}}
    made = await ada.posted("Dawn", media={"media_ids": ids}, made_with_ai=True)
    fields = {"tweet.fields": FIELDS, "expansions": "attachments.media_keys", "media.fields": "alt_text,url,width"}
    read = (await ada.get(f"tweets/{made}", **fields)).body
    assert read["data"]["attachments"]["media_keys"] == [f"3_{name}" for name in ids]
    assert read["includes"]["media"][0]["alt_text"] == "A quay at dawn"
    assert read["data"]["entities"]["urls"][0]["expanded_url"].endswith(f"/status/{made}/photo/1")
    (post,) = await sandbox.posts()
    assert (post["kind"], len(post["media"]), post["made_with_ai"]) == ("image", 4, True)
    assert post["alt_texts"][0] == "A quay at dawn"


async def test_a_poll_and_a_quote(sandbox: Sandbox, ada: Client) -> None:
    poll = {"options": ["Espresso", "Filter"], "duration_minutes": 60}
    asked = await ada.posted("Which?", poll=poll, reply_settings="following")
    expanded = await ada.get(f"tweets/{asked}", expansions="attachments.poll_ids", **{"post.fields": "attachments"})
    assert [option["label"] for option in expanded.body["includes"]["polls"][0]["options"]] == ["Espresso", "Filter"]
    quoting = await ada.posted("Vote:", quote_tweet_id=asked)
    read = (await ada.get(f"tweets/{quoting}", expansions="referenced_tweets.id")).body
    assert read["data"]["referenced_tweets"] == [{"type": "quoted", "id": asked}]
    assert read["includes"]["tweets"][0]["id"] == asked
    first, second = await sandbox.posts()
    assert (first["kind"], first["poll"], first["reply_settings"]) == ("poll", ["Espresso", "Filter"], "following")
    assert second["quoted"] == first["url"]


async def test_a_thread_hangs_together(sandbox: Sandbox, ada: Client) -> None:
    root = await ada.posted("One")
    reply = await ada.posted("Two", reply={"in_reply_to_tweet_id": root})
    newest = (await timeline(ada))["data"][0]
    assert newest["id"] == reply
    assert newest["conversation_id"] == root
    assert newest["referenced_tweets"] == [{"type": "replied_to", "id": root}]
    assert newest["in_reply_to_user_id"] == HARBOUR
    assert [post.get("in_reply_to") for post in await sandbox.posts()] == [None, root]
    assert len((await timeline(ada, exclude="replies"))["data"]) == 1


async def test_only_who_was_summoned_replies_to_another(sandbox: Sandbox, ada: Client) -> None:
    ben = await connect(sandbox, "ben")
    quiet, loud = await ben.posted("New wheels"), await ben.posted("Thanks @HarbourCoffee")
    refused = await ada.post("Nice", reply={"in_reply_to_tweet_id": quiet})
    assert (refused.status, refused.body["detail"]) == (403, "You are not permitted to perform this action.")
    await ada.posted("Nice", reply={"in_reply_to_tweet_id": loud})


async def test_the_same_text_again_is_a_duplicate_for_some_hours(sandbox: Sandbox, ada: Client) -> None:
    first = await ada.posted("Open!")
    again = await ada.post(" Open! ")
    words = "You are not allowed to create a Tweet with duplicate content."
    assert (again.status, again.body) == (403, {**FORBIDDEN, "detail": words})
    assert again.headers["content-type"] == "application/problem+json"
    await ada.posted("Open!", reply={"in_reply_to_tweet_id": first})
    await (await connect(sandbox, "ben")).posted("Open!")
    await sandbox.admin("clock", advance_seconds=13 * 3600)
    await (await connect(sandbox)).posted("Open!")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("a" * 280, 201),
        ("a" * 281, 403),
        ("日" * 140, 201),
        ("日" * 141, 403),
        ("a" * 256 + " https://harbour.coffee/" + "x" * 200, 201),
        ("a" * 257 + " https://harbour.coffee/" + "x" * 200, 403),
        ("👨‍👩‍👧‍👦" * 140, 201),
        ("👨‍👩‍👧‍👦" * 140 + "!", 403),
        ("e\u0301" * 280, 201),
        ("$TEA and $BEAN", 403),
    ],
)
async def test_text_is_weighed(ada: Client, text: str, status: int) -> None:
    answer = await ada.post(text)
    assert answer.status == status, answer.body


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"text": "a", "foo": 1}, "$.foo: is not defined in the schema"),
        ({}, "text is required"),
        ({"text": 1}, "$.text: "),
        ({"text": "a", "poll": {"options": ["one"], "duration_minutes": 5}}, "$.poll.options: "),
        ({"text": "a", "poll": {"options": ["1", "x" * 26], "duration_minutes": 5}}, "$.poll.options[1]: "),
        ({"text": "a", "poll": {"options": ["1", "2"], "duration_minutes": 4}}, "$.poll.duration_minutes: "),
        ({"text": "a", "poll": {"options": ["1", "2"]}}, "$.poll.duration_minutes: is missing"),
        ({"text": "a", "reply_settings": "friends"}, "$.reply_settings: "),
        ({"text": "a", "media": {"media_ids": []}}, "$.media.media_ids: "),
        ({"text": "a", "media": {"media_ids": ["1"] * 5}}, "$.media.media_ids: "),
        ({"text": "a", "media": {"media_ids": ["1"]}}, "Your media IDs are invalid."),
        ({"text": "a", "media": {"media_ids": ["1"]}, "quote_tweet_id": "1"}, "Only one of media, quote_tweet_id"),
    ],
)
async def test_a_wrong_body_is_an_invalid_request(ada: Client, body: dict[str, object], words: str) -> None:
    answer = await ada.call("POST", "tweets", json=body)
    assert answer.status == 400
    assert answer.body["type"] == "https://api.x.com/2/problems/invalid-request"
    assert any(words in error["message"] for error in answer.body["errors"]), answer.body


async def test_what_needs_another_product_is_forbidden(ada: Client) -> None:
    assert (await ada.post("a", community_id="1")).body == {
        **FORBIDDEN,
        "detail": "You are not permitted to perform this action.",
    }


async def test_a_body_that_is_no_json_is_refused(ada: Client) -> None:
    assert (await ada.call("POST", "tweets", data={"text": "a"})).status == 400
    headers = {"content-type": "application/json"}
    assert (await ada.call("POST", "tweets", data=b"{", headers=headers)).status == 400


async def test_a_timeline_is_paged_and_cut_by_time(sandbox: Sandbox, ada: Client) -> None:
    made = [await ada.posted(f"Post {number}") for number in range(7)]
    first = await timeline(ada, max_results="5")
    assert [post["id"] for post in first["data"]] == made[:1:-1]
    assert first["meta"]["newest_id"] == made[-1]
    second = await timeline(ada, max_results="5", pagination_token=first["meta"]["next_token"])
    assert [post["id"] for post in second["data"]] == made[1::-1]
    assert "next_token" not in second["meta"]
    await sandbox.admin("clock", advance_seconds=3600)
    now = (await sandbox.call("GET", "/_sandbox/settings")).body["now"].replace("+00:00", "Z")
    late = await ada.posted("Late")
    assert [post["id"] for post in (await timeline(ada, start_time=now))["data"]] == [late]
    assert (await timeline(ada, start_time=now, since_id=late)) == {"meta": {"result_count": 0}}


@pytest.mark.parametrize(
    "query",
    [
        {"max_results": "4"},
        {"max_results": "101"},
        {"start_time": "yesterday"},
        {"pagination_token": "!"},
        {"colour": "red"},
        {"tweet.fields": "created_at,colour"},
        {"since_id": "x"},
    ],
)
async def test_a_wrong_query_is_an_invalid_request(ada: Client, query: dict[str, str]) -> None:
    answer = await ada.get(f"users/{HARBOUR}/tweets", **query)
    assert answer.status == 400
    assert list(answer.body["errors"][0]["parameters"]) == list(query)


async def test_what_is_not_there_is_an_error_in_a_good_reply(ada: Client) -> None:
    made = await ada.posted("Here")
    both = await ada.get("tweets", ids=f"{made},123")
    assert [post["id"] for post in both.body["data"]] == [made]
    assert both.body["errors"][0]["resource_id"] == "123"
    alone = await ada.get("tweets/123")
    assert alone.status == 200
    assert alone.body["errors"][0]["type"].endswith("/problems/resource-not-found")
    assert (await ada.get("users/1")).body["errors"][0]["resource_type"] == "user"


async def test_a_deleted_post_is_gone_and_may_be_said_again(sandbox: Sandbox, ada: Client) -> None:
    made = await ada.posted("Oops")
    assert (await (await connect(sandbox, "ben")).call("DELETE", f"tweets/{made}")).status == 403
    gone = await ada.call("DELETE", f"tweets/{made}")
    assert (gone.status, gone.body) == (200, {"data": {"deleted": True}})
    assert await sandbox.posts() == []
    assert (await ada.call("DELETE", f"tweets/{made}")).status == 404
    await ada.posted("Oops")
