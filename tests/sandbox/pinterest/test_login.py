"""OAuth: consent, Basic at the token endpoint, continuous refresh, and every way it is refused."""

import pytest

from tests.sandbox.client import CALLBACK, Sandbox
from tests.sandbox.pinterest.client import API, APP, SCOPES, Api, authorize, basic, connect, error, exchange, refresh

DAY = 86_400


async def test_a_code_becomes_an_access_token_and_a_refresh_token(sandbox: Sandbox) -> None:
    found = await authorize(sandbox)
    assert found["state"] == "s"
    tokens = (await exchange(sandbox, code=found["code"])).body
    assert tokens["access_token"].startswith("pina_")
    assert tokens["refresh_token"].startswith("pinr.")
    assert (tokens["response_type"], tokens["token_type"]) == ("authorization_code", "bearer")
    assert (tokens["expires_in"], tokens["refresh_token_expires_in"]) == (30 * DAY, 60 * DAY)
    assert tokens["scope"] == " ".join(sorted(SCOPES.split(",")))
    api = Api(sandbox, tokens["access_token"], tokens["refresh_token"])
    me = (await api.get("user_account")).body
    assert (me["username"], me["account_type"], me["board_count"]) == ("harbourcoffee", "BUSINESS", 3)


async def test_scopes_may_stand_between_spaces(sandbox: Sandbox) -> None:
    api = await connect(sandbox, scope=SCOPES.replace(",", " "))
    assert (await api.get("boards")).status == 200


async def test_a_person_is_another_shape_of_account(ben: Api) -> None:
    me = (await ben.get("user_account")).body
    assert (me["username"], me["account_type"], me["business_name"]) == ("okaforcycles", "PINNER", None)


async def test_a_refusal_comes_back_to_the_app(sandbox: Sandbox) -> None:
    found = await authorize(sandbox, sandbox_consent="deny")
    assert (found["error"], found["state"]) == ("access_denied", "s")


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "nobody"},
        {"redirect_uri": "ftp://x"},
        {"response_type": "token"},
        {"scope": "pins:eat"},
        {"scope": ""},
    ],
)
async def test_a_wrong_question_is_answered_on_a_page(sandbox: Sandbox, change: dict[str, str]) -> None:
    query = {"client_id": APP, "redirect_uri": CALLBACK, "response_type": "code", "scope": SCOPES, **change}
    answer = await sandbox.call("GET", "/www.pinterest.com/oauth/", params=query)
    assert answer.status == 400
    assert "html" in answer.headers["content-type"]


async def test_a_code_is_good_once_at_its_address_for_its_app_and_an_hour(sandbox: Sandbox) -> None:
    code = (await authorize(sandbox))["code"]
    assert error(await exchange(sandbox, code=code, redirect_uri=f"{CALLBACK}2")) == (400, 283)
    assert error(await exchange(sandbox, code=code, app="sandbox-pinterest-trial")) == (400, 283)
    assert (await exchange(sandbox, code=code)).status == 200
    assert error(await exchange(sandbox, code=code)) == (400, 283)
    late = (await authorize(sandbox))["code"]
    await sandbox.admin("clock", advance_seconds=3601)
    assert error(await exchange(sandbox, code=late)) == (400, 283)


async def test_the_client_must_authenticate_by_basic(sandbox: Sandbox) -> None:
    code = (await authorize(sandbox))["code"]
    assert error(await exchange(sandbox, code=code, secret="wrong")) == (401, 2)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    posted = {**form, "client_id": APP, "client_secret": f"{APP}-secret"}
    refused = await sandbox.call("POST", f"{API}/oauth/token", data=posted)
    assert refused.body == {"code": 2, "message": "Authentication failed.", "status": "failure"}
    as_json = await sandbox.call("POST", f"{API}/oauth/token", json=form, headers=basic(APP, f"{APP}-secret"))
    assert error(as_json) == (400, 1)


async def test_the_token_form_is_checked(sandbox: Sandbox) -> None:
    assert error(await exchange(sandbox, grant_type="client_credentials")) == (400, 1)
    assert error(await exchange(sandbox, grant_type="refresh_token")) == (400, 1)
    assert error(await exchange(sandbox, code="c", code_verifier="v")) == (400, 1)
    assert error(await exchange(sandbox, code="c", continuous_refresh="yes")) == (400, 1)
    assert (await sandbox.call("GET", f"{API}/oauth/token")).status == 405


async def test_each_refresh_gives_a_new_refresh_token_and_ends_the_old(sandbox: Sandbox, ada: Api) -> None:
    second = (await refresh(sandbox, ada.refresh_token)).body
    assert second["response_type"] == "refresh_token"
    assert second["refresh_token"] != ada.refresh_token
    assert error(await refresh(sandbox, ada.refresh_token)) == (400, 283)
    assert (await refresh(sandbox, second["refresh_token"])).status == 200
    assert (await ada.get("user_account")).status == 200


async def test_the_vendor_may_be_lenient_about_used_refresh_tokens(sandbox: Sandbox, ada: Api) -> None:
    await sandbox.admin("seed", settings={"refresh_reuse": True})
    assert (await refresh(sandbox, ada.refresh_token)).status == 200
    assert (await refresh(sandbox, ada.refresh_token)).status == 200


async def test_a_refresh_may_not_widen_the_scopes(sandbox: Sandbox, ada: Api) -> None:
    assert error(await refresh(sandbox, ada.refresh_token, scope="boards:read_secret")) == (400, 1)
    assert (await refresh(sandbox, ada.refresh_token, scope="boards:read,pins:read")).status == 200


async def test_tokens_end_with_time(sandbox: Sandbox, ada: Api) -> None:
    await sandbox.admin("clock", advance_seconds=30 * DAY)
    assert error(await ada.get("user_account")) == (401, 1104)
    await sandbox.admin("clock", advance_seconds=29 * DAY)
    renewed = (await refresh(sandbox, ada.refresh_token)).body
    await sandbox.admin("clock", advance_seconds=60 * DAY)
    assert error(await refresh(sandbox, renewed["refresh_token"])) == (400, 283)


async def test_a_revoked_consent_ends_all_its_tokens(sandbox: Sandbox, ada: Api) -> None:
    await sandbox.admin("faults", kind="revoke_token", path="/user_account$")
    assert error(await ada.get("user_account")) == (401, 2)
    assert error(await refresh(sandbox, ada.refresh_token)) == (400, 283)


async def test_the_token_goes_into_the_header(sandbox: Sandbox, ada: Api) -> None:
    for headers in ({}, {"authorization": ada.token}, {"authorization": f"Bearer {ada.refresh_token}"}):
        assert error(await sandbox.call("GET", f"{API}/boards", headers=headers)) == (401, 2)
    assert error(await sandbox.call("GET", f"{API}/boards", params={"access_token": ada.token})) == (401, 2)


async def test_every_scope_of_an_operation_is_needed(sandbox: Sandbox) -> None:
    reader = await connect(sandbox, scope="boards:read,pins:read")
    assert (await reader.get("boards")).status == 200
    assert error(await reader.post("boards", name="New")) == (403, 29)
    assert error(await reader.pin()) == (403, 29)
    assert error(await reader.get("user_account")) == (403, 29)
