"""What this worker process holds: the leases of its runs, its line to the database, what it has yet to announce."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import asyncpg

from postwright.kit.combine import Combiner
from postwright.kit.ids import new_id
from postwright.services.app import App
from postwright.storage import claims, publications, queue, records
from postwright.storage.changes import Change
from postwright.storage.claims import Lease, Wanted
from postwright.storage.records import Record, Spent
from postwright.worker.budget import allowance


class LeaseLost(Exception):
    """Another run took the account over: this one must stop and write nothing."""


_AT_MOST = 400
_AT_ONCE = 3
"""Statements of a kind under way at a time, where those before are held up; while they are, the next ones gather."""


@dataclass(slots=True, eq=False)
class Hold:
    """A run's hold on its account while it publishes; `lost` once a heartbeat found the lease with somebody else."""

    account_id: UUID
    lost: bool = False


@dataclass(slots=True)
class Worker:
    """One worker process. `sure_until` is how long its leases hold after the last heartbeat that arrived."""

    app: App
    sure_until: datetime
    id: UUID = field(default_factory=new_id)
    runs: dict[UUID, UUID] = field(default_factory=dict)
    """The runs under way here, by the account they work for."""
    woken: set[UUID] = field(default_factory=set)
    """The accounts that were woken again while a run was under way for them: it looks once more before it ends."""
    holds: set[Hold] = field(default_factory=set)
    stopping: bool = False
    _changes: set[Change] = field(default_factory=set)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _allowances: str = field(init=False)
    claims: Combiner[Wanted, Lease | None] = field(init=False)
    records: Combiner[Record, Spent | None] = field(init=False)

    def __post_init__(self) -> None:
        platforms = self.app.platforms.items()
        self._allowances = claims.allowances_json({name: allowance(adapter.spec) for name, adapter in platforms})
        limits = {"at_most": _AT_MOST, "at_once": _AT_ONCE}
        self.claims = Combiner(self._claim, **limits, separable=asyncpg.PostgresError)
        self.records = Combiner(self._record, **limits, separable=asyncpg.PostgresError)

    async def _claim(self, wanted: Sequence[Wanted]) -> list[Lease | None]:
        now = self.app.clock.now()
        async with self.app.db.statement() as connection:
            return await claims.claim(
                connection,
                wanted,
                worker_id=self.id,
                now=now,
                until=now + self.app.settings.lease,
                allowances=self._allowances,
            )

    async def _record(self, wanted: Sequence[Record]) -> list[Spent | None]:
        now = self.app.clock.now()
        async with self.app.db.statement() as connection:
            if not any(one.wake or one.refresh for one in wanted):
                return await records.record(connection, wanted)
            # Each commit of a wake-up notifies, and those wait for each other: one for many at once.
            async with connection.transaction():
                spent = await records.record(connection, wanted)
                written = [one for one, held in zip(wanted, spent, strict=True) if held is not None]
                if post_ids := [one.due.post_id for one in written if one.refresh]:
                    await publications.refresh_post_states(connection, post_ids, now)
                wake_ups = [(one.account_id, at) for one in written if one.wake and (at := one.result.next_run_at)]
                if wake_ups:
                    await queue.wake_by(connection, wake_ups, now)
                return spent

    def is_sure_of(self, hold: Hold) -> bool:
        """Whether the lease certainly still holds. A process that was stopped for a while cannot say."""
        return not hold.lost and self.app.clock.now() <= self.sure_until

    def changed(self, workspace_id: UUID, post_id: UUID) -> None:
        """Remember that a post changed, to be announced soon."""
        self._changes.add((workspace_id, post_id))
        self._changed.set()

    async def changes(self) -> list[Change]:
        """Wait until something changed; what did, which is then forgotten here."""
        await self._changed.wait()
        changes = list(self._changes)
        self._changes.clear()
        self._changed.clear()
        return changes
