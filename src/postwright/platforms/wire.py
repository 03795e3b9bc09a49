"""Replies as types: the base of every platform's wire models, and how a reply becomes one."""

from collections.abc import Iterable
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from postwright.domain.errors import Surprise
from postwright.kit.http import Reply
from postwright.kit.text import shorten

_EVIDENCE_LENGTH = 500


class Wire(BaseModel):
    """Part of a reply. Names that nobody asked for are let by, and ids may come as numbers."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)


W = TypeVar("W", bound=Wire)


def read(model: type[W], reply: Reply) -> W:
    """The reply's body as `model`. Raises Surprise where it is not one."""
    try:
        return model.model_validate(reply.json())
    except ValidationError as unreadable:
        raise Surprise(
            status=reply.status, evidence={"body": excerpt(reply), "unreadable": _places(unreadable)}
        ) from unreadable


def read_items(model: type[W], items: Iterable[object]) -> tuple[W, ...]:
    """The items of a list. Raises Surprise where one is not a `model`."""
    try:
        return tuple(model.model_validate(item) for item in items)
    except ValidationError as unreadable:
        raise Surprise(evidence={"unreadable": _places(unreadable)}) from unreadable


def excerpt(reply: Reply) -> str:
    """The beginning of a body, as evidence."""
    return shorten(reply.body.decode(errors="replace"), _EVIDENCE_LENGTH)


def _places(error: ValidationError) -> list[str]:
    return [".".join(map(str, fault["loc"])) for fault in error.errors()]
