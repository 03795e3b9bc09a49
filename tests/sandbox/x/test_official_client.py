"""tweepy drives the sandbox unchanged: an adapter on its session leads its one fixed host here."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import tweepy  # type: ignore[import-untyped]  # ships no types
from requests import PreparedRequest, Response  # noqa: TID251 - tweepy's own client is led elsewhere
from requests.adapters import HTTPAdapter  # noqa: TID251 - likewise

from tests.sandbox.client import Sandbox
from tests.sandbox.x.client import HARBOUR, connect

HOST = "https://api.twitter.com"


class Detour(HTTPAdapter):
    """Sends what is meant for X to the sandbox."""

    def __init__(self, origin: str) -> None:
        super().__init__()
        self.origin = origin

    def send(self, request: PreparedRequest, *args: Any, **options: Any) -> Response:  # noqa: ANN401 - as requests has it
        assert request.url
        request.url = request.url.replace(HOST, f"{self.origin}/api.twitter.com", 1)
        return super().send(request, *args, **options)


async def library(sandbox: Sandbox, person: str = "ada") -> tweepy.Client:
    client = tweepy.Client((await connect(sandbox, person)).token)
    client.session.mount(HOST, Detour(sandbox.origin))
    return client


async def done(work: Callable[..., Any], *args: object, **options: object) -> Any:  # noqa: ANN401 - tweepy has no types
    return await asyncio.to_thread(work, *args, **options)


async def test_tweepy_posts_reads_back_and_deletes(sandbox: Sandbox) -> None:
    client = await library(sandbox)
    me = await done(client.get_me, user_auth=False, user_fields=["verified"])
    assert (str(me.data.id), me.data.username, me.data.verified) == (HARBOUR, "harbourcoffee", True)
    image = await (await connect(sandbox)).image_id()
    made = await done(client.create_tweet, text="By a library", media_ids=[image], user_auth=False)
    reply = await done(client.create_tweet, text="And more", in_reply_to_tweet_id=made.data["id"], user_auth=False)
    page = await done(
        client.get_users_tweets,
        me.data.id,
        start_time=datetime.now(UTC) - timedelta(minutes=1),  # noqa: TID251 - a filter for the server's real clock
        max_results=10,
        tweet_fields=["created_at", "entities", "attachments", "referenced_tweets"],
        expansions=["attachments.media_keys", "author_id"],
        media_fields=["url", "alt_text"],
    )
    assert [str(post.id) for post in page.data] == [reply.data["id"], made.data["id"]]
    assert page.includes["media"][0].media_key == f"3_{image}"
    assert page.data[0].referenced_tweets[0].type == "replied_to"
    one = await done(client.get_tweet, made.data["id"], tweet_fields=["public_metrics"])
    assert one.data.public_metrics["reply_count"] == 1
    assert [post["id"] for post in await sandbox.posts()] == [made.data["id"], reply.data["id"]]
    gone = await done(client.delete_tweet, reply.data["id"], user_auth=False)
    assert gone.data["deleted"] is True
    assert (await done(client.get_tweet, reply.data["id"])).errors[0]["title"] == "Not Found Error"


async def test_tweepy_recognises_refusals(sandbox: Sandbox) -> None:
    client = await library(sandbox)
    await done(client.create_tweet, text="Twice", user_auth=False)
    refused = await failing(tweepy.Forbidden, client.create_tweet, text="Twice", user_auth=False)
    assert refused.api_messages == ["You are not allowed to create a Tweet with duplicate content."]
    wrong = await failing(tweepy.BadRequest, client.create_tweet, text="Which?", media_ids=["1"], user_auth=False)
    assert wrong.api_messages == ["Your media IDs are invalid."]
    for _ in range(75):
        await done(client.get_me, user_auth=False)
    limited = await failing(tweepy.TooManyRequests, client.get_me, user_auth=False)
    assert limited.reset_time > datetime.now(UTC).timestamp()  # noqa: TID251 - tweepy compares with the real clock
    await sandbox.admin("faults", kind="expire_token")
    await failing(tweepy.Unauthorized, client.get_tweet, "1")


async def failing(expected: type[Exception], work: Callable[..., Any], *args: object, **options: object) -> Any:  # noqa: ANN401 - likewise
    try:
        await done(work, *args, **options)
    except expected as refusal:
        return refusal
    raise AssertionError(f"{expected.__name__} did not come")
