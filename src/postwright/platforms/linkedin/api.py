"""The versioned API as one token sees it: what every call carries, and how a refusal is read."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Protocol, TypeVar
from urllib.parse import quote

from pydantic import ValidationError

from postwright.domain.errors import PlatformError
from postwright.domain.publication import StepKind
from postwright.kit.clock import Clock
from postwright.kit.http import Reply, Request
from postwright.platforms.base import Call
from postwright.platforms.errors import Fault, judge
from postwright.platforms.linkedin import spec
from postwright.platforms.linkedin.rules import RULES
from postwright.platforms.linkedin.wire import Refusal
from postwright.platforms.wire import Wire, excerpt, read

W = TypeVar("W", bound=Wire)


class Line(Protocol):
    """What the API needs of a Call or an OAuthCall."""

    @property
    def clock(self) -> Clock: ...

    async def send(self, request: Request) -> Reply: ...


class Rest:
    """api.linkedin.com/rest. A refusal is raised as an error of the tree."""

    def __init__(self, line: Line, token: str) -> None:
        self._line = line
        self._headers = {
            "Authorization": f"Bearer {token}",
            "LinkedIn-Version": spec.VERSION.name,
            "X-Restli-Protocol-Version": "2.0.0",
        }

    async def get(self, model: type[W], path: str, method: str | None = None) -> W:
        """Read something; `method` is Rest.li's own word for it, where it wants to be told."""
        return read(model, await self._call(Request("GET", spec.REST + path, headers=self._named(method))))

    async def post(
        self, path: str, body: Mapping[str, object], kind: StepKind = StepKind.PREPARE, needs: str | None = None
    ) -> Reply:
        """Write something; `kind` says whether people can see it, `needs` names the permission it takes."""
        return await self._call(Request("POST", spec.REST + path, json=body, headers=self._headers), kind, needs)

    async def delete(self, path: str) -> None:
        """Remove something."""
        await self._call(Request("DELETE", spec.REST + path, headers=self._named("DELETE")))

    def _named(self, method: str | None) -> Mapping[str, str]:
        return self._headers | ({"X-RestLi-Method": method} if method else {})

    async def _call(self, request: Request, kind: StepKind = StepKind.PREPARE, needs: str | None = None) -> Reply:
        reply = await self._line.send(request)
        if (error := refusal(reply, self._line.clock.now(), kind, needs)) is not None:
            raise error
        return reply


def rest(call: Call) -> Rest:
    """The API as the account's token sees it."""
    return Rest(call, call.token)


def author(call: Call) -> str:
    """The account's URN, which is what it publishes as."""
    return call.account.external_id


def publish_scope(call: Call) -> str:
    """The permission that publishing as this account takes."""
    return next(scope for sort, scope in spec.PUBLISH_SCOPES.items() if author(call).startswith(sort))


def encoded(urn: str) -> str:
    """A URN as part of an address."""
    return quote(urn, safe="")


def refusal(
    reply: Reply, now: datetime, kind: StepKind = StepKind.PREPARE, needs: str | None = None
) -> PlatformError | None:
    """The error that a reply is, None for one that says yes."""
    if reply.status // 100 == 2:  # noqa: PLR2004 the class of success
        return None
    try:
        told = Refusal.model_validate(reply.json())
    except ValidationError:
        told = Refusal()
    evidence = told.model_dump(exclude_none=True) | {"body": excerpt(reply), "trace": reply.headers.get("x-li-uuid")}
    codes = tuple(code for code in (told.code, told.number, str(reply.status)) if code)
    # LinkedIn tells of no end; what is counted, is counted by the day.
    until = _midnight(now) if told.code == "TOO_MANY_REQUESTS" else None
    return judge(Fault(reply.status, codes, told.message, needs=needs, until=until, evidence=evidence), RULES, kind)


def _midnight(now: datetime) -> datetime:
    return datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
