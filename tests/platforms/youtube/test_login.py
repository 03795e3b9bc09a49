"""Google's login: the address, the code, the renewal, the end."""

from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from postwright.domain.errors import PlatformError, Rejected, Unavailable
from postwright.kit.crypto import Secret
from postwright.platforms.base import Grant
from postwright.platforms.oauth import authorize_url
from postwright.platforms.youtube.adapter import YouTube
from postwright.platforms.youtube.spec import LOGIN
from tests.platforms.youtube.fake import TOKEN, Script
from tests.support.publishing import CREDENTIALS, account_of

VERIFIER, CHALLENGE = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
BACK = "https://post.example/api/callback/youtube"
GRANT = Grant(Secret("ya29.a"), Secret("1//r"), None, None, ("s",), "UC1")
ACCOUNT = account_of("youtube", LOGIN.id, "UC1")
CHANNELS = "GET youtube/v3/channels"


def test_the_address_asks_for_lasting_access_with_pkce() -> None:
    url = authorize_url(LOGIN, CREDENTIALS, redirect_uri=BACK, state="st", verifier=VERIFIER)
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert url.startswith("https://accounts.google.com/o/oauth2/v2/auth?")
    assert (query["code_challenge"], query["code_challenge_method"]) == (CHALLENGE, "S256")
    assert (query["access_type"], query["prompt"], query["include_granted_scopes"]) == ("offline", "consent", "true")
    assert query["scope"].split(" ") == [scope.name for scope in LOGIN.scopes]
    assert all(name.startswith("https://www.googleapis.com/auth/youtube.") for name in query["scope"].split())


async def test_a_code_becomes_a_grant_with_what_was_really_given(script: Script) -> None:
    told = {"access_token": "ya29.b", "expires_in": 3599, "refresh_token": "1//r", "scope": "a b", "token_type": "B"}
    script.to(TOKEN, 200, told)
    grant = await YouTube().exchange(script.oauth(), "code", BACK, VERIFIER)
    assert grant.scopes == ("a", "b")
    assert grant.expires_at is not None
    assert grant.refresh_at is not None
    assert (grant.expires_at - script.clock.now()).total_seconds() == 3599
    assert script.clock.now() < grant.refresh_at < grant.expires_at
    form = dict(parse_qsl(script.seen[0].body.decode()))
    assert (form["code_verifier"], form["client_secret"]) == (VERIFIER, "s3cr3t")


async def test_access_that_does_not_last_is_refused(script: Script) -> None:
    script.to(TOKEN, 200, {"access_token": "ya29.b", "expires_in": 3599, "scope": "a"})
    with pytest.raises(Rejected, match="no lasting access"):
        await YouTube().exchange(script.oauth(), "code", BACK, VERIFIER)


async def test_a_renewal_keeps_the_refresh_token(script: Script) -> None:
    script.to(TOKEN, 200, {"access_token": "ya29.b", "expires_in": 3599, "scope": "a", "token_type": "Bearer"})
    grant = await YouTube().refresh(script.oauth(), GRANT, ACCOUNT)
    assert (grant.access_token, grant.refresh_token, grant.subject) == ("ya29.b", "1//r", "UC1")


@pytest.mark.parametrize(
    ("status", "error", "expected"),
    [
        (400, "invalid_grant", Rejected),
        (401, "invalid_client", Unavailable),
        (401, "unauthorized_client", Unavailable),
        (503, "x", Unavailable),
    ],
)
async def test_a_renewal_is_over_or_put_off(
    script: Script, status: int, error: str, expected: type[PlatformError]
) -> None:
    script.to(TOKEN, status, {"error": error, "error_description": "Token has been expired or revoked."})
    with pytest.raises(PlatformError) as caught:
        await YouTube().refresh(script.oauth(), GRANT, ACCOUNT)
    assert type(caught.value) is expected


async def test_the_consent_is_taken_back_with_the_refresh_token_once_or_twice(script: Script) -> None:
    script.to("POST revoke", 200, {})
    script.to("POST revoke", 400, {"error": "invalid_token"})
    assert await YouTube().revoke(script.oauth(), GRANT)
    assert await YouTube().revoke(script.oauth(), GRANT)
    assert script.seen[0].query == {"token": "1//r"}
    with pytest.raises(Unavailable):
        await YouTube().revoke(script.oauth(), GRANT)


async def test_a_consent_opens_the_channel(script: Script) -> None:
    about = {"title": "The Bakery", "customUrl": "@bakery", "thumbnails": {"default": {"url": "https://i.example/a"}}}
    channel = {"id": "UC1", "snippet": about, "contentDetails": {"relatedPlaylists": {"uploads": "UU1"}}}
    script.to(CHANNELS, 200, {"items": [channel]})
    (target,) = await YouTube().targets(script.oauth(), GRANT)
    assert (target.external_id, target.username, target.name) == ("UC1", "bakery", "The Bakery")
    assert (target.avatar_url, target.kind, dict(target.context)) == (
        "https://i.example/a",
        "channel",
        {"uploads": "UU1"},
    )
    assert target.grant.subject == "UC1"


async def test_an_account_without_a_channel_is_told_so(script: Script) -> None:
    script.to(CHANNELS, 200, {"kind": "youtube#channelListResponse"})
    script.refuse(CHANNELS, 401, "youtubeSignupRequired")
    for _ in range(2):
        with pytest.raises(Rejected, match="has no YouTube channel"):
            await YouTube().targets(script.oauth(), GRANT)
