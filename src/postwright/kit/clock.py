"""The one place that asks the machine for the time; everything else is given a Clock."""

import time
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
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
        own = self._doubt + (self.now() - self._set_at) * _DRIFT
        if doubt <= own or abs(instant - self.now()) > doubt + own:
            self._set(instant, doubt)

    def _set(self, instant: datetime, doubt: timedelta) -> None:
        self._set_at = instant
        self._doubt = doubt
        self._ahead = (instant - _EPOCH) // _MICROSECOND - time.monotonic_ns() // 1000

    def now(self) -> datetime:
        # Asked dozens of times for each post; a sum of datetime and timedelta costs four times as much.
        return datetime.fromtimestamp((self._ahead + time.monotonic_ns() // 1000) / 1_000_000, UTC)
