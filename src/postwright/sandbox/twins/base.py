"""What the sandbox asks of a twin. One twin may serve several hosts, and several platforms of one vendor."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from postwright.sandbox.call import Call, Json, Reply
from postwright.sandbox.consent import Consent
from postwright.sandbox.faults import Fault
from postwright.sandbox.oauth import Token
from postwright.sandbox.state import World


class NotOffered(Exception):
    """The platform has no such thing; the message says what."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody outside does: comments on a post, writes to an account, mentions it."""

    kind: Literal["comment", "message", "mention"]
    platform: str
    target_id: str
    """Id of the post (comment) or of the account."""
    username: str
    text: str
    parent_id: str = ""
    """The comment that is answered."""


class Twin(ABC):
    """One vendor's servers."""

    hosts: ClassVar[frozenset[str]]
    """The vendor's host names that this twin answers for."""
    platforms: ClassVar[frozenset[str]]
    """The platforms whose accounts and posts are its own."""

    def __init__(self, world: World, consent: Consent) -> None:
        self.world = world
        self.consent = consent

    @abstractmethod
    def seed(self) -> None:
        """Forget own state and put the apps, people and accounts of the start into the world."""

    @abstractmethod
    def identify(self, call: Call) -> None:
        """Set the call's platform and account, as far as they can be told before answering."""

    @abstractmethod
    async def answer(self, call: Call) -> Reply:
        """Answer as the vendor would."""

    @abstractmethod
    def token_of(self, call: Call) -> Token | None:
        """The token a call carries (token faults end it)."""

    @abstractmethod
    def failure(self, call: Call, fault: Fault) -> Reply:
        """The vendor's error body for an ordered `status` or `rate_limit` fault."""

    @abstractmethod
    def adopt(self) -> None:
        """People, accounts or apps were added to the world: take note of one's own."""

    @abstractmethod
    def tick(self) -> None:
        """Virtual time has jumped."""

    @abstractmethod
    async def act(self, deed: Deed) -> Json:
        """Somebody outside does something; raises NotOffered where the platform has no such thing."""

    @abstractmethod
    async def subscribe(self, platform: str, order: Mapping[str, Json]) -> Json:
        """Register a webhook callback (handshake included) as a developer would in the vendor's console."""


TwinFactory = Callable[[World, Consent], Twin]
