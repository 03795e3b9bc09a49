"""Renewing tokens with many workers, a death in the middle, and what becomes of the posts meanwhile.

X, TikTok       a refresh token counts once: who dies between the reply and the commit has lost it. The account
                asks to be connected again, its posts stay queued, and go on then.
Pinterest       gives a new refresh token each time; its documents do not say that the old one ends. Where it
                does, it is as above; where it lives on, the next renewal works.
YouTube         the refresh token stays the same: the next renewal works.
"""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from postwright.services import tokens
from postwright.storage.db import Database
from tests.platforms.stage import CASES, Case
from tests.support.racing import race
from tests.support.world import World
from tests.worker.flows import asks_to_reconnect, connected, run_and_kill, seen, send, world_of

OF = {case.adapter.spec.id: case for case in CASES}
ONCE = ("x", "tiktok", "pinterest")
RENEWAL = "token/?$"
FINAL = ("published", "failed", "needs_attention")
LATE = timedelta(hours=3)


async def _due(world: World, account: UUID) -> None:
    """Let the time come at which the account's token is to be renewed; it lives on for a little."""
    async with world.app.db.statement() as connection:
        at = await connection.fetchval("SELECT refresh_at FROM account_tokens WHERE account_id = $1", account)
    await world.advance_to(at + timedelta(seconds=1))


async def _renewals(world: World) -> int:
    return len(await world.calls(RENEWAL))


@pytest.mark.parametrize("platform", ONCE)
async def test_many_workers_at_once_renew_a_token_with_one_call(
    platform: str, database_url: str, tmp_path: Path
) -> None:
    case = OF[platform]
    async with world_of(case, database_url, tmp_path) as world:
        account = await connected(world, case)
        await _due(world, account)
        before = await _renewals(world)
        others = [replace(world.app, db=Database(database_url)) for _ in range(2)]
        answers: list[object] = []
        for one in (world.app, *others):
            answers += await race(one, partial(tokens.usable, one, account))
            await one.db.close()
        assert len(set(map(str, answers))) == 1, answers
        assert await _renewals(world) == before + 1


async def _killed(world: World, case: Case, account: UUID, die_at: int) -> UUID:
    """A post whose worker dies while it renews the token."""
    await _due(world, account)
    post = await send(world, account, case.facts.samples[0], f"Killed at {die_at}")
    before = await _renewals(world)
    assert await run_and_kill(world, account, die_at) == []
    assert await _renewals(world) == before + 1
    await world.advance_to(world.app.clock.now() + world.app.settings.lease + timedelta(seconds=1))
    await world.work()
    return post.id


REPLY, COMMIT, STORED = 6, 7, 8
"""The points of a run that renews: two each of the claim, of the look at the token, of the call and of the commit."""


@pytest.mark.parametrize("platform", ONCE)
@pytest.mark.parametrize("die_at", [REPLY, COMMIT])
async def test_a_refresh_token_that_died_with_a_process_costs_a_consent_and_no_post(
    platform: str, die_at: int, database_url: str, tmp_path: Path
) -> None:
    case = OF[platform]
    async with world_of(case, database_url, tmp_path) as world:
        account = await connected(world, case)
        post_id = await _killed(world, case, account, die_at)
        assert await asks_to_reconnect(world, account)
        assert (await world.get(post_id)).state == "queued"
        assert await world.work() == 0
        await connected(world, case)
        assert (await world.work_until(post_id, *FINAL)).state == "published"
        assert len(await seen(world)) == 1


@pytest.mark.parametrize(("platform", "die_at"), [("youtube", REPLY), ("pinterest", REPLY), ("x", STORED)])
async def test_a_refresh_token_that_lives_on_or_was_stored_costs_nothing(
    platform: str, die_at: int, database_url: str, tmp_path: Path
) -> None:
    case = OF[platform]
    async with world_of(case, database_url, tmp_path) as world:
        await world.sandbox_post("seed", {"settings": {"refresh_reuse": True}})
        account = await connected(world, case)
        post_id = await _killed(world, case, account, die_at)
        assert not await asks_to_reconnect(world, account)
        assert (await world.work_until(post_id, *FINAL)).state == "published"
        assert len(await seen(world)) == 1


@pytest.mark.parametrize("platform", ONCE)
@pytest.mark.parametrize("fault", ["cut_before", "status", "rate_limit"])
async def test_a_passing_failure_of_a_renewal_disconnects_nothing(
    platform: str, fault: str, database_url: str, tmp_path: Path
) -> None:
    case = OF[platform]
    async with world_of(case, database_url, tmp_path) as world:
        account = await connected(world, case)
        await _due(world, account)
        await world.fault(fault, path=RENEWAL, status=503)
        post = await send(world, account, case.facts.samples[0], "While it lives, the old one will do")
        assert (await world.work_until(post.id, *FINAL)).state == "published"
        assert not await asks_to_reconnect(world, account)


async def test_what_waited_for_a_reconnection_for_long_is_late_like_everything_else(
    database_url: str, tmp_path: Path
) -> None:
    case = OF["x"]
    async with world_of(case, database_url, tmp_path) as world:
        account = await connected(world, case)
        await world.fault("revoke_token", path="/2/tweets$")
        soon = (world.app.clock.now() + timedelta(minutes=5)).isoformat()
        begun = await world.post(account, caption="Begun before the revocation")
        later = await world.post(account, caption="Due while the account waits", scheduled_at=soon)
        await world.work()
        assert await asks_to_reconnect(world, account)
        await world.advance_to(world.app.clock.now() + LATE)
        in_time = await world.post(account, caption="Due a little before the reconnection")
        assert await world.work() == 0
        await world.advance_to(world.app.clock.now() + timedelta(minutes=10))
        await connected(world, case)
        await world.work()
        states = [(await world.get(post.id)).state for post in (begun, later, in_time)]
        assert states == ["needs_attention", "needs_attention", "published"]
        await world.send_again(begun.id)
        assert (await world.work_until(begun.id, *FINAL)).state == "published"
        assert len(await seen(world)) == 2
