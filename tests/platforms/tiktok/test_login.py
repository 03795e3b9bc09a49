"""The consent, its tokens and its end: the address, and token requests against the twin."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from postwright.domain.errors import AuthRevoked, PlatformError, Rejected, Unavailable
from postwright.kit.crypto import Secret
from postwright.platforms.base import AppCredentials, OAuthCall
from postwright.platforms.oauth import authorize_url, challenge
from postwright.platforms.tiktok.spec import LOGIN
from tests.platforms.stage import BACK, CASES, Door, Stage, stage_of
from tests.support.publishing import CREDENTIALS

[CASE] = [case for case in CASES if case.adapter.spec.id == "tiktok"]
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
TOKEN = Door("POST", "/oauth/token/$")


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with stage_of(CASE) as found:
        yield found


def stranger(stage: Stage) -> OAuthCall:
    """A line with a secret that is not the app's."""
    app = AppCredentials(stage.app.client_id, Secret("mistyped"))
    return replace(stage.oauth, app=app)


def test_the_address_names_a_client_key_and_scopes_with_commas_and_needs_no_pkce() -> None:
    url = authorize_url(LOGIN, CREDENTIALS, redirect_uri="https://post.example/back", state="s", verifier=None)
    assert url.startswith("https://www.tiktok.com/v2/auth/authorize/?")
    assert {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()} == {
        "client_key": "app-id",
        "redirect_uri": "https://post.example/back",
        "response_type": "code",
        "scope": "user.info.basic,video.publish,video.upload,video.list",
        "state": "s",
    }


def test_an_app_for_the_desktop_would_say_its_challenge_in_hex() -> None:
    desktop = replace(LOGIN, pkce="hex")
    assert challenge(desktop, VERIFIER) == "13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3"


async def test_a_consent_tells_the_account_and_how_long_its_token_lives(stage: Stage) -> None:
    target = await stage.connect()
    now = stage.clock.now()
    assert (target.username, target.name, target.kind) == ("harbourcoffee", "Harbour Coffee", "creator")
    assert target.external_id == target.grant.subject
    assert target.grant.expires_at is not None
    assert timedelta(hours=1, minutes=59) < target.grant.expires_at - now <= timedelta(hours=2)
    assert target.grant.refresh_at == target.grant.expires_at - timedelta(minutes=30)


async def test_a_refresh_token_that_is_no_longer_good_asks_for_a_new_connection(stage: Stage) -> None:
    target = await stage.connect()
    dead = replace(target.grant, refresh_token=Secret("rft.unknown"))
    with pytest.raises(AuthRevoked) as caught:
        await stage.adapter.refresh(stage.oauth, dead, stage.account(target))
    assert caught.value.code == "invalid_grant"


async def test_a_wrong_secret_is_told_to_whoever_connects_and_ends_no_connection_there_is(stage: Stage) -> None:
    target = await stage.connect()
    back, verifier = await stage.consent()
    with pytest.raises(Rejected, match="POSTWRIGHT_TIKTOK_CLIENT_ID"):
        await stage.adapter.exchange(stranger(stage), back["code"], BACK, verifier)
    with pytest.raises(Unavailable):
        await stage.adapter.refresh(stranger(stage), target.grant, stage.account(target))


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, '{"error":"invalid_grant","error_description":"Code expired.","log_id":"1"}', Rejected),
        (500, '{"error":"server_error","error_description":"","log_id":"1"}', Unavailable),
        (503, "<html>", Unavailable),
        (429, "", PlatformError),
    ],
)
async def test_a_refusal_counts_whatever_its_status(
    stage: Stage, status: int, body: str, error: type[PlatformError]
) -> None:
    back, verifier = await stage.consent()
    await stage.fault("status", TOKEN, status=status, body=body)
    with pytest.raises(error):
        await stage.adapter.exchange(stage.oauth, back["code"], BACK, verifier)


async def test_a_consent_can_be_taken_back_twice(stage: Stage) -> None:
    target = await stage.connect()
    assert await stage.adapter.revoke(stage.oauth, target.grant)
    assert await stage.adapter.revoke(stage.oauth, target.grant)
