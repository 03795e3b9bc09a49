"""Workspaces' policies, pre-flight checks, what content a publication has, and what operators count."""

from alembic import op

revision = "0003"
down_revision = "0002"

_STATEMENTS = (
    """
    ALTER TABLE workspaces
        ADD COLUMN late_policy TEXT DEFAULT 'ask' NOT NULL,
        ADD COLUMN duplicate_window_seconds INTEGER DEFAULT '86400' NOT NULL
    """,
    """
    ALTER TABLE publications
        ADD COLUMN content_digest BYTEA,
        ADD COLUMN preflight_at TIMESTAMP WITH TIME ZONE,
        ADD COLUMN warnings JSONB DEFAULT '[]' NOT NULL
    """,
    "COMMENT ON COLUMN publications.content_digest IS 'SHA-256 of its text and files: the same says the same'",
    "COMMENT ON COLUMN publications.preflight_at IS 'when it is looked over next, before its time'",
    "COMMENT ON COLUMN publications.warnings IS 'what the last look found'",
    "ALTER TABLE accounts ADD COLUMN lease_worker UUID",
    "COMMENT ON COLUMN accounts.lease_worker IS 'the process of that run'",
    "CREATE INDEX ix_publications_content ON publications (account_id, content_digest)",
    "CREATE INDEX ix_publications_preflight ON publications (preflight_at) WHERE state = 'queued'",
    "CREATE INDEX ix_publications_state_platform ON publications (state, platform)",
    "CREATE INDEX ix_publications_started_at ON publications (started_at) WHERE started_at IS NOT NULL",
    "CREATE STATISTICS publications_state_platform (mcv) ON state, platform FROM publications",
    """
    CREATE TABLE lateness_totals (
        counted_until TIMESTAMP WITH TIME ZONE NOT NULL,
        buckets JSONB NOT NULL,
        seconds DOUBLE PRECISION NOT NULL
    )
    """,
    "COMMENT ON TABLE lateness_totals IS 'one row: how late publications started, of all that ever did'",
    "COMMENT ON COLUMN lateness_totals.buckets IS 'by the bucket''s upper bound in seconds, how many'",
    "INSERT INTO lateness_totals (counted_until, buckets, seconds) VALUES ('epoch', '{}', 0)",
    """
    UPDATE publications
    SET preflight_at = due_at - CASE WHEN due_at > now() + interval '24 hours' THEN interval '24 hours'
                                     ELSE interval '1 hour' END
    WHERE state = 'queued' AND due_at > now() + interval '1 hour'
    """,
)


def upgrade() -> None:
    """Add them; what waits is looked over as what is written from now on."""
    for statement in _STATEMENTS:
        op.execute(statement)
