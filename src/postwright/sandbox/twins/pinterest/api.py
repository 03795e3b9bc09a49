"""How the API answers: routes, tokens, rates, scopes, bodies, pages. Which routes there are: routes.py."""

import base64
import binascii
import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from pydantic import TypeAdapter

from postwright.sandbox.call import Call, Json, Reply, json_reply
from postwright.sandbox.oauth import Token
from postwright.sandbox.state import Account, World
from postwright.sandbox.twins.pinterest.bodies import B, read
from postwright.sandbox.twins.pinterest.errors import (
    INVALID,
    NO_ROUTE,
    NOT_AUTHENTICATED,
    NOT_PERMITTED,
    TOKEN_EXPIRED,
    WRONG_METHOD,
    PinterestError,
    refusal,
)
from postwright.sandbox.twins.pinterest.model import Store
from postwright.sandbox.twins.pinterest.rates import Rates
from postwright.sandbox.twins.pinterest.rules import LARGEST_PAGE, PAGE_SIZE

PREFIX = "/v5"
JOURNALLED = 500
"""Characters of a parameter that the journal keeps; the rest of a Base64 image helps nobody."""
NO_CONTENT = Reply(204, b"")


class Kept(Protocol):
    """Whatever has an id of digits."""

    id: str


K = TypeVar("K", bound=Kept)


@dataclass(frozen=True, slots=True)
class Ctx:
    """One call that was let in."""

    store: Store
    call: Call
    token: Token
    needs: tuple[str, ...]
    ids: Mapping[str, str]
    """The ids in the path, by the route's names."""

    @property
    def world(self) -> World:
        """The sandbox."""
        return self.store.world

    @property
    def now(self) -> datetime:
        """Virtual time."""
        return self.world.clock.now()

    @property
    def user(self) -> Account:
        """Whom the token acts for."""
        return self.world.accounts[self.token.grant.subject]

    def body(self, shape: type[B]) -> B:
        """The JSON body; raises PinterestError 400/1."""
        if not self.call.header("content-type").startswith("application/json"):
            raise PinterestError(INVALID, why="the content type must be application/json")
        try:
            value: Json = json.loads(self.call.body)
        except ValueError as broken:
            raise PinterestError(INVALID, why="the body is not JSON") from broken
        return read(TypeAdapter(shape), value, strict=self.world.settings.strict_params)

    def sees_secrets(self) -> bool:
        """Whether the grant holds the `_secret` twin of every scope the route needs."""
        return {f"{scope}_secret" for scope in self.needs} <= self.token.grant.scopes


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. All scopes in `needs` are needed, as the vendor's description says."""

    method: str
    path: str
    answer: Callable[[Ctx], Awaitable[Reply]]
    needs: tuple[str, ...]
    query: frozenset[str] = frozenset()

    @property
    def category(self) -> str:
        """The rate limit it counts against."""
        return "org_read" if self.method == "GET" else "org_write"

    def ids(self, path: str) -> Mapping[str, str] | None:
        """The ids in a path of this route, or None."""
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", PREFIX + self.path)
        match = re.fullmatch(pattern, path)
        return None if match is None else match.groupdict()


class Api:
    """The host `api.pinterest.com`, without its token endpoint."""

    def __init__(self, store: Store, rates: Rates, routes: Sequence[Route]) -> None:
        self._store = store
        self._rates = rates
        self._routes = routes

    async def answer(self, call: Call) -> Reply:
        """Answer one call; every reply, refusals too, tells what is left of the rates."""
        token = bearer(self._store.world, call)
        route: Route | None = None
        try:
            route, ids = self._find(call)
            ctx = self._let_in(call, route, ids, token)
            reply = await route.answer(ctx)
        except PinterestError as error:
            reply = refusal(error.rule, str(error))
        category = route.category if route else "org_read"
        headers = (*reply.headers, *self._rates.headers(token, category))
        return Reply(reply.status, reply.body, reply.content_type, headers)

    def _find(self, call: Call) -> tuple[Route, Mapping[str, str]]:
        found = [(route, ids) for route in self._routes if (ids := route.ids(call.path)) is not None]
        if not found:
            raise PinterestError(NO_ROUTE)
        for route, ids in found:
            if route.method == call.method:
                return route, ids
        raise PinterestError(WRONG_METHOD)

    def _let_in(self, call: Call, route: Route, ids: Mapping[str, str], token: Token | None) -> Ctx:
        if token is None or token.kind != "access" or token.why_dead():
            raise PinterestError(NOT_AUTHENTICATED)
        if self._store.world.oauth.expired(token):
            raise PinterestError(TOKEN_EXPIRED)
        self._rates.count(token, route.category)
        if not set(route.needs) <= token.grant.scopes:
            raise PinterestError(NOT_PERMITTED)
        for name, value in ids.items():
            if not re.fullmatch(r"\d+", value):
                raise PinterestError(INVALID, why=f"{name}: '{value}' does not match '^\\d+$'")
        strict = self._store.world.settings.strict_params
        for name in call.query:
            if strict and name not in route.query:
                raise PinterestError(INVALID, why=f"Unexpected query parameter '{name}'")
        call.form = {name: value[:JOURNALLED] for name, value in call.form.items()}
        return Ctx(self._store, call, token, route.needs, ids)


def bearer(world: World, call: Call) -> Token | None:
    """The token in the Authorization header, dead or alive."""
    scheme, _, value = call.header("authorization").partition(" ")
    return world.oauth.find(value.strip()) if scheme.lower() == "bearer" else None


def paged(ctx: Ctx, items: Sequence[K], show: Callable[[K], Json], *, newest_first: bool = True) -> Reply:
    """One page in the order of ids. A bookmark names the last item seen, so that deleting it does no harm."""
    size = _page_size(ctx.call.query.get("page_size"))
    seen = _read_bookmark(ctx.call.query.get("bookmark"))
    sign = -1 if newest_first else 1
    ordered = sorted(items, key=lambda item: sign * int(item.id))
    rest = [item for item in ordered if seen is None or sign * int(item.id) > sign * seen]
    page = rest[:size]
    bookmark = base64.b64encode(page[-1].id.encode()).decode() if len(rest) > size else None
    return json_reply({"items": [show(item) for item in page], "bookmark": bookmark})


def _page_size(value: str | None) -> int:
    if value is None:
        return PAGE_SIZE
    if not value.isdecimal():
        raise PinterestError(INVALID, why=f"Parameter 'page_size' was not numeric (was {value})")
    if not 1 <= int(value) <= LARGEST_PAGE:
        raise PinterestError(INVALID, why=f"Parameter 'page_size' must be between 1 and {LARGEST_PAGE}")
    return int(value)


def _read_bookmark(value: str | None) -> int | None:
    if not value:
        return None
    try:
        return int(base64.b64decode(value, validate=True))
    except (binascii.Error, ValueError) as broken:
        raise PinterestError(INVALID, why="the bookmark is not valid") from broken
