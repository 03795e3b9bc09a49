"""LinkedIn's OAuth as an app sees it."""

import jwt
import pytest

from tests.sandbox.client import CALLBACK, Sandbox
from tests.sandbox.linkedin.client import ADA, BASIC_SCOPES, LinkedIn, authorize, connect, exchange, oauth, tokens

BASIC = "sandbox-linkedin-basic"
DAY = 86_400


async def refresh(sandbox: Sandbox, token: str, /, **changes: str) -> tuple[int, dict[str, object]]:
    answer = await oauth(sandbox, "accessToken", grant_type="refresh_token", refresh_token=token, **changes)
    return answer.status, answer.body


async def test_a_code_becomes_a_long_token_and_a_partner_gets_a_refresh_token(sandbox: Sandbox) -> None:
    found = await authorize(sandbox)
    assert found["state"] == "s"
    body = (await exchange(sandbox, found["code"])).body
    assert (body["expires_in"], body["refresh_token_expires_in"]) == (5_184_000, 31_536_000)
    assert body["token_type"] == "Bearer"
    assert "openid,profile" in body["scope"]
    assert " " not in body["scope"]
    assert 400 < len(body["access_token"]) < 600


async def test_another_app_gets_none_and_no_scope_of_partners(sandbox: Sandbox) -> None:
    body = await tokens(sandbox, client_id=BASIC, scope=BASIC_SCOPES)
    assert "refresh_token" not in body
    found = await authorize(sandbox, client_id=BASIC, scope=f"{BASIC_SCOPES} w_organization_social")
    assert (found["error"], found["state"]) == ("unauthorized_scope_error", "s")


async def test_nobody_is_given_the_closed_scope(sandbox: Sandbox) -> None:
    assert (await authorize(sandbox, scope="openid r_member_social"))["error"] == "unauthorized_scope_error"


async def test_a_person_may_refuse(sandbox: Sandbox) -> None:
    found = await authorize(sandbox, sandbox_consent="deny")
    assert (found["error"], found["state"]) == ("user_cancelled_authorize", "s")


@pytest.mark.parametrize("change", [{"client_id": "?"}, {"redirect_uri": "http://example.org/"}, {"response_type": ""}])
async def test_what_cannot_be_asked_is_said_on_a_page(sandbox: Sandbox, change: dict[str, str]) -> None:
    query = {"client_id": "sandbox-linkedin", "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid"}
    answer = await sandbox.call("GET", "/www.linkedin.com/oauth/v2/authorization", params={**query, **change})
    assert answer.status == 400


async def test_a_code_is_good_once_for_one_address_and_half_an_hour(sandbox: Sandbox) -> None:
    code = (await authorize(sandbox))["code"]
    wrong = await exchange(sandbox, code, redirect_uri=f"{CALLBACK}/other")
    assert (wrong.status, wrong.body["error"]) == (400, "invalid_request")
    assert wrong.body["error_description"].startswith("Unable to retrieve access token")
    assert (await exchange(sandbox, code)).status == 200
    assert (await exchange(sandbox, code)).status == 400
    late = (await authorize(sandbox))["code"]
    await sandbox.admin("clock", advance_seconds=1800)
    assert (await exchange(sandbox, late)).status == 400


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_secret": ""}, 400, "invalid_request"),
        ({"redirect_uri": ""}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
async def test_a_bad_exchange_is_refused(sandbox: Sandbox, changes: dict[str, str], status: int, error: str) -> None:
    answer = await exchange(sandbox, (await authorize(sandbox))["code"], **changes)
    assert (answer.status, answer.body["error"]) == (status, error)


async def test_the_exchange_takes_a_form_only(sandbox: Sandbox) -> None:
    answer = await sandbox.call("POST", "/www.linkedin.com/oauth/v2/accessToken", json={"grant_type": "refresh_token"})
    assert answer.status == 400


async def test_a_refresh_keeps_the_refresh_token_and_its_end(sandbox: Sandbox) -> None:
    first = await tokens(sandbox)
    await sandbox.admin("clock", advance_seconds=61 * DAY)
    assert (await LinkedIn(sandbox, first["access_token"]).call("GET", "v2/userinfo")).body["serviceErrorCode"] == 65602
    status, second = await refresh(sandbox, first["refresh_token"])
    assert (status, second["refresh_token"]) == (200, first["refresh_token"])
    assert second["access_token"] != first["access_token"]
    assert second["refresh_token_expires_in"] in range(304 * DAY - 60, 304 * DAY + 1)
    await sandbox.admin("clock", advance_seconds=304 * DAY)
    status, body = await refresh(sandbox, first["refresh_token"])
    assert (status, body["error"]) == (400, "invalid_request")


async def test_a_refresh_token_is_its_apps_own(sandbox: Sandbox) -> None:
    body = await tokens(sandbox)
    assert (await refresh(sandbox, body["refresh_token"], client_id=BASIC))[0] == 400
    assert (await refresh(sandbox, body["access_token"]))[0] == 400


async def test_revocation_ends_tokens_and_introspection_tells(sandbox: Sandbox) -> None:
    body = await tokens(sandbox)
    told = (await oauth(sandbox, "introspectToken", token=body["access_token"])).body
    assert (told["active"], told["status"], told["auth_type"]) == (True, "active", "3L")
    assert told["expires_at"] - told["created_at"] == 60 * DAY
    assert (await oauth(sandbox, "revoke", token=body["refresh_token"])).status == 200
    told = (await oauth(sandbox, "introspectToken", token=body["access_token"])).body
    assert (told["active"], told["status"]) == (False, "revoked")
    refused = await LinkedIn(sandbox, body["access_token"]).call("GET", "v2/userinfo")
    assert (refused.status, refused.body["code"]) == (401, "REVOKED_ACCESS_TOKEN")
    assert (await refresh(sandbox, body["refresh_token"]))[0] == 400
    assert (await oauth(sandbox, "introspectToken", token="nothing")).body == {"active": False}


async def test_who_is_logged_in(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    body = (await ada.call("GET", "v2/userinfo")).body
    assert f"urn:li:person:{body['sub']}" == ADA
    assert (body["name"], body["email"]) == ("Ada Moreno", "ada-moreno@example.org")
    without = await connect(sandbox, scope="w_member_social", sandbox_person="ben")
    assert (await without.call("GET", "v2/userinfo")).status == 403


async def test_the_id_token_can_be_verified(sandbox: Sandbox) -> None:
    token = (await tokens(sandbox))["id_token"]
    (key,) = (await sandbox.call("GET", "/www.linkedin.com/oauth/openid/jwks")).body["keys"]
    claims = jwt.decode(token, jwt.PyJWK(key), algorithms=["RS256"], audience="sandbox-linkedin")
    assert f"urn:li:person:{claims['sub']}" == ADA
