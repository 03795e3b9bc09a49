"""YouTube's own description of its API, as it comes with Google's client: what calls and replies are held against."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import googleapiclient.discovery_cache.documents  # type: ignore[import-untyped]  # ships no types

Shape = dict[str, Any]

(FOLDER,) = googleapiclient.discovery_cache.documents.__path__
DOCUMENT: Shape = json.loads((Path(FOLDER) / "youtube.v3.json").read_text(encoding="utf-8"))
TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
}
FORMATS = {"date-time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", "uint64": r"\d+", "int64": r"-?\d+"}
WRITTEN = {"boolean": "true|false", "integer": r"-?\d+", "string": ".*"}
"""How a parameter's value looks in an address."""


@dataclass(frozen=True)
class Method:
    """One call of the API."""

    described: Shape

    @property
    def id(self) -> str:
        return str(self.described["id"]).removeprefix("youtube.")

    @property
    def paths(self) -> set[str]:
        uploads = self.described.get("mediaUpload", {}).get("protocols", {}).values()
        return {f"/{self.described['path']}", *(protocol["path"] for protocol in uploads)}

    def check_query(self, query: Mapping[str, str]) -> None:
        """Fail where a parameter is unknown, missing, or has a value that it cannot have."""
        known: Shape = DOCUMENT["parameters"] | self.described["parameters"]
        assert set(query) <= set(known), self.id
        assert {name for name, parameter in known.items() if parameter.get("required")} <= set(query), self.id
        for name, value in query.items():
            parameter = known[name]
            assert re.fullmatch(WRITTEN[parameter["type"]], value), f"{self.id} {name}={value}"
            assert value in parameter.get("enum", [value]), f"{self.id} {name}={value}"
            if "maximum" in parameter:
                assert int(parameter["minimum"]) <= int(value) <= int(parameter["maximum"]), f"{self.id} {name}={value}"

    def check_body(self, body: object) -> None:
        """Fail where what is sent is not what the method takes, or lacks what it cannot do without."""
        conforms(body, self.described["request"], self.id, for_method=str(self.described["id"]))

    def check_reply(self, reply: object) -> None:
        """Fail where what came back is not what the method gives."""
        if "response" in self.described:
            conforms(reply, self.described["response"], self.id)
        else:
            assert reply in (None, ""), self.id


def methods(resources: Shape | None = None) -> Iterator[Method]:
    """All calls of the API."""
    for resource in (resources or DOCUMENT["resources"]).values():
        yield from map(Method, resource.get("methods", {}).values())
        if "resources" in resource:
            yield from methods(resource["resources"])


def method_of(verb: str, path: str) -> Method:
    """The call with this HTTP method and path."""
    [found] = [one for one in methods() if one.described["httpMethod"] == verb and path in one.paths]
    return found


def conforms(value: Any, schema: Shape, path: str, *, for_method: str = "") -> None:  # noqa: ANN401 - JSON
    """Fail where a value has a name, type, form or word that its schema does not; or lacks what `for_method` needs."""
    if "$ref" in schema:
        conforms(value, DOCUMENT["schemas"][schema["$ref"]], path, for_method=for_method)
        return
    assert type(value) in TYPES[schema["type"]], path
    assert value in schema.get("enum", [value]), path
    if schema.get("format") in FORMATS:
        assert re.fullmatch(FORMATS[schema["format"]], value), f"{path}: {value}"
    if isinstance(value, list):
        for item in value:
            conforms(item, schema["items"], path, for_method=for_method)
    elif isinstance(value, dict) and "properties" in schema:
        known: Shape = schema["properties"]
        needed = {name for name, one in known.items() if for_method in one.get("annotations", {}).get("required", ())}
        assert needed <= set(value) <= set(known), f"{path}: {sorted(set(value) ^ needed)}"
        for name, item in value.items():
            conforms(item, known[name], f"{path}.{name}", for_method=for_method)
