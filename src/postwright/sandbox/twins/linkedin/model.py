"""What LinkedIn knows: assets, posts, who may do what for whom, and how much of the day's allowance is used."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from postwright.sandbox.call import Call
from postwright.sandbox.media import Stored
from postwright.sandbox.oauth import Token
from postwright.sandbox.state import Account, PublicPost, World
from postwright.sandbox.twins.linkedin import rules
from postwright.sandbox.twins.linkedin.bodies import PostBody
from postwright.sandbox.twins.linkedin.errors import Refused
from postwright.sandbox.twins.linkedin.restli import Value

Kind = Literal["image", "video", "document"]


@dataclass(slots=True, eq=False)
class Slot:
    """One upload URL."""

    asset: "Asset"
    purpose: str
    """file, part, thumbnail or captions."""
    size: int = 0
    """Bytes a part must have."""
    received: dict[str, bytes] = field(default_factory=dict)
    """ETag -> content, the latest last."""


@dataclass(slots=True, eq=False)
class Asset:
    """An image, video or document."""

    urn: str
    kind: Kind
    owner: Account
    expires_at: datetime
    """When its upload URLs end."""
    parts: list[Slot] = field(default_factory=list)
    part_ids: list[str] = field(default_factory=list)
    """As the upload was finished with."""
    ready_at: datetime | None = None
    failure: str = ""
    stored: Stored | None = None

    def status(self, now: datetime) -> str:
        """LinkedIn's word for how far it is."""
        if self.ready_at is None:
            return "WAITING_UPLOAD"
        if now < self.ready_at:
            return "PROCESSING"
        return "PROCESSING_FAILED" if self.failure else "AVAILABLE"


@dataclass(slots=True, eq=False)
class Post:
    """A published post."""

    urn: str
    activity: str
    owner: Account
    body: PostBody
    created_at: datetime
    modified_at: datetime
    shown: PublicPost


class Network:
    """All of LinkedIn in one sandbox."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.assets: dict[str, Asset] = {}
        self.slots: dict[str, Slot] = {}
        self.posts: dict[str, Post] = {}
        self.activities: dict[str, Post] = {}
        """The same posts by the URN of the activity that each of them is."""
        self.latest: dict[str, Post] = {}
        """The last post of each wording: what duplicates are told by."""
        self._used: Counter[tuple[str, ...]] = Counter()

    def reset(self) -> None:
        """Forget everything."""
        for shelf in (self.assets, self.slots, self.posts, self.activities, self.latest, self._used):
            shelf.clear()

    def number(self) -> int:
        """A new number of 19 digits, as LinkedIn's are."""
        return 7_120_000_000_000_000_000 + self.world.number() * 7_919

    def account(self, urn: str) -> Account | None:
        """The member or organisation with this URN."""
        account = self.world.accounts.get(urn.rsplit(":", 1)[-1])
        return account if account and account.platform == rules.PLATFORM and urn_of(account) == urn else None

    def post(self, urn: str) -> Post | None:
        """The post with this URN, or the one that an activity is about."""
        return self.posts.get(urn) or self.activities.get(urn)

    def count(self, token: Token, resource: str) -> None:
        """Count a call of today; raises Refused when a day's allowance is used up."""
        today = self.world.clock.now().date().isoformat()
        client, member = token.grant.client_id, token.grant.subject
        limits = {
            (today, client, member, resource): rules.MEMBER_CALLS_PER_DAY,
            (today, client): rules.APP_CALLS_PER_DAY,
        }
        if self.world.settings.vendor_limits and any(self._used[key] >= limit for key, limit in limits.items()):
            raise Refused("TOO_MANY_REQUESTS")
        self._used.update(limits.keys())

    def token(self, value: str) -> Token:
        """The living access token in an Authorization header; raises Refused."""
        scheme, _, found = value.partition(" ")
        if scheme.lower() != "bearer" or not found.strip():
            raise Refused("EMPTY_ACCESS_TOKEN")
        token = self.world.oauth.find(found.strip())
        if token is None or token.kind != "access":
            raise Refused("INVALID_ACCESS_TOKEN")
        if token.why_dead():
            raise Refused("REVOKED_ACCESS_TOKEN")
        if self.world.oauth.expired(token):
            raise Refused("EXPIRED_ACCESS_TOKEN")
        return token


@dataclass(frozen=True, slots=True)
class Visit:
    """One API call of somebody who is logged in."""

    network: Network
    call: Call
    token: Token
    key: Value
    """The key in the path."""
    query: Mapping[str, Value]
    door: str
    """Resource, method and version, as LinkedIn names them in a 403."""

    @property
    def now(self) -> datetime:
        """The present instant."""
        return self.network.world.clock.now()

    def need(self, scopes: frozenset[str]) -> None:
        """Raise Refused unless the token has one of the scopes."""
        if not scopes & self.token.grant.scopes:
            raise Refused("ACCESS_DENIED", door=self.door)

    def acting_for(self, urn: str, verb: str) -> Account:
        """The member or organisation that the token may write (`w`) or read (`r`) for; raises Refused."""
        account = self.network.account(urn)
        if account is None or account.id not in self.token.grant.account_ids:
            raise Refused("ACCESS_DENIED", door=self.door)
        self.need(frozenset({f"{verb}_{'member' if account.kind == 'member' else 'organization'}_social"}))
        if account.kind != "member" and not rules.POSTING_ROLES & set(roles_of(account)):
            raise Refused("ACCESS_DENIED", door=self.door)
        return account

    def text(self, name: str) -> str:
        """A query parameter that is plain text; raises Refused."""
        value = self.query.get(name, "")
        if not isinstance(value, str):
            raise Refused("ILLEGAL_ARGUMENT", field=name, fault=f"Query parameter {name} must be a string")
        return value

    def whole(self, name: str, default: int, highest: int) -> int:
        """A query parameter that is a number from 0; raises Refused."""
        text = self.text(name) or str(default)
        if not text.isdecimal() or int(text) > highest:
            raise Refused("ILLEGAL_ARGUMENT", field=name, fault=f"Query parameter {name} must be 0 to {highest}")
        return int(text)


def urn_of(account: Account) -> str:
    """`urn:li:person:…` or `urn:li:organization:…`."""
    return f"urn:li:{'person' if account.kind == 'member' else 'organization'}:{account.id}"


def roles_of(organization: Account) -> tuple[str, ...]:
    """What its person is for an organisation."""
    return tuple(organization.tasks) or ("ADMINISTRATOR",)


def milliseconds(at: datetime) -> int:
    """An instant as LinkedIn writes it."""
    return int(at.timestamp() * 1000)
