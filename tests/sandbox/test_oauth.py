"""The provider's side of OAuth by itself: what every platform's twin builds on."""

from datetime import timedelta

import pytest

from postwright.sandbox.clock import VirtualClock
from postwright.sandbox.oauth import CodeRefused, OAuth, basic_credentials, challenge_of, redirect_uri_fault

HOME = "http://localhost:8000/cb"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


def test_the_challenge_matches_the_known_vector() -> None:
    assert challenge_of(VERIFIER, "S256") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert challenge_of(VERIFIER, "plain") == VERIFIER


@pytest.mark.parametrize("uri", [HOME, "http://127.0.0.1:1/", "https://example.org/a?b=c", "http://[::1]:5/cb"])
def test_a_redirect_uri_is_https_or_loopback(uri: str) -> None:
    assert redirect_uri_fault(uri) == ""


@pytest.mark.parametrize("uri", ["", "cb", "app://cb", "http://example.org/", "https://example.org/#top"])
def test_any_other_redirect_uri_is_refused(uri: str) -> None:
    assert redirect_uri_fault(uri)


def test_a_rotated_token_is_over_and_its_successor_lives() -> None:
    oauth = OAuth(VirtualClock())
    grant = oauth.grant("app", "ada", ("1",), frozenset({"read"}))
    first = oauth.issue(grant, "refresh", timedelta(days=1))
    second = oauth.rotate(first, timedelta(days=1))
    assert first.why_dead() == "rotated"
    assert second.why_dead() == ""
    assert oauth.find(second.value) is second


def test_an_ended_grant_takes_all_its_tokens_along_but_not_a_later_grants() -> None:
    oauth = OAuth(VirtualClock())
    old = oauth.grant("app", "ada", ("1",), frozenset())
    token = oauth.issue(old, "access", None)
    oauth.end_grant(old, "app_removed")
    new = oauth.grant("app", "ada", ("1",), frozenset())
    assert token.why_dead() == "app_removed"
    assert oauth.issue(new, "access", None).why_dead() == ""
    assert oauth.grants_on("1") == [new]
    assert oauth.users_of("app") == 1


def test_a_second_consent_changes_the_first_ones_scopes() -> None:
    oauth = OAuth(VirtualClock())
    first = oauth.grant("app", "ada", ("1",), frozenset({"read"}))
    assert oauth.grant("app", "ada", ("1", "2"), frozenset({"read", "write"})) is first
    assert first.scopes == {"read", "write"}


def test_a_code_of_another_app_is_refused_and_not_spent() -> None:
    oauth = OAuth(VirtualClock())
    grant = oauth.grant("app", "ada", (), frozenset())
    code = oauth.code(grant, HOME)
    with pytest.raises(CodeRefused, match="wrong_client"):
        oauth.redeem(code, client_id="thief", redirect_uri=HOME)
    assert oauth.redeem(code, client_id="app", redirect_uri=HOME) is grant


def test_time_cannot_run_backwards() -> None:
    with pytest.raises(ValueError, match="backwards"):
        VirtualClock().advance(timedelta(seconds=-1))


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("Basic Y2lkOnMzY3IzdA==", ("cid", "s3cr3t")),
        ("basic Y2lkOnMzY3IzdA==", ("cid", "s3cr3t")),
        ("Basic Y2lk", None),
        ("Basic not base64", None),
        ("Bearer Y2lkOnMzY3IzdA==", None),
        ("", None),
    ],
)
def test_client_credentials_in_a_header(header: str, found: tuple[str, str] | None) -> None:
    assert basic_credentials(header) == found


def test_a_challenge_in_hex() -> None:
    assert challenge_of(VERIFIER, "hex") == "13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3"
