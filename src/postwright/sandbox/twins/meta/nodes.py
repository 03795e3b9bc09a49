"""What the Graph API is made of: nodes with ids, kinds with fields and edges, and one authenticated call.

Which kinds there are is said in accounts.py (people, Pages, apps) and by each platform's own folder.
"""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from postwright.sandbox.call import Call, Json
from postwright.sandbox.oauth import Token
from postwright.sandbox.state import World
from postwright.sandbox.twins.meta.errors import (
    BAD_PARAM,
    MISSING_PARAM,
    NOT_ALLOWED,
    PAGES_NOT_ALLOWED,
    GraphError,
)
from postwright.sandbox.twins.meta.fields import Field
from postwright.sandbox.twins.meta.hooks import Hooks
from postwright.sandbox.twins.meta.rates import Rates

FACEBOOK = "facebook"
INSTAGRAM = "instagram"
"""The two login products; each has its own graph host and its own names for scopes."""
BOTH_LOGINS = frozenset({FACEBOOK, INSTAGRAM})


@dataclass(slots=True)
class Node:
    """Something with an id. `account_id` is the account whose tokens reach it."""

    id: str
    account_id: str


N = TypeVar("N", bound=Node)


@dataclass(frozen=True, slots=True)
class Endpoint(Generic[N]):
    """What happens on one edge (or on the node itself) for one method."""

    answer: "Callable[[Ctx, N], Awaitable[Json]]"
    needs: str = ""
    """Capability; which scopes that means depends on the login."""
    takes: frozenset[str] = frozenset()
    """Parameters it knows."""
    logins: frozenset[str] = BOTH_LOGINS


@dataclass(slots=True)
class Kind(Generic[N]):
    """A type of node: its fields and edges."""

    name: str
    """As error messages call it."""
    platform: str
    fields: "dict[str, Callable[[Ctx, N, Field], Json]]"
    default: tuple[str, ...] = ("id",)
    """Fields given when none are asked for."""
    reading: str = ""
    """Capability needed to read it."""
    edges: dict[tuple[str, str], Endpoint[N]] = field(default_factory=dict)
    """(method, edge) -> what happens; the empty edge is the node itself."""
    business: bool = False
    """Calls count against the account's business-use-case limit."""


class Graph:
    """All nodes of one sandbox, their kinds, and what each capability means in scopes."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rates = Rates(world)
        self.hooks = Hooks(world)
        self.kinds: dict[type[Node], Kind[Any]] = {}
        self.nodes: dict[str, Node] = {}
        self.scopes: dict[tuple[str, str], tuple[str, ...]] = {}
        """(login, capability) -> scopes, all of which must be granted."""

    def add(self, node: Node, *aliases: str) -> None:
        """Make a node reachable by its id and by other ids the vendor accepts."""
        for name in (node.id, *aliases):
            self.nodes[name] = node

    def drop(self, node: Node) -> None:
        """Forget a node."""
        self.nodes.pop(node.id, None)

    def define(self, node: type[N], kind: Kind[N]) -> None:
        """Add a kind of node."""
        self.kinds[node] = kind

    def extend(self, node: type[N], more: Kind[N]) -> None:
        """Add a platform's own fields and edges to a kind that is already there."""
        held: Kind[N] = self.kinds[node]
        self.kinds[node] = replace(held, fields=held.fields | more.fields, edges=held.edges | more.edges)

    def kind(self, node: Node) -> Kind[Any]:
        """The kind of a node."""
        return self.kinds[type(node)]


@dataclass(slots=True)
class Ctx:
    """One authenticated call."""

    graph: Graph
    call: Call
    login: str
    token: Token
    params: Mapping[str, str]
    now: datetime
    rest: tuple[str, ...] = ()
    """Path components behind the edge."""
    business_account: str = ""
    """The account whose business-use-case limit the call counts against."""

    @property
    def world(self) -> World:
        """The sandbox's world."""
        return self.graph.world

    def required(self, name: str) -> str:
        """A parameter that must be there; raises GraphError 100."""
        value = self.params.get(name, "")
        if not value:
            raise GraphError(MISSING_PARAM, name=name)
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A boolean parameter; raises GraphError 100 for anything else."""
        value = self.params.get(name, str(default)).lower()
        if value not in ("true", "false", "1", "0"):
            raise GraphError(BAD_PARAM, name=name, fault="must be a boolean")
        return value in ("true", "1")

    def whole(self, name: str) -> int | None:
        """A whole number, or None if absent; raises GraphError 100."""
        value = self.params.get(name)
        if value is None:
            return None
        try:
            return int(value)
        except ValueError:
            raise GraphError(BAD_PARAM, name=name, fault="must be an integer") from None

    def instant(self, name: str) -> datetime | None:
        """A time as Unix seconds or ISO 8601 (UTC where it names no zone), None if absent; raises GraphError 100."""
        value = self.params.get(name)
        if not value:
            return None
        try:
            if value.isdigit():
                return datetime.fromtimestamp(int(value), UTC)
            moment = datetime.fromisoformat(value)
        except (ValueError, OverflowError):
            raise GraphError(BAD_PARAM, name=name, fault="must be a valid date/time") from None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    def items(self, name: str) -> list[Json]:
        """A list as one JSON array or as bracket keys (`name[0]={…}`), empty if absent; raises GraphError 100."""
        brackets = sorted(
            (int(found[1]), key) for key in self.params if (found := re.fullmatch(rf"{name}\[(\d+)\]", key))
        )
        try:
            if brackets:
                return [json.loads(self.params[key]) for _, key in brackets]
            listed = json.loads(self.params.get(name) or "[]")
        except ValueError:
            listed = None
        if not isinstance(listed, list):
            raise GraphError(BAD_PARAM, name=name, fault="must be an array.")
        return listed

    def may(self, capability: str) -> None:
        """Raise GraphError 10 or 200 unless the grant holds every scope the capability needs."""
        if not capability:
            return
        for scope in self.graph.scopes[self.login, capability]:
            if scope not in self.token.grant.scopes:
                rule = PAGES_NOT_ALLOWED if scope.startswith("pages_") else NOT_ALLOWED
                raise GraphError(rule, scope=scope)

    def reaches(self, node: Node) -> bool:
        """Whether the node is among what the token may see."""
        if self.token.account_id:
            parents = {self.token.account_id}
            account = self.world.accounts.get(node.account_id)
            return node.account_id in parents or (account is not None and account.parent_id in parents)
        grant = self.token.grant
        return node.account_id in grant.account_ids or node.account_id in (grant.subject, grant.client_id)
