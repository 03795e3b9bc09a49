"""What an operator does over all workspaces: look at the queue, and requeue, publish or cancel one publication.

Who may is the door's affair: the instance's admins by the API, whoever has its settings by the command line.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from postwright.domain.errors import Conflict, NotFound
from postwright.domain.publication import State
from postwright.services.app import App
from postwright.storage import accounts, changes, edits, health, operations, publications, queue
from postwright.storage.db import Tx
from postwright.storage.health import Depth
from postwright.storage.operations import Blocked, Operated, Run, WorkerRow
from postwright.storage.publications import Line

MOST_BLOCKED: Final = 200
_REQUEUED: Final = (State.FAILED, State.NEEDS_ATTENTION, State.CANCELED)
_CANCELED: Final = (State.QUEUED, State.FAILED, State.NEEDS_ATTENTION)


@dataclass(frozen=True, slots=True)
class Queue:
    """One look at all that is to be done. `since` is when the oldest due publication that could start became due."""

    now: datetime
    depths: tuple[Depth, ...]
    due: int
    since: datetime | None
    workers: tuple[WorkerRow, ...]
    alive_since: datetime
    """A worker with an older heartbeat is gone."""
    runs: tuple[Run, ...]
    blocked: tuple[Blocked, ...]


async def look(tx: Tx, app: App) -> Queue:
    """The queue, the workers and what they run, and the accounts that are held up."""
    now = app.clock.now()
    due, since = await health.due(tx, now)
    return Queue(
        now=now,
        depths=await health.depths(tx),
        due=due,
        since=since,
        workers=await operations.workers(tx),
        alive_since=now - app.settings.lease,
        runs=await operations.runs(tx, now),
        blocked=await operations.blocked(tx, now, MOST_BLOCKED),
    )


async def requeue(tx: Tx, app: App, publication_id: UUID) -> Operated:
    """Queue what failed, was canceled or needs a decision again, for now. Raises NotFound, Conflict.

    What needs a decision goes on from where it stood: whoever requeues it says that it is not out.
    """
    found = await _locked(tx, publication_id, _REQUEUED)
    await _send(tx, app, found, "Queued again by an administrator")
    return await _changed(tx, app, found)


async def publish(tx: Tx, app: App, publication_id: UUID) -> Operated:
    """Send it now: whatever its time, the late limit, and until when the platform wanted no calls.

    Raises NotFound, Conflict.
    """
    found = await _locked(tx, publication_id, (State.QUEUED, *_REQUEUED))
    await operations.unblock(tx, found.account_id)
    await _send(tx, app, found, "Sent at once by an administrator")
    return await _changed(tx, app, found)


async def cancel(tx: Tx, app: App, publication_id: UUID) -> Operated:
    """Take it out of the queue. Raises NotFound, Conflict."""
    found = await _locked(tx, publication_id, _CANCELED)
    await edits.cancel(tx, [publication_id])
    await publications.write_lines(
        tx, publication_id, [Line(app.clock.now(), "warning", "Canceled by an administrator")]
    )
    return await _changed(tx, app, found)


async def _locked(tx: Tx, publication_id: UUID, able: Collection[State]) -> Operated:
    """The publication as it stands, locked in the order that all keep: account, publication, post."""
    found = await operations.find(tx, publication_id)
    if found is None:
        raise NotFound("There is no such publication.", code="publication_not_found")
    await publications.lock_account(tx, found.account_id)
    states = await edits.lock(tx, found.workspace_id, found.post_id)
    if states is None:
        raise Conflict("Its post was deleted.", code="post_deleted")
    state = states[publication_id]
    if state not in able:
        raise Conflict(f"It is {state.value.replace('_', ' ')}: that cannot be done with it.", code="wrong_state")
    return await _found(tx, publication_id)


async def _send(tx: Tx, app: App, found: Operated, words: str) -> None:
    if not await accounts.still_connected(tx, [found.id]):
        raise Conflict("The account is no longer connected: connect it again first.", code="account_disconnected")
    now = app.clock.now()
    await edits.requeue(tx, [found.id], now=now, afresh=found.state in (State.FAILED, State.CANCELED))
    await publications.write_lines(tx, found.id, [Line(now, "info", words)])
    await queue.wake(tx, [(found.account_id, now)], now)


async def _changed(tx: Tx, app: App, found: Operated) -> Operated:
    await publications.refresh_post_state(tx, found.post_id, app.clock.now())
    await changes.announce(tx, [(found.workspace_id, found.post_id)])
    return await _found(tx, found.id)


async def _found(tx: Tx, publication_id: UUID) -> Operated:
    found = await operations.find(tx, publication_id)
    assert found is not None  # noqa: S101 its row is locked
    return found
