"""The record: one transaction that stores where a publication stands, with its evidence and the calls it cost."""

import math
from dataclasses import dataclass
from datetime import datetime

from postwright.domain.account import Health
from postwright.domain.publication import Checkpoint, State
from postwright.platforms.base import Call
from postwright.services.app import App
from postwright.storage import publications as rows
from postwright.storage import queue
from postwright.storage.db import Tx
from postwright.storage.publications import Result
from postwright.worker.claim import Claim
from postwright.worker.evidence import Evidence
from postwright.worker.leases import LeaseLost, Worker


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run leaves its publication, and what it means for the account."""

    result: Result
    blocked_until: datetime | None = None
    """The platform wants no calls for this account before."""
    reconnect: str | None = None
    """Why the account's owner must connect it again."""


class Recorder:
    """Writes one run's progress."""

    def __init__(self, app: App, found: Claim, worker: Worker, evidence: Evidence) -> None:
        self._app = app
        self._claim = found
        self._worker = worker
        self._evidence = evidence
        self._counted = 0

    async def progress(self, point: Checkpoint, call: Call, *, commit: bool) -> None:
        """Store the checkpoint of the step that comes next; for a commit step this is its intent. Raises LeaseLost."""
        now = self._app.clock.now()
        result = Result(
            State.PUBLISHING,
            now,
            point,
            intent_step=point.step if commit else None,
            intent_at=now if commit else None,
        )
        async with self._app.db.tx() as tx:
            await self._store(tx, result, call, now)

    async def end(self, ending: Ending, call: Call | None) -> None:
        """Store how the run ends, wake the next one, and tell the account. Raises LeaseLost."""
        now = self._app.clock.now()
        due, account = self._claim.due, self._claim.account
        async with self._app.db.tx() as tx:
            await self._store(tx, ending.result, call, now)
            await rows.refresh_post_state(tx, due.post_id, now)
            if ending.reconnect is not None:
                await rows.set_health(tx, account.id, Health.RECONNECT, ending.reconnect)
            blocked = max(filter(None, (ending.blocked_until, _blocked(call))), default=None)
            if blocked is not None:
                await rows.block_account(tx, account.id, blocked)
            if ending.result.next_run_at is not None:
                await queue.wake(tx, [(account.id, ending.result.next_run_at)], now)
        self._worker.changed(due.workspace_id, due.post_id)

    async def _store(self, tx: Tx, result: Result, call: Call | None, now: datetime) -> None:
        due = self._claim.due
        made = call.calls - self._counted if call else 0
        self._counted += made
        if not await rows.store(tx, due.id, result, run=self._claim.run, now=now, calls=made):
            raise LeaseLost
        await rows.write_lines(tx, due.id, self._evidence.take())
        if call is not None:
            await self._count(tx, call, made, now)

    async def _count(self, tx: Tx, call: Call, made: int, now: datetime) -> None:
        """Count the calls, and more where the platform says that it has counted more."""
        account, budget = self._claim.account, self._app.adapter(self._claim.account.platform).spec.budget
        if call.readings:
            said = math.ceil(max(reading.used for reading in call.readings) * budget.calls)
            used, _ = await rows.budget_used(tx, account.id, budget.name, now - budget.window)
            made = max(made, said - used)
        if made > 0:
            await rows.count_calls(tx, account.id, budget.name, made, now)


def _blocked(call: Call | None) -> datetime | None:
    times = [reading.blocked_until for reading in call.readings if reading.blocked_until] if call else []
    return max(times, default=None)
