"""Bytes on their way to a platform: a part of a file, a form with a file in it; never a whole file in memory."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from postwright.domain.media import Media
from postwright.kit.http import Body
from postwright.kit.ids import token
from postwright.platforms.base import Files

_SLOWEST = 250_000
"""Bytes a second below which an upload is given up."""
_LEAST_TIME = timedelta(seconds=60)


def allowed_time(size: int) -> timedelta:
    """How long sending so many bytes may take."""
    return _LEAST_TIME + timedelta(seconds=size / _SLOWEST)


@dataclass(frozen=True, slots=True)
class Span:
    """Some bytes of a whole: `start` counts from 0, `end` is the first byte that is no longer part of it."""

    start: int
    end: int
    total: int

    @property
    def size(self) -> int:
        """How many bytes it is."""
        return self.end - self.start

    @property
    def content_range(self) -> str:
        """As the header Content-Range says it (RFC 9110 §14.4)."""
        return f"bytes {self.start}-{self.end - 1}/{self.total}"


def whole(media: Media) -> Span:
    """All of a file."""
    return Span(0, media.facts.size_bytes, media.facts.size_bytes)


async def part(files: Files, media: Media, span: Span) -> AsyncIterator[bytes]:
    """The bytes of a span, as they are read."""
    left = span.size
    async for chunk in files.stream(media, span.start):
        yield chunk[:left]
        left -= len(chunk)
        if left <= 0:
            return


@dataclass(frozen=True, slots=True)
class FilePart:
    """The file of a multipart form."""

    field: str
    name: str
    mime: str
    size: int
    content: AsyncIterator[bytes]


def multipart(fields: Mapping[str, str], file: FilePart) -> tuple[dict[str, str], Body]:
    """Headers and body of a multipart/form-data request (RFC 7578): the fields in order, then the file.

    The length is told beforehand: buckets take no body of unknown length.
    """
    boundary = token()
    opening = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    opening += (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{file.field}"; filename="{quote(file.name)}"\r\n'
        f"Content-Type: {file.mime}\r\n\r\n"
    )
    before, after = opening.encode(), f"\r\n--{boundary}--\r\n".encode()

    async def body() -> AsyncIterator[bytes]:
        yield before
        async for chunk in file.content:
            yield chunk
        yield after

    size = len(before) + file.size + len(after)
    return {"Content-Type": f"multipart/form-data; boundary={boundary}", "Content-Length": str(size)}, body()
