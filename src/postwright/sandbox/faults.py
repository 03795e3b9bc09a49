"""Faults that a test orders: which calls they strike and how often. gate.py plays them."""

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from postwright.sandbox.call import Call, Json

Kind = Literal[
    "status",
    "rate_limit",
    "timeout",
    "slow",
    "cut_before",
    "cut_after",
    "garbage",
    "expire_token",
    "revoke_token",
]
EFFECT_BY_DEFAULT: Mapping[str, bool] = {"slow": True, "cut_after": True, "garbage": True}
"""Does the call still act? Says nothing for the token kinds: there the call itself goes on with a dead token."""


class BadFault(Exception):
    """A fault order that cannot be understood; the message says why."""


@dataclass(slots=True)
class Fault:
    """One order. Empty scope fields match everything."""

    id: int
    kind: Kind
    platform: str = ""
    method: str = ""
    path: str = ""
    """Regular expression searched in `/{host}{path}`."""
    account: str = ""
    count: int = 1
    """Calls still to be struck; -1 never ends."""
    after: int = 0
    """Matching calls that pass unharmed first."""
    status: int = 500
    body: str | None = None
    """For `status`: this exact body instead of the vendor's error shape."""
    code: int | None = None
    subcode: int | None = None
    message: str = ""
    milliseconds: int = 0
    reason: str = ""
    """For `revoke_token`: why the vendor ended it (a twin's own word; empty is the usual reason)."""
    effect: bool = False
    """The call takes effect although its reply is spoiled."""
    struck: int = 0

    def matches(self, call: Call) -> bool:
        """Whether this call is in the fault's scope."""
        return (
            self.platform in ("", call.platform)
            and self.method in ("", call.method)
            and self.account in ("", call.account)
            and (not self.path or re.search(self.path, f"/{call.host}{call.path}") is not None)
        )

    def to_json(self) -> dict[str, Json]:
        """The order as `GET /_sandbox/faults` lists it."""
        return {name: getattr(self, name) for name in self.__slots__}


class Faults:
    """The orders in force, oldest first; the first that matches strikes."""

    def __init__(self) -> None:
        self._orders: list[Fault] = []
        self._ids = itertools.count(1)

    def take(self, call: Call) -> Fault | None:
        """The fault that strikes this call, already counted."""
        for order in self._orders:
            if not order.count or not order.matches(call):
                continue
            if order.after:
                order.after -= 1
                continue
            order.struck += 1
            order.count -= order.count > 0
            call.fault = order.kind
            return order
        return None

    def add(self, wish: Mapping[str, Json]) -> Fault:
        """Take an order as JSON; raises BadFault."""
        kind = wish.get("kind")
        known = get_args(Kind)
        if kind not in known:
            raise BadFault(f"kind must be one of {', '.join(known)}")
        unknown = set(wish) - set(Fault.__slots__) - {"ms", "path_pattern"}
        if unknown:
            raise BadFault(f"unknown fields: {', '.join(sorted(unknown))}")
        order = _read(next(self._ids), wish)
        self._orders.append(order)
        return order

    def clear(self) -> None:
        """Forget all orders."""
        self._orders.clear()

    def listed(self) -> list[dict[str, Json]]:
        """All orders, spent ones too."""
        return [order.to_json() for order in self._orders]


def _read(number: int, wish: Mapping[str, Json]) -> Fault:
    kind = str(wish["kind"])
    try:
        path = str(wish.get("path", wish.get("path_pattern", "")) or "")
        re.compile(path)
        return Fault(
            id=number,
            kind=kind,  # type: ignore[arg-type]  # checked against the Literal by the caller
            platform=str(wish.get("platform") or ""),
            method=str(wish.get("method") or "").upper(),
            path=path,
            account=str(wish.get("account") or ""),
            count=_number(wish.get("count"), 1),
            after=_number(wish.get("after"), 0),
            status=_number(wish.get("status"), 500),
            body=None if wish.get("body") is None else str(wish["body"]),
            code=None if wish.get("code") is None else _number(wish["code"], 0),
            subcode=None if wish.get("subcode") is None else _number(wish["subcode"], 0),
            message=str(wish.get("message") or ""),
            milliseconds=_number(wish.get("milliseconds", wish.get("ms")), 0),
            reason=str(wish.get("reason") or ""),
            effect=bool(wish.get("effect", EFFECT_BY_DEFAULT.get(kind, False))),
        )
    except (re.error, ValueError) as refusal:
        raise BadFault(str(refusal)) from refusal


def _number(value: Json, default: int) -> int:
    if value is None:
        return default
    if isinstance(value, int | float | str):
        return int(value)
    raise ValueError(f"a number is expected, not {value!r}")
