"""The HTTP client for the platforms' APIs: one pooled session, typed failures, one place for the sandbox.

When a sandbox is set, every vendor address `https://host/path` goes to `SANDBOX/host/path`
instead. Nothing else in the program knows that a sandbox exists.
"""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property, lru_cache
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

import aiohttp
from pydantic_core import from_json
from yarl import URL

DEFAULT_TIMEOUT = timedelta(seconds=30)
_LONGEST_CONNECT_SECONDS = 10
MAX_REPLY_BYTES = 8 * 1024 * 1024
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_NO_ADDRESS = "the address is none that can be called"

Form = Mapping[str, str]
Body = bytes | AsyncIterator[bytes]


class NotSent(Exception):
    """The call never left: no address, no connection. The other side has certainly not acted."""


class NoReply(Exception):
    """The call may have arrived, but no whole reply came back. The other side may have acted."""


@dataclass(frozen=True, slots=True)
class Request:
    """One call, as its maker means it (vendor addresses, never the sandbox's)."""

    method: str
    url: str
    query: Form = field(default_factory=dict)
    form: Form | None = None
    json: Mapping[str, object] | None = None
    body: Body | None = None
    headers: Form = field(default_factory=dict)
    timeout: timedelta = DEFAULT_TIMEOUT


@dataclass(frozen=True)
class Reply:
    """What came back, whatever its status."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> object:
        """The body as JSON, or None where it is not JSON (an unreadable reply is a value to judge).

        It is the same object each time, for several readers: none of them may change it.
        """
        return self._parsed

    @cached_property
    def _parsed(self) -> object:
        if not self.body:
            return None
        try:
            return from_json(self.body)
        except ValueError:
            return _leniently(self.body)


class Http:
    """A client that keeps connections; use it as an async context manager."""

    def __init__(self, *, sandbox_url: str | None = None, connections: int = 200) -> None:
        self._sandbox_url = sandbox_url.rstrip("/") if sandbox_url else None
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._connections, ttl_dns_cache=60),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "Postwright"},
            auto_decompress=True,
        )
        # It would repeat a PUT or DELETE by itself on a kept connection that broke, a streamed body half gone among
        # them. Whether a call is made again is not its affair; there is no public name for the switch.
        self._session._retry_connection = False  # noqa: SLF001
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    def address(self, url: str) -> str:
        """Where a vendor's address really leads: to itself, or into the sandbox."""
        if self._sandbox_url is None or url.startswith(self._sandbox_url + "/"):
            return url
        scheme, separator, rest = url.partition("://")
        return f"{self._sandbox_url}/{rest}" if separator and scheme.lower() == "https" else url

    async def send(self, request: Request) -> Reply:
        """Make the call once. Raises NotSent or NoReply; any status is a Reply.

        Only reading is tried a second time, where the server had closed the kept connection meanwhile.
        """
        try:
            return await self._send(request)
        except NoReply as lost:
            if request.method != "GET" or not isinstance(lost.__cause__, aiohttp.ServerDisconnectedError):
                raise
        return await self._send(request)

    async def _send(self, request: Request) -> Reply:
        if self._session is None:
            raise RuntimeError("the client is used outside its context")
        seconds = request.timeout.total_seconds()
        # The client would write the same, by ways that cost as much as the rest of the call.
        form = None if request.form is None else urlencode(request.form).encode()
        url = _as_written(self.address(request.url))
        try:
            async with self._session.request(
                request.method,
                url,
                params=request.query or None,
                data=request.body if form is None else form,
                json=request.json,
                headers=request.headers if form is None else {**_FORM, **request.headers},
                allow_redirects=False,
                timeout=_timeout(seconds),
            ) as response:
                return Reply(response.status, _lower(response.headers), await _read(response))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            host = request.url.partition("://")[2].partition("/")[0]
            raise NotSent(f"no connection to {host}: {error}") from error
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as error:
            raise NotSent(_NO_ADDRESS) from error
        except TimeoutError as error:
            raise NoReply(f"no reply within {seconds:g} s") from error
        except (aiohttp.ClientError, OSError) as error:
            raise NoReply(f"the connection broke before the reply was whole: {type(error).__name__}") from error


def _leniently(body: bytes) -> object:
    """JSON as the standard library reads it, with halves of surrogate pairs: platforms cut texts in the middle."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):  # the latter: nested deeper than any platform means it
        return None


@lru_cache(maxsize=64)
def _timeout(seconds: float) -> aiohttp.ClientTimeout:
    # Shorter for the connection than for the whole, so that a call which got none is known as not sent.
    return aiohttp.ClientTimeout(total=seconds, connect=min(seconds / 3, _LONGEST_CONNECT_SECONDS))


@lru_cache(maxsize=1024)
def _as_written(address: str) -> URL:
    """The address with its encoding left alone: some platforms tell an encoded colon from a bare one."""
    try:
        checked = URL(address)
    except ValueError as error:
        raise NotSent(_NO_ADDRESS) from error
    return URL(address, encoded=True) if checked.host else checked


async def _read(response: aiohttp.ClientResponse) -> bytes:
    body = await response.content.read(MAX_REPLY_BYTES)
    while not response.content.at_eof() and len(body) < MAX_REPLY_BYTES:
        body += await response.content.read(MAX_REPLY_BYTES - len(body))
    return body


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
