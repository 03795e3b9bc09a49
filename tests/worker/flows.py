"""Every kind of post on every platform, as the proofs of reliability send them through a world."""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL
from uuid import UUID

from postwright.domain.account import Health
from postwright.kit.clock import SystemClock
from postwright.sandbox.config import SandboxConfig
from postwright.services.connections import connections
from postwright.services.drafts import TargetDraft
from postwright.storage.posts import PostRow, PublicationRow
from tests.platforms.stage import Case, Sample
from tests.support.clock import ManualClock
from tests.support.world import World, running_world
from tests.worker.dying import Point, work

MANY = 1_000_000


@asynccontextmanager
async def world_of(case: Case, database_url: str, folder: Path) -> AsyncIterator[World]:
    """A world whose sandbox takes media as they are: whether files are in order is not what is proved here."""
    config = SandboxConfig(
        trust_media=True,
        vendor_limits=False,
        video_delay=30,
        calls_per_hour=MANY,
        quota_total=MANY,
        containers_per_day=MANY,
    )
    async with running_world(database_url, folder, ManualClock(SystemClock().now()), config) as world:
        await world.sandbox_post("seed", {"settings": dict(case.facts.settings)})
        yield world


async def connected(world: World, case: Case) -> UUID:
    """The first account that a consent opens."""
    return (await world.connect(case.login.id, platform=case.adapter.spec.id))[0]


async def send(world: World, account: UUID, sample: Sample, caption: str) -> PostRow:
    """Post a sample, with the account's allowance of calls whole."""
    return await send_to(world, [account], sample, caption)


async def send_to(world: World, accounts: Sequence[UUID], sample: Sample, caption: str) -> PostRow:
    """The same to several accounts at once."""
    async with world.app.db.statement() as connection:
        await connection.execute("DELETE FROM rate_budgets")
        await connection.execute("UPDATE accounts SET blocked_until = NULL")
    targets = tuple(TargetDraft(account_id=account) for account in accounts)
    return await world.post(
        accounts[0], *sample.files, targets=targets, options=sample.options_for(caption), caption=caption
    )


async def run_and_kill(world: World, account: UUID, die_at: int) -> list[Point]:
    """Let a process work the account off and die at that point; the points it passed, where it outlived them all."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.worker.dying"])
    log = world.folder / "points"
    log.write_text("")
    arguments = (world.app.settings, account, world.app.clock.now(), die_at, log)
    process = processes.Process(target=work, args=arguments)
    process.start()
    await asyncio.to_thread(process.join)
    assert process.exitcode in (0, -SIGKILL if die_at else 0)  # it may find less to do than the one before it
    return [Point(line) for line in log.read_text().split()]


async def asks_to_reconnect(world: World, account: UUID) -> bool:
    """Whether the account waits for its owner."""
    async with world.app.db.tx() as tx:
        found = await connections(tx, world.caller)
    return any(one.id == account and one.health is Health.RECONNECT for one in found)


@dataclass(frozen=True, slots=True)
class Seen:
    """A post that people can see."""

    id: str
    url: str
    whole: str = field(repr=False, compare=False)
    comments: int = field(repr=False, compare=False)

    def is_it(self, row: PublicationRow) -> bool:
        """Whether the publication says that it is this one: some platforms have two ids for it."""
        return row.external_id == self.id or row.external_url == self.url or str(row.external_id) in self.whole


async def seen(world: World) -> set[Seen]:
    """All that people can see."""
    return {Seen(str(one["id"]), str(one["url"]), str(one), _count(one["comments"])) for one in await world.visible()}


def _count(listed: object) -> int:
    assert isinstance(listed, list)
    return len(listed)


def untrue(sample: Sample, row: PostRow, appeared: set[Seen]) -> list[str]:
    """Where the state of a post belies what came to be seen since it was accepted."""
    [publication] = row.publications
    if len(appeared) > sample.shows:
        return [f"{len(appeared)} posts are to be seen: {row.state}"]
    if any(one.comments > 1 for one in appeared):
        return [f"the first comment is to be seen more than once: {row.state}"]
    if row.state == "failed" and appeared:
        return [f"to be seen, and failed: {publication.error}"]
    if row.state != "published":
        return []
    if sample.shows and not appeared:
        return ["published, and not to be seen"]
    return [
        f"it says {publication.external_id}, and {one} is to be seen" for one in appeared if not one.is_it(publication)
    ]


def incomplete(case: Case, sample: Sample, row: PostRow, appeared: set[Seen]) -> list[str]:
    """What is missing of a post that is out: further posts of its thread, its first comment."""
    if row.state != "published":
        return []
    missing = [] if len(appeared) == sample.shows else [f"{len(appeared)} of {sample.shows} posts are to be seen"]
    told = "first_comment" in sample.options and case.login.id not in case.facts.silent
    if told and not any(one.comments for one in appeared):
        missing.append("the first comment is not to be seen")
    return missing
