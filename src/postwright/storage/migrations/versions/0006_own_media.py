"""Publications that are deleted find the files of their own."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the index: without it each deleted publication reads the files of all posts."""
    op.execute(
        "CREATE INDEX ix_post_media_publication_id ON post_media (publication_id) WHERE publication_id IS NOT NULL"
    )
