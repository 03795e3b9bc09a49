"""X's rate headers and refusals, ordered faults in X's words, webhooks with the CRC and signatures."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from postwright.sandbox.twins.x.hooks import signature
from tests.sandbox.client import Answer, Sandbox
from tests.sandbox.x.client import API, HARBOUR, SECRET, app_client, connect, token
from tests.support.waiting import free_port

TOO_MANY = {"title": "Too Many Requests", "detail": "Too Many Requests", "type": "about:blank", "status": 429}


def window(answer: Answer) -> tuple[str, str]:
    return answer.headers["x-rate-limit-limit"], answer.headers["x-rate-limit-remaining"]


async def test_each_reply_tells_its_window_and_the_last_one_refuses(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    assert window(await ada.get("users/me")) == ("75", "74")
    for _ in range(74):
        last = await ada.get("users/me")
    assert window(last) == ("75", "0")
    refused = await ada.get("users/me")
    assert (refused.status, refused.body, window(refused)) == (429, TOO_MANY, ("75", "0"))
    assert window(await (await connect(sandbox, "ben")).get("users/me")) == ("75", "74")
    await sandbox.admin("clock", advance_seconds=900)
    assert window(await ada.get("users/me")) == ("75", "74")


async def test_errors_tell_their_window_too(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    assert window(await ada.post("a", foo=1)) == ("100", "99")
    nobody = await sandbox.call("POST", f"{API}/2/tweets", json={"text": "a"})
    assert (nobody.status, window(nobody)) == (401, ("100", "100"))


async def test_posts_have_limits_for_a_day(sandbox: Sandbox) -> None:
    await sandbox.admin("seed", settings={"quota_total": 2})
    ben = await connect(sandbox, "ben")
    await ben.posted("1")
    second = await ben.post("2")
    assert second.headers["x-app-limit-24hour-limit"] == "10000"
    assert second.headers["x-user-limit-24hour-remaining"] == "0"
    await sandbox.admin("clock", advance_seconds=1800)
    assert (await ben.post("3")).status == 429
    await sandbox.admin("clock", advance_seconds=86_400)
    await (await connect(sandbox, "ben")).posted("3")


async def test_fixed_limits_can_be_lifted(sandbox: Sandbox) -> None:
    await sandbox.admin("seed", settings={"vendor_limits": False})
    ada = await connect(sandbox)
    assert {(await ada.get("users/me")).status for _ in range(80)} == {200}


async def test_what_is_not_there_is_said_so(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    assert (await ada.get("nothing")).body["status"] == 404
    assert (await ada.call("PUT", "tweets")).body["status"] == 405
    assert (await ada.get("tweets/abc")).status == 400


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, {"title": "Unauthorized", "detail": "Unauthorized", "type": "about:blank", "status": 401}),
        (403, {"title": "Forbidden", "detail": "You are not permitted to perform this action.", "type": "about:blank",
               "status": 403}),
        (429, TOO_MANY),
        (503, {"title": "Service Unavailable", "detail": "Service Unavailable", "type": "about:blank", "status": 503}),
    ],
)  # fmt: skip
async def test_ordered_failures_speak_as_x_does(sandbox: Sandbox, status: int, body: dict[str, object]) -> None:
    ada = await connect(sandbox)
    await sandbox.admin("faults", kind="status", status=status, platform="x")
    answer = await ada.get("users/me")
    assert (answer.status, answer.body) == (status, body)
    assert "x-rate-limit-reset" in answer.headers


async def test_other_ordered_failures(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    await sandbox.admin("faults", kind="rate_limit", platform="x", account="harbourcoffee")
    limited = await ada.get("users/me")
    assert (limited.status, window(limited)) == (429, ("75", "0"))
    await sandbox.admin("faults", kind="status", status=402)
    assert (await ada.get("users/me")).body["type"].endswith("/problems/credits")
    await sandbox.admin("faults", kind="status", status=403, code=326, message="Locked")
    assert (await ada.get("users/me")).body == {"errors": [{"code": 326, "message": "Locked"}]}
    await sandbox.admin("faults", kind="status", status=400, path="oauth2/token")
    assert (await token(sandbox, grant_type="refresh_token")).body["error"] == "invalid_request"
    await sandbox.admin("faults", kind="revoke_token")
    assert [(await ada.get("users/me")).status for _ in range(2)] == [401, 401]


async def test_a_post_whose_reply_is_lost_is_there_once(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    await sandbox.admin("faults", kind="status", status=503, effect=True, path="/2/tweets$")
    assert (await ada.post("Landed")).status == 503
    assert (await ada.post("Landed")).body["detail"].endswith("duplicate content.")
    assert [post["caption"] for post in await sandbox.posts()] == ["Landed"]
    calls = (await sandbox.journal(platform="x", account="harbourcoffee", text="Landed"))["calls"]
    assert [call["status"] for call in calls] == [503, 403]


class Receiver:
    """An app's webhook endpoint."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.secret = SECRET
        self.asked = 0
        self.events: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()

    async def answer(self, request: web.Request) -> web.Response:
        if request.method == "GET":
            self.asked += 1
            return web.json_response({"response_token": signature(self.secret, request.query["crc_token"].encode())})
        self.events.put_nowait((request.headers["x-twitter-webhooks-signature"], await request.read()))
        return web.Response()

    async def event(self) -> dict[str, object]:
        signed, body = await asyncio.wait_for(self.events.get(), 5)
        assert signed == signature(SECRET, body)
        return dict(json.loads(body))


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    port = free_port()
    receiver = Receiver(f"http://127.0.0.1:{port}/hook")
    app = web.Application()
    app.router.add_route("*", "/hook", receiver.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield receiver
    with contextlib.suppress(RuntimeError):
        await runner.cleanup()


def test_signatures_match_the_known_vectors() -> None:
    assert signature("s3cr3t", b"crc123") == "sha256=hawCna6q3GvcSwIiOZOM2zAGlf4CqnO2X6iNiqf+Q3o="
    body = b'{"object":"page","entry":[]}'
    assert signature("s3cr3t", body) == "sha256=CzaRjpLOoXNZh0IfOADEAWBTt+iVHELKqWlzH3s0vNU="


async def test_a_webhook_is_checked_and_hears_of_posts(sandbox: Sandbox, receiver: Receiver) -> None:
    app, ada = await app_client(sandbox), await connect(sandbox)
    made = await app.call("POST", "webhooks", json={"url": receiver.url})
    assert (made.status, made.body["data"]["valid"], receiver.asked) == (200, True, 1)
    hook = made.body["data"]["id"]
    path = f"account_activity/webhooks/{hook}/subscriptions/all"
    assert (await ada.call("POST", path)).body == {"data": {"subscribed": True}}
    post = await ada.posted("Heard?")
    event = await receiver.event()
    assert event["for_user_id"] == HARBOUR
    assert event["tweet_create_events"][0]["id_str"] == post  # type: ignore[index]  # JSON
    await ada.call("DELETE", f"tweets/{post}")
    assert "tweet_delete_events" in await receiver.event()
    assert (await app.call("PUT", f"webhooks/{hook}")).body == {"data": {"valid": True}}
    receiver.secret = "another"
    assert (await app.call("PUT", f"webhooks/{hook}")).body == {"data": {"valid": False}}
    assert (await app.get("webhooks")).body["meta"] == {"result_count": 1}
    assert (await app.call("DELETE", f"webhooks/{hook}")).body == {"data": {"deleted": True}}


async def test_a_webhook_that_cannot_answer_is_refused(sandbox: Sandbox, receiver: Receiver) -> None:
    app = await app_client(sandbox)
    receiver.secret = "another"
    refused = await app.call("POST", "webhooks", json={"url": receiver.url})
    assert "CrcValidationFailed" in refused.body["errors"][0]["message"]
    for url in ("http://example.org/hook", "https://example.org:8443/hook", "https://example.org/" + "x" * 200):
        assert (await app.call("POST", "webhooks", json={"url": url})).status == 400
    ada = await connect(sandbox)
    assert (await ada.call("POST", "webhooks", json={"url": receiver.url})).status == 403


async def test_the_sandboxs_own_door_subscribes_everybody(sandbox: Sandbox, receiver: Receiver) -> None:
    await sandbox.admin("seed", webhooks={"x": {"url": receiver.url}})
    await (await connect(sandbox, "ben")).posted("Spokes")
    assert "tweet_create_events" in await receiver.event()
