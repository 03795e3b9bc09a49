"""Runs that break off outside of a step: every one counts, ends, and leaves what is in doubt in doubt."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import UUID

from postwright.domain.publication import State
from postwright.kit.ids import new_id
from postwright.storage.publications import Line
from postwright.storage.records import Record, Result
from postwright.worker.budget import allowance
from postwright.worker.claim import claim
from postwright.worker.leases import Worker
from postwright.worker.publish import run_account
from tests.support.waiting import eventually
from tests.support.world import World

PUBLISH = "/media_publish$"
UNKNOWN = json.dumps({"step": "of an older release", "notes": {}, "external_id": None, "external_url": None})


async def set_checkpoint(world: World, post_id: UUID, checkpoint: str, intent: str | None = None) -> None:
    async with world.app.db.statement() as connection:
        change = (
            "UPDATE publications SET checkpoint = $2::jsonb, intent_step = $3, intent_at = due_at WHERE post_id = $1"
        )
        await connection.execute(change, post_id, checkpoint, intent)


async def set_token(world: World, account: UUID, token: bytes) -> bytes:
    """Store a sealed token; what was there before."""
    async with world.app.db.statement() as connection:
        before: bytes = await connection.fetchval(
            "SELECT access_token FROM account_tokens WHERE account_id = $1", account
        )
        await connection.execute("UPDATE account_tokens SET access_token = $2 WHERE account_id = $1", account, token)
        return before


async def test_evidence_that_is_recorded_again_is_there_once(world: World) -> None:
    [account] = await world.connect()
    post = await world.post(account, "a.jpg")
    now, run = world.app.clock.now(), new_id()
    found = await claim(world.app, account, run, world.worker)
    assert found is not None
    record = Record(
        account_id=account,
        due=found.due,
        run=run,
        result=Result(State.PUBLISHING, now, None),
        lines=(Line(now, "info", "Something was done"),),
        now=now,
        allowance=allowance(world.app.adapter("instagram").spec),
        made=1,
        said=0,
    )
    assert None not in [await world.worker.records.ask(record) for _ in range(2)]
    assert [event.message for event in await world.events(post.id)].count("Something was done") == 1


async def is_in_doubt(world: World) -> bool:
    """Whether a call that people see the effect of may be on its way."""
    async with world.app.db.statement() as connection:
        return bool(await connection.fetchval("SELECT count(*) FROM publications WHERE intent_step IS NOT NULL"))


async def test_a_checkpoint_that_nobody_knows_counts_its_attempts_and_fails_with_the_reason(world: World) -> None:
    [account] = await world.connect()
    post = await world.post(account, "a.jpg")
    await set_checkpoint(world, post.id, UNKNOWN)
    row = await world.work_until(post.id, "failed", "published", "needs_attention")
    [publication] = row.publications
    assert (row.state, publication.attempts) == ("failed", 5)
    assert publication.error is not None
    assert publication.error["kind"] == "surprise"
    errors = [event for event in await world.events(post.id) if event.level == "error"]
    assert len(errors) == 5
    assert all("of an older release" in event.message for event in errors)
    await world.retry(post.id)
    assert (await world.work_until(post.id, "published", "failed")).state == "published"


async def test_a_doubtful_checkpoint_that_nobody_knows_is_left_to_a_person(world: World) -> None:
    [account] = await world.connect()
    post = await world.post(account, "a.jpg")
    await set_checkpoint(world, post.id, UNKNOWN, "of an older release")
    row = await world.work_until(post.id, "failed", "published", "needs_attention")
    assert row.state == "needs_attention"
    assert await world.visible() == []


async def test_what_is_in_doubt_stays_so_while_the_account_cannot_be_called(world: World) -> None:
    [account] = await world.connect()
    await world.fault("cut_after", path=PUBLISH)
    await world.fault("status", method="GET", status=503, body="down")
    post = await world.post(account, "a.jpg")
    await world.work()
    assert (await world.get(post.id)).state == "publishing"
    token = await set_token(world, account, b"sealed with a key that is lost")
    await world.advance_to((await world.get(post.id)).publications[0].next_run_at or world.app.clock.now())
    await world.work()
    await set_token(world, account, token)
    assert (await world.work_until(post.id, "published", "needs_attention", "failed")).state == "published"
    assert len(await world.calls(PUBLISH)) == len(await world.visible()) == 1


async def test_what_is_due_on_a_platform_that_is_not_served_waits_for_a_worker_that_serves_it(world: World) -> None:
    [account] = await world.connect()
    post = await world.post(account, "a.jpg")
    without = replace(world.app, platforms={})
    worker = Worker(without, sure_until=without.clock.now() + timedelta(days=1))
    assert await run_account(without, account, worker) == 0
    [publication] = (await world.get(post.id)).publications
    assert publication.state == "queued"
    assert publication.next_run_at == world.app.clock.now() + timedelta(hours=1)
    assert (await world.work_until(post.id, "published", "failed", "needs_attention")).state == "published"


async def test_a_call_that_outlives_its_process_is_waited_for_before_it_is_made_again(world: World) -> None:
    account, *_ = await world.connect("facebook", platform="facebook")
    await world.fault("slow", path="/feed$", milliseconds=1500, effect=False)
    post = await world.post(account, caption="Only once")
    on_its_way = asyncio.create_task(world.work(world.new_worker()))
    await eventually(partial(is_in_doubt, world))
    await world.advance_to(world.app.clock.now() + world.app.settings.lease + timedelta(seconds=1))
    await world.work()
    await on_its_way
    assert (await world.work_until(post.id, "published", "needs_attention", "failed")).state == "published"
    assert len(await world.calls("/feed$")) == len(await world.visible()) == 1
