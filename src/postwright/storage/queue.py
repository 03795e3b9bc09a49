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


async def wake(tx: Tx, wake_ups: Sequence[tuple[UUID, datetime]], now: datetime) -> None:
    """Wake the worker for each (account, time); a time that has passed means at once."""
    if wake_ups:
        await wake_by(await raw(tx), wake_ups, now)


async def wake_by(connection: RawConnection, wake_ups: Sequence[tuple[UUID, datetime]], now: datetime) -> None:
    """The same on a driver connection that is inside a transaction."""
    queries = Queries(AsyncpgDriver(connection))
    await queries.enqueue(
        [PUBLISH] * len(wake_ups),
        [account_id.bytes for account_id, _ in wake_ups],
        [0] * len(wake_ups),
        [max(at - now, timedelta()) for _, at in wake_ups],
    )


def account_of(payload: bytes | None) -> UUID:
    """The account that a job's payload names."""
    return UUID(bytes=payload or b"")
