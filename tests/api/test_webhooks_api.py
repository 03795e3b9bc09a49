"""The webhook route as platforms see it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from postwright.platforms.base import WebhookAnswer, WebhookCall, WebhookSecrets
from postwright.services import webhooks
from postwright.services.app import App
from postwright.storage.db import Database
from tests.support.asgi import Client
from tests.support.clock import ManualClock
from tests.support.fake_platform import FAKE, FakePlatform, fake_app

ROUTE = f"/api/webhooks/{FAKE}"


class AnswersInJson(FakePlatform):
    """One that wants its challenge answered as an object."""

    __slots__ = ()

    def read_webhook(self, event: WebhookCall, secrets: WebhookSecrets) -> WebhookAnswer:
        return WebhookAnswer(json.dumps({"challenge": event.query.get("challenge"), "word": secrets.verify_token}))


@pytest.fixture
async def app(db: Database, tmp_path: Path, clock: ManualClock) -> AsyncIterator[App]:
    async with fake_app(db, tmp_path, FakePlatform(clock)) as opened:
        yield opened


async def test_a_handshake_is_echoed_as_plain_text(app: App, stranger: Client) -> None:
    reply = await stranger.get(f"{ROUTE}?word={webhooks.verify_token(app, FAKE)}&challenge=12345")
    assert (reply.status, reply.body) == (200, b"12345")
    assert reply.headers["content-type"].startswith("text/plain")
    assert (await stranger.get(f"{ROUTE}?word=wrong&challenge=1")).status == 403


async def test_a_signed_notice_is_200_and_an_unsigned_one_403(stranger: Client) -> None:
    body = json.dumps([{"key": "1", "topic": "t", "account_external_id": "nobody", "external_id": "x"}]).encode()
    for _ in range(2):
        assert (await stranger.send("POST", ROUTE, body=[body], headers={"Signature": "fakebook secret"})).status == 200
    reply = await stranger.send("POST", ROUTE, body=[body], headers={"Signature": "wrong"})
    assert (reply.status, reply.code) == (403, "bad_signature")


async def test_an_unknown_platform_is_not_found(stranger: Client) -> None:
    assert (await stranger.get("/api/webhooks/nowhere")).code == "unknown_platform"


class TestJson:
    @pytest.fixture
    async def app(self, db: Database, tmp_path: Path, clock: ManualClock) -> AsyncIterator[App]:
        async with fake_app(db, tmp_path, AnswersInJson(clock)) as opened:
            yield opened

    async def test_an_answer_in_json_is_sent_as_json(self, stranger: Client) -> None:
        reply = await stranger.get(f"{ROUTE}?challenge=abc")
        assert reply.headers["content-type"] == "application/json"
        assert reply.json()["challenge"] == "abc"
