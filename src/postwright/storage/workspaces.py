"""Statements on a workspace's settings."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from postwright.domain.workspace import LatePolicy, WorkspaceSettings
from postwright.storage.db import Tx
from postwright.storage.tables import workspaces


async def settings(tx: Tx, workspace_id: UUID, *, lock: bool = False) -> WorkspaceSettings:
    """A workspace's settings; locked, nobody changes them meanwhile."""
    statement = select(workspaces).where(workspaces.c.id == workspace_id)
    row = (await tx.execute(statement.with_for_update() if lock else statement)).one()
    return WorkspaceSettings(
        name=row.name,
        late_limit=timedelta(seconds=row.late_limit_seconds),
        late_policy=LatePolicy(row.late_policy),
        duplicate_window=timedelta(seconds=row.duplicate_window_seconds),
    )


async def store(tx: Tx, workspace_id: UUID, wanted: WorkspaceSettings) -> None:
    """Replace a workspace's settings."""
    await tx.execute(
        update(workspaces)
        .where(workspaces.c.id == workspace_id)
        .values(
            name=wanted.name,
            late_limit_seconds=round(wanted.late_limit.total_seconds()),
            late_policy=wanted.late_policy.value,
            duplicate_window_seconds=round(wanted.duplicate_window.total_seconds()),
        )
    )
