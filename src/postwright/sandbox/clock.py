"""Virtual time: real time plus an offset that only grows. Every lifetime and delay in the sandbox is read from it."""

from datetime import datetime, timedelta

from postwright.kit.clock import SystemClock


class VirtualClock:
    """Runs with real time; `advance` jumps ahead."""

    def __init__(self) -> None:
        self._real = SystemClock()
        self._offset = timedelta()

    @property
    def offset(self) -> timedelta:
        """How far virtual time is ahead of real time."""
        return self._offset

    def now(self) -> datetime:
        """The present instant of the sandbox, in UTC."""
        return self._real.now() + self._offset

    def advance(self, by: timedelta) -> datetime:
        """Jump ahead and answer the new time; raises ValueError for a jump back."""
        if by < timedelta():
            raise ValueError("virtual time cannot run backwards")
        self._offset += by
        return self.now()

    def reset(self) -> None:
        """Return to real time."""
        self._offset = timedelta()
