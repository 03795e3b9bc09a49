"""The world of one sandbox: people, their accounts, client apps and the posts that everybody can see.

What only one vendor knows (containers, upload sessions) lives with its twin.
"""

import asyncio
import itertools
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from postwright.sandbox.call import Json
from postwright.sandbox.clock import VirtualClock
from postwright.sandbox.config import SandboxConfig
from postwright.sandbox.faults import Faults
from postwright.sandbox.journal import Journal
from postwright.sandbox.media import MediaStore
from postwright.sandbox.oauth import OAuth
from postwright.sandbox.webhooks import Webhooks


@dataclass(frozen=True, slots=True)
class Person:
    """A human who owns accounts and answers consent pages."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Account:
    """A social account of a person on one platform."""

    platform: str
    id: str
    person_id: str
    kind: str
    """The vendor's word: page, business, channel …"""
    username: str
    name: str
    parent_id: str = ""
    """The account it hangs on (an Instagram business account on its Page)."""
    alias_id: str = ""
    """A second id that the vendor accepts for it."""
    followers: int = 1280
    biography: str = ""
    tasks: tuple[str, ...] = ()
    """What its person may do with it, in the vendor's words; empty means everything."""


@dataclass(frozen=True, slots=True)
class ClientApp:
    """An app that developers registered with a vendor."""

    platform: str
    login: str
    """Which of the vendor's login products the app uses."""
    client_id: str
    secret: str
    name: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture, video or document as people see it."""

    type: Literal["image", "video", "document"]
    url: str
    alt_text: str = ""


@dataclass(slots=True)
class Remark:
    """A comment below a post."""

    id: str
    username: str
    text: str
    created_at: datetime
    parent_id: str = ""
    hidden: bool = False


@dataclass(slots=True)
class PublicPost:
    """A post that people can see."""

    platform: str
    account_id: str
    account_name: str
    id: str
    url: str
    kind: str
    caption: str
    media: tuple[Shown, ...]
    created_at: datetime
    expires_at: datetime | None = None
    comments: list[Remark] = field(default_factory=list)
    details: dict[str, Json] = field(default_factory=dict)
    """Further things people can see or a test asks for; they stand beside the rest in the journal."""

    def to_json(self) -> dict[str, Json]:
        """The post as the journal shows it."""
        return {
            "platform": self.platform,
            "account": self.account_id,
            "id": self.id,
            "url": self.url,
            "kind": self.kind,
            "caption": self.caption,
            "alt_texts": [shown.alt_text for shown in self.media],
            "media": [{"type": shown.type, "url": shown.url} for shown in self.media],
            "comments": [
                {"id": remark.id, "username": remark.username, "text": remark.text, "hidden": remark.hidden}
                for remark in self.comments
            ],
            "created_at": self.created_at.isoformat(),
            **self.details,
        }


class World:
    """Everything one sandbox holds in memory."""

    def __init__(self, config: SandboxConfig) -> None:
        self.config = config
        """The settings at the start; `settings` are those in force."""
        self.settings = config
        self.clock = VirtualClock()
        self.oauth = OAuth(self.clock)
        self.faults = Faults()
        self.journal = Journal(config.journal_size)
        self.media = MediaStore()
        self.webhooks = Webhooks(self)
        self.people: dict[str, Person] = {}
        self.accounts: dict[str, Account] = {}
        self.apps: dict[str, ClientApp] = {}
        self.timeline: dict[str, PublicPost] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._numbers = itertools.count(1)

    @property
    def origin(self) -> str:
        """Public base URL, without a trailing slash."""
        return self.settings.origin

    def number(self) -> int:
        """A new number, the same sequence after every reset."""
        return next(self._numbers)

    def forget(self) -> None:
        """Drop all state; the twins seed it again."""
        for task in self._tasks:
            task.cancel()
        self.settings = self.config
        self.clock.reset()
        self.oauth.reset()
        self.faults.clear()
        self.journal.clear()
        self.webhooks.clear()
        for shelf in (self.people, self.accounts, self.apps, self.timeline):
            shelf.clear()
        self._numbers = itertools.count(1)

    def add(
        self, *, apps: Iterable[ClientApp] = (), people: Iterable[Person] = (), accounts: Iterable[Account] = ()
    ) -> None:
        """Put these into the world; several twins may bring the same person."""
        self.apps |= {app.client_id: app for app in apps}
        self.people |= {person.id: person for person in people if person.id not in self.people}
        self.accounts |= {account.id: account for account in accounts}

    def find_account(self, name: str, platform: str = "") -> Account | None:
        """The account with this id, alias or username."""
        if not name:
            return None
        for account in self.accounts.values():
            if platform in ("", account.platform) and name in (account.id, account.alias_id, account.username):
                return account
        return None

    def accounts_of(self, person_id: str, platform: str) -> list[Account]:
        """A person's accounts on one platform."""
        return [a for a in self.accounts.values() if a.person_id == person_id and a.platform == platform]

    def visible(self, *, platform: str = "", account: str = "", text: str = "") -> list[PublicPost]:
        """Posts that people can see now, oldest first."""
        now = self.clock.now()
        return [
            post
            for post in self.timeline.values()
            if (post.expires_at is None or post.expires_at > now)
            and platform in ("", post.platform)
            and account in ("", post.account_id, post.account_name)
            and text.lower() in post.caption.lower()
        ]

    def spawn(self, work: Coroutine[None, None, None]) -> "asyncio.Task[None]":
        """Run something beside the request; it is cancelled by a reset and at the end."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        """Stop what runs and delete fetched files."""
        running: Iterable[asyncio.Task[None]] = list(self._tasks)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self.media.close()
