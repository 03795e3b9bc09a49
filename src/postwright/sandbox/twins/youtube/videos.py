"""The methods of videos and thumbnails: metadata checked, files judged, resources shown."""

import re
from collections.abc import Mapping
from datetime import timedelta

from postwright.sandbox.call import Json, Reply
from postwright.sandbox.media import Stored
from postwright.sandbox.state import Account
from postwright.sandbox.twins.youtube.asking import Ask, body_of, listing, tagged, written
from postwright.sandbox.twins.youtube.errors import ApiError
from postwright.sandbox.twins.youtube.metadata import check_metadata, part_of
from postwright.sandbox.twins.youtube.resources import FURTHER, resource, thumbnails
from postwright.sandbox.twins.youtube.rules import (
    DEFAULT_CATEGORY,
    LONGEST_SECONDS,
    OWNERS_PARTS,
    SNIPPET_SET,
    STATUS_DEFAULTS,
    UNVERIFIED_SECONDS,
)
from postwright.sandbox.twins.youtube.seeds import CHANNEL_WITHOUT_PHONE, UNAUDITED
from postwright.sandbox.twins.youtube.studio import Studio, Video
from postwright.sandbox.twins.youtube.uploads import Finish


def prepare_video(studio: Studio, ask: Ask, metadata: bytes | None) -> Finish:
    """videos.insert: check the metadata; the upload's bytes make the video."""
    if metadata is None:
        body: Mapping[str, Json] = {"snippet": {"title": "unknown"}}
    else:
        body = body_of(ask, metadata)
        check_metadata(body)
    if re.search(r'[\\/<>"|?*]', ask.call.header("slug")):
        raise ApiError("invalidFilename")
    studio.check_uploads(ask.channel)

    async def finish(content: bytes) -> Reply:
        video = await _uploaded(studio, ask, body, content)
        return written(ask, resource(studio, video, ask.parts))

    return finish


async def _uploaded(studio: Studio, ask: Ask, body: Mapping[str, Json], content: bytes) -> Video:
    settings, now = studio.world.settings, studio.world.clock.now()
    file = None if settings.trust_media else await studio.world.media.keep(content)
    video = Video(
        id=studio.new_id(11),
        channel=ask.channel,
        snippet={"title": "unknown", "description": "", "categoryId": DEFAULT_CATEGORY},
        status=dict(STATUS_DEFAULTS),
        further={},
        file=file,
        file_name=ask.call.header("slug"),
        size=len(content),
        uploaded_at=now,
        ready_at=now + timedelta(seconds=settings.video_delay),
        locked=studio.world.apps[ask.grant.client_id].login == UNAUDITED,
    )
    _set(video, body)
    if video.locked:
        video.status["privacyStatus"] = "private"
    if file:
        video.failure = _failure(file, content)
        video.rejection = "" if video.failure else _rejection(studio, video, file)
    studio.add(video)
    return video


def _failure(file: Stored, content: bytes) -> str:
    if not content:
        return "emptyFile"
    return "" if file.probe and file.probe.kind == "video" else "invalidFile"


def _rejection(studio: Studio, video: Video, file: Stored) -> str:
    """Why YouTube takes a readable video down once it has looked at it."""
    limit = UNVERIFIED_SECONDS if video.channel.kind == CHANNEL_WITHOUT_PHONE else LONGEST_SECONDS
    if video.seconds > limit:
        return "length"
    twins = (other for other in studio.videos.values() if other.channel.id == video.channel.id)
    return "duplicate" if any(other.file is file for other in twins) else ""


def _set(video: Video, body: Mapping[str, Json]) -> None:
    """Put whole parts in the place of those held."""
    if "snippet" in body:
        sent = part_of(body, "snippet")
        video.snippet = {"description": "", "categoryId": DEFAULT_CATEGORY} | {
            name: sent[name] for name in SNIPPET_SET if name in sent
        }
    if "status" in body:
        sent = part_of(body, "status")
        video.status = {name: sent.get(name, usual) for name, usual in STATUS_DEFAULTS.items()}
        if "publishAt" in sent:
            video.status["publishAt"] = sent["publishAt"]
    video.further |= {name: body[name] for name in FURTHER if name in body}


def list_videos(studio: Studio, ask: Ask) -> Reply:
    """videos.list by ids: what cannot be seen is left out."""
    found = [studio.videos.get(name.strip()) for name in ask.query["id"].split(",")]
    seen = [video for video in found if video and is_visible(video, ask.channel)]
    if OWNERS_PARTS & set(ask.parts) and any(video.channel.id != ask.channel.id for video in seen):
        raise ApiError("forbidden")
    return listing(ask, "video", [resource(studio, video, ask.parts) for video in seen], paged=False)


def is_visible(video: Video, channel: Account) -> bool:
    """Whether somebody with this channel can open the video; unlisted ones open for who knows the id."""
    return video.channel.id == channel.id or video.privacy != "private"


def own(studio: Studio, ask: Ask, video_id: str) -> Video:
    """A video of the asking channel; raises 404 or 403."""
    video = studio.videos.get(video_id)
    if video is None or not is_visible(video, ask.channel):
        raise ApiError("videoNotFound")
    if video.channel.id != ask.channel.id:
        raise ApiError("forbidden")
    return video


def update_video(studio: Studio, ask: Ask) -> Reply:
    """videos.update: the parts sent replace those held."""
    body = body_of(ask, ask.call.body)
    if not body.get("id"):
        raise ApiError("missingRequiredParameter", text="'id'", name="id")
    video = own(studio, ask, str(body["id"]))
    if ask.call.header("if-match") not in ("", "*", resource(studio, video, ask.parts)["etag"]):
        raise ApiError("conditionNotMet")
    if "snippet" in body and not part_of(body, "snippet").get("categoryId"):
        raise ApiError("invalidCategoryId")
    check_metadata({"snippet": video.snippet, **body})
    status = part_of(body, "status")
    if "publishAt" in status and video.published_at:
        raise ApiError("invalidPublishAt")
    if video.locked and status.get("privacyStatus", "private") != "private":
        raise ApiError("forbiddenPrivacySetting")
    was = video.snippet
    _set(video, body)
    studio.changed(video)
    if video.snippet != was:
        studio.retitled(video)
    return written(ask, resource(studio, video, ask.parts))


def delete_video(studio: Studio, ask: Ask) -> Reply:
    """videos.delete."""
    studio.remove(own(studio, ask, ask.query["id"]))
    return Reply(204, b"", "text/html")


def prepare_thumbnail(studio: Studio, ask: Ask, _: bytes | None) -> Finish:
    """thumbnails.set: only for channels with a verified phone."""
    video = own(studio, ask, ask.query["videoId"])
    if video.channel.kind == CHANNEL_WITHOUT_PHONE:
        message = "The authenticated user doesn't have permissions to upload and set custom video thumbnails."
        raise ApiError("forbidden", message=message)

    async def finish(content: bytes) -> Reply:
        if not content:
            raise ApiError("mediaBodyRequired")
        file = await studio.world.media.keep(content)
        if file.probe is None or file.probe.mime not in ("image/jpeg", "image/png"):
            raise ApiError("invalidImage")
        video.thumbnail = f"{studio.world.origin}/_sandbox/media/{file.id}"
        studio.changed(video)
        return written(ask, tagged("thumbnailSetResponse", {"items": [thumbnails(studio, video)]}))

    return finish
