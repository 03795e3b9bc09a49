"""What this worker process holds: the leases of its runs, and what it has yet to announce."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from postwright.kit.ids import new_id
from postwright.storage.changes import Change


class LeaseLost(Exception):
    """Another run took the account over: this one must stop and write nothing."""


@dataclass(slots=True)
class Worker:
    """One worker process. `sure_until` is how long its leases hold after the last heartbeat that arrived."""

    sure_until: datetime
    id: UUID = field(default_factory=new_id)
    runs: dict[UUID, UUID] = field(default_factory=dict)
    """The runs under way here, by the account they work for."""
    stopping: bool = False
    _changes: set[Change] = field(default_factory=set)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def changed(self, workspace_id: UUID, post_id: UUID) -> None:
        """Remember that a post changed, to be announced soon."""
        self._changes.add((workspace_id, post_id))
        self._changed.set()

    async def changes(self) -> list[Change]:
        """Wait until something changed; what did, which is then forgotten here."""
        await self._changed.wait()
        changes = list(self._changes)
        self._changes.clear()
        self._changed.clear()
        return changes
