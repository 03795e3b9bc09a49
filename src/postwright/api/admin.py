"""The routes of those who look after the instance: the queue over all workspaces, and one publication of it."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from postwright.api.deps import AppDep, require_admin
from postwright.domain.publication import State
from postwright.services import operations
from postwright.services.operations import Queue
from postwright.storage.operations import Operated

router = APIRouter(tags=["admin"], dependencies=[Depends(require_admin)])


class DepthReply(BaseModel):
    """How many publications of a platform are in a state; large numbers are estimates."""

    model_config = ConfigDict(from_attributes=True)

    platform: str
    state: State
    publications: int


class RunReply(BaseModel):
    """An account that a worker is at, and the publication that it works on there."""

    model_config = ConfigDict(from_attributes=True)

    account_id: UUID
    platform: str
    username: str
    publication_id: UUID | None
    lease_until: datetime


class WorkerReply(BaseModel):
    """A worker process. One that is not alive gave no sign of life for three heartbeats."""

    id: UUID
    host: str
    pid: int
    started_at: datetime
    heartbeat_at: datetime
    alive: bool
    runs: list[RunReply]


class BlockedReply(BaseModel):
    """An account that the platform wants no calls for, or that must be reconnected, and what waits for it."""

    model_config = ConfigDict(from_attributes=True)

    account_id: UUID
    workspace_id: UUID
    platform: str
    username: str
    health: str
    health_reason: str | None
    blocked_until: datetime | None
    waiting: int = Field(description="Due publications that wait for it.")


class QueueReply(BaseModel):
    """The queue, who works on it, and what holds it up."""

    depths: list[DepthReply]
    due: int = Field(description="Publications that are due and could start.")
    oldest_due_at: datetime | None = Field(description="Since when the oldest of them waits.")
    oldest_due_seconds: float
    workers: list[WorkerReply]
    blocked: list[BlockedReply]


class OperatedReply(BaseModel):
    """A publication after it was dealt with."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    workspace_id: UUID
    post_id: UUID
    account_id: UUID
    platform: str
    status: State = Field(validation_alias="state")
    due_at: datetime
    next_run_at: datetime | None


@router.get("/api/admin/queue")
async def admin_queue(app: AppDep) -> QueueReply:
    """The queue of the whole instance, its workers, and the accounts that are held up."""
    async with app.db.tx() as tx:
        return _queue(await operations.look(tx, app))


@router.post("/api/admin/publications/{publication_id:uuid}/requeue")
async def admin_requeue(app: AppDep, publication_id: UUID) -> OperatedReply:
    """Queue what failed, was canceled or needs attention again. For the latter it says that it is not out."""
    async with app.db.tx() as tx:
        return _operated(await operations.requeue(tx, app, publication_id))


@router.post("/api/admin/publications/{publication_id:uuid}/publish")
async def admin_publish(app: AppDep, publication_id: UUID) -> OperatedReply:
    """Send it now: whatever its time, the late limit, and until when the platform wanted no calls."""
    async with app.db.tx() as tx:
        return _operated(await operations.publish(tx, app, publication_id))


@router.post("/api/admin/publications/{publication_id:uuid}/cancel")
async def admin_cancel(app: AppDep, publication_id: UUID) -> OperatedReply:
    """Take it out of the queue."""
    async with app.db.tx() as tx:
        return _operated(await operations.cancel(tx, app, publication_id))


def _queue(seen: Queue) -> QueueReply:
    return QueueReply(
        depths=[DepthReply.model_validate(one) for one in seen.depths],
        due=seen.due,
        oldest_due_at=seen.since,
        oldest_due_seconds=max(0.0, (seen.now - seen.since).total_seconds()) if seen.since else 0.0,
        workers=[
            WorkerReply(
                id=worker.id,
                host=worker.host,
                pid=worker.pid,
                started_at=worker.started_at,
                heartbeat_at=worker.heartbeat_at,
                alive=worker.heartbeat_at >= seen.alive_since,
                runs=[RunReply.model_validate(run) for run in seen.runs if run.worker_id == worker.id],
            )
            for worker in seen.workers
        ],
        blocked=[BlockedReply.model_validate(one) for one in seen.blocked],
    )


def _operated(found: Operated) -> OperatedReply:
    return OperatedReply.model_validate(found)
