"""The route of live changes: server-sent events of one workspace, for as long as the session stands."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from postwright.domain.errors import Unauthenticated
from postwright.services import auth
from postwright.services.health import DATABASE_FAULTS
from postwright.web.door import SESSION_COOKIE, Door, visit
from postwright.web.live import written

_LONGEST_ID: Final = 20


async def events(request: Request) -> Response:
    """What changes in the workspace from now on, or since an event (or a page) that the browser has seen."""
    visiting = await visit(request)
    lines = _lines(visiting.door, visiting.caller.workspace_id, request.cookies[SESSION_COOKIE], _since(request))
    return StreamingResponse(lines, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


def _since(request: Request) -> int | None:
    given = request.headers.get("Last-Event-ID") or request.query_params.get("last_event_id", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) <= _LONGEST_ID else None


async def _lines(door: Door, workspace_id: UUID, cookie: str, since: int | None) -> AsyncIterator[str]:
    seconds = asyncio.get_running_loop().time
    check_at = seconds() + door.heartbeat.total_seconds()
    with door.changes.stream(workspace_id, since) as stream:
        async for line in written(stream, door.heartbeat):
            if seconds() >= check_at:
                check_at = seconds() + door.heartbeat.total_seconds()
                if not await _stands(door, cookie):
                    return
            yield line


async def _stands(door: Door, cookie: str) -> bool:
    """Whether the session goes on. A database that cannot be asked ends no session."""
    try:
        await auth.authenticate_cookie(door.app, cookie)
    except Unauthenticated:
        return False
    except DATABASE_FAULTS:
        return True
    return True
