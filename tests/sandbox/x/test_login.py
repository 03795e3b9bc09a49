"""X's OAuth 2.0: the page, the code, PKCE, single-use refresh tokens, revocation, an app's own token."""

from urllib.parse import urlencode

import pytest

from tests.sandbox.client import Sandbox
from tests.sandbox.x.client import (
    API,
    ASKED,
    AUTHORIZE,
    CALLBACK,
    HARBOUR,
    SCOPES,
    app_client,
    basic,
    code,
    connect,
    exchange,
    token,
)

BAD_CODE = "Value passed for the authorization code was invalid."
BAD_TOKEN = "Value passed for the token was invalid."
NO_CLIENT = {"error": "unauthorized_client", "error_description": "Missing valid authorization header"}
UNAUTHORIZED = {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}


def refusal(words: str) -> dict[str, str]:
    return {"error": "invalid_request", "error_description": words}


async def test_a_code_becomes_tokens_that_say_who_somebody_is(sandbox: Sandbox) -> None:
    answer = await exchange(sandbox, await code(sandbox))
    assert answer.body["token_type"] == "bearer"
    assert answer.body["expires_in"] == 7200
    assert set(answer.body["scope"].split()) == set(SCOPES.split())
    ada = await connect(sandbox)
    me = await ada.get("users/me", **{"user.fields": "verified,public_metrics"})
    assert me.body["data"]["id"] == HARBOUR
    assert (me.body["data"]["username"], me.body["data"]["verified"]) == ("harbourcoffee", True)
    ben = await connect(sandbox, "ben")
    assert (await ben.get("users/me")).body["data"]["username"] == "okaforcycles"


async def test_the_legacy_hosts_are_the_same_servers(sandbox: Sandbox) -> None:
    found = await sandbox.authorize("/twitter.com/i/oauth2/authorize", **ASKED)
    ada = await connect(sandbox)
    bearer = {"authorization": f"Bearer {ada.token}"}
    assert found["state"] == "st"
    assert (await sandbox.call("GET", "/api.twitter.com/2/users/me", headers=bearer)).status == 200


async def test_a_plain_challenge_is_the_verifier_itself(sandbox: Sandbox) -> None:
    value = await code(sandbox, code_challenge="challenge", code_challenge_method="plain")
    assert (await exchange(sandbox, value, code_verifier="challenge")).status == 200


async def test_a_denial_comes_back_as_such(sandbox: Sandbox) -> None:
    found = await sandbox.authorize(AUTHORIZE, **{**ASKED, "sandbox_consent": "deny"})
    assert found == {"error": "access_denied", "state": "st"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"client_id": "nobody"}, "client_id is unknown"),
        ({"code_challenge": ""}, "code_challenge is missing"),
        ({"code_challenge_method": "md5"}, "code_challenge_method must be"),
        ({"scope": "tweet.read tweet.rule"}, "unknown scope tweet.rule"),
        ({"state": "s" * 501}, "state is longer"),
        ({"state": ""}, "state is missing"),
        ({"redirect_uri": "http://example.org/"}, "must use https"),
        ({"response_type": "token"}, "response_type must be code"),
    ],
)
async def test_a_wrong_question_never_redirects(sandbox: Sandbox, change: dict[str, str], words: str) -> None:
    answer = await sandbox.call("GET", f"{AUTHORIZE}?{urlencode({**ASKED, **change})}")
    assert answer.status == 400
    assert words in answer.body


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"code": "none"}, BAD_CODE),
        ({"redirect_uri": f"{CALLBACK}/"}, "Value passed for the redirect uri did not match the uri of the "),
        ({"code_verifier": "wrong"}, "Value passed for the code verifier did not match the code challenge."),
        ({"code_verifier": ""}, "Missing required parameter [code_verifier]."),
        ({"grant_type": "password"}, "Value passed for the grant type was invalid."),
    ],
)
async def test_a_wrong_exchange_is_refused(sandbox: Sandbox, change: dict[str, str], words: str) -> None:
    answer = await exchange(sandbox, await code(sandbox), None, **change)
    assert answer.status == 400
    assert words in answer.body["error_description"]


async def test_a_confidential_app_shows_its_secret_in_the_header(sandbox: Sandbox) -> None:
    value = await code(sandbox)
    for headers in ({}, basic("wrong")):
        answer = await exchange(sandbox, value, headers, client_id="sandbox-x")
        assert (answer.status, answer.body) == (401, NO_CLIENT)


async def test_an_app_without_a_secret_names_itself_in_the_form(sandbox: Sandbox) -> None:
    public = {"platform": "x", "login": "x", "client_id": "public", "secret": "", "name": "A phone app"}
    await sandbox.admin("seed", apps=[public])
    answer = await exchange(sandbox, await code(sandbox, client_id="public"), {}, client_id="public")
    assert answer.status == 200


async def test_a_code_lives_thirty_seconds_and_once(sandbox: Sandbox) -> None:
    value = await code(sandbox)
    await exchange(sandbox, value)
    again = await exchange(sandbox, value)
    assert (again.status, again.body) == (400, refusal(BAD_CODE))
    late = await code(sandbox)
    await sandbox.admin("clock", advance_seconds=31)
    assert (await exchange(sandbox, late)).body == refusal(BAD_CODE)


async def test_a_refresh_token_works_once(sandbox: Sandbox) -> None:
    first = (await exchange(sandbox, await code(sandbox))).body["refresh_token"]
    second = await token(sandbox, grant_type="refresh_token", refresh_token=first)
    assert second.status == 200
    again = await token(sandbox, grant_type="refresh_token", refresh_token=first)
    assert (again.status, again.body) == (400, refusal(BAD_TOKEN))
    third = await token(sandbox, grant_type="refresh_token", refresh_token=second.body["refresh_token"])
    assert third.status == 200


async def test_without_offline_access_there_is_no_refresh_token(sandbox: Sandbox) -> None:
    answer = await exchange(sandbox, await code(sandbox, scope="tweet.read users.read"))
    assert "refresh_token" not in answer.body


async def test_expired_revoked_refresh_and_foreign_tokens_are_unauthorized(sandbox: Sandbox) -> None:
    given = (await exchange(sandbox, await code(sandbox))).body
    ada = await connect(sandbox)
    revoked = await sandbox.call("POST", f"{API}/2/oauth2/revoke", data={"token": ada.token}, headers=basic())
    assert revoked.body == {"revoked": True}
    for value in (ada.token, given["refresh_token"], "nonsense"):
        bearer = {"authorization": f"Bearer {value}"}
        answer = await sandbox.call("GET", f"{API}/2/users/me", headers=bearer)
        assert (answer.status, answer.body) == (401, UNAUTHORIZED)
    fresh = await connect(sandbox)
    await sandbox.admin("clock", advance_seconds=7200)
    assert (await fresh.get("users/me")).status == 401


async def test_a_revoked_refresh_token_is_dead(sandbox: Sandbox) -> None:
    value = (await exchange(sandbox, await code(sandbox))).body["refresh_token"]
    await sandbox.call("POST", f"{API}/2/oauth2/revoke", data={"token": value}, headers=basic())
    assert (await token(sandbox, grant_type="refresh_token", refresh_token=value)).body == refusal(BAD_TOKEN)


async def test_a_missing_scope_and_the_wrong_kind_of_token_are_forbidden(sandbox: Sandbox) -> None:
    reader = await connect(sandbox, scope="tweet.read users.read")
    answer = await reader.post("hello")
    assert answer.status == 403
    assert answer.body["detail"] == "You are not permitted to perform this action."
    app = await (await app_client(sandbox)).post("hello")
    assert app.status == 403
    assert app.body["type"].endswith("/problems/unsupported-authentication")
