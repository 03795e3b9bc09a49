"""What X's servers keep and what an endpoint is asked: posts, uploads, polls, a call with its token."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from postwright.sandbox.call import Call, Json, Reply
from postwright.sandbox.media import Stored
from postwright.sandbox.oauth import Token
from postwright.sandbox.state import Account
from postwright.sandbox.twins.x.rules import CATEGORIES, MEDIA_LIFE, Category

Answer: TypeAlias = "Json | Reply"
"""What an endpoint gives: a body for a plain 200, or a whole reply."""

SNOWFLAKE_EPOCH = 1_288_834_974_657
"""Milliseconds of the Unix clock at which X's ids begin."""


def snowflake(now: datetime, number: int) -> str:
    """An id as X makes them: sorted by time."""
    return str((int(now.timestamp() * 1000) - SNOWFLAKE_EPOCH) << 22 | number & 0x3FFFFF)


@dataclass(frozen=True, slots=True)
class Ask:
    """A call that passed the door: its token, whose it is, what the path names."""

    call: Call
    token: Token
    user: Account
    """Without an id where the token is an app's."""
    names: Mapping[str, str]
    now: datetime


@dataclass(slots=True, eq=False)
class Upload:
    """A media file, arriving or there."""

    id: str
    owners: frozenset[str]
    category_name: str
    expected: int
    made_at: datetime
    chunks: dict[int, bytes] = field(default_factory=dict)
    file: Stored | None = None
    processing: tuple[datetime, datetime] | None = None
    """Start and end of it, for what is processed."""
    fault: str = ""
    alt_text: str = ""
    subtitles: list[str] = field(default_factory=list)

    @property
    def category(self) -> Category:
        """Its category's rules."""
        return CATEGORIES[self.category_name]

    @property
    def key(self) -> str:
        """The media key."""
        return f"{self.category.prefix}_{self.id}"

    def expired(self, now: datetime) -> bool:
        """Whether it can no longer be used."""
        return now >= self.made_at + MEDIA_LIFE

    def ready(self, now: datetime) -> bool:
        """Whether it can hang on a post."""
        done = self.processing is None or now >= self.processing[1]
        return self.file is not None and done and not self.fault and not self.expired(now)


@dataclass(frozen=True, slots=True)
class Poll:
    """A question with two to four answers."""

    id: str
    options: list[str]
    minutes: int


@dataclass(frozen=True, slots=True, eq=False)
class Post:
    """One post."""

    id: str
    author: Account
    written: str
    """As the author wrote it."""
    at: datetime
    media: tuple[Upload, ...] = ()
    poll: Poll | None = None
    parent: "Post | None" = None
    quoted: "Post | None" = None
    reply_settings: str = "everyone"
    made_with_ai: bool = False
    paid_partnership: bool = False

    @property
    def url(self) -> str:
        """Public address."""
        return f"https://x.com/{self.author.username}/status/{self.id}"

    @property
    def conversation_id(self) -> str:
        """Id of the thread's first post."""
        return self.parent.conversation_id if self.parent else self.id
