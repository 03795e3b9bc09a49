"""How the command line speaks: to people with tables and sentences, to programs with JSON, to both with exit codes."""

import asyncio
import json
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from typing import Annotated, Final, Literal, TypeVar

import typer
import uvloop
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from postwright.domain.errors import Problem

T = TypeVar("T")

DONE: Final = 0
FAILED: Final = 1
BAD_USAGE: Final = 2

WIDE: Final = 110
"""Columns from which on an address has room in a table; a file or a pipe has them."""

out: Final = Console()
err: Final = Console(stderr=True)
for _console in (out, err):
    if not _console.is_terminal:
        _console.width = 160

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


class Fault(Exception):
    """The command cannot go on; the message says why and what to do. `code` is the exit code."""

    def __init__(self, message: str, *, code: int = FAILED) -> None:
        super().__init__(message)
        self.code = code


def run(work: Coroutine[object, object, T]) -> T:
    """Run a command's asynchronous part."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def print_json(value: object) -> None:
    """One JSON document on one line, so that a program can read as it comes."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


def line(console: Console, markup: str) -> None:
    """One line, which the terminal breaks and we do not: it can be copied whole."""
    console.print(markup, highlight=False, soft_wrap=True)


def table(*columns: str, right: Sequence[str] = ()) -> Table:
    """A plain table; `right` names the columns of figures."""
    made = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for column in columns:
        justify: Literal["left", "right"] = "right" if column in right else "left"
        made.add_column(column, justify=justify, overflow="fold")
    return made


def facts(rows: Mapping[str, str] | Iterable[tuple[str, str]]) -> Table:
    """Names and values below each other; the values are taken as they are, without markup."""
    grid = Table.grid(padding=(0, 3))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in rows.items() if isinstance(rows, Mapping) else rows:
        grid.add_row(f"  {name}", escape(value))
    return grid


def say(problem: Problem) -> None:
    """Tell a person of a problem: its sentence and code, and each field at fault."""
    line(err, f"[red]✗[/] {escape(problem.message)} [dim]({problem.code})[/]")
    for finding in problem.findings:
        if finding.message != problem.message or len(problem.findings) > 1:
            line(err, f"  [bold]{escape(finding.field)}[/]  {escape(finding.message)}")
