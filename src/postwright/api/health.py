"""Whether the server lives, whether it can work, and its metrics."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from postwright.api.deps import AppDep
from postwright.api.metrics import Metrics
from postwright.services import health

router = APIRouter(tags=["health"])

_UNREADY = 503
_TEXT = "text/plain; version=0.0.4; charset=utf-8"


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Check(BaseModel):
    """One thing the server needs for its work."""

    name: str
    ok: bool
    detail: str


class Readiness(BaseModel):
    """Whether the server can work, and what is missing."""

    status: Literal["ready", "unready"]
    checks: list[Check]


@router.get("/healthz")
async def healthz() -> Alive:
    """Whether the process lives. Asks nothing of the database."""
    return Alive()


@router.get("/readyz", response_model=Readiness, responses={_UNREADY: {"model": Readiness}})
async def readyz(app: AppDep) -> Response:
    """Whether posts can be taken and published: database, schema, workers, queue."""
    checks = [Check(name=c.name, ok=c.ok, detail=c.detail) for c in await health.readiness(app)]
    ready = all(check.ok for check in checks)
    body = Readiness(status="ready" if ready else "unready", checks=checks)
    return JSONResponse(body.model_dump(), 200 if ready else _UNREADY)


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(app: AppDep, request: Request) -> Response:
    """Metrics in Prometheus's text format."""
    counts: Metrics = request.app.state.metrics
    async with app.db.tx() as tx:
        work = await health.work(tx, app)
    return Response(counts.text(work), media_type=_TEXT)
