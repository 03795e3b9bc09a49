"""The shared allowance of calls: a sliding window in PostgreSQL, counted by all workers, corrected by the platform."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from postwright.platforms.base import Budget, RateReading
from postwright.storage import publications as rows
from postwright.storage.db import Tx


async def free_at(tx: Tx, account_id: UUID, budget: Budget, needed: int, now: datetime) -> datetime | None:
    """When the window may have room for the calls that are needed; None where it has now."""
    used, oldest = await rows.budget_used(tx, account_id, budget.name, now - budget.window)
    if used + needed <= budget.calls or oldest is None:
        return None
    return oldest + budget.window + timedelta(seconds=1)


async def count(
    tx: Tx, account_id: UUID, budget: Budget, *, made: int, readings: Sequence[RateReading], now: datetime
) -> None:
    """Count calls, and more where the platform says that it has counted more."""
    if readings:
        said = math.ceil(max(reading.used for reading in readings) * budget.calls)
        used, _ = await rows.budget_used(tx, account_id, budget.name, now - budget.window)
        made = max(made, said - used)
    if made > 0:
        await rows.count_calls(tx, account_id, budget.name, made, now)
