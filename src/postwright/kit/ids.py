"""Identifiers: UUIDv7 for rows (RFC 9562 §5.7), random tokens for secrets."""

import secrets
import time
from uuid import UUID

_VERSION = 0x7
_VARIANT = 0b10


def new_id() -> UUID:
    """A UUIDv7: 48 bits of Unix milliseconds, then 74 random bits, so that rows sort by birth."""
    milliseconds = time.time_ns() // 1_000_000
    random = secrets.randbits(74)
    value = (milliseconds & (1 << 48) - 1) << 80 | _VERSION << 76
    value |= (random >> 62) << 64 | _VARIANT << 62 | random & (1 << 62) - 1
    return UUID(int=value)


def token(byte_count: int = 32) -> str:
    """A URL-safe secret of `byte_count` random bytes."""
    return secrets.token_urlsafe(byte_count)
