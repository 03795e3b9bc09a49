"""The claim: a run takes an account's lease and the earliest publication that is due on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from postwright.domain.account import Account, Health
from postwright.domain.publication import Json, State
from postwright.domain.workspace import LatePolicy
from postwright.kit.crypto import Secret
from postwright.kit.ids import new_id
from postwright.kit.logging import logger
from postwright.services import tokens
from postwright.services.app import App
from postwright.storage import claims, queue
from postwright.storage import publications as rows
from postwright.storage.claims import Due, Lease, Wanted
from postwright.storage.publications import Line
from postwright.worker import budget
from postwright.worker.leases import Worker

TOO_LATE = "too_late"
_UNSERVED_WAIT = timedelta(hours=1)
"""How long what is due on a platform waits that this release does not know: another worker, or a later one, may."""
_LATE: Mapping[LatePolicy, tuple[State, str]] = {
    LatePolicy.ASK: (
        State.NEEDS_ATTENTION,
        "It was found later after its time than this workspace allows: send it now, or leave it.",
    ),
    LatePolicy.SKIP: (
        State.CANCELED,
        "Skipped: it was found later after its time than this workspace allows. Try again to send it all the same.",
    ),
}


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
        now = app.clock.now()
        lease = await worker.claims.ask(Wanted(account_id, run, new_id()))
        if lease is None:
            return None
        due = lease.due
        if due is None:
            if lease.account.platform not in app.platforms or not _able(lease, now):
                await _put_off(app, lease, run, now)
                return None
            async with app.db.statement() as connection:
                given_back = await claims.give_back(connection, account_id, run=run, now=now)
            if given_back is None:
                continue
            if given_back.soon is not None:
                # Clocks differ: the wake-up that brought us here may have been the one for what is due in a moment.
                async with app.db.tx() as tx:
                    await queue.wake(tx, [(account_id, given_back.soon)], now)
            return None
        worker.changed(due.workspace_id, due.post_id)
        if not due.too_late:
            return Claim(run, lease.account, due, lease)
        await _set_aside(app, due, run, now)
    return None


def _able(lease: Lease, now: datetime) -> bool:
    blocked = lease.blocked_until is not None and lease.blocked_until > now
    return lease.account.health is Health.HEALTHY and lease.oldest_call is None and not blocked


async def _put_off(app: App, lease: Lease, run: UUID, now: datetime) -> None:
    """No calls may be made for the account now: what is due on it waits until they may, or until it is reconnected."""
    account = lease.account
    served = app.platforms.get(account.platform)
    if served is None:
        logger().warning("platform_not_served", platform=account.platform, account_id=str(account.id))
    room_at = budget.free_at(lease.oldest_call, served.spec) if served else now + _UNSERVED_WAIT
    until = max(filter(None, (lease.blocked_until, room_at)), default=None)
    async with app.db.tx() as tx:
        await rows.lock_account(tx, account.id)
        if account.health is Health.HEALTHY and until is not None:
            await rows.postpone_due(tx, account.id, now=now, until=until)
            await queue.wake(tx, [(account.id, until)], now)
        await rows.give_lease_back(tx, account.id, run=run)


async def _set_aside(app: App, due: Due, run: UUID, now: datetime) -> None:
    state, message = _LATE[due.late_policy]
    level = "error" if state is State.NEEDS_ATTENTION else "warning"
    error: dict[str, Json] = {"kind": TOO_LATE, "message": message}
    async with app.db.tx() as tx:
        if await rows.set_aside(tx, due.id, state, error, run=run, now=now):
            await rows.write_lines(tx, due.id, [Line(now, level, message)])
            await rows.refresh_post_state(tx, due.post_id, now)
