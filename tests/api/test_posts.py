"""Posts through the API: made, listed, changed, settled."""

import json
from uuid import UUID

import pytest
from sqlalchemy import text
from starlette.types import ASGIApp

from postwright.services.app import App
from tests.support.apps import Person, connect_account, join
from tests.support.asgi import Client
from tests.support.clock import ManualClock
from tests.support.pictures import jpeg, png

from .conftest import client_of

POSTS = "/api/posts"
LATER = "2026-12-01T09:00:00+01:00"


@pytest.fixture
async def account(app: App, person: Person) -> str:
    return str(await connect_account(app, person))


@pytest.fixture
async def draft(client: Client, account: str) -> dict[str, object]:
    """A post that can go out."""
    media = (await client.upload(jpeg(), "a.jpg")).json()["id"]
    return {"account_id": account, "caption": "Hello", "media": [{"id": media, "alt_text": "A field"}]}


async def _end_as(app: App, post_id: str, state: str) -> None:
    """As if a worker had brought the post's publications to this state."""
    async with app.db.tx() as tx:
        values = {"id": UUID(post_id), "state": state}
        await tx.execute(text("UPDATE publications SET state = :state, next_run_at = NULL WHERE post_id = :id"), values)
        await tx.execute(text("UPDATE posts SET state = :state WHERE id = :id"), values)


async def test_a_post_goes_out_now_or_at_its_time(client: Client, draft: dict[str, object]) -> None:
    now = (await client.post(POSTS, draft)).json()
    later = (await client.post(POSTS, {**draft, "scheduled_at": LATER, "timezone": "Europe/Berlin"})).json()
    assert (now["status"], now["scheduled_at"]) == ("queued", "2026-11-20T09:00:00Z")
    assert (later["status"], later["scheduled_at"]) == ("scheduled", "2026-12-01T08:00:00Z")
    assert (later["local_time"], later["timezone"]) == ("2026-12-01T09:00:00", "Europe/Berlin")


async def test_a_post_is_shown_with_its_media_and_publications(
    client: Client, account: str, draft: dict[str, object]
) -> None:
    made = await client.post(POSTS, draft)
    assert made.status == 201
    post = (await client.get(f"{POSTS}/{made.json()['id']}")).json()
    assert post == made.json()
    [media], [publication] = post["media"], post["publications"]
    assert (media["type"], media["alt_text"]) == ("image", "A field")
    assert (await client.get(media["thumb_url"].removeprefix("http://127.0.0.1:8000"))).status == 200
    assert {name: publication[name] for name in ("account_id", "platform", "status", "external_url", "error")} == {
        "account_id": account,
        "platform": "instagram",
        "status": "queued",
        "external_url": None,
        "error": None,
    }


@pytest.mark.parametrize("body", [{"platform": "instagram"}, {"targets": [{"platform": "instagram"}]}])
async def test_the_only_account_of_a_platform_need_not_be_named(
    client: Client, account: str, draft: dict[str, object], body: dict[str, object]
) -> None:
    draft.pop("account_id")
    post = (await client.post(POSTS, {**draft, **body})).json()
    assert [one["account_id"] for one in post["publications"]] == [account]


async def test_one_file_may_stand_without_a_list(client: Client, draft: dict[str, object]) -> None:
    media = draft["media"]
    assert isinstance(media, list)
    post = await client.post(POSTS, {**draft, "media": media[0]})
    assert (post.status, len(post.json()["media"])) == (201, 1)


async def test_each_target_may_differ(app: App, client: Client, person: Person, draft: dict[str, object]) -> None:
    other = str(await connect_account(app, person, external_id="2"))
    own = (await client.upload(png(), "b.png")).json()["id"]
    targets: list[dict[str, object]] = [
        {"account_id": str(draft.pop("account_id"))},
        {"account_id": other, "caption": "Other", "media": [{"id": own}], "options": {}},
    ]
    post = (await client.post(POSTS, {**draft, "targets": targets})).json()
    captions = {one["account_id"]: one["caption"] for one in post["publications"]}
    assert captions == {targets[0]["account_id"]: None, other: "Other"}
    [(publication_id, files)] = post["own_media"].items()
    assert publication_id in {one["id"] for one in post["publications"]}
    assert [file["mime"] for file in files] == ["image/jpeg"]


async def test_a_list_shows_each_post_as_it_is_shown_alone(
    app: App, client: Client, person: Person, account: str, draft: dict[str, object]
) -> None:
    other = str(await connect_account(app, person, external_id="1790"))
    own = (await client.upload(png(800, 800), "own.png")).json()["id"]
    targets = [
        {"account_id": account},
        {"account_id": other, "media": [{"id": own}], "caption": "Hi", "options": {"post_type": "story"}},
    ]
    for more in ({}, {"scheduled_at": LATER, "client_post_id": "A"}):
        post = await client.post(POSTS, {"targets": targets, "caption": "Hello", "media": draft["media"], **more})
        assert post.status == 201, post
    warnings = [{"field": "media", "code": "gone", "message": "Look", "limit": 5, "severity": "warning"}]
    error = {"kind": "rejected", "message": "No", "code": "7", "status": 400, "field": None}
    async with app.db.tx() as tx:
        change = text("""
            UPDATE publications SET warnings = CAST(:warnings AS jsonb), error = CAST(:error AS jsonb),
                   started_at = due_at + interval '1500 ms', external_url = 'https://example.com/1'
        """)
        await tx.execute(change, {"warnings": json.dumps(warnings), "error": json.dumps(error)})
    listed = (await client.get(POSTS)).json()["posts"]
    assert len(listed) == 2
    assert listed == [(await client.get(f"{POSTS}/{post['id']}")).json() for post in listed]
    for post in listed:
        assert len(post["own_media"]) == 1
        assert {one["lateness_ms"] for one in post["publications"]} == {1500}
        assert all(one["warnings"] and one["error"] == error for one in post["publications"])


async def test_schedule_takes_the_time_under_both_its_names(client: Client, draft: dict[str, object]) -> None:
    one = await client.post("/api/schedule", {**draft, "scheduled_at": LATER})
    other = await client.post("/api/schedule", {**draft, "scheduledAtISO": LATER, "force": True})
    assert (one.status, other.status) == (201, 201)
    assert one.json()["scheduled_at"] == other.json()["scheduled_at"]
    missing = await client.post("/api/schedule", draft)
    assert (missing.code, missing.fields) == ("required", ["scheduled_at"])


async def test_the_same_client_post_id_gives_the_same_post(client: Client, draft: dict[str, object]) -> None:
    first = await client.post(POSTS, {**draft, "client_post_id": "n-1"})
    again = await client.post(POSTS, {**draft, "client_post_id": "n-1", "caption": "Changed"})
    assert (first.status, again.status) == (201, 200)
    assert again.json() == first.json()


async def test_the_client_post_id_of_a_deleted_post_makes_no_second_one(
    client: Client, draft: dict[str, object]
) -> None:
    later = {**draft, "client_post_id": "n-2", "scheduled_at": LATER}
    first = await client.post(POSTS, later)
    assert (await client.delete(f"{POSTS}/{first.json()['id']}")).status == 204
    again = await client.post(POSTS, later)
    assert (again.status, again.code, again.fields) == (409, "client_post_id_used", ["client_post_id"])


async def test_a_dry_run_tells_everything_and_stores_nothing(client: Client, draft: dict[str, object]) -> None:
    assert (await client.post(f"{POSTS}/validate", draft)).json() == {"ok": True, "findings": []}
    bad = (await client.post(f"{POSTS}/validate", {**draft, "caption": "#a " * 31 + "x" * 2200})).json()
    assert bad["ok"] is False
    assert {finding["code"] for finding in bad["findings"]} == {"caption_too_long", "too_many_hashtags"}
    assert {finding["platform"] for finding in bad["findings"]} == {"instagram"}
    assert (await client.get(POSTS)).json()["posts"] == []


async def test_posts_are_listed_and_filtered(app: App, client: Client, account: str, draft: dict[str, object]) -> None:
    times = ["2026-12-01T09:00", "2026-12-02T09:00", "2026-12-03T09:00"]
    ids = [(await client.post(POSTS, {**draft, "scheduled_at": time})).json()["id"] for time in times]
    await _end_as(app, ids[0], "failed")

    async def listed(query: str) -> list[int]:
        reply = await client.get(f"{POSTS}?{query}")
        assert reply.status == 200, reply
        return [ids.index(post["id"]) for post in reply.json()["posts"]]

    assert await listed("") == [2, 1, 0]
    assert await listed("status=scheduled") == [2, 1]
    assert await listed("status=failed") == [0]
    assert await listed("from=2026-12-02T09:00Z&to=2026-12-03T09:00:00%2B00:00") == [1]
    assert await listed(f"platform=instagram&account_id={account}") == [2, 1, 0]
    page = (await client.get(f"{POSTS}?limit=2")).json()
    assert await listed(f"limit=2&cursor={page['next_cursor']}") == [0]


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("status=lost", "status", "unknown_choice"),
        ("platform=myspace", "platform", "unknown_platform"),
        ("from=yesterday", "from", "bad_value"),
        ("to=0001-01-01T00:00%2B14:00", "to", "bad_value"),
        ("to=1700000000", "to", "bad_value"),
        ("account_id=x", "account_id", "bad_value"),
        ("cursor=e30", "cursor", "bad_cursor"),
        ("limit=101", "limit", "too_big"),
    ],
)
async def test_a_bad_filter_is_refused(client: Client, query: str, field: str, code: str) -> None:
    reply = await client.get(f"{POSTS}?{query}")
    assert (reply.status, reply.code, reply.fields) == (422, code, [field])


async def test_a_scheduled_post_can_be_changed_and_canceled(client: Client, draft: dict[str, object]) -> None:
    post_id = (await client.post(POSTS, {**draft, "scheduled_at": LATER})).json()["id"]
    changed = await client.put(f"{POSTS}/{post_id}", {**draft, "caption": "New", "scheduled_at": "2026-12-24T18:00"})
    assert (changed.status, changed.json()["caption"]) == (200, "New")
    assert changed.json()["scheduled_at"] == "2026-12-24T18:00:00Z"
    assert (await client.delete(f"{POSTS}/{post_id}")).status == 204
    assert (await client.get(f"{POSTS}/{post_id}")).code == "post_not_found"


async def test_a_post_that_is_out_can_no_longer_be_changed(app: App, client: Client, draft: dict[str, object]) -> None:
    post_id = (await client.post(POSTS, draft)).json()["id"]
    await _end_as(app, post_id, "published")
    assert (await client.put(f"{POSTS}/{post_id}", draft)).code == "post_locked"


async def test_status_and_evidence_of_a_post(client: Client, draft: dict[str, object]) -> None:
    post_id = (await client.post(POSTS, draft)).json()["id"]
    status = (await client.get(f"{POSTS}/{post_id}/status")).json()
    assert (status["status"], [one["platform"] for one in status["publications"]]) == ("queued", ["instagram"])
    [event] = (await client.get(f"{POSTS}/{post_id}/events")).json()["events"]
    assert (event["level"], event["platform"]) == ("info", "instagram")
    assert event["message"].startswith("Accepted for")


async def test_what_failed_is_tried_again(app: App, client: Client, draft: dict[str, object]) -> None:
    post_id = (await client.post(POSTS, draft)).json()["id"]
    assert (await client.post(f"{POSTS}/{post_id}/retry")).code == "nothing_to_retry"
    await _end_as(app, post_id, "failed")
    again = await client.post(f"{POSTS}/{post_id}/retry")
    assert (again.status, again.json()["status"]) == (200, "queued")


async def test_a_person_settles_what_nobody_could_find_out(app: App, client: Client, draft: dict[str, object]) -> None:
    one, other = [(await client.post(POSTS, {**draft, "force": True})).json()["id"] for _ in range(2)]
    assert (await client.post(f"{POSTS}/{one}/resolve", {"landed": True})).code == "nothing_to_resolve"
    for post_id in (one, other):
        await _end_as(app, post_id, "needs_attention")
    word = {"landed": True, "external_url": "https://www.instagram.com/p/1"}
    landed = (await client.post(f"{POSTS}/{one}/resolve", word)).json()
    assert (landed["status"], landed["publications"][0]["external_url"]) == ("published", word["external_url"])
    again = (await client.post(f"{POSTS}/{other}/resolve", {"send_again": True})).json()
    assert again["status"] == "queued"
    for body in ({}, {"landed": True, "send_again": True}, {"landed": False}):
        assert (await client.post(f"{POSTS}/{other}/resolve", body)).code == "decision_required"


async def test_two_people_of_one_instance_see_their_own_posts_only(
    app: App, server: ASGIApp, client: Client, draft: dict[str, object], clock: ManualClock
) -> None:
    post_id = (await client.post(POSTS, draft)).json()["id"]
    other = client_of(server, await join(app))
    assert clock.now().year == 2026
    assert (await other.get(POSTS)).json()["posts"] == []
    assert (await other.get(f"{POSTS}/{post_id}")).code == "post_not_found"
    taken = await other.post(POSTS, {**draft, "targets": None})
    assert (taken.status, taken.code, taken.fields) == (404, "account_not_found", ["account_id"])
