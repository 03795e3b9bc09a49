"""TikTok's Login Kit: the authorize page, codes, hex PKCE, lifetimes, rotation, revoking."""

from urllib.parse import urlencode

import pytest

from tests.sandbox.client import CALLBACK, Answer, Sandbox
from tests.sandbox.tiktok.client import (
    ADA,
    AUTHORIZE,
    BEN,
    CREATOR,
    REVOKE,
    SCOPES,
    TOKEN,
    TikTok,
    asked,
    code_of,
    connect,
    exchange,
    refresh,
    revoke,
    tokens,
)

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
HEX = "13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3"
BASE64 = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
DESKTOP = "sandbox-tiktok-desktop"


async def code(sandbox: Sandbox, app: str = "sandbox-tiktok", **query: str) -> str:
    return (await sandbox.authorize(AUTHORIZE, **asked(app, sandbox_consent="approve", **query)))["code"]


def flat(answer: Answer) -> tuple[int, str]:
    assert set(answer.body) == {"error", "error_description", "log_id"}
    return answer.status, answer.body["error"]


async def test_the_callback_carries_scopes_and_a_code_that_must_be_decoded(sandbox: Sandbox) -> None:
    answer = await sandbox.call("GET", f"{AUTHORIZE}?{urlencode(asked(sandbox_consent='approve'))}")
    location = answer.headers["location"]
    assert "%2A" in location
    assert "%21" in location
    found = await sandbox.authorize(AUTHORIZE, **asked(sandbox_consent="approve"))
    assert (found["scopes"], found["state"]) == (SCOPES, "st")
    raw = location.split("code=")[1].split("&")[0]
    assert flat(await exchange(sandbox, raw)) == (400, "invalid_grant")


async def test_a_denied_consent_says_so(sandbox: Sandbox) -> None:
    found = await sandbox.authorize(AUTHORIZE, **asked(sandbox_consent="deny"))
    assert found["error"] == "access_denied"
    assert found["state"] == "st"
    assert "code" not in found


@pytest.mark.parametrize(
    ("app", "change", "word"),
    [
        ("sandbox-instagram", {}, "client_key"),
        ("sandbox-tiktok", {"response_type": "token"}, "response_type"),
        ("sandbox-tiktok", {"scope": "user.info.basic video.publish"}, "scope"),
        ("sandbox-tiktok", {"scope": ""}, "scope"),
        ("sandbox-tiktok", {"redirect_uri": "http://example.org/back"}, "redirect_uri"),
        ("sandbox-tiktok", {"redirect_uri": "https://example.org/back?a=1"}, "redirect_uri"),
        ("sandbox-tiktok", {"redirect_uri": f"https://example.org/{'a' * 500}"}, "redirect_uri"),
        ("sandbox-tiktok", {"code_challenge": HEX, "code_challenge_method": "plain"}, "code_challenge_method"),
        (DESKTOP, {}, "code_challenge"),
        (DESKTOP, {"redirect_uri": "https://example.org/back"}, "redirect_uri"),
    ],
)
async def test_a_wrong_request_never_redirects(sandbox: Sandbox, app: str, change: dict[str, str], word: str) -> None:
    answer = await sandbox.call("GET", f"{AUTHORIZE}?{urlencode(asked(app, sandbox_consent='approve', **change))}")
    assert answer.status == 400
    assert word in answer.body


async def test_the_page_asks_the_first_person_who_can_publish(sandbox: Sandbox) -> None:
    page = await sandbox.call("GET", f"{AUTHORIZE}?{urlencode(asked())}")
    assert page.status == 200
    assert page.body.index("Harbour Coffee") < page.body.index("Okafor Cycles")


async def test_tokens_come_flat_with_their_lifetimes(sandbox: Sandbox) -> None:
    told = await tokens(sandbox)
    assert told["access_token"].startswith("act.")
    assert told["refresh_token"].startswith("rft.")
    del told["access_token"], told["refresh_token"]
    assert told == {
        "expires_in": 7200,
        "open_id": ADA,
        "refresh_expires_in": 15_552_000,
        "scope": SCOPES,
        "token_type": "Bearer",
    }
    assert (await tokens(sandbox, sandbox_person="ben"))["open_id"] == BEN


async def test_a_desktop_app_proves_itself_in_hex(sandbox: Sandbox) -> None:
    proof = {"code_challenge": HEX, "code_challenge_method": "S256"}
    good = await exchange(sandbox, await code(sandbox, DESKTOP, **proof), DESKTOP, code_verifier=VERIFIER)
    assert (good.body["expires_in"], good.body["refresh_expires_in"]) == (86_400, 31_536_000)
    for wrong in ("", "short", VERIFIER[::-1]):
        answer = await exchange(sandbox, await code(sandbox, DESKTOP, **proof), DESKTOP, code_verifier=wrong)
        assert flat(answer) == (400, "invalid_request")
        assert answer.body["error_description"] == "Code verifier or code challenge is invalid."


async def test_a_base64_challenge_fails_when_the_code_is_exchanged(sandbox: Sandbox) -> None:
    sent = await code(sandbox, code_challenge=BASE64, code_challenge_method="S256")
    assert flat(await exchange(sandbox, sent, code_verifier=VERIFIER)) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"code": "nothing"}, (400, "invalid_grant")),
        ({"code": ""}, (400, "invalid_request")),
        ({"redirect_uri": CALLBACK + "x"}, (400, "invalid_grant")),
        ({"client_secret": "wrong"}, (401, "invalid_client")),
        ({"client_key": "sandbox-instagram"}, (401, "invalid_client")),
        ({"client_secret": ""}, (400, "invalid_request")),
        ({"grant_type": "password"}, (400, "unsupported_grant_type")),
    ],
)
async def test_a_wrong_exchange_is_refused(sandbox: Sandbox, change: dict[str, str], error: tuple[int, str]) -> None:
    form = {"code": await code(sandbox), **change}
    assert flat(await exchange(sandbox, form.pop("code"), **form)) == error


async def test_a_code_works_once_and_as_a_form_only(sandbox: Sandbox) -> None:
    sent = await code(sandbox)
    form = {"client_key": "sandbox-tiktok", "client_secret": "sandbox-tiktok-secret", "code": sent}
    body = {**form, "grant_type": "authorization_code", "redirect_uri": CALLBACK}
    assert flat(await sandbox.call("POST", TOKEN, json=body)) == (400, "invalid_request")
    assert (await sandbox.call("GET", TOKEN, params=body)).status == 404
    assert (await exchange(sandbox, sent)).status == 200
    assert flat(await exchange(sandbox, sent)) == (400, "invalid_grant")


async def test_a_refresh_rotates_and_the_old_token_dies(sandbox: Sandbox) -> None:
    first = await tokens(sandbox)
    second = (await refresh(sandbox, first["refresh_token"])).body
    assert second["refresh_token"] != first["refresh_token"]
    assert second["refresh_expires_in"] == 15_552_000
    assert flat(await refresh(sandbox, first["refresh_token"])) == (400, "invalid_grant")
    assert flat(await refresh(sandbox, first["access_token"])) == (400, "invalid_grant")
    assert flat(await refresh(sandbox, second["refresh_token"], DESKTOP)) == (400, "invalid_grant")
    assert (await TikTok(sandbox, second["access_token"]).post(CREATOR)).status == 200


async def test_tokens_expire(sandbox: Sandbox) -> None:
    first = await tokens(sandbox)
    ada = TikTok(sandbox, first["access_token"])
    await sandbox.admin("clock", advance_seconds=7200)
    answer = await ada.post(CREATOR)
    assert (answer.status, code_of(answer)) == (401, "access_token_invalid")
    assert (await refresh(sandbox, first["refresh_token"])).status == 200
    late = await tokens(sandbox)
    await sandbox.admin("clock", advance_seconds=180 * 86_400)
    assert flat(await refresh(sandbox, late["refresh_token"])) == (400, "invalid_grant")


async def test_revoking_ends_everything_with_an_empty_reply(sandbox: Sandbox) -> None:
    told = await tokens(sandbox)
    assert flat(await revoke(sandbox, "act.nothing")) == (400, "invalid_request")
    assert flat(await revoke(sandbox, told["access_token"], DESKTOP)) == (400, "invalid_request")
    answer = await revoke(sandbox, told["access_token"])
    assert (answer.status, answer.body) == (200, "")
    assert code_of(await TikTok(sandbox, told["access_token"]).post(CREATOR)) == "access_token_invalid"
    assert flat(await refresh(sandbox, told["refresh_token"])) == (400, "invalid_grant")
    assert (await revoke(sandbox, told["access_token"])).status == 200
    assert (await sandbox.call("GET", REVOKE)).status == 404


async def test_a_subset_of_scopes_can_be_granted(sandbox: Sandbox) -> None:
    told = await tokens(sandbox, sandbox_scopes="user.info.basic,video.upload")
    assert told["scope"] == "user.info.basic,video.upload"
    ada = TikTok(sandbox, told["access_token"])
    answer = await ada.post(CREATOR)
    assert (answer.status, code_of(answer)) == (401, "scope_not_authorized")
    assert code_of(await ada.photos("square.jpg")) == "scope_not_authorized"
    assert code_of(await ada.get("user/info/", fields="open_id,username")) == "scope_not_authorized"
    assert (await ada.get("user/info/", fields="open_id,display_name")).body["data"]["user"]["open_id"] == ADA


async def test_the_profile_has_the_fields_asked_for(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    told = await ada.get("user/info/", fields="open_id,username,follower_count,is_verified,bio_description")
    assert told.body["data"]["user"] == {
        "open_id": ADA,
        "username": "harbourcoffee",
        "follower_count": 4810,
        "is_verified": False,
        "bio_description": "Roasted on the quay.",
    }
    assert told.body["error"]["code"] == "ok"
    wrong = await ada.get("user/info/", fields="open_id,password")
    assert (wrong.status, code_of(wrong)) == (400, "invalid_params")
    assert code_of(await ada.get("user/info/")) == "invalid_params"


async def test_a_token_in_the_query_counts_for_nothing(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    path = f"/open.tiktokapis.com/v2/user/info/?fields=open_id&access_token={ada.token}"
    answer = await sandbox.call("GET", path)
    assert (answer.status, code_of(answer)) == (401, "access_token_invalid")
    assert answer.body["data"] == {}
