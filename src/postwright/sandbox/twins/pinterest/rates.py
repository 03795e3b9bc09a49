"""Rate limits: windows that open with the first call, headers on every reply, the refusal when one is used up.

Source: Pinterest, "Rate limits"; the headers' form is from memory: limit of the tightest window, then all windows.
"""

import math
from datetime import datetime

from postwright.sandbox.oauth import Token
from postwright.sandbox.state import World
from postwright.sandbox.twins.pinterest.errors import RATE_LIMITED, PinterestError
from postwright.sandbox.twins.pinterest.rules import POLICIES, STANDARD, TRIAL, Policy

Headers = tuple[tuple[str, str], ...]


class Rates:
    """Calls counted by user and app, or by app alone."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._windows: dict[tuple[str, str, Policy], tuple[datetime, int]] = {}

    def reset(self) -> None:
        """Forget all calls."""
        self._windows.clear()

    def count(self, token: Token, category: str) -> None:
        """Count a call; raises PinterestError 429 where a window is full. Refused calls do not count."""
        policies = self._policies(token, category)
        if self._world.settings.vendor_limits and any(self._left(token, policy)[0] <= 0 for policy in policies):
            raise PinterestError(RATE_LIMITED)
        now = self._world.clock.now()
        for policy in policies:
            opened, used = self._window(token, policy)
            self._windows[self._key(token, policy)] = (opened if used else now, used + 1)

    def headers(self, token: Token | None, category: str, *, used_up: bool = False) -> Headers:
        """The three headers; `used_up` tells of an ordered refusal."""
        policies = self._policies(token, category)
        states = [(*self._left(token, policy), policy) for policy in policies]
        left, seconds, tightest = min(states, key=lambda state: (state[0], -state[2].seconds))
        if used_up:
            left, seconds, tightest = 0, policies[-1].seconds, policies[-1]
        windows = ", ".join(f"{policy.limit};w={policy.seconds}" for policy in policies)
        return (
            ("x-ratelimit-limit", f"{tightest.limit}, {windows}"),
            ("x-ratelimit-remaining", str(max(left, 0))),
            ("x-ratelimit-reset", str(seconds)),
        )

    def _policies(self, token: Token | None, category: str) -> tuple[Policy, ...]:
        return POLICIES[TRIAL if token and self._is_trial(token) else STANDARD, category]

    def _is_trial(self, token: Token) -> bool:
        return self._world.apps[token.grant.client_id].login == TRIAL

    def _key(self, token: Token | None, policy: Policy) -> tuple[str, str, Policy]:
        if token is None:
            return "", "", policy
        return token.grant.client_id, "" if self._is_trial(token) else token.grant.subject, policy

    def _window(self, token: Token | None, policy: Policy) -> tuple[datetime, int]:
        """When the present window opened, and the calls in it."""
        now = self._world.clock.now()
        opened, used = self._windows.get(self._key(token, policy), (now, 0))
        return (now, 0) if (now - opened).total_seconds() >= policy.seconds else (opened, used)

    def _left(self, token: Token | None, policy: Policy) -> tuple[int, int]:
        """Calls left, and seconds until there are all of them again."""
        opened, used = self._window(token, policy)
        passed = (self._world.clock.now() - opened).total_seconds()
        return policy.limit - used, math.ceil(policy.seconds - passed)
