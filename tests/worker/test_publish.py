"""What becomes of posts in the hands of a worker, against the sandbox over real HTTP."""

import asyncio
from datetime import timedelta

import pytest

from postwright.worker.publish import run_account
from tests.support.world import World

PUBLISH = "/media_publish$"

KINDS = {
    "image": ("a.jpg",),
    "carousel": ("a.jpg", "b.jpg", "c.mp4"),
    "reel": ("a.mp4",),
    "story": ("a.jpg",),
}


@pytest.mark.parametrize("login", ["instagram", "facebook"])
@pytest.mark.parametrize("kind", KINDS)
async def test_each_kind_of_post_becomes_visible_once(world: World, login: str, kind: str) -> None:
    [account, *_] = await world.connect(login)
    post = await world.post(account, *KINDS[kind], options={"post_type": kind})
    row = await world.work_until(post.id, "published", "failed", "needs_attention")
    assert row.state == "published"
    [visible] = await world.visible()
    assert row.publications[0].external_id == visible["id"]
    assert row.publications[0].lateness_ms == 0


async def test_the_evidence_names_every_call_and_hides_every_token(world: World) -> None:
    [account] = await world.connect()
    post = await world.post(account, "a.jpg", caption="Hello")
    await world.work()
    events = await world.events(post.id)
    assert [e.level for e in events].count("info") == len(events)
    assert any("/media_publish → 200" in event.message for event in events)
    assert events[-1].message.startswith("Published: https://www.instagram.com/p/")
    assert "IGA" not in "".join(str(event.raw) for event in events)


async def test_a_first_comment_appears_once_under_the_post(world: World) -> None:
    [account] = await world.connect()
    post = await world.post(account, "a.jpg", options={"first_comment": "More in the bio"})
    await world.work()
    assert (await world.get(post.id)).state == "published"
    [visible] = await world.visible()
    assert [comment["text"] for comment in visible["comments"]] == ["More in the bio"]  # type: ignore[attr-defined]  # JSON


async def test_a_first_comment_that_is_refused_leaves_the_post_published_with_a_warning(world: World) -> None:
    [account] = await world.connect()
    await world.fault("status", path="/comments$", method="POST", status=400, code=100)
    post = await world.post(account, "a.jpg", options={"first_comment": "More in the bio"})
    await world.work()
    assert (await world.get(post.id)).state == "published"
    assert any(event.level == "warning" and "not all of it" in event.message for event in await world.events(post.id))


@pytest.mark.parametrize("kind", KINDS)
async def test_a_reply_lost_after_the_write_makes_no_second_post(world: World, kind: str) -> None:
    [account] = await world.connect()
    await world.fault("cut_after", path=PUBLISH)
    post = await world.post(account, *KINDS[kind], options={"post_type": kind}, caption="Only once")
    row = await world.work_until(post.id, "published", "failed", "needs_attention")
    assert row.state == "published"
    [visible] = await world.visible()
    assert row.publications[0].external_id == visible["id"]
    assert row.publications[0].attempts == 1


@pytest.mark.parametrize(
    ("kind", "extra"),
    [("cut_before", {}), ("garbage", {}), ("garbage", {"effect": False}), ("status", {"status": 500})],
)
async def test_a_publish_call_that_fails_unclearly_ends_in_exactly_one_post(
    world: World, kind: str, extra: dict[str, object]
) -> None:
    [account] = await world.connect()
    await world.fault(kind, path=PUBLISH, **extra)
    post = await world.post(account, "a.jpg")
    assert (await world.work_until(post.id, "published", "failed", "needs_attention")).state == "published"
    assert len(await world.visible()) == 1


async def test_a_lost_reply_on_the_comment_does_not_repeat_it(world: World) -> None:
    [account] = await world.connect()
    await world.fault("cut_after", path="/comments$", method="POST")
    post = await world.post(account, "a.jpg", options={"first_comment": "More in the bio"})
    await world.work_until(post.id, "published")
    [visible] = await world.visible()
    assert len(visible["comments"]) == 1  # type: ignore[arg-type]  # JSON


async def test_while_the_platform_cannot_be_asked_nothing_is_sent_again(world: World) -> None:
    [account] = await world.connect()
    await world.fault("cut_after", path=PUBLISH)
    await world.fault("status", method="GET", status=503, body="down", count=-1, after=0)
    post = await world.post(account, "a.jpg")
    row = await world.work_until(post.id, "needs_attention", "published", "failed")
    assert row.state == "needs_attention"
    assert len(await world.visible()) == 1
    calls = await world.calls(PUBLISH)
    assert len(calls) == 1


async def test_a_rate_limit_is_waited_for_and_burns_no_attempt(world: World) -> None:
    [account] = await world.connect()
    await world.fault("rate_limit", path="/media$", method="POST")
    post = await world.post(account, "a.jpg")
    await world.work()
    waiting = await world.get(post.id)
    assert (waiting.state, waiting.publications[0].attempts) == ("queued", 1)
    other = await world.post(account, "b.jpg")
    await world.work()
    assert (await world.get(other.id)).publications[0].started_at is None
    row = await world.work_until(post.id, "published", "failed")
    assert (row.state, row.publications[0].attempts) == ("published", 1)


async def test_an_account_never_makes_more_calls_in_an_hour_than_its_budget(world: World) -> None:
    [account] = await world.connect()
    posts = [await world.post(account, f"{n}.jpg") for n in range(3)]
    await world.spend(account, calls=193)
    started = world.app.clock.now()
    await world.work()
    assert [(await world.get(post.id)).state for post in posts] == ["published", "publishing", "queued"]
    assert await world.spent(account) <= 200
    await world.work_until(posts[-1].id, "published")
    assert world.app.clock.now() - started >= timedelta(hours=1)
    assert {(await world.get(post.id)).publications[0].attempts for post in posts} == {1}


async def test_a_server_error_before_the_write_is_tried_again_and_then_given_up(world: World) -> None:
    [account] = await world.connect()
    await world.fault("status", path="/media$", method="POST", status=503, body="down", count=-1)
    post = await world.post(account, "a.jpg")
    row = await world.work_until(post.id, "failed")
    assert row.publications[0].attempts == 5
    assert row.publications[0].error is not None
    assert await world.visible() == []


async def test_a_post_that_failed_goes_out_when_a_person_tries_again(world: World) -> None:
    [account] = await world.connect()
    await world.fault("status", path="/media$", method="POST", status=400, code=36003, subcode=2207009)
    post = await world.post(account, "a.jpg")
    assert (await world.work_until(post.id, "failed", "published")).state == "failed"
    await world.retry(post.id)
    assert (await world.work_until(post.id, "published", "failed")).state == "published"
    assert len(await world.visible()) == 1


async def test_a_revoked_account_waits_for_its_owner_and_goes_on_after_reconnecting(world: World) -> None:
    [account] = await world.connect()
    await world.fault("revoke_token", path="/media$", method="POST")
    post = await world.post(account, "a.jpg")
    await world.work()
    row = await world.get(post.id)
    assert (row.state, row.publications[0].attempts) == ("queued", 1)
    assert await world.work() == 0
    await world.connect()
    assert (await world.work_until(post.id, "published", "failed")).state == "published"


async def test_a_post_found_too_late_waits_for_a_decision(world: World) -> None:
    [account] = await world.connect()
    post = await world.post(account, "a.jpg")
    await world.advance_to(world.app.clock.now() + timedelta(hours=3))
    await world.work()
    row = await world.get(post.id)
    assert row.state == "needs_attention"
    assert await world.visible() == []
    await world.send_again(post.id)
    assert (await world.work_until(post.id, "published")).state == "published"


async def test_posts_of_one_account_go_out_in_the_order_of_their_times(world: World) -> None:
    [account] = await world.connect()
    now = world.app.clock.now()
    later = [(now + timedelta(minutes=minutes)).isoformat() for minutes in (3, 1, 2)]
    third, first, second = [await world.post(account, "a.jpg", scheduled_at=at) for at in later]
    posts = (first, second, third)
    await world.advance_to(now + timedelta(minutes=5))
    await world.work()
    rows = [await world.get(post.id) for post in posts]
    assert [row.publications[0].external_id for row in rows] == sorted(str(one["id"]) for one in await world.visible())


async def test_two_workers_at_once_publish_each_post_once(world: World) -> None:
    accounts = await world.connect("facebook")
    posts = [await world.post(account, f"{n}.jpg") for n in range(4) for account in accounts]
    workers = [world.new_worker() for _ in range(2)]
    await asyncio.gather(*(world.work(worker) for worker in workers for _ in range(2)))
    await world.work()
    assert {(await world.get(post.id)).state for post in posts} == {"published"}
    assert len(await world.visible()) == len(posts)


async def test_a_canceled_post_is_never_sent(world: World) -> None:
    [account] = await world.connect()
    at = (world.app.clock.now() + timedelta(minutes=1)).isoformat()
    post = await world.post(account, "a.jpg", scheduled_at=at)
    await world.delete(post.id)
    await world.advance_to(world.app.clock.now() + timedelta(minutes=2))
    assert await world.work() == 0
    assert await world.visible() == []


async def test_a_wake_up_that_comes_a_moment_early_comes_again(world: World) -> None:
    [account] = await world.connect()
    soon = (world.app.clock.now() + timedelta(seconds=4)).isoformat()
    await world.post(account, "a.jpg", scheduled_at=soon)
    async with world.app.db.statement() as connection:
        await connection.execute("DELETE FROM pgqueuer")
    assert await run_account(world.app, account, world.worker) == 0
    async with world.app.db.statement() as connection:
        assert await connection.fetchval("SELECT count(*) FROM pgqueuer") == 1
        assert await connection.fetchval("SELECT count(*) FROM accounts WHERE lease_owner IS NOT NULL") == 0
