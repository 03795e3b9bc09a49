"""Pinterest's replies as types."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import Field, JsonValue

from postwright.kit.http import Reply
from postwright.platforms.base import RateReading
from postwright.platforms.pinterest.spec import LONG_WINDOW
from postwright.platforms.wire import Wire

_POLICY = re.compile(r"(\d+);w=(\d+)")
_SCOPES = re.compile(r"[\s,]+")


class Refusal(Wire):
    """A refusal: Pinterest's own form, or that of OAuth (RFC 6749 §5.2)."""

    code: int | None = None
    message: str | None = None
    error: str | None = None
    error_description: str | None = None


class Token(Wire):
    """The reply to a code or a refresh token."""

    access_token: str
    refresh_token: str | None = None
    expires_in: int | None = None
    scope: str = ""

    @property
    def scopes(self) -> tuple[str, ...]:
        """What was granted."""
        return tuple(name for name in _SCOPES.split(self.scope) if name)


class Person(Wire):
    """The connected account."""

    id: str
    username: str
    business_name: str | None = None
    profile_image: str | None = None
    account_type: str | None = None


class Board(Wire):
    """A board, or a section of one."""

    id: str
    name: str


class Registered(Wire):
    """A video that Pinterest expects: where its bytes go, and what is to be said with them."""

    media_id: str
    upload_url: str
    upload_parameters: Mapping[str, str]


class MediaStatus(Wire):
    """How far Pinterest is with a video."""

    status: str


class Pin(Wire):
    """A Pin as it was created, or as lists show it."""

    id: str = Field(min_length=1)
    title: str | None = None
    description: str | None = None
    link: str | None = None
    created_at: datetime | None = None
    """Comes without a zone and means UTC."""


class Page(Wire):
    """Some of a list; `bookmark` asks for more."""

    items: tuple[JsonValue, ...]
    bookmark: str | None = None


@dataclass(frozen=True, slots=True)
class Rates:
    """What the rate headers say, each None where they do not. `window`: of the allowance that is nearest its end."""

    limit: int | None
    remaining: int | None
    reset: timedelta | None
    window: timedelta | None

    @classmethod
    def of(cls, reply: Reply) -> "Rates":
        """From `x-ratelimit-limit: 100, 100;w=1, 1000;w=60`, `-remaining` and `-reset` (seconds)."""
        limits = reply.headers.get("x-ratelimit-limit", "")
        limit = _number(limits.partition(",")[0])
        windows = [int(seconds) for amount, seconds in _POLICY.findall(limits) if int(amount) == limit]
        reset = _number(reply.headers.get("x-ratelimit-reset", ""))
        return cls(
            limit,
            _number(reply.headers.get("x-ratelimit-remaining", "")),
            timedelta(seconds=reset) if reset else None,
            timedelta(seconds=max(windows)) if windows else None,
        )

    @property
    def long(self) -> bool:
        """Whether it is the allowance of a day."""
        return max(filter(None, (self.window, self.reset)), default=timedelta()) > LONG_WINDOW

    def reading(self, now: datetime) -> RateReading | None:
        """The part that is used, and until when nothing is left. A day's use says nothing of the minute we count."""
        if not self.limit or self.remaining is None:
            return None
        used = 0.0 if self.long else min(max(1 - self.remaining / self.limit, 0.0), 1.0)
        return RateReading(used, now + self.reset if self.reset and self.remaining == 0 else None)


def _number(text: str) -> int | None:
    return int(text) if text.strip().isdecimal() else None
