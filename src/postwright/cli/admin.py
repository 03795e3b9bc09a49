"""The operator's commands on the instance itself: its schema, its people, its keys, its API's description."""

from postwright.bootstrap import running_app
from postwright.cli.opening import NO_DATABASE, load
from postwright.cli.terminal import Fault, JsonOption, line, out, print_json, run
from postwright.storage.migrate import SchemaState, current_revision, head_revision, schema_state
from postwright.storage.migrate import migrate as apply


def migrate(*, as_json: JsonOption = False) -> None:
    """Bring the database's schema up to date, and say where it stands."""
    run(_migrate(as_json=as_json))


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
