"""What every request may meet before its route: bad bodies, wrong methods, missing credentials."""

import pytest
from starlette.types import ASGIApp

from postwright.services.app import App
from tests.support.apps import Person, join
from tests.support.asgi import Client, Reply

from .conftest import client_of

MEDIA = "/api/media"


async def test_an_unknown_address_is_a_problem_too(stranger: Client) -> None:
    reply = await stranger.get("/api/nothing")
    assert (reply.status, reply.code) == (404, "not_found")
    assert reply.json()["type"] == "/problems/not_found"


async def test_a_wrong_method_says_which_ones_are_right(stranger: Client) -> None:
    reply = await stranger.put("/api/platforms")
    assert (reply.status, reply.code, reply.headers["allow"]) == (405, "method_not_allowed", "GET")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "malformed_json"),
        (b"\xff\xfe", 400, "malformed_json"),
        (b'{"url": "\xed\xa0\x80"}', 400, "malformed_json"),
        (b'{"url": NaN}', 400, "malformed_json"),
        (b'{"url": 1' + b"0" * 5000 + b"}", 400, "malformed_json"),
        (b"[" * 100_000, 400, "malformed_json"),
        (b"[" * 100_000 + b"]" * 100_000, 400, "malformed_json"),
        (b'{"url": "a\\u0000b"}', 422, "bad_character"),
        (b'{"url": "\\ud83d"}', 422, "bad_character"),
        (b'{"url": 1e999}', 422, "bad_number"),
        (b"[]", 422, "bad_value"),
        (b"null", 422, "bad_value"),
        (b"{}", 422, "required"),
        (b"", 422, "required"),
        (b'{"url": 5}', 422, "bad_value"),
        (b'{"url": "https://example.com", "more": 1}', 422, "unknown_field"),
        (b'{"url": "' + b"x" * 5000 + b'"}', 422, "too_long"),
        (b'"' + b"x" * 1024 * 1024 + b'"', 413, "too_large"),
    ],
)
async def test_a_body_that_cannot_be_used_is_refused_with_a_reason(
    client: Client, body: bytes, status: int, code: str
) -> None:
    reply = await client.send("POST", MEDIA, body=[body], headers={"Content-Type": "application/json"})
    assert (reply.status, reply.code) == (status, code)


async def test_a_chunked_body_is_cut_off_at_the_limit(client: Client) -> None:
    pieces = [b"x" * 1024] * 1100
    reply = await client.send("POST", MEDIA, body=pieces, headers={"Content-Type": "application/json"})
    assert (reply.status, reply.code) == (413, "too_large")


async def test_a_claimed_length_of_absurd_size_is_refused(client: Client) -> None:
    headers = {"Content-Type": "application/json", "Content-Length": "9" * 4400}
    reply = await client.send("POST", MEDIA, body=[b"{}"], headers=headers)
    assert (reply.status, reply.code) == (413, "too_large")


async def test_a_body_that_is_no_json_is_not_taken(client: Client) -> None:
    reply = await client.send("POST", MEDIA, body=[b"url=x"], headers={"Content-Type": "text/plain"})
    assert (reply.status, reply.code) == (415, "unsupported_media_type")


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", f"limit={'9' * 500}", "cursor=x", "limit=%00"])
async def test_a_bad_query_names_its_parameter(client: Client, query: str) -> None:
    reply = await client.get(f"{MEDIA}?{query}")
    assert reply.status == 422
    assert reply.code
    assert reply.fields == ["query" if "%00" in query else query.partition("=")[0]]


async def test_an_id_that_is_none_names_nothing(client: Client) -> None:
    assert (await client.get(f"{MEDIA}/abc")).code == "not_found"
    assert (await client.get(f"{MEDIA}/%00")).code == "not_found"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic YTpi", "Bearer é", "bearer  a.b.c"])
async def test_no_valid_credentials_are_answered_with_401(stranger: Client, header: str) -> None:
    headers = {"Authorization": header} if header else {}
    reply = await stranger.send("GET", MEDIA, headers=headers)
    assert (reply.status, reply.code, reply.headers["www-authenticate"]) == (401, "unauthenticated", "Bearer")


async def test_a_cookie_session_needs_its_csrf_token_to_write(server: ASGIApp, person: Person) -> None:
    browser = Client(server, {"Cookie": f"pw_session={person.cookie}"})
    assert (await browser.get(MEDIA)).status == 200
    assert (await browser.post(MEDIA, {})).code == "csrf"
    assert (await browser.post(MEDIA, {}, X_CSRF_Token="wrong")).code == "csrf"
    assert (await browser.post(MEDIA, {}, X_CSRF_Token=person.csrf)).code == "required"


async def test_a_viewer_may_look_and_not_write(app: App, server: ASGIApp) -> None:
    viewer = client_of(server, await join(app, role="viewer"))
    assert (await viewer.get(MEDIA)).status == 200
    assert (await viewer.post(MEDIA, {"url": "https://example.com"})).code == "read_only"


async def test_every_reply_has_safe_headers_and_a_request_id(stranger: Client) -> None:
    replies: list[Reply] = [await stranger.get(path) for path in ("/healthz", "/api/nowhere", MEDIA)]
    assert {reply.headers["x-content-type-options"] for reply in replies} == {"nosniff"}
    assert all("default-src 'none'" in reply.headers["content-security-policy"] for reply in replies)
    assert len({reply.headers["x-request-id"] for reply in replies}) == 3
    assert (await stranger.get("/healthz", X_Request_Id="mine-1")).headers["x-request-id"] == "mine-1"
    assert (await stranger.get("/healthz", X_Request_Id="a b")).headers["x-request-id"] != "a b"
