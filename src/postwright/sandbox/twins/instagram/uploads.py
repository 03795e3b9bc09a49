"""Resumable uploads at rupload.facebook.com: driven by headers, `Authorization: OAuth`, errors of their own shape.

Source: Meta, Instagram Platform "Content Publishing", section on resumable uploads.
"""

import json

from postwright.sandbox.call import Call, Json, Reply, json_reply
from postwright.sandbox.media import FetchRefused
from postwright.sandbox.twins.instagram.containers import process_video
from postwright.sandbox.twins.instagram.limits import LARGEST_UPLOAD
from postwright.sandbox.twins.instagram.model import Container, Upload
from postwright.sandbox.twins.meta.crawler import crawl
from postwright.sandbox.twins.meta.errors import GraphError
from postwright.sandbox.twins.meta.nodes import Graph
from postwright.sandbox.twins.meta.tokens import judged

PREFIX = "/ig-api-upload/"
DONE = "Upload successful. File is being processed."


class UploadRefused(Exception):
    """An upload call that rupload refuses; `type` is its own word for the reason."""

    def __init__(self, kind: str, message: str, *, retriable: bool = False, status: int = 400) -> None:
        super().__init__(message)
        self.kind = kind
        self.retriable = retriable
        self.status = status


async def answer_upload(graph: Graph, call: Call) -> Reply:
    """`POST /ig-api-upload/{version}/{container}`."""
    try:
        container, upload = _session(graph, call)
        if call.header("file_url"):
            await _pull(graph, container, call.header("file_url"))
        else:
            await _receive(graph, container, upload, call)
    except UploadRefused as refusal:
        info: Json = {"retriable": refusal.retriable, "type": refusal.kind, "message": str(refusal)}
        return json_reply({"debug_info": info}, refusal.status)
    return json_reply({"success": True, "message": DONE})


def _session(graph: Graph, call: Call) -> tuple[Container, Upload]:
    if call.method != "POST" or not call.path.startswith(PREFIX):
        raise UploadRefused("NotFoundError", "Unknown upload path", status=404)
    scheme, _, value = call.header("authorization").partition(" ")
    if scheme != "OAuth":
        raise UploadRefused("NotAuthorizedError", "Authorization must be of the form 'OAuth <token>'", status=401)
    try:
        token = judged(graph.world, value.strip(), "")
    except GraphError as error:
        raise UploadRefused("NotAuthorizedError", str(error), status=401) from error
    container = graph.nodes.get(call.path.rsplit("/", 1)[-1])
    if not isinstance(container, Container) or container.account_id not in token.grant.account_ids:
        raise UploadRefused("NotFoundError", "There is no such upload session", status=404)
    if container.upload is None or container.file is not None or container.fault:
        raise UploadRefused("ProcessingFailedError", '{"success":false,"error":{"message":"Upload is closed"}}')
    return container, container.upload


async def _receive(graph: Graph, container: Container, upload: Upload, call: Call) -> None:
    try:
        offset, size = int(call.header("offset")), int(call.header("file_size"))
    except ValueError:
        raise UploadRefused("HeaderMissingError", "offset and file_size headers are required") from None
    if not 0 < size <= LARGEST_UPLOAD:
        raise UploadRefused("InvalidSizeError", f"file_size must be between 1 and {LARGEST_UPLOAD}")
    if offset != len(upload.content) or upload.expected not in (0, size):
        raise UploadRefused("OffsetInvalidError", f"Request starting offset is invalid: {len(upload.content)} expected")
    upload.expected = size
    upload.content += call.body[: size - offset]
    if len(upload.content) < size:
        raise UploadRefused("PartialRequestError", f"{len(upload.content)} of {size} bytes arrived", retriable=True)
    process_video(graph.world, container, await graph.world.media.keep(bytes(upload.content)))
    upload.content = bytearray()


async def _pull(graph: Graph, container: Container, url: str) -> None:
    try:
        stored = await crawl(graph.world, url, LARGEST_UPLOAD)
    except FetchRefused as refusal:
        failure = json.dumps({"success": False, "error": {"message": refusal.detail}})
        raise UploadRefused("ProcessingFailedError", failure) from refusal
    process_video(graph.world, container, stored)
