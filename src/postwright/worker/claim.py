"""The claim: one transaction that takes an account's lease and the earliest publication that is due on it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from postwright.domain.account import Account, Health
from postwright.domain.publication import State
from postwright.kit.crypto import Secret
from postwright.services import tokens
from postwright.services.app import App
from postwright.storage import publications as rows
from postwright.storage import queue
from postwright.storage.db import Tx
from postwright.storage.publications import Due, Lease, Line, Result
from postwright.worker import budget
from postwright.worker.leases import Worker

TOO_LATE = "too_late"


@dataclass(frozen=True, slots=True)
class Claim:
    """A publication that this run, and no other, works on now."""

    run: UUID
    account: Account
    due: Due
    lease: Lease

    async def token(self, app: App) -> Secret:
        """The account's access token, renewed first where that is due. Raises PlatformError."""
        now = app.clock.now()
        soon = [at for at in (self.lease.refresh_at, self.lease.expires_at) if at is not None]
        if self.lease.access_token is None or any(at <= now for at in soon):
            return await tokens.usable(app, self.account.id)
        return tokens.open_access(app, self.account.id, self.lease.access_token)


async def claim(app: App, account_id: UUID, run: UUID, worker: Worker) -> Claim | None:
    """Take the next publication of the account, or give the lease back and answer None.

    None where another run has the account, it cannot publish now, or nothing is due.
    """
    while not worker.stopping:
        async with app.db.tx() as tx:
            now = app.clock.now()
            lease = await rows.take_lease(tx, account_id, run=run, now=now, until=now + app.settings.lease)
            if lease is None:
                return None
            if not await _free(tx, app, lease, run, now):
                return None
            due = await rows.next_due(tx, account_id, now)
            if due is None:
                await rows.give_lease_back(tx, account_id, run=run)
                return None
            if due.started_at is None and now - due.wanted_at > due.late_limit:
                await _too_late(tx, due, run, now, worker)
                continue
            await _start(tx, due, now, worker)
        return Claim(run, lease.account, due, lease)
    return None


async def _free(tx: Tx, app: App, lease: Lease, run: UUID, now: datetime) -> bool:
    """Whether calls may be made for the account now; if not, its due publications are put off."""
    account = lease.account
    until = lease.blocked_until
    if account.health is Health.HEALTHY:
        spec = app.adapter(account.platform).spec
        room_at = await budget.free_at(tx, account.id, spec.budget, spec.step_calls, now)
        until = max(filter(None, (until, room_at)), default=None)
        if until is None or until <= now:
            return True
        await rows.postpone_due(tx, account.id, now=now, until=until)
        await queue.wake(tx, [(account.id, until)], now)
    await rows.give_lease_back(tx, account.id, run=run)
    return False


async def _too_late(tx: Tx, due: Due, run: UUID, now: datetime, worker: Worker) -> None:
    message = (
        f"Found {_spoken(now - due.due_at)} after its time, later than this workspace allows: send it now or cancel it."
    )
    result = Result(
        State.NEEDS_ATTENTION, None, due.checkpoint, error={"kind": TOO_LATE, "message": message}, outcome=TOO_LATE
    )
    await rows.store(tx, due.id, result, run=run, now=now)
    await rows.write_lines(tx, due.id, [Line(now, "error", message)])
    await rows.refresh_post_state(tx, due.post_id, now)
    worker.changed(due.workspace_id, due.post_id)


async def _start(tx: Tx, due: Due, now: datetime, worker: Worker) -> None:
    await rows.start(tx, due, worker_id=worker.id, now=now)
    if due.attempt_open and due.state is State.PUBLISHING:
        return
    lateness = round((now - due.due_at).total_seconds() * 1000)
    number = due.attempts + (not due.attempt_open)
    when = f", {lateness} ms after its time" if due.started_at is None else ""
    await rows.write_lines(tx, due.id, [Line(now, "info", f"Attempt {number} started{when}")])
    await rows.refresh_post_state(tx, due.post_id, now)
    worker.changed(due.workspace_id, due.post_id)


def _spoken(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours else f"{minutes} min"
