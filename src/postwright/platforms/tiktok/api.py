"""TikTok's calls: the envelope that every reply comes in, and the errors that it names."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import ValidationError

from postwright.domain.publication import StepKind
from postwright.kit.http import Reply, Request
from postwright.platforms.base import Call, OAuthCall
from postwright.platforms.errors import Fault, judge
from postwright.platforms.tiktok import spec
from postwright.platforms.tiktok.rules import RULES
from postwright.platforms.tiktok.wire import OK, Answer, Creator, Refusal, Status
from postwright.platforms.wire import Wire, excerpt, read

W = TypeVar("W", bound=Wire)
Json = Mapping[str, object]


async def ask(
    call: Call,
    model: type[W],
    url: str,
    body: Json | None = None,
    *,
    kind: StepKind = StepKind.PREPARE,
    needs: str = spec.PUBLISH,
    fields: str | None = None,
) -> W:
    """Make a call; `needs` is the permission it takes. A refusal is raised as an error of the tree."""
    query = {"fields": fields} if fields else {}
    request = Request("POST", url, query=query, json=body, headers=bearer(call.token))
    return understood(model, await call.send(request), kind, needs)


async def creator(line: Call | OAuthCall, token: str) -> Creator:
    """What the account's owner allows; must be asked before every post (…-query-creator-info)."""
    reply = await line.send(Request("POST", spec.CREATOR_URL, headers=bearer(token)))
    return understood(Creator, reply, needs=spec.PUBLISH)


async def status_of(call: Call, publish_id: str) -> Status:
    """How far TikTok is with a post."""
    return await ask(call, Status, spec.STATUS_URL, {"publish_id": publish_id})


def bearer(token: str) -> dict[str, str]:
    """The headers of a call with a token."""
    return {"Authorization": f"Bearer {token}"}


def understood(model: type[W], reply: Reply, kind: StepKind = StepKind.PREPARE, needs: str | None = None) -> W:
    """A reply as `model`, or the refusal that it is: its code counts, some come with HTTP 200."""
    refusal = _refusal(reply)
    if reply.status // 100 == 2 and (refusal is None or refusal.code == OK):  # noqa: PLR2004 the class of success
        return read(model, reply)
    raise judge(_fault(reply, refusal, needs), RULES, kind)


def _fault(reply: Reply, refusal: Refusal | None, needs: str | None) -> Fault:
    if refusal is None or refusal.code == OK:
        return Fault(reply.status, needs=needs, evidence={"body": excerpt(reply)})
    words = refusal.message or None
    return Fault(reply.status, (refusal.code,), words, needs=needs, evidence=refusal.model_dump(exclude_none=True))


def _refusal(reply: Reply) -> Refusal | None:
    try:
        return Answer.model_validate(reply.json()).error
    except ValidationError:
        return None
