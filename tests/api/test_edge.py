"""What the outermost layer does with requests: hosts, HTTPS, origins, and the access log."""

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from postwright.main import create_server
from postwright.services.app import App
from tests.support.asgi import Client
from tests.support.pictures import jpeg

ORIGIN = "https://posts.example.com"


@pytest.fixture
def production(app: App) -> Client:
    """Somebody who calls a production server by its name."""
    settings = app.settings.model_copy(
        update={"env": "production", "public_url": ORIGIN, "cors_origins": ("https://app.example.com",)}
    )
    return Client(create_server(replace(app, settings=settings)), {"Host": "posts.example.com"})


async def test_a_server_on_https_tells_browsers_to_stay_there(production: Client, stranger: Client) -> None:
    assert "max-age" in (await production.get("/api/platforms")).headers["strict-transport-security"]
    assert "strict-transport-security" not in (await stranger.get("/api/platforms")).headers


async def test_plain_http_behind_a_proxy_is_sent_to_https(production: Client) -> None:
    reply = await production.get("/api/platforms?x=1", X_Forwarded_Proto="http")
    assert (reply.status, reply.headers["location"]) == (308, f"{ORIGIN}/api/platforms?x=1")


@pytest.mark.parametrize("host", ["evil.example.com", "", "posts.example.com.evil.com", "[::2]"])
async def test_a_foreign_host_name_is_refused_in_production(production: Client, host: str) -> None:
    reply = await production.get("/api/platforms", Host=host)
    assert (reply.status, reply.code) == (400, "untrusted_host")


@pytest.mark.parametrize(
    "host", ["posts.example.com", "POSTS.example.com:443", "localhost:8000", "127.0.0.1", "[::1]:80"]
)
async def test_our_own_names_are_served(production: Client, host: str) -> None:
    assert (await production.get("/api/platforms", Host=host)).status == 200


async def test_orchestrators_may_ask_under_any_name(production: Client) -> None:
    assert (await production.get("/healthz", Host="10.1.2.3:8000")).status == 200


async def test_only_listed_origins_may_read_replies(production: Client) -> None:
    listed = await production.get("/api/platforms", Origin="https://app.example.com")
    other = await production.get("/api/platforms", Origin="https://evil.example.com")
    assert listed.headers["access-control-allow-origin"] == "https://app.example.com"
    assert "access-control-allow-origin" not in other.headers
    preflight = {"Origin": "https://app.example.com", "Access-Control-Request-Method": "POST"}
    allowed = await production.send("OPTIONS", "/api/posts", headers=preflight)
    refused = await production.send(
        "OPTIONS", "/api/posts", headers={**preflight, "Origin": "https://evil.example.com"}
    )
    assert (allowed.status, refused.status) == (200, 400)


async def test_each_request_is_logged_with_its_id_and_no_secret(client: Client) -> None:
    url = (await client.upload(jpeg(), "a.jpg")).json()["url"].removeprefix("http://127.0.0.1:8000")
    with capture_logs() as lines:
        await client.get("/api/posts?cursor=secret")
        await client.get(url)
    posts, file = [line for line in lines if line["event"] == "request"]
    assert (posts["method"], posts["path"], posts["status"]) == ("GET", "/api/posts", 422)
    assert file["path"] == "/media/{media_id}/{signature}/{name}"
