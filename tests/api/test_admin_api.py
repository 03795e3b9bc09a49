"""What those who look after the instance see and do, and that nobody else does."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from starlette.types import ASGIApp

from postwright.kit.ids import new_id
from postwright.services.app import App
from tests.support.apps import connect_account, join
from tests.support.asgi import Client
from tests.support.clock import START, ManualClock
from tests.support.pictures import jpeg

from .conftest import client_of

QUEUE = "/api/admin/queue"
DEEDS = ("requeue", "publish", "cancel")
LATER = "2026-11-20T09:05:00Z"


@pytest.fixture
async def theirs(app: App, client: Client, server: ASGIApp) -> dict[str, str]:
    """A scheduled publication of another workspace than the admin's, who was here first."""
    assert (await client.get(QUEUE)).status == 200
    person = await join(app)
    caller = client_of(server, person)
    account = await connect_account(app, person, external_id="of the other")
    media = (await caller.upload(jpeg(), "a.jpg")).json()["id"]
    draft = {"account_id": str(account), "media": [{"id": media}], "scheduled_at": LATER}
    made = (await caller.post("/api/posts", draft)).json()
    return {
        "post": made["id"],
        "publication": made["publications"][0]["id"],
        "account": str(account),
        "bearer": person.bearer,
    }


def deed(theirs: dict[str, str], what: str) -> str:
    return f"/api/admin/publications/{theirs['publication']}/{what}"


async def change(app: App, statement: str, **values: object) -> None:
    async with app.db.tx() as tx:
        await tx.execute(text(statement), values)


async def test_nobody_else_gets_in_and_learns_whether_an_id_is_there(
    app: App, server: ASGIApp, theirs: dict[str, str]
) -> None:
    for person in (await join(app), await join(app, role="viewer")):
        caller = client_of(server, person)
        asked = [await caller.get(QUEUE)]
        asked += [await caller.post(deed(theirs, what)) for what in DEEDS]
        asked += [await caller.post(f"/api/admin/publications/{new_id()}/{what}") for what in DEEDS]
        assert {(reply.status, reply.code) for reply in asked} == {(403, "not_allowed")}
        assert not any(theirs["account"] in reply.body.decode() for reply in asked)
    assert (await Client(server).get(QUEUE)).status == 401


async def test_the_queue_tells_of_all_workspaces_workers_and_what_is_held_up(
    app: App, client: Client, theirs: dict[str, str], clock: ManualClock
) -> None:
    account, alive, gone = UUID(theirs["account"]), new_id(), new_id()
    beat = "INSERT INTO workers (id, host, pid, started_at, heartbeat_at) VALUES (:id, 'h', :pid, :at, :at)"
    await change(app, beat, id=gone, pid=1, at=START)
    clock.advance(timedelta(minutes=10))
    now = clock.now()
    await change(app, beat, id=alive, pid=2, at=now)
    seen = (await client.get(QUEUE)).json()
    assert seen["depths"] == [{"platform": "instagram", "state": "queued", "publications": 1}]
    assert (seen["due"], seen["oldest_due_at"]) == (1, LATER)
    assert seen["oldest_due_seconds"] == 300
    assert [(worker["pid"], worker["alive"], worker["runs"]) for worker in seen["workers"]] == [
        (1, False, []),
        (2, True, []),
    ]
    lease = "UPDATE accounts SET lease_owner = id, lease_worker = :worker, lease_until = :until WHERE id = :id"
    await change(app, lease, worker=alive, until=now + timedelta(minutes=1), id=account)
    await change(app, "UPDATE publications SET state = 'publishing'")
    [_, worker] = (await client.get(QUEUE)).json()["workers"]
    [run] = worker["runs"]
    assert (run["account_id"], run["publication_id"]) == (theirs["account"], theirs["publication"])
    await change(app, "UPDATE accounts SET blocked_until = :until", until=now + timedelta(hours=1))
    [blocked] = (await client.get(QUEUE)).json()["blocked"]
    assert (blocked["account_id"], blocked["waiting"], blocked["health"]) == (theirs["account"], 1, "healthy")


@pytest.mark.parametrize("state", ["failed", "needs_attention", "canceled"])
async def test_what_stands_still_is_queued_again(app: App, client: Client, theirs: dict[str, str], state: str) -> None:
    await change(app, "UPDATE publications SET state = :state, next_run_at = NULL, attempts = 5", state=state)
    done = await client.post(deed(theirs, "requeue"))
    assert (done.status, done.json()["status"], done.json()["next_run_at"]) == (200, "queued", "2026-11-20T09:00:00Z")
    assert (await client.post(deed(theirs, "requeue"))).code == "wrong_state"


async def test_what_is_sent_at_once_waits_for_no_time_and_no_platform(
    app: App, server: ASGIApp, client: Client, theirs: dict[str, str]
) -> None:
    await change(app, "UPDATE accounts SET blocked_until = now() + interval '10 years'")
    done = (await client.post(deed(theirs, "publish"))).json()
    assert (done["status"], done["due_at"]) == ("queued", "2026-11-20T09:00:00Z")
    assert (await client.get(QUEUE)).json()["blocked"] == []
    assert (await client.get(QUEUE)).json()["due"] == 1
    owner = Client(server, {"Authorization": f"Bearer {theirs['bearer']}"})
    events = (await owner.get(f"/api/posts/{theirs['post']}/events")).json()["events"]
    assert events[-1]["message"] == "Sent at once by an administrator"


async def test_what_is_canceled_leaves_the_queue(client: Client, server: ASGIApp, theirs: dict[str, str]) -> None:
    assert (await client.post(deed(theirs, "cancel"))).json()["status"] == "canceled"
    assert (await client.post(deed(theirs, "cancel"))).code == "wrong_state"
    owner = Client(server, {"Authorization": f"Bearer {theirs['bearer']}"})
    assert (await owner.get(f"/api/posts/{theirs['post']}")).json()["status"] == "canceled"


@pytest.mark.parametrize("state", ["publishing", "published"])
async def test_what_is_on_its_way_or_out_is_left_alone(
    app: App, client: Client, theirs: dict[str, str], state: str
) -> None:
    await change(app, "UPDATE publications SET state = :state", state=state)
    assert {(await client.post(deed(theirs, what))).code for what in DEEDS} == {"wrong_state"}


async def test_what_cannot_be_sent_is_said(app: App, client: Client, theirs: dict[str, str]) -> None:
    assert (await client.post(f"/api/admin/publications/{new_id()}/publish")).code == "publication_not_found"
    await change(app, "UPDATE accounts SET disconnected_at = connected_at")
    assert (await client.post(deed(theirs, "publish"))).code == "account_disconnected"
    await change(app, "UPDATE posts SET deleted_at = created_at")
    assert (await client.post(deed(theirs, "publish"))).code == "post_deleted"
