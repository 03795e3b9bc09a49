"""Rest.li's URL syntax (protocol 2.0.0), query tunnelling, and which of its methods a request means.

Strings are percent-encoded, `List(a,b)` and `(key:value)` stand unencoded around them.
Source: Rest.li, "Protocol 2.0.0" and "Query tunneling".
"""

import email
from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import unquote

from postwright.sandbox.call import FORM, Call
from postwright.sandbox.twins.linkedin.errors import Refused

Value: TypeAlias = "str | list[Value] | dict[str, Value]"
RESERVED = "(),:'"


def value_of(text: str) -> Value:
    """A value as it stands in a path or query; raises Refused."""
    value, rest = _take(text)
    if rest:
        raise Refused("ILLEGAL_ARGUMENT", fault=f"Invalid Rest.li value, character {rest[0]!r} must be encoded: {text}")
    return value


def query_of(query_string: str) -> dict[str, Value]:
    """All query parameters; `fields` alone keeps the older syntax (a,b)."""
    pairs = (pair.partition("=") for pair in query_string.split("&") if pair)
    return {unquote(name): unquote(text) if name == "fields" else value_of(text) for name, _, text in pairs}


def untunnel(call: Call) -> None:
    """Undo `X-HTTP-Method-Override`: a long query travels in the body of a POST, before the real body if any."""
    method = call.header("x-http-method-override")
    if not method or call.method != "POST":
        return
    kind = call.header("content-type")
    if kind.startswith(FORM):
        call.query_string, call.body = call.body.decode("latin-1"), b""
    elif kind.startswith("multipart/mixed"):
        message = email.message_from_bytes(b"content-type: " + kind.encode() + b"\r\n\r\n" + call.body)
        parts = {part.get_content_type(): part.get_payload(decode=True) for part in message.walk()}
        query, body = parts.get(FORM), parts.get("application/json")
        call.query_string = query.decode("latin-1").strip() if isinstance(query, bytes) else ""
        call.body = body if isinstance(body, bytes) else b""
    call.method = method.upper()


def method_of(call: Call, query: dict[str, Value], *, on_entity: bool) -> str:
    """The Rest.li method, with the finder's or action's name; `X-RestLi-Method` must agree with the request."""
    inferred = {"GET": "GET" if on_entity else "GET_ALL", "PUT": "UPDATE", "DELETE": "DELETE"}.get(call.method, "")
    name = ""
    if call.method == "POST":
        name = str(query.get("action", ""))
        inferred = "ACTION" if name else "PARTIAL_UPDATE" if on_entity else "CREATE"
    elif call.method == "GET" and "q" in query:
        inferred, name = "FINDER", str(query["q"])
    elif call.method == "GET" and "ids" in query:
        inferred = "BATCH_GET"
    said = call.header("x-restli-method").upper()
    if said != inferred and (said or inferred == "PARTIAL_UPDATE"):
        raise Refused("ILLEGAL_ARGUMENT", fault=f"X-RestLi-Method {said or 'is missing'}: expected {inferred}")
    return f"{inferred} {name}".strip()


def _take(text: str) -> tuple[Value, str]:
    """The value at the beginning, and what follows it."""
    if text.startswith("List("):
        values: list[Value] = []
        return values, _members(text[5:], lambda rest: _item(values, rest))
    if text.startswith("("):
        fields: dict[str, Value] = {}
        return fields, _members(text[1:], lambda rest: _field(fields, rest))
    end = next((place for place, sign in enumerate(text) if sign in RESERVED), len(text))
    return unquote(text[:end]), text[end:]


def _members(text: str, take: Callable[[str], str]) -> str:
    while not text.startswith(")"):
        text = take(text)
        if text.startswith(","):
            text = text[1:]
        elif not text.startswith(")"):
            raise Refused("ILLEGAL_ARGUMENT", fault="Invalid Rest.li value: a bracket is not closed")
    return text[1:]


def _item(values: list[Value], text: str) -> str:
    value, rest = _take(text)
    values.append(value)
    return rest


def _field(fields: dict[str, Value], text: str) -> str:
    name, rest = _take(text)
    if not isinstance(name, str) or not rest.startswith(":"):
        raise Refused("ILLEGAL_ARGUMENT", fault="Invalid Rest.li value: (key:value) expected")
    fields[name], rest = _take(rest[1:])
    return rest
