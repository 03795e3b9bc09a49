"""Signatures over raw bytes, checked against published test vectors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postwright.kit.signing import hmac_sha256_hex, matches

# RFC 4231 §4.2-4.4 and §4.7
VECTORS = [
    (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (b"\xaa" * 20, b"\xdd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    (
        b"\xaa" * 131,
        b"Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ),
]


@pytest.mark.parametrize(("key", "body", "signature"), VECTORS)
def test_a_signature_is_the_one_of_the_standard(key: bytes, body: bytes, signature: str) -> None:
    assert hmac_sha256_hex(key, body) == signature


@given(st.binary(), st.binary(min_size=1), st.integers(0), st.integers(1, 255))
def test_a_changed_byte_gives_another_signature(key: bytes, body: bytes, position: int, flip: int) -> None:
    changed = bytearray(body)
    changed[position % len(body)] ^= flip
    assert not matches(hmac_sha256_hex(key, bytes(changed)), hmac_sha256_hex(key, body))


@given(st.text())
def test_only_the_very_signature_matches(given_text: str) -> None:
    expected = hmac_sha256_hex(b"key", b"body")
    assert matches(expected, expected)
    assert not matches(given_text, expected)
    assert not matches(expected.upper(), expected)
    assert not matches(expected[:-1], expected)


def test_a_missing_signature_never_matches() -> None:
    assert not matches(None, "")
