"""What every method of the API checks before its own work, and how every reply is written."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from postwright.sandbox.call import Call, Json, Reply
from postwright.sandbox.oauth import Grant, Token
from postwright.sandbox.state import Account, World
from postwright.sandbox.twins.youtube.errors import ApiError
from postwright.sandbox.twins.youtube.rules import COMMON, PAGE_SIZES, PARTS, PLATFORM, Method, Shape

Tree = dict[str, "Tree"]
_NAME = re.compile(r"\*|[A-Za-z]\w*")
_JSON_TYPES: Mapping[type, str] = {
    str: "TYPE_STRING", bool: "TYPE_BOOL", int: "TYPE_UINT32", list: "a list", dict: "an object",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ask:
    """One call to the API that passed the checks all methods share."""

    call: Call
    method: Method
    query: Mapping[str, str]
    parts: tuple[str, ...]
    grant: Grant
    channel: Account


def presented(call: Call) -> str:
    """The access token a call carries."""
    scheme, _, value = call.header("authorization").partition(" ")
    return value.strip() if scheme == "Bearer" else call.query.get("access_token") or call.query.get("oauth_token", "")


def living(world: World, value: str) -> Token:
    """The access token with this value; raises 401."""
    if not value:
        raise ApiError("required")
    token = world.oauth.find(value)
    if token is None or token.why_dead() or world.oauth.expired(token) or not value.startswith("ya29."):
        raise ApiError("authError")
    return token


def parameters(world: World, call: Call, method: Method) -> Mapping[str, str]:
    """The query, repeated names joined by commas; refuses names that the method does not have."""
    query: dict[str, str] = {}
    for name, value in parse_qsl(call.query_string, keep_blank_values=True):
        if name not in method.params | COMMON and world.settings.strict_params:
            text = f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter.'
            raise ApiError("invalid", text=text, name=name)
        query[name] = f"{query[name]},{value}" if name in query else value
    if query.get("alt", "json") != "json":
        raise ApiError("invalidParameter", value=query["alt"], name="alt")
    return query


def asked(world: World, call: Call, method: Method) -> Ask:
    """Check parameters, token, scope and parts, in YouTube's order; raises ApiError."""
    query = parameters(world, call, method)
    token = living(world, presented(call))
    if not token.grant.scopes & method.scopes:
        raise ApiError("insufficientPermissions")
    for name in method.required:
        if not query.get(name):
            raise ApiError("missingRequiredParameter", text=f"'{name}'", name=name)
    parts = tuple(part.strip() for part in query.get("part", "").split(",") if part.strip())
    known = PARTS.get(method.name.partition(".")[0], frozenset())
    for part in parts:
        if part not in known:
            raise ApiError("unknownPart", name=part)
    _check_filters(method, query)
    if not token.grant.account_ids:
        raise ApiError("youtubeSignupRequired")
    return Ask(call, method, query, parts, token.grant, world.accounts[token.grant.account_ids[0]])


def _check_filters(method: Method, query: Mapping[str, str]) -> None:
    chosen = [name for name in method.filters if query.get(name)]
    if method.filters and not chosen:
        names = ", ".join(method.filters)
        raise ApiError("missingRequiredParameter", text=f"No filter selected. Expected one of: {names}", name="")
    if len(chosen) > 1:
        raise ApiError("incompatibleParameters", name=", ".join(chosen))


def body_of(ask: Ask, raw: bytes) -> Mapping[str, Json]:
    """The JSON resource in a body, checked against what the method takes."""
    try:
        body = json.loads(raw or b"{}")
    except ValueError as fault:
        raise ApiError("parseError") from fault
    resource = ask.method.name.partition(".")[0].removesuffix("s")
    _check(body, ask.method.body or {}, resource)
    for name in body:
        if name not in (*ask.parts, "id", "kind", "etag"):
            raise ApiError("unexpectedPart", name=name)
    checked: Mapping[str, Json] = body
    return checked


def _check(value: Json, shape: Shape, path: str) -> None:
    if isinstance(shape, tuple):
        if value not in shape:
            raise ApiError("invalid", text=f"Invalid value at '{path}', \"{value}\"", name=path)
    elif isinstance(shape, type):
        if type(value) is not shape:
            text = f"Invalid value at '{path}' ({_JSON_TYPES[shape]}), {json.dumps(value)}"
            raise ApiError("invalid", text=text, name=path)
    elif not isinstance(value, dict):
        raise ApiError("invalid", text=f"Invalid value at '{path}'", name=path)
    else:
        for name, inner in value.items():
            if name not in shape:
                text = f"Invalid JSON payload received. Unknown name \"{name}\" at '{path}': Cannot find field."
                raise ApiError("invalid", text=text, name=path)
            _check(inner, shape[name], f"{path}.{name}")


def tagged(kind: str, resource: Mapping[str, Json]) -> dict[str, Json]:
    """A resource with its kind and an etag that changes when it does."""
    digest = hashlib.sha1(json.dumps(resource, sort_keys=True).encode(), usedforsecurity=False).digest()
    return {"kind": f"{PLATFORM}#{kind}", "etag": base64.urlsafe_b64encode(digest).decode().rstrip("="), **resource}


def listing(ask: Ask, kind: str, items: Sequence[Mapping[str, Json]], *, paged: bool = True) -> Reply:
    """One page of a list; `paged` is false where ids were asked for."""
    least, most, usual = PAGE_SIZES[ask.method.name.partition(".")[0]]
    wish = ask.query.get("maxResults", str(usual))
    if not wish.isdecimal() or not least <= int(wish) <= most:
        text = f"{wish}'. Values must be within the range: '[{least}, {most}]"
        raise ApiError("invalidParameter", value=text, name="maxResults")
    token = ask.query.get("pageToken", "CA0")
    if not re.fullmatch(r"CA\d+", token):
        raise ApiError("invalidPageToken")
    start = int(token[2:])
    end = start + int(wish) if paged else len(items)
    about: dict[str, Json] = {"items": list(items[start:end])}
    if end < len(items):
        about["nextPageToken"] = f"CA{end}"
    if start and paged:
        about["prevPageToken"] = f"CA{max(0, start - int(wish))}"
    about["pageInfo"] = {"totalResults": len(items), "resultsPerPage": int(wish) if paged else len(items)}
    return written(ask, tagged(f"{kind}ListResponse", about))


def written(ask: Ask, resource: Mapping[str, Json]) -> Reply:
    """A resource as the reply: the fields asked for, indented unless told otherwise."""
    shown: Json = resource
    if ask.query.get("fields"):
        tree, rest = _tree(ask.query["fields"])
        if rest:
            raise ApiError("invalidParameter", value=ask.query["fields"], name="fields")
        shown = _selected(resource, tree)
    indent = None if ask.query.get("prettyPrint") == "false" else 2
    etag = (("etag", str(resource.get("etag", ""))),)
    return Reply(200, json.dumps(shown, indent=indent).encode(), headers=etag)


def _tree(text: str) -> tuple[Tree, str]:
    """Read `a,b/c,d(e,f)`: what was read, and what is left."""
    tree: Tree = {}
    while True:
        name, inner, text = _item(text)
        tree.setdefault(name, {}).update(inner)
        if not text.startswith(","):
            return tree, text
        text = text[1:]


def _item(text: str) -> tuple[str, Tree, str]:
    match = _NAME.match(text)
    if not match:
        raise ApiError("invalidParameter", value=text, name="fields")
    name, rest = match[0], text[match.end() :]
    if rest.startswith("/"):
        inner_name, inner, rest = _item(rest[1:])
        return name, {inner_name: inner}, rest
    if not rest.startswith("("):
        return name, {}, rest
    inner, rest = _tree(rest[1:])
    if not rest.startswith(")"):
        raise ApiError("invalidParameter", value=text, name="fields")
    return name, inner, rest[1:]


def _selected(value: Json, tree: Tree) -> Json:
    if not tree:
        return value
    if isinstance(value, Mapping):
        every = tree.get("*")
        return {
            name: _selected(item, tree.get(name, every or {}))
            for name, item in value.items()
            if name in tree or every is not None
        }
    if isinstance(value, list):
        return [_selected(item, tree) for item in value]
    return value
