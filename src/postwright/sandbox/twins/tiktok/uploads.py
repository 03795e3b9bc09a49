"""Chunks of videos at the upload host: driven by headers, without a token, empty bodies.

Source: developers.tiktok.com, "Media transfer guide".
"""

import re

from postwright.sandbox.call import Call, Reply
from postwright.sandbox.clock import VirtualClock
from postwright.sandbox.twins.tiktok import rules
from postwright.sandbox.twins.tiktok.model import Shelf, Upload
from postwright.sandbox.twins.tiktok.processing import Processing

RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


async def answer_upload(shelf: Shelf, processing: Processing, clock: VirtualClock, call: Call) -> Reply:
    """`PUT {upload_url}`: chunks come in their order, whole."""
    task = shelf.uploads.get(call.query.get("upload_id", "")) if call.path == "/video/" else None
    if task is None or task.upload is None:
        return _told(404)
    upload = task.upload
    if call.method != "PUT":
        return _told(405)
    if call.query.get("upload_token") != upload.secret or upload.expires_at <= clock.now():
        return _told(403)
    status = _verdict(upload, call)
    if status:
        return _told(status, upload)
    upload.content += call.body
    upload.received = len(upload.content)
    if upload.received < upload.size:
        return _told(206, upload)
    content, upload.content = bytes(upload.content), bytearray()
    await processing.received(task, content)
    return _told(201, upload)


def _verdict(upload: Upload, call: Call) -> int:
    """The status of a refusal: 400 for headers that are wrong in themselves, 416 for the wrong place; else 0."""
    found = RANGE.fullmatch(call.header("content-range"))
    if found is None or call.header("authorization") or call.header("content-type") not in rules.VIDEO_TYPES:
        return 400
    first, last, total = (int(number) for number in found.groups())
    length = len(call.body)
    if total != upload.size or last - first + 1 != length or call.header("content-length") != str(length):
        return 400
    if first != upload.received:
        return 416
    is_last = first // upload.chunk == upload.chunks - 1
    return 0 if last + 1 == (upload.size if is_last else first + upload.chunk) else 400


def _told(status: int, upload: Upload | None = None) -> Reply:
    """An empty reply; the range tells how many bytes are there, not the place of the last one."""
    headers = () if upload is None else (("content-range", f"bytes 0-{upload.received}/{upload.size}"),)
    return Reply(status, b"", "text/plain", headers)
