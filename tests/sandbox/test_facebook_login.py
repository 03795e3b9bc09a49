"""Facebook Login: the dialog, tokens, Pages, debug_token, revoking."""

from urllib.parse import urlencode

import pytest

from postwright.sandbox.twins.meta.tokens import secret_proof
from tests.sandbox.client import CALLBACK, FACEBOOK_SCOPES, HARBOUR, HARBOUR_PAGE, Graph, Sandbox

DIALOG = "/www.facebook.com/v25.0/dialog/oauth"
ASKED = {"client_id": "sandbox-facebook", "redirect_uri": CALLBACK, "scope": FACEBOOK_SCOPES, "state": "st"}
PAGE_FIELDS = "id,name,access_token,tasks,instagram_business_account{id,username}"
APP_TOKEN = "sandbox-facebook|sandbox-facebook-secret"


async def pages(graph: Graph) -> list[dict[str, object]]:
    found: list[dict[str, object]] = (await graph.get("me/accounts", fields=PAGE_FIELDS)).body["data"]
    return found


async def test_a_denied_dialog_says_so(sandbox: Sandbox) -> None:
    found = await sandbox.authorize(DIALOG, **ASKED, sandbox_consent="deny")
    assert found == {
        "error": "access_denied",
        "error_code": "200",
        "error_description": "Permissions error",
        "error_reason": "user_denied",
        "state": "st",
    }


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"client_id": "sandbox-instagram"}, "Invalid app ID"),
        ({"redirect_uri": "http://example.org/"}, "URL blocked"),
        ({"scope": "pages_rule_the_world"}, "Invalid Scopes: pages_rule_the_world"),
        ({"response_type": "token"}, "response_type"),
        ({"sandbox_person": "nobody"}, "Nobody here is called nobody"),
        ({"sandbox_person": "ada", "sandbox_accounts": "okaforcycles"}, "has no account called okaforcycles"),
        ({"sandbox_scopes": "ads_read"}, "not asked for"),
    ],
)
async def test_a_wrong_dialog_never_redirects(sandbox: Sandbox, change: dict[str, str], words: str) -> None:
    answer = await sandbox.call("GET", f"{DIALOG}?{urlencode({**ASKED, 'sandbox_consent': 'approve', **change})}")
    assert answer.status == 400
    assert words in answer.body


async def test_code_and_exchange_give_a_short_then_a_long_token(sandbox: Sandbox) -> None:
    short = await sandbox.exchange_facebook(await sandbox.facebook_code())
    assert short.body["token_type"] == "bearer"
    assert 3600 <= short.body["expires_in"] <= 7200
    long = await sandbox.extend_facebook(short.body["access_token"])
    assert long.body["expires_in"] == 5_183_944


async def test_the_code_is_also_taken_by_post(sandbox: Sandbox) -> None:
    form = {
        "client_id": "sandbox-facebook",
        "client_secret": "sandbox-facebook-secret",
        "redirect_uri": CALLBACK,
        "code": await sandbox.facebook_code(),
    }
    answer = await sandbox.call("POST", "/graph.facebook.com/oauth/access_token", data=form)
    assert answer.status == 200


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"code": "AQnone"}, (100, 36009)),
        ({"redirect_uri": "http://127.0.0.1:9/else"}, (100, 36008)),
        ({"client_secret": "wrong"}, (1, None)),
        ({"client_id": "sandbox-instagram"}, (101, None)),
        ({"code": ""}, (100, None)),
    ],
)
async def test_a_wrong_exchange_is_refused(
    sandbox: Sandbox, change: dict[str, str], error: tuple[int, int | None]
) -> None:
    answer = await sandbox.exchange_facebook(await sandbox.facebook_code(), **change)
    assert answer.status == 400
    assert answer.error == error


async def test_an_expired_token_cannot_be_exchanged(sandbox: Sandbox) -> None:
    short = (await sandbox.exchange_facebook(await sandbox.facebook_code())).body["access_token"]
    await sandbox.admin("clock", advance_seconds=7200)
    assert (await sandbox.extend_facebook(short)).error == (190, 463)


async def test_the_chosen_pages_come_with_their_instagram_accounts(sandbox: Sandbox) -> None:
    both = await pages(await sandbox.ada())
    assert [page["name"] for page in both] == ["Harbour Coffee", "Lantern Books"]
    assert both[0]["instagram_business_account"] == {"id": HARBOUR, "username": "harbour.coffee"}
    assert "CREATE_CONTENT" in str(both[0]["tasks"])
    one = await pages(await sandbox.ada(sandbox_accounts=HARBOUR_PAGE))
    assert [page["id"] for page in one] == [HARBOUR_PAGE]


async def test_a_page_without_instagram_has_no_such_field(sandbox: Sandbox) -> None:
    (page,) = await pages(await sandbox.ada(sandbox_person="ben"))
    assert page["name"] == "Okafor Cycles"
    assert "instagram_business_account" not in page


async def test_a_page_token_of_a_long_user_token_never_expires(sandbox: Sandbox) -> None:
    ada = await sandbox.ada()
    token = str((await pages(ada))[0]["access_token"])
    assert token == (await pages(ada))[0]["access_token"]
    await sandbox.admin("clock", advance_seconds=300 * 86_400)
    page = Graph(sandbox, "graph.facebook.com", HARBOUR, token)
    assert (await page.get("me", fields="name")).body == {"name": "Harbour Coffee", "id": HARBOUR_PAGE}
    assert (await ada.get("me")).error == (190, 463)
    assert (await page.get("104500000000002", fields="name")).error == (100, 33)


async def test_a_page_token_of_a_short_user_token_ends_with_it(sandbox: Sandbox) -> None:
    short = (await sandbox.exchange_facebook(await sandbox.facebook_code())).body["access_token"]
    ada = Graph(sandbox, "graph.facebook.com", HARBOUR, short)
    page = Graph(sandbox, "graph.facebook.com", HARBOUR, str((await pages(ada))[0]["access_token"]))
    await sandbox.admin("clock", advance_seconds=7200)
    assert (await page.get("me")).error == (190, 463)


async def test_debug_token_tells_what_a_token_is(sandbox: Sandbox) -> None:
    ada = await sandbox.ada()
    query = {"input_token": ada.token, "access_token": APP_TOKEN}
    told = (await sandbox.call("GET", "/graph.facebook.com/v25.0/debug_token", params=query)).body["data"]
    assert told["app_id"] == "sandbox-facebook"
    assert told["type"] == "USER"
    assert told["is_valid"] is True
    assert told["scopes"] == sorted(FACEBOOK_SCOPES.split(","))
    assert told["data_access_expires_at"] - told["issued_at"] == pytest.approx(90 * 86_400, abs=5)
    await sandbox.admin("clock", advance_seconds=61 * 86_400)
    told = (await sandbox.call("GET", "/graph.facebook.com/v25.0/debug_token", params=query)).body["data"]
    assert told["is_valid"] is False
    assert told["error"]["subcode"] == 463


async def test_debug_token_tells_strangers_nothing(sandbox: Sandbox) -> None:
    ada = await sandbox.ada()
    query = {"input_token": ada.token, "access_token": "sandbox-instagram|sandbox-instagram-secret"}
    told = (await sandbox.call("GET", "/graph.facebook.com/debug_token", params=query)).body["data"]
    assert told["is_valid"] is False
    assert "scopes" in told
    assert (await sandbox.call("GET", "/graph.facebook.com/debug_token")).error == (2500, None)


async def test_revoking_ends_user_and_page_tokens_with_458(sandbox: Sandbox) -> None:
    ada = await sandbox.ada()
    page = Graph(sandbox, "graph.facebook.com", HARBOUR, str((await pages(ada))[0]["access_token"]))
    assert (await ada.delete("me/permissions")).body == {"success": True}
    assert (await ada.get("me")).error == (190, 458)
    assert (await page.get("me")).error == (190, 458)
    again = await sandbox.ada()
    assert (await again.get("me")).status == 200
    assert (await ada.get("me")).error == (190, 458)


async def test_one_permission_can_be_revoked(sandbox: Sandbox) -> None:
    ada = await sandbox.ada()
    assert (await ada.delete("me/permissions/instagram_content_publish")).body == {"success": True}
    refused = await ada.container(image_url="http://127.0.0.1:9/x.jpg")
    assert refused.error == (10, None)
    assert refused.status == 403
    assert (await ada.delete("me/permissions/publish_video")).error == (100, None)


async def test_a_subset_of_scopes_can_be_granted(sandbox: Sandbox) -> None:
    ada = await sandbox.ada(sandbox_scopes="instagram_basic")
    granted = (await ada.get("me/permissions")).body["data"]
    assert granted == [{"permission": "instagram_basic", "status": "granted"}]
    assert (await ada.get("me/accounts")).error == (200, None)


async def test_appsecret_proof_is_checked_when_sent(sandbox: Sandbox) -> None:
    ada = await sandbox.ada()
    proof = secret_proof("sandbox-facebook-secret", ada.token)
    assert (await ada.get("me", appsecret_proof=proof)).status == 200
    assert (await ada.get("me", appsecret_proof="0" * 64)).error == (100, None)


def test_the_proof_matches_the_known_vector() -> None:
    expected = "ee779e67f7e0968ae86cd4ea00dee39b6a2a011cfafc6d4cbb6b6bd77dcbe345"
    assert secret_proof("s3cr3t", "EAAtoken") == expected


async def test_permissions_of_an_earlier_login_stay_unless_they_are_taken_back(sandbox: Sandbox) -> None:
    async def granted(**query: str) -> set[str]:
        token = (await sandbox.exchange_facebook(await sandbox.facebook_code(**query))).body["access_token"]
        path = "/graph.facebook.com/v25.0/me/permissions"
        listed = (await sandbox.call("GET", path, params={"access_token": token})).body["data"]
        return {one["permission"] for one in listed if one["status"] == "granted"}

    first = await granted(scope="instagram_basic,pages_show_list")
    assert {"instagram_basic", "pages_show_list"} <= first
    assert first | {"pages_manage_posts"} <= await granted(scope="pages_manage_posts")
    fewer = await granted(scope="instagram_basic,pages_show_list", sandbox_scopes="pages_show_list")
    assert "instagram_basic" not in fewer
    assert "pages_manage_posts" in fewer
