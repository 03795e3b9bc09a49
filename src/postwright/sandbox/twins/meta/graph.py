"""How the Graph API answers: versions, tokens, permissions, limits, nodes and edges. Which nodes there are: nodes.py.

Source: Meta, Graph API "Overview" and "Handle Errors".
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from postwright.sandbox.call import Call, Json, Reply, json_reply
from postwright.sandbox.twins.meta.errors import (
    UNKNOWN_PARAM,
    UNKNOWN_PATH,
    UNSUPPORTED,
    GraphError,
    trace_id,
)
from postwright.sandbox.twins.meta.nodes import Ctx, Endpoint, Graph, Kind, Node
from postwright.sandbox.twins.meta.reading import asked_fields, show
from postwright.sandbox.twins.meta.tokens import LoginProduct, check_proof, judged, presented

VERSION = re.compile(r"v(\d{1,3})\.0")
NEWEST = 26
"""v26.0 was released on 2026-07-29. Calls to removed versions fall forward, calls to unknown ones fail."""
DEFAULT_VERSION = "v25.0"
COMMON_PARAMS = frozenset(
    {
        "access_token",
        "appsecret_proof",
        "fields",
        "limit",
        "after",
        "before",
        "format",
        "locale",
        "pretty",
        "ids",
        "summary",
    }
)
PlainPaths = Mapping[tuple[str, str], Callable[[Call], Awaitable[Json]]]
"""(method, path) -> what answers, for paths that name no node."""


class GraphHost:
    """One graph host: its login product, its paths without nodes, and the graph behind it."""

    def __init__(self, graph: Graph, product: LoginProduct, plain: PlainPaths) -> None:
        self._graph = graph
        self._product = product
        self._plain = plain

    async def answer(self, call: Call) -> Reply:
        """Answer one call; every refusal has Graph's error body."""
        headers: tuple[tuple[str, str], ...] = ()
        ctx: Ctx | None = None
        value: Json
        try:
            version, parts = split_path(call.path)
            headers = (("facebook-api-version", version),)
            plain = self._plain.get((call.method, "/".join(parts)))
            if plain is not None:
                return json_reply(await plain(call), headers=headers)
            ctx = self._enter(call)
            value, status = await self._route(ctx, parts), 200
        except GraphError as error:
            trace = trace_id()
            value, status = error.body(trace), error.rule.status
            headers = (*headers, ("x-fb-trace-id", trace))
        if ctx is not None:
            client_id = ctx.token.grant.client_id
            headers += self._graph.rates.headers(client_id, ctx.business_account, ctx.now)
        return json_reply(value, status, headers)

    def locate(self, call: Call) -> tuple[str, Node | None]:
        """The first path component behind the version, and the node it names."""
        parts = call.path.strip("/").split("/")
        name = parts[1] if VERSION.fullmatch(parts[0]) and len(parts) > 1 else parts[0]
        if name == "me":
            token = self._graph.world.oauth.find(presented(call))
            name = "" if token is None else token.account_id or token.grant.subject
        return name, self._graph.nodes.get(name)

    def _enter(self, call: Call) -> Ctx:
        world = self._graph.world
        params = call.params
        token = judged(world, presented(call), self._product.token_prefix)
        check_proof(world, token, params.get("appsecret_proof", ""))
        return Ctx(self._graph, call, self._product.name, token, params, world.clock.now())

    async def _route(self, ctx: Ctx, parts: list[str]) -> Json:
        if not parts:
            return self._several(ctx)
        node = self._reached(ctx, parts[0])
        kind = self._graph.kind(node)
        self._count(ctx, node, kind)
        edge = parts[1] if len(parts) > 1 else ""
        method = ctx.call.method
        ctx.rest = tuple(parts[2:])
        endpoint = kind.edges.get((method, edge))
        if endpoint is None and method == "GET" and not edge:
            return self._read(ctx, node, kind)
        if endpoint is None or ctx.login not in endpoint.logins or len(ctx.rest) > 1:
            raise GraphError(UNSUPPORTED, method=method.lower(), id=parts[0])
        ctx.may(endpoint.needs)
        self._check_params(ctx, endpoint)
        return await endpoint.answer(ctx, node)

    def _several(self, ctx: Ctx) -> Json:
        """`GET /?ids=a,b`."""
        if ctx.call.method != "GET" or not ctx.params.get("ids"):
            raise GraphError(UNSUPPORTED, method=ctx.call.method.lower(), id="")
        found: dict[str, Json] = {}
        for name in ctx.params["ids"].split(","):
            node = self._reached(ctx, name)
            kind = self._graph.kind(node)
            self._count(ctx, node, kind)
            found[name] = self._read(ctx, node, kind)
        return found

    def _read(self, ctx: Ctx, node: Node, kind: Kind[Any]) -> Json:
        ctx.may(kind.reading)
        return show(ctx, node, asked_fields(ctx))

    def _reached(self, ctx: Ctx, name: str) -> Node:
        wanted = (ctx.token.account_id or ctx.token.grant.subject) if name == "me" else name
        node = self._graph.nodes.get(wanted)
        if node is None or not ctx.reaches(node):
            raise GraphError(UNSUPPORTED, method=ctx.call.method.lower(), id=name)
        return node

    def _count(self, ctx: Ctx, node: Node, kind: Kind[Any]) -> None:
        if kind.business or ctx.token.account_id:
            ctx.business_account = node.account_id
            self._graph.rates.business(node.account_id, ctx.now)
        else:
            self._graph.rates.platform(ctx.token.grant.client_id, ctx.token.grant.subject, ctx.now)

    def _check_params(self, ctx: Ctx, endpoint: Endpoint[Any]) -> None:
        """Refuse unknown parameters under `strict_params`; Graph itself drops them without a word."""
        if not self._graph.world.settings.strict_params:
            return
        for name in ctx.params:
            if name.partition("[")[0] not in endpoint.takes and name not in COMMON_PARAMS:
                raise GraphError(UNKNOWN_PARAM, name=name)


def split_path(path: str) -> tuple[str, list[str]]:
    """Version and components of a path; raises GraphError 2500 for a version that does not exist."""
    parts = [part for part in path.split("/") if part]
    if not parts or not (match := VERSION.fullmatch(parts[0])):
        return DEFAULT_VERSION, parts
    if int(match[1]) > NEWEST:
        raise GraphError(UNKNOWN_PATH, path=path)
    return parts[0], parts[1:]
