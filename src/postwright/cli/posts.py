"""`postwright posts`: the operator looks at a workspace's posts, tries again what failed, takes down what is out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

import typer
from rich.markup import escape

from postwright.cli.opening import opened
from postwright.cli.terminal import FAILED, Fault, JsonOption, err, facts, line, out, print_json, run, table
from postwright.kit.pages import Page
from postwright.services import posts, removal
from postwright.services.app import App
from postwright.services.auth import Caller
from postwright.services.removal import NotRemoved
from postwright.storage import users
from postwright.storage.posts import EventRow, Filter, PostRow, PublicationRow

app: Final = typer.Typer(help="Posts of a workspace.", no_args_is_help=True)

NO_SESSION: Final = UUID(int=0)
COLOURS: Final = {"published": "green", "failed": "red", "needs_attention": "red", "partial": "yellow"}
LEVELS: Final = {"error": "red", "warning": "yellow"}
_SHORT: Final = 48


class Status(StrEnum):
    """How a post may be doing."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    PARTIAL = "partial"
    FAILED = "failed"
    NEEDS_ATTENTION = "needs_attention"
    CANCELED = "canceled"


Workspace = Annotated[
    str | None, typer.Option(help="Its id or name. It may be left out where there is only one.", show_default=False)
]
PostId = Annotated[UUID, typer.Argument(metavar="ID", help="The post's id, as `posts list` shows it.")]


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where the operator works: on the instance, as the owner of one workspace."""

    app: App
    caller: Caller


@app.command("list")
def list_posts(
    workspace: Workspace = None,
    status: Annotated[Status | None, typer.Option(help="Only these.", show_default=False)] = None,
    platform: Annotated[str | None, typer.Option(help="Only those for this platform.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most that many, the latest first.")] = 20,
    cursor: Annotated[str | None, typer.Option(help="Go on where a list ended.", show_default=False)] = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """List posts, the latest time first."""
    page, now = run(_page(workspace, Filter(status=status, platform=platform), limit, cursor))
    if as_json:
        print_json({"posts": [_post(row, now) for row in page.rows], "next_cursor": page.next_cursor})
        return
    made = table("Due (UTC)", "State", "Accounts", "Caption", "Id")
    for row in page.rows:
        accounts = ", ".join(f"{one.platform}/{one.username}" for one in row.publications)
        made.add_row(
            f"{row.due_at:%Y-%m-%d %H:%M}", _coloured(row.status(now)), escape(accounts), _short(row), str(row.id)
        )
    out.print(made)
    if page.next_cursor:
        line(out, f"[dim]There are more: --cursor {page.next_cursor}[/]")


@app.command("show")
def show_post(post_id: PostId, workspace: Workspace = None, *, as_json: JsonOption = False) -> None:
    """Show one post, account by account."""
    row, now = run(_get(workspace, post_id))
    _print(row, now, as_json=as_json)


@app.command("events")
def show_events(post_id: PostId, workspace: Workspace = None, *, as_json: JsonOption = False) -> None:
    """Show what was done for a post and what came of it, the oldest first."""
    events = run(_events(workspace, post_id))
    if as_json:
        print_json([_event(event) for event in events])
        return
    for event in events:
        colour = LEVELS.get(event.level, "dim")
        line(out, f"[dim]{event.at:%H:%M:%S.%f}[/] {event.platform} [{colour}]{event.level}[/] {escape(event.message)}")


@app.command("retry")
def retry_post(
    post_id: PostId,
    workspace: Workspace = None,
    publication: Annotated[
        UUID | None, typer.Option(help="One of its publications; all that failed otherwise.", show_default=False)
    ] = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Try again what failed or was canceled."""
    row, now = run(_retry(workspace, post_id, publication))
    _print(row, now, as_json=as_json)


@app.command("remove")
def remove_post(
    post_id: PostId,
    workspace: Workspace = None,
    publication: Annotated[
        UUID | None, typer.Option(help="One of its publications; all that are published otherwise.", show_default=False)
    ] = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Take down what is published. The exit code is 1 where something still stands."""
    row, left, now = run(_remove(workspace, post_id, publication))
    if as_json:
        print_json({**_post(row, now), "not_removed": [asdict(one) for one in left]})
    else:
        _print(row, now, as_json=False)
        for one in left:
            line(err, f"[red]Not taken down[/] from {one.platform}: {escape(one.message)}")
    if left:
        raise typer.Exit(FAILED)


async def _page(
    workspace: str | None, wanted: Filter, limit: int, cursor: str | None
) -> tuple[Page[PostRow], datetime]:
    async with _at_desk(workspace) as desk:
        if wanted.platform is not None:
            desk.app.adapter(wanted.platform)
        page = await posts.page(desk.app, desk.caller, wanted, limit=limit, cursor=cursor)
        return page, desk.app.clock.now()


async def _get(workspace: str | None, post_id: UUID) -> tuple[PostRow, datetime]:
    async with _at_desk(workspace) as desk, desk.app.db.tx() as tx:
        return await posts.get(tx, desk.caller, post_id), desk.app.clock.now()


async def _events(workspace: str | None, post_id: UUID) -> tuple[EventRow, ...]:
    async with _at_desk(workspace) as desk, desk.app.db.tx() as tx:
        return await posts.events(tx, desk.caller, post_id)


async def _retry(workspace: str | None, post_id: UUID, publication_id: UUID | None) -> tuple[PostRow, datetime]:
    async with _at_desk(workspace) as desk, desk.app.db.tx() as tx:
        return await posts.retry(tx, desk.app, desk.caller, post_id, publication_id), desk.app.clock.now()


async def _remove(
    workspace: str | None, post_id: UUID, publication_id: UUID | None
) -> tuple[PostRow, tuple[NotRemoved, ...], datetime]:
    async with _at_desk(workspace) as desk:
        row, left = await removal.remove(desk.app, desk.caller, post_id, publication_id)
        return row, left, desk.app.clock.now()


@asynccontextmanager
async def _at_desk(wanted: str | None) -> AsyncIterator[_Desk]:
    async with opened() as instance:
        async with instance.db.tx() as tx:
            owners = [member for member in await users.everybody(tx) if member.role == "owner"]
        found = [one for one in owners if wanted in (None, str(one.workspace.id), one.workspace.name)]
        if len(found) != 1:
            names = ", ".join(f"{one.workspace.name} ({one.workspace.id})" for one in owners)
            raise Fault(
                f"Say which workspace by --workspace; these are: {names}" if names else "There is no workspace yet."
            )
        owner = found[0]
        caller = Caller(
            owner.user.id, owner.workspace.id, owner.role, is_admin=True, session_id=NO_SESSION, by="bearer"
        )
        yield _Desk(instance, caller)


def _print(row: PostRow, now: datetime, *, as_json: bool) -> None:
    if as_json:
        print_json(_post(row, now))
        return
    rows = {"Id": str(row.id), "State": row.status(now), "Due": f"{row.due_at:%Y-%m-%d %H:%M:%S} UTC"}
    rows["Meant as"] = f"{row.wall_time:%Y-%m-%d %H:%M} {row.timezone}"
    rows["Caption"] = row.caption
    rows["Media"] = ", ".join(file.media.name for file in row.media)
    out.print(facts(rows))
    made = table("Platform", "Account", "State", "Tries", "Calls", "Late", "Where", right=("Tries", "Calls", "Late"))
    for one in row.publications:
        late = "" if one.lateness_ms is None else f"{one.lateness_ms} ms"
        status = "taken down" if one.removed_at else one.state
        cells = (one.platform, escape(one.username), _coloured(status), str(one.attempts), str(one.calls), late)
        made.add_row(*cells, escape(one.external_url or _reason(one)))
    out.print(made)


def _post(row: PostRow, now: datetime) -> dict[str, object]:
    return {
        "id": row.id,
        "status": row.status(now),
        "scheduled_at": row.due_at.isoformat(),
        "timezone": row.timezone,
        "caption": row.caption,
        "client_post_id": row.client_post_id,
        "media": [{"id": file.media.id, "name": file.media.name} for file in row.media],
        "publications": [_publication(one) for one in row.publications],
    }


def _publication(row: PublicationRow) -> dict[str, object]:
    return {
        "id": row.id,
        "platform": row.platform,
        "account_id": row.account_id,
        "username": row.username,
        "status": row.state,
        "attempts": row.attempts,
        "calls": row.calls,
        "lateness_ms": row.lateness_ms,
        "removed_at": row.removed_at.isoformat() if row.removed_at else None,
        "external_id": row.external_id,
        "external_url": row.external_url,
        "error": row.error,
        "warnings": [asdict(finding) for finding in row.warnings],
    }


def _event(row: EventRow) -> dict[str, object]:
    return {
        "at": row.at.isoformat(),
        "publication_id": row.publication_id,
        "platform": row.platform,
        "level": row.level,
        "message": row.message,
        "raw": row.raw,
    }


def _reason(row: PublicationRow) -> str:
    return str(row.error.get("message", "")) if row.error else ""


def _short(row: PostRow) -> str:
    caption = " ".join(row.caption.split())
    return escape(caption if len(caption) <= _SHORT else f"{caption[: _SHORT - 1]}…")


def _coloured(status: str) -> str:
    return f"[{COLOURS.get(status, 'dim')}]{status}[/]"
