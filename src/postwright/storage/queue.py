"""The wake-up jobs: put into pgqueuer on the caller's own transaction, so that rows and jobs commit together.

A job is only a wake-up; the publication row is the truth. One that comes early, late or twice
finds nothing to do.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.queries import Queries

from postwright.storage.db import RawConnection, Tx, raw

PUBLISH = "publish"
"""The entry point whose payload is the id of an account that has something due."""

_FAR = timedelta(seconds=5)
"""An account that is to be woken at an instant at least this far away is woken once, for all that is due on it then.

Nearer ones may be under way already, and may have missed what this wake-up is for.
"""


async def wake(tx: Tx, wake_ups: Sequence[tuple[UUID, datetime]], now: datetime) -> None:
    """Wake the worker for each (account, time); a time that has passed means at once.

    `now` is when the transaction began: the job engine reckons from then.
    """
    if wake_ups:
        await wake_by(await raw(tx), wake_ups, now)


async def wake_by(connection: RawConnection, wake_ups: Sequence[tuple[UUID, datetime]], now: datetime) -> None:
    """The same on a driver connection that is inside a transaction."""
    # In one order everywhere: who asks for the same wake-up at the same time waits for the other.
    ordered = sorted(wake_ups)
    await Queries(AsyncpgDriver(connection)).enqueue(
        [PUBLISH] * len(ordered),
        [account_id.bytes for account_id, _ in ordered],
        [0] * len(ordered),
        [max(at - now, timedelta()) for _, at in ordered],
        dedupe_key=[f"{account_id}@{at.isoformat()}" if at - now > _FAR else None for account_id, at in ordered],
        on_conflict="skip",
    )


def account_of(payload: bytes | None) -> UUID:
    """The account that a job's payload names."""
    return UUID(bytes=payload or b"")
