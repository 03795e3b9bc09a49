"""How often to look at something that a platform works on, as data."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class PollPlan:
    """Look after `first`, then after ever longer waits up to `cap`, until `give_up` has passed."""

    first: timedelta
    factor: float
    cap: timedelta
    give_up: timedelta

    def delay(self, looks: int) -> timedelta | None:
        """How long to wait after `looks` waits, None once it is time to give up."""
        waits = [self._wait(number) for number in range(looks + 1)]
        return waits[-1] if sum(waits[:-1], timedelta()) < self.give_up else None

    def _wait(self, number: int) -> timedelta:
        # In seconds: a timedelta overflows before its cap is looked at.
        return timedelta(seconds=min(self.first.total_seconds() * self.factor**number, self.cap.total_seconds()))
