"""The one place that asks the machine for the time; everything else is given a Clock."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the present instant as an aware UTC datetime."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's wall clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 the one place that may ask


class AnchoredClock:
    """A clock set by somebody else's (the database's) and carried on by the monotonic counter.

    Workers on several hosts then agree on what is due and whose lease is over, and a jump of
    one machine's wall clock moves nothing.
    """

    def __init__(self, instant: datetime) -> None:
        self.anchor(instant)

    def anchor(self, instant: datetime) -> None:
        """Set the clock again; `instant` is the present one by the clock that leads."""
        self._instant = instant
        self._counter = time.monotonic_ns()

    def now(self) -> datetime:
        return self._instant + timedelta(microseconds=(time.monotonic_ns() - self._counter) // 1000)
