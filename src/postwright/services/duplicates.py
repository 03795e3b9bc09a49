"""The guard against saying the same twice: it asks, and whoever means it says so by `force`."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from postwright.domain.errors import Finding, Invalid
from postwright.services.auth import Caller
from postwright.storage import duplicates, workspaces
from postwright.storage.db import Tx
from postwright.storage.duplicates import Twin
from postwright.storage.posts import NewPublication

_SECONDS_PER_HOUR = 3600


async def findings(
    tx: Tx, caller: Caller, publications: Sequence[NewPublication], at: datetime, *, changing: UUID | None = None
) -> tuple[Finding, ...]:
    """For each publication that says what its account says already: which post does, and when.

    `changing` is the post that these publications are to replace.
    """
    window = (await workspaces.settings(tx, caller.workspace_id)).duplicate_window
    if not window:
        return ()
    found = [
        (new, await duplicates.nearest(tx, new, at=at, window=window, leaving_out=changing)) for new in publications
    ]
    hours = window.total_seconds() / _SECONDS_PER_HOUR
    return tuple(_finding(new, twin, hours) for new, twin in found if twin is not None)


async def refuse(
    tx: Tx, caller: Caller, publications: Sequence[NewPublication], at: datetime, *, changing: UUID | None = None
) -> None:
    """Refuse what was said already, also by a request that is under way. Raises Invalid (`duplicate_post`)."""
    await duplicates.hold(tx, publications)
    found = await findings(tx, caller, publications, at, changing=changing)
    if found:
        raise Invalid(found)


def _finding(new: NewPublication, twin: Twin, hours: float) -> Finding:
    verb = "went out" if twin.is_out else "is to go out"
    return Finding(
        "caption",
        "duplicate_post",
        f"The same text with the same files {verb} here at {twin.at:%Y-%m-%d %H:%M} UTC already.",
        limit=hours,
        value=str(twin.post_id),
        platform=new.platform,
        account_id=str(new.account_id),
    )
