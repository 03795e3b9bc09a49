"""The routes of the caller's workspace: its name, and what becomes of posts that are late or said before."""

from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from postwright.api.deps import AppDep, CallerDep
from postwright.domain.workspace import LONGEST_DUPLICATE_WINDOW, LONGEST_LATE_LIMIT, LatePolicy, WorkspaceSettings
from postwright.services import workspaces
from postwright.services.auth import Caller
from postwright.services.people import LONGEST_NAME
from postwright.services.workspaces import Changes

router = APIRouter(tags=["workspace"])

_LATE: Final = int(LONGEST_LATE_LIMIT.total_seconds())
_WINDOW: Final = int(LONGEST_DUPLICATE_WINDOW.total_seconds())


class WorkspaceBody(BaseModel):
    """What is to be otherwise in the workspace; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"late_policy": "publish"}]})

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)] | None = None
    late_limit_seconds: Annotated[int, Field(strict=True, ge=0, le=_LATE)] | None = None
    late_policy: LatePolicy | None = None
    duplicate_window_seconds: Annotated[int, Field(strict=True, ge=0, le=_WINDOW)] | None = None


class WorkspaceSettingsReply(BaseModel):
    """The workspace's name and rules."""

    id: UUID
    name: str
    late_limit_seconds: int = Field(description="How late a post may go out without being asked about.")
    late_policy: LatePolicy = Field(description="What becomes of a post that is found later than that.")
    duplicate_window_seconds: int = Field(
        description="Within which span the same text and files on the same account are asked about; 0: never."
    )


@router.get("/api/workspace")
async def get_workspace(app: AppDep, caller: CallerDep) -> WorkspaceSettingsReply:
    """The workspace's settings. For its owners and admins."""
    caller.require(*workspaces.SETTERS)
    async with app.db.tx() as tx:
        return _reply(caller, await workspaces.settings(tx, caller))


@router.patch("/api/workspace")
async def change_workspace(app: AppDep, caller: CallerDep, body: WorkspaceBody) -> WorkspaceSettingsReply:
    """Change the workspace's settings. For its owners and admins."""
    wanted = Changes(
        name=body.name,
        late_limit=_span(body.late_limit_seconds),
        late_policy=body.late_policy,
        duplicate_window=_span(body.duplicate_window_seconds),
    )
    async with app.db.tx() as tx:
        return _reply(caller, await workspaces.change(tx, caller, wanted))


def _span(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def _reply(caller: Caller, found: WorkspaceSettings) -> WorkspaceSettingsReply:
    return WorkspaceSettingsReply(
        id=caller.workspace_id,
        name=found.name,
        late_limit_seconds=round(found.late_limit.total_seconds()),
        late_policy=found.late_policy,
        duplicate_window_seconds=round(found.duplicate_window.total_seconds()),
    )
