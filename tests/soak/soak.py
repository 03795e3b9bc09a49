"""Posts on all platforms, workers that are killed, faults in the sandbox; and in the end, every post accounted for.

The workers are processes of the real command. Time is short: what waits for later is woken soon
(Lapse), as if that time had passed; nothing else is helped along, except that a person connects
an account again when asked to.
"""

import asyncio
import random
import subprocess
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from signal import SIGKILL, SIGTERM
from uuid import UUID

import aiohttp

from postwright.domain.errors import Problem
from postwright.kit.clock import SystemClock
from postwright.sandbox.config import SandboxConfig
from postwright.settings import environment_of
from tests.platforms.stage import CASES, Case, Sample
from tests.support.commands import COMMAND
from tests.support.waiting import eventually
from tests.support.world import World, running_world
from tests.worker.flows import MANY, connected

FAULTY = 0.1
"""The share of posts that are accepted together with a fault."""
CANCELED = 0.05
KILLED = 0.08
"""The chance that a post which is accepted costs a worker its life."""
SPREAD = 12
"""A fault strikes one of so many of the platform's next calls."""
LAPSE = timedelta(seconds=2)
"""Nothing waits longer than this."""
MARK = "soak"
LONGEST_LOG = 8000
FINAL = ("published", "failed", "needs_attention", "canceled")
FAULTS: Sequence[Mapping[str, object]] = (
    {"kind": "cut_before"},
    {"kind": "cut_after"},
    {"kind": "garbage"},
    {"kind": "garbage", "effect": False},
    {"kind": "status", "status": 500, "effect": True},
    {"kind": "status", "status": 503},
    {"kind": "slow", "milliseconds": 1500},
    {"kind": "expire_token"},
    {"kind": "revoke_token"},
    {"kind": "rate_limit"},
)
_UNBLOCKED = (
    """UPDATE accounts SET blocked_until = NULL WHERE id IN
       (SELECT id FROM accounts WHERE blocked_until IS NOT NULL FOR UPDATE SKIP LOCKED)""",
)
_DUE_SOON = """UPDATE publications SET next_run_at = $1, intent_at = intent_at - (next_run_at - $1) WHERE id IN
               (SELECT id FROM publications WHERE next_run_at > $1 FOR UPDATE SKIP LOCKED)"""


@dataclass(frozen=True, slots=True)
class Sent:
    """A post that was accepted."""

    id: UUID
    case: Case
    sample: Sample
    account: UUID
    mark: str
    """Its text, which no other post has, nor a part of it."""

    @property
    def is_marked(self) -> bool:
        """Whether people see its text."""
        return self.sample.shows > 0 and self.sample.options.get("post_type") != "story"

    @property
    def answerable(self) -> bool:
        """Whether its platform can say of a doubtful call whether it landed."""
        facts = self.case.facts
        return self.sample.name not in (*facts.cannot_tell, *facts.cannot_deny)


@dataclass(slots=True)
class Crew:
    """The workers: real processes, of which some are killed; for each another one starts."""

    world: World
    workers: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    killed: int = 0

    def start(self) -> None:
        environment = {**environment_of(self.world.app.settings), "POSTWRIGHT_LOG_LEVEL": "error"}
        log = (self.world.folder / "workers.log").open("ab")
        with log:
            self.workers.append(subprocess.Popen([*COMMAND, "worker"], env=environment, stdout=log, stderr=log))

    def kill(self, chosen: random.Random) -> None:
        victim = self.workers.pop(chosen.randrange(len(self.workers)))
        victim.send_signal(SIGKILL)
        victim.wait()
        self.killed += 1
        self.start()

    def stop(self) -> list[int]:
        """End them in good order; their exit codes."""
        for worker in self.workers:
            worker.send_signal(SIGTERM)
        return [worker.wait(30) for worker in self.workers]


@asynccontextmanager
async def soaked(database_url: str, folder: Path) -> AsyncIterator[World]:
    """A world in real time, with leases that are soon over."""
    config = SandboxConfig(
        trust_media=True,
        vendor_limits=False,
        video_delay=1,
        calls_per_hour=MANY,
        quota_total=MANY,
        containers_per_day=MANY,
    )
    async with running_world(database_url, folder, SystemClock(), config, heartbeat_seconds=1) as world:
        yield world


@contextmanager
def crew_of(world: World, count: int) -> Iterator[Crew]:
    """So many workers, all ended with the block."""
    crew = Crew(world)
    try:
        for _ in range(count):
            crew.start()
        yield crew
    finally:
        for worker in crew.workers:
            if worker.poll() is None:
                worker.kill()
                worker.wait()


@dataclass(frozen=True, slots=True)
class Report:
    """What became of everything."""

    seed: int
    accepted: int
    states: Mapping[str, int]
    killed: int
    faults: Mapping[str, int]
    reconnected: int
    twice: Sequence[str]
    lost: Sequence[str]
    unjustified: Sequence[str]
    notes: Sequence[str]
    exits: Sequence[int]
    log: str
    """The last that the workers complained of."""

    @property
    def is_good(self) -> bool:
        """Whether everything is accounted for."""
        wrong = (*self.twice, *self.lost, *self.unjustified, *filter(None, self.exits))
        return not wrong and self.accepted == sum(self.states.get(state, 0) for state in FINAL)

    def __str__(self) -> str:
        counted = ", ".join(f"{number} {state}" for state, number in sorted(self.states.items()))
        struck = ", ".join(f"{number} {kind}" for kind, number in sorted(self.faults.items()))
        lines = [
            f"SEED={self.seed}",
            f"{self.accepted} accepted: {counted}",
            f"{self.killed} workers killed; faults: {struck or 'none'}; accounts connected again: {self.reconnected}",
            f"{len(self.twice)} twice, {len(self.lost)} lost, {len(self.unjustified)} left to a person without need",
        ]
        broken = [f"a worker ended with {code}\n{self.log}" for code in self.exits if code]
        wrong = (
            ("broken", broken),
            ("twice", self.twice),
            ("lost", self.lost),
            ("without need", self.unjustified),
            ("note", self.notes),
        )
        return "\n".join([*lines, *(f"  {what}: {one}" for what, found in wrong for one in found)])


@dataclass(slots=True)
class Soak:
    """One run."""

    world: World
    crew: Crew
    seed: int
    accounts: dict[str, UUID] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    reconnected: int = 0
    chosen: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chosen = random.Random(self.seed)

    async def run(self, count: int, within: timedelta) -> Report:
        """Accept so many posts (fewer where the time is up) and see all of them to their end."""
        for case in CASES:
            self.accounts[case.id] = await connected(self.world, case)
        half = asyncio.get_running_loop().time() + within.total_seconds() / 2
        while len(self.sent) < count and asyncio.get_running_loop().time() < half:
            await self._accept()
            await self._lapse()
        with suppress(AssertionError):  # the report says what is not at its end
            await eventually(self._is_over, within=within)
        return await self._report(self.crew.stop())

    async def _accept(self) -> None:
        case = self.chosen.choice(CASES)
        sample = self.chosen.choice((*case.facts.samples, *case.facts.longer))
        luck, worse = self.chosen.random(), self.chosen.random()
        if luck < FAULTY:
            fault = self.chosen.choice(FAULTS)
            await self.world.sandbox_post(
                "faults", {**fault, "platform": case.adapter.spec.id, "after": self.chosen.randrange(SPREAD)}
            )
        mark = f"{MARK} {len(self.sent):05d}."
        later = {}
        if luck > 1 - CANCELED:
            later["scheduled_at"] = (self.world.app.clock.now() + timedelta(minutes=5)).isoformat()
        account = self.accounts[case.id]
        post = await self.world.post(account, *sample.files, options=sample.options_for(mark), caption=mark, **later)
        self.sent.append(Sent(post.id, case, sample, account, mark))
        if later:
            await self.world.delete(post.id)
        if worse < KILLED:
            self.crew.kill(self.chosen)

    async def _lapse(self) -> None:
        """Let what waits for a time be due soon, and the owners connect again what asks for it."""
        soon = self.world.app.clock.now() + LAPSE
        async with self.world.app.db.statement() as connection:
            await connection.execute("DELETE FROM rate_budgets WHERE calls > 0")
            for statement, *values in (_UNBLOCKED, (_DUE_SOON, soon)):
                await connection.execute(statement, *values)
            asking = await connection.fetch("SELECT id, login FROM accounts WHERE health <> 'healthy'")
        for row in asking:
            [case] = [one for one in CASES if (self.accounts[one.id], one.login.id) == (row["id"], row["login"])]
            try:
                await connected(self.world, case)
            except (Problem, aiohttp.ClientError, KeyError):
                continue  # a fault struck the consent: its owner tries again
            self.reconnected += 1

    async def _is_over(self) -> bool:
        """Whether everything is at its end, and the workers started last know how to end in good order."""
        await self._lapse()
        async with self.world.app.db.statement() as connection:
            at_work = {row["pid"] for row in await connection.fetch("SELECT pid FROM workers")}
        return not set(await self._count()) - set(FINAL) and {one.pid for one in self.crew.workers} <= at_work

    async def _count(self) -> dict[str, int]:
        async with self.world.app.db.statement() as connection:
            rows = await connection.fetch("SELECT state, count(*)::int AS number FROM publications GROUP BY state")
        return {row["state"]: row["number"] for row in rows}

    async def _report(self, exits: Sequence[int]) -> Report:
        async with self.world.app.db.statement() as connection:
            rows = await connection.fetch("SELECT post_id, state, error FROM publications")
        ended = {row["post_id"]: (str(row["state"]), str((row["error"] or {}).get("message"))) for row in rows}
        visible = await self.world.visible()
        async with self.world.browser.get(f"{self.world.sandbox}/_sandbox/faults") as reply:
            orders = (await reply.json())["faults"]
        twice, lost = _accounted(self.sent, ended, visible)
        revoked = {str(order["platform"]) for order in orders if order["kind"] == "revoke_token" and order["struck"]}
        left = [one for one in self.sent if not _is_justified(one, ended[one.id][0], revoked)]
        return Report(
            seed=self.seed,
            accepted=len(self.sent),
            states=await self._count(),
            killed=self.crew.killed,
            faults={str(o["kind"]): sum(p["struck"] for p in orders if p["kind"] == o["kind"]) for o in orders},
            reconnected=self.reconnected,
            twice=twice,
            lost=lost,
            unjustified=[_said(one, ended) for one in left],
            notes=[_said(one, ended) for one in self.sent if ended[one.id][0] not in ("published", "canceled")],
            exits=exits,
            log=(self.world.folder / "workers.log").read_text()[-LONGEST_LOG:],
        )


def _is_justified(one: Sent, state: str, revoked: Collection[str]) -> bool:
    """Whether faults that each strike once account for an end in this state."""
    match state:
        case "failed":  # with a consent some platforms drop what they were at, and say so
            return one.case.adapter.spec.id in revoked
        case "needs_attention":
            return not one.answerable
    return True


def _said(one: Sent, ended: Mapping[UUID, tuple[str, str]]) -> str:
    state, message = ended[one.id]
    return f"{one.mark} {one.case.id} {one.sample.name}: {state} ({message})"


def _accounted(
    sent: Sequence[Sent], ended: Mapping[UUID, tuple[str, str]], visible: Sequence[Mapping[str, object]]
) -> tuple[list[str], list[str]]:
    """What is out more often than its state says, and what less; where no text is shown, by their number."""
    twice, lost = _stories(sent, ended, visible)
    for one in (one for one in sent if one.is_marked):
        state, seen = ended[one.id][0], sum(1 for post in visible if one.mark in str(post))
        if seen > one.sample.shows * (state in ("published", "needs_attention")):
            twice.append(f"{_said(one, ended)}: to be seen {seen} times")
        if seen < int(state == "published"):
            lost.append(_said(one, ended))
    return twice, lost


def _stories(
    sent: Sequence[Sent], ended: Mapping[UUID, tuple[str, str]], visible: Sequence[Mapping[str, object]]
) -> tuple[list[str], list[str]]:
    twice, lost = [], []
    stories = [one for one in sent if one.sample.shows and not one.is_marked]
    for platform in sorted({one.case.adapter.spec.id for one in stories}):
        seen = sum(1 for post in visible if post["platform"] == platform and MARK not in str(post))
        states = [ended[one.id][0] for one in stories if one.case.adapter.spec.id == platform]
        least = states.count("published")
        if seen > least + states.count("needs_attention"):
            twice.append(f"{platform}: {seen} stories are to be seen, {least} were published")
        if seen < least:
            lost.append(f"{platform}: {seen} stories are to be seen, {least} were published")
    return twice, lost
