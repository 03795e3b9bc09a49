"""The command `postwright`. Each command is in a module beside this one; here they are put together."""

from typing import Any, Final

import typer
from rich.markup import escape
from typer.core import TyperGroup

from postwright.cli import admin, operations, posts, serve
from postwright.cli.demo import demo
from postwright.cli.doctor import doctor
from postwright.cli.terminal import BAD_USAGE, FAILED, Fault, err, line, say
from postwright.cli.up import up
from postwright.domain.errors import Problem
from postwright.kit.logging import configure
from postwright.settings import BadSettings
from postwright.storage.embedded import EmbeddedPostgresError

__all__ = ["app"]


class _Doors(TyperGroup):
    """Tells of what went wrong in sentences, and ends with the exit code for it."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401  # Typer keeps the types of this signature to itself
        try:
            return super().invoke(ctx)
        except BadSettings as bad:
            line(err, "[red]✗[/] The settings cannot be used:")
            for fault in bad.faults:
                line(err, f"  - {escape(fault)}")
            raise typer.Exit(BAD_USAGE) from bad
        except Problem as problem:
            say(problem)
            raise typer.Exit(FAILED) from problem
        except (Fault, EmbeddedPostgresError) as fault:
            line(err, f"[red]✗[/] {escape(str(fault))}")
            raise typer.Exit(fault.code if isinstance(fault, Fault) else FAILED) from fault


app: Final = typer.Typer(
    cls=_Doors,
    name="postwright",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def begin() -> None:
    """Write a post once; it goes out on every channel, on time, and never twice."""
    configure("warning", json_lines=not err.is_terminal)  # processes that serve set it up again for themselves


app.command()(up)
app.command()(demo)
app.command()(serve.web)
app.command()(serve.worker)
app.command()(serve.sandbox)
app.command()(admin.migrate)
app.add_typer(admin.user, name="user")
app.add_typer(admin.keys, name="keys")
app.add_typer(posts.app, name="posts")
app.add_typer(operations.app, name="admin")
app.command()(doctor)
app.command()(admin.openapi)
