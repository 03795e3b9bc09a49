"""Rate limits of the Graph API: rolling-hour counts, usage headers, and the refusals.

Source: Meta, Graph API "Rate Limits": platform limits (app and user tokens, 200 calls x users in a rolling hour) and
business-use-case limits (Instagram accounts and Pages).
"""

import math
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from postwright.sandbox.state import World
from postwright.sandbox.twins.meta.errors import (
    APP_LIMIT,
    BUSINESS_LIMIT,
    PAGES_LIMIT,
    USER_LIMIT,
    GraphError,
    Rule,
)

HOUR = 3600.0
DAY = timedelta(hours=24)
BUSINESS: Mapping[str, tuple[str, Rule]] = {
    "instagram": ("instagram", BUSINESS_LIMIT),
    "facebook": ("pages", PAGES_LIMIT),
}
"""Platform of an account -> its business use case, as the header calls it, and the refusal."""
Headers = tuple[tuple[str, str], ...]


class Rates:
    """Calls of the last hour by app, by user and by business object."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._marks: dict[str, deque[float]] = {}

    def reset(self) -> None:
        """Forget all calls."""
        self._marks.clear()

    def business(self, account_id: str, now: datetime) -> None:
        """Count a call on an Instagram account or with a Page token; raises GraphError 80002 or 80001 when used up."""
        if self._over(f"business:{account_id}", self._limit, now):
            raise GraphError(BUSINESS[self._world.accounts[account_id].platform][1])

    def platform(self, client_id: str, subject: str, now: datetime) -> None:
        """Count a call on people and Pages; raises GraphError 4 (app) or 17 (user) above the limit."""
        if self._count(f"user:{client_id}:{subject}", now) >= self._limit and self._users(client_id) > 1:
            raise GraphError(USER_LIMIT)
        if self._over(f"app:{client_id}", self._limit * self._users(client_id), now):
            raise GraphError(APP_LIMIT)
        self._marks.setdefault(f"user:{client_id}:{subject}", deque()).append(now.timestamp())

    def headers(self, client_id: str, account_id: str, now: datetime) -> Headers:
        """`X-App-Usage`, and `X-Business-Use-Case-Usage` where the call counts against an account."""
        used = self._percent(f"app:{client_id}", self._limit * self._users(client_id), now)
        app = f'{{"call_count":{used},"total_time":{used // 2},"total_cputime":{used // 2}}}'
        if not account_id:
            return (("x-app-usage", app),)
        key = f"business:{account_id}"
        used = self._percent(key, self._limit, now)
        wait = self._minutes_to_wait(key, now) if used >= 100 else 0  # noqa: PLR2004 - percent
        return (("x-app-usage", app), self.business_header(account_id, used, wait))

    def business_header(self, account_id: str, used: int, wait: int) -> tuple[str, str]:
        """`X-Business-Use-Case-Usage`: percent used, and minutes until calls are taken again."""
        case = BUSINESS[self._world.accounts[account_id].platform][0]
        usage = (
            f'{{"{account_id}":[{{"type":"{case}","call_count":{used},"total_cputime":{used // 2},'
            f'"total_time":{used // 2},"estimated_time_to_regain_access":{wait}}}]}}'
        )
        return ("x-business-use-case-usage", usage)

    @property
    def _limit(self) -> int:
        return self._world.settings.calls_per_hour

    def _users(self, client_id: str) -> int:
        return max(1, self._world.oauth.users_of(client_id))

    def _over(self, key: str, limit: int, now: datetime) -> bool:
        """Is the limit reached? If not, the call is counted; refused calls do not count."""
        if self._count(key, now) >= limit:
            return True
        self._marks.setdefault(key, deque()).append(now.timestamp())
        return False

    def _count(self, key: str, now: datetime) -> int:
        marks = self._marks.get(key)
        if not marks:
            return 0
        horizon = now.timestamp() - HOUR
        while marks and marks[0] <= horizon:
            marks.popleft()
        return len(marks)

    def _percent(self, key: str, limit: int, now: datetime) -> int:
        return self._count(key, now) * 100 // limit

    def _minutes_to_wait(self, key: str, now: datetime) -> int:
        marks = self._marks.get(key)
        return math.ceil((marks[0] + HOUR - now.timestamp()) / 60) if marks else 0


def in_last_day(times: Sequence[datetime], now: datetime) -> int:
    """How many of these instants lie within the last 24 hours; they are in order."""
    horizon = now - DAY
    if not times or times[0] > horizon:
        return len(times)
    return sum(1 for _ in takewhile(lambda at: at > horizon, reversed(times)))
