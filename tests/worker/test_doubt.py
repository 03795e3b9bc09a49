"""Calls without an answer whose effect comes late, or never: where only a list tells of it, a no takes its time."""

import asyncio
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from postwright.domain.retry import MAX_ATTEMPTS, SETTLING
from postwright.kit.http import Request
from postwright.services import tokens
from postwright.storage.posts import PostRow
from postwright.worker.engine import heartbeat
from tests.support.waiting import eventually
from tests.support.world import World

FEED, TWEETS, LIST = "/feed$", "/2/tweets$", "/2/users/[0-9]+/tweets$"
FINAL = ("published", "needs_attention", "failed")


async def work_until_time(world: World, post: PostRow, until: datetime) -> None:
    """Do all that comes up before that time, then move the clock to it."""
    while world.app.clock.now() < until:
        await world.work()
        [publication] = (await world.get(post.id)).publications
        await world.advance_to(min(publication.next_run_at or until, until))


async def take_effect(world: World, account: UUID, cut: dict[str, object], message: str) -> None:
    """Let a call that was cut arrive after all."""
    headers = {"Authorization": f"Bearer {await tokens.usable(world.app, account)}"}
    url = f"https://{cut['host']}{cut['path']}"
    reply = await world.app.http.send(Request("POST", url, form={"message": message}, headers=headers))
    assert reply.status == 200


async def test_a_call_that_takes_effect_long_after_its_reply_was_lost_is_not_made_again(world: World) -> None:
    account, *_ = await world.connect("facebook", platform="facebook")
    await world.fault("cut_before", path=FEED)
    post = await world.post(account, caption="Only once")
    await work_until_time(world, post, world.app.clock.now() + timedelta(minutes=2))
    [cut] = await world.calls(FEED)
    await take_effect(world, account, cut, "Only once")
    assert (await world.work_until(post.id, *FINAL)).state == "published"
    assert len(await world.visible()) == 1


async def test_a_call_that_never_took_effect_is_made_again_when_it_no_longer_can(world: World) -> None:
    account, *_ = await world.connect("facebook", platform="facebook")
    await world.fault("cut_before", path=FEED)
    post = await world.post(account, caption="At last")
    row = await world.work_until(post.id, *FINAL)
    assert (row.state, row.publications[0].attempts) == ("published", 2)
    first, second = [datetime.fromisoformat(str(call["at"])) for call in await world.calls(FEED)]
    assert second - first > SETTLING
    assert len(await world.visible()) == 1


async def test_a_call_that_never_gets_an_answer_spends_its_attempts(world: World) -> None:
    account, *_ = await world.connect("facebook", platform="facebook")
    await world.fault("cut_before", path=FEED, count=-1)
    post = await world.post(account, caption="In vain")
    row = await world.work_until(post.id, *FINAL, rounds=80)
    assert (row.state, len(await world.calls(FEED))) == ("failed", MAX_ATTEMPTS)
    assert "connection broke" in str(row.publications[0].error)


async def test_a_run_whose_account_was_taken_over_makes_no_second_call_in_the_same_step(world: World) -> None:
    [account] = await world.connect("x", platform="x")
    await world.fault("cut_before", path=TWEETS)
    post = await world.post(account, caption="Only once")
    while (await world.get(post.id)).publications[0].state != "queued" or not await world.calls(TWEETS):
        await work_until_time(world, post, world.app.clock.now() + timedelta(seconds=10))
    await world.advance_to(world.app.clock.now() + timedelta(minutes=1))
    await world.fault("slow", path=LIST, milliseconds=500, count=-1)
    run = asyncio.create_task(world.work())
    await eventually(partial(is_held_up, world, LIST))
    async with world.app.db.statement() as connection:
        await connection.execute("UPDATE accounts SET lease_owner = gen_random_uuid()")
    await heartbeat(world.app, world.worker)
    await run
    assert len(await world.calls(TWEETS)) == 1


async def is_held_up(world: World, path: str) -> bool:
    """Whether a call is held up by a fault."""
    async with world.browser.get(f"{world.sandbox}/_sandbox/faults") as reply:
        return any(fault["path"] == path and fault["struck"] for fault in (await reply.json())["faults"])


async def test_a_run_that_cannot_be_sure_of_its_lease_leaves_no_doubt_where_it_has_it_still(world: World) -> None:
    account, *_ = await world.connect("facebook", platform="facebook")
    post = await world.post(account, caption="At once")
    stale = world.new_worker()
    stale.sure_until = world.app.clock.now() - timedelta(seconds=1)
    await world.work(stale)
    assert await world.calls(FEED) == []
    await world.advance_to(world.app.clock.now() + timedelta(seconds=1))
    await world.work()
    assert (await world.get(post.id)).state == "published"
