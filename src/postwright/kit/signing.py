"""Signatures of others' calls and of our own links: HMACs over raw bytes, compared in constant time."""

import hmac


def hmac_sha256_hex(key: bytes, body: bytes) -> str:
    """Lower-case hex HMAC-SHA256 of `body`."""
    return hmac.digest(key, body, "sha256").hex()


def matches(given: str | None, expected: str) -> bool:
    """Whether a signature that came from outside equals the expected one."""
    return given is not None and hmac.compare_digest(given.encode(), expected.encode())
