"""What follows a published video: its picture, its place in a playlist, a first comment; and the playlists there are.

The video is out whatever becomes of these: one that YouTube refuses adds a warning, and the next has its turn.
"""

from collections.abc import Awaitable, Mapping
from datetime import timedelta

from postwright.domain.errors import AuthRevoked, Rejected
from postwright.domain.media import Attachment
from postwright.domain.post import Content
from postwright.domain.publication import Checkpoint
from postwright.kit.http import Request
from postwright.platforms.base import (
    Call,
    CannotTell,
    Landed,
    NotSeen,
    OptionValue,
    Outcome,
    Verdict,
    Waiting,
)
from postwright.platforms.landing import plain, published
from postwright.platforms.upload import part, whole
from postwright.platforms.youtube import spec
from postwright.platforms.youtube.api import api
from postwright.platforms.youtube.options import chosen_for, pictures_of
from postwright.platforms.youtube.wire import Page, Playlist, Thread

_DONE = "done"


async def thumbnail(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Set the picture that stands for the video; to set it again changes nothing."""
    picture = pictures_of(content)[0]
    return await _extra(
        api(call).send(_picture(call, checkpoint, picture)), content, checkpoint, "The picture was not set"
    )


async def playlist(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Add the video to a playlist."""
    resource = {"kind": "youtube#video", "videoId": checkpoint.external_id}
    body = {"snippet": {"playlistId": chosen_for(content).playlist_id, "resourceId": resource}}
    adding = api(call).insert("/playlistItems", body)
    return await _extra(adding, content, checkpoint, "The video is not in the playlist")


async def first_comment(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Write the first comment under the video."""
    comment = {"snippet": {"textOriginal": chosen_for(content).first_comment}}
    about = {"channelId": call.account.external_id, "videoId": checkpoint.external_id}
    writing = api(call).insert("/commentThreads", {"snippet": {**about, "topLevelComment": comment}})
    return await _extra(writing, content, checkpoint, "The first comment was not written")


async def done(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:  # noqa: ARG001 - a Step like the others
    """The end of a flow whose last call landed unseen."""
    return published(checkpoint, *_warnings(checkpoint))


async def reconcile_playlist(call: Call, content: Content, checkpoint: Checkpoint) -> Verdict:
    """Whether the video is in the playlist."""
    page = await api(call).get(
        Page,
        "/playlistItems",
        part="snippet",
        playlistId=chosen_for(content).playlist_id or "",
        videoId=checkpoint.external_id or "",
    )
    return Landed(_following(content, checkpoint)) if page.items else NotSeen(checkpoint)


async def reconcile_comment(call: Call, content: Content, checkpoint: Checkpoint) -> Verdict:
    """Whether the channel's own comment is under the video."""
    threads = await api(call).all(
        Thread, "/commentThreads", part="snippet", videoId=checkpoint.external_id or "", order="time"
    )
    ours = (call.account.external_id, plain(chosen_for(content).first_comment or ""))
    if any((who, plain(text)) == ours for who, text in (thread.said for thread in threads)):
        return Landed(_following(content, checkpoint))
    if len(threads) >= spec.MOST_PAGES * spec.PAGE_SIZE:
        return CannotTell("The video has too many comments to say whether the first comment is among them.")
    return NotSeen(checkpoint)


async def choices(call: Call) -> Mapping[str, tuple[OptionValue, ...]]:
    """The channel's playlists."""
    found = await api(call).all(Playlist, "/playlists", part="snippet", mine="true")
    return {"playlist_id": tuple(OptionValue(one.id, one.snippet.title) for one in found)}


def proceed(content: Content, checkpoint: Checkpoint) -> Outcome:
    """What comes after the checkpoint's step."""
    following = _following(content, checkpoint)
    return published(following, *_warnings(following)) if following.step == _DONE else Waiting(following)


def warned(checkpoint: Checkpoint, warning: str) -> Checkpoint:
    """The same flow, with something more to tell at its end."""
    return checkpoint.to(checkpoint.step, warnings=[*_warnings(checkpoint), warning])


def _following(content: Content, checkpoint: Checkpoint) -> Checkpoint:
    chosen = chosen_for(content)
    wanted = {
        "thumbnail": pictures_of(content),
        "playlist": chosen.playlist_id,
        "first_comment": chosen.first_comment,
        _DONE: True,
    }
    steps = [step for step, given in wanted.items() if given]
    at = steps.index(checkpoint.step) + 1 if checkpoint.step in steps else 0
    return checkpoint.to(steps[at])


async def _extra(call: Awaitable[object], content: Content, checkpoint: Checkpoint, failure: str) -> Outcome:
    try:
        await call
    except (Rejected, AuthRevoked) as refusal:
        checkpoint = warned(checkpoint, f"{failure}: {refusal.message}")
    return proceed(content, checkpoint)


def _picture(call: Call, checkpoint: Checkpoint, picture: Attachment) -> Request:
    facts = picture.media.facts
    return Request(
        "POST",
        f"{spec.UPLOADS}/thumbnails/set",
        query={"videoId": checkpoint.external_id or "", "uploadType": "media"},
        body=part(call.files, picture.media, whole(picture.media)),
        headers={"Content-Type": facts.mime, "Content-Length": str(facts.size_bytes)},
        timeout=spec.UPLOAD_TIMEOUT + timedelta(seconds=facts.size_bytes / spec.SLOWEST_UPLOAD),
    )


def _warnings(checkpoint: Checkpoint) -> tuple[str, ...]:
    warnings = checkpoint.notes.get("warnings", [])
    return tuple(str(warning) for warning in warnings) if isinstance(warnings, list) else ()
