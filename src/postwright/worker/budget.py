"""The shared allowance of calls: a sliding window in PostgreSQL, counted by all workers, corrected by the platform."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from postwright.platforms.base import PlatformSpec, RateReading
from postwright.storage.claims import Allowance
from postwright.storage.records import Spent

_STEPS_TO_FINISH = 3
"""After a commit step its address is read and a comment may follow: there must be room for them too."""
_A_LITTLE = timedelta(seconds=1)


def allowance(spec: PlatformSpec) -> Allowance:
    """A platform's budget as the database's statements take it."""
    budget = spec.budget
    return Allowance(budget.name, budget.calls, budget.window, spec.step_calls)


def free_at(oldest: datetime | None, spec: PlatformSpec) -> datetime | None:
    """When a window whose oldest slot is this has room again; None where nothing is in it."""
    return None if oldest is None else oldest + spec.budget.window + _A_LITTLE


def no_room(spent: Spent, spec: PlatformSpec, now: datetime, *, commit: bool) -> datetime | None:
    """When there may be room for the next step (with all that must follow a commit), None where there is now."""
    needed = spec.step_calls * (_STEPS_TO_FINISH if commit else 1)
    if spent.calls + needed <= spec.budget.calls:
        return None
    return free_at(spent.oldest, spec) or now + spec.budget.window


def said(readings: Sequence[RateReading], spec: PlatformSpec) -> int:
    """How many calls the platform says were made in the window; 0 where it says nothing.

    Where it says when it is open again the account waits for that, and no longer: a window of its own may end sooner
    than ours, which would count those calls from now on.
    """
    used = max((reading.used for reading in readings if reading.blocked_until is None), default=0)
    return math.ceil(used * spec.budget.calls)
