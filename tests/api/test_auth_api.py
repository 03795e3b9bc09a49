"""The auth routes as a program sees them."""

from datetime import timedelta

import pytest

from postwright.services.people import TRIES_BY_EMAIL
from tests.support.asgi import Client, Reply
from tests.support.clock import ManualClock

ADA = {"email": "ada@example.com", "password": "correct horse", "name": "Ada", "timezone": "Europe/Berlin"}
LOG_IN = {"email": "ada@example.com", "password": "correct horse"}


async def sign_up(stranger: Client) -> Reply:
    reply = await stranger.post("/api/auth/signup", ADA)
    assert reply.status == 201, reply
    return reply


def bearer(reply: Reply) -> dict[str, str]:
    return {"Authorization": f"Bearer {reply.json()['access_token']}"}


async def test_signing_up_logs_in(stranger: Client) -> None:
    reply = await sign_up(stranger)
    said = reply.json()
    assert (said["user"]["email"], said["user"]["name"]) == ("ada@example.com", "Ada")
    assert said["user"].keys() == {"id", "email", "name"}
    assert {**said["workspace"], "id": 0} == {
        "id": 0,
        "name": "Ada's workspace",
        "timezone": "Europe/Berlin",
        "role": "owner",
    }
    assert (said["token_type"], said["expires_in"]) == ("bearer", 900)
    me = await stranger.get("/api/me", **bearer(reply))
    assert me.json() == {"user": said["user"], "workspace": said["workspace"]}


async def test_an_email_is_taken_once(stranger: Client) -> None:
    await sign_up(stranger)
    reply = await stranger.post("/api/auth/signup", ADA)
    assert (reply.status, reply.code) == (409, "email_taken")


async def test_every_bad_field_is_pointed_at(stranger: Client) -> None:
    reply = await stranger.post("/api/auth/signup", {"email": "ada", "password": "short", "timezone": "Mars"})
    assert reply.status == 422
    assert reply.fields == ["email", "password", "timezone"]
    reply = await stranger.post("/api/auth/signup", {"email": "ada@example.com", "extra": 1})
    assert sorted(reply.fields) == ["extra", "password"]


async def test_logging_in_gives_a_session_of_its_own(stranger: Client) -> None:
    first = await sign_up(stranger)
    second = await stranger.post("/api/auth/login", LOG_IN)
    assert second.status == 200
    assert (await stranger.post("/api/auth/logout", **bearer(second))).status == 204
    assert (await stranger.get("/api/me", **bearer(second))).code == "unauthenticated"
    assert (await stranger.get("/api/me", **bearer(first))).status == 200


async def test_a_wrong_password_is_401_and_too_many_are_429(stranger: Client, clock: ManualClock) -> None:
    wrong = {**LOG_IN, "password": "wrong password"}
    for _ in range(TRIES_BY_EMAIL):
        reply = await stranger.post("/api/auth/login", wrong)
        assert (reply.status, reply.code) == (401, "wrong_credentials")
    clock.advance(timedelta(minutes=5))
    reply = await stranger.post("/api/auth/login", wrong)
    assert (reply.status, reply.code, reply.headers["retry-after"]) == (429, "too_many_requests", "600")


async def test_a_refresh_rotates_and_a_second_use_ends_the_session(stranger: Client) -> None:
    first = await sign_up(stranger)
    used = {"refresh_token": first.json()["refresh_token"]}
    second = await stranger.post("/api/auth/refresh", used)
    assert second.status == 200
    assert second.json().keys() == first.json().keys()
    assert (await stranger.get("/api/me", **bearer(second))).status == 200
    assert (await stranger.post("/api/auth/refresh", used)).status == 401
    assert (await stranger.get("/api/me", **bearer(second))).status == 401


async def test_an_expired_access_token_says_so(stranger: Client, clock: ManualClock) -> None:
    reply = await sign_up(stranger)
    clock.advance(timedelta(minutes=15))
    assert (await stranger.get("/api/me", **bearer(reply))).code == "token_expired"


@pytest.mark.parametrize("value", ["", "x", "x.y", "0" * 2000, "00000000-0000-0000-0000-000000000000.x"])
async def test_a_made_up_refresh_token_is_refused(stranger: Client, value: str) -> None:
    reply = await stranger.post("/api/auth/refresh", {"refresh_token": value})
    assert reply.status == (422 if len(value) > 1000 else 401)
