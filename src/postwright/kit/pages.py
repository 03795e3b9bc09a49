"""Cursor paging: an opaque cursor holds the sort key of the last row that was seen."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar
from uuid import UUID

T = TypeVar("T")


class BadCursor(ValueError):
    """The cursor was not made by this server."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place in a list ordered by (at, id), newest first."""

    at: datetime
    id: UUID

    def encode(self) -> str:
        raw = f"{self.at.astimezone(UTC).isoformat()}|{self.id}"
        return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")

    @staticmethod
    def decode(text: str) -> "Cursor":
        """Read a cursor back. Raises BadCursor for all that `encode` would not have written."""
        try:
            at, _, row_id = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition("|")
            cursor = Cursor(datetime.fromisoformat(at), UUID(row_id))
            written = cursor.encode()
        except (ValueError, OverflowError) as unreadable:
            raise BadCursor("the cursor is not one of this list's") from unreadable
        if written != text:
            raise BadCursor("the cursor is not one of this list's")
        return cursor


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list, and the cursor of the next page if there is one."""

    rows: tuple[T, ...]
    next_cursor: str | None = None
