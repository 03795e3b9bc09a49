"""Another workspace's id is not there: asked of every route that takes one, out of the document itself."""

import pytest
from starlette.types import ASGIApp

from postwright.api.app import create_api
from postwright.services.app import App
from tests.support.apps import Person, connect_account, join
from tests.support.asgi import Client
from tests.support.pictures import jpeg

from .conftest import client_of


@pytest.fixture
async def theirs(app: App, client: Client, person: Person) -> dict[str, str]:
    """One of everything in the person's workspace, by the name that ids have in paths and bodies."""
    account = str(await connect_account(app, person))
    media = (await client.upload(jpeg(), "a.jpg")).json()["id"]
    draft = {"account_id": account, "media": [{"id": media}], "scheduled_at": "2026-12-01T09:00"}
    post = (await client.post("/api/posts", draft)).json()
    return {
        "account_id": account,
        "media_id": media,
        "post_id": post["id"],
        "publication_id": post["publications"][0]["id"],
        "platform": "instagram",
    }


def _operations(app: App) -> list[tuple[str, str]]:
    """Every operation of signed-in callers that names something."""
    return [
        (method.upper(), path)
        for path, item in create_api(app).openapi()["paths"].items()
        for method, operation in item.items()
        if "security" in operation and "{" in path
    ]


def _body(path: str, theirs: dict[str, str]) -> dict[str, object]:
    """A body that would do in the workspace that the ids are of."""
    if path.endswith("/resolve"):
        return {"landed": True}
    if path.startswith("/api/disconnect/"):
        return {"account_id": theirs["account_id"]}
    if path.endswith(("/retry", "/remove")) or "/admin/" in path:
        return {}
    return {"platform": "instagram", "media": [{"id": theirs["media_id"]}]}


async def test_another_workspaces_ids_are_not_there(
    app: App, server: ASGIApp, client: Client, theirs: dict[str, str]
) -> None:
    stranger = await join(app)
    await connect_account(app, stranger, external_id="of the stranger")
    caller = client_of(server, stranger)
    asked = 0
    for method, path in _operations(app):
        if path == "/api/connect/{platform}" or path.startswith("/api/admin/"):
            continue  # it begins something new, and names nothing that exists; or see test_admin_api
        body = _body(path, theirs) if method in {"POST", "PUT"} else None
        reply = await caller.send(method, path.format(**theirs), json=body)
        assert reply.status == 404, (method, path, reply)
        assert reply.code.endswith("not_found"), (method, path, reply)
        asked += 1
    assert asked >= 10
    assert (await client.get(f"/api/posts/{theirs['post_id']}")).json()["status"] == "scheduled"
    assert (await client.get(f"/api/media/{theirs['media_id']}")).status == 200
    assert len((await client.get("/api/connections")).json()["accounts"]) == 1


async def test_another_workspaces_ids_in_a_post_are_not_there(
    app: App, server: ASGIApp, theirs: dict[str, str]
) -> None:
    stranger = await join(app)
    mine = str(await connect_account(app, stranger, external_id="of the stranger"))
    caller = client_of(server, stranger)
    own = (await caller.upload(jpeg(), "a.jpg")).json()["id"]
    good = {"account_id": mine, "media": [{"id": own}]}
    for path in ("/api/posts", "/api/posts/validate"):
        for draft, code in (
            ({**good, "account_id": theirs["account_id"]}, "account_not_found"),
            ({**good, "media": [{"id": theirs["media_id"]}]}, "media_not_found"),
        ):
            reply = await caller.post(path, draft)
            codes = [finding["code"] for finding in reply.json().get("findings", reply.json().get("errors"))]
            assert codes == [code]
            assert reply.status == (200 if path.endswith("validate") else 404)
    assert (await caller.get(f"/api/posts?account_id={theirs['account_id']}")).json()["posts"] == []


async def test_lists_hold_nothing_of_others(app: App, server: ASGIApp, theirs: dict[str, str]) -> None:
    caller = client_of(server, await join(app))
    for path, item in create_api(app).openapi()["paths"].items():
        if "security" in item.get("get", {}) and "{" not in path:
            body = (await caller.get(path)).body.decode()
            assert not any(value in body for name, value in theirs.items() if name.endswith("_id")), path


async def test_every_secured_operation_asks_who_is_calling(app: App, stranger: Client, theirs: dict[str, str]) -> None:
    for method, path in _operations(app):
        reply = await stranger.send(method, path.format(**theirs), json={} if method in {"POST", "PUT"} else None)
        assert (reply.status, reply.code) == (401, "unauthenticated"), (method, path)
