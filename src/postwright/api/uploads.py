"""Reading a multipart upload as a stream: the file goes to disk piece by piece, capped and hashed on its way.

What the file is, is for services/media.py to find out.
"""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.exceptions import HTTPException
from starlette.requests import Request

from postwright.domain.errors import Invalid, Problem
from postwright.services.media import Upload

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks  # a type only: it does not exist at run time

FILE: Final = "file"
_FIELD_BYTES: Final = 64 * 1024
_FIELDS: Final = frozenset({"alt_text"})
_OVERHEAD_BYTES: Final = 64 * 1024
"""Of the parts' headers and the small fields, beside the file."""


class BadMultipart(Problem):
    """The upload is not well-formed multipart/form-data."""

    status = 400
    code = "malformed_multipart"


@dataclass(frozen=True, slots=True)
class Received:
    """A file with the small fields that came beside it."""

    upload: Upload
    fields: dict[str, str]


@asynccontextmanager
async def received(request: Request, max_bytes: int) -> AsyncIterator[Received]:
    """The upload in a request; its file is gone after the block.

    Raises BadMultipart, Invalid (`file` is missing or doubled), and HTTPException 413 beyond `max_bytes`.
    """
    claimed = request.headers.get("content-length", "0")
    if claimed.isdecimal() and int(claimed[:20]) > max_bytes + _OVERHEAD_BYTES:
        raise HTTPException(413)
    with tempfile.TemporaryDirectory(prefix="postwright-") as folder:
        path = Path(folder) / "upload"
        with path.open("wb") as target:
            form = _Form(target, max_bytes)
            await _read(request, form)
        if form.name is None:
            raise Invalid.of(FILE, "required", "Send the file as the form field “file”, with a file name.")
        yield Received(Upload(path, form.name, form.digest.digest()), form.fields())


async def _read(request: Request, form: "_Form") -> None:
    _, options = parse_options_header(request.headers["content-type"])
    boundary = options.get(b"boundary")
    if not boundary:
        raise BadMultipart("The Content-Type names no boundary.")
    try:
        parser = MultipartParser(boundary, form.callbacks())
        async for chunk in request.stream():
            parser.write(chunk)
            await form.flush()
        parser.finalize()
    except FormParserError as fault:
        raise BadMultipart from fault
    if not form.ended:
        raise BadMultipart("The upload ends in the middle.")


@dataclass(slots=True)
class _Part:
    """The part that is being read."""

    headers: dict[bytes, bytes] = field(default_factory=dict)
    name: str = ""
    is_file: bool = False


class _Form:
    """Takes what the parser finds, in order."""

    def __init__(self, target: BinaryIO, max_bytes: int) -> None:
        self.name: str | None = None
        self.digest = hashlib.sha256()
        self.ended = False
        self._target = target
        self._left = max_bytes
        self._fields: dict[str, bytearray] = {}
        self._pending: list[bytes] = []
        self._part = _Part()
        self._header = (b"", b"")

    def fields(self) -> dict[str, str]:
        """The small fields as text. Raises BadMultipart where one is not UTF-8."""
        try:
            return {name: bytes(value).decode() for name, value in self._fields.items()}
        except UnicodeDecodeError as fault:
            raise BadMultipart("A field of the upload is not UTF-8.") from fault

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._open,
            "on_part_data": self._data,
            "on_end": self._end,
        }

    async def flush(self) -> None:
        """Write what came since the last time, away from the event loop."""
        if self._pending:
            piece = b"".join(self._pending)
            self._pending.clear()
            await asyncio.to_thread(self._write, piece)

    def _write(self, piece: bytes) -> None:
        self.digest.update(piece)
        self._target.write(piece)

    def _begin(self) -> None:
        self._part = _Part()

    def _header_name(self, piece: bytes, start: int, end: int) -> None:
        self._header = (self._header[0] + piece[start:end], self._header[1])

    def _header_value(self, piece: bytes, start: int, end: int) -> None:
        self._header = (self._header[0], self._header[1] + piece[start:end])

    def _header_end(self) -> None:
        name, value = self._header
        self._part.headers[name.lower()] = value
        self._header = (b"", b"")

    def _open(self) -> None:
        _, options = parse_options_header(self._part.headers.get(b"content-disposition", b""))
        self._part.name = options.get(b"name", b"").decode(errors="replace")
        self._part.is_file = b"filename" in options
        if self._part.is_file:
            self._open_file(options[b"filename"].decode(errors="replace"))
        elif self._part.name in _FIELDS:
            self._fields[self._part.name] = bytearray()
        else:
            raise Invalid.of(self._part.name or FILE, "unknown_field", "An upload has the fields file and alt_text.")

    def _open_file(self, name: str) -> None:
        if self._part.name != FILE:
            raise Invalid.of(self._part.name or FILE, "unknown_field", "Send the file as the form field “file”.")
        if self.name is not None:
            raise Invalid.of(FILE, "too_many_files", "Send one file at a time.")
        self.name = name

    def _data(self, piece: bytes, start: int, end: int) -> None:
        if self._part.is_file:
            self._left -= end - start
            if self._left < 0:
                raise HTTPException(413)
            self._pending.append(piece[start:end])
        else:
            field_text = self._fields[self._part.name]
            field_text += piece[start:end]
            if len(field_text) > _FIELD_BYTES:
                raise HTTPException(413)

    def _end(self) -> None:
        self.ended = True
