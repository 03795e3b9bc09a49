"""Identifiers: UUIDv7 for rows (RFC 9562 §5.7), random tokens for secrets."""

import secrets
import threading
import time
from uuid import UUID

_VERSION = 0x7
_VARIANT = 0b10
_TICKS = 1 << 12
"""To the millisecond; RFC 9562 §6.2, method 3: the 12 bits after the milliseconds hold a finer clock."""
_NANOSECONDS = 1_000_000


class _Stamps:
    """The time in ticks since 1970, never the same twice in this process and never less than before."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def next(self) -> int:
        present = time.time_ns() * _TICKS // _NANOSECONDS
        with self._lock:
            self._last = max(present, self._last + 1)
            return self._last


_stamps = _Stamps()


def new_id() -> UUID:
    """A UUIDv7: 60 bits of time, then 62 random bits. Rows sort by birth, those of one process strictly."""
    milliseconds, ticks = divmod(_stamps.next(), _TICKS)
    value = milliseconds << 80 | _VERSION << 76 | ticks << 64 | _VARIANT << 62 | secrets.randbits(62)
    return UUID(int=value)


def token(byte_count: int = 32) -> str:
    """A URL-safe secret of `byte_count` random bytes."""
    return secrets.token_urlsafe(byte_count)
