"""What a person wrote, as values: the content for one account, and the state of the whole post."""

import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from postwright.domain.capability import Options
from postwright.domain.media import Attachment
from postwright.domain.publication import ACTIVE, State


@dataclass(frozen=True, slots=True)
class Content:
    """What is to stand on one account: the post's own text and media, or that account's variant of them."""

    caption: str
    attachments: tuple[Attachment, ...]
    options: Options


def content_digest(caption: str, files: Iterable[bytes]) -> bytes:
    """SHA-256 of a text and of its files, by their own, in order.

    It is the same where people would say that it is the same text: case, spaces and the ways that Unicode has of
    writing the same make no difference.
    """
    said = " ".join(unicodedata.normalize("NFKC", caption).casefold().split())
    return hashlib.sha256(b"\n".join([said.encode(), *files])).digest()


def post_state(states: Iterable[State]) -> str:
    """The state of a post from those of its publications.

    What was canceled counts only where nothing else is left. One state for all: that state. Otherwise
    `publishing` while anything is still to happen, `needs_attention` where a person must decide,
    `partial` where some went out, else `failed`. storage.publications says the same rule in SQL.
    """
    found = set(states) - {State.CANCELED}
    if not found:
        return State.CANCELED.value
    if len(found) == 1:
        return found.pop().value
    if found & set(ACTIVE):
        return State.PUBLISHING.value
    if State.NEEDS_ATTENTION in found:
        return State.NEEDS_ATTENTION.value
    return "partial" if State.PUBLISHED in found else State.FAILED.value
