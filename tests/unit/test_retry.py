"""What follows a failure: every error, before and after people may see the post, with and without a fresh token."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postwright.domain.errors import (
    AuthExpired,
    AuthRevoked,
    PlatformError,
    QuotaReached,
    RateLimited,
    Rejected,
    Surprise,
    Unavailable,
    Uncertain,
)
from postwright.domain.retry import (
    FIRST_DELAY,
    LONGEST_DELAY,
    MAX_ATTEMPTS,
    QUOTA_WAIT,
    RATE_LIMIT_WAIT,
    RECONCILE_DELAYS,
    Action,
    Decision,
    backoff,
    decide,
)

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LAST_CHANCE = 1 - 2**-53
CHANCE = st.floats(0, 1, exclude_max=True)
TIMED = {Action.RETRY, Action.WAIT}
BEFORE: dict[type[PlatformError], Action] = {
    AuthExpired: Action.REFRESH,
    AuthRevoked: Action.PAUSE,
    RateLimited: Action.WAIT,
    QuotaReached: Action.WAIT,
    Rejected: Action.FAIL,
    Unavailable: Action.RETRY,
    Uncertain: Action.RETRY,
    Surprise: Action.RETRY,
}
AFTER = BEFORE | {Uncertain: Action.RECONCILE, Surprise: Action.RECONCILE}
ERRORS = tuple(BEFORE)
AFTER_A_REFRESH = {AuthExpired: Action.PAUSE}


def judged(
    error: PlatformError,
    *,
    attempts: int = 1,
    after_commit: bool = False,
    refreshed: bool = False,
    chance: float = 0.5,
) -> Decision:
    return decide(error, attempts=attempts, now=NOW, after_commit=after_commit, refreshed=refreshed, chance=chance)


@pytest.mark.parametrize("refreshed", [False, True])
@pytest.mark.parametrize("after_commit", [False, True])
@pytest.mark.parametrize("kind", ERRORS)
def test_every_failure_has_one_answer(kind: type[PlatformError], *, after_commit: bool, refreshed: bool) -> None:
    decision = judged(kind(), after_commit=after_commit, refreshed=refreshed)
    expected = (AFTER if after_commit else BEFORE) | (AFTER_A_REFRESH if refreshed else {})
    assert decision.action is expected[kind]
    assert (decision.at is not None) is (decision.action in TIMED)


def test_the_table_names_every_error_there_is() -> None:
    assert set(PlatformError.__subclasses__()) == set(BEFORE)


@given(st.sampled_from((*ERRORS, PlatformError)), st.integers(1, 20), st.booleans(), CHANCE)
def test_after_a_commit_only_what_certainly_did_not_land_is_sent_again(
    kind: type[PlatformError],
    attempts: int,
    refreshed: bool,
    chance: float,
) -> None:
    decision = judged(kind(), attempts=attempts, after_commit=True, refreshed=refreshed, chance=chance)
    if decision.action is Action.RETRY:
        assert kind is Unavailable
    if kind not in {Unavailable, Rejected, AuthExpired, AuthRevoked, RateLimited, QuotaReached}:
        assert decision == Decision(Action.RECONCILE)


@given(st.sampled_from(ERRORS), st.integers(1, 50), st.booleans(), st.booleans(), CHANCE)
def test_no_attempt_beyond_the_last_is_ever_made(
    kind: type[PlatformError],
    attempts: int,
    after_commit: bool,
    refreshed: bool,
    chance: float,
) -> None:
    decision = judged(kind(), attempts=attempts, after_commit=after_commit, refreshed=refreshed, chance=chance)
    assert decision.action is not Action.RETRY or attempts < MAX_ATTEMPTS
    assert decision.at is None or decision.at > NOW


def test_a_token_is_renewed_once_in_a_run() -> None:
    assert [judged(AuthExpired(), refreshed=done).action for done in (False, True)] == [Action.REFRESH, Action.PAUSE]


@pytest.mark.parametrize(("kind", "least"), [(RateLimited, RATE_LIMIT_WAIT), (QuotaReached, QUOTA_WAIT)])
@given(attempts=st.integers(1, 50), chance=CHANCE)
def test_a_limit_without_an_end_is_waited_for_a_fixed_while_and_burns_no_attempt(
    kind: type[PlatformError], least: timedelta, attempts: int, chance: float
) -> None:
    decision = judged(kind(), attempts=attempts, chance=chance)
    assert decision.action is Action.WAIT
    assert decision.at is not None
    assert least <= decision.at - NOW <= least * 1.25


@given(st.sampled_from([RateLimited, QuotaReached]), st.integers(1, 10**6), CHANCE)
def test_a_limit_with_an_end_is_waited_for_until_then_and_never_shorter(
    kind: type[PlatformError], seconds: int, chance: float
) -> None:
    until = NOW + timedelta(seconds=seconds)
    decision = judged(kind(until=until), chance=chance)
    assert decision.at is not None
    assert timedelta() <= decision.at - until <= timedelta(seconds=1)


@pytest.mark.parametrize("passed", [NOW, NOW - timedelta(days=1)])
def test_a_limit_that_is_said_to_be_over_is_still_waited_for(passed: datetime) -> None:
    decision = judged(RateLimited(until=passed), chance=0)
    assert decision.at == NOW + RATE_LIMIT_WAIT


@given(st.integers(1, MAX_ATTEMPTS), CHANCE)
def test_a_backoff_lies_between_half_its_ceiling_and_its_ceiling(attempts: int, chance: float) -> None:
    ceiling = min(FIRST_DELAY * int(5 ** (attempts - 1)), LONGEST_DELAY)
    assert ceiling / 2 <= backoff(attempts, chance) <= ceiling


@given(st.integers(1, MAX_ATTEMPTS), CHANCE)
def test_a_later_backoff_is_never_shorter(attempts: int, chance: float) -> None:
    assert backoff(attempts, chance) <= backoff(attempts + 1, chance)


def test_the_ceilings_are_those_that_are_promised() -> None:
    seconds = [backoff(attempts, LAST_CHANCE).total_seconds() for attempts in range(1, MAX_ATTEMPTS)]
    assert [round(one) for one in seconds] == [20, 100, 500, 2500]


def test_all_attempts_together_take_more_than_a_moment_and_less_than_an_hour() -> None:
    for chance in (0.0, 0.5, LAST_CHANCE):
        total = sum((backoff(attempts, chance) for attempts in range(1, MAX_ATTEMPTS)), timedelta())
        assert timedelta(minutes=15) < total < timedelta(hours=1)


def test_asking_whether_it_landed_begins_at_once_and_takes_ever_longer() -> None:
    assert RECONCILE_DELAYS[0] == timedelta()
    assert list(RECONCILE_DELAYS) == sorted(set(RECONCILE_DELAYS))
