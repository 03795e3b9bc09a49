"""The record: stores where a publication stands, with its evidence and the calls it cost, all or nothing."""

from dataclasses import dataclass
from datetime import datetime

from postwright.domain.account import Health
from postwright.domain.publication import Checkpoint, State
from postwright.platforms.base import Call
from postwright.services.app import App
from postwright.services.evidence import Evidence
from postwright.storage import claims, queue, records
from postwright.storage import publications as rows
from postwright.storage.db import raw
from postwright.storage.records import Record, Result, Spent
from postwright.worker import budget
from postwright.worker.claim import Claim
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
        self._spec = app.adapter(found.account.platform).spec
        self._allowance = budget.allowance(self._spec)
        self._counted = 0

    async def progress(self, point: Checkpoint, call: Call, *, commit: bool) -> datetime | None:
        """Store the checkpoint of the step that comes next; for a commit step this is its intent.

        Where the account's allowance has no room for the step it is not to be made; the answer
        is when it may have. What people can see already is always brought to its end.
        Raises LeaseLost.
        """
        now = self._app.clock.now()
        intent = (point.step, now) if commit else (None, None)
        record = self._record(Result(State.PUBLISHING, now, point, *intent), call, now)
        spent = _held(await self._worker.records.ask(record))
        return None if point.external_id else budget.no_room(spent, self._spec, now, commit=commit)

    async def end(self, ending: Ending, call: Call | None) -> bool:
        """Store how the publication is left, wake the next run, and tell the account.

        Answers whether this run has given the account back, as nothing else is due on it. Raises LeaseLost.
        """
        now = self._app.clock.now()
        due = self._claim.due
        blocked = max(filter(None, (ending.blocked_until, _blocked(call))), default=None)
        record = self._record(ending.result, call, now, last=True)
        if blocked is None and ending.reconnect is None:
            spent = _held(await self._worker.records.ask(record))
        else:
            spent = await self._end_with_account(record, blocked, ending.reconnect, now)
        self._worker.changed(due.workspace_id, due.post_id)
        return spent.released

    async def _end_with_account(
        self, record: Record, blocked: datetime | None, reconnect: str | None, now: datetime
    ) -> Spent:
        account_id = record.account_id
        async with self._app.db.tx() as tx:
            await rows.lock_account(tx, account_id)
            [spent] = await records.record(await raw(tx), [record])
            held = _held(spent)
            if record.refresh:
                await rows.refresh_post_state(tx, record.due.post_id, now)
            if reconnect is not None:
                await rows.set_health(tx, account_id, Health.RECONNECT, reconnect)
            if blocked is not None:
                await rows.block_account(tx, account_id, blocked)
            if record.result.next_run_at is not None:
                await queue.wake(tx, [(account_id, record.result.next_run_at)], now)
        return held

    def _record(self, result: Result, call: Call | None, now: datetime, *, last: bool = False) -> Record:
        until = result.next_run_at
        made = call.calls - self._counted if call else 0
        self._counted += made
        return Record(
            account_id=self._claim.account.id,
            due=self._claim.due,
            run=self._claim.run,
            result=result,
            lines=tuple(self._evidence.take()),
            now=now,
            allowance=self._allowance,
            made=made,
            said=budget.said(call.readings, self._spec) if call else 0,
            wake=last and until is not None,
            refresh=last and not self._claim.due.alone,
            release=last and (until is None or until > now + claims.A_LITTLE_AHEAD),
        )


def _held(spent: Spent | None) -> Spent:
    if spent is None:
        raise LeaseLost
    return spent


def _blocked(call: Call | None) -> datetime | None:
    times = [reading.blocked_until for reading in call.readings if reading.blocked_until] if call else []
    return max(times, default=None)
