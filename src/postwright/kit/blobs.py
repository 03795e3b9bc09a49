"""Where media files are kept: a local folder or an S3-compatible bucket, behind the same few verbs.

Files are streamed, never held in memory as a whole. What a key means, and who may read it, is decided elsewhere.
"""

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

if TYPE_CHECKING:  # obstore has these names in its stubs only
    from obstore import Attributes, GetOptions, GetResult
    from obstore.store import S3Config

_KEY: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*")
"""Plain names between slashes, so that a key is the same as its path in a folder and in a URL."""
_CHUNK_BYTES: Final = 256 * 1024
_PARTS_AT_ONCE: Final = 4


class BlobMissing(Exception):
    """There is no file under this key."""


class BlobsUnavailable(Exception):
    """The store refused or could not be reached; nothing is known about the file."""


@dataclass(frozen=True, slots=True)
class S3Options:
    """How to reach an S3-compatible service; what is None comes from the usual AWS variables or instance role."""

    endpoint: str | None = None
    region: str | None = None
    access_key_id: str | None = None
    secret_access_key: str | None = None


_FROM_ENVIRONMENT: Final = S3Options()


class Blobs:
    """One store of files."""

    def __init__(self, store: LocalStore | S3Store) -> None:
        self._store = store
        self._folder = store.prefix if isinstance(store, LocalStore) else None

    @classmethod
    def from_url(cls, url: str, *, s3: S3Options = _FROM_ENVIRONMENT) -> Self:
        """Open `file:/folder` (made if absent) or `s3://bucket/prefix`. Raises ValueError for any other address."""
        parts = urlsplit(url)
        if parts.scheme == "file" and parts.path and not parts.netloc:
            return cls(LocalStore(Path(unquote(parts.path)).absolute(), mkdir=True))
        if parts.scheme == "s3" and parts.netloc:
            return cls(_s3_store(parts.netloc, parts.path.strip("/"), s3))
        raise ValueError("a media store is file:/folder or s3://bucket/prefix")

    async def put_file(self, key: str, path: Path, *, content_type: str | None = None) -> None:
        """Store a file whole or not at all, over what was there; S3 serves it with `content_type` later.

        Raises OSError if the file cannot be read, BlobsUnavailable.
        """
        _check(key)
        await asyncio.to_thread(path.stat)
        labels: Attributes | None = {"Content-Type": content_type} if content_type and self._folder is None else None
        try:
            with _unavailable(key):
                await obstore.put_async(self._store, key, path, attributes=labels, max_concurrency=_PARTS_AT_ONCE)
        except FileNotFoundError as fault:
            raise BlobsUnavailable(f"{key}: there is no such bucket or folder") from fault

    async def open(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Begin to read a file, or its bytes from `start` to before `end`, which must begin inside the file.

        Raises BlobMissing before anything is read; BlobsUnavailable also in the midst of reading.
        """
        _check(key)
        if end is not None and end <= start:
            raise ValueError("an empty range cannot be read")
        with _unavailable(key), _missing(key):
            found = await obstore.get_async(self._store, key, options=_range(start, end))
        return _chunks(key, found)

    async def size(self, key: str) -> int:
        """Bytes of a file. Raises BlobMissing, BlobsUnavailable."""
        _check(key)
        with _unavailable(key), _missing(key):
            return (await obstore.head_async(self._store, key))["size"]

    async def exists(self, key: str) -> bool:
        """Whether there is a file under the key. Raises BlobsUnavailable."""
        try:
            await self.size(key)
        except BlobMissing:
            return False
        return True

    async def delete(self, key: str) -> None:
        """Remove a file; one that is not there counts as removed. Raises BlobsUnavailable."""
        _check(key)
        with _unavailable(key), suppress(FileNotFoundError):
            await obstore.delete_async(self._store, key)

    async def signed_url(self, key: str, expires: timedelta) -> str | None:
        """An address from which anyone may read the file for a while; None for a local folder, which has none."""
        _check(key)
        if isinstance(self._store, LocalStore):
            return None
        with _unavailable(key):
            return await obstore.sign_async(self._store, "GET", key, expires)

    @asynccontextmanager
    async def as_local_file(self, key: str) -> AsyncIterator[Path]:
        """The file as a path to read: itself in a local folder, else a copy that is gone afterwards.

        Raises BlobMissing, BlobsUnavailable.
        """
        if self._folder is not None:
            await self.size(key)
            yield self._folder / key
            return
        with tempfile.TemporaryDirectory(prefix="postwright-") as folder:
            copy = Path(folder, key.rpartition("/")[2])
            with await asyncio.to_thread(copy.open, "wb") as file:
                async for chunk in await self.open(key):
                    await asyncio.to_thread(file.write, chunk)
            yield copy


def _s3_store(bucket: str, prefix: str, options: S3Options) -> S3Store:
    given: S3Config = {"disable_bulk_delete": True}  # a plain DELETE is what every S3-compatible service has
    if options.endpoint:
        given["endpoint"] = options.endpoint
    if options.region:
        given["region"] = options.region
    if options.access_key_id and options.secret_access_key:
        given["access_key_id"] = options.access_key_id
        given["secret_access_key"] = options.secret_access_key
    plain = (options.endpoint or "").startswith("http://")
    return S3Store(
        bucket,
        prefix=prefix or None,
        config=given,
        client_options={"allow_http": True} if plain else None,
        retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=30)},
    )


def _check(key: str) -> None:
    if not _KEY.fullmatch(key):
        raise ValueError(f"not a key: {key!r}")


def _range(start: int, end: int | None) -> "GetOptions":
    if end is not None:
        return {"range": (start, end)}
    return {"range": {"offset": start}} if start else {}


async def _chunks(key: str, found: "GetResult") -> AsyncIterator[bytes]:
    with _unavailable(key):
        async for chunk in found.stream(min_chunk_size=_CHUNK_BYTES):
            yield chunk


@contextmanager
def _missing(key: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise BlobMissing(key) from None


@contextmanager
def _unavailable(key: str) -> Iterator[None]:
    try:
        yield
    except BaseError as fault:
        first_line = str(fault).partition("\n")[0]  # the rest is the library's debug form
        raise BlobsUnavailable(f"{key}: {first_line}") from fault
