"""Connecting a LinkedIn account: the address, the tokens, the accounts that come of it."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from postwright.domain.errors import Rejected, Unavailable
from postwright.kit.crypto import Secret
from postwright.platforms.base import Grant, Login, OAuthCall
from postwright.platforms.linkedin.adapter import LinkedIn
from postwright.platforms.linkedin.spec import LOGINS
from postwright.platforms.oauth import authorize_url, new_verifier
from tests.platforms.linkedin.scripted import Says, Scene
from tests.platforms.stage import BACK, CASES, Case, stage_of
from tests.support.clock import START
from tests.support.publishing import CREDENTIALS, TOKEN, account_of, oauth_call_for

PAGES = next(case for case in CASES if case.login is LOGINS[1])
TOKENS = {"access_token": "AQ1", "expires_in": 5_184_000, "scope": "w_member_social,openid", "token_type": "Bearer"}
ADA = {"sub": "abc", "name": "Ada Moreno", "picture": "https://media.example/ada.jpg"}
ACCOUNT = account_of("linkedin", "linkedin", "urn:li:person:abc")
ALL = tuple(scope.name for scope in LOGINS[1].scopes)


def oauth(scene: Scene) -> OAuthCall:
    return oauth_call_for(scene.http, scene.clock, LOGINS[0])


def grant(*scopes: str, renewing: str | None = "AR1") -> Grant:
    return Grant(TOKEN, Secret(renewing) if renewing else None, START, None, scopes, "abc")


@pytest.mark.parametrize(
    ("login", "scope"),
    [
        (LOGINS[0], "openid profile email w_member_social"),
        (
            LOGINS[1],
            "openid profile email w_member_social w_organization_social rw_organization_admin r_organization_social",
        ),
    ],
)
def test_the_consent_is_asked_for_with_spaces_between_the_scopes_and_without_pkce(login: Login, scope: str) -> None:
    assert new_verifier(login) is None
    url = urlsplit(authorize_url(login, CREDENTIALS, redirect_uri=BACK, state="st", verifier=None))
    assert (url.netloc, url.path) == ("www.linkedin.com", "/oauth/v2/authorization")
    assert f"scope={scope.replace(' ', '%20')}&" in url.query
    asked = {"client_id": ["app-id"], "redirect_uri": [BACK], "response_type": ["code"], "state": ["st"]}
    assert parse_qs(url.query) == {**asked, "scope": [scope]}


async def test_a_token_without_a_refresh_token_is_not_renewed(scene: Scene) -> None:
    scene.says(Says(200, TOKENS))
    given = await LinkedIn().exchange(oauth(scene), "code", BACK, None)
    assert (str(given.access_token), given.refresh_token, given.refresh_at) == ("AQ1", None, None)
    assert given.expires_at == START + timedelta(days=60)
    assert given.scopes == ("w_member_social", "openid")
    form = {name: value for name, (value,) in parse_qs(scene.script.seen[0].body.decode()).items()}
    client = {"client_id": "app-id", "client_secret": "s3cr3t"}
    assert form == {"grant_type": "authorization_code", "code": "code", "redirect_uri": BACK, **client}


async def test_a_partners_token_is_renewed_and_the_refresh_token_stays(scene: Scene) -> None:
    scene.says(Says(200, TOKENS))
    fresh = await LinkedIn().refresh(oauth(scene), grant("openid"), ACCOUNT)
    assert (str(fresh.access_token), str(fresh.refresh_token), fresh.subject) == ("AQ1", "AR1", "abc")
    assert fresh.refresh_at == START + timedelta(days=50)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Says(400, {"error": "invalid_request", "error_description": "expired or revoked"}), Rejected),
        (Says(401, {"error": "invalid_client", "error_description": "Client authentication failed"}), Rejected),
        (Says(503), Unavailable),
    ],
)
async def test_a_refused_renewal_says_why(scene: Scene, answer: Says, error: type[Exception]) -> None:
    scene.says(answer)
    with pytest.raises(error):
        await LinkedIn().refresh(oauth(scene), grant("openid"), ACCOUNT)


async def test_a_consent_without_organisations_opens_the_member_alone(scene: Scene) -> None:
    scene.says(Says(200, ADA))
    (member,) = await LinkedIn().targets(oauth(scene), grant("openid", "w_member_social"))
    assert (member.external_id, member.username, member.kind) == ("urn:li:person:abc", "Ada Moreno", "member")
    assert (member.name, member.avatar_url, member.grant.subject) == (ADA["name"], ADA["picture"], "abc")


async def test_organisations_are_those_that_the_member_may_publish_for(scene: Scene) -> None:
    roles = [("1", "ADMINISTRATOR"), ("1", "CONTENT_ADMIN"), ("2", "ANALYST"), ("3", "DIRECT_SPONSORED_CONTENT_POSTER")]
    acls = [{"organizationTarget": f"urn:li:organization:{number}", "role": role} for number, role in roles]
    bakery = {"localizedName": "The Bakery", "vanityName": "the-bakery"}
    scene.says(Says(200, ADA), Says(200, {"elements": acls}), Says(200, bakery), Says(403, {"code": "ACCESS_DENIED"}))
    found = await LinkedIn().targets(oauth(scene), grant(*ALL))
    assert [(target.external_id, target.username, target.name) for target in found] == [
        ("urn:li:organization:1", "the-bakery", "The Bakery"),
        ("urn:li:organization:3", "Organization 3", "Organization 3"),
        ("urn:li:person:abc", "Ada Moreno", "Ada Moreno"),
    ]


async def test_a_consent_is_taken_back_with_all_its_tokens(scene: Scene) -> None:
    scene.says(Says(200), Says(200))
    assert await LinkedIn().revoke(oauth(scene), grant("openid"))
    assert [parse_qs(seen.body.decode())["token"] for seen in scene.script.seen] == [["AR1"], ["token"]]


async def test_the_sandboxes_consent_opens_both_organisations_and_the_member() -> None:
    async with stage_of(PAGES) as stage:
        targets = await stage.adapter.targets(stage.oauth, await stage.grant())
        assert [target.kind for target in targets] == ["organization", "organization", "member"]
        assert targets[0].username == "harbour-coffee"


@pytest.mark.parametrize("login", LOGINS, ids=lambda login: login.id)
async def test_an_app_that_is_approved_for_members_only_opens_the_member_alone(login: Login) -> None:
    async with stage_of(Case(LinkedIn(), replace(login, credentials="linkedin-basic"))) as stage:
        if login is PAGES.login:
            back, _ = await stage.consent()
            assert back["error"] == "unauthorized_scope_error"
            return
        target = await stage.connect()
        assert (target.kind, target.grant.refresh_token, target.grant.refresh_at) == ("member", None, None)
