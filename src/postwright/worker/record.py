"""The record: one transaction that stores where a publication stands, with its evidence and the calls it cost."""

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
from postwright.worker import budget
from postwright.worker.claim import Claim
from postwright.worker.evidence import Evidence
from postwright.worker.leases import LeaseLost, Worker

_STEPS_TO_FINISH = 3
"""After a commit step its address is read and a comment may follow: there must be room for them too."""


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

    async def progress(self, point: Checkpoint, call: Call, *, commit: bool) -> datetime | None:
        """Store the checkpoint of the step that comes next; for a commit step this is its intent.

        Where the account's allowance has no room for the step, there is no intent, and the
        answer is when it may have. What people can see already is always brought to its end.
        Raises LeaseLost.
        """
        now = self._app.clock.now()
        account, spec = self._claim.account, self._app.adapter(self._claim.account.platform).spec
        needed = spec.step_calls * (_STEPS_TO_FINISH if commit else 1)
        async with self._app.db.tx() as tx:
            full = None if point.external_id else await budget.free_at(tx, account.id, spec.budget, needed, now)
            intent = (point.step, now) if commit and full is None else (None, None)
            await self._store(tx, Result(State.PUBLISHING, now, point, *intent), call, now)
        return full

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
            spec = self._app.adapter(self._claim.account.platform).spec
            account_id, readings = self._claim.account.id, tuple(call.readings)
            await budget.count(tx, account_id, spec.budget, made=made, readings=readings, now=now)


def _blocked(call: Call | None) -> datetime | None:
    times = [reading.blocked_until for reading in call.readings if reading.blocked_until] if call else []
    return max(times, default=None)
