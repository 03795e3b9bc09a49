"""Connecting, renewing and taking back, over real HTTP against scripted replies of the vendor's two logins."""

from dataclasses import replace
from datetime import timedelta

import pytest

from postwright.domain.errors import AuthExpired, AuthRevoked, Rejected, Surprise, Unavailable
from postwright.kit.crypto import Secret
from postwright.platforms.base import Grant
from postwright.platforms.instagram.adapter import Instagram
from postwright.platforms.instagram.spec import LOGINS
from tests.platforms.instagram.fake import IG, error
from tests.platforms.instagram.fake_stage import Stage
from tests.support.publishing import account_of

DAY = timedelta(days=1)
BACK = "https://post.example/api/callback/instagram"
SHORT = {"access_token": "short", "user_id": 1020, "permissions": "instagram_business_basic,extra"}
LONG = {"access_token": "long", "token_type": "bearer", "expires_in": 5_184_000}


def grant(stage: Stage, access: str = "long", refresh: str = "long", subject: str = "1020") -> Grant:
    now = stage.clock.now()
    return Grant(Secret(access), Secret(refresh), now + 60 * DAY, now + 50 * DAY, ("a",), subject)


@pytest.mark.parametrize("body", [SHORT, {"data": [SHORT]}, {**SHORT, "permissions": SHORT["permissions"].split(",")}])  # type: ignore[attr-defined]  # the values are a str and an int
async def test_a_code_becomes_a_long_lived_token(stage: Stage, body: object) -> None:
    stage.fake.script("POST oauth/access_token", 200, body)
    stage.fake.script("GET access_token", 200, LONG)
    now = stage.clock.now()
    found = await Instagram().exchange(stage.oauth("instagram"), "AQcode#_", BACK, None)
    assert found == Grant(
        Secret("long"),
        Secret("long"),
        now + 60 * DAY,
        now + 50 * DAY,
        ("instagram_business_basic", "extra"),
        "1020",
    )
    first, second = stage.fake.seen
    assert first.path == "/api.instagram.com/oauth/access_token"
    assert first.form == {
        "client_id": "app-id",
        "client_secret": "s3cr3t",
        "grant_type": "authorization_code",
        "redirect_uri": BACK,
        "code": "AQcode",
    }
    assert second.path == "/graph.instagram.com/access_token"
    assert second.query == {"grant_type": "ig_exchange_token", "client_secret": "s3cr3t", "access_token": "short"}


async def test_what_was_asked_for_counts_as_granted_where_the_reply_does_not_say(stage: Stage) -> None:
    stage.fake.script("POST oauth/access_token", 200, {"access_token": "short"})
    stage.fake.script("GET access_token", 200, {"access_token": "long"})
    found = await Instagram().exchange(stage.oauth("instagram"), "code", BACK, None)
    assert found.scopes == tuple(scope.name for scope in LOGINS[0].scopes)
    assert found.expires_at is not None
    assert timedelta(days=59) < found.expires_at - stage.clock.now() < timedelta(days=61)


async def test_a_token_that_lives_shortly_is_renewed_when_it_is_a_day_old(stage: Stage) -> None:
    stage.fake.script("POST oauth/access_token", 200, SHORT)
    stage.fake.script("GET access_token", 200, {**LONG, "expires_in": 3 * 86_400})
    found = await Instagram().exchange(stage.oauth("instagram"), "code", BACK, None)
    assert found.refresh_at == stage.clock.now() + DAY


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (400, {"error_type": "OAuthException", "code": 400, "error_message": "Code was used"}, Rejected, "Code was"),
        (400, {"error": error(100, None, "Code has expired")}, Rejected, "Code has expired"),
        (502, b"<html>", Unavailable, "nothing was written"),
        (200, b"<html>", Surprise, "not in its documents"),
    ],
)
async def test_a_refused_code_is_refused_with_the_platforms_words(
    stage: Stage, status: int, body: object, kind: type[Exception], words: str
) -> None:
    stage.fake.script("POST oauth/access_token", status, body)
    with pytest.raises(kind, match=words):
        await Instagram().exchange(stage.oauth("instagram"), "code", BACK, None)


@pytest.mark.parametrize("wrapped", [True, False])
async def test_the_account_goes_by_its_public_id(stage: Stage, wrapped: bool) -> None:
    me = {
        "user_id": IG,
        "id": "55",
        "username": "bakery",
        "name": "The Bakery",
        "account_type": "BUSINESS",
        "profile_picture_url": "https://cdn.example/p.jpg",
    }
    stage.fake.script("GET me", 200, {"data": [me]} if wrapped else me)
    (target,) = await Instagram().targets(stage.oauth("instagram"), grant(stage))
    assert (target.external_id, target.username, target.name) == (IG, "bakery", "The Bakery")
    assert (target.kind, target.avatar_url) == ("business", "https://cdn.example/p.jpg")
    assert target.grant == grant(stage)
    assert stage.fake.seen[0].headers["authorization"] == "Bearer long"


async def test_a_profile_may_say_little(stage: Stage) -> None:
    stage.fake.script("GET me", 200, {"id": 1784, "username": "bakery"})
    (target,) = await Instagram().targets(stage.oauth("instagram"), grant(stage, subject=""))
    assert (target.external_id, target.name, target.grant.subject) == ("1784", "bakery", "1784")


async def test_a_token_is_renewed_with_itself(stage: Stage) -> None:
    stage.fake.script("GET refresh_access_token", 200, {**LONG, "access_token": "longer"})
    account = account_of("instagram", "instagram", IG)
    stage.clock.advance(50 * DAY)
    found = await Instagram().refresh(stage.oauth("instagram"), grant(stage), account)
    assert (found.access_token, found.refresh_token, found.subject) == ("longer", "longer", "1020")
    assert found.expires_at == stage.clock.now() + 60 * DAY
    assert stage.fake.seen[0].query == {"grant_type": "ig_refresh_token", "access_token": "long"}


async def test_a_token_that_has_run_out_cannot_be_renewed(stage: Stage) -> None:
    stage.fake.script("GET refresh_access_token", 400, {"error": error(190, 463)})
    with pytest.raises(AuthExpired):
        await Instagram().refresh(stage.oauth("instagram"), grant(stage), account_of("instagram", "instagram", IG))


def pages(*names: str, token: bool = True) -> dict[str, object]:
    return {
        "data": [
            {
                "id": f"page-{name}",
                "name": name,
                **({"access_token": f"token-{name}"} if token else {}),
                **({"instagram_business_account": {"id": f"1784{name}", "username": name}} if name != "bare" else {}),
            }
            for name in names
        ]
    }


async def test_a_facebook_consent_becomes_a_long_lived_token_and_what_was_granted(stage: Stage) -> None:
    stage.fake.script("GET oauth/access_token", 200, {"access_token": "short", "expires_in": 5000})
    stage.fake.script("GET oauth/access_token", 200, LONG)
    stage.fake.script("GET debug_token", 200, {"data": {"scopes": ["instagram_basic"], "user_id": 77}})
    found = await Instagram().exchange(stage.oauth("facebook"), "code#_=_", BACK, None)
    assert (found.access_token, found.refresh_token, found.subject) == ("long", "long", "77")
    assert found.scopes == ("instagram_basic",)
    first, second, third = stage.fake.seen
    assert first.query["code"] == "code"
    assert second.query == {
        "client_id": "app-id",
        "client_secret": "s3cr3t",
        "grant_type": "fb_exchange_token",
        "fb_exchange_token": "short",
    }
    assert third.headers["authorization"] == "Bearer app-id|s3cr3t"


@pytest.mark.parametrize("reply", [(404, b"no"), (400, {"error": error(100, 33)}), (200, {"data": {}})])
async def test_where_a_grant_cannot_be_read_back_the_requested_scopes_count(
    stage: Stage, reply: tuple[int, object]
) -> None:
    stage.fake.script("GET oauth/access_token", 200, LONG)
    stage.fake.script("GET oauth/access_token", 200, LONG)
    stage.fake.script("GET debug_token", *reply)
    stage.fake.script("GET me", 200, {"id": 77})
    found = await Instagram().exchange(stage.oauth("facebook"), "code", BACK, None)
    assert found.scopes == tuple(scope.name for scope in LOGINS[1].scopes)
    assert found.subject == "77"


async def test_each_page_with_an_instagram_account_is_a_target_with_the_pages_token(stage: Stage) -> None:
    first = {**pages("a", "bare"), "paging": {"cursors": {"after": "x"}, "next": "https://next"}}
    stage.fake.script("GET me/accounts", 200, first)
    stage.fake.script("GET me/accounts", 200, pages("b"))
    held = grant(stage)
    a, b = await Instagram().targets(stage.oauth("facebook"), held)
    assert (a.external_id, a.username, dict(a.context)) == ("1784a", "a", {"page_id": "page-a"})
    assert a.grant == replace(held, access_token=Secret("token-a"), expires_at=None)
    assert a.grant.refresh_token == "long"
    assert b.external_id == "1784b"
    assert stage.fake.seen[1].query["after"] == "x"


async def test_an_account_that_the_list_tells_the_id_of_alone_is_asked_who_it_is(stage: Stage) -> None:
    page = {"id": "page-a", "name": "a", "access_token": "token-a", "instagram_business_account": {"id": "1784a"}}
    stage.fake.script("GET me/accounts", 200, {"data": [page]})
    stage.fake.script("GET 1784a", 200, {"id": "1784a", "username": "a", "name": "Ada"})
    (target,) = await Instagram().targets(stage.oauth("facebook"), grant(stage))
    assert (target.external_id, target.username, target.name) == ("1784a", "a", "Ada")
    assert stage.fake.seen[1].headers["authorization"] == "Bearer token-a"


async def test_without_a_page_token_the_persons_own_is_used(stage: Stage) -> None:
    stage.fake.script("GET me/accounts", 200, pages("a", token=False))
    (target,) = await Instagram().targets(stage.oauth("facebook"), grant(stage))
    assert target.grant == grant(stage)


async def test_renewing_a_page_renews_the_persons_token_and_reads_the_pages_again(stage: Stage) -> None:
    stage.fake.script("GET oauth/access_token", 200, {**LONG, "access_token": "longer"})
    stage.fake.script("GET me/accounts", 200, pages("a", "b"))
    account = account_of("instagram", "facebook", "1784b", {"page_id": "page-b"})
    found = await Instagram().refresh(stage.oauth("facebook"), grant(stage, "token-old"), account)
    assert (found.access_token, found.refresh_token) == ("token-b", "longer")
    assert stage.fake.seen[0].query["fb_exchange_token"] == "long"


async def test_a_page_that_is_no_longer_shared_must_be_reconnected(stage: Stage) -> None:
    stage.fake.script("GET oauth/access_token", 200, LONG)
    stage.fake.script("GET me/accounts", 200, pages("a"))
    account = account_of("instagram", "facebook", "1784b", {"page_id": "page-b"})
    with pytest.raises(AuthRevoked, match="no longer shared"):
        await Instagram().refresh(stage.oauth("facebook"), grant(stage), account)


@pytest.mark.parametrize("reply", [(200, {"success": True}), (400, {"error": error(190, 458)})])
async def test_a_facebook_consent_is_taken_back_even_when_it_is_already(
    stage: Stage, reply: tuple[int, object]
) -> None:
    stage.fake.script("DELETE permissions", *reply)
    assert await Instagram().revoke(stage.oauth("facebook"), grant(stage, "token-a", "long", "77"))
    assert stage.fake.paths() == ["DELETE /77/permissions"]
    assert stage.fake.seen[0].headers["authorization"] == "Bearer long"


async def test_the_instagram_login_knows_no_way_to_take_a_consent_back(stage: Stage) -> None:
    assert not await Instagram().revoke(stage.oauth("instagram"), grant(stage))
    assert stage.fake.seen == []
