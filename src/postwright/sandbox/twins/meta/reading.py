"""Reading nodes: fields, nested fields, and lists in pages with cursors.

Source: Meta, Graph API "Field Expansion" and "Paginated Results".
"""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from postwright.sandbox.call import Json
from postwright.sandbox.twins.meta.errors import BAD_PARAM, NO_FIELD, GraphError
from postwright.sandbox.twins.meta.fields import Field, parse_fields
from postwright.sandbox.twins.meta.nodes import Ctx, Node

PAGE_SIZE = 25
LARGEST_PAGE = 100


def stamp(instant: datetime) -> str:
    """A time as the Graph API writes it."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def asked_fields(ctx: Ctx) -> tuple[Field, ...]:
    """The `fields` parameter, read."""
    return parse_fields(ctx.params.get("fields", ""))


def show(ctx: Ctx, node: Node, fields: Sequence[Field] = ()) -> dict[str, Json]:
    """A node with the fields asked for; what has no value is left out. Raises GraphError 100 for an unknown field."""
    kind = ctx.graph.kind(node)
    shown: dict[str, Json] = {}
    for field in (*(fields or [Field(name) for name in kind.default]), Field("id")):
        resolver = kind.fields.get(field.name)
        if resolver is None and field.name != "id":
            raise GraphError(NO_FIELD, field=field.name, kind=kind.name)
        value = node.id if resolver is None else resolver(ctx, node, field)
        if value is not None:
            shown[field.arg("as") or field.name] = value
    return shown


def listed(ctx: Ctx, nodes: Sequence[Node]) -> Json:
    """An edge's answer: one page of nodes, newest or oldest first as the edge has them."""
    fields = asked_fields(ctx)
    page, paging = _cut(
        ctx, nodes, ctx.params.get("limit", ""), ctx.params.get("after", ""), ctx.params.get("before", "")
    )
    answer: dict[str, Json] = {"data": [show(ctx, node, fields) for node in page]}
    return {**answer, "paging": paging} if page else answer


def nested(ctx: Ctx, nodes: Sequence[Node], field: Field) -> Json:
    """An edge asked for as a field, `media.limit(2){caption}`; nothing at all if it is empty."""
    page, paging = _cut(ctx, nodes, field.arg("limit"), field.arg("after"), field.arg("before"))
    if not page:
        return None
    return {"data": [show(ctx, node, field.sub) for node in page], "paging": {"cursors": paging["cursors"]}}


def _cut(
    ctx: Ctx, nodes: Sequence[Node], limit: str, after: str, before: str
) -> tuple[Sequence[Node], dict[str, Json]]:
    try:
        size = min(int(limit or PAGE_SIZE), LARGEST_PAGE)
    except ValueError:
        raise GraphError(BAD_PARAM, name="limit", fault="must be an integer") from None
    places = {_cursor(node): place for place, node in enumerate(nodes)}
    for cursor in filter(None, (after, before)):
        if cursor not in places:
            raise GraphError(BAD_PARAM, name="after" if after else "before", fault="is not a valid cursor")
    start = places[after] + 1 if after else max(0, places[before] - size) if before else 0
    end = min(start + size, places[before]) if before else start + size
    page = nodes[start:end]
    paging: dict[str, Json] = {}
    if page:
        paging["cursors"] = {"before": _cursor(page[0]), "after": _cursor(page[-1])}
        if end < len(nodes):
            paging["next"] = _link(ctx, after=_cursor(page[-1]))
        if start > 0:
            paging["previous"] = _link(ctx, before=_cursor(page[0]))
    return page, paging


def _cursor(node: Node) -> str:
    return urlsafe_b64encode(f"c{node.id}".encode()).rstrip(b"=").decode()


def _link(ctx: Ctx, **cursor: str) -> str:
    query = {key: value for key, value in ctx.call.query.items() if key not in ("after", "before")}
    query["access_token"] = ctx.token.value
    return f"{ctx.world.origin}/{ctx.call.host}{ctx.call.path}?{urlencode({**query, **cursor})}"
