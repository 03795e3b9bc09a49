"""The contract between the engine and an adapter: what an adapter is given, and what it answers.

An adapter makes one step at a time and never sleeps; it raises a PlatformError or returns an
outcome. Everything that differs between platforms and is not code is in its PlatformSpec.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal, Protocol

from postwright.domain.account import Account
from postwright.domain.capability import Capability, PostKind
from postwright.domain.check import choose_kind
from postwright.domain.errors import Finding, Rejected
from postwright.domain.media import Media
from postwright.domain.post import Content
from postwright.domain.publication import Checkpoint, StepKind
from postwright.kit.clock import Clock
from postwright.kit.crypto import Secret
from postwright.kit.http import Http, Reply, Request


@dataclass(frozen=True, slots=True)
class AppCredentials:
    """The client id and secret that the platform gave to the operator's app."""

    client_id: str
    client_secret: Secret


@dataclass(frozen=True, slots=True)
class Scope:
    """One permission and why it is asked for. Without a required one the account cannot publish."""

    name: str
    reason: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class Login:
    """One way of connecting accounts (OAuth 2.0 authorization code), as data."""

    id: str
    name: str
    credentials: str
    """Whose POSTWRIGHT_<…>_CLIENT_ID and _CLIENT_SECRET it uses."""
    authorize_url: str
    scopes: tuple[Scope, ...]
    scope_separator: str = ","
    pkce: Literal["S256", "hex"] | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    client_id_name: str = "client_id"


@dataclass(frozen=True, slots=True)
class Budget:
    """A sliding-window allowance of calls for one account."""

    name: str
    calls: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class Quota:
    """An allowance that the platform counts itself; it is shown to people and not counted here.

    `amount` in the platform's own units; `resets` says when it is whole again, in words.
    """

    name: str
    amount: int
    resets: str
    whose: Literal["account", "app"]


VERSION_NOTICE = timedelta(days=60)
"""How long before a version of an API ends the operator is told: time to update."""


@dataclass(frozen=True, slots=True)
class ApiVersion:
    """The version of its API that a platform is called by, and the day from which it refuses it (None: not told)."""

    name: str
    sunset: date | None

    def ending(self, today: date) -> timedelta | None:
        """How long it is still served, negative once it is not; None while there is no need to think of that."""
        left = self.sunset - today if self.sunset else None
        return left if left is not None and left < VERSION_NOTICE else None


@dataclass(frozen=True, slots=True)
class PlatformSpec:
    """Everything about a platform that is data. Each fact names its vendor document where it stands."""

    id: str
    name: str
    logins: tuple[Login, ...]
    capability: Capability
    budget: Budget
    documents: tuple[str, ...]
    """The vendor's pages the facts come from."""
    steps: Mapping[str, StepKind]
    """Every step of every flow, in order, and what it does to the world."""
    step_calls: int = 3
    """The most calls one run of steps makes before it stores a checkpoint; the budget must have room for them."""
    quotas: tuple[Quota, ...] = ()
    version: ApiVersion | None = None
    account_options: tuple[str, ...] = ()
    """The options whose values are the account's own (its boards, what its owner allows); `choices` asks for them."""

    def kind_for(self, content: Content) -> PostKind:
        """What the content is published as. Raises Rejected where the platform has no kind of post for it."""
        kind = choose_kind(self.capability, content)
        if isinstance(kind, Finding):
            raise Rejected(kind.message, field=kind.field)
        return kind

    def kind_of(self, checkpoint: Checkpoint) -> PostKind:
        """What is being published, as the flow's first checkpoint noted it under `kind`."""
        name = checkpoint.text("kind")
        return next(kind for kind in self.capability.kinds if kind.name == name)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a platform gave after a consent or a refresh.

    `refresh_token` is whatever a later refresh is made with, also where the platform calls it
    otherwise. `refresh_at` is when the next refresh is due, None where none is needed.
    """

    access_token: Secret
    refresh_token: Secret | None
    expires_at: datetime | None
    refresh_at: datetime | None
    scopes: tuple[str, ...]
    subject: str
    """The person (or app-scoped user) at the platform who consented."""


@dataclass(frozen=True, slots=True)
class Target:
    """One account that a consent opened: a profile, a page, a channel. `grant` is its own token set."""

    external_id: str
    username: str
    name: str
    avatar_url: str | None
    kind: str
    grant: Grant
    context: Mapping[str, str] = field(default_factory=dict)
    """What the adapter needs of it later beside the token (a page id, say); not secret."""


@dataclass(frozen=True, slots=True)
class OptionValue:
    """One value that an option may have on an account, and what people call it there."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class RateReading:
    """What the platform said of our use in a reply: a part of the allowance (0…1), or a time to wait for."""

    used: float
    blocked_until: datetime | None = None


class Files(Protocol):
    """Gives adapters the bytes of stored media, as a stream and never whole."""

    def stream(self, media: Media, start: int = 0) -> AsyncIterator[bytes]: ...


Sent = Callable[[Request, Reply | None, timedelta], None]


def _anything() -> None:
    """Permits every request."""


@dataclass(slots=True)
class Call:
    """One run's line to a platform: the client, the account and its token, the time, and a record of what was said."""

    http: Http
    clock: Clock
    app: AppCredentials
    login: Login
    files: Files
    token: Secret
    account: Account
    sent: Sent
    """Told of each request with its reply (None if none came) and how long it took."""
    permit: Callable[[], None] = _anything
    """Asked before each request; raises where none may be made any more."""
    readings: list[RateReading] = field(default_factory=list)
    calls: int = 0

    async def send(self, request: Request) -> Reply:
        """Send a request and put it on record. Raises NotSent or NoReply, and what `permit` raises."""
        self.permit()
        self.calls += 1
        started = self.clock.now()
        reply: Reply | None = None
        try:
            reply = await self.http.send(request)
        finally:
            self.sent(request, reply, self.clock.now() - started)
        return reply


@dataclass(frozen=True, slots=True)
class Waiting:
    """The flow is not at its end. With no delay the same run goes on once the checkpoint is stored."""

    checkpoint: Checkpoint
    retry_in: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """The post is out and nothing remains to be done."""

    external_id: str
    external_url: str | None
    warnings: tuple[str, ...] = ()


Outcome = Waiting | Published


@dataclass(frozen=True, slots=True)
class Landed:
    """The doubtful call did its work; the flow goes on from this checkpoint."""

    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class NotLanded:
    """The doubtful call certainly did nothing; the flow may go on (and try again) from this checkpoint."""

    checkpoint: Checkpoint
    retry_in: timedelta | None = None


@dataclass(frozen=True, slots=True)
class NotSeen(NotLanded):
    """There is no trace of the doubtful call where one would be listed: it did nothing, once it can do nothing more.

    A call can still be on its way, and lists lag behind: until then it is asked again.
    """


@dataclass(frozen=True, slots=True)
class CannotTell:
    """The platform gives no answer to whether it landed; a person decides."""

    reason: str


Verdict = Landed | NotLanded | CannotTell


@dataclass(frozen=True, slots=True)
class OAuthCall:
    """What the token requests of a login are made with, before there is an account."""

    http: Http
    clock: Clock
    app: AppCredentials
    login: Login

    async def send(self, request: Request) -> Reply:
        """Send a request. Raises NotSent or NoReply."""
        return await self.http.send(request)


@dataclass(frozen=True, slots=True)
class WebhookCall:
    """A request that came in on the webhook route, raw."""

    method: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime | None = None
    """By our clock, for platforms that sign the time too; they refuse a call of which it is not known."""


@dataclass(frozen=True, slots=True)
class WebhookSecrets:
    """What incoming calls are verified with: our handshake word, and the secrets of all our apps at the platform."""

    verify_token: str
    app_secrets: tuple[Secret, ...]


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """One thing the platform reports. `key` is the same for the same event, so replays are noticed."""

    key: str
    topic: str
    account_external_id: str
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """What the platform is to be answered (the challenge of a handshake, or nothing), and what it reported."""

    reply: str = ""
    events: tuple[WebhookEvent, ...] = ()


class Adapter(Protocol):
    """One platform."""

    @property
    def spec(self) -> PlatformSpec: ...

    async def exchange(self, call: OAuthCall, code: str, redirect_uri: str, verifier: str | None) -> Grant:
        """Turn an authorization code into the longest-lived grant the platform gives."""
        ...

    async def targets(self, call: OAuthCall, grant: Grant) -> tuple[Target, ...]:
        """The accounts that this grant can publish to."""
        ...

    async def refresh(self, call: OAuthCall, grant: Grant, account: Account) -> Grant:
        """A new grant for the account in place of one that runs out."""
        ...

    async def revoke(self, call: OAuthCall, grant: Grant) -> bool:
        """Tell the platform that the person takes the consent back; False where it knows no call for that."""
        ...

    def begin(self, content: Content, account: Account) -> Checkpoint:
        """The first step of the flow for this content; no input or output."""
        ...

    async def advance(self, call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
        """Make the one step that the checkpoint names."""
        ...

    async def reconcile(self, call: Call, content: Content, checkpoint: Checkpoint, since: datetime) -> Verdict:
        """Find out whether the commit step that the checkpoint names landed at or after `since`."""
        ...

    async def choices(self, call: Call) -> Mapping[str, tuple[OptionValue, ...]]:
        """What the options that the spec calls `account_options` may be on the account now; empty where there are none.

        An option that a kind of post has and that is missing here has no value the account allows.
        """
        ...

    async def remove(self, call: Call, external_id: str) -> bool:
        """Take a published post down; True also where it is gone, False where the platform has no call for that."""
        ...

    def read_webhook(self, event: WebhookCall, secrets: WebhookSecrets) -> WebhookAnswer:
        """Verify a call that claims to come from the platform, and say whom it concerns. Raises Rejected."""
        ...


Step = Callable[[Call, Content, Checkpoint], Awaitable[Outcome]]
