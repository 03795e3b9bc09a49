"""Authorize addresses, PKCE and renewal times: pure."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from postwright.kit.crypto import Secret
from postwright.platforms.base import Grant
from postwright.platforms.instagram.spec import LOGINS, RENEWAL
from postwright.platforms.oauth import authorize_url, challenge, new_verifier
from postwright.platforms.x.wire import Token
from tests.support.publishing import CREDENTIALS

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
NOW = datetime(2026, 11, 20, tzinfo=UTC)
PLAIN = LOGINS[0]
BACK = "https://post.example/api/callback/instagram"


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_a_plain_login_carries_the_app_the_scopes_and_the_state() -> None:
    url = authorize_url(PLAIN, CREDENTIALS, redirect_uri=BACK, state="st ate", verifier=None)
    assert url.startswith("https://www.instagram.com/oauth/authorize?")
    assert query_of(url) == {
        "client_id": "app-id",
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": ",".join(scope.name for scope in PLAIN.scopes),
        "state": "st ate",
    }
    assert "st%20ate" in url


def test_what_a_vendor_names_otherwise_is_data_of_the_login() -> None:
    login = replace(PLAIN, client_id_name="client_key", scope_separator=" ", extra={"access_type": "offline"})
    query = query_of(authorize_url(login, CREDENTIALS, redirect_uri=BACK, state="s", verifier=None))
    assert query["client_key"] == "app-id"
    assert query["access_type"] == "offline"
    assert " " in query["scope"]


def test_pkce_is_base64url_as_in_the_rfc_and_hex_for_the_one_vendor() -> None:
    standard, hexadecimal = replace(PLAIN, pkce="S256"), replace(PLAIN, pkce="hex")
    assert challenge(standard, VERIFIER) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert challenge(hexadecimal, VERIFIER) == "13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3"
    query = query_of(authorize_url(standard, CREDENTIALS, redirect_uri=BACK, state="s", verifier=VERIFIER))
    assert query["code_challenge"] == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert query["code_challenge_method"] == "S256"


def test_a_verifier_is_made_only_where_the_login_uses_one() -> None:
    verifier = new_verifier(replace(PLAIN, pkce="S256"))
    assert verifier is not None
    assert 43 <= len(verifier) <= 128
    assert new_verifier(PLAIN) is None


def test_a_token_is_renewed_ten_days_before_its_end_but_not_before_it_is_a_day_old() -> None:
    assert RENEWAL.refresh_at(NOW, NOW + timedelta(days=60)) == NOW + timedelta(days=50)
    assert RENEWAL.refresh_at(NOW, NOW + timedelta(days=5)) == NOW + timedelta(days=1)


def test_a_grant_without_a_refresh_token_is_not_to_be_renewed() -> None:
    given = Token(access_token="abc", expires_in=60 * 24 * 60 * 60)
    lasting = RENEWAL.grant(NOW, given, Secret("again"), ("read",), "7")
    assert lasting == Grant(
        Secret("abc"), Secret("again"), NOW + timedelta(days=60), NOW + timedelta(days=50), ("read",), "7"
    )
    assert RENEWAL.grant(NOW, given, None, ("read",), "7") == replace(lasting, refresh_token=None, refresh_at=None)


def test_without_a_lifetime_the_documented_one_is_taken() -> None:
    assert RENEWAL.expires_at(NOW, None) == NOW + RENEWAL.lifetime
    assert RENEWAL.expires_at(NOW, 60) == NOW + timedelta(minutes=1)
