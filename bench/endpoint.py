"""The cheapest platform there can be: answers each call after a given delay, and remembers nothing.

Where the sandbox plays a platform faithfully, this one only lets the cost of the caller be seen.
"""

import asyncio
from typing import cast

_LENGTH = b"content-length:"
_PUBLISHED_ID = b"17900000000000001"
_BODY = b'{"id":"' + _PUBLISHED_ID + b'","permalink":"https://www.instagram.com/p/bench/","status_code":"IN_PROGRESS"}'
_REPLY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(_BODY), _BODY)


class _Answering(asyncio.Protocol):
    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the line."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by descent

    def data_received(self, chunk: bytes) -> None:
        """Answer once a request is whole; its caller waits for the answer before it sends the next."""
        self._received += chunk
        head, end, body = self._received.partition(b"\r\n\r\n")
        if not end or len(body) < _length(head):
            return
        self._received = b""
        if self._delay:
            asyncio.get_running_loop().call_later(self._delay, self._answer)
        else:
            self._answer()

    def _answer(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(_REPLY)


def _length(head: bytes) -> int:
    after = head.lower().partition(_LENGTH)[2]
    return int(after.split(b"\r", 1)[0]) if after else 0


async def answer(port: int, delay: float) -> None:
    """Serve on the loopback until the process ends; `delay` in seconds."""
    server = await asyncio.get_running_loop().create_server(lambda: _Answering(delay), "127.0.0.1", port, backlog=4096)
    await server.serve_forever()
