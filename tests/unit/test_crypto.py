"""Secrets at rest: they open where they were sealed, with a key of the ring, whole — and nowhere else."""

import base64
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postwright.kit.crypto import KEY_BYTES, CannotOpen, Key, KeyRing, Secret, derive, fingerprint, same

OLD, NEW, FOREIGN = (Key(bytes([number]) * KEY_BYTES) for number in (1, 2, 3))
PLACE = "account 17 access_token"
RAW_KEYS = st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES)


@given(st.text(), st.text(), RAW_KEYS)
def test_what_was_sealed_opens_in_its_place(text: str, place: str, raw: bytes) -> None:
    ring = KeyRing((Key(raw),))
    opened = ring.open(ring.seal(text, bound_to=place), bound_to=place)
    assert opened == text
    assert isinstance(opened, Secret)


@given(st.text(), st.text(), st.text())
def test_what_was_sealed_does_not_open_in_another_place(text: str, place: str, other: str) -> None:
    sealed = KeyRing((OLD,)).seal(text, bound_to=place)
    if place != other:
        with pytest.raises(CannotOpen):
            KeyRing((OLD,)).open(sealed, bound_to=other)


def test_the_same_text_is_sealed_differently_each_time() -> None:
    assert len({KeyRing((OLD,)).seal("token", bound_to=PLACE) for _ in range(100)}) == 100


def test_a_value_with_one_damaged_byte_does_not_open_wherever_it_is_damaged() -> None:
    ring = KeyRing((OLD, NEW))
    sealed = ring.seal("token", bound_to=PLACE)
    for position in range(len(sealed)):
        for flip in (1, 128, 255):
            damaged = bytearray(sealed)
            damaged[position] ^= flip
            with pytest.raises(CannotOpen):
                ring.open(bytes(damaged), bound_to=PLACE)


def test_a_value_that_was_cut_off_does_not_open_wherever_it_was_cut() -> None:
    ring = KeyRing((OLD,))
    sealed = ring.seal("token", bound_to=PLACE)
    for end in range(len(sealed)):
        with pytest.raises(CannotOpen):
            ring.open(sealed[:end], bound_to=PLACE)
    with pytest.raises(CannotOpen):
        ring.open(sealed + b"\0", bound_to=PLACE)


@given(st.binary())
def test_bytes_that_nobody_sealed_do_not_open(content: bytes) -> None:
    for sealed in (content, OLD.id + content):
        with pytest.raises(CannotOpen):
            KeyRing((OLD,)).open(sealed, bound_to=PLACE)


def test_a_value_of_a_key_that_is_not_in_the_ring_names_that_key() -> None:
    sealed = KeyRing((FOREIGN,)).seal("token", bound_to=PLACE)
    with pytest.raises(CannotOpen, match=FOREIGN.id.hex()):
        KeyRing((NEW, OLD)).open(sealed, bound_to=PLACE)


def test_after_a_rotation_old_values_open_and_new_ones_take_the_newest_key() -> None:
    before, after = KeyRing((OLD,)), KeyRing((NEW, OLD))
    old = before.seal("token", bound_to=PLACE)
    assert (before.is_current(old), after.is_current(old)) == (True, False)
    new = after.seal(after.open(old, bound_to=PLACE), bound_to=PLACE)
    assert after.is_current(new)
    assert KeyRing((NEW,)).open(new, bound_to=PLACE) == "token"
    with pytest.raises(CannotOpen):
        before.open(new, bound_to=PLACE)


def test_a_ring_without_keys_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one key"):
        KeyRing(())


@given(RAW_KEYS)
def test_a_key_is_read_as_it_was_written_with_or_without_padding(raw: bytes) -> None:
    padded = base64.urlsafe_b64encode(raw).decode()
    assert Key.parse(padded) == Key.parse(padded.rstrip("=")) == Key.parse(f" {padded}\n") == Key(raw)


@pytest.mark.parametrize("text", ["", "short", "A" * 42, "A" * 44, "A" * 45, "é" * 43, "correct horse battery staple"])
def test_what_is_no_key_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        Key.parse(text)
    assert not text or text not in str(refused.value)


def test_each_new_key_is_another_one() -> None:
    keys = {Key.generate() for _ in range(100)}
    assert len({Key.parse(text).id for text in keys}) == 100


def test_keys_and_secrets_never_show_themselves() -> None:
    shown = f"{OLD!r} {[Secret('hunter2')]} {(Secret('hunter2'),)!r}"
    assert "hunter2" not in shown
    assert repr(OLD.raw)[2:-1] not in shown
    assert "hunter2" not in "".join(traceback.format_exception(KeyError(Secret("hunter2"))))


@given(st.text(min_size=1), st.text(), st.text())
def test_each_purpose_has_a_key_of_its_own(secret: str, purpose: str, other: str) -> None:
    assert derive(secret, purpose) == derive(secret, purpose)
    assert len(derive(secret, purpose)) == KEY_BYTES
    assert (derive(secret, purpose) == derive(secret, other)) is (purpose == other)


@given(st.text(), st.text())
def test_secrets_are_the_same_only_if_they_are_equal(left: str, right: str) -> None:
    assert same(left, left)
    assert same(left, right) is (left == right)
    assert (fingerprint(left) == fingerprint(right)) is (left == right)
