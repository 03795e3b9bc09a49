"""Rates: windows of 15 minutes for each endpoint and user, and of a day where X has them, told on every reply."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from postwright.sandbox.state import Account, World
from postwright.sandbox.twins.x.rules import DAY, POSTS_A_DAY, RATE_WINDOW

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Rate:
    """How often an endpoint may be called."""

    user: int
    """In 15 minutes, by one user (or app)."""
    app_day: int = 0
    """In 24 hours, by all users of an app; 0 for no such limit."""
    user_day: bool = False
    """Whether the account's own limit for posts in 24 hours counts these calls."""


@dataclass(slots=True)
class _Window:
    ends_at: datetime
    used: int = 0


class Rates:
    """Calls counted in their windows."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._windows: dict[tuple[str, str], _Window] = {}

    def reset(self) -> None:
        """Forget all calls."""
        self._windows.clear()

    def take(self, endpoint: str, rate: Rate, client_id: str, user: Account) -> tuple[bool, Headers]:
        """Count a call: whether it may go on, and what the headers say then."""
        limits = self._limits(endpoint, rate, client_id, user)
        allowed = all(window.used < limit for _, window, limit in limits) or not self._world.settings.vendor_limits
        for _, window, _ in limits:
            window.used += allowed
        return allowed, _told(limits)

    def told(self, endpoint: str, rate: Rate, client_id: str, user: Account, *, spent: bool = False) -> Headers:
        """The headers without counting; `spent` says that nothing is left."""
        headers = _told(self._limits(endpoint, rate, client_id, user))
        return tuple((name, "0" if spent and name == "x-rate-limit-remaining" else value) for name, value in headers)

    def _limits(self, endpoint: str, rate: Rate, client_id: str, user: Account) -> list[tuple[str, _Window, int]]:
        who = user.id or client_id
        found = [("x-rate-limit", self._window(endpoint, who, RATE_WINDOW), rate.user)]
        if rate.app_day:
            found.append(("x-app-limit-24hour", self._window(endpoint, f"app {client_id}", DAY), rate.app_day))
        if rate.user_day:
            a_day = POSTS_A_DAY if user.kind == "verified" else self._world.settings.quota_total
            found.append(("x-user-limit-24hour", self._window(endpoint, f"day {who}", DAY), a_day))
        return found

    def _window(self, endpoint: str, who: str, length: timedelta) -> _Window:
        now = self._world.clock.now()
        window = self._windows.get((endpoint, who))
        if window is None or window.ends_at <= now:
            window = self._windows[endpoint, who] = _Window(now + length)
        return window


def _told(limits: list[tuple[str, _Window, int]]) -> Headers:
    return tuple(
        header
        for name, window, limit in limits
        for header in (
            (f"{name}-limit", str(limit)),
            (f"{name}-remaining", str(max(0, limit - window.used))),
            (f"{name}-reset", str(int(window.ends_at.timestamp()))),
        )
    )
