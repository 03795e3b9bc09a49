"""`postwright demo`: the whole journey on the sandbox, driven from outside over HTTP as a person's program would."""

import asyncio
import socket
import stat
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import typer
from pydantic import JsonValue
from rich.live import Live
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from postwright.cli.client import Account, Client, Kind, Media, OptionValue, Platform, Post, Publication
from postwright.cli.demo_posts import another_take, caption_for, media_for, options_for
from postwright.cli.opening import load
from postwright.cli.serve import LOOPBACK, SANDBOX_PORT, WEB_PORT, listen, until_signal
from postwright.cli.terminal import FAILED, WIDE, Fault, JsonOption, err, facts, line, out, print_json, run, table
from postwright.cli.up import Plan, Running, make_plan, running
from postwright.kit.clock import SystemClock
from postwright.kit.ids import new_id, token
from postwright.sandbox import samples

EMAIL: Final = "demo@postwright.example"
NAME: Final = "Demo"
FOLDER: Final = Path(".data/demo")
LEAD: Final = timedelta(seconds=3)
"""How far ahead the posts are scheduled."""
DONE_WITHIN: Final = timedelta(minutes=5)
CONSENT: Final = {"sandbox_consent": "approve"}
PUBLISHED: Final = "published"
_LENGTH: Final = 16
"""Of the password: short enough to be typed."""
_LOOK_AGAIN: Final = timedelta(milliseconds=250)
_MOVING: Final = frozenset({"draft", "scheduled", "queued", "publishing"})
_COLOURS: Final = {PUBLISHED: "green", "failed": "red", "needs_attention": "red", "publishing": "cyan"}


@dataclass(frozen=True, slots=True)
class Order:
    """One post to be made."""

    platform: Platform
    kind: Kind
    account: Account
    media: tuple[Media, ...]
    options: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Row:
    """One post that was made, and how it is doing."""

    order: Order
    post: Post

    @property
    def publication(self) -> Publication:
        """The post on its one account."""
        return self.post.publications[0]

    @property
    def where(self) -> str:
        """Where people see it, or why they do not."""
        error = self.publication.error
        return self.publication.external_url or (error.message if error else "")

    @property
    def moving(self) -> bool:
        """Whether it is still to go out."""
        return self.post.status in _MOVING


def demo(
    data_dir: Annotated[Path, typer.Option(help="Where the demo keeps everything.")] = FOLDER,
    *,
    once: Annotated[bool, typer.Option("--once", help="Stop at the end; exit 0 only if everything is out.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show the whole journey on the sandbox: sign up, connect, upload, schedule, publish.

    The demo keeps to itself: it has its own data folder and database, and what is set in the
    environment or in .env means nothing to it.
    """
    settings = load({}, data_dir=data_dir)
    port, sandbox_port = free_port(WEB_PORT), free_port(SANDBOX_PORT)
    plan = make_plan(settings, host=LOOPBACK, port=port, sandbox_port=sandbox_port, workers=1, own_logs=True)
    if not run(_demo(plan, once=once, steps=Steps(quiet=as_json))):
        raise typer.Exit(FAILED)


def free_port(wanted: int) -> int:
    """That port, or any other one where it is taken."""
    try:
        listen(LOOPBACK, wanted).close()
    except Fault:
        with socket.create_server((LOOPBACK, 0)) as probe:
            chosen: int = probe.getsockname()[1]
            return chosen
    return wanted


class Steps:
    """Tells a person how far it is; silent where a program listens."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self._status = err.status("Starting")

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show what is being done, for as long as the block lasts."""
        if not self.quiet:
            out.print("\n[bold]Postwright, the whole journey on the built-in sandbox[/]\n")
        with self._status:
            yield

    def doing(self, text: str) -> None:
        """What is being done now."""
        self._status.update(text)
        self._status.start()

    def done(self, text: str) -> None:
        """What has been done."""
        self._status.stop()
        if not self.quiet:
            line(out, f"  [green]✓[/] {escape(text)}")

    def pause(self) -> None:
        """Leave the last line to somebody else."""
        self._status.stop()


async def _demo(plan: Plan, *, once: bool, steps: Steps) -> bool:
    """Whether it went well, as far as `once` asks."""
    with until_signal() as stop, steps.shown():
        async with running(plan, stop, steps.doing) as found:
            if found is None:
                return not once
            password = _password(plan.settings.data_dir)
            journey = asyncio.create_task(_journey(found, password, steps))
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({journey, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not journey.done():
                journey.cancel()
                return not once
            stopping.cancel()
            rows = journey.result()
            steps.pause()
            _show(found, rows, password, once=once, quiet=steps.quiet)
            if not once:
                await stop.wait()
        return not once or all(row.post.status == PUBLISHED for row in rows)


async def _journey(found: Running, password: str, steps: Steps) -> list[Row]:
    steps.done("Database, web server, worker and sandbox are up")
    async with Client(found.local_url) as client:
        steps.doing("Signing up")
        is_new = await client.enter(EMAIL, password, NAME)
        steps.done(f"{'Signed up' if is_new else 'Logged in'} as {EMAIL}")
        platforms = await client.platforms()
        accounts = {platform.id: await _connect(client, platform, steps) for platform in platforms}
        files = await _upload(client, steps)
        orders = [o for platform in platforms for o in await _orders(client, platform, accounts[platform.id], files)]
        rows = await _schedule(client, orders, steps)
        return await _watch(client, rows, steps)


async def _connect(client: Client, platform: Platform, steps: Steps) -> list[Account]:
    """Connect by each login; the first account of each."""
    first = []
    for login in platform.logins:
        steps.doing(f"Connecting {platform.name} by {login.name}")
        accounts = await client.connect(platform, login, CONSENT)
        steps.done(f"Connected {', '.join(account.username for account in accounts)} ({login.name})")
        first.append(accounts[0])
    return first


async def _upload(client: Client, steps: Steps) -> list[Media]:
    """Draw the samples that are good, and upload them."""
    steps.pause()
    names = [name for name in samples.names() if not name.startswith("bad-")]
    columns = (TextColumn("  Uploading {task.fields[file]}"), BarColumn(), MofNCompleteColumn())
    files = []
    with Progress(*columns, console=err, transient=True) as progress:
        bar = progress.add_task("", total=len(names), file="")
        for name in names:
            progress.update(bar, file=name)
            content = await asyncio.to_thread(samples.sample, name)
            files.append(await client.upload(name, samples.media_type(name), content))
            if files[-1].type == "video":
                files.append(await client.upload(name, samples.media_type(name), another_take(content)))
            progress.advance(bar)
    size = sum(file.size for file in files) / 1_000_000
    counts = Counter(file.type for file in files)
    listed = ", ".join(f"{count} {kind}{'s'[: count != 1]}" for kind, count in counts.items())
    steps.done(f"Uploaded {listed}: {size:.1f} MB")
    return files


async def _orders(
    client: Client, platform: Platform, accounts: Sequence[Account], files: Sequence[Media]
) -> list[Order]:
    """One post of each kind, on the accounts in turn."""
    allowed: dict[str, Mapping[str, Sequence[OptionValue]]] = {}
    for account in accounts:
        allowed[account.id] = (await client.options(account)).options if platform.account_options else {}
    orders: list[Order] = []
    for number, kind in enumerate(platform.kinds):
        account = accounts[number % len(accounts)]
        shown = {file.id for order in orders for file in order.media if file.type == "video"}
        fresh = sorted(files, key=lambda file: file.id in shown)
        media, options = media_for(kind, platform.kinds, fresh), options_for(platform, kind, allowed[account.id])
        if media is None or options is None:
            what = "samples fit" if media is None else "options are known"
            raise Fault(f"None of the {what} for {kind.label} on {platform.name}.")
        orders.append(Order(platform, kind, account, media, options))
    return orders


async def _schedule(client: Client, orders: Sequence[Order], steps: Steps) -> list[Row]:
    steps.doing("Scheduling")
    at, rows = _now() + LEAD, []
    for number, order in enumerate(orders):
        caption = caption_for(order.kind, number)
        post = await client.schedule(
            order.account,
            caption=caption,
            media=order.media,
            options=order.options,
            at=at,
            reference=f"demo-{new_id()}",
        )
        rows.append(Row(order, post))
    steps.done(f"Scheduled {len(rows)} posts for {at:%H:%M:%S} UTC")
    return rows


async def _watch(client: Client, rows: list[Row], steps: Steps) -> list[Row]:
    """Look at them until they stand still, or for as long as one would wait."""
    steps.pause()
    give_up_at = _now() + LEAD + DONE_WITHIN
    with Live(_table(rows), console=err, transient=True) as live:
        while any(row.moving for row in rows) and _now() < give_up_at:
            await asyncio.sleep(_LOOK_AGAIN.total_seconds())
            rows = [Row(row.order, await client.status(row.post.id)) if row.moving else row for row in rows]
            live.update(_table(rows))
    return rows


def _table(rows: Sequence[Row]) -> Table:
    where = ("Where",) if out.width >= WIDE else ()
    made = table("Platform", "Type", "Account", "State", "Late", "Calls", *where, right=("Late", "Calls"))
    for row in rows:
        publication, status = row.publication, row.post.status
        late = "" if publication.lateness_ms is None else f"{publication.lateness_ms} ms"
        cells = [row.order.platform.name, row.order.kind.label, escape(publication.username)]
        cells += [f"[{_COLOURS.get(status, 'dim')}]{status}[/]", late, str(publication.calls)]
        made.add_row(*cells, *([escape(row.where)] if where else []))
    return made


def _show(found: Running, rows: Sequence[Row], password: str, *, once: bool, quiet: bool) -> None:
    places = found.places()
    if quiet:
        login = {"email": EMAIL, "password": password}
        print_json({**places, **login, "posts": [_as_json(row) for row in rows]})
        return
    out.print(_table(rows))
    if out.width < WIDE:
        widest = max(len(row.order.kind.label) for row in rows)
        for row in rows:
            line(out, f"  [dim]{row.order.kind.label:<{widest}}[/]   {escape(row.where)}")
        out.print()
    if once:
        return
    dashboard, timeline = str(places["dashboard"]), str(places["sandbox"])
    out.print(facts({"Dashboard": dashboard, "Timelines": timeline, "E-mail": EMAIL, "Password": password}))
    out.print("\n  [dim]It keeps running. Stop it with Ctrl-C.[/]\n")


def _as_json(row: Row) -> dict[str, object]:
    publication = row.publication
    return {
        "id": row.post.id,
        "platform": row.order.platform.id,
        "type": row.order.kind.name,
        "account": publication.username,
        "status": row.post.status,
        "lateness_ms": publication.lateness_ms,
        "calls": publication.calls,
        "external_url": publication.external_url,
        "error": publication.error.message if publication.error else None,
    }


def _password(folder: Path) -> str:
    """The demo person's password: made at the first run, and kept beside the data for the next one."""
    path = folder / "demo_password"
    if not path.exists():
        path.touch(mode=stat.S_IRUSR | stat.S_IWUSR)
        path.write_text(token()[:_LENGTH])
    return path.read_text()


def _now() -> datetime:
    return SystemClock().now()
