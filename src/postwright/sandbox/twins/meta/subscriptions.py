"""`/{app-id}/subscriptions`: where an app registers its webhook callback, with its own app token.

Source: Meta, Graph API reference "Application Subscriptions".
"""

from postwright.sandbox.call import Call, Json, Reply, json_reply
from postwright.sandbox.state import ClientApp
from postwright.sandbox.twins.meta.errors import (
    BAD_PARAM,
    BAD_TOKEN,
    MISSING_PARAM,
    UNSUPPORTED,
    GraphError,
    trace_id,
)
from postwright.sandbox.twins.meta.graph import split_path
from postwright.sandbox.twins.meta.hooks import OBJECTS
from postwright.sandbox.twins.meta.nodes import Graph
from postwright.sandbox.twins.meta.tokens import app_of, presented


async def answer_subscriptions(graph: Graph, call: Call) -> Reply:
    """GET, POST or DELETE an app's callbacks."""
    try:
        return json_reply(await _answer(graph, _app(graph, call), call))
    except GraphError as error:
        return json_reply(error.body(trace_id()), error.rule.status)


def _app(graph: Graph, call: Call) -> ClientApp:
    _, parts = split_path(call.path)
    app = app_of(graph.world, presented(call))
    if app is None or parts[0] != app.client_id:
        raise GraphError(BAD_TOKEN)
    return app


async def _answer(graph: Graph, app: ClientApp, call: Call) -> Json:
    if call.method == "GET":
        return graph.hooks.registered(app.client_id)
    if call.method == "DELETE":
        return graph.hooks.unregister(app.client_id, call.params.get("object", ""))
    if call.method != "POST":
        raise GraphError(UNSUPPORTED, method=call.method.lower(), id=app.client_id)
    params = call.params
    for name in ("object", "callback_url", "verify_token", "fields"):
        if not params.get(name):
            raise GraphError(MISSING_PARAM, name=name)
    known = dict(OBJECTS.values())
    if params["object"] not in known:
        raise GraphError(BAD_PARAM, name="object", fault=f"must be one of {{{', '.join(sorted(known))}}}")
    fields = frozenset(name.strip() for name in params["fields"].split(","))
    if fields - known[params["object"]]:
        raise GraphError(BAD_PARAM, name="fields", fault="names a field the object does not have")
    await graph.hooks.register(app, params["object"], params["callback_url"], params["verify_token"], fields)
    return {"success": True}
