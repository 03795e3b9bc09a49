"""The steps that turn the files into assets, one after the other: announce, send (a video in parts), wait.

Documents: images-api, videos-api, documents-api, under marketing/community-management/shares/.
"""

from datetime import timedelta

from postwright.domain.errors import AuthRevoked, PlatformError, Rejected, Surprise, Unavailable
from postwright.domain.media import Media
from postwright.domain.post import Content
from postwright.domain.publication import Checkpoint, Json
from postwright.kit.http import Request
from postwright.platforms.base import Call, Outcome, Waiting
from postwright.platforms.linkedin import spec
from postwright.platforms.linkedin.api import author, encoded, refusal, rest
from postwright.platforms.linkedin.rules import UPLOAD_EXPIRED
from postwright.platforms.linkedin.wire import Asset, Slot, Started
from postwright.platforms.upload import Span, part
from postwright.platforms.wire import read

_SLOWEST = 250_000
"""Bytes a second below which an upload is given up."""
_FORBIDDEN = 403
_LOST = "LinkedIn lost the media several times while they were uploaded."


async def start(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Announce the next file, and keep where its bytes go."""
    media = content.attachments[len(assets(checkpoint))].media
    asked: dict[str, object] = {"owner": author(call)}
    if media.facts.kind == "video":
        asked |= {"fileSizeBytes": media.facts.size_bytes, "uploadCaptions": False, "uploadThumbnail": False}
    path = f"/{spec.ASSETS[media.facts.kind]}?action=initializeUpload"
    slot = read(Started, await rest(call).post(path, {"initializeUploadRequest": asked})).value
    return Waiting(
        checkpoint.to(
            "upload", assets=[*assets(checkpoint), slot.urn], parts=_parts(slot, media), etags=[], token=slot.token
        )
    )


async def upload(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Send the file, or the next part of it; a part whose reply was lost is sent again."""
    media = content.attachments[len(assets(checkpoint)) - 1].media
    parts, etags = _list(checkpoint, "parts"), _list(checkpoint, "etags")
    reply = await call.send(_put(call, media, parts[len(etags)]))
    if (error := refusal(reply, call.clock.now())) is not None:
        if error.code == UPLOAD_EXPIRED:
            return _again(checkpoint, error, assets(checkpoint)[:-1])
        raise error
    etag = reply.headers.get("etag", "")
    if media.facts.kind == "video" and not etag:
        # The video is put together by these names; the part is sent again, which harms nothing.
        raise Surprise("LinkedIn took a part of the video without saying what it is called.", status=reply.status)
    sent = checkpoint.to("upload", etags=[*etags, etag])
    if len(etags) + 1 < len(parts):
        return Waiting(sent)
    return Waiting(sent.to("finalize")) if media.facts.kind == "video" else _next(content, sent)


async def finalize(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Tell LinkedIn that all parts of the video are there."""
    asked = {
        "video": assets(checkpoint)[-1],
        "uploadToken": checkpoint.text("token"),
        "uploadedPartIds": _list(checkpoint, "etags"),
    }
    await rest(call).post("/videos?action=finalizeUpload", {"finalizeUploadRequest": asked})
    return _next(content, checkpoint)


async def look(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Ask whether the next asset is ready; a token that may not ask goes on, and is told when it posts."""
    found, seen = assets(checkpoint), count(checkpoint, "seen")
    path = f"/{spec.ASSETS[content.attachments[seen].media.facts.kind]}/{encoded(found[seen])}"
    try:
        asset = await rest(call).get(Asset, path)
    except AuthRevoked as refused:
        if refused.status != _FORBIDDEN:
            raise
        return Waiting(checkpoint.to("post", looks=0))
    if asset.status == "PROCESSING_FAILED":
        reason = asset.failure or "no reason given"
        raise Rejected(f"LinkedIn could not process the media. (LinkedIn: {reason})", field="media")
    if asset.status == "WAITING_UPLOAD":
        return await_upload(checkpoint)
    if asset.status != "AVAILABLE":
        return wait(checkpoint)
    return Waiting(checkpoint.to("look" if seen + 1 < len(found) else "post", seen=seen + 1, looks=0))


def wait(checkpoint: Checkpoint) -> Waiting:
    """Come back to the checkpoint's step when the poll plan says so. Raises Unavailable when it gives up."""
    looks = count(checkpoint, "looks")
    delay = spec.ASSET_POLL.delay(looks)
    if delay is None:
        raise Unavailable("LinkedIn is taking unusually long to process the media.")
    return Waiting(checkpoint.to(checkpoint.step, looks=looks + 1), delay)


def await_upload(checkpoint: Checkpoint) -> Waiting:
    """Wait for files of which LinkedIn does not say that they arrived; in the end they are all sent anew."""
    if spec.ASSET_POLL.delay(count(checkpoint, "looks")) is not None:
        return wait(checkpoint)
    return _again(checkpoint, Unavailable(_LOST), [])


def assets(checkpoint: Checkpoint) -> list[str]:
    """The URNs of the files that were announced so far."""
    return [str(urn) for urn in _list(checkpoint, "assets")]


def count(checkpoint: Checkpoint, name: str) -> int:
    """A counter among the notes, 0 at first."""
    value = checkpoint.notes.get(name, 0)
    return value if isinstance(value, int) else 0


def _next(content: Content, checkpoint: Checkpoint) -> Waiting:
    """The next file, or the wait for them all; of the parts nothing more is needed."""
    done = checkpoint.to("start", parts=[], etags=[])
    return Waiting(done) if len(assets(done)) < len(content.attachments) else wait(done.to("look"))


def _again(checkpoint: Checkpoint, error: PlatformError, kept: list[str]) -> Waiting:
    """The files once more, but for the first ones that are kept."""
    restarts = count(checkpoint, "restarts") + 1
    if restarts > spec.MAX_RESTARTS:
        raise error
    return Waiting(checkpoint.to("start", assets=[*kept], seen=0, looks=0, restarts=restarts))


def _parts(slot: Slot, media: Media) -> list[Json]:
    """Where which bytes go: the address, the first byte, and the first that is no longer part of it."""
    if slot.url is not None:
        return [[slot.url, 0, media.facts.size_bytes]]
    return [[one.url, one.first, one.last + 1] for one in slot.parts]


def _put(call: Call, media: Media, place: Json) -> Request:
    assert isinstance(place, list)  # noqa: S101 for the type checker: `_parts` made it
    url, first, end = str(place[0]), int(str(place[1])), int(str(place[2]))
    span = Span(first, end, media.facts.size_bytes)
    headers = {"Content-Type": "application/octet-stream", "Content-Length": str(span.size)}
    if media.facts.kind != "video":  # the addresses of a video's parts are signed, and take no token
        headers["Authorization"] = f"Bearer {call.token}"
    timeout = timedelta(seconds=60 + span.size / _SLOWEST)
    return Request("PUT", url, body=part(call.files, media, span), headers=headers, timeout=timeout)


def _list(checkpoint: Checkpoint, name: str) -> list[Json]:
    value = checkpoint.notes.get(name, [])
    return value if isinstance(value, list) else []
