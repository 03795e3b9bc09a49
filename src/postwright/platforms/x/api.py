"""Calls to X's API: a reply becomes a type, a refusal an error of the tree, the headers what is used of the allowance.

Document: docs.x.com/fundamentals/rate-limits. Each endpoint has a window of its own; only that of posting is read.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from pydantic import ValidationError

from postwright.domain.publication import StepKind
from postwright.kit.crypto import Secret
from postwright.kit.http import Reply, Request
from postwright.platforms.base import Call, OAuthCall, RateReading
from postwright.platforms.errors import Fault, Rules, judge
from postwright.platforms.wire import Wire, excerpt, read
from postwright.platforms.x import spec
from postwright.platforms.x.rules import DAILY, RULES
from postwright.platforms.x.wire import Problem

W = TypeVar("W", bound=Wire)

_TOO_MANY = 429
_WINDOW = "x-rate-limit"
_DAYS = ("x-user-limit-24hour", "x-app-limit-24hour")


async def ask(
    call: Call, model: type[W], request: Request, kind: StepKind = StepKind.PREPARE, rules: Rules = RULES
) -> W:
    """What X answers to a request, whose address is a path; `kind` says whether people can see what it does."""
    return read(model, await send(call, request, call.token, kind, rules))


async def send(
    line: Call | OAuthCall,
    request: Request,
    token: Secret,
    kind: StepKind = StepKind.PREPARE,
    rules: Rules = RULES,
) -> Reply:
    """The reply to a request that X did not refuse."""
    headers = {**request.headers, "Authorization": f"Bearer {token}"}
    reply = await line.send(replace(request, url=spec.API + request.url, headers=headers))
    if isinstance(line, Call) and request.url == spec.POSTS and (reading := _reading(reply)) is not None:
        line.readings.append(reading)
    if (fault := fault_of(reply)) is not None:
        raise judge(fault, rules, kind)
    return reply


def fault_of(reply: Reply) -> Fault | None:
    """The refusal that a reply is, None for one that says yes."""
    if reply.status // 100 == 2:  # noqa: PLR2004 - the class of success
        return None
    try:
        problem = Problem.model_validate(reply.json())
    except ValidationError:
        problem = Problem()
    day = _full(reply, *_DAYS) if reply.status == _TOO_MANY else None
    return Fault(
        reply.status,
        (*((DAILY,) if day else ()), *problem.codes, str(reply.status)),
        problem.words,
        until=day or _full(reply, _WINDOW),
        evidence={"body": excerpt(reply)},
    )


def _reading(reply: Reply) -> RateReading | None:
    limit, remaining = _number(reply, f"{_WINDOW}-limit"), _number(reply, f"{_WINDOW}-remaining")
    if not limit or remaining is None:
        return None
    return RateReading(min(max(1 - remaining / limit, 0), 1), _full(reply, _WINDOW, *_DAYS))


def _full(reply: Reply, *windows: str) -> datetime | None:
    """When the last of those windows is open again of which nothing remains; None where something does of each."""
    resets = [_number(reply, f"{name}-reset") for name in windows if _number(reply, f"{name}-remaining") == 0]
    return max((datetime.fromtimestamp(reset, UTC) for reset in resets if reset), default=None)


def _number(reply: Reply, header: str) -> int | None:
    value = reply.headers.get(header, "")
    return int(value) if value.isdecimal() else None
