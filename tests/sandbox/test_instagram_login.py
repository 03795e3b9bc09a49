"""Instagram Login: the authorize page, the code, short and long tokens, refresh."""

from urllib.parse import urlencode

import aiohttp
import pytest

from postwright.sandbox.config import SandboxConfig
from postwright.sandbox.serve import running_sandbox
from tests.sandbox.client import CALLBACK, CLARA, INSTAGRAM_SCOPES, Sandbox

AUTHORIZE = "/www.instagram.com/oauth/authorize"
ASKED = {
    "client_id": "sandbox-instagram",
    "redirect_uri": CALLBACK,
    "response_type": "code",
    "scope": INSTAGRAM_SCOPES,
    "state": "a b&c",
}
DAY = 86_400


async def test_an_approved_consent_returns_code_state_and_the_trailing_fragment(sandbox: Sandbox) -> None:
    answer = await sandbox.call("GET", f"{AUTHORIZE}?{urlencode({**ASKED, 'sandbox_consent': 'approve'})}")
    location = answer.headers["location"]
    assert answer.status == 302
    assert location.startswith(f"{CALLBACK}?code=AQ")
    assert location.endswith("&state=a+b%26c#_")


async def test_a_denied_consent_says_so_and_gives_the_state_back(sandbox: Sandbox) -> None:
    found = await sandbox.authorize(AUTHORIZE, **ASKED, sandbox_consent="deny")
    assert found["error"] == "access_denied"
    assert found["error_reason"] == "user_denied"
    assert found["error_description"]
    assert found["state"] == "a b&c"
    assert "code" not in found


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"client_id": "nobody"}, "Invalid platform app"),
        ({"client_id": "sandbox-facebook"}, "Invalid platform app"),
        ({"redirect_uri": "http://example.com/cb"}, "must use https"),
        ({"redirect_uri": "/callback"}, "absolute URL"),
        ({"redirect_uri": "https://example.com/cb#x"}, "fragment"),
        ({"response_type": "token"}, "response_type"),
        ({"scope": "instagram_business_everything"}, "Invalid scopes"),
        ({"scope": ""}, "Invalid scopes"),
    ],
)
async def test_a_wrong_authorize_request_never_redirects(sandbox: Sandbox, change: dict[str, str], words: str) -> None:
    answer = await sandbox.call("GET", f"{AUTHORIZE}?{urlencode({**ASKED, **change, 'sandbox_consent': 'approve'})}")
    assert answer.status == 400
    assert words in answer.body


async def test_a_code_becomes_a_short_token_with_flat_reply(sandbox: Sandbox) -> None:
    answer = await sandbox.exchange_instagram(await sandbox.instagram_code())
    assert answer.status == 200
    assert set(answer.body) == {"access_token", "user_id", "permissions"}
    assert answer.body["permissions"].split(",") == sorted(INSTAGRAM_SCOPES.split(","))


async def test_the_reply_can_be_switched_to_the_wrapped_form() -> None:
    config = SandboxConfig(token_reply="data")
    async with running_sandbox(config) as origin, aiohttp.ClientSession() as http:
        sandbox = Sandbox(origin, http)
        answer = await sandbox.exchange_instagram(await sandbox.instagram_code())
    assert answer.body["data"][0]["access_token"].startswith("IGAA")


async def test_a_code_serves_once(sandbox: Sandbox) -> None:
    code = await sandbox.instagram_code()
    await sandbox.exchange_instagram(code)
    again = await sandbox.exchange_instagram(code)
    assert again.status == 400
    assert again.body == {
        "error_type": "OAuthException",
        "code": 400,
        "error_message": "Matching code was not found or was already used",
    }


@pytest.mark.parametrize(
    "change",
    [
        {"code": "AQwrong"},
        {"client_secret": "wrong"},
        {"client_id": "nobody"},
        {"redirect_uri": "http://127.0.0.1:9/other"},
        {"grant_type": "password"},
        {"redirect_uri": ""},
    ],
)
async def test_a_wrong_exchange_is_refused_in_its_own_shape(sandbox: Sandbox, change: dict[str, str]) -> None:
    answer = await sandbox.exchange_instagram(await sandbox.instagram_code(), **change)
    assert answer.status == 400
    assert answer.body["error_type"] == "OAuthException"


async def test_a_code_lives_an_hour(sandbox: Sandbox) -> None:
    code = await sandbox.instagram_code()
    await sandbox.admin("clock", advance_seconds=3600)
    answer = await sandbox.exchange_instagram(code)
    assert "expired" in answer.body["error_message"]


async def test_a_challenge_is_checked_when_one_was_sent(sandbox: Sandbox) -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    pkce = {"code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256"}
    refused = await sandbox.exchange_instagram(await sandbox.instagram_code(**pkce), code_verifier="other")
    accepted = await sandbox.exchange_instagram(await sandbox.instagram_code(**pkce), code_verifier=verifier)
    assert (refused.status, accepted.status) == (400, 200)


async def test_a_short_token_dies_after_an_hour_with_190_463(sandbox: Sandbox) -> None:
    token = (await sandbox.exchange_instagram(await sandbox.instagram_code())).body["access_token"]
    await sandbox.admin("clock", advance=3601)
    answer = await sandbox.call("GET", "/graph.instagram.com/v25.0/me", params={"access_token": token})
    assert answer.error == (190, 463)
    assert answer.status == 401
    assert answer.body["error"]["fbtrace_id"].startswith("A")


async def test_a_short_token_becomes_one_of_sixty_days(sandbox: Sandbox) -> None:
    short = (await sandbox.exchange_instagram(await sandbox.instagram_code())).body["access_token"]
    answer = await sandbox.extend_instagram(short)
    assert answer.body["token_type"] == "bearer"
    assert answer.body["expires_in"] == 5_183_944
    assert (await sandbox.extend_instagram(short, client_secret="wrong")).status >= 400
    assert (await sandbox.extend_instagram(answer.body["access_token"])).error == (100, None)


async def refreshed(sandbox: Sandbox, token: str) -> tuple[int, dict[str, object]]:
    query = {"grant_type": "ig_refresh_token", "access_token": token}
    answer = await sandbox.call("GET", "/graph.instagram.com/refresh_access_token", params=query)
    return answer.status, answer.body


async def test_a_long_token_refreshes_from_its_second_day_until_it_expires(sandbox: Sandbox) -> None:
    graph = await sandbox.clara()
    assert (await refreshed(sandbox, graph.token))[0] == 400
    await sandbox.admin("clock", advance_seconds=DAY + 1)
    status, body = await refreshed(sandbox, graph.token)
    assert status == 200
    assert body["access_token"] != graph.token
    assert body["expires_in"] == 5_183_944
    assert "instagram_business_basic" in str(body["permissions"])
    await sandbox.admin("clock", advance_seconds=61 * DAY)
    assert (await refreshed(sandbox, graph.token))[0] == 401


async def test_me_gives_the_professional_id_and_the_app_scoped_one(sandbox: Sandbox) -> None:
    graph = await sandbox.clara()
    answer = await graph.get("me", fields="user_id,username,name,account_type,followers_count,media_count")
    assert answer.body == {
        "user_id": CLARA,
        "username": "clara.ceramics",
        "name": "Clara Lind Ceramics",
        "account_type": "BUSINESS",
        "followers_count": 2140,
        "media_count": 0,
        "id": "24680000000000003",
    }
    by_alias = await graph.get("24680000000000003", fields="username")
    assert by_alias.body["username"] == "clara.ceramics"


async def test_any_professional_account_can_sign_in(sandbox: Sandbox) -> None:
    code = await sandbox.instagram_code(sandbox_accounts="lantern.books")
    token = (await sandbox.exchange_instagram(code)).body["access_token"]
    answer = await sandbox.call("GET", "/graph.instagram.com/me", params={"fields": "username", "access_token": token})
    assert answer.body["username"] == "lantern.books"


async def test_a_token_of_one_login_is_nothing_to_the_other(sandbox: Sandbox) -> None:
    clara, ada = await sandbox.clara(), await sandbox.ada()
    there = await sandbox.call("GET", "/graph.facebook.com/v25.0/me", params={"access_token": clara.token})
    here = await sandbox.call("GET", "/graph.instagram.com/v25.0/me", params={"access_token": ada.token})
    assert there.error == here.error == (190, None)


async def test_a_code_with_its_fragment_still_on_is_understood(sandbox: Sandbox) -> None:
    assert (await sandbox.exchange_instagram(await sandbox.instagram_code() + "#_")).status == 200
