"""A worker that is killed at any point of the protocol leaves exactly one visible post behind, published.

Every kind of post of every platform; at the points around what people can see always, at the
others by lot (see support/drawing_lots.py). Each point is a process of its own, and so is each
world that takes over from it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from postwright.storage.posts import EventRow, PostRow
from tests.platforms.stage import CASES, Case, Sample
from tests.support.drawing_lots import EVERYTHING, SEED, drawn
from tests.support.world import World, states
from tests.worker.dying import Point
from tests.worker.flows import connected, incomplete, run_and_kill, seen, send, send_to, untrue, world_of

CHEAP = 14
"""So many points are all taken."""
SHARE, LONGER_SHARE = 0.02, 0.2
"""Of the points that are not next to a commit step; more where they lie between the parts of a file or a thread."""
LOST = 0.1
"""The share of the samples that are also sent with the reply to the commit step lost."""
OTHER_LOGINS = 0.3
"""The share of the samples that are sent through a platform's further logins too."""
NEAR = 1
FINAL = ("published", "failed", "needs_attention")
AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Way:
    """How a sample is sent: with or without the reply that it is out."""

    case: Case
    sample: Sample
    reply_lost: bool

    @property
    def name(self) -> str:
        return f"{self.case.id} {self.sample.name}{' (reply lost)' if self.reply_lost else ''}"


def ways(case: Case) -> Iterator[Way]:
    first = case.login is case.adapter.spec.logins[0]
    for sample in (*case.facts.samples, *case.facts.longer):
        if not first and not drawn(case.id, sample.name, share=OTHER_LOGINS):
            continue
        yield Way(case, sample, reply_lost=False)
        if sample is case.facts.samples[0] or drawn(case.id, sample.name, share=LOST):
            yield Way(case, sample, reply_lost=True)


def chosen(way: Way, points: Sequence[Point]) -> list[int]:
    """The numbers (from 1) of the points to die at."""
    near = {
        place + off
        for place, point in enumerate(points, 1)
        if point in (Point.PUBLISHING, Point.PUBLISHED)
        for off in range(-NEAR, NEAR + 1)
    }
    share = LONGER_SHARE if way.sample in way.case.facts.longer else SHARE
    return [
        place
        for place in range(1, len(points) + 1)
        if len(points) <= CHEAP or place in near or drawn(way.name, place, share=share)
    ]


@pytest.mark.timeout(3600 if EVERYTHING else 240)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
async def test_a_worker_killed_at_any_point_leaves_exactly_one_post(
    case: Case, database_url: str, tmp_path: Path
) -> None:
    async with world_of(case, database_url, tmp_path) as world:
        account = await connected(world, case)
        faults, killed = [], 0
        for way in ways(case):
            points, clean = await _tried(world, way, account, 0, ())
            faults += clean
            for place in chosen(way, points):
                faults += (await _tried(world, way, account, place, points))[1]
                killed += 1
        print(f"SEED={SEED}: {case.id} was killed at {killed} points")  # noqa: T201 - for who runs it with -s
    assert faults == [], "\n".join([f"SEED={SEED}", *faults])


async def _tried(
    world: World, way: Way, account: UUID, die_at: int, points: Sequence[Point]
) -> tuple[list[Point], list[str]]:
    """One post, its worker killed at that point (0: at none): the points that were passed, and what went wrong."""
    caption = f"{way.name} killed at {die_at}"
    await connected(world, way.case)  # what a renewal that is cut short means is proved in test_renewals.py
    before, calls = await seen(world), len(await world.calls(""))
    if way.reply_lost:
        door = way.sample.commit or way.case.facts.commit
        await world.fault("cut_after", method=door.method, path=door.path, after=door.after)
    post = await send(world, account, way.sample, caption)
    passed = await run_and_kill(world, account, die_at)
    await world.catch_up()
    await world.advance_to(world.app.clock.now() + world.app.settings.lease + timedelta(seconds=1))
    row = await world.work_until(post.id, *FINAL)
    appeared = await seen(world) - before
    faults = (
        untrue(way.sample, row, appeared) or incomplete(way.case, way.sample, row, appeared) or _unjustified(way, row)
    )
    made, told = len(await world.calls("")) - calls, _calls(await world.events(post.id))
    if made - told != _unrecorded(points[:die_at]):
        faults.append(f"{made} calls, {told} in the evidence, {_unrecorded(points[:die_at])} died with the process")
    faults += await _attempt_faults(world, post.id)
    async with world.browser.delete(f"{world.sandbox}/_sandbox/faults"):
        await world.advance_to(world.app.clock.now() + AN_HOUR / 3)
    return passed, [f"{caption} ({points[die_at - 1] if die_at else 'not'}): {fault}" for fault in faults]


def _unjustified(way: Way, row: PostRow) -> list[str]:
    """It ended worse than a death accounts for."""
    unanswerable = way.sample.name in (*way.case.facts.cannot_tell, *way.case.facts.cannot_deny)
    if row.state == "published" or (row.state == "needs_attention" and unanswerable):
        return []
    return [f"{row.state}: {row.publications[0].error}"]


def _calls(events: Sequence[EventRow]) -> int:
    return sum(1 for event in events if event.raw and "request" in event.raw)


def _unrecorded(points: Sequence[Point]) -> int:
    """The calls of a process that died at the last of these points, since it last wrote anything down."""
    count = 0
    for place, point in enumerate(points, 1):
        if point is Point.COMMITTED:
            count = 0
        count += place < len(points) and point in (Point.CALLING, Point.PUBLISHING)
    return count


async def _attempt_faults(world: World, post_id: UUID) -> list[str]:
    async with world.app.db.statement() as connection:
        left = await connection.fetchval(
            """SELECT count(*) FROM attempts t JOIN publications p ON p.id = t.publication_id
               WHERE p.post_id = $1 AND (t.finished_at IS NULL OR t.outcome IS NULL)""",
            post_id,
        )
    return [f"{left} attempts are open"] if left else []


async def test_a_worker_killed_over_one_of_two_accounts_leaves_each_its_post(database_url: str, tmp_path: Path) -> None:
    case = next(case for case in CASES if case.adapter.spec.id == "facebook")
    async with world_of(case, database_url, tmp_path) as world:
        accounts = (await connected(world, case), (await world.connect())[0])
        points = await _both(world, accounts, 0)
        for place in range(1, len(points) + 1):
            await _both(world, accounts, place)


async def _both(world: World, accounts: Sequence[UUID], die_at: int) -> list[Point]:
    """A post for two accounts; the worker of the first one is killed at that point."""
    before, caption = await seen(world), f"For both, killed at {die_at}"
    post = await send_to(world, accounts, Sample("image", ("square.jpg",)), caption)
    points = await run_and_kill(world, accounts[0], die_at)
    await world.catch_up()
    await world.advance_to(world.app.clock.now() + world.app.settings.lease + timedelta(seconds=1))
    row = await world.work_until(post.id, *FINAL, "partial")
    assert (row.state, states(row)) == ("published", ["published"] * 2), caption
    assert len(await seen(world) - before) == 2, caption
    return points
