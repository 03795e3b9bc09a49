"""Google's OAuth: consent, codes, PKCE, refresh tokens, revocation, tokeninfo."""

import base64

import pytest

from tests.sandbox.client import CALLBACK, Sandbox
from tests.sandbox.youtube.client import (
    CONSENT,
    FORCE_SSL,
    HARBOUR,
    MANAGE,
    READONLY,
    SCOPES,
    TOKEN,
    UPLOAD,
    Channel,
    consent,
    exchange,
    reason,
    refresh,
    signed_in,
)

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


async def test_a_code_becomes_tokens_of_the_first_person_with_a_channel(sandbox: Sandbox) -> None:
    found = await consent(sandbox, code_challenge=CHALLENGE, code_challenge_method="S256", login_hint="ada@x.org")
    assert (found["state"], found["scope"]) == ("s", " ".join(sorted(SCOPES.split())))
    tokens = (await exchange(sandbox, found["code"], code_verifier=VERIFIER)).body
    assert (tokens["expires_in"], tokens["token_type"], tokens["scope"]) == (3599, "Bearer", found["scope"])
    (channel,) = (await Channel(sandbox, tokens["access_token"]).get("channels", part="id", mine="true")).body["items"]
    assert channel["id"] == HARBOUR


async def test_a_refusal_comes_back_as_google_says_it(sandbox: Sandbox) -> None:
    assert await consent(sandbox, sandbox_consent="deny") == {"error": "access_denied", "state": "s"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"client_id": "nobody"}, "invalid_client"),
        ({"redirect_uri": "http://example.org/cb"}, "redirect_uri_mismatch"),
        ({"redirect_uri": ""}, "redirect_uri_mismatch"),
        ({"response_type": "token"}, "response_type"),
        ({"access_type": "forever"}, "access_type"),
        ({"scope": "pony"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"foo": "1"}, "Parameter not allowed for this message type: foo"),
        ({"code_challenge_method": "S512"}, "code_challenge_method"),
    ],
)
async def test_what_cannot_be_asked_is_said_on_a_page(sandbox: Sandbox, changes: dict[str, str], said: str) -> None:
    asked = {"client_id": "sandbox-youtube", "redirect_uri": CALLBACK, "response_type": "code", "scope": UPLOAD}
    answer = await sandbox.call("GET", CONSENT, params={**asked, **changes})
    assert answer.status in (400, 401)
    assert said in answer.body


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": ""}, 400, "invalid_request"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_id": ""}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"redirect_uri": "http://127.0.0.1:9/other"}, 400, "redirect_uri_mismatch"),
        ({"redirect_uri": ""}, 400, "invalid_request"),
        ({"code_verifier": "x" * 43}, 400, "invalid_grant"),
        ({"foo": "1"}, 400, "invalid_request"),
    ],
)
async def test_an_exchange_is_refused(sandbox: Sandbox, changes: dict[str, str], status: int, error: str) -> None:
    code = (await consent(sandbox, code_challenge=CHALLENGE, code_challenge_method="S256"))["code"]
    answer = await exchange(sandbox, code, **{"code_verifier": VERIFIER, **changes})
    assert (answer.status, answer.body["error"]) == (status, error)


async def test_a_code_works_once_and_unknown_ones_never(sandbox: Sandbox) -> None:
    code = (await consent(sandbox))["code"]
    assert (await exchange(sandbox, code)).status == 200
    again = await exchange(sandbox, code)
    assert (again.status, again.body) == (400, {"error": "invalid_grant", "error_description": "Bad Request"})
    assert (await exchange(sandbox, "4/0Anothing")).body["error_description"] == "Malformed auth code."
    late = (await consent(sandbox))["code"]
    await sandbox.admin("clock", advance_seconds=3600)
    assert (await exchange(sandbox, late)).body["error"] == "invalid_grant"


async def test_client_credentials_may_come_as_basic(sandbox: Sandbox) -> None:
    form = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code": (await consent(sandbox))["code"]}
    basic = base64.b64encode(b"sandbox-youtube:sandbox-youtube-secret").decode()
    answer = await sandbox.call("POST", TOKEN, data=form, headers={"authorization": f"Basic {basic}"})
    assert answer.status == 200


async def test_a_refresh_token_comes_with_the_first_offline_consent_or_a_forced_one(sandbox: Sandbox) -> None:
    async def given(**changes: str) -> bool:
        return "refresh_token" in (await exchange(sandbox, (await consent(sandbox, **changes))["code"])).body

    assert not await given(access_type="online")
    assert await given()
    assert not await given()
    assert await given(prompt="consent")
    assert not await given(prompt="consent", access_type="online")


async def test_refreshing_does_not_rotate(sandbox: Sandbox) -> None:
    first = (await exchange(sandbox, (await consent(sandbox))["code"])).body
    await sandbox.admin("clock", advance_seconds=3599)
    assert reason(await Channel(sandbox, first["access_token"]).get("channels", part="id", mine="true")) == (
        401,
        "authError",
    )
    for _ in range(2):
        answer = (await refresh(sandbox, first["refresh_token"])).body
        assert set(answer) == {"access_token", "expires_in", "scope", "token_type"}
    again = Channel(sandbox, answer["access_token"])
    assert (await again.get("channels", part="id", mine="true")).status == 200
    assert (await refresh(sandbox, "1//0x")).body["error"] == "invalid_grant"
    more = await refresh(sandbox, first["refresh_token"], scope=MANAGE)
    assert more.body["error"] == "invalid_scope"
    await sandbox.admin("clock", advance_seconds=183 * 86_400)
    assert (await refresh(sandbox, first["refresh_token"])).body["error_description"] == (
        "Token has been expired or revoked."
    )


async def test_in_testing_a_refresh_token_lives_a_week(sandbox: Sandbox) -> None:
    app = {"client_id": "sandbox-youtube-unverified", "client_secret": "sandbox-youtube-unverified-secret"}
    code = (await consent(sandbox, client_id=app["client_id"]))["code"]
    token = (await exchange(sandbox, code, **app)).body["refresh_token"]
    await sandbox.admin("clock", advance_seconds=6 * 86_400)
    assert (await refresh(sandbox, token, **app)).status == 200
    await sandbox.admin("clock", advance_seconds=86_400)
    assert (await refresh(sandbox, token, **app)).body["error"] == "invalid_grant"


@pytest.mark.parametrize("place", ["params", "data"])
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
async def test_revoking_either_token_ends_both(sandbox: Sandbox, place: str, kind: str) -> None:
    tokens = (await exchange(sandbox, (await consent(sandbox))["code"])).body
    path = "/oauth2.googleapis.com/revoke"
    done = await sandbox.call("POST", path, **{place: {"token": tokens[kind]}})
    assert (done.status, done.body) == (200, {})
    again = await sandbox.call("POST", path, **{place: {"token": tokens[kind]}})
    assert (again.status, again.body["error"]) == (400, "invalid_token")
    assert (await refresh(sandbox, tokens["refresh_token"])).body["error"] == "invalid_grant"
    assert (await Channel(sandbox, tokens["access_token"]).get("channels", part="id", mine="true")).status == 401
    calls = (await sandbox.journal(kind="calls", text="revoke"))["calls"]
    assert tokens[kind] not in str(calls)


async def test_tokeninfo_tells_scopes_and_time(sandbox: Sandbox, ada: Channel) -> None:
    path = "/oauth2.googleapis.com/tokeninfo"
    told = (await sandbox.call("GET", path, params={"access_token": ada.token})).body
    assert (told["aud"], told["access_type"]) == ("sandbox-youtube", "offline")
    assert 3590 < int(told["expires_in"]) <= 3599
    assert (await sandbox.call("GET", path, params={"access_token": "x"})).body["error"] == "invalid_token"


async def test_a_person_may_grant_less_and_later_more(sandbox: Sandbox) -> None:
    part = await consent(sandbox, sandbox_scopes=READONLY)
    assert part["scope"] == READONLY
    ada = Channel(sandbox, (await exchange(sandbox, part["code"])).body["access_token"])
    refused = await ada.begin()
    assert reason(refused) == (403, "insufficientPermissions")
    assert refused.body["error"]["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
    more = await consent(sandbox, scope=UPLOAD, include_granted_scopes="true")
    assert set(more["scope"].split()) == {READONLY, UPLOAD}
    assert (await consent(sandbox, scope=FORCE_SSL))["scope"] == FORCE_SSL


async def test_a_person_without_a_channel_has_to_sign_up(sandbox: Sandbox) -> None:
    clara = await signed_in(sandbox, "clara")
    assert reason(await clara.get("channels", part="id", mine="true")) == (401, "youtubeSignupRequired")
    assert reason(await clara.begin()) == (401, "youtubeSignupRequired")
