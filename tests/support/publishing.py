"""What adapter tests drive an adapter with: contents, a call, and the engine's loop without the engine."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from postwright.domain.account import Account, Health
from postwright.domain.capability import Options
from postwright.domain.media import Attachment, Media, MediaFacts
from postwright.domain.post import Content
from postwright.domain.publication import Checkpoint
from postwright.kit.crypto import Secret
from postwright.kit.http import Http, Reply, Request
from postwright.platforms.base import Adapter, AppCredentials, Call, Login, OAuthCall, Published, Waiting
from tests.support.clock import ManualClock

CREDENTIALS = AppCredentials("app-id", Secret("s3cr3t"))
TOKEN = Secret("token")
MOST_STEPS = 80


@dataclass(frozen=True)
class BytesInMemory:
    """Stored files as bytes."""

    content: Mapping[UUID, bytes] = field(default_factory=dict)
    chunk: int = 1000

    async def stream(self, media: Media, start: int = 0) -> AsyncIterator[bytes]:
        whole = self.content[media.id]
        for at in range(start, len(whole), self.chunk):
            yield whole[at : at + self.chunk]


def picture(url: str = "https://media.example/a.jpg", alt_text: str | None = None) -> Attachment:
    """A JPEG that fits."""
    facts = MediaFacts("image", "image/jpeg", 200_000, 1080, 1080)
    return Attachment(Media(uuid4(), "k", "a.jpg", facts), alt_text, url)


def video(url: str = "https://media.example/v.mp4", size: int = 5_000) -> Attachment:
    """An MP4 that fits."""
    facts = MediaFacts("video", "video/mp4", size, 1080, 1920, 9.0, 30.0, "h264", "aac", 48_000, 900_000, True)
    return Attachment(Media(uuid4(), "k", "v.mp4", facts), None, url)


def content(options: Options, *attachments: Attachment, caption: str = "Hello") -> Content:
    """A post."""
    return Content(caption, attachments, options)


def account_of(
    platform: str, login: str, external_id: str, context: Mapping[str, str] | None = None, scopes: Sequence[str] = ()
) -> Account:
    """A connected account."""
    return Account(
        id=uuid4(),
        workspace_id=uuid4(),
        platform=platform,
        login=login,
        external_id=external_id,
        username="bakery",
        name="The Bakery",
        avatar_url=None,
        kind="business",
        scopes=tuple(scopes),
        health=Health.HEALTHY,
        health_reason=None,
        context=context or {},
        token_expires_at=None,
        connected_at=datetime(2026, 11, 1, tzinfo=UTC),
    )


def call_for(
    http: Http,
    clock: ManualClock,
    login: Login,
    account: Account,
    *,
    token: Secret = TOKEN,
    app: AppCredentials = CREDENTIALS,
    files: BytesInMemory | None = None,
) -> Call:
    """A run's line to the platform."""
    return Call(http, clock, app, login, files or BytesInMemory(), token, account, _unrecorded)


def oauth_call_for(http: Http, clock: ManualClock, login: Login, app: AppCredentials = CREDENTIALS) -> OAuthCall:
    """A line for token requests."""
    return OAuthCall(http, clock, app, login)


def _unrecorded(request: Request, reply: Reply | None, took: timedelta) -> None:
    """Adapter tests look at what arrived, not at what was recorded of it."""


@dataclass
class Drive:
    """Runs a flow as the engine does: one step after the other, the clock moved where it asks to wait."""

    adapter: Adapter
    call: Call
    clock: ManualClock
    steps: list[str] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)
    checkpoint: Checkpoint | None = None
    elsewhere: Callable[[timedelta], Awaitable[None]] | None = None
    """Lets the time pass where it must pass too; it moves the clock here as well."""

    async def to_the_end(self, content: Content, start: Checkpoint | None = None) -> Published:
        """Advance until it is published. The last checkpoint stays in `checkpoint` when a step raises."""
        self.checkpoint = start or self.adapter.begin(content, self.call.account)
        for _ in range(MOST_STEPS):
            outcome = await self.step(content)
            if isinstance(outcome, Published):
                return outcome
        raise AssertionError(f"no end after {self.steps}")

    async def until(self, step: str, content: Content) -> Checkpoint:
        """Advance until that step is next."""
        self.checkpoint = self.adapter.begin(content, self.call.account)
        for _ in range(MOST_STEPS):
            if self.checkpoint.step == step:
                return self.checkpoint
            await self.step(content)
        raise AssertionError(f"{step} never came in {self.steps}")

    async def step(self, content: Content) -> Waiting | Published:
        """One step."""
        assert self.checkpoint is not None
        self.steps.append(self.checkpoint.step)
        assert self.checkpoint.step in self.adapter.spec.steps
        before = self.call.calls
        outcome = await self.adapter.advance(self.call, content, self.checkpoint)
        assert self.call.calls - before <= self.adapter.spec.step_calls
        if isinstance(outcome, Waiting):
            self.checkpoint = outcome.checkpoint
            if outcome.retry_in is not None:
                self.delays.append(outcome.retry_in.total_seconds())
                await self._wait(outcome.retry_in)
        return outcome

    async def _wait(self, time: timedelta) -> None:
        if self.elsewhere is None:
            self.clock.advance(time)
        else:
            await self.elsewhere(time)
