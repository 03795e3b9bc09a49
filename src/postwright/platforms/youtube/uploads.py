"""The upload of a video: a session, its bytes in chunks, and how far it has come; the last chunk makes the video.

Document: guides/using_resumable_upload_protocol. A session alone makes nothing, and it can
always be asked how much of the file has arrived: nothing is ever sent twice.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from postwright.domain.errors import Rejected, Surprise, Unavailable, Uncertain
from postwright.domain.media import Media
from postwright.domain.post import Content
from postwright.domain.publication import Checkpoint, StepKind
from postwright.kit.http import Reply, Request
from postwright.platforms.base import Call, CannotTell, Landed, NotLanded, NotSeen, Outcome, Verdict, Waiting
from postwright.platforms.errors import judge
from postwright.platforms.landing import made_since, plain
from postwright.platforms.upload import Span, part
from postwright.platforms.wire import excerpt, read, read_items
from postwright.platforms.youtube import spec
from postwright.platforms.youtube.api import RESUME, api, fault_of
from postwright.platforms.youtube.login import UPLOADS
from postwright.platforms.youtube.options import chosen_for, title_of, videos_of
from postwright.platforms.youtube.rules import RULES
from postwright.platforms.youtube.wire import Page, PlaylistItem, Video

_ARRIVED = re.compile(r"(?:bytes=)?0-(\d+)")
_GONE = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class _Arrived:
    """YouTube has the file up to here (how many bytes), and waits for the rest."""

    size: int


_Stand = _Arrived | Video | None
"""How far an upload is: some of it has arrived, its video is there, or YouTube no longer knows the session."""


async def open_session(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Say what the video will be, and get the address for its bytes."""
    if count(checkpoint, "restarts") > spec.MAX_RESTARTS:
        raise Rejected("YouTube lost the video several times while it was uploaded.", field="media")
    chosen, media = chosen_for(content), _file(content)
    if chosen.publish_at is not None and chosen.publish_at <= call.clock.now():
        message = "The time at which YouTube was to make the video public has passed: choose another."
        raise Rejected(message, field="options.publish_at")
    query = {"uploadType": "resumable", "part": "snippet,status"}
    if not chosen.notify_subscribers:
        query["notifySubscribers"] = "false"
    headers = {
        "Content-Type": "application/json; charset=UTF-8",
        "X-Upload-Content-Type": media.facts.mime,
        "X-Upload-Content-Length": str(media.facts.size_bytes),
    }
    request = Request("POST", f"{spec.UPLOADS}/videos", query=query, json=resource(content), headers=headers)
    reply = await api(call).send(request)
    address = reply.headers.get("location")
    if not address:
        raise Surprise(
            "YouTube gave no address for the upload.", status=reply.status, evidence={"body": excerpt(reply)}
        )
    return Waiting(_from(checkpoint.to("send", session=address), media, 0))


async def send(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Send the next chunk, on from where YouTube stands: what became of an earlier try is not known here."""
    media = _file(content)
    stand = await _ask(call, checkpoint, media)
    if isinstance(stand, _Arrived) and stand.size + spec.CHUNK < media.facts.size_bytes:
        span = Span(stand.size, stand.size + spec.CHUNK, media.facts.size_bytes)
        stand = await _put(call, checkpoint, media, span, StepKind.PREPARE)
    return Waiting(_restarted(checkpoint)) if stand is None else _on(checkpoint, media, stand)


async def finish(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Send the last chunk, which makes the video."""
    media = _file(content)
    size = media.facts.size_bytes
    span = Span(count(checkpoint, "offset"), size, size)
    stand = await _put(call, checkpoint, media, span, StepKind.COMMIT)
    if stand is None:
        raise Uncertain("YouTube no longer knows the upload.")
    return _on(checkpoint, media, stand)


async def reconcile(call: Call, content: Content, checkpoint: Checkpoint, since: datetime) -> Verdict:
    """Whether the last chunk made the video: the session tells, and where it is gone the channel's uploads do."""
    media = _file(content)
    stand = await _ask(call, checkpoint, media)
    match stand:
        case Video():
            return Landed(_made(checkpoint, stand.id))
        case _Arrived(size):
            return NotLanded(_from(checkpoint, media, size))
    fitting = await _uploaded(call, content, since)
    if len(fitting) == 1:
        return Landed(_made(checkpoint, fitting[0]))
    if fitting:
        return CannotTell(
            "Several new videos on the channel have this title: look there whether this one is among them."
        )
    return NotSeen(_restarted(checkpoint))


def resource(content: Content) -> dict[str, object]:
    """What the video will be (docs/videos, the resource)."""
    chosen = chosen_for(content)
    snippet = {"title": title_of(content), "description": content.caption, "categoryId": chosen.category_id}
    status: dict[str, object] = {
        "privacyStatus": chosen.privacy,
        "selfDeclaredMadeForKids": chosen.made_for_kids,
        "license": chosen.license,
        "embeddable": chosen.embeddable,
        "containsSyntheticMedia": chosen.contains_synthetic_media,
    }
    if chosen.publish_at is not None:
        status["publishAt"] = f"{chosen.publish_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return {"snippet": {**snippet, **({"tags": [*chosen.tags]} if chosen.tags else {})}, "status": status}


def count(checkpoint: Checkpoint, name: str) -> int:
    """A number among the notes, 0 at first."""
    value = checkpoint.notes.get(name, 0)
    return value if isinstance(value, int) else 0


def _file(content: Content) -> Media:
    return videos_of(content)[0].media


def _from(checkpoint: Checkpoint, media: Media, offset: int) -> Checkpoint:
    """The step that sends what comes next: the last chunk is a step of its own."""
    left = media.facts.size_bytes - offset
    return checkpoint.to("send" if left > spec.CHUNK else "finish", offset=offset)


def _made(checkpoint: Checkpoint, video_id: str) -> Checkpoint:
    return checkpoint.to("process", video=video_id, looks=1)


def _on(checkpoint: Checkpoint, media: Media, stand: _Arrived | Video) -> Waiting:
    if isinstance(stand, Video):
        return Waiting(_made(checkpoint, stand.id), spec.PROCESSING_POLL.first)
    return Waiting(_from(checkpoint, media, stand.size))


def _restarted(checkpoint: Checkpoint) -> Checkpoint:
    """Open a new session: nothing came of this one."""
    restarts = count(checkpoint, "restarts") + 1
    return Checkpoint("open", {"kind": checkpoint.text("kind"), "restarts": restarts})


async def _ask(call: Call, checkpoint: Checkpoint, media: Media) -> _Stand:
    """How far the upload is."""
    size = media.facts.size_bytes
    headers = _headers(call, f"bytes */{size}", 0)
    stand = _stand(call, await call.send(Request("PUT", checkpoint.text("session"), headers=headers)))
    if isinstance(stand, _Arrived) and stand.size >= size:
        raise Unavailable("YouTube has the whole file and is about to make the video of it.")
    return stand


async def _put(call: Call, checkpoint: Checkpoint, media: Media, span: Span, kind: StepKind) -> _Stand:
    """Send some bytes, and say how far the upload is then."""
    headers = {**_headers(call, span.content_range, span.size), "Content-Type": media.facts.mime}
    timeout = spec.UPLOAD_TIMEOUT + timedelta(seconds=span.size / spec.SLOWEST_UPLOAD)
    body = part(call.files, media, span)
    request = Request("PUT", checkpoint.text("session"), body=body, headers=headers, timeout=timeout)
    stand = _stand(call, await call.send(request), kind)
    if isinstance(stand, _Arrived) and stand.size <= span.start:
        raise Unavailable("YouTube took none of the bytes that were sent.")
    return stand


def _headers(call: Call, content_range: str, length: int) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {call.token}",
        "Content-Range": content_range,
        "Content-Length": str(length),
    }


def _stand(call: Call, reply: Reply, kind: StepKind = StepKind.PREPARE) -> _Stand:
    if reply.status in _GONE:
        return None
    if (fault := fault_of(reply, call)) is not None:
        raise judge(fault, RULES, kind)
    if reply.status != RESUME:
        return read(Video, reply)
    told = reply.headers.get("range")
    if told is None:
        return _Arrived(0)
    if (found := _ARRIVED.fullmatch(told)) is None:
        raise Surprise(status=reply.status, evidence={"range": told})
    return _Arrived(int(found[1]) + 1)


async def _uploaded(call: Call, content: Content, since: datetime) -> list[str]:
    """The videos that the channel got since then under this title."""
    playlist = call.account.context[UPLOADS]
    page = await api(call).get(
        Page, "/playlistItems", part="snippet", playlistId=playlist, maxResults=str(spec.PAGE_SIZE)
    )
    title = plain(title_of(content))
    return [
        item.snippet.resource_id.video_id
        for item in read_items(PlaylistItem, page.items)
        if made_since(item.snippet.published_at, since) and plain(item.snippet.title) == title
    ]
