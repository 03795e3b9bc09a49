"""A workspace's settings, over HTTP."""

import pytest
from starlette.types import ASGIApp

from postwright.services.app import App
from tests.support.apps import join
from tests.support.asgi import Client

from .conftest import client_of

PATH = "/api/workspace"
LIMITS = {"late_limit_seconds": 604_800, "duplicate_window_seconds": 2_592_000}


async def change(client: Client, **wanted: object) -> tuple[int, dict[str, object]]:
    reply = await client.send("PATCH", PATH, json=wanted)
    return reply.status, reply.json()


async def test_a_workspace_begins_with_an_hour_a_day_and_a_question(client: Client) -> None:
    found = (await client.get(PATH)).json()
    assert found.pop("id")
    assert found == {
        "name": "Ada's",
        "late_limit_seconds": 3600,
        "late_policy": "ask",
        "duplicate_window_seconds": 86400,
    }


async def test_what_is_left_out_stays_as_it_is(client: Client) -> None:
    before = (await client.get(PATH)).json()
    assert await change(client) == (200, before)
    wanted = {"late_policy": "skip", "late_limit_seconds": 0, "duplicate_window_seconds": 0}
    assert await change(client, **wanted) == (200, {**before, **wanted})
    assert await change(client, name=" The bakery ") == (200, {**before, **wanted, "name": "The bakery"})
    assert (await client.get(PATH)).json()["name"] == (await client.get("/api/me")).json()["workspace"]["name"]


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"late_policy": "never"}, "late_policy"),
        ({"late_limit_seconds": -1}, "late_limit_seconds"),
        ({"late_limit_seconds": LIMITS["late_limit_seconds"] + 1}, "late_limit_seconds"),
        ({"duplicate_window_seconds": LIMITS["duplicate_window_seconds"] + 1}, "duplicate_window_seconds"),
        ({"name": "  "}, "name"),
        ({"name": "a\u200bb"}, "name"),
        ({"timezone": "UTC"}, "timezone"),
    ],
)
async def test_what_cannot_be_is_refused_by_its_field(client: Client, wanted: dict[str, object], field: str) -> None:
    reply = await client.send("PATCH", PATH, json=wanted)
    assert (reply.status, reply.fields) == (422, [field])


@pytest.mark.parametrize("role", ["editor", "viewer"])
async def test_only_owners_and_admins_see_and_change_them(app: App, server: ASGIApp, role: str) -> None:
    caller = client_of(server, await join(app, role=role))
    for method in ("GET", "PATCH"):
        reply = await caller.send(method, PATH, json={} if method == "PATCH" else None)
        assert (reply.status, reply.code) == (403, "not_allowed")
