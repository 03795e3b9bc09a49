"""The allowance of calls: when the next step fits into it, and when there is room again."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postwright.platforms.base import Budget, PlatformSpec, RateReading
from postwright.storage.records import Spent
from postwright.worker.budget import allowance, free_at, no_room, said
from tests.support.clock import START, ManualClock
from tests.support.fake_platform import FakePlatform

HOUR = timedelta(hours=1)
MINUTES_AGO = START - timedelta(minutes=20)


def spec(calls: int = 200, step_calls: int = 2) -> PlatformSpec:
    made = FakePlatform(ManualClock()).spec
    return replace(made, budget=Budget("calls", calls, HOUR), step_calls=step_calls)


@pytest.mark.parametrize(("commit", "most"), [(False, 198), (True, 194)])
def test_a_step_begins_only_where_all_that_must_follow_it_fits(*, commit: bool, most: int) -> None:
    assert no_room(Spent(most, MINUTES_AGO, released=False), spec(), START, commit=commit) is None
    full = no_room(Spent(most + 1, MINUTES_AGO, released=False), spec(), START, commit=commit)
    assert full == MINUTES_AGO + HOUR + timedelta(seconds=1)


def test_without_a_known_call_there_is_room_after_a_whole_window() -> None:
    assert no_room(Spent(500, None, released=False), spec(), START, commit=False) == START + HOUR
    assert free_at(None, spec()) is None


@given(st.integers(0, 400), st.integers(1, 5), st.booleans())
def test_an_allowance_is_never_exceeded_by_a_step_that_begins(spent: int, step_calls: int, commit: bool) -> None:
    until = no_room(Spent(spent, MINUTES_AGO, released=False), spec(step_calls=step_calls), START, commit=commit)
    if until is None:
        assert spent + step_calls * (3 if commit else 1) <= 200
    else:
        assert until > START


def test_the_platform_is_believed_about_the_most_used_of_its_allowances() -> None:
    readings = [RateReading(used=0.1), RateReading(used=0.501), RateReading(used=0.0)]
    assert said(readings, spec()) == 101
    assert said([], spec()) == 0


def test_a_platform_that_says_when_it_is_open_again_is_not_waited_for_longer() -> None:
    closed = RateReading(1, START + timedelta(seconds=20))
    assert said([RateReading(0.1), closed], spec()) == 20


def test_the_statements_get_the_budget_of_the_platform() -> None:
    given_spec = spec(120, 3)
    made = allowance(given_spec)
    assert (made.name, made.calls, made.window, made.needed) == ("calls", 120, HOUR, 3)
