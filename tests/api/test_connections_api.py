"""Connecting, listing and disconnecting as programs and browsers see it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from starlette.types import ASGIApp

from postwright.domain.errors import RateLimited
from postwright.main import create_server
from postwright.platforms.base import OptionValue
from postwright.sandbox.serve import running_sandbox
from postwright.services.app import App
from postwright.storage.db import Database
from tests.support.apps import Person, join, make_settings, open_app
from tests.support.asgi import Client, Reply
from tests.support.clock import ManualClock
from tests.support.fake_platform import FAKE, FakePlatform, fake_app, grant, target

from .conftest import client_of

CONNECT = f"/api/connect/{FAKE}"
CALLBACK = f"/api/callback/{FAKE}"
DISCONNECT = f"/api/disconnect/{FAKE}"
PAGE = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def platform(clock: ManualClock) -> FakePlatform:
    return FakePlatform(clock)


@pytest.fixture
async def app(db: Database, tmp_path: Path, platform: FakePlatform) -> AsyncIterator[App]:
    async with fake_app(db, tmp_path, platform) as opened:
        yield opened


@pytest.fixture
def browser(server: ASGIApp, person: Person) -> Client:
    """The same person, in a browser."""
    return browser_of(server, person)


def browser_of(server: ASGIApp, person: Person) -> Client:
    return Client(server, {"Cookie": f"pw_session={person.cookie}", "X-CSRF-Token": person.csrf})


async def begin(client: Client, query: str = "") -> str:
    """Begin a consent; its state."""
    reply = await client.get(f"{CONNECT}{query}")
    assert reply.status == 200, reply
    address: str = reply.json()["redirect_url"]
    return parse_qs(urlsplit(address).query)["state"][0]


async def connect(client: Client) -> Reply:
    reply = await client.get(f"{CALLBACK}?code=c&state={await begin(client)}")
    assert reply.status == 200, reply
    return reply


def location(reply: Reply) -> tuple[str, dict[str, str]]:
    assert reply.status == 303, reply
    parts = urlsplit(reply.headers["location"])
    return parts.path, {name: value for name, [value] in parse_qs(parts.query).items()}


async def test_a_program_connects_with_json_alone(client: Client) -> None:
    [account] = (await connect(client)).json()["accounts"]
    assert account == {
        "id": account["id"],
        "platform": FAKE,
        "login": "plain",
        "external_id": "1",
        "username": "user1",
        "name": "User 1",
        "avatar_url": None,
        "kind": "page",
        "scopes": ["publish", "stats"],
        "health": "healthy",
        "health_reason": None,
        "token_expires_at": None,
        "connected_at": "2026-11-20T09:00:00Z",
    }
    assert (await client.get("/api/connections")).json() == {"accounts": [account]}


async def test_a_redirect_may_be_had_at_once(client: Client) -> None:
    reply = await client.get(f"{CONNECT}?redirect=1&login=pkce")
    assert reply.status == 302
    assert reply.headers["location"].startswith("https://fakebook.example/pkce?")


async def test_what_cannot_be_begun_is_told_by_code(client: Client, stranger: Client) -> None:
    assert (await client.get("/api/connect/nowhere")).code == "unknown_platform"
    assert (await client.get(f"{CONNECT}?login=nothing")).code == "unknown_login"
    assert (await client.get(f"{CONNECT}?return_to=https://evil.example")).code == "not_a_local_path"
    assert (await stranger.get(CONNECT)).status == 401


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 404, "state_unknown"),
        ("?state=made-up&code=c", 404, "state_unknown"),
        ("?state={state}&error=access_denied", 403, "consent_denied"),
        ("?state={state}&error=server_error", 409, "consent_failed"),
        ("?state={state}", 422, "code_missing"),
    ],
)
async def test_a_callback_that_fails_says_why_to_programs_and_browsers(
    client: Client, query: str, status: int, code: str
) -> None:
    reply = await client.get(CALLBACK + query.format(state=await begin(client)))
    assert (reply.status, reply.code) == (status, code)
    reply = await client.get(CALLBACK + query.format(state=await begin(client)), **PAGE)
    assert location(reply) == ("/channels", {"problem": code, "platform": FAKE})


async def test_a_partial_consent_names_each_missing_permission(client: Client, platform: FakePlatform) -> None:
    platform.granted = grant(scopes=())
    reply = await client.get(f"{CALLBACK}?code=c&state={await begin(client)}")
    assert (reply.status, reply.code, reply.fields) == (422, "scope_missing", ["scopes"])
    assert (await client.get("/api/connections")).json() == {"accounts": []}


async def test_a_state_is_used_once_and_in_time(client: Client, clock: ManualClock) -> None:
    state = await begin(client)
    assert (await client.get(f"{CALLBACK}?code=c&state={state}")).status == 200
    assert (await client.get(f"{CALLBACK}?code=c&state={state}")).code == "state_used"
    late = await begin(client)
    clock.advance(timedelta(minutes=10))
    assert (await client.get(f"{CALLBACK}?code=c&state={late}")).code == "state_expired"


async def test_a_browser_comes_back_to_its_channels(browser: Client) -> None:
    reply = await browser.get(f"{CALLBACK}?code=c&state={await begin(browser)}", **PAGE)
    [account] = (await browser.get("/api/connections")).json()["accounts"]
    assert location(reply) == ("/channels", {"connected": account["id"]})


async def test_a_browser_comes_back_to_where_it_wanted(browser: Client) -> None:
    state = await begin(browser, "?return_to=/welcome?step=2")
    path, query = location(await browser.get(f"{CALLBACK}?code=c&state={state}", **PAGE))
    assert (path, query["step"]) == ("/welcome", "2")


async def test_a_browsers_state_is_not_good_without_its_cookie(
    app: App, server: ASGIApp, browser: Client, client: Client, stranger: Client
) -> None:
    state = await begin(browser)
    another = browser_of(server, await join(app))
    broken = Client(server, {"Cookie": "pw_session=broken"})
    for other in (stranger, another, client, broken):
        reply = await other.get(f"{CALLBACK}?code=c&state={state}")
        assert (reply.status, reply.code) == (403, "state_of_another_session")
    assert (await browser.get(f"{CALLBACK}?code=c&state={state}")).status == 200


async def test_of_several_accounts_a_browser_chooses(browser: Client, client: Client, platform: FakePlatform) -> None:
    platform.opened = (target("1"), target("2"))
    state = await begin(browser)
    reply = await browser.get(f"{CALLBACK}?code=c&state={state}", **PAGE)
    assert location(reply) == ("/channels/choose", {"state": state})
    choice = {"state": state, "external_ids": ["2"]}
    assert (await client.post("/api/connections/choose", choice)).code == "state_of_another_session"
    chosen = await browser.post("/api/connections/choose", choice)
    assert [account["external_id"] for account in chosen.json()["accounts"]] == ["2"]
    assert (await browser.post("/api/connections/choose", choice)).code == "state_used"


async def test_disconnecting_says_what_became_of_it(client: Client, platform: FakePlatform) -> None:
    [account] = (await connect(client)).json()["accounts"]
    reply = await client.post(DISCONNECT)
    assert reply.json() == {"account": account, "canceled_publications": 0, "warning": None}
    assert platform.revoked == ["access 0"]
    assert (await client.post(DISCONNECT, {})).code == "account_not_found"
    assert (await client.get("/api/connections")).json() == {"accounts": []}


async def test_of_several_accounts_the_one_to_disconnect_must_be_named(client: Client, platform: FakePlatform) -> None:
    platform.opened = (target("1"), target("2"))
    first, second = (await connect(client)).json()["accounts"]
    reply = await client.post(DISCONNECT, {})
    assert (reply.status, reply.code) == (422, "account_id_required")
    assert {error["account_id"] for error in reply.json()["errors"]} == {first["id"], second["id"]}
    assert (await client.post(DISCONNECT, {"account_id": second["id"]})).json()["account"] == second


async def test_another_workspaces_account_is_not_found(app: App, server: ASGIApp, client: Client) -> None:
    [theirs] = (await connect(client_of(server, await join(app)))).json()["accounts"]
    assert (await client.post(DISCONNECT, {"account_id": theirs["id"]})).code == "account_not_found"
    assert (await client.get("/api/connections")).json() == {"accounts": []}


@pytest.mark.parametrize("login", ["instagram", "facebook"])
async def test_accounts_are_connected_and_disconnected_at_the_sandbox(
    db: Database, tmp_path: Path, clock: ManualClock, login: str
) -> None:
    """The real adapter and the whole consent, over HTTP."""
    async with (
        running_sandbox() as sandbox,
        open_app(db, make_settings(tmp_path, sandbox_url=sandbox), clock) as app,
        aiohttp.ClientSession() as person,
    ):
        client = client_of(create_server(app), await join(app))
        address = (await client.get(f"/api/connect/instagram?login={login}")).json()["redirect_url"]
        denied = await consent(person, address, "deny")
        assert (await client.get(denied)).code == "consent_denied"
        address = (await client.get(f"/api/connect/instagram?login={login}")).json()["redirect_url"]
        approved = await consent(person, address, "approve")
        accounts = (await client.get(approved)).json()["accounts"]
        assert accounts
        assert {account["login"] for account in accounts} == {login}
        assert (await client.get(approved)).code == "state_used"
        for account in accounts:
            reply = await client.post("/api/disconnect/instagram", {"account_id": account["id"]})
            assert (reply.json()["warning"] is None) is (login == "facebook")
        assert (await client.get("/api/connections")).json() == {"accounts": []}


async def consent(person: aiohttp.ClientSession, address: str, decision: str) -> str:
    """Answer the consent page; where the browser is sent back to, from the path on."""
    async with person.get(address, params={"sandbox_consent": decision}, allow_redirects=False) as reply:
        assert reply.status in (302, 303), await reply.text()
        back = urlsplit(reply.headers["Location"])
    return f"{back.path}?{back.query}"


async def test_the_values_of_an_accounts_own_options_are_told(
    server: ASGIApp, app: App, client: Client, platform: FakePlatform
) -> None:
    platform.offered = {"board_id": (OptionValue("7", "Rolls"),), "place": ()}
    [account] = (await connect(client)).json()["accounts"]
    path = f"/api/connections/{account['id']}/options"
    reply = await client.get(path)
    assert (reply.status, reply.json()) == (
        200,
        {"options": {"board_id": [{"value": "7", "label": "Rolls"}], "place": []}},
    )
    assert (await client_of(server, await join(app)).get(path)).code == "account_not_found"
    platform.failure = RateLimited(until=app.clock.now() + timedelta(seconds=90))
    reply = await client.get(path)
    assert (reply.status, reply.code, reply.headers["retry-after"]) == (503, "platform_unavailable", "90")
