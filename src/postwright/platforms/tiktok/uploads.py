"""The bytes of a video on their way: in which chunks, and how one is sent.

Document: content-posting-api-media-transfer-guide.
"""

from dataclasses import dataclass

from postwright.domain.media import Media
from postwright.kit.http import Request
from postwright.platforms.base import Files
from postwright.platforms.tiktok import spec
from postwright.platforms.upload import Span, allowed_time, part


@dataclass(frozen=True, slots=True)
class Chunks:
    """A file in chunks of a size; what does not fill another one goes into the last."""

    total: int
    size: int

    @staticmethod
    def of(total: int) -> "Chunks":
        """How a file of so many bytes is sent."""
        return Chunks(total, min(total, spec.CHUNK_BYTES))

    @property
    def count(self) -> int:
        """How many there are."""
        return self.total // self.size

    def after(self, arrived: int) -> Span:
        """What is sent next once so many bytes have arrived: the rest of the chunk that they end in."""
        number = min(arrived // self.size, self.count - 1)
        end = self.total if number == self.count - 1 else (number + 1) * self.size
        return Span(arrived, end, self.total)


def chunk(files: Files, media: Media, url: str, span: Span) -> Request:
    """The call that sends a chunk; the address is its own permission."""
    headers = {
        "Content-Type": media.facts.mime,
        "Content-Length": str(span.size),
        "Content-Range": span.content_range,
    }
    body = part(files, media, span)
    return Request("PUT", url, body=body, headers=headers, timeout=allowed_time(span.size))
