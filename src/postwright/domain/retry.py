"""What to do after a failure, as a pure function of the failure, the attempts so far and the time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from postwright.domain.errors import (
    AuthExpired,
    AuthRevoked,
    PlatformError,
    QuotaReached,
    RateLimited,
    Rejected,
    Unavailable,
)

MAX_ATTEMPTS = 5
FIRST_DELAY = timedelta(seconds=20)
LONGEST_DELAY = timedelta(minutes=45)
RATE_LIMIT_WAIT = timedelta(minutes=5)
QUOTA_WAIT = timedelta(hours=1)
RECONCILE_DELAYS = tuple(timedelta(seconds=s) for s in (0, 5, 30, 120, 600))
"""When to ask again whether a call landed, while the platform cannot be asked; then a person decides."""
SETTLING = timedelta(minutes=3)
"""How long after a call without an answer its effect may appear: longer than gateways hold a call, or lists lag."""
FIRST_LOOK = timedelta(seconds=5)

_WAITS: Mapping[type[PlatformError], timedelta] = {RateLimited: RATE_LIMIT_WAIT, QuotaReached: QUOTA_WAIT}


class Action(StrEnum):
    """What the worker does next."""

    RETRY = "retry"
    """Try again at `at`; the attempt is spent."""
    WAIT = "wait"
    """Go on at `at`; the attempt is not spent."""
    REFRESH = "refresh"
    """Get a new access token and go on at once."""
    PAUSE = "pause"
    """The account needs its owner; the publication waits for the reconnection."""
    RECONCILE = "reconcile"
    """Ask the platform whether it landed."""
    FAIL = "fail"
    """Permanent: a person edits or requeues."""


@dataclass(frozen=True, slots=True)
class Decision:
    """An action and, where it waits, the time it waits for."""

    action: Action
    at: datetime | None = None


def decide(
    error: PlatformError, *, attempts: int, now: datetime, after_commit: bool, refreshed: bool, chance: float
) -> Decision:
    """Judge a failure.

    `attempts` counts the one that just failed; `after_commit` says that people may already see
    the result; `refreshed` that the token was renewed in this very run; `chance` in [0, 1) is
    the jitter. A commit step's Unavailable is trusted: it means certainly not written.
    """
    if isinstance(error, AuthExpired | AuthRevoked):
        renewable = isinstance(error, AuthExpired) and not refreshed
        return Decision(Action.REFRESH if renewable else Action.PAUSE)
    if (wait := _WAITS.get(type(error))) is not None:
        return Decision(Action.WAIT, _later(error.until, now, wait, chance))
    if after_commit and not isinstance(error, Unavailable | Rejected):
        return Decision(Action.RECONCILE)
    if isinstance(error, Rejected) or attempts >= MAX_ATTEMPTS:
        return Decision(Action.FAIL)
    return Decision(Action.RETRY, now + backoff(attempts, chance))


def backoff(attempts: int, chance: float) -> timedelta:
    """Exponential with jitter over the upper half: attempts 1…4 wait up to 20 s, 100 s, 8 and 42 minutes."""
    ceiling = min(FIRST_DELAY * int(5 ** (attempts - 1)), LONGEST_DELAY)
    return ceiling / 2 + ceiling / 2 * chance


def next_look(since: datetime, now: datetime) -> timedelta:
    """When to look again for the effect of a call made at `since`: ever later, and last when it has settled."""
    return min(max(now - since, FIRST_LOOK), since + SETTLING - now)


def _later(until: datetime | None, now: datetime, default: timedelta, chance: float) -> datetime:
    if until is not None and until > now:
        return until + timedelta(seconds=chance)
    return now + default * (1 + chance / 4)
