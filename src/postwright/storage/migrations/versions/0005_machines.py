"""Workers say on which machine they run, so that those beside them can tell when they have died."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column; workers of the release before leave it empty."""
    op.execute("ALTER TABLE workers ADD COLUMN machine TEXT")
    op.execute("COMMENT ON COLUMN workers.machine IS 'where its pid means it: a boot and a process namespace'")
