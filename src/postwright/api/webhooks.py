"""The route that platforms call: handshakes and signed notices, answered at once."""

from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from postwright.api.deps import AppDep
from postwright.platforms.base import WebhookCall
from postwright.services import webhooks

router = APIRouter(tags=["webhooks"])

Responses = dict[int | str, dict[str, Any]]  # as FastAPI has it

_FORBIDDEN: Final[Responses] = {403: {"$ref": "#/components/responses/FORBIDDEN"}}
_TEXT: Final[Responses] = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}


@router.get("/api/webhooks/{platform}", response_class=Response, responses={**_TEXT, **_FORBIDDEN})
async def handshake(request: Request, app: AppDep, platform: str) -> Response:
    """Answer the platform's question whether this address wants its notices."""
    return await _receive(request, app, platform)


@router.post("/api/webhooks/{platform}", response_class=Response, responses={**_TEXT, **_FORBIDDEN})
async def notice(request: Request, app: AppDep, platform: str) -> Response:
    """Take a notice, signed by the platform. The same one again changes nothing."""
    return await _receive(request, app, platform)


async def _receive(request: Request, app: AppDep, platform: str) -> Response:
    call = WebhookCall(
        method=request.method,
        query=dict(request.query_params),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await request.body(),
    )
    reply = await webhooks.receive(app, platform, call)
    is_json = reply.startswith("{")  # one platform wants its challenge answered in JSON
    return Response(reply, media_type="application/json" if is_json else "text/plain")
