"""The life of a publication: its states, how one leads to another, and the checkpoint a flow leaves behind."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


class State(StrEnum):
    """Where a publication stands. Only `queued` and `publishing` are left by time; a person leaves the others."""

    DRAFT = "draft"
    QUEUED = "queued"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    FAILED = "failed"
    NEEDS_ATTENTION = "needs_attention"
    CANCELED = "canceled"


ACTIVE = (State.QUEUED, State.PUBLISHING)
"""The states that a worker looks at: each has a time at which it is looked at again."""

MOVES: Mapping[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.QUEUED, State.CANCELED}),
    State.QUEUED: frozenset({State.PUBLISHING, State.FAILED, State.NEEDS_ATTENTION, State.CANCELED, State.DRAFT}),
    State.PUBLISHING: frozenset({State.QUEUED, State.PUBLISHED, State.FAILED, State.NEEDS_ATTENTION}),
    State.PUBLISHED: frozenset(),
    State.FAILED: frozenset({State.QUEUED, State.CANCELED}),
    State.NEEDS_ATTENTION: frozenset({State.QUEUED, State.PUBLISHED, State.CANCELED}),
    State.CANCELED: frozenset({State.QUEUED}),
}


class StepKind(StrEnum):
    """What a step does to the world."""

    PREPARE = "prepare"
    """Repeatable: nobody sees it."""
    COMMIT = "commit"
    """People can see it: its intent is written down first, and it is never blindly repeated."""
    FOLLOW = "follow"
    """Repeatable itself, but what people may see is on its way: where it finds no answer, a person decides."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a flow has come: the step to do next and what the earlier ones left.

    `external_id` and `external_url` are set once the post is visible; from then on the
    publication can only end as published.
    """

    step: str
    notes: Mapping[str, Json] = field(default_factory=dict)
    external_id: str | None = None
    external_url: str | None = None

    def to(self, step: str, **notes: Json) -> "Checkpoint":
        """The same flow at its next step, with more notes."""
        return replace(self, step=step, notes={**self.notes, **notes})

    def landed(self, external_id: str, external_url: str | None = None) -> "Checkpoint":
        """The same flow, now visible to people."""
        return replace(self, external_id=external_id, external_url=external_url or self.external_url)

    def text(self, name: str) -> str:
        """A note that an earlier step must have left. Raises KeyError."""
        return str(self.notes[name])

    def number(self, name: str) -> int:
        """A count among the notes, 0 where there is none yet."""
        value = self.notes.get(name, 0)
        return value if isinstance(value, int) else 0
