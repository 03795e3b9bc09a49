"""Completes the OpenAPI document with what holds for many operations: problem replies and the idempotency key."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Final, cast

from fastapi import FastAPI

from postwright.api.idempotency import HEADER, PATTERN
from postwright.api.problems import MEDIA_TYPE, ProblemReply
from postwright.domain.publication import Json

Node = dict[str, Json]

_WRITES: Final = frozenset({"post", "put", "patch", "delete"})
_METHODS: Final = frozenset({"get", "head", *_WRITES})
_REF: Final = "#/components/schemas/{model}"
_UNKEYED: Final = "/api/auth/"
_NOTES: Final = {
    HTTPStatus.BAD_REQUEST: "The body is not JSON.",
    HTTPStatus.UNAUTHORIZED: "No credentials, or not valid ones.",
    HTTPStatus.FORBIDDEN: "Not with this role, or without the CSRF token.",
    HTTPStatus.NOT_FOUND: "Nothing by that id in this workspace.",
    HTTPStatus.CONFLICT: "Does not fit the present state, or the idempotency key is in use.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is not of a type that is taken here.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Values that cannot be used; `errors` says which, field by field.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests; `Retry-After` says when to try again.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The server is not ready; `Retry-After` says when to try again.",
}


def describe(api: FastAPI) -> None:
    """Give `api` a complete document."""
    plain = api.openapi

    def complete() -> Node:
        if api.openapi_schema is None:
            _complete(cast("Node", plain()))
        return cast("Node", api.openapi_schema)

    api.openapi = complete  # type: ignore[method-assign]  # FastAPI's documented way to extend the document


def _complete(document: Node) -> None:
    components = _node(document, "components")
    schemas = _node(components, "schemas")
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    problem = ProblemReply.model_json_schema(ref_template=_REF)
    schemas |= problem.pop("$defs") | {"Problem": problem}
    components["responses"] = {status.name: _response(note) for status, note in _NOTES.items()}
    components["parameters"] = {"IdempotencyKey": _KEY}
    for path, method, operation in _operations(document):
        replies = _node(operation, "responses")
        for status in _failures(path, method, operation):
            if str(status.value) not in replies or status is HTTPStatus.UNPROCESSABLE_ENTITY:
                replies[str(status.value)] = {"$ref": f"#/components/responses/{status.name}"}
        if "security" in operation and method in _WRITES and not path.startswith(_UNKEYED):
            parameters = operation.setdefault("parameters", [])
            assert isinstance(parameters, list)  # noqa: S101 OpenAPI says so
            parameters.append({"$ref": "#/components/parameters/IdempotencyKey"})


def _operations(document: Node) -> Iterator[tuple[str, str, Node]]:
    for path, item in _node(document, "paths").items():
        assert isinstance(item, dict)  # noqa: S101 OpenAPI says so
        for method in _METHODS & item.keys():
            yield path, method, _node(item, method)


def _failures(path: str, method: str, operation: Node) -> Iterator[HTTPStatus]:
    yield HTTPStatus.UNPROCESSABLE_ENTITY
    if path.startswith("/api/"):
        yield HTTPStatus.SERVICE_UNAVAILABLE
    if "{" in path or ("security" in operation and method in _WRITES):  # a body names things as well
        yield HTTPStatus.NOT_FOUND
    if "security" in operation:
        yield from (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
    if method in _WRITES:
        yield from (HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS)
        yield from (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


def _response(note: str) -> Json:
    return {"description": note, "content": {MEDIA_TYPE: {"schema": {"$ref": _REF.format(model="Problem")}}}}


def _node(parent: Node, name: str) -> Node:
    child = parent.setdefault(name, {})
    assert isinstance(child, dict)  # noqa: S101 OpenAPI says so
    return child


_KEY: Final[Json] = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "Chosen by the caller, new for each thing to do. The same request with the same key within 24 hours "
    "has no second effect and gets the first one's reply.",
    "schema": {"type": "string", "pattern": PATTERN, "minLength": 1, "maxLength": 255},
}
