"""The client for the platforms: where a call goes, and what is known when no whole reply comes back.

The servers here are plain sockets, because what counts is at which moment they fall silent.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postwright.kit.http import MAX_REPLY_BYTES, Http, NoReply, NotSent, Reply, Request
from tests.support.waiting import eventually, free_port

SANDBOX = "http://127.0.0.1:8899"
SOON = timedelta(seconds=0.2)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
VENDOR_PATHS = st.text(st.characters(codec="ascii", categories=["L", "N"], include_characters="/?&=%-._~:#@"))
HOSTS = st.from_regex(r"[a-z][a-z0-9-]{0,10}(\.[a-z]{2,8}){1,3}(:[0-9]{2,4})?", fullmatch=True)


@dataclass
class Peer:
    """The other side of a connection: what it heard."""

    origin: str = ""
    heard: list[bytes] = field(default_factory=list)
    silent: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def target(self) -> str:
        """The path and query of the last request."""
        return self.heard[-1].split(b" ")[1].decode()

    @property
    def head(self) -> str:
        return self.heard[-1].partition(b"\r\n\r\n")[0].decode().lower()

    @property
    def body(self) -> str:
        return self.heard[-1].partition(b"\r\n\r\n")[2].decode()


Answer = Callable[[asyncio.StreamWriter, Peer], Awaitable[None]]


@asynccontextmanager
async def peer(answer: Answer) -> AsyncIterator[Peer]:
    """A server that hears one request on each connection and then does as `answer` says."""
    made = Peer()
    at_work: list[asyncio.Task[None]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard = await reader.readuntil(b"\r\n\r\n")
        length = next((int(x[15:]) for x in heard.split(b"\r\n") if x.lower().startswith(b"content-length:")), 0)
        made.heard.append(heard + await reader.readexactly(length))
        await answer(writer, made)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        at_work.append(asyncio.create_task(serve(reader, writer)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    made.origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield made
        made.silent.set()
        await asyncio.gather(*at_work)


def says(content: bytes) -> Answer:
    async def answer(writer: asyncio.StreamWriter, _: Peer) -> None:
        writer.write(content)
        await writer.drain()

    return answer


async def says_nothing(_: asyncio.StreamWriter, made: Peer) -> None:
    await made.silent.wait()


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    async with Http() as client:
        yield client


@given(HOSTS, VENDOR_PATHS, st.sampled_from(["https://", "HTTPS://", "Https://"]))
def test_every_https_address_leads_into_the_sandbox_under_its_host(host: str, path: str, scheme: str) -> None:
    assert Http(sandbox_url=SANDBOX).address(f"{scheme}{host}/{path}") == f"{SANDBOX}/{host}/{path}"


@given(HOSTS, VENDOR_PATHS)
def test_what_leads_into_the_sandbox_already_or_is_no_https_stays(host: str, path: str) -> None:
    for sandbox in (SANDBOX, f"{SANDBOX}/", "https://sandbox.example"):
        http = Http(sandbox_url=sandbox)
        within = http.address(f"https://{host}/{path}")
        assert http.address(within) == within
        for other in (f"http://{host}/{path}", f"ftp://{host}/{path}", path):
            assert http.address(other) == other


@given(HOSTS, VENDOR_PATHS)
def test_without_a_sandbox_every_address_stays(host: str, path: str) -> None:
    for url in (f"https://{host}/{path}", f"http://{host}/{path}"):
        assert Http().address(url) == url


async def test_a_call_for_a_vendor_reaches_the_sandbox() -> None:
    async with peer(says(OK)) as sandbox, Http(sandbox_url=sandbox.origin) as http:
        await http.send(Request("GET", "https://graph.example.com/v25.0/me", query={"fields": "id,name"}))
        assert urlsplit(sandbox.target).path == "/graph.example.com/v25.0/me"


async def test_what_is_sent_arrives_as_it_was_meant(http: Http) -> None:
    values = {"caption": "Fresh & warm + 100 % 😀\n", "token": "a+b/c==|d"}
    async with peer(says(OK)) as server:
        await http.send(Request("GET", f"{server.origin}/me?signed=a%2Bb%2Fc%3D%3D", query=values))
        assert dict(parse_qsl(urlsplit(server.target).query)) == {"signed": "a+b/c==", **values}
        await http.send(Request("POST", f"{server.origin}/a%2Fb/c", form=values, headers={"X-Own": "1"}))
        assert server.target == "/a%2Fb/c"
        assert dict(parse_qsl(server.body)) == values
        assert {"x-own: 1", "user-agent: postwright"} <= set(server.head.split("\r\n"))
        await http.send(Request("POST", f"{server.origin}/", json=values))
        assert json.loads(server.body) == values
        await http.send(Request("POST", f"{server.origin}/", body=b"\x00\x01"))
        assert server.body == "\x00\x01"


async def test_an_address_goes_out_as_it_was_written(http: Http) -> None:
    async with peer(says(OK)) as server:
        await http.send(
            Request("GET", f"{server.origin}/posts/urn%3Ali%3Ashare%3A1?ids=List(a%2Cb)", query={"q": "a:b"})
        )
    assert server.target == "/posts/urn%3Ali%3Ashare%3A1?ids=List(a%2Cb)&q=a:b"


async def test_a_reply_of_any_status_is_a_value_and_no_redirect_is_followed(http: Http) -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: /other\r\nX-Mixed: Case\r\nSet-Cookie: a=b\r\nConnection: close\r\n\r\n"
    async with peer(says(moved)) as server:
        for _ in range(2):
            reply = await http.send(Request("GET", server.origin))
            assert (reply.status, reply.headers["location"], reply.headers["x-mixed"]) == (302, "/other", "Case")
        assert len(server.heard) == 2
        assert "cookie" not in server.head
    async with peer(says(b"HTTP/1.1 503 Down\r\nContent-Length: 0\r\n\r\n")) as server:
        assert (await http.send(Request("POST", server.origin))).status == 503


async def test_a_refused_port_was_never_reached(http: Http) -> None:
    with pytest.raises(NotSent, match=r"127\.0\.0\.1"):
        await http.send(Request("POST", f"http://127.0.0.1:{free_port()}/"))


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "https://[", "http://127.0.0.1:99999/", "http:///x", "ftp://h/x", "https://[/?access_token=T"],
)
@pytest.mark.parametrize("sandbox", [None, "http://127.0.0.1:1"])
async def test_an_address_that_is_none_was_never_called_and_is_not_repeated(url: str, sandbox: str | None) -> None:
    async with Http(sandbox_url=sandbox) as http:
        with pytest.raises(NotSent) as refused:
            await http.send(Request("POST", url))
    assert "access_token" not in str(refused.value)


async def test_a_server_without_tls_has_not_heard_a_call_by_https(http: Http) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", port := free_port()):
        with pytest.raises(NotSent):
            await http.send(Request("POST", f"https://127.0.0.1:{port}/"))


async def test_a_call_that_got_no_connection_in_time_was_not_sent() -> None:
    async with peer(says_nothing) as server, Http(connections=1) as http:
        first = asyncio.create_task(http.send(Request("POST", server.origin)))
        await eventually(lambda: server.heard)
        with pytest.raises(NotSent):
            await http.send(Request("POST", server.origin, timeout=SOON))
        assert len(server.heard) == 1
        first.cancel()
        await asyncio.wait([first])


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnone",
        b"what?\r\n\r\n",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_server_that_heard_the_call_and_gave_no_whole_reply_may_have_acted(
    http: Http, method: str, reply: bytes
) -> None:
    async with peer(says(reply)) as server:
        with pytest.raises(NoReply):
            await http.send(Request(method, server.origin))
        assert server.heard


async def test_a_connection_that_is_reset_after_the_call_may_have_acted(http: Http) -> None:
    async def reset(writer: asyncio.StreamWriter, _: Peer) -> None:
        writer.transport.abort()

    async with peer(reset) as server:
        with pytest.raises(NoReply):
            await http.send(Request("POST", server.origin))


@pytest.mark.parametrize("begun", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nslow"])
async def test_a_server_that_is_too_slow_may_have_acted(http: Http, begun: bytes) -> None:
    async def stall(writer: asyncio.StreamWriter, made: Peer) -> None:
        writer.write(begun)
        await says_nothing(writer, made)

    async with peer(stall) as server:
        with pytest.raises(NoReply, match=r"within 0\.2 s"):
            await http.send(Request("POST", server.origin, timeout=SOON))


@pytest.mark.parametrize(("method", "heard"), [("POST", 2), ("PUT", 2), ("DELETE", 2), ("GET", 3)])
async def test_only_reading_is_repeated_where_a_kept_connection_broke(http: Http, method: str, heard: int) -> None:
    calls: list[bytes] = []

    async def one_reply_a_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number in range(2):
            calls.append(await reader.readuntil(b"\r\n\r\n"))
            if number == 0:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        writer.transport.abort()

    server = await asyncio.start_server(one_reply_a_connection, "127.0.0.1", 0)
    async with server:
        origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        await http.send(Request("GET", origin))
        with suppress(NoReply):
            await http.send(Request(method, origin))
            assert method == "GET"
        assert len(calls) == heard


async def test_a_reply_without_end_is_read_up_to_a_limit(http: Http) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {MAX_REPLY_BYTES + 9}\r\n\r\n".encode()
    async with peer(says(head + b"x" * (MAX_REPLY_BYTES + 9))) as server:
        assert len((await http.send(Request("GET", server.origin))).body) == MAX_REPLY_BYTES


async def test_a_client_outside_its_context_is_a_fault_of_ours() -> None:
    with pytest.raises(RuntimeError, match="outside its context"):
        await Http().send(Request("GET", SANDBOX))


@given(st.binary())
def test_a_body_is_json_or_nothing(body: bytes) -> None:
    try:
        expected = json.loads(body)
    except ValueError:
        expected = None
    found = Reply(200, {}, body).json()
    assert found == expected or found != found  # NaN is equal to nothing  # noqa: PLR0124


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 50_000])
def test_an_unreadable_body_is_nothing(body: bytes) -> None:
    assert Reply(200, {}, body).json() is None
