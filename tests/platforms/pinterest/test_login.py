"""Connecting and renewing, over real HTTP against scripted replies of the token address."""

from datetime import timedelta
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from postwright.domain.errors import RateLimited, Rejected, Surprise, Unavailable
from postwright.kit.crypto import Secret
from postwright.platforms.base import AppCredentials, Grant, WebhookCall, WebhookSecrets
from postwright.platforms.oauth import authorize_url, basic, new_verifier
from postwright.platforms.pinterest.adapter import Pinterest
from postwright.platforms.pinterest.spec import LOGIN
from tests.platforms.pinterest.fake import Script
from tests.support.publishing import CREDENTIALS, account_of

DAY = timedelta(days=1)
BACK = "https://post.example/api/callback/pinterest"
TOKEN = "POST /oauth/token"
ALL = "boards:read boards:write pins:read pins:write user_accounts:read"
REPLY = {"access_token": "pina_1", "refresh_token": "pinr.1", "expires_in": 2_592_000, "scope": ALL}
ACCOUNT = account_of("pinterest", "pinterest", "7400")


def grant(script: Script) -> Grant:
    now = script.clock.now()
    return Grant(Secret("pina_0"), Secret("pinr.0"), now + 30 * DAY, now + 23 * DAY, tuple(ALL.split()), "7400")


def test_the_consent_address_asks_for_the_scopes_with_commas_and_without_pkce() -> None:
    verifier = new_verifier(LOGIN)
    url = authorize_url(LOGIN, CREDENTIALS, redirect_uri=BACK, state="st", verifier=verifier)
    assert verifier is None
    assert url.startswith("https://www.pinterest.com/oauth/?")
    assert {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()} == {
        "client_id": "app-id",
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": "user_accounts:read,boards:read,boards:write,pins:read,pins:write",
        "state": "st",
    }


def test_the_app_names_itself_as_the_vector_says() -> None:
    assert basic(AppCredentials("cid", Secret("s3cr3t"))) == "Basic Y2lkOnMzY3IzdA=="


async def test_a_code_becomes_a_grant_that_can_be_renewed(script: Script) -> None:
    script.to(TOKEN, 200, REPLY)
    now = script.clock.now()
    found = await Pinterest().exchange(script.oauth(), "code", BACK, None)
    assert found == Grant(Secret("pina_1"), Secret("pinr.1"), now + 30 * DAY, now + 23 * DAY, tuple(ALL.split()), "")
    (seen,) = script.seen
    assert seen.headers["authorization"] == "Basic YXBwLWlkOnMzY3IzdA=="
    assert dict(parse_qsl(seen.body.decode())) == {
        "grant_type": "authorization_code",
        "code": "code",
        "redirect_uri": BACK,
        "continuous_refresh": "true",
    }


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("boards:read,pins:read", ("boards:read", "pins:read")),
        ("boards:read, pins:read ", ("boards:read", "pins:read")),
        ("", tuple(scope.name for scope in LOGIN.scopes)),
    ],
)
async def test_what_was_granted_is_read_from_the_reply(script: Script, scope: str, expected: tuple[str, ...]) -> None:
    script.to(TOKEN, 200, {**REPLY, "scope": scope})
    assert (await Pinterest().exchange(script.oauth(), "code", BACK, None)).scopes == expected


async def test_a_renewal_brings_a_new_refresh_token(script: Script) -> None:
    script.to(TOKEN, 200, {**REPLY, "access_token": "pina_2", "refresh_token": "pinr.2"})
    found = await Pinterest().refresh(script.oauth(), grant(script), ACCOUNT)
    assert (found.access_token, found.refresh_token, found.subject) == ("pina_2", "pinr.2", "7400")
    assert found.refresh_at == script.clock.now() + 23 * DAY
    assert dict(parse_qsl(script.seen[0].body.decode())) == {"grant_type": "refresh_token", "refresh_token": "pinr.0"}


async def test_what_a_renewal_does_not_say_stays_as_it_was(script: Script) -> None:
    script.to(TOKEN, 200, {"access_token": "pina_2"})
    found = await Pinterest().refresh(script.oauth(), grant(script), ACCOUNT)
    assert (found.refresh_token, found.scopes) == ("pinr.0", tuple(ALL.split()))
    assert found.expires_at == script.clock.now() + 30 * DAY


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (400, {"code": 283, "message": "The grant is invalid"}, Rejected, "The grant is invalid"),
        (400, {"error": "invalid_grant", "error_description": "Used before"}, Rejected, "Used before"),
        (401, {"error": "invalid_grant"}, Rejected, "invalid_grant"),
        (429, {"code": 8}, RateLimited, "slow down"),
        (503, b"<html>", Unavailable, "nothing was written"),
        (200, b"<html>", Surprise, "not in its documents"),
    ],
)
async def test_a_refused_code_or_refresh_token_is_refused_with_the_platforms_words(
    script: Script, status: int, body: object, kind: type[Exception], words: str
) -> None:
    script.to(TOKEN, status, body)
    script.to(TOKEN, status, body)
    with pytest.raises(kind, match=words):
        await Pinterest().exchange(script.oauth(), "code", BACK, None)
    with pytest.raises(kind, match=words):
        await Pinterest().refresh(script.oauth(), grant(script), ACCOUNT)


@pytest.mark.parametrize("body", [{"code": 2, "message": "Authentication failed."}, {"error": "invalid_client"}])
async def test_a_wrong_app_secret_is_named_and_ends_no_connection(script: Script, body: object) -> None:
    script.to(TOKEN, 401, body)
    script.to(TOKEN, 401, body)
    with pytest.raises(Rejected, match="POSTWRIGHT_PINTEREST_CLIENT_ID"):
        await Pinterest().exchange(script.oauth(), "code", BACK, None)
    with pytest.raises(Unavailable, match="POSTWRIGHT_PINTEREST_CLIENT_ID"):
        await Pinterest().refresh(script.oauth(), grant(script), ACCOUNT)


async def test_the_account_is_the_persons(script: Script) -> None:
    person = {"id": 7400, "username": "cups", "business_name": "Cups & Co", "account_type": "BUSINESS"}
    script.to("GET /user_account", 200, {**person, "profile_image": "https://i.example/p.jpg"})
    (target,) = await Pinterest().targets(script.oauth(), grant(script))
    assert (target.external_id, target.username, target.name, target.kind) == ("7400", "cups", "Cups & Co", "business")
    assert (target.avatar_url, target.grant.subject) == ("https://i.example/p.jpg", "7400")
    assert script.seen[0].headers["authorization"] == "Bearer pina_0"


async def test_an_account_may_say_little_of_itself(script: Script) -> None:
    script.to("GET /user_account", 200, {"id": "7400", "username": "cups", "business_name": None})
    (target,) = await Pinterest().targets(script.oauth(), grant(script))
    assert (target.name, target.kind, target.avatar_url) == ("cups", "pinner", None)


async def test_a_consent_cannot_be_taken_back_by_a_call(script: Script) -> None:
    assert await Pinterest().revoke(script.oauth(), grant(script)) is False
    assert script.seen == []


def test_no_webhook_can_be_pinterests() -> None:
    with pytest.raises(Rejected, match="sends no webhooks"):
        Pinterest().read_webhook(WebhookCall("POST", {}, {}, b"{}"), WebhookSecrets("word", ()))
