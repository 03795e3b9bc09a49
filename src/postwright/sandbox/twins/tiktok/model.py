"""What TikTok keeps of publishing: who calls, what was asked for, each post on its way, and the counts of limits."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from postwright.kit.probe import Probe
from postwright.sandbox.call import Json
from postwright.sandbox.media import Stored
from postwright.sandbox.oauth import Grant, Token
from postwright.sandbox.state import Account
from postwright.sandbox.twins.tiktok import rules


@dataclass(frozen=True, slots=True)
class Caller:
    """A request's token and what hangs on it."""

    token: Token
    account: Account
    now: datetime

    @property
    def grant(self) -> Grant:
        """The consent behind the token."""
        return self.token.grant

    @property
    def app(self) -> rules.AppTerms:
        """What is known of the app that calls."""
        return rules.TERMS.get(self.grant.client_id, rules.AppTerms())

    @property
    def creator(self) -> rules.CreatorTerms:
        """What the account may choose."""
        return creator_terms(self.account)


@dataclass(frozen=True, slots=True)
class Wish:
    """`post_info`, read and checked."""

    title: str = ""
    description: str = ""
    privacy: str = ""
    terms: dict[str, Json] = field(default_factory=dict)
    """Toggles and the cover, by the vendor's names."""


@dataclass(slots=True)
class Upload:
    """A file that comes in chunks."""

    size: int
    chunk: int
    chunks: int
    secret: str
    expires_at: datetime
    content: bytearray = field(default_factory=bytearray)
    received: int = 0


@dataclass(slots=True, eq=False)
class PublishTask:
    """One `publish_id` and how far it has come."""

    id: str
    grant: Grant
    account: Account
    created_at: datetime
    is_photo: bool
    is_draft: bool
    """It ends in the creator's inbox."""
    wish: Wish
    urls: tuple[str, ...] = ()
    upload: Upload | None = None
    status: str = "PROCESSING_DOWNLOAD"
    fail_reason: str = ""
    verdict: str = ""
    """The reason for which processing is going to fail."""
    due_at: datetime | None = None
    """When processing, or after it moderation, is over; None while bytes are missing or nothing more will happen."""
    downloaded: int = 0
    files: list[Stored] = field(default_factory=list)
    post_id: int = 0
    posted_ms: int = 0
    """When it was published, in milliseconds of Unix time."""
    is_public: bool = False
    """Moderation let it pass: the post id may be told."""

    @property
    def in_progress(self) -> bool:
        """Whether it is neither delivered nor failed."""
        return self.status.startswith("PROCESSING")

    @property
    def publish_type(self) -> str:
        """The word for it in webhooks."""
        return "INBOX_SHARE" if self.is_draft else "DIRECT_POST"

    @property
    def probe(self) -> Probe | None:
        """What was found in its first file."""
        return self.files[0].probe if self.files else None

    @property
    def share_url(self) -> str:
        """The public permalink."""
        kind = "photo" if self.is_photo else "video"
        return f"https://{rules.WEB_HOST}/@{self.account.username}/{kind}/{self.post_id}"


def creator_terms(account: Account) -> rules.CreatorTerms:
    """What the owner of an account may choose."""
    return rules.PRIVATE_CREATOR if account.kind == rules.PRIVATE else rules.PUBLIC_CREATOR


class Shelf:
    """All publish tasks, and the calls of the last minute."""

    def __init__(self) -> None:
        self.tasks: dict[str, PublishTask] = {}
        self.uploads: dict[str, PublishTask] = {}
        """By the `upload_id` of their upload URL."""
        self._calls: dict[tuple[str, str], deque[datetime]] = {}

    def clear(self) -> None:
        """Forget everything."""
        self.tasks.clear()
        self.uploads.clear()
        self._calls.clear()

    def call_allowed(self, token: Token, path: str, now: datetime) -> bool:
        """Count a call, unless its sliding minute is full."""
        marks = self._calls.setdefault((token.value, path), deque())
        while marks and marks[0] <= now - rules.MINUTE:
            marks.popleft()
        if len(marks) >= rules.CALLS_PER_MINUTE[path]:
            return False
        marks.append(now)
        return True

    def published(self, account_id: str) -> list[PublishTask]:
        """An account's posts, newest first."""
        posts = (task for task in self.tasks.values() if task.post_id and task.account.id == account_id)
        return sorted(posts, key=lambda task: task.post_id, reverse=True)

    def posts_full(self, account_id: str, now: datetime) -> bool:
        """Whether the creator has had all posts of a day."""
        horizon = (now - rules.DAY).timestamp() * 1000
        return sum(1 for post in self.published(account_id) if post.posted_ms > horizon) >= rules.POSTS_PER_DAY

    def shares_full(self, account_id: str, now: datetime) -> bool:
        """Whether the creator's inbox has had all drafts of a day."""
        pending = (t for t in self._recent(now) if t.is_draft and t.account.id == account_id and not t.fail_reason)
        return sum(1 for _ in pending) >= rules.PENDING_SHARES

    def users_full(self, caller: Caller) -> bool:
        """Whether an unaudited app has had all its posting users of a day, the caller not among them."""
        client = caller.grant.client_id
        users = {t.account.id for t in self._recent(caller.now) if t.grant.client_id == client and not t.is_draft}
        return caller.account.id not in users and len(users) >= rules.POSTING_USERS

    def _recent(self, now: datetime) -> Iterator[PublishTask]:
        return (task for task in self.tasks.values() if now - task.created_at < rules.DAY)
