"""The guard for addresses given by people, against real servers on the loopback."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.typedefs import Handler
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from postwright.kit.fetch import FetchRefused, FetchRules, Resolve, fetch, is_public, system_addresses

CLOSED_V4 = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
    *("192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
    *("224.0.0.0/4", "240.0.0.0/4", "255.255.255.255/32", "169.254.169.254/32"),
]
CLOSED_V6 = [
    *("::/128", "::1/128", "::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/32"),
    *("2001:10::/28", "2001:20::/28", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7"),
    *("fe80::/10", "fec0::/10", "ff00::/8"),
]


@st.composite
def closed_v4(draw: st.DrawFn) -> IPv4Address:
    network = IPv4Network(draw(st.sampled_from(CLOSED_V4)))
    return network[draw(st.integers(0, network.num_addresses - 1))]


@st.composite
def closed_v6(draw: st.DrawFn) -> IPv6Address:
    network = IPv6Network(draw(st.sampled_from(CLOSED_V6)))
    return network[draw(st.integers(0, network.num_addresses - 1))]


@given(closed_v4())
def test_no_address_of_a_closed_ipv4_range_is_public_in_any_of_its_forms(address: IPv4Address) -> None:
    number = int(address)

    assert not is_public(str(address))
    assert not is_public(f"::ffff:{address}")
    assert not is_public(str(IPv6Address((0xFFFF << 32) + number)))
    assert not is_public(f"::{address}")
    assert not is_public(f"64:ff9b::{address}")
    assert not is_public(str(IPv6Address((0x2002 << 112) + (number << 80) + 1)))


@given(closed_v6())
def test_no_address_of_a_closed_ipv6_range_is_public(address: IPv6Address) -> None:
    assert not is_public(str(address))
    assert not is_public(f"{address}%eth0")


@given(st.integers(0, 2**32 - 1).map(IPv4Address))
def test_what_python_calls_private_is_never_public(address: IPv4Address) -> None:
    assert not (is_public(str(address)) and not address.is_global)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "8.8.8.8", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1"]
)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("text", ["", "localhost", "127.1", "2130706433", "0x7f.0.0.1", "1.1.1.1 "])
def test_what_is_no_address_is_not_public(text: str) -> None:
    assert not is_public(text)


@dataclass
class Site:
    """A server on the loopback that counts who came, under the host names they asked for."""

    origin: str
    hosts: list[str] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.origin.rpartition(":")[2])


@asynccontextmanager
async def site(*routes: web.RouteDef, tls: ssl.SSLContext | None = None) -> AsyncIterator[Site]:
    opened = Site("")

    @web.middleware
    async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
        opened.hosts.append(request.host)
        return await handler(request)

    app = web.Application(middlewares=[count])
    app.add_routes(routes)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    listener = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await listener.start()
    opened.origin = f"http{'s' if tls else ''}://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield opened
    finally:
        await runner.cleanup()


def serves(path: str, body: bytes, content_type: str = "image/jpeg") -> web.RouteDef:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body, headers={"Content-Type": f"{content_type}; charset=binary"})

    return web.get(path, answer)


def redirects(path: str, location: str) -> web.RouteDef:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": location})

    return web.get(path, answer)


def rules(*origins: str, max_bytes: int = 1000, seconds: float = 10) -> FetchRules:
    return FetchRules(max_bytes=max_bytes, total_time=timedelta(seconds=seconds), allowed_origins=frozenset(origins))


class Names:
    """A resolver that gives each name its answers in turn, and remembers what it was asked."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self._answers = answers
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        assert port
        self.asked.append(host)
        return self._answers[host.partition(".")[0]].pop(0)


async def refusal(url: str, target: Path, given: FetchRules, resolve: Resolve = system_addresses) -> FetchRefused:
    await asyncio.to_thread(target.write_bytes, b"left from before")
    with pytest.raises(FetchRefused) as caught:
        await fetch(url, target, rules=given, resolve=resolve)
    assert not await asyncio.to_thread(target.exists)
    return caught.value


async def test_a_file_is_fetched_to_the_target(tmp_path: Path) -> None:
    target = tmp_path / "file"
    async with site(serves("/a.jpg", b"x" * 1000)) as server:
        fetched = await fetch(f"{server.origin}/a.jpg?v=1", target, rules=rules(server.origin))

    assert target.read_bytes() == b"x" * 1000
    assert (fetched.size_bytes, fetched.content_type) == (1000, "image/jpeg")
    assert fetched.final_url == f"{server.origin}/a.jpg?v=1"


async def test_redirects_are_followed_to_the_end(tmp_path: Path) -> None:
    routes = [redirects("/1", "2?x=1"), redirects("/2", "/3"), serves("/3", b"here")]
    async with site(*routes) as server:
        fetched = await fetch(f"{server.origin}/1", tmp_path / "file", rules=rules(server.origin))

    assert fetched.final_url == f"{server.origin}/3"


async def test_a_sixth_redirect_is_refused(tmp_path: Path) -> None:
    async with site(redirects("/", "/")) as server:
        refused = await refusal(f"{server.origin}/", tmp_path / "file", rules(server.origin))

    assert refused.code == "too_many_redirects"
    assert len(server.hosts) == 6


async def test_a_redirect_into_the_private_network_is_refused(tmp_path: Path) -> None:
    async with site(serves("/secret", b"secret")) as inside, site(redirects("/", f"{inside.origin}/secret")) as outside:
        refused = await refusal(f"{outside.origin}/", tmp_path / "file", rules(outside.origin))

    assert refused.code == "private_address"
    assert inside.hosts == []


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://example.com/", "http://u:p@example.com/", "http://["]
)
async def test_a_redirect_to_what_is_no_plain_web_address_is_refused(tmp_path: Path, location: str) -> None:
    async with site(redirects("/", location)) as server:
        assert (await refusal(f"{server.origin}/", tmp_path / "file", rules(server.origin))).code == "bad_url"


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "localhost", "0.0.0.0", "①②⑦.0.0.1"),  # noqa: S104 - written as an attacker would
        *("[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[fe80::1%25lo]", "[::]"),
    ],
)
async def test_our_own_machine_is_not_fetched_from_in_any_spelling(tmp_path: Path, host: str) -> None:
    async with site(serves("/", b"secret")) as server:
        refused = await refusal(f"http://{host}:{server.port}/", tmp_path / "file", rules())

    assert refused.code == "private_address"
    assert server.hosts == []


@pytest.mark.parametrize(
    "url",
    [
        *("", "photo.jpg", "//example.com/a.jpg", "file:///etc/passwd", "ftp://example.com/a", "http://", "http:///a"),
        *("http://user@example.com/", "http://user:word@example.com/", "http://example.com:99999/", "http://[::1"),
        *(f"http://{'a' * 70}.example/", "http://example.com\\@127.0.0.1/"),
    ],
)
async def test_what_is_no_plain_web_address_is_refused(tmp_path: Path, url: str) -> None:
    assert (await refusal(url, tmp_path / "file", rules())).code == "bad_url"


async def test_a_name_with_one_private_address_among_public_ones_is_refused(tmp_path: Path) -> None:
    names = Names(media=[["93.184.216.34", "10.0.0.7", "2606:4700::1111"]])
    refused = await refusal("http://media.example/a.jpg", tmp_path / "file", rules(), names)

    assert refused.code == "private_address"
    assert "10.0.0.7" not in refused.reason


async def test_the_connection_goes_to_the_checked_address_and_keeps_the_name(tmp_path: Path) -> None:
    async with site(serves("/a.jpg", b"here")) as server:
        origin = f"http://media.example:{server.port}"
        names = Names(media=[["127.0.0.1"], ["10.255.255.1"]])
        fetched = await fetch(f"{origin}/a.jpg", tmp_path / "file", rules=rules(origin), resolve=names)

    assert names.asked == ["media.example"]
    assert server.hosts == [f"media.example:{server.port}"]
    assert fetched.final_url == f"{origin}/a.jpg"


async def test_a_name_that_turns_private_between_two_hops_is_refused(tmp_path: Path) -> None:
    async with (
        site(serves("/", b"secret")) as inside,
        site(redirects("/", f"http://media.example:{inside.port}/")) as outside,
    ):
        origin = f"http://media.example:{outside.port}"
        names = Names(media=[["127.0.0.1"], ["127.0.0.1"]])
        refused = await refusal(origin, tmp_path / "file", rules(origin), names)

    assert refused.code == "private_address"
    assert names.asked == ["media.example", "media.example"]
    assert inside.hosts == []


async def test_an_unknown_name_is_unreachable(tmp_path: Path) -> None:
    assert (
        await refusal("http://nowhere.example/", tmp_path / "f", rules(), Names(nowhere=[[]]))
    ).code == "unreachable"
    assert (await refusal("http://nowhere.invalid/", tmp_path / "f", rules())).code == "unreachable"


async def test_a_closed_port_is_unreachable(tmp_path: Path) -> None:
    async with site() as server:
        pass
    assert (await refusal(server.origin, tmp_path / "file", rules(server.origin))).code == "unreachable"


@pytest.mark.parametrize("status", [204, 206, 304, 404, 500])
async def test_any_status_but_200_is_refused(tmp_path: Path, status: int) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status)

    async with site(web.get("/", answer)) as server:
        refused = await refusal(server.origin, tmp_path / "file", rules(server.origin))

    assert refused.code == "http_status"
    assert str(status) in refused.reason


async def test_a_file_declared_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    async with site(serves("/", b"x" * 1001)) as server:
        refused = await refusal(server.origin, tmp_path / "file", rules(server.origin, max_bytes=1000))

    assert refused.code == "too_large"


async def test_an_endless_file_is_dropped_when_it_passes_the_cap(tmp_path: Path) -> None:
    hung_up = asyncio.Event()

    async def endless(request: web.Request) -> web.StreamResponse:
        reply = web.StreamResponse()
        await reply.prepare(request)
        try:
            while True:
                await reply.write(b"x" * 65_536)
        except ConnectionError:
            hung_up.set()
        return reply

    async with site(web.get("/", endless)) as server:
        refused = await refusal(server.origin, tmp_path / "file", rules(server.origin, max_bytes=100_000))
        await hung_up.wait()

    assert refused.code == "too_large"


async def test_a_packed_reply_counts_with_its_unpacked_size(tmp_path: Path) -> None:
    async def packed(_: web.Request) -> web.Response:
        reply = web.Response(body=b"\0" * 1_000_000)
        reply.enable_compression(web.ContentCoding.gzip)
        return reply

    async with site(web.get("/", packed)) as server:
        refused = await refusal(server.origin, tmp_path / "file", rules(server.origin, max_bytes=100_000))

    assert refused.code == "too_large"


async def test_a_server_that_dawdles_is_given_up(tmp_path: Path) -> None:
    gone = asyncio.Event()

    async def dawdle(request: web.Request) -> web.StreamResponse:
        reply = web.StreamResponse()
        await reply.prepare(request)
        await reply.write(b"a little")
        await gone.wait()
        return reply

    async with site(web.get("/", dawdle)) as server:
        refused = await refusal(server.origin, tmp_path / "file", rules(server.origin, seconds=0.2))
        gone.set()

    assert refused.code == "timeout"


async def test_a_body_shorter_than_declared_is_not_taken_for_the_file(tmp_path: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        refused = await refusal(origin, tmp_path / "file", rules(origin))

    assert refused.code == "unreachable"


async def test_tls_asks_for_the_name_and_checks_the_certificate(tmp_path: Path) -> None:
    asked: list[str | None] = []
    tls = self_signed(tmp_path, "media.example")
    tls.sni_callback = lambda _connection, name, _context: asked.append(name)
    async with site(serves("/", b"here"), tls=tls) as server:
        origin = f"https://media.example:{server.port}"
        refused = await refusal(origin, tmp_path / "file", rules(origin), Names(media=[["127.0.0.1"]]))

    assert asked == ["media.example"]
    assert refused.code == "unreachable"
    assert server.hosts == []


def self_signed(folder: Path, host: str) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    certificate = (
        x509.CertificateBuilder(subject_name=name, issuer_name=name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2126, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context
