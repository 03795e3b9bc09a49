"""What the platforms on the Graph API share: its calls, its errors, its rate headers.

Hosts, paths and the codes of one platform are in that platform's folder.
Documents: developers.facebook.com/docs/graph-api/guides/error-handling and …/overview/rate-limiting.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from pydantic import JsonValue, ValidationError

from postwright.domain.errors import AuthExpired, AuthRevoked, RateLimited, Rejected, Unavailable, Uncertain
from postwright.domain.publication import StepKind
from postwright.kit.clock import Clock
from postwright.kit.http import Reply, Request
from postwright.platforms.base import Call, RateReading
from postwright.platforms.errors import ErrorRule, Fault, Rules, judge
from postwright.platforms.upload import FilePart, allowed_time, multipart
from postwright.platforms.wire import Wire, excerpt, read, read_items

W = TypeVar("W", bound=Wire)

_LOST_PERMISSION = (
    "The permission {needs} was taken back or never given: reconnect the account and allow it. (Meta: {words})"
)
_OVER = "The connection has run out or was ended: reconnect the account. (Meta: {words})"
_SLOW_DOWN = "Meta asks us to slow down; the post goes on by itself."
_HICCUP = "Meta had a fault of its own: {words}"

RULES: tuple[ErrorRule, ...] = (
    ErrorRule("190/458", AuthRevoked, "The app was removed from the account: reconnect it."),
    ErrorRule("190/459", AuthRevoked, "Meta wants the account's owner to log in and pass a check; then reconnect it."),
    ErrorRule("190/460", AuthRevoked, "The password was changed, which ends every connection: reconnect the account."),
    ErrorRule("190/463", AuthExpired, _OVER),
    ErrorRule("190/464", AuthRevoked, "The account is not confirmed: confirm it at Meta, then reconnect it."),
    ErrorRule("190/467", AuthRevoked, _OVER),
    ErrorRule("190/492", AuthRevoked, "The person who connected it has lost their role on the Page: reconnect."),
    ErrorRule("190", AuthExpired, _OVER),
    ErrorRule("102", AuthRevoked, _OVER),
    *(ErrorRule(str(code), AuthRevoked, _LOST_PERMISSION) for code in (3, 10, *range(200, 300))),
    *(ErrorRule(str(code), RateLimited, _SLOW_DOWN) for code in (4, 17, 32, 341, 613, 80001, 80002, 80006)),
    *(ErrorRule(str(code), Unavailable, _HICCUP) for code in (-2, -1, 1, 2)),
    ErrorRule(
        "368",
        Rejected,
        "Meta has blocked the account for a while because of its policies. Open the app, look at the account's"
        " status, and try again when the block is over. (Meta: {words})",
    ),
    ErrorRule("506", Rejected, "The same text was posted just before.", "caption", on_commit=Uncertain),
    ErrorRule("100", Rejected),
)
"""Codes that mean the same on every Graph platform; a platform puts its own before them."""


class GraphError(Wire):
    """The `error` of a refusal."""

    message: str | None = None
    type: str | None = None
    code: int | None = None
    error_subcode: int | None = None
    is_transient: bool = False
    error_user_msg: str | None = None
    fbtrace_id: str | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """`code/subcode`, `*/subcode` and `code`, as the rules name them."""
        if self.code is None:
            return ()
        exact = (f"{self.code}/{self.error_subcode}", f"*/{self.error_subcode}") if self.error_subcode else ()
        return (*exact, str(self.code))


class _Refusal(Wire):
    error: GraphError


class _Cursors(Wire):
    after: str | None = None


class _Paging(Wire):
    cursors: _Cursors | None = None
    next: str | None = None


class _Edge(Wire):
    data: tuple[JsonValue, ...]
    paging: _Paging | None = None

    @property
    def after(self) -> str | None:
        """The cursor of the next page, where there is one."""
        more = self.paging and self.paging.next and self.paging.cursors
        return more.after if more else None


class Line(Protocol):
    """What a Graph needs of a Call or an OAuthCall."""

    @property
    def clock(self) -> Clock: ...

    async def send(self, request: Request) -> Reply: ...


class Graph:
    """One Graph host as one token sees it. A refusal is raised as an error of the tree, by `rules`."""

    def __init__(self, line: Line, base: str, token: str | None, rules: Rules) -> None:
        self._line = line
        self._base = base
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._rules = rules

    async def get(self, model: type[W], path: str, **query: str) -> W:
        """Read an object or an edge."""
        return await self._call(model, Request("GET", self._base + path, query=query, headers=self._headers))

    async def edge(self, model: type[W], path: str, *, pages: int = 1, **query: str) -> tuple[W, ...]:
        """The objects of an edge, from at most so many pages."""
        found: list[W] = []
        for _ in range(pages):
            page = await self.get(_Edge, path, **query)
            found += read_items(model, page.data)
            if page.after is None:
                break
            query["after"] = page.after
        return tuple(found)

    async def post(
        self,
        model: type[W],
        path: str,
        form: Mapping[str, str],
        *,
        kind: StepKind = StepKind.PREPARE,
        needs: str | None = None,
    ) -> W:
        """Write something; `kind` says whether people can see it, `needs` names the permission it takes."""
        request = Request("POST", self._base + path, form=form, headers=self._headers)
        return await self._call(model, request, kind, needs)

    async def post_file(self, model: type[W], path: str, form: Mapping[str, str], file: FilePart, *, needs: str) -> W:
        """Send a file with a form; nobody sees it yet."""
        headers, body = multipart(form, file)
        request = Request(
            "POST",
            self._base + path,
            body=body,
            headers={**self._headers, **headers},
            timeout=allowed_time(file.size),
        )
        return await self._call(model, request, needs=needs)

    async def delete(self, model: type[W], path: str) -> W:
        """Remove something."""
        return await self._call(model, Request("DELETE", self._base + path, headers=self._headers))

    async def _call(
        self, model: type[W], request: Request, kind: StepKind = StepKind.PREPARE, needs: str | None = None
    ) -> W:
        reply = await self._line.send(request)
        reading = rate_reading(reply, self._line.clock.now())
        if reading and isinstance(self._line, Call):
            self._line.readings.append(reading)
        if (fault := fault_of(reply, reading, needs)) is not None:
            raise judge(fault, self._rules, kind)
        return read(model, reply)


NO_OBJECT = "100/33"
"""There is no such object, or it does not support what was asked: one code for both."""


async def take_down(graph: Graph, object_id: str) -> bool:
    """Delete a published object; True also where it is gone already, False where the platform deletes no such thing."""
    try:
        await graph.delete(Wire, f"/{object_id}")
    except Rejected as refusal:
        if refusal.code != NO_OBJECT:
            raise
        return not await _exists(graph, object_id)
    return True


async def _exists(graph: Graph, object_id: str) -> bool:
    try:
        await graph.get(Wire, f"/{object_id}", fields="id")
    except Rejected as refusal:
        if refusal.code != NO_OBJECT:
            raise
        return False
    return True


def fault_of(reply: Reply, reading: RateReading | None = None, needs: str | None = None) -> Fault | None:
    """The refusal that a reply is, None for one that says yes."""
    error = _error(reply)
    if error is None and reply.status // 100 == 2:  # noqa: PLR2004 the class of success
        return None
    error = error or GraphError()
    said = error.model_dump(exclude_none=True, exclude_defaults=True)
    return Fault(
        reply.status,
        error.codes,
        error.error_user_msg or error.message,
        transient=error.is_transient,
        needs=needs,
        until=reading.blocked_until if reading else None,
        evidence=said or {"body": excerpt(reply)},
    )


def _error(reply: Reply) -> GraphError | None:
    body = reply.json()
    if not isinstance(body, dict) or "error" not in body:
        return None
    try:
        return _Refusal.model_validate(body).error
    except ValidationError:
        return None


class _Usage(Wire):
    call_count: float = 0
    total_time: float = 0
    total_cputime: float = 0
    estimated_time_to_regain_access: float = 0
    """Minutes."""

    @property
    def used(self) -> float:
        return max(self.call_count, self.total_time, self.total_cputime) / 100


def rate_reading(reply: Reply, now: datetime) -> RateReading | None:
    """What X-App-Usage and X-Business-Use-Case-Usage say (percent, and minutes to wait); None without them."""
    usages = tuple(_usages(reply))
    if not usages:
        return None
    minutes = max(usage.estimated_time_to_regain_access for usage in usages)
    return RateReading(max(usage.used for usage in usages), now + timedelta(minutes=minutes) if minutes > 0 else None)


def _usages(reply: Reply) -> Iterator[_Usage]:
    app = _header(reply, "x-app-usage")
    business = _header(reply, "x-business-use-case-usage")
    objects = business.values() if isinstance(business, dict) else ()
    for found in (app, *(usage for usages in objects if isinstance(usages, list) for usage in usages)):
        if found is None:
            continue
        try:
            yield _Usage.model_validate(found)
        except ValidationError:
            continue


def _header(reply: Reply, name: str) -> JsonValue:
    said = reply.headers.get(name)
    if said is None:
        return None
    try:
        parsed: JsonValue = json.loads(said)
    except ValueError:
        return None
    return parsed
