"""Calls to YouTube's API: a reply becomes a type, a refusal an error of the tree."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from pydantic import ValidationError

from postwright.domain.publication import StepKind
from postwright.kit.crypto import Secret
from postwright.kit.http import Reply, Request
from postwright.platforms.base import Call, OAuthCall
from postwright.platforms.errors import Fault, judge
from postwright.platforms.wire import Wire, excerpt, read, read_items
from postwright.platforms.youtube import spec
from postwright.platforms.youtube.rules import RULES, open_again
from postwright.platforms.youtube.wire import Page, Refusal

W = TypeVar("W", bound=Wire)
RESUME = 308
"""Not all bytes have arrived; the header Range says how many (guides/using_resumable_upload_protocol)."""


class Api:
    """The API as one token sees it."""

    def __init__(self, line: Call | OAuthCall, token: Secret) -> None:
        self._line = line
        self._token = token

    async def get(self, model: type[W], path: str, **query: str) -> W:
        """Read something."""
        return read(model, await self.send(Request("GET", spec.API + path, query=query)))

    async def all(self, model: type[W], path: str, **query: str) -> tuple[W, ...]:
        """The items of a list, page by page."""
        found: list[W] = []
        query |= {"maxResults": str(spec.PAGE_SIZE)}
        for _ in range(spec.MOST_PAGES):
            page = await self.get(Page, path, **query)
            found += read_items(model, page.items)
            if not page.next_page_token:
                break
            query["pageToken"] = page.next_page_token
        return tuple(found)

    async def insert(self, path: str, body: Mapping[str, object]) -> None:
        """Add something that people can see. A reply that is not YouTube's own does not say that it is there."""
        query = {"part": "snippet"}
        read(Wire, await self.send(Request("POST", spec.API + path, query=query, json=body), StepKind.COMMIT))

    async def send(self, request: Request, kind: StepKind = StepKind.PREPARE) -> Reply:
        """Send a request with the token; `kind` says whether people can see what it does."""
        headers = {**request.headers, "Authorization": f"Bearer {self._token}"}
        reply = await self._line.send(replace(request, headers=headers))
        fault = fault_of(reply, self._line)
        if fault is not None:
            raise judge(fault, RULES, kind)
        return reply


def api(call: Call) -> Api:
    """The API with the account's token."""
    return Api(call, call.token)


def fault_of(reply: Reply, line: Call | OAuthCall) -> Fault | None:
    """The refusal that a reply is, None for one that says yes or asks for the rest of an upload."""
    if reply.status // 100 == 2 or reply.status == RESUME:  # noqa: PLR2004 - the class of success
        return None
    try:
        refusal = Refusal.model_validate(reply.json())
    except ValidationError:
        refusal = Refusal()
    now, wait = line.clock.now(), reply.headers.get("retry-after", "")
    return Fault(
        reply.status,
        (*refusal.codes, f"http {reply.status}"),
        refusal.words,
        until=now + timedelta(seconds=int(wait)) if wait.isdecimal() else open_again(refusal.codes, now),
        evidence=refusal.model_dump(exclude_none=True) or {"body": excerpt(reply)},
    )
