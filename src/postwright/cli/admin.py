"""The operator's commands on the instance itself: its schema, its people, its keys, its API's description."""

import sys
import tempfile
from dataclasses import asdict
from typing import Annotated, Final

import typer
from rich.markup import escape

from postwright import settings as configuration
from postwright.bootstrap import running_app
from postwright.cli.opening import NO_DATABASE, load, opened
from postwright.cli.terminal import BAD_USAGE, Fault, JsonOption, err, line, out, print_json, run, table
from postwright.domain.publication import Json
from postwright.kit.crypto import Key
from postwright.kit.ids import token
from postwright.main import document
from postwright.services import people
from postwright.services.keys import rotate_keys
from postwright.storage import users
from postwright.storage.migrate import SchemaState, current_revision, head_revision, schema_state
from postwright.storage.migrate import migrate as apply
from postwright.storage.users import Member

HERE: Final = "the command line"
"""Stands where a request's address would, when sign-ups are counted."""

user: Final = typer.Typer(help="People who can log in.", no_args_is_help=True)
keys: Final = typer.Typer(help="The keys that tokens are encrypted with.", no_args_is_help=True)

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The person's e-mail address.")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


def migrate(*, as_json: JsonOption = False) -> None:
    """Bring the database's schema up to date, and say where it stands."""
    run(_migrate(as_json=as_json))


def openapi() -> None:
    """Print the API's description (OpenAPI 3.1, as JSON)."""
    print_json(run(_document()))


@user.command("add")
def add_user(
    email: Email,
    name: Annotated[str | None, typer.Option(help="What they are called.")] = None,
    timezone: Annotated[str, typer.Option(help="Their workspace's zone, like Europe/Berlin.")] = "UTC",
    *,
    password_stdin: FromStdin = False,
    as_json: JsonOption = False,
) -> None:
    """Add a person with a workspace of their own. The first one looks after the instance."""
    wanted = people.SignUp(email, _password(from_stdin=password_stdin), name, timezone)
    _tell(run(_add(wanted)), "Added", as_json=as_json)


@user.command("list")
def list_users(*, as_json: JsonOption = False) -> None:
    """List everybody with their workspaces."""
    members = run(_everybody())
    if as_json:
        print_json([_member(member) for member in members])
        return
    made = table("E-mail", "Name", "Workspace", "Role", "Admin")
    for member in members:
        cells = (member.user.email, member.user.name, member.workspace.name, member.role)
        made.add_row(*map(escape, cells), "yes" if member.user.is_admin else "")
    out.print(made)


@user.command("password")
def reset_password(email: Email, *, password_stdin: FromStdin = False, as_json: JsonOption = False) -> None:
    """Give a person another password; all their sessions end."""
    password = _password(from_stdin=password_stdin)
    _tell(run(_reset(email, password)), "There is a new password for", as_json=as_json)


@user.command("admin")
def make_admin(
    email: Email,
    *,
    revoke: Annotated[bool, typer.Option("--revoke", help="They no longer do.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Let a person look after the whole instance."""
    member = run(_set_admin(email, is_admin=not revoke))
    _tell(member, "No longer an admin:" if revoke else "An admin from now on:", as_json=as_json)


@keys.command("generate")
def generate_key(*, as_json: JsonOption = False) -> None:
    """Print a new key for POSTWRIGHT_ENCRYPTION_KEYS."""
    made = Key.generate()
    if as_json:
        print_json({"key": made})
        return
    typer.echo(made)
    line(err, "[dim]Put it first in POSTWRIGHT_ENCRYPTION_KEYS, before the present keys and a comma. Restart every[/]")
    line(err, "[dim]process, run `postwright keys rotate`, and then the older keys can go.[/]")


@keys.command("rotate")
def rotate(*, as_json: JsonOption = False) -> None:
    """Encrypt everything again with the newest key, while the system runs. It may be run at any time."""
    with err.status("Encrypting with the newest key"):
        resealed = run(_rotate())
    if as_json:
        print_json({"resealed": resealed})
    else:
        line(out, f"[green]✓[/] {resealed} values were under an older key; now all are under the newest.")


async def _migrate(*, as_json: bool) -> None:
    async with running_app(load()) as app:
        try:
            applied = await apply(app.db)
            state, revision = await schema_state(app.db), await current_revision(app.db)
        except NO_DATABASE as lost:
            raise Fault(f"The database cannot be reached: {lost}") from lost
    if as_json:
        print_json({"applied": applied, "state": state, "revision": revision, "newest": head_revision()})
        return
    for name in applied:
        line(out, f"  applied {name}")
    if state is SchemaState.AHEAD:
        line(out, f"The schema ({revision}) is newer than this release ({head_revision()}); it was left as it is.")
    else:
        line(out, f"[green]✓[/] The schema is up to date ({revision}).")


async def _document() -> Json:
    """On an application that nothing is asked of: there is no database behind its address."""
    with tempfile.TemporaryDirectory() as folder:
        settings = configuration.load(
            {},
            secret_key=token(),
            encryption_keys=Key.generate(),
            database_url="postgresql:///postwright",
            media_url=f"file:{folder}",
        )
        async with running_app(settings) as app:
            return dict(document(app))


async def _add(wanted: people.SignUp) -> Member:
    async with opened() as app:
        return await people.sign_up(app, wanted, HERE)


async def _everybody() -> tuple[Member, ...]:
    async with opened() as app, app.db.tx() as tx:
        return await users.everybody(tx)


async def _reset(email: str, password: str) -> Member:
    async with opened() as app:
        return await people.reset_password(app, email, password)


async def _set_admin(email: str, *, is_admin: bool) -> Member:
    async with opened() as app, app.db.tx() as tx:
        member = await people.find(tx, email)
        await users.set_admin(tx, member.user.id, is_admin=is_admin)
        return await people.find(tx, email)


async def _rotate() -> int:
    async with opened() as app:
        return await rotate_keys(app)


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Fault("There is no terminal to ask for the password: give it by --password-stdin.", code=BAD_USAGE)
    typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed


def _tell(member: Member, what: str, *, as_json: bool) -> None:
    if as_json:
        print_json(_member(member))
    else:
        line(out, f"[green]✓[/] {what} {escape(member.user.email)} ({escape(member.workspace.name)})")


def _member(member: Member) -> dict[str, object]:
    return {**asdict(member.user), "workspace": asdict(member.workspace), "role": member.role}
