"""Media as a vendor takes it: really fetched, capped in size, kept in a temporary folder and probed by content.

What is allowed to be published is each twin's rule.
"""

import asyncio
import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import aiohttp

from postwright.kit.probe import Probe, ProbeTimeout, Unreadable, probe

CHUNK = 256 * 1024


class FetchRefused(Exception):
    """A media URL could not be used; `why` is for the twin to word."""

    def __init__(self, why: Literal["bad_url", "unreachable", "timeout", "too_big"], detail: str) -> None:
        super().__init__(detail)
        self.why = why
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Stored:
    """One file in the sandbox's own store."""

    id: str
    path: Path
    probe: Probe | None
    """What was found by content; None if nothing recognises it."""
    fault: str = ""
    """Why it could not be read, in words."""


class MediaStore:
    """Files that vendors fetched or received. Equal bytes are stored and probed once."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._files: dict[str, Stored] = {}
        self._coming: dict[str, asyncio.Task[Stored]] = {}
        self._session: aiohttp.ClientSession | None = None

    def find(self, name: str) -> Stored | None:
        """A stored file by its id."""
        return self._files.get(name)

    async def fetch(self, url: str, *, agent: str, max_bytes: int, seconds: float, redirects: int = 3) -> Stored:
        """Fetch as a vendor's crawler does, called `agent`, within some seconds; raises FetchRefused."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or not url.isascii():
            raise FetchRefused("bad_url", "not an absolute http(s) URL in ASCII")
        try:
            content = await self._download(url, agent, max_bytes, seconds, redirects)
        except TimeoutError as late:
            raise FetchRefused("timeout", f"no answer within {seconds:g} s") from late
        except aiohttp.ClientError as broken:
            raise FetchRefused("unreachable", str(broken) or type(broken).__name__) from broken
        return await self.keep(content)

    async def _download(self, url: str, agent: str, max_bytes: int, seconds: float, redirects: int) -> bytes:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        content = bytearray()
        patience = aiohttp.ClientTimeout(total=seconds)
        headers = {"user-agent": agent}
        tries = redirects + 1  # aiohttp counts the answer that it gives up on
        async with self._session.get(url, headers=headers, timeout=patience, max_redirects=tries) as answer:
            if not answer.ok:
                raise FetchRefused("unreachable", f"HTTP {answer.status}")
            async for chunk in answer.content.iter_chunked(CHUNK):
                content += chunk
                if len(content) > max_bytes:
                    raise FetchRefused("too_big", f"more than {max_bytes} bytes")
        return bytes(content)

    async def keep(self, content: bytes) -> Stored:
        """Store bytes and find out what they are."""
        name = hashlib.sha256(content).hexdigest()[:32]
        held = self._files.get(name)
        if held is not None:
            return held
        # Several posts bring the same picture at once; written a second time, it would be cut short while it is read.
        if name not in self._coming:
            self._coming[name] = asyncio.create_task(self._take_in(name, content))
            self._coming[name].add_done_callback(lambda _: self._coming.pop(name))
        return await asyncio.shield(self._coming[name])

    async def _take_in(self, name: str, content: bytes) -> Stored:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="postwright-sandbox-")
        path = Path(self._folder.name) / name
        await asyncio.to_thread(path.write_bytes, content)
        try:
            stored = Stored(name, path, await probe(path))
        except (Unreadable, ProbeTimeout) as fault:
            stored = Stored(name, path, None, str(fault))
        self._files[name] = stored
        return stored

    async def close(self) -> None:
        """Close the connection pool and delete the files."""
        if self._session is not None:
            await self._session.close()
        if self._folder is not None:
            await asyncio.to_thread(self._folder.cleanup)
