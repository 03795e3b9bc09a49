"""`postwright up`: everything on this machine by one command, each part in a process of its own."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

import aiohttp
import structlog
import typer
from rich.markup import escape

from postwright.cli.database import running_database
from postwright.cli.opening import load
from postwright.cli.processes import Child, Program, stop_all
from postwright.cli.serve import LOOPBACK, SANDBOX_PORT, WEB_PORT, address, listen, until_signal
from postwright.cli.terminal import Fault, JsonOption, err, facts, line, out, print_json, run
from postwright.kit.logging import configure
from postwright.settings import Settings, environment_of
from postwright.storage import embedded

READY_WITHIN: Final = timedelta(minutes=1)
_ASK_AGAIN: Final = timedelta(milliseconds=100)
_OK: Final = 200
_LABELS: Final = {"api": "API"}

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to run. `sandbox_port` is None where we start no sandbox; `logs` where logs go to our own output."""

    settings: Settings
    host: str
    port: int
    sandbox_port: int | None
    workers: int
    logs: Path | None


@dataclass(frozen=True, slots=True)
class Running:
    """What runs, and where."""

    plan: Plan
    local_url: str
    children: tuple[Child, ...]

    def pids(self) -> Mapping[str, int | None]:
        """The present process of each child."""
        return {child.name: child.pid for child in self.children}

    def places(self) -> Mapping[str, str | None]:
        """Where everything is."""
        settings = self.plan.settings
        return {
            "dashboard": settings.public_url,
            "api": f"{settings.public_url}/api",
            "sandbox": f"{settings.sandbox_url}/_sandbox/" if settings.sandbox_url else None,
            "data": str(settings.data_dir),
            "database": _database_place(settings),
            "logs": str(self.plan.logs) if self.plan.logs else None,
        }


def up(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = LOOPBACK,
    port: Annotated[int, typer.Option(min=1, max=65535, help="The web server's port.")] = WEB_PORT,
    sandbox_port: Annotated[int, typer.Option(min=1, max=65535, help="The sandbox's port.")] = SANDBOX_PORT,
    data_dir: Annotated[Path | None, typer.Option(help="Where everything is kept.", show_default=".data")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="How many worker processes to run.")] = 1,
    *,
    no_sandbox: Annotated[
        bool, typer.Option("--no-sandbox", help="Publish for real, or on the sandbox of POSTWRIGHT_SANDBOX_URL.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Run everything here: database, web server, workers and sandbox."""
    settings = load(data_dir=data_dir)
    plan = make_plan(
        settings,
        host=host,
        port=port,
        sandbox_port=None if no_sandbox else sandbox_port,
        workers=workers,
        own_logs=sys.stderr.isatty(),
    )
    if not plan.logs:
        configure(settings.log_level, json_lines=True)
    structlog.contextvars.bind_contextvars(process="up")
    run(_up(plan, as_json=as_json))


def make_plan(
    settings: Settings, *, host: str, port: int, sandbox_port: int | None, workers: int, own_logs: bool
) -> Plan:
    """Settle what the settings leave open: addresses, and whether the platforms are real."""
    if "public_url" not in settings.model_fields_set:
        settings = settings.model_copy(update={"public_url": address(host, port)})
    if settings.sandbox_url is not None or settings.production:
        sandbox_port = None
    if sandbox_port is not None:
        public_host = urlsplit(settings.public_url).hostname or LOOPBACK
        settings = settings.model_copy(update={"sandbox_url": address(public_host, sandbox_port)})
    data_dir = settings.data_dir.expanduser().absolute()
    settings = settings.model_copy(update={"data_dir": data_dir})
    return Plan(settings, host, port, sandbox_port, workers, data_dir / "logs" if own_logs else None)


@asynccontextmanager
async def running(plan: Plan, stop: asyncio.Event, say: Say) -> AsyncIterator[Running | None]:
    """Everything of a plan, ready, for as long as the block lasts; None if `stop` came first.

    `say` is told what is being done. Raises Fault, EmbeddedPostgresError.
    """
    for number, option in ((plan.port, "--port"), (plan.sandbox_port, "--sandbox-port")):
        if number is not None:
            listen(plan.host, number, option).close()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(running_database(plan.settings, say))
        say("Starting the processes")
        crew: list[Child] = []
        found: Running | None = None
        for programs, questions in starting_order(plan):
            started = [Child(program, environment_of(plan.settings), _log_of(plan, program)) for program in programs]
            stack.push_async_callback(stop_all, started)
            crew += started
            found = Running(plan, address(plan.host, plan.port), tuple(crew))
            if not await _answering(found, questions, stop):
                found = None
                break
        yield found
        say("Stopping")


def starting_order(plan: Plan) -> list[tuple[list[Program], list[str]]]:
    """Who is started together, and what must answer before the next ones are; they stop the other way round.

    Workers come last and go first: what they are at needs the sandbox, and the web server, from
    which platforms fetch media.
    """
    web = address(plan.host, plan.port)
    order = [([Program("web", ("web", "--host", plan.host, "--port", str(plan.port)))], [f"{web}/healthz"])]
    if plan.sandbox_port is not None:
        port, here = str(plan.sandbox_port), address(plan.host, plan.sandbox_port)
        arguments = ("sandbox", "--host", plan.host, "--port", port, "--origin", str(plan.settings.sandbox_url))
        # The two start side by side: the sandbox is only waited for together with the web server.
        order.insert(0, ([Program("sandbox", arguments)], []))
        order[1][1].append(f"{here}/_sandbox/settings")
    workers = [Program(f"worker-{number}", ("worker",)) for number in range(1, plan.workers + 1)]
    return [*order, (workers, [f"{web}/readyz"])]


async def _up(plan: Plan, *, as_json: bool) -> None:
    with until_signal() as stop, err.status("Starting") as status:
        async with running(plan, stop, status.update) as found:
            if found is None:
                return
            status.stop()
            _show(found, as_json=as_json)
            await stop.wait()
            status.start()


def _log_of(plan: Plan, program: Program) -> Path | None:
    if plan.logs is None:
        return None
    plan.logs.mkdir(parents=True, exist_ok=True)
    log = plan.logs / f"{program.name}.log"
    log.write_text("")
    return log


async def _answering(found: Running, questions: list[str], stop: asyncio.Event) -> bool:
    """Wait until all of them are answered well; False if `stop` came first. Raises Fault."""
    answer = ""
    try:
        async with asyncio.timeout(READY_WITHIN.total_seconds()), aiohttp.ClientSession() as http:
            while not stop.is_set():
                _check_alive(found.children)
                answers = [await _ask(http, question) for question in questions]
                if not any(answers):
                    return True
                answer = next(filter(None, answers))
                await asyncio.sleep(_ASK_AGAIN.total_seconds())
    except TimeoutError as late:
        waited = READY_WITHIN.total_seconds()
        raise Fault(f"It is not ready after {waited:g} s. The last answer was: {answer}") from late
    return False


async def _ask(http: aiohttp.ClientSession, question: str) -> str:
    """What is wrong there; empty where nothing is."""
    try:
        async with http.get(question, allow_redirects=False) as reply:
            return "" if reply.status == _OK else f"{question}: {(await reply.text())[:500]}"
    except aiohttp.ClientError as error:
        return f"{question}: {error}"


def _check_alive(children: tuple[Child, ...]) -> None:
    for child in children:
        if child.deaths:
            words = child.last_words()
            raise Fault(f"The process {child.name} does not start." + (f" Its log ends:\n{words}" if words else ""))


def _show(found: Running, *, as_json: bool) -> None:
    places = found.places()
    if as_json:
        print_json({**places, "pid": os.getpid(), "processes": found.pids()})
        return
    settings = found.plan.settings
    rows = {_LABELS.get(name, name.capitalize()): place for name, place in places.items() if place is not None}
    if settings.sandbox_url is None:
        rows["Platforms"] = "the real ones: what is published is seen by people"
    out.print("\n[bold green]●[/] [bold]Postwright is up[/]\n")
    out.print(facts(rows))
    out.print(f"\n  [dim]{_crew(found)}. Stop it with Ctrl-C.[/]\n", highlight=False)
    stated = urlsplit(settings.public_url)
    if stated.hostname in {"127.0.0.1", "localhost"} and stated.port != found.plan.port:
        told = f"POSTWRIGHT_PUBLIC_URL says {settings.public_url}, but the server listens on port {found.plan.port}."
        line(err, f"[yellow]![/] {escape(told)}")


def _crew(found: Running) -> str:
    workers = found.plan.workers
    parts = ["web server", f"{workers} workers" if workers > 1 else "1 worker"]
    if found.plan.sandbox_port is not None:
        parts.append("sandbox")
    return " · ".join(parts)


def _database_place(settings: Settings) -> str:
    """Where the database is, without the password that its address may hold."""
    if settings.database_url is None:
        return f"{settings.data_dir / 'postgres'} (embedded PostgreSQL {embedded.MAJOR})"
    parts = urlsplit(settings.database_url)
    return f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"
