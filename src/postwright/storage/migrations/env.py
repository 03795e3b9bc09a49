"""What Alembic runs to apply versions; `storage/migrate.py` hands it the connection and gathers what was applied."""

from collections.abc import Collection, Mapping

from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo
from sqlalchemy import Connection

connection: Connection = context.config.attributes["connection"]
applied: list[str] = context.config.attributes["applied"]


def note(
    ctx: MigrationContext,  # noqa: ARG001  # Alembic names its arguments, and passes all four
    step: MigrationInfo,
    heads: Collection[object],  # noqa: ARG001
    run_args: Mapping[str, object],  # noqa: ARG001
) -> None:
    """Remember one applied version."""
    applied.extend(step.up_revision_ids)


context.configure(connection=connection, on_version_apply=note)
with context.begin_transaction():
    context.run_migrations()
