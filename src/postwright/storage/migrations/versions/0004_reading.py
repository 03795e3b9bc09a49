"""The queue tells when its next job is due without reading all jobs that wait."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add an index beside the job engine's own.

    Whenever a worker has nothing more to do, the engine asks for the time of the earliest job of its entry points. Its
    own index has the entry point before the time, so there is no order over several: all jobs were read and sorted,
    which took half a second of CPU with a million of them.
    """
    op.execute("CREATE INDEX pgqueuer_execute_after_idx ON pgqueuer (execute_after) WHERE status = 'queued'")
