"""X as one twin: which path is answered by what, who may ask, how often; and who exists at the start."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from postwright.sandbox.call import Call, Json, Reply, json_reply
from postwright.sandbox.consent import Consent
from postwright.sandbox.faults import Fault
from postwright.sandbox.oauth import Token
from postwright.sandbox.state import Account, ClientApp, Person, World
from postwright.sandbox.twins.base import Deed, NotOffered, Twin
from postwright.sandbox.twins.x import login
from postwright.sandbox.twins.x.errors import (
    NOT_PERMITTED,
    Refused,
    invalid,
    ordered,
    problem,
    wrong_token,
)
from postwright.sandbox.twins.x.hooks import Hooks
from postwright.sandbox.twins.x.media import MediaShelf
from postwright.sandbox.twins.x.model import Answer, Ask
from postwright.sandbox.twins.x.posts import Posts
from postwright.sandbox.twins.x.rates import Headers, Rate, Rates
from postwright.sandbox.twins.x.rules import API_HOSTS, PAGE_HOSTS, READ, UPLOAD, WRITE, X

APP = ClientApp(X, X, "sandbox-x", "sandbox-x-secret", "Sandbox app (X)")
PEOPLE = (Person("ada", "Ada Moreno"), Person("ben", "Ben Okafor"))
ACCOUNTS = (
    Account(X, "1450000000000000001", "ada", "verified", "harbourcoffee", "Harbour Coffee", followers=5320,
            biography="Roasted on the quay."),
    Account(X, "1450000000000000002", "ben", "unverified", "okaforcycles", "Okafor Cycles", followers=410,
            biography="Wheels, trued by ear."),
)  # fmt: skip
NOBODY = Account(X, "", "", "app", "", "")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method on one path."""

    method: str
    path: str
    answer: Callable[[Ask], Awaitable[Answer]]
    rate: Rate
    scopes: frozenset[str]
    tokens: frozenset[str] = frozenset({"access"})
    """Kinds of token that may ask: `access` (a user's), `app`."""

    @property
    def name(self) -> str:
        """Key of its rate windows."""
        return f"{self.method} {self.path}"

    def match(self, path: str) -> Mapping[str, str] | None:
        """What the path names, or None if it is another endpoint's."""
        here, there = self.path.split("/"), path.split("/")
        if len(here) != len(there):
            return None
        names = {mine[1:-1]: sent for mine, sent in zip(here, there, strict=True) if mine.startswith("{")}
        same = all(mine.startswith("{") or mine == sent for mine, sent in zip(here, there, strict=True))
        return names if same else None


class XTwin(Twin):
    """x.com and its API."""

    hosts: ClassVar[frozenset[str]] = API_HOSTS | PAGE_HOSTS
    platforms: ClassVar[frozenset[str]] = frozenset({X})

    def __init__(self, world: World, consent: Consent) -> None:
        super().__init__(world, consent)
        self._login = login.Login(world, consent)
        self._rates = Rates(world)
        self._hooks = Hooks(world)
        self._shelf = MediaShelf(world)
        self._posts = Posts(world, self._shelf, self._hooks)
        self._endpoints = self._table()

    def _table(self) -> tuple[Endpoint, ...]:
        posts, shelf, hooks = self._posts, self._shelf, self._hooks
        both, app, nothing = frozenset({"access", "app"}), frozenset({"app"}), frozenset[str]()
        media = "/2/media/upload"
        activity = "/2/account_activity/webhooks/{id}/subscriptions/all"
        return (
            Endpoint("POST", "/2/tweets", posts.create, Rate(100, 10_000, user_day=True), WRITE),
            Endpoint("GET", "/2/tweets", posts.many, Rate(5000), READ, both),
            Endpoint("GET", "/2/tweets/{id}", posts.one, Rate(900), READ, both),
            Endpoint("DELETE", "/2/tweets/{id}", posts.delete, Rate(50), WRITE),
            Endpoint("GET", "/2/users/me", posts.me, Rate(75), READ),
            Endpoint("GET", "/2/users/{id}", posts.user, Rate(900), READ, both),
            Endpoint("GET", "/2/users/{id}/tweets", posts.timeline, Rate(900), READ, both),
            Endpoint("POST", media, shelf.upload, Rate(500, 50_000), UPLOAD),
            Endpoint("GET", media, shelf.status, Rate(1000), UPLOAD),
            Endpoint("POST", f"{media}/initialize", shelf.initialize, Rate(1875), UPLOAD),
            Endpoint("POST", f"{media}/{{id}}/append", shelf.append, Rate(1875), UPLOAD),
            Endpoint("POST", f"{media}/{{id}}/finalize", shelf.finalize, Rate(1875), UPLOAD),
            Endpoint("POST", "/2/media/metadata", shelf.metadata, Rate(500), UPLOAD),
            Endpoint("POST", "/2/media/subtitles", shelf.subtitles, Rate(500), UPLOAD),
            Endpoint("POST", "/2/webhooks", hooks.create, Rate(450), nothing, app),
            Endpoint("GET", "/2/webhooks", hooks.listed, Rate(450), nothing, app),
            Endpoint("PUT", "/2/webhooks/{id}", hooks.validate, Rate(450), nothing, app),
            Endpoint("DELETE", "/2/webhooks/{id}", hooks.remove, Rate(450), nothing, app),
            Endpoint("POST", activity, hooks.subscribe, Rate(450), READ),
        )

    def seed(self) -> None:
        """Ada's verified account and Ben's plain one."""
        for part in (self._rates, self._hooks, self._shelf, self._posts):
            part.reset()
        self.world.add(apps=(APP,), people=PEOPLE, accounts=ACCOUNTS)

    def identify(self, call: Call) -> None:
        """The account is the token's."""
        token = self.token_of(call)
        call.platform, call.account = X, token.account_id if token else ""

    async def answer(self, call: Call) -> Reply:
        """Pages by the first hosts, tokens by their paths, everything else by the table."""
        if call.host in PAGE_HOSTS:
            if (call.method, call.path) == ("GET", login.AUTHORIZE):
                return self._login.authorize(call)
            return Reply(404, b"Hmm...this page doesn't exist. Try searching for something else.\n", "text/plain")
        if call.path in login.PATHS:
            return self._login.answer(call)
        headers: Headers = ()
        try:
            endpoint, names = self._find(call)
            headers = self._told(endpoint, call)
            token, user = self._who(call)
            allowed, headers = self._rates.take(endpoint.name, endpoint.rate, token.grant.client_id, user)
            if not allowed:
                raise problem(429)
            _admit(endpoint, token, names)
            answer = await endpoint.answer(Ask(call, token, user, names, self.world.clock.now()))
            reply = answer if isinstance(answer, Reply) else json_reply(answer)
        except Refused as refusal:
            reply = refusal.reply()
        return replace(reply, headers=(*reply.headers, *headers))

    def token_of(self, call: Call) -> Token | None:
        """The bearer token, or the refresh token that a form carries."""
        scheme, _, value = call.header("authorization").partition(" ")
        sent = value.strip() if scheme.lower() == "bearer" else call.form.get("refresh_token", "")
        return self.world.oauth.find(sent) if call.host in API_HOSTS else None

    def failure(self, call: Call, fault: Fault) -> Reply:
        """An ordered failure in X's words, with the headers of the endpoint it strikes."""
        limited = fault.kind == "rate_limit"
        status = 429 if limited else fault.status
        if call.path in login.PATHS:
            error = "unauthorized_client" if status == 401 else "invalid_request"  # noqa: PLR2004 - Unauthorized
            return login.LoginRefused(error, fault.message or login.BAD_TOKEN, status).reply()
        reply = ordered(status, fault.code, fault.message).reply()
        try:
            endpoint, _ = self._find(call)
        except Refused:
            return reply
        return replace(reply, headers=self._told(endpoint, call, spent=limited))

    def adopt(self) -> None:
        """Nothing is kept beside the world's accounts and apps."""

    def tick(self) -> None:
        """Virtual time has jumped: webhooks may be due for a check."""
        self._hooks.tick()

    async def act(self, deed: Deed) -> Json:
        """Strangers do nothing here: seeded people reply and mention through the API."""
        raise NotOffered(f"nobody outside can {deed.kind} here; let another account post")

    async def subscribe(self, platform: str, order: Mapping[str, Json]) -> Json:
        """Register a callback with every app of X, for the events of all accounts that connect it."""
        apps = [app for app in self.world.apps.values() if app.platform == platform]
        try:
            hooks = [await self._hooks.register(app, str(order.get("url", "")), every=True) for app in apps]
        except Refused as refusal:
            raise NotOffered(str(refusal.body)) from refusal
        return {"webhooks": [hook.to_json() for hook in hooks]}

    def _find(self, call: Call) -> tuple[Endpoint, Mapping[str, str]]:
        known = [(each, names) for each in self._endpoints if (names := each.match(call.path)) is not None]
        if not known:
            raise problem(404)
        for each, names in known:
            if each.method == call.method:
                return each, names
        raise problem(405)

    def _who(self, call: Call) -> tuple[Token, Account]:
        """The living token a call carries and whose it is; raises Refused 401."""
        token = self.token_of(call)
        if token is None or token.kind == "refresh" or token.why_dead() or self.world.oauth.expired(token):
            raise problem(401)
        return token, self.world.accounts.get(token.account_id, NOBODY)

    def _told(self, endpoint: Endpoint, call: Call, *, spent: bool = False) -> Headers:
        token = self.token_of(call)
        client_id = token.grant.client_id if token else ""
        user = self.world.accounts.get(token.account_id, NOBODY) if token else NOBODY
        return self._rates.told(endpoint.name, endpoint.rate, client_id, user, spent=spent)


def _admit(endpoint: Endpoint, token: Token, names: Mapping[str, str]) -> None:
    """Raises Refused for the wrong kind of token, a scope that was not granted, or an id that is none."""
    if token.kind not in endpoint.tokens:
        kinds = ("User Context", "Application-Only")
        raise wrong_token(*(kinds if "app" in endpoint.tokens else reversed(kinds)))
    if token.kind == "access" and not endpoint.scopes <= token.grant.scopes:
        raise problem(403, NOT_PERMITTED)
    for name, value in names.items():
        if not value.isdecimal():
            raise invalid(f"The `{name}` query parameter value [{value}] is not valid", name, value)
