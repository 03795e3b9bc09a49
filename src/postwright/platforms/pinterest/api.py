"""Calls to Pinterest's API: a reply becomes a type, a refusal an error of the tree."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from pydantic import ValidationError

from postwright.domain.publication import StepKind
from postwright.kit.crypto import Secret
from postwright.kit.http import DEFAULT_TIMEOUT, Reply, Request
from postwright.platforms.base import Call, OAuthCall
from postwright.platforms.errors import Fault, judge
from postwright.platforms.pinterest import spec
from postwright.platforms.pinterest.rules import DAY, RULES
from postwright.platforms.pinterest.wire import Page, Rates, Refusal
from postwright.platforms.wire import Wire, excerpt, read, read_items

W = TypeVar("W", bound=Wire)
NOT_FOUND = 404
_TOO_MANY = 429


class Api:
    """The API as one token sees it."""

    def __init__(self, line: Call | OAuthCall, token: Secret) -> None:
        self._line = line
        self._headers = {"Authorization": f"Bearer {token}"}

    async def get(self, model: type[W], path: str, **query: str) -> W:
        """Read something."""
        return read(model, await self._send(Request("GET", spec.API + path, query=query, headers=self._headers)))

    async def all(self, model: type[W], path: str) -> tuple[W, ...]:
        """The items of a list, page by page."""
        found: list[W] = []
        query = {"page_size": str(spec.PAGE_SIZE)}
        for _ in range(spec.MOST_PAGES):
            page = await self.get(Page, path, **query)
            found += read_items(model, page.items)
            if not page.bookmark:
                break
            query["bookmark"] = page.bookmark
        return tuple(found)

    async def post(
        self,
        model: type[W],
        path: str,
        body: Mapping[str, object],
        kind: StepKind = StepKind.PREPARE,
        within: timedelta = DEFAULT_TIMEOUT,
    ) -> W:
        """Write something; `kind` says whether people can see it."""
        request = Request("POST", spec.API + path, json=body, headers=self._headers, timeout=within)
        return read(model, await self._send(request, kind))

    async def delete(self, path: str) -> None:
        """Remove something."""
        await self._send(Request("DELETE", spec.API + path, headers=self._headers))

    async def _send(self, request: Request, kind: StepKind = StepKind.PREPARE) -> Reply:
        reply = await self._line.send(request)
        now, rates = self._line.clock.now(), Rates.of(reply)
        reading = rates.reading(now)
        if reading is not None and isinstance(self._line, Call):
            self._line.readings.append(reading)
        fault = fault_of(reply)
        if fault is None:
            return reply
        raise judge(_with_rates(fault, rates, now), RULES, kind)


def fault_of(reply: Reply) -> Fault | None:
    """The refusal that a reply is, None for one that says yes."""
    if reply.status // 100 == 2:  # noqa: PLR2004 - the class of success
        return None
    try:
        refusal = Refusal.model_validate(reply.json())
    except ValidationError:
        refusal = Refusal()
    code = refusal.error if refusal.code is None else str(refusal.code)
    exact = (f"{reply.status}/{code}", code) if code else ()
    return Fault(
        reply.status,
        (*exact, f"http {reply.status}"),
        refusal.message or refusal.error_description or refusal.error,
        evidence=refusal.model_dump(exclude_none=True) or {"body": excerpt(reply)},
    )


def _with_rates(fault: Fault, rates: Rates, now: datetime) -> Fault:
    """A refusal for too many calls, with when they are welcome again."""
    if fault.status != _TOO_MANY:
        return fault
    codes = (DAY, *fault.codes) if rates.long else fault.codes
    return replace(fault, codes=codes, until=now + rates.reset if rates.reset else None)
