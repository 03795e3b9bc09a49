"""A workspace's settings, as its people see them and its owners change them."""

from dataclasses import dataclass
from datetime import timedelta

from postwright.domain.errors import Finding, Invalid
from postwright.domain.workspace import LONGEST_DUPLICATE_WINDOW, LONGEST_LATE_LIMIT, LatePolicy, WorkspaceSettings
from postwright.services.auth import Caller
from postwright.services.people import name_findings
from postwright.storage import workspaces
from postwright.storage.db import Tx

SETTERS = ("owner", "admin")


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be otherwise; None leaves it as it is."""

    name: str | None = None
    late_limit: timedelta | None = None
    late_policy: LatePolicy | None = None
    duplicate_window: timedelta | None = None


async def settings(tx: Tx, caller: Caller) -> WorkspaceSettings:
    """The settings of the caller's workspace."""
    return await workspaces.settings(tx, caller.workspace_id)


async def change(tx: Tx, caller: Caller, wanted: Changes) -> WorkspaceSettings:
    """Change the caller's workspace; it holds from the next post that is found late or written. Raises Problem."""
    caller.require(*SETTERS)
    name = None if wanted.name is None else wanted.name.strip()
    findings = [
        *(_name_findings(name) if name is not None else ()),
        *_span_findings("late_limit_seconds", wanted.late_limit, LONGEST_LATE_LIMIT),
        *_span_findings("duplicate_window_seconds", wanted.duplicate_window, LONGEST_DUPLICATE_WINDOW),
    ]
    if findings:
        raise Invalid(findings)
    before = await workspaces.settings(tx, caller.workspace_id, lock=True)
    after = WorkspaceSettings(
        name=name or before.name,
        late_limit=before.late_limit if wanted.late_limit is None else wanted.late_limit,
        late_policy=wanted.late_policy or before.late_policy,
        duplicate_window=before.duplicate_window if wanted.duplicate_window is None else wanted.duplicate_window,
    )
    await workspaces.store(tx, caller.workspace_id, after)
    return after


def _name_findings(name: str) -> list[Finding]:
    return name_findings("name", name) if name else [Finding("name", "name_required", "A workspace has a name.")]


def _span_findings(field: str, span: timedelta | None, longest: timedelta) -> list[Finding]:
    if span is None or timedelta() <= span <= longest:
        return []
    limit, value = longest.total_seconds(), span.total_seconds()
    message = f"Between nothing and {longest.days} days."
    return [Finding(field, "out_of_range", message, limit=limit, value=value)]
