"""What a person wrote, as values: the content for one account, and the state of the whole post."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from postwright.domain.capability import Options
from postwright.domain.media import Attachment
from postwright.domain.publication import State


@dataclass(frozen=True, slots=True)
class Content:
    """What is to stand on one account: the post's own text and media, or that account's variant of them."""

    caption: str
    attachments: tuple[Attachment, ...]
    options: Options


def post_state(states: Iterable[State]) -> str:
    """The state of a post from those of its publications.

    One state for all: that state. Otherwise `publishing` while anything is still to happen,
    `needs_attention` where a person must decide, `partial` where some went out, else `failed`.
    """
    found = Counter(states)
    found.pop(State.CANCELED, None) if len(found) > 1 else None
    if len(found) == 1:
        return next(iter(found)).value
    if not found:
        return State.DRAFT.value
    if found[State.PUBLISHING] or found[State.QUEUED]:
        return State.PUBLISHING.value
    if found[State.NEEDS_ATTENTION]:
        return State.NEEDS_ATTENTION.value
    return "partial" if found[State.PUBLISHED] else State.FAILED.value
