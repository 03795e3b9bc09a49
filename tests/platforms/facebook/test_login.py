"""Connecting Pages, renewing and taking back, over real HTTP against scripted replies."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from postwright.domain.errors import AuthExpired, AuthRevoked, Rejected
from postwright.kit.crypto import Secret
from postwright.platforms.base import Grant
from postwright.platforms.facebook.adapter import Facebook
from postwright.platforms.facebook.spec import LOGINS
from postwright.platforms.oauth import authorize_url, new_verifier
from tests.platforms.facebook.fake import PAGE, Graph
from tests.support.publishing import CREDENTIALS, account_of

DAY = timedelta(days=1)
BACK = "https://post.example/api/callback/facebook"
TOKEN, ACCOUNTS = "GET /oauth/access_token", "GET /me/accounts"
PAGE_TOKEN = "token"
LONG = {"access_token": "long", "token_type": "bearer", "expires_in": 5_184_000}


def grant(graph: Graph, access: str = "long") -> Grant:
    now = graph.clock.now()
    return Grant(Secret(access), Secret("long"), now + 60 * DAY, now + 50 * DAY, ("a",), "77")


def page(
    page_id: str, *tasks: str, token: str | None = PAGE_TOKEN, more: Mapping[str, object] | None = None
) -> dict[str, object]:
    return {"id": page_id, "name": "The Bakery", "tasks": tasks, "access_token": token, **(more or {})}


def refusal(code: int, subcode: int | None = None) -> dict[str, object]:
    return {"error": {"message": "no", "code": code, "error_subcode": subcode}}


def test_the_address_of_the_consent_asks_for_everything_without_pkce() -> None:
    verifier = new_verifier(LOGINS[0])
    url = authorize_url(LOGINS[0], CREDENTIALS, redirect_uri=BACK, state="st", verifier=verifier)
    query = parse_qs(urlsplit(url).query)
    assert url.startswith("https://www.facebook.com/v25.0/dialog/oauth?")
    assert query["scope"] == [",".join(scope.name for scope in LOGINS[0].scopes)]
    assert (query["state"], query["redirect_uri"], query["client_id"]) == (["st"], [BACK], ["app-id"])
    assert verifier is None
    assert "code_challenge" not in query


async def test_a_consent_becomes_a_long_lived_token_and_what_was_granted(graph: Graph) -> None:
    graph.say(TOKEN, {"access_token": "short", "expires_in": 5000}, LONG)
    graph.say("GET /debug_token", {"data": {"scopes": ["pages_show_list"], "user_id": 77}})
    found = await Facebook().exchange(graph.oauth(), "code#_=_", BACK, None)
    now = graph.clock.now()
    assert found == Grant(Secret("long"), Secret("long"), now + 60 * DAY, now + 50 * DAY, ("pages_show_list",), "77")
    assert graph.seen[0].query["code"] == "code"
    assert graph.seen[1].query["fb_exchange_token"] == "short"


async def test_a_used_code_is_refused(graph: Graph) -> None:
    graph.say(TOKEN, refusal(100, 36009), status=400)
    with pytest.raises(Rejected):
        await Facebook().exchange(graph.oauth(), "code", BACK, None)


async def test_each_page_that_may_be_published_to_is_a_target_with_its_own_token(graph: Graph) -> None:
    avatar = {"picture": {"data": {"url": "https://cdn.example/p.jpg"}}, "username": "bakery"}
    first = [
        page("1", "ANALYZE", "CREATE_CONTENT", more=avatar),
        page("2", "ANALYZE"),
        page("3", "CREATE_CONTENT", token=None),
    ]
    more = {"paging": {"cursors": {"after": "x"}, "next": "https://next"}}
    graph.say(ACCOUNTS, {"data": first, **more}, {"data": [page("4", "CREATE_CONTENT", token="other")]})
    held = grant(graph)
    one, four = await Facebook().targets(graph.oauth(), held)
    assert (one.external_id, one.username, one.name, one.kind) == ("1", "bakery", "The Bakery", "page")
    assert one.avatar_url == "https://cdn.example/p.jpg"
    assert one.grant == replace(held, access_token=Secret("token"), expires_at=None)
    assert (four.external_id, four.username, four.grant.access_token) == ("4", "The Bakery", "other")
    assert four.grant.refresh_token == "long"


async def test_a_renewal_brings_the_persons_token_and_the_pages(graph: Graph) -> None:
    graph.say(TOKEN, {**LONG, "access_token": "longer"})
    graph.say(ACCOUNTS, {"data": [page("9", "CREATE_CONTENT"), page(PAGE, "CREATE_CONTENT", token="new")]})
    account = account_of("facebook", "facebook", PAGE)
    graph.clock.advance(50 * DAY)
    found = await Facebook().refresh(graph.oauth(), grant(graph, "old"), account)
    assert (found.access_token, found.refresh_token, found.expires_at) == ("new", "longer", None)
    assert found.refresh_at == graph.clock.now() + 50 * DAY
    assert graph.seen[0].query["fb_exchange_token"] == "long"


async def test_a_page_that_is_no_longer_shared_must_be_reconnected(graph: Graph) -> None:
    graph.say(TOKEN, LONG)
    graph.say(ACCOUNTS, {"data": [page("9", "CREATE_CONTENT")]})
    with pytest.raises(AuthRevoked, match="no longer shared"):
        await Facebook().refresh(graph.oauth(), grant(graph), account_of("facebook", "facebook", PAGE))


async def test_a_person_whose_token_has_run_out_cannot_be_renewed(graph: Graph) -> None:
    graph.say(TOKEN, refusal(190, 463), status=400)
    with pytest.raises(AuthExpired):
        await Facebook().refresh(graph.oauth(), grant(graph), account_of("facebook", "facebook", PAGE))


@pytest.mark.parametrize(("status", "body"), [(200, {"success": True}), (400, refusal(190, 458))])
async def test_a_consent_is_taken_back_even_when_it_is_already(graph: Graph, status: int, body: object) -> None:
    graph.say("DELETE /77/permissions", body, status=status)
    assert await Facebook().revoke(graph.oauth(), grant(graph, "page token"))
    assert graph.seen[0].headers["authorization"] == "Bearer long"
