"""When a published post was taken down again."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column; what is published stands."""
    op.execute("ALTER TABLE publications ADD COLUMN removed_at TIMESTAMP WITH TIME ZONE")
