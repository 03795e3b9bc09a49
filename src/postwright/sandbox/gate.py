"""The front door: finds the twin for a vendor's host, plays ordered faults, writes the journal."""

import asyncio
import itertools
from collections.abc import Mapping

from starlette.types import Receive, Scope, Send

from postwright.sandbox.call import Call, Reply, read_form
from postwright.sandbox.faults import Fault
from postwright.sandbox.state import World
from postwright.sandbox.twins.base import Twin

ABORT = "postwright.abort"
"""ASGI extension, put into the scope by serve.py: a function that drops the TCP connection without a byte."""

GARBAGE = Reply(200, b"<!doctype html><html><body>upstream \xff\xfe connect er", "text/html")


class Gate:
    """ASGI app for everything below `/{vendor host}/`."""

    def __init__(self, world: World, twins: Mapping[str, Twin]) -> None:
        self._world = world
        self._twins = twins
        self._ids = itertools.count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or break it as ordered."""
        call = await self._read(scope, receive)
        twin = self._twins.get(call.host)
        if twin is None:
            call.status = 404
            self._world.journal.add(call)
            await _send(Reply(404, f"The sandbox plays no host called {call.host!r}.\n".encode(), "text/plain"), send)
            return
        await read_form(call)
        twin.identify(call)
        fault = self._world.faults.take(call)
        reply = await (twin.answer(call) if fault is None else self._spoiled(call, twin, fault))
        call.status = 0 if reply is None else reply.status
        self._world.journal.add(call)
        if reply is not None:
            await _send(reply, send)
        elif fault is not None and fault.kind == "timeout":
            await _until_gone(receive)
        else:
            scope["extensions"][ABORT]()
            await _until_gone(receive)

    async def _read(self, scope: Scope, receive: Receive) -> Call:
        body = bytearray()
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        _, host, *rest = scope["path"].split("/", 2)
        return Call(
            id=next(self._ids),
            at=self._world.clock.now(),
            method=scope["method"],
            host=host,
            path=f"/{rest[0] if rest else ''}",
            query_string=scope["query_string"].decode("latin-1"),
            raw_headers=scope["headers"],
            body=bytes(body),
            raw_path=scope["raw_path"].decode("latin-1").removeprefix(f"/{host}") or "/",
        )

    async def _spoiled(self, call: Call, twin: Twin, fault: Fault) -> Reply | None:
        """The reply under a fault; None means that no byte of one is sent."""
        if fault.kind in ("expire_token", "revoke_token"):
            self._end_token(call, twin, fault)
            return await twin.answer(call)
        genuine = await twin.answer(call) if fault.effect else None
        if fault.kind in ("timeout", "cut_before", "cut_after"):
            return None
        if fault.kind == "slow":
            await asyncio.sleep(fault.milliseconds / 1000)
            return genuine or await twin.answer(call)
        if fault.kind == "garbage":
            return GARBAGE
        if fault.kind == "status" and fault.body is not None:
            return Reply(fault.status, fault.body.encode())
        return twin.failure(call, fault)

    def _end_token(self, call: Call, twin: Twin, fault: Fault) -> None:
        token = twin.token_of(call)
        if token is None:
            return
        if fault.kind == "expire_token":
            self._world.oauth.expire(token)
        else:
            self._world.oauth.end_grant(token.grant, fault.reason or "app_removed")


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(reply: Reply, send: Send) -> None:
    headers = [
        (b"content-type", reply.content_type.encode()),
        (b"content-length", str(len(reply.body)).encode()),
        *((name.encode(), value.encode("latin-1")) for name, value in reply.headers),
    ]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})
