"""What platforms share once a post may be out: whether one that they list is ours, and the end of a flow."""

from datetime import UTC, datetime, timedelta

from postwright.domain.publication import Checkpoint
from postwright.platforms.base import Published

CLOCK_SLACK = timedelta(minutes=1)
"""How much earlier than by our clock a post may have been made by the platform's."""


def plain(text: str | None) -> str:
    """Text without what a platform may change in it: spaces and line ends."""
    return " ".join((text or "").split())


def made_since(made_at: datetime | None, since: datetime) -> bool:
    """Whether something was made at `since` or later, clocks apart; true where the platform does not say when.

    A time without a zone means UTC.
    """
    return made_at is None or (made_at if made_at.tzinfo else made_at.replace(tzinfo=UTC)) >= since - CLOCK_SLACK


def published(checkpoint: Checkpoint, *warnings: str) -> Published:
    """The end of a flow whose post is visible."""
    if checkpoint.external_id is None:
        raise ValueError(f"the step {checkpoint.step} stands behind the publishing one")
    return Published(checkpoint.external_id, checkpoint.external_url, warnings)
