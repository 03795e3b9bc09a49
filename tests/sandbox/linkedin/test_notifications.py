"""LinkedIn's webhooks: the challenge, signatures, what is told about an organisation's posts."""

import asyncio
import json
from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest
from aiohttp import web

from postwright.sandbox.twins.linkedin.hooks import response_to, signature
from tests.sandbox.client import Answer, Body, Sandbox
from tests.sandbox.linkedin.client import ADA, BEN, HARBOUR, LANTERN, LinkedIn, connect
from tests.support.waiting import free_port

SECRET = "sandbox-linkedin-secret"
KIND = "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS"


class Receiver:
    """An app's webhook endpoint."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.secret = SECRET
        self.batches: asyncio.Queue[list[Body]] = asyncio.Queue()

    async def answer(self, request: web.Request) -> web.Response:
        if request.method == "GET":
            code = request.query["challengeCode"]
            return web.json_response({"challengeCode": code, "challengeResponse": response_to(self.secret, code)})
        raw = await request.read()
        assert request.headers["x-li-signature"] == signature(SECRET, raw)
        body = json.loads(raw)
        assert body["type"] == KIND
        self.batches.put_nowait(body["notifications"])
        return web.Response()

    async def batch(self) -> list[Body]:
        return await asyncio.wait_for(self.batches.get(), 5)


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
    await runner.cleanup()


async def subscribe(app: LinkedIn, url: str, organization: str = HARBOUR, user: str = ADA) -> Answer:
    key = {
        "developerApplication": "urn:li:developerApplication:sandbox-linkedin",
        "user": user,
        "entity": organization,
        "eventType": KIND,
    }
    text = ",".join(f"{name}:{quote(value, safe='')}" for name, value in key.items())
    return await app.call("PUT", f"rest/eventSubscriptions/({text})", json={"webhook": url})


def test_signatures_match_the_known_vectors() -> None:
    expected = "63c7a919bedbaacb240b7f164b53ceec3659f89f076bdd25f84469154bedb6e8"
    assert response_to("s3cr3t", "890e4665-4dfe-4ab1-b689-ed553bceeed0") == expected
    expected = "cecacbc7d03b5ff0fce6a05ceee40e5807c6f3567a2a043cec2590dfe38c0393"
    assert signature("s3cr3t", b'{"object":"page","entry":[]}') == expected


async def test_an_organisations_comments_reach_the_app(sandbox: Sandbox, receiver: Receiver) -> None:
    ada = await connect(sandbox)
    assert (await subscribe(ada, receiver.url)).status == 204
    urn = await ada.posted(author=HARBOUR)
    await sandbox.admin("comment", post=urn, username="nils", text="Nice")
    (told,) = await receiver.batch()
    assert (told["action"], told["sourcePost"], told["organizationalEntity"]) == ("COMMENT", urn, HARBOUR)
    assert told["subscriber"] == ADA
    await ada.comment(urn, "Thanks", HARBOUR)
    (told,) = await receiver.batch()
    assert told["action"] == "ADMIN_COMMENT"
    await ada.posted(reshareContext={"parent": urn})
    (told,) = await receiver.batch()
    assert told["action"] == "SHARE"


async def test_what_happens_at_once_comes_in_batches_of_ten(sandbox: Sandbox, receiver: Receiver) -> None:
    await sandbox.admin("seed", webhooks={"linkedin": {"url": receiver.url}})
    ada = await connect(sandbox)
    mention = f"@[Lantern Books]({LANTERN}) "
    await ada.posted(commentary=mention * 12)
    batches = [await receiver.batch(), await receiver.batch()]
    assert [len(batch) for batch in batches] == [10, 2]
    assert len({told["notificationId"] for batch in batches for told in batch}) == 12


async def test_a_receiver_must_pass_the_challenge(sandbox: Sandbox, receiver: Receiver) -> None:
    receiver.secret = "wrong"
    refused = await subscribe(await connect(sandbox), receiver.url)
    assert (refused.status, refused.body["message"]) == (400, "This URL did not pass the security challenge check")
    order = {"webhooks": {"linkedin": {"url": receiver.url}}}
    assert (await sandbox.call("POST", "/_sandbox/seed", json=order)).status == 400


async def test_only_ones_own_organisations_can_be_subscribed_to(sandbox: Sandbox, receiver: Receiver) -> None:
    ada = await connect(sandbox)
    assert (await subscribe(ada, receiver.url, user=BEN)).status == 400
    assert (await subscribe(ada, receiver.url, "urn:li:organization:1")).status == 400
    assert (await subscribe(ada, receiver.url, ADA)).status == 400
    assert (await subscribe(ada, "nowhere")).body["code"] == "INVALID_URL"
    without = await connect(sandbox, scope="openid w_member_social")
    assert (await subscribe(without, receiver.url)).status == 403
