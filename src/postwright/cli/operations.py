"""`postwright admin`: the operator looks at the queue of the whole instance, and deals with one publication of it."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Annotated, Final
from uuid import UUID

import typer
from rich.markup import escape

from postwright.cli.opening import opened
from postwright.cli.terminal import JsonOption, line, out, print_json, run, table
from postwright.services import operations
from postwright.services.app import App
from postwright.services.operations import Queue
from postwright.storage.db import Tx
from postwright.storage.operations import Operated

app: Final = typer.Typer(help="The queue of the whole instance.", no_args_is_help=True)

PublicationId = Annotated[UUID, typer.Argument(metavar="ID", help="Its id, as `posts show --json` has it.")]
Deed = Callable[[Tx, App, UUID], Awaitable[Operated]]


@app.command("queue")
def show_queue(*, as_json: JsonOption = False) -> None:
    """Show what waits by platform and state, the workers and what they run, and the accounts that are held up."""
    seen = run(_look())
    if as_json:
        print_json({**asdict(seen), "now": seen.now.isoformat()})
        return
    waited = (seen.now - seen.since).total_seconds() if seen.since else 0
    line(out, f"{seen.due} due" + (f", the oldest for {waited:.0f} s" if seen.since else ""))
    made = table("Platform", "State", "Publications", right=("Publications",))
    for depth in seen.depths:
        made.add_row(depth.platform, depth.state, f"{depth.publications:,}")
    out.print(made)
    _print_workers(seen)
    _print_blocked(seen)


def _print_workers(seen: Queue) -> None:
    made = table("Worker", "Process", "Heartbeat", "Works on")
    for worker in seen.workers:
        at = ", ".join(f"{one.platform}/{one.username}" for one in seen.runs if one.worker_id == worker.id)
        age = f"{(seen.now - worker.heartbeat_at).total_seconds():.0f} s ago"
        heartbeat = age if worker.heartbeat_at >= seen.alive_since else f"[red]{age}[/]"
        made.add_row(str(worker.id), escape(f"{worker.host} {worker.pid}"), heartbeat, escape(at))
    out.print(made if seen.workers else "[red]No worker runs[/]: start postwright worker.")


def _print_blocked(seen: Queue) -> None:
    if not seen.blocked:
        return
    made = table("Held up", "Until", "Why", "Waiting", right=("Waiting",))
    for one in seen.blocked:
        until = f"{one.blocked_until:%Y-%m-%d %H:%M:%S}" if one.blocked_until else "reconnected"
        why = escape(one.health_reason or "the platform wants no calls")
        made.add_row(escape(f"{one.platform}/{one.username}"), until, why, str(one.waiting))
    out.print(made)


@app.command("requeue")
def requeue(publication_id: PublicationId, *, as_json: JsonOption = False) -> None:
    """Queue what failed, was canceled or needs attention again. For the latter you say that it is not out."""
    _tell(run(_do(operations.requeue, publication_id)), as_json=as_json)


@app.command("publish")
def publish(publication_id: PublicationId, *, as_json: JsonOption = False) -> None:
    """Send it now: whatever its time, the late limit, and until when the platform wanted no calls."""
    _tell(run(_do(operations.publish, publication_id)), as_json=as_json)


@app.command("cancel")
def cancel(publication_id: PublicationId, *, as_json: JsonOption = False) -> None:
    """Take it out of the queue."""
    _tell(run(_do(operations.cancel, publication_id)), as_json=as_json)


async def _look() -> Queue:
    async with opened() as instance, instance.db.tx() as tx:
        return await operations.look(tx, instance)


async def _do(deed: Deed, publication_id: UUID) -> Operated:
    async with opened() as instance, instance.db.tx() as tx:
        return await deed(tx, instance, publication_id)


def _tell(found: Operated, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(found))
    else:
        line(out, f"[green]✓[/] {found.platform} {found.id} is {found.state}.")
