"""Meta's servers as one twin: which host is answered by what, and which platforms take part."""

from collections.abc import Awaitable, Callable, Mapping
from typing import ClassVar

from postwright.sandbox.call import Call, Json, Reply, json_reply
from postwright.sandbox.consent import Consent
from postwright.sandbox.faults import Fault
from postwright.sandbox.oauth import Token
from postwright.sandbox.state import World
from postwright.sandbox.twins.base import Deed, NotOffered, Twin
from postwright.sandbox.twins.facebook import part as facebook
from postwright.sandbox.twins.facebook.comments import comment_from_outside
from postwright.sandbox.twins.facebook.publishing import settle
from postwright.sandbox.twins.facebook.videos import UPLOADS
from postwright.sandbox.twins.instagram.part import InstagramPart
from postwright.sandbox.twins.instagram.uploads import CONTAINERS
from postwright.sandbox.twins.meta import accounts, seeds
from postwright.sandbox.twins.meta.errors import (
    APP_LIMIT,
    NOT_ALLOWED,
    TOKEN_ENDED,
    UNAVAILABLE,
    UNKNOWN_ERROR,
    UNSUPPORTED,
    GraphError,
    Rule,
    trace_id,
)
from postwright.sandbox.twins.meta.facebook_login import FacebookLogin
from postwright.sandbox.twins.meta.graph import GraphHost, split_path
from postwright.sandbox.twins.meta.hooks import OBJECTS
from postwright.sandbox.twins.meta.nodes import FACEBOOK, INSTAGRAM, Graph
from postwright.sandbox.twins.meta.rates import BUSINESS, Headers
from postwright.sandbox.twins.meta.subscriptions import answer_subscriptions
from postwright.sandbox.twins.meta.tokens import FACEBOOK_LOGIN, INSTAGRAM_LOGIN, presented
from postwright.sandbox.twins.meta.uploads import answer_upload

Answer = Callable[[Call], Awaitable[Reply]]
FAULTS: Mapping[int, Rule] = {
    401: TOKEN_ENDED["logged_out"],
    403: NOT_ALLOWED,
    404: UNSUPPORTED,
    429: APP_LIMIT,
    503: UNAVAILABLE,
}
"""Status of an ordered fault -> what Graph says with it; an unknown error otherwise."""


class MetaTwin(Twin):
    """Facebook's and Instagram's hosts."""

    hosts: ClassVar[frozenset[str]] = frozenset(
        {
            "graph.facebook.com",
            "graph-video.facebook.com",
            "www.facebook.com",
            "rupload.facebook.com",
            "graph.instagram.com",
            "www.instagram.com",
            "api.instagram.com",
        }
    )
    platforms: ClassVar[frozenset[str]] = frozenset({INSTAGRAM, FACEBOOK})

    def __init__(self, world: World, consent: Consent) -> None:
        super().__init__(world, consent)
        self._graph = Graph(world)
        accounts.install(self._graph)
        facebook.install(self._graph)
        self._instagram = InstagramPart(self._graph, consent)
        login = FacebookLogin(world, consent)

        plain = {
            ("GET", "oauth/access_token"): login.access_token,
            ("POST", "oauth/access_token"): login.access_token,
            ("GET", "debug_token"): login.debug_token,
        }
        self._graph_hosts: Mapping[str, GraphHost] = {
            "graph.facebook.com": GraphHost(self._graph, FACEBOOK_LOGIN, plain),
            "graph-video.facebook.com": GraphHost(self._graph, FACEBOOK_LOGIN, {}),
            "graph.instagram.com": GraphHost(self._graph, INSTAGRAM_LOGIN, self._instagram.plain_paths()),
        }
        self._dialog = login.dialog
        self._hosts: Mapping[str, Answer] = {
            **{name: host.answer for name, host in self._graph_hosts.items()},
            "www.facebook.com": self._facebook_pages,
            "rupload.facebook.com": self._upload,
            **self._instagram.hosts(),
        }

    def seed(self) -> None:
        """Apps, people, Pages and Instagram accounts of the start."""
        self._graph.nodes.clear()
        self._graph.rates.reset()
        self._graph.hooks.reset()
        self.world.add(apps=seeds.APPS, people=seeds.PEOPLE, accounts=seeds.ACCOUNTS)
        self.adopt()

    def adopt(self) -> None:
        """Make nodes of people and accounts that have none yet."""
        accounts.adopt(self._graph)
        self._instagram.adopt()

    def tick(self) -> None:
        """Virtual time has jumped: stories may have ended, scheduled posts are due."""
        self._instagram.tick()
        settle(self._graph)

    def identify(self, call: Call) -> None:
        """Platform and account by the node in the path, else by the token, else by the host."""
        host = self._graph_hosts.get(call.host)
        call.platform = INSTAGRAM if "instagram" in call.host else FACEBOOK
        if host is not None:
            _, node = host.locate(call)
            if node is not None:
                call.platform = self._graph.kind(node).platform
                call.account = node.account_id
        elif call.host == "rupload.facebook.com":
            node = self._graph.nodes.get(call.path.rsplit("/", 1)[-1])
            if node is not None:
                call.platform, call.account = self._graph.kind(node).platform, node.account_id

    async def answer(self, call: Call) -> Reply:
        """Answer by host."""
        if call.host == "graph.facebook.com" and call.path.endswith("/subscriptions"):
            return await answer_subscriptions(self._graph, call)
        return await self._hosts[call.host](call)

    def token_of(self, call: Call) -> Token | None:
        """The token in the call."""
        return self.world.oauth.find(presented(call))

    def failure(self, call: Call, fault: Fault) -> Reply:
        """An ordered failure in Graph's error body."""
        rule = FAULTS.get(fault.status, UNKNOWN_ERROR)
        status = fault.status
        headers: Headers = ()
        if fault.kind == "rate_limit":
            rule, headers = self._used_up(call)
            status = rule.status
        code = rule.code if fault.code is None else fault.code
        subcode = rule.subcode if fault.code is None else fault.subcode
        ordered = Rule(code, fault.message or rule.message, fault.subcode or subcode, transient=rule.transient)
        error = GraphError(ordered, method=call.method.lower(), id=call.account, app="")
        return json_reply(error.body(trace_id()), status, headers)

    def _used_up(self, call: Call) -> tuple[Rule, Headers]:
        """The refusal that fits the account and the token, with the header that says when to come again."""
        token = self.token_of(call)
        if call.platform == FACEBOOK and (token is None or not token.account_id):
            return APP_LIMIT, ()
        rule = BUSINESS[call.platform][1]
        known = call.account in self.world.accounts
        return rule, (self._graph.rates.business_header(call.account, 100, 60),) if known else ()

    async def act(self, deed: Deed) -> Json:
        """Somebody outside comments, writes or mentions."""
        return comment_from_outside(self._graph, deed) if deed.platform == FACEBOOK else self._instagram.act(deed)

    async def subscribe(self, platform: str, order: Mapping[str, Json]) -> Json:
        """Register a callback with every app of the platform's events."""
        if platform not in OBJECTS:
            raise NotOffered(f"no webhooks for {platform} here")
        topic, fields = OBJECTS[platform]
        wanted = order.get("fields")
        chosen = fields & frozenset(wanted) if isinstance(wanted, list) else fields
        apps = [app for app in self.world.apps.values() if app.login in (platform, FACEBOOK)]
        try:
            for app in apps:
                await self._graph.hooks.register(
                    app, topic, str(order.get("url", "")), str(order.get("verify_token", "")), chosen, every=True
                )
        except GraphError as error:
            raise NotOffered(str(error)) from error
        return {"object": topic, "fields": sorted(chosen), "apps": [app.client_id for app in apps]}

    async def _upload(self, call: Call) -> Reply:
        return await answer_upload(self._graph, (CONTAINERS, UPLOADS), call)

    async def _facebook_pages(self, call: Call) -> Reply:
        try:
            _, parts = split_path(call.path)
        except GraphError as error:
            return json_reply(error.body(trace_id()), error.rule.status)
        if parts == ["dialog", "oauth"] and call.method == "GET":
            return self._dialog(call)
        return Reply(404, b"Sorry, this content isn't available right now\n", "text/plain")
