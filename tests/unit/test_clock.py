"""The clocks: both tell aware UTC, and the anchored one follows whom it is told to follow."""

import time
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from postwright.kit.clock import AnchoredClock, SystemClock

INSTANTS = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 hypothesis adds the zone


def test_the_system_clock_tells_aware_utc() -> None:
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert abs(now.timestamp() - time.time()) < 60


@given(INSTANTS)
def test_an_anchored_clock_goes_on_from_its_anchor_whatever_this_machine_thinks(instant: datetime) -> None:
    clock = AnchoredClock(instant)
    readings = [clock.now() for _ in range(20)]
    assert readings == sorted(readings)
    assert all(timedelta() <= reading - instant < timedelta(seconds=10) for reading in readings)
    assert {reading.tzinfo for reading in readings} == {UTC}


def test_an_anchored_clock_moves_with_the_counter() -> None:
    clock = AnchoredClock(datetime(2026, 11, 20, tzinfo=UTC))
    before, counted = clock.now(), time.monotonic()
    while time.monotonic() - counted < 0.002:
        pass
    assert clock.now() - before >= timedelta(milliseconds=2)


def test_an_anchor_that_is_less_sure_is_not_taken_unless_the_clock_must_be_wrong() -> None:
    start, much = datetime(2026, 11, 20, tzinfo=UTC), timedelta(milliseconds=40)
    clock = AnchoredClock(start, timedelta(milliseconds=1))
    clock.anchor(clock.now() - timedelta(milliseconds=30), much)
    assert clock.now() >= start
    after_sleep = clock.now() + timedelta(hours=1)
    clock.anchor(after_sleep, much)
    assert clock.now() >= after_sleep
    clock.anchor(start, timedelta(milliseconds=2))
    assert clock.now() < after_sleep


@given(INSTANTS, INSTANTS)
def test_a_new_anchor_sets_the_clock_forward_or_back(first: datetime, second: datetime) -> None:
    clock = AnchoredClock(first)
    clock.anchor(second)
    assert timedelta() <= clock.now() - second < timedelta(seconds=10)
