"""The one place that asks the machine for the time; everything else is given a Clock."""

import time
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

_DRIFT: Final = 200e-6
"""How wrong a counter may go: seconds in a second. Quartz is better than that by half."""


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

    def __init__(self, instant: datetime, doubt: timedelta = timedelta()) -> None:
        self._set(instant, doubt)

    def anchor(self, instant: datetime, doubt: timedelta = timedelta()) -> None:
        """Set the clock again, where that makes it surer, or it must be wrong.

        `instant` is the present one by the clock that leads, give or take `doubt`. The counter of
        a machine that slept has stood still: then the two cannot both be right.
        """
        own = self._doubt + (self.now() - self._instant) * _DRIFT
        if doubt <= own or abs(instant - self.now()) > doubt + own:
            self._set(instant, doubt)

    def _set(self, instant: datetime, doubt: timedelta) -> None:
        self._instant = instant
        self._doubt = doubt
        self._counter = time.monotonic_ns()

    def now(self) -> datetime:
        return self._instant + timedelta(microseconds=(time.monotonic_ns() - self._counter) // 1000)
