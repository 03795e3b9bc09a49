"""The one guard for fetching an address that a person gave us: it cannot be turned against our own network (SSRF).

Every hop's host is resolved here, every address it has must be public, and the connection goes to an address that was
checked, so that a second answer of the name server changes nothing. Calls to platforms' APIs are in http.py.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from pathlib import Path
from typing import Final, Literal

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

FetchCode = Literal[
    "bad_url", "private_address", "too_large", "too_many_redirects", "unreachable", "timeout", "http_status"
]
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""From a host name and a port to its addresses; raises OSError when there are none."""

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_HEADERS: Final = {"User-Agent": "Postwright", "Accept": "*/*", "Accept-Encoding": "identity"}
_CHUNK_BYTES: Final = 256 * 1024

_CLOSED_V4: Final = tuple(
    IPv4Network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        "168.63.129.16/32",  # the host agent of Azure, reachable from inside only though the number is public
    )
)
"""IANA IPv4 Special-Purpose Address Registry, multicast and the former class E, with what clouds add."""
_OPEN_V6: Final = IPv6Network("2000::/3")
"""Global unicast, the only part of IPv6 handed out; mapped IPv4, NAT64, local and multicast forms lie outside."""
_CLOSED_V6: Final = tuple(
    IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)
"""IANA IPv6 Special-Purpose Address Registry inside 2000::/3: Teredo and kin, documentation, 6to4, AS112."""


class FetchRefused(Exception):
    """The file could not or may not be fetched; the reason is for the person, the code is stable."""

    def __init__(self, reason: str, code: FetchCode) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code: FetchCode = code


@dataclass(frozen=True, slots=True)
class FetchRules:
    """How much may be fetched, and for how long. `allowed_origins` ("http://127.0.0.1:8801") may have any address."""

    max_bytes: int
    total_time: timedelta = timedelta(minutes=5)
    max_redirects: int = 5
    allowed_origins: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came: bytes written, the type the server claimed (not to be believed), the address after redirects."""

    size_bytes: int
    content_type: str | None
    final_url: str


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet; what cannot be read as an address does not."""
    try:
        parsed: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv4Address):
        return not any(parsed in network for network in _CLOSED_V4)
    return parsed in _OPEN_V6 and not any(parsed in network for network in _CLOSED_V6)


async def system_addresses(host: str, port: int) -> Sequence[str]:
    """The addresses that this machine's resolver has for a host. Raises OSError."""
    answers = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(sockaddr[0]) for *_, sockaddr in answers]


async def fetch(url: str, target: Path, *, rules: FetchRules, resolve: Resolve = system_addresses) -> Fetched:
    """Write what `url` serves to `target`; on any failure `target` is gone.

    Raises FetchRefused, or OSError if the disk fails.
    """
    with ExitStack() as undo:
        undo.callback(target.unlink, missing_ok=True)
        try:
            async with asyncio.timeout(rules.total_time.total_seconds()):
                fetched = await _follow(_parse(url), target, rules, resolve)
        except TimeoutError:
            seconds = rules.total_time.total_seconds()
            raise FetchRefused(f"The file did not arrive within {seconds:g} seconds.", "timeout") from None
        except aiohttp.InvalidURL as fault:
            raise FetchRefused("The address is not valid.", "bad_url") from fault
        except aiohttp.ClientPayloadError as fault:
            raise FetchRefused("The connection broke before the whole file had arrived.", "unreachable") from fault
        except aiohttp.ClientError as fault:
            raise FetchRefused("The server cannot be reached.", "unreachable") from fault
        undo.pop_all()
    return fetched


async def _follow(url: URL, target: Path, rules: FetchRules, resolve: Resolve) -> Fetched:
    for _ in range(rules.max_redirects + 1):
        addresses = await _checked_addresses(url, rules, resolve)
        async with _session(addresses) as session, session.get(url, allow_redirects=False) as reply:
            if reply.status not in _REDIRECTS or "Location" not in reply.headers:
                return await _save(reply, target, rules)
            url = _parse(reply.headers["Location"], base=url)
    raise FetchRefused(f"The address redirects more than {rules.max_redirects} times.", "too_many_redirects")


def _parse(text: str, base: URL | None = None) -> URL:
    try:
        url = URL(text) if base is None else base.join(URL(text))
    except ValueError as fault:
        raise FetchRefused("The address is not valid.", "bad_url") from fault
    if url.scheme not in {"http", "https"} or not url.host:
        raise FetchRefused("The address must start with http:// or https:// and name a host.", "bad_url")
    if url.user is not None or url.password is not None:
        raise FetchRefused("The address must not carry a user name or a password.", "bad_url")
    return url


async def _checked_addresses(url: URL, rules: FetchRules, resolve: Resolve) -> Sequence[str]:
    """The host's addresses, all of them fit to connect to. The refusal does not tell them: they may be a secret."""
    addresses = await _addresses(url.host or "", url.port or 0, resolve)
    if not addresses:
        raise FetchRefused("The host name of the address is not known.", "unreachable")
    allowed = {URL(origin).origin() for origin in rules.allowed_origins}
    if url.origin() not in allowed and not all(is_public(address) for address in addresses):
        raise FetchRefused("The address leads into a private network.", "private_address")
    return addresses


async def _addresses(host: str, port: int, resolve: Resolve) -> Sequence[str]:
    if _is_address(host):
        return [host]  # the connector goes there without asking anyone
    try:
        return await resolve(host, port)
    except ValueError as fault:  # the host cannot be a name: a label too long
        raise FetchRefused("The address is not valid.", "bad_url") from fault
    except OSError as fault:
        raise FetchRefused("The host name of the address is not known.", "unreachable") from fault


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


class _Pinned(AbstractResolver):
    """Answers with the addresses that were checked, whatever the name server would say now."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002 - the base class has it; our connector sets none
    ) -> list[ResolveResult]:
        """The checked addresses as aiohttp wants them."""
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._addresses
        ]

    async def close(self) -> None:
        """Nothing is held open."""


def _session(addresses: Sequence[str]) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(resolver=_Pinned(addresses), use_dns_cache=False, force_close=True),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers=_HEADERS,
        timeout=aiohttp.ClientTimeout(total=None),
    )


async def _save(reply: aiohttp.ClientResponse, target: Path, rules: FetchRules) -> Fetched:
    if reply.status != HTTPStatus.OK:
        raise FetchRefused(f"The server answered with HTTP status {reply.status}.", "http_status")
    too_large = FetchRefused(f"The file is larger than {rules.max_bytes:,} bytes.", "too_large")
    if (reply.content_length or 0) > rules.max_bytes:
        raise too_large
    size_bytes = 0
    file = await asyncio.to_thread(target.open, "wb")
    with file:
        async for chunk in reply.content.iter_chunked(_CHUNK_BYTES):
            size_bytes += len(chunk)
            if size_bytes > rules.max_bytes:
                raise too_large
            await asyncio.to_thread(file.write, chunk)
    claimed = reply.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return Fetched(size_bytes=size_bytes, content_type=claimed or None, final_url=str(reply.url))
