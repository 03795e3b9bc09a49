"""What a workspace decides for its posts: what becomes of those found too late, and what counts as said before."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

LONGEST_LATE_LIMIT: Final = timedelta(days=7)
LONGEST_DUPLICATE_WINDOW: Final = timedelta(days=30)


class LatePolicy(StrEnum):
    """What becomes of a post that is found later after its time than the late limit."""

    PUBLISH = "publish"
    """It goes out all the same."""
    SKIP = "skip"
    """It is canceled."""
    ASK = "ask"
    """A person decides."""


@dataclass(frozen=True, slots=True)
class WorkspaceSettings:
    """A workspace's name and rules. With a `duplicate_window` of nothing, no post counts as said before."""

    name: str
    late_limit: timedelta
    late_policy: LatePolicy
    duplicate_window: timedelta
