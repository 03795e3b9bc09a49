"""Parameters with a syntax of their own: `fields` as `a,b{c,d},edge.limit(3){e}` read into a tree, and lists.

Source: Meta, Graph API "Field Expansion".
"""

import json
import re
from dataclasses import dataclass
from functools import lru_cache

from postwright.sandbox.twins.meta.errors import BAD_FIELDS, BAD_PARAM, GraphError

_NAME = re.compile(r"\s*([a-z_0-9]+)")
_ARG = re.compile(r"\.([a-z_]+)\(([^)]*)\)")


@dataclass(frozen=True, slots=True)
class Field:
    """One requested field or edge with its modifiers and subfields."""

    name: str
    args: tuple[tuple[str, str], ...] = ()
    sub: tuple["Field", ...] = ()

    def arg(self, name: str) -> str:
        """A modifier's value, or an empty string."""
        return dict(self.args).get(name, "")


@lru_cache(maxsize=512)
def parse_fields(text: str) -> tuple[Field, ...]:
    """Read a `fields` parameter; raises GraphError (2500) for a syntax error."""
    if not text.strip():
        return ()
    found, at = _listed(text, 0)
    if at != len(text):
        raise _syntax(text, at)
    return found


def _listed(text: str, at: int) -> tuple[tuple[Field, ...], int]:
    found: list[Field] = []
    while True:
        field, at = _one(text, at)
        found.append(field)
        if not text.startswith(",", at):
            return tuple(found), at
        at += 1


def _one(text: str, at: int) -> tuple[Field, int]:
    name = _NAME.match(text, at)
    if name is None:
        raise _syntax(text, at)
    at = name.end()
    args: list[tuple[str, str]] = []
    while arg := _ARG.match(text, at):
        args.append((arg[1], arg[2]))
        at = arg.end()
    sub: tuple[Field, ...] = ()
    if text.startswith("{", at):
        sub, at = _listed(text, at + 1)
        if not text.startswith("}", at):
            raise _syntax(text, at)
        at += 1
    while text.startswith(" ", at):
        at += 1
    return Field(name[1], tuple(args), sub), at


def _syntax(text: str, at: int) -> GraphError:
    return GraphError(BAD_FIELDS, rest=text[at : at + 1], at=at, text=text)


def read_list(name: str, value: str) -> tuple[str, ...]:
    """A JSON array or a comma list of strings; raises GraphError 100."""
    if not value.lstrip().startswith("["):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    try:
        items = json.loads(value)
    except ValueError:
        raise GraphError(BAD_PARAM, name=name, fault="must be an array.") from None
    return tuple(str(item) for item in items)
