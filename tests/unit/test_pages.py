"""Cursors: what this server wrote is read back, and nothing else is."""

import base64
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from postwright.kit.pages import BadCursor, Cursor

PLACE = Cursor(datetime(2026, 11, 20, 9, 0, tzinfo=UTC), UUID("01a1f86f-0d60-7b22-90cd-857b09318fe7"))
PLACES = st.builds(Cursor, st.datetimes(timezones=st.just(UTC)), st.uuids())


def written(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@given(PLACES)
def test_a_cursor_is_read_as_it_was_written(place: Cursor) -> None:
    text = place.encode()
    assert Cursor.decode(text) == place
    assert text.replace("-", "").replace("_", "").isalnum()


@given(PLACES, st.timezones())
def test_a_cursor_names_an_instant_whatever_the_zone_it_was_given_in(place: Cursor, zone: object) -> None:
    if timedelta(days=2) < place.at - datetime.min.replace(tzinfo=UTC) < timedelta(days=3_650_000):
        there = Cursor(place.at.astimezone(zone), place.id)  # type: ignore[arg-type]  # hypothesis calls it tzinfo only inside
        assert there.encode() == place.encode()


@given(st.text(st.characters(codec=None)))
@example("")
@example("e30")
@example("A")
@example("é")
@example("\ud83d")
def test_text_of_others_is_no_cursor(text: str) -> None:
    with pytest.raises(BadCursor):
        Cursor.decode(text)


@given(st.binary())
def test_bytes_of_others_are_no_cursor(content: bytes) -> None:
    with pytest.raises(BadCursor):
        Cursor.decode(base64.urlsafe_b64encode(content).decode())


@pytest.mark.parametrize(
    "text",
    [
        written(f"{PLACE.at:%Y-%m-%dT%H:%M:%S}|{PLACE.id}"),
        written(f"0001-01-01T00:00:00+14:00|{PLACE.id}"),
        written(f"9999-12-31T23:59:59-14:00|{PLACE.id}"),
        written(f"{PLACE.at.isoformat()}|{PLACE.id.hex}"),
        written(f"{PLACE.at.isoformat()}|{{{PLACE.id}}}"),
        written(f"{PLACE.at.isoformat()}|{PLACE.id}|"),
        written(f"{PLACE.at.isoformat()}"),
        written(f"|{PLACE.id}"),
        f"{PLACE.encode()}=",
        f" {PLACE.encode()}",
        f"{PLACE.encode()}!",
        PLACE.encode()[:-1],
        PLACE.encode()[1:],
    ],
)
def test_what_only_resembles_a_cursor_is_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        Cursor.decode(text)


@given(st.integers(0, len(PLACE.encode()) - 1), st.characters(codec="ascii"))
def test_a_changed_cursor_is_refused_or_names_another_place(index: int, letter: str) -> None:
    text = PLACE.encode()
    changed = text[:index] + letter + text[index + 1 :]
    try:
        place = Cursor.decode(changed)
    except BadCursor:
        return
    assert (place == PLACE) is (changed == text)
    assert place.encode() == changed
