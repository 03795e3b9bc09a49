"""What is known of one stored file, as rules need it; how it was found out is kit/probe's affair."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

MediaKind = Literal["image", "video", "document"]


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """The measured properties of a file. Bytes; pixels as displayed, or the first page's points."""

    kind: MediaKind
    mime: str
    size_bytes: int
    width: int
    height: int
    duration_s: float | None = None
    fps: float | None = None
    video_codec: str | None = None
    audio_codec: str | None = None
    audio_hz: int | None = None
    bit_rate: int | None = None
    faststart: bool | None = None
    pages: int | None = None

    @property
    def frames(self) -> int | None:
        """How many pictures an animation (or a video) is made of; None for what stands still."""
        return round(self.duration_s * self.fps) if self.duration_s and self.fps else None

    @property
    def ratio(self) -> float:
        """Width over height."""
        return self.width / self.height


@dataclass(frozen=True, slots=True)
class Media:
    """A stored file of a workspace. `key` is its place in the blob store."""

    id: UUID
    key: str
    name: str
    facts: MediaFacts


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as it stands in a post: in order, with its alternative text. `url` is public, for platforms that fetch."""

    media: Media
    alt_text: str | None
    url: str = ""
