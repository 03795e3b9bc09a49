"""TikTok's limits, ordered failures in its words, and its signed webhooks."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from postwright.sandbox.twins.tiktok.hooks import signature
from tests.sandbox.client import Body, Sandbox
from tests.sandbox.tiktok.client import (
    ADA,
    CREATOR,
    DRAFT_INIT,
    STATUS,
    TOKEN,
    VIDEO_INIT,
    TikTok,
    code_of,
    connect,
    revoke,
    tokens,
)
from tests.support.waiting import free_port

SECRET = "sandbox-tiktok-secret"


class Receiver:
    """The app's webhook endpoint."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.events: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()

    async def answer(self, request: web.Request) -> web.Response:
        self.events.put_nowait((request.headers["tiktok-signature"], await request.read()))
        return web.Response()

    async def event(self) -> tuple[str, Body]:
        """The next event and its content, the signature checked."""
        signed, body = await asyncio.wait_for(self.events.get(), 5)
        told = json.loads(body)
        assert signed == signature(SECRET, told["create_time"], body)
        assert (told["client_key"], told["user_openid"]) == ("sandbox-tiktok", ADA)
        assert isinstance(told["content"], str)
        return told["event"], json.loads(told["content"])


@pytest.fixture
async def receiver(sandbox: Sandbox) -> AsyncIterator[Receiver]:
    receiver = Receiver(f"http://127.0.0.1:{free_port()}/hook")
    app = web.Application()
    app.router.add_post("/hook", receiver.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(receiver.url.split(":")[2].split("/")[0])).start()
    await sandbox.admin("seed", webhooks={"tiktok": {"url": receiver.url}})
    yield receiver
    await runner.cleanup()


def test_the_signature_matches_the_known_vector() -> None:
    body = (
        b'{"client_key":"k","event":"post.publish.complete","create_time":1700000000,"user_openid":"o",'
        b'"content":"{\\"publish_id\\":\\"v_pub_file~v2-1.1\\",\\"publish_type\\":\\"DIRECT_POST\\"}"}'
    )
    expected = "t=1700000000,s=44e63597275ae35e353c28d098176be4d3e3d54880a6f97512138b17d0945dbb"
    assert signature("s3cr3t", 1_700_000_000, body) == expected


async def test_a_public_post_is_told_twice(sandbox: Sandbox, receiver: Receiver) -> None:
    ada = await connect(sandbox)
    name = (await ada.photos("square.jpg")).body["data"]["publish_id"]
    told = {"publish_id": name, "publish_type": "DIRECT_POST"}
    assert await receiver.event() == ("post.publish.complete", told)
    event, content = await receiver.event()
    (post,) = await sandbox.posts()
    assert (event, content) == ("post.publish.publicly_available", {**told, "post_id": post["id"]})


async def test_drafts_and_failures_are_told(sandbox: Sandbox, receiver: Receiver) -> None:
    ada = await connect(sandbox)
    draft = (await ada.photos("square.jpg", mode="MEDIA_UPLOAD")).body["data"]["publish_id"]
    told = {"publish_id": draft, "publish_type": "INBOX_SHARE"}
    assert await receiver.event() == ("post.publish.inbox_delivered", told)
    bad = (await ada.photos("picture.png")).body["data"]["publish_id"]
    told = {"publish_id": bad, "reason": "file_format_check_failed", "publish_type": "DIRECT_POST"}
    assert await receiver.event() == ("post.publish.failed", told)


async def test_the_end_of_a_consent_is_told_once(sandbox: Sandbox, receiver: Receiver) -> None:
    held = (await tokens(sandbox))["access_token"]
    await revoke(sandbox, held)
    assert await receiver.event() == ("authorization.removed", {"reason": 5})
    ada = await connect(sandbox)
    await sandbox.admin("faults", kind="revoke_token", platform="tiktok")
    for _ in range(2):
        assert code_of(await ada.post(CREATOR)) == "access_token_invalid"
    assert await receiver.event() == ("authorization.removed", {"reason": 1})
    assert receiver.events.empty()


@pytest.mark.parametrize(("path", "limit"), [(CREATOR, 20), (STATUS, 30), (VIDEO_INIT, 6), (DRAFT_INIT, 6)])
async def test_calls_of_a_token_are_counted_for_a_minute(sandbox: Sandbox, path: str, limit: int) -> None:
    ada, again = await connect(sandbox), await connect(sandbox)
    for _ in range(limit):
        assert (await ada.post(path)).status != 429
    over = await ada.post(path)
    assert (over.status, code_of(over)) == (429, "rate_limit_exceeded")
    assert "retry-after" not in over.headers
    assert (await again.post(path)).status != 429
    await sandbox.admin("clock", advance_seconds=60)
    assert (await ada.post(path)).status != 429


async def test_a_creator_has_fifteen_posts_a_day(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    for number in range(15):
        if number % 6 == 0:
            await sandbox.admin("clock", advance_seconds=60)
        await ada.settled(await ada.photos("square.jpg"))
    await sandbox.admin("clock", advance_seconds=60)
    over = await ada.photos("square.jpg")
    assert (over.status, code_of(over)) == (403, "spam_risk_too_many_posts")
    told = await ada.post(CREATOR)
    assert (told.status, code_of(told)) == (200, "spam_risk_too_many_posts")
    await sandbox.admin("clock", advance_seconds=86_400)
    assert (await (await connect(sandbox)).photos("square.jpg")).status == 200


async def test_an_inbox_holds_five_drafts_a_day(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    for _ in range(5):
        assert (await ada.photos("square.jpg", mode="MEDIA_UPLOAD")).status == 200
    over = await ada.photos("square.jpg", mode="MEDIA_UPLOAD")
    assert (over.status, code_of(over)) == (403, "spam_risk_too_many_pending_share")


async def test_an_unaudited_app_has_five_posting_users_a_day(sandbox: Sandbox) -> None:
    app, apps = "sandbox-tiktok-unaudited", []
    for number in range(6):
        account = {"platform": "tiktok", "id": f"open-{number}", "person_id": "ben", "kind": "private"}
        await sandbox.admin("seed", accounts=[{**account, "username": f"rider{number}", "name": f"Rider {number}"}])
        apps.append(await connect(sandbox, app, sandbox_person=f"rider{number}"))
    for rider in apps[:5]:
        assert (await rider.init(1000, privacy_level="SELF_ONLY")).status == 200
    over = await apps[5].init(1000, privacy_level="SELF_ONLY")
    assert (over.status, code_of(over)) == (403, "reached_active_user_cap")
    told = await apps[5].post(CREATOR)
    assert (told.status, code_of(told)) == (200, "reached_active_user_cap")
    assert (await apps[0].init(1000, privacy_level="SELF_ONLY")).status == 200


async def test_limits_can_be_lifted(sandbox: Sandbox) -> None:
    await sandbox.admin("seed", settings={"vendor_limits": False})
    ada = await connect(sandbox)
    for _ in range(16):
        assert (await ada.photos("square.jpg")).status == 200


@pytest.mark.parametrize(
    ("order", "status", "code"),
    [
        ({"kind": "status", "status": 400}, 400, "invalid_param"),
        ({"kind": "status", "status": 401}, 401, "access_token_invalid"),
        ({"kind": "status", "status": 403}, 403, "spam_risk_user_banned_from_posting"),
        ({"kind": "status", "status": 500}, 500, "internal_error"),
        ({"kind": "status", "status": 503}, 503, "internal_error"),
        ({"kind": "status", "status": 429}, 429, "rate_limit_exceeded"),
        ({"kind": "rate_limit"}, 429, "rate_limit_exceeded"),
        ({"kind": "status", "message": "app_version_check_failed"}, 400, "app_version_check_failed"),
        (
            {"kind": "status", "status": 200, "message": "spam_risk_user_banned_from_posting"},
            200,
            "spam_risk_user_banned_from_posting",
        ),
    ],
)
async def test_ordered_failures_speak_as_tiktok_does(
    sandbox: Sandbox, order: dict[str, object], status: int, code: str
) -> None:
    ada = await connect(sandbox)
    await sandbox.admin("faults", **order, platform="tiktok", account="harbourcoffee")
    answer = await ada.post(CREATOR)
    assert (answer.status, code_of(answer)) == (status, code)
    assert set(answer.body["error"]) == {"code", "message", "log_id"}
    assert (await ada.post(CREATOR)).status == 200


async def test_ordered_failures_elsewhere_have_their_own_shape(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    for path, status, expected in ((TOKEN, 400, "invalid_grant"), (TOKEN, 503, "server_error")):
        await sandbox.admin("faults", kind="status", platform="tiktok", path="/oauth/", status=status)
        answer = await sandbox.call("POST", path, data={})
        assert (answer.status, answer.body["error"]) == (status, expected)
    await sandbox.admin("faults", kind="status", platform="tiktok", status=404)
    assert (await ada.post(CREATOR)).body == "Unsupported path(Janus)"


async def test_a_token_can_be_made_to_expire_and_a_refresh_to_fail(sandbox: Sandbox) -> None:
    held = await tokens(sandbox)
    ada = TikTok(sandbox, held["access_token"])
    await sandbox.admin("faults", kind="expire_token", platform="tiktok", path="/creator_info/")
    assert code_of(await ada.post(CREATOR)) == "access_token_invalid"
    form = {"client_key": "sandbox-tiktok", "client_secret": SECRET, "grant_type": "refresh_token"}
    await sandbox.admin("faults", kind="revoke_token", platform="tiktok", path="/oauth/token/")
    answer = await sandbox.call("POST", TOKEN, data={**form, "refresh_token": held["refresh_token"]})
    assert answer.body["error"] == "invalid_grant"
