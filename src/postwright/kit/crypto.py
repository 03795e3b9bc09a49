"""Secrets at rest: AES-256-GCM under a ring of keys with ids, and hashes for what is only compared.

A sealed value is `key id (4 bytes) | nonce (12 bytes) | ciphertext and tag`. The bytes it is
bound to (the row and the column) are its associated data: a value copied to another row does
not open there.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
_ID_BYTES = 4
_NONCE_BYTES = 12


class CannotOpen(Exception):
    """The value was sealed with a key that is not in the ring, for another row, or it is damaged."""


class Secret(str):
    """A string that never shows itself in a repr, a log line or a traceback."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret(…)"


@dataclass(frozen=True, slots=True)
class Key:
    """One encryption key; its id is the first bytes of its SHA-256, so nobody has to name keys."""

    raw: bytes = field(repr=False)

    @property
    def id(self) -> bytes:
        return hashlib.sha256(b"postwright key id" + self.raw).digest()[:_ID_BYTES]

    @staticmethod
    def parse(text: str) -> "Key":
        """Read a key written as URL-safe base64 of 32 bytes. Raises ValueError."""
        raw = base64.urlsafe_b64decode(text.strip() + "=" * (-len(text.strip()) % 4))
        if len(raw) != KEY_BYTES:
            raise ValueError(f"an encryption key has {KEY_BYTES} bytes, this one {len(raw)}")
        return Key(raw)

    @staticmethod
    def generate() -> str:
        """A new key as `parse` reads it."""
        return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode().rstrip("=")


class KeyRing:
    """Seals with the newest key and opens with any."""

    def __init__(self, keys: tuple[Key, ...]) -> None:
        if not keys:
            raise ValueError("a key ring needs at least one key")
        self._newest = keys[0]
        self._ciphers = {key.id: AESGCM(key.raw) for key in keys}

    def seal(self, text: str, *, bound_to: str) -> bytes:
        """Encrypt `text` for the place named by `bound_to`."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        cipher = self._ciphers[self._newest.id]
        return self._newest.id + nonce + cipher.encrypt(nonce, text.encode(), bound_to.encode())

    def open(self, sealed: bytes, *, bound_to: str) -> Secret:
        """Decrypt what `seal` made for the same place. Raises CannotOpen."""
        key_id, nonce = sealed[:_ID_BYTES], sealed[_ID_BYTES : _ID_BYTES + _NONCE_BYTES]
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise CannotOpen(f"no key {key_id.hex()} in the ring (POSTWRIGHT_ENCRYPTION_KEYS)")
        try:
            opened = cipher.decrypt(nonce, sealed[_ID_BYTES + _NONCE_BYTES :], bound_to.encode())
        except (InvalidTag, ValueError) as damaged:  # ValueError: cut off within the nonce
            raise CannotOpen("the value is damaged or belongs to another row") from damaged
        return Secret(opened.decode())

    def is_current(self, sealed: bytes) -> bool:
        """Whether the value was sealed with the newest key."""
        return sealed[:_ID_BYTES] == self._newest.id


@lru_cache(maxsize=64)
def derive(secret: str, purpose: str) -> bytes:
    """A 32-byte key for one purpose out of a longer-lived secret (HKDF-SHA256, RFC 5869)."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose.encode()).derive(secret.encode())


def fingerprint(token: str) -> bytes:
    """What is stored of a random token that is only ever compared: its SHA-256."""
    return hashlib.sha256(token.encode()).digest()


def same(left: str, right: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())
