"""Every fault at every call of every flow: what is said of a post is true in the end, and nothing is out twice.

The calls are those of a clean run of the same sample, recorded first. Which cells of the table a
run plays is drawn by lot (see support/drawing_lots.py).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from postwright.kit.http import Http, Reply, Request
from postwright.storage.posts import PostRow
from tests.platforms.stage import CASES, Case, Sample
from tests.support.drawing_lots import EVERYTHING, SEED, drawn
from tests.support.world import World
from tests.worker.flows import Seen, asks_to_reconnect, connected, incomplete, seen, send, untrue, world_of

SHARE = 0.02
ROUNDS = 80
FINAL = ("published", "failed", "needs_attention")
SHORT = timedelta(milliseconds=300)
A_WHILE = timedelta(minutes=20)

Order = Mapping[str, object]
ONCE: Mapping[str, Order] = {
    "cut before": {"kind": "cut_before"},
    "cut after": {"kind": "cut_after"},
    "garbage": {"kind": "garbage"},
    "garbage, and nothing done": {"kind": "garbage", "effect": False},
    "a fault after the effect": {"kind": "status", "status": 500, "effect": True},
    "a fault": {"kind": "status", "status": 503},
    "no answer": {"kind": "timeout"},
    "no answer after the effect": {"kind": "timeout", "effect": True},
    "slow": {"kind": "slow", "milliseconds": 30},
    "an expired token": {"kind": "expire_token"},
    "a revoked token": {"kind": "revoke_token"},
    "too many calls": {"kind": "rate_limit"},
    "too many calls, and no word on when": {"kind": "status", "status": 429, "body": "{}"},
}
FOR_EVER: Mapping[str, Order] = {
    f"{name} for ever": {**ONCE[name], "count": -1} for name in ("cut before", "cut after", "garbage", "a fault")
}
NO_MORE = ("an expired token", "a revoked token", "no permission")
"""After these nothing is added to a post that is out, and its evidence says so."""


class Hurried(Http):
    """A transport that waits shortly for the answer to one call: the fault holds it back for good."""

    def __init__(self, sandbox_url: str) -> None:
        super().__init__(sandbox_url=sandbox_url)
        self.until_then = -1
        """How many calls go by before that one."""

    async def send(self, request: Request) -> Reply:
        self.until_then -= 1
        return await super().send(replace(request, timeout=SHORT) if self.until_then == -1 else request)


@dataclass(frozen=True, slots=True)
class Cell:
    """A fault at the n-th call of a sample's flow."""

    case: Case
    sample: Sample
    fault: str
    order: Order
    call: int

    @property
    def name(self) -> str:
        return f"{self.case.id} {self.sample.name}, {self.fault} at call {self.call}"

    @property
    def lasting(self) -> bool:
        return "count" in self.order


def cells(case: Case, sample: Sample, calls: int) -> Iterator[Cell]:
    quota = {"quota": {"kind": "status", **case.facts.quota}} if case.facts.quota else {}
    orders = {**ONCE, **FOR_EVER, **quota, "no permission": {"kind": "status", **case.facts.permission}}
    for fault, order in orders.items():
        for call in range(calls):
            cell = Cell(case, sample, fault, order, call)
            if drawn(cell.name, share=SHARE):
                yield cell


@pytest.mark.timeout(3600 if EVERYTHING else 240)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
async def test_whatever_fails_at_whichever_call_the_state_is_true(
    case: Case, database_url: str, tmp_path: Path
) -> None:
    async with world_of(case, database_url, tmp_path) as world, Hurried(world.sandbox) as http:
        world.app = replace(world.app, http=http)
        world.worker = world.new_worker()
        account, wrong, played = await connected(world, case), [], 0
        for sample in (*case.facts.samples, *case.facts.longer):
            before = len(await world.calls(""))
            clean = await send(world, account, sample, f"{sample.name} without a fault")
            assert (await world.work_until(clean.id, *FINAL)).state == "published"
            for cell in cells(case, sample, len(await world.calls("")) - before):
                wrong += await _played(world, cell, account, http)
                played += 1
        print(f"SEED={SEED}: {case.id} went through {played} cells")  # noqa: T201 - for who runs it with -s
    assert wrong == [], "\n".join([f"SEED={SEED}", *wrong])


async def _played(world: World, cell: Cell, account: UUID, http: Hurried) -> list[str]:
    """What is wrong after the fault."""
    await world.advance_to(world.app.clock.now() + A_WHILE)
    await connected(world, cell.case)  # the cell before may have left a token that is worth nothing
    before = await seen(world)
    await world.sandbox_post("faults", {**cell.order, "after": cell.call})
    http.until_then = cell.call if cell.order["kind"] == "timeout" else -1
    post = await send(world, account, cell.sample, cell.name)
    row = await _to_the_end(world, cell, post.id, account)
    http.until_then = -1
    appeared = await seen(world) - before
    async with world.browser.delete(f"{world.sandbox}/_sandbox/faults"):
        found = untrue(cell.sample, row, appeared) or _unjustified(cell, row, appeared)
    if row.state not in FINAL:
        said = any(event.level == "error" for event in await world.events(post.id))
        found += [] if said else [f"{row.state}, and nobody is told why"]
        row = await _to_the_end(world, cell, post.id, account)
        found += [] if row.state in FINAL else [f"it stays {row.state} when all is well again"]
    left = await _open_attempts(world)
    found += [f"{left} attempts are open"] if left else []
    return [f"{cell.name}: {one}" for one in found]


async def _to_the_end(world: World, cell: Cell, post_id: UUID, account: UUID) -> PostRow:
    """Work until it is final, connecting the account again where that is asked for; so long as it goes on at all."""
    for _ in range(ROUNDS):
        await world.work()
        row = await world.get(post_id)
        if row.state in FINAL:
            break
        if await asks_to_reconnect(world, account):
            await connected(world, cell.case)
        [publication] = row.publications
        assert publication.next_run_at is not None
        await world.advance_to(publication.next_run_at)
    return row


def _unjustified(cell: Cell, row: PostRow, appeared: set[Seen]) -> list[str]:
    """It ended worse than the fault accounts for."""
    facts = cell.case.facts
    if cell.lasting:
        return []
    if row.state == "published":
        return [] if cell.fault in NO_MORE else incomplete(cell.case, cell.sample, row, appeared)
    if row.state == "needs_attention" and cell.sample.name in (*facts.cannot_tell, *facts.cannot_deny):
        return []
    if row.state == "failed" and cell.fault == "a revoked token":
        return []  # some platforms drop what they were at then, and say so
    return [f"{row.state}: {row.publications[0].error}"]


async def _open_attempts(world: World) -> int:
    async with world.app.db.statement() as connection:
        left: int = await connection.fetchval(
            """SELECT count(*) FROM attempts t JOIN publications p ON p.id = t.publication_id
               WHERE t.finished_at IS NULL AND p.state NOT IN ('queued', 'publishing')"""
        )
        return left
