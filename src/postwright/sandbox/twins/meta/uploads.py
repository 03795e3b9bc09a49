"""Resumable uploads at rupload.facebook.com: driven by headers, `Authorization: OAuth`, errors of their own shape.

Which nodes take uploads, below which path, is said by each platform's own folder as a `Dock`.
Source: Meta, Instagram Platform "Content Publishing" and Video API "Reels Publishing", sections on resumable uploads.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic
from urllib.parse import urlsplit

from postwright.sandbox.call import Call, Json, Reply, json_reply
from postwright.sandbox.media import FetchRefused, Stored
from postwright.sandbox.twins.meta.crawler import crawl
from postwright.sandbox.twins.meta.errors import GraphError
from postwright.sandbox.twins.meta.nodes import Graph, N, Node
from postwright.sandbox.twins.meta.tokens import judged


@dataclass(slots=True)
class Upload:
    """Bytes arriving for one node."""

    content: bytearray = field(default_factory=bytearray)
    expected: int = 0
    """Size the sender announced; 0 while nothing has been said."""


@dataclass(frozen=True, slots=True)
class Dock(Generic[N]):
    """What is uploaded below one path."""

    prefix: str
    node: type[N]
    largest: int
    """Bytes of one file."""
    done: Json
    """The answer when all bytes are there."""
    upload: Callable[[N], Upload | None]
    """The open upload of a node; None where nothing more is taken."""
    arrived: Callable[[Graph, N, Stored], None]
    shunned: str = ""
    """Hosts that files are not fetched from, by the end of their name."""


class UploadRefused(Exception):
    """An upload call that rupload refuses; `kind` is its own word for the reason."""

    def __init__(self, kind: str, message: str, *, retriable: bool = False, status: int = 400) -> None:
        super().__init__(message)
        self.kind = kind
        self.retriable = retriable
        self.status = status


async def answer_upload(graph: Graph, docks: Sequence[Dock[Any]], call: Call) -> Reply:
    """`POST /{path of a dock}/{version}/{node}`."""
    try:
        dock, node, upload = _session(graph, docks, call)
        if call.header("file_url"):
            stored = await _pull(graph, dock, call.header("file_url"))
        else:
            stored = await _receive(graph, dock, upload, call)
        dock.arrived(graph, node, stored)
    except UploadRefused as refusal:
        info: Json = {"retriable": refusal.retriable, "type": refusal.kind, "message": str(refusal)}
        return json_reply({"debug_info": info}, refusal.status)
    return json_reply(dock.done)


def _session(graph: Graph, docks: Sequence[Dock[Any]], call: Call) -> tuple[Dock[Any], Node, Upload]:
    dock = next((dock for dock in docks if call.path.startswith(dock.prefix)), None)
    if call.method != "POST" or dock is None:
        raise UploadRefused("NotFoundError", "Unknown upload path", status=404)
    scheme, _, value = call.header("authorization").partition(" ")
    if scheme != "OAuth":
        raise UploadRefused("NotAuthorizedError", "Authorization must be of the form 'OAuth <token>'", status=401)
    try:
        token = judged(graph.world, value.strip(), "")
    except GraphError as error:
        raise UploadRefused("NotAuthorizedError", str(error), status=401) from error
    node = graph.nodes.get(call.path.rsplit("/", 1)[-1])
    if not isinstance(node, dock.node) or node.account_id not in token.grant.account_ids:
        raise UploadRefused("NotFoundError", "There is no such upload session", status=404)
    upload = dock.upload(node)
    if upload is None:
        raise UploadRefused("ProcessingFailedError", '{"success":false,"error":{"message":"Upload is closed"}}')
    return dock, node, upload


async def _receive(graph: Graph, dock: Dock[Any], upload: Upload, call: Call) -> Stored:
    try:
        offset, size = int(call.header("offset")), int(call.header("file_size"))
    except ValueError:
        raise UploadRefused("HeaderMissingError", "offset and file_size headers are required") from None
    if not 0 < size <= dock.largest:
        raise UploadRefused("InvalidSizeError", f"file_size must be between 1 and {dock.largest}")
    if offset != len(upload.content) or upload.expected not in (0, size):
        raise UploadRefused("OffsetInvalidError", f"Request starting offset is invalid: {len(upload.content)} expected")
    upload.expected = size
    upload.content += call.body[: size - offset]
    if len(upload.content) < size:
        raise UploadRefused("PartialRequestError", f"{len(upload.content)} of {size} bytes arrived", retriable=True)
    stored = await graph.world.media.keep(bytes(upload.content))
    upload.content = bytearray()
    return stored


async def _pull(graph: Graph, dock: Dock[Any], url: str) -> Stored:
    if dock.shunned and (urlsplit(url).hostname or "").endswith(dock.shunned):
        raise _unfetched(f"files at {dock.shunned} are not accepted")
    try:
        return await crawl(graph.world, url, dock.largest)
    except FetchRefused as refusal:
        raise _unfetched(refusal.detail) from refusal


def _unfetched(why: str) -> UploadRefused:
    return UploadRefused("ProcessingFailedError", json.dumps({"success": False, "error": {"message": why}}))
