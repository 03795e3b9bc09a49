"""Videos as the API shows them, part by part."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from postwright.sandbox.call import Json
from postwright.sandbox.twins.youtube.asking import tagged
from postwright.sandbox.twins.youtube.studio import Studio, Video

FURTHER = ("localizations", "recordingDetails")
THUMBNAILS: Mapping[str, tuple[str, int, int]] = {
    "default": ("default", 120, 90), "medium": ("mqdefault", 320, 180), "high": ("hqdefault", 480, 360),
    "standard": ("sddefault", 640, 480), "maxres": ("maxresdefault", 1280, 720),
}  # fmt: skip


def stamp(instant: datetime) -> str:
    """An instant as YouTube writes it."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def thumbnails(studio: Studio, video: Video) -> dict[str, Json]:
    """A video's pictures; i.ytimg.com serves them."""
    address = f"{studio.world.origin}/i.ytimg.com/vi/{video.id}"
    return {
        name: {"url": f"{address}/{file}.jpg", "width": width, "height": height}
        for name, (file, width, height) in THUMBNAILS.items()
    }


def resource(studio: Studio, video: Video, parts: tuple[str, ...]) -> dict[str, Json]:
    """The parts of a video that were asked for."""
    status = video.upload_status(studio.world.clock.now())
    shown: dict[str, Json] = {"id": video.id}
    title = {"title": video.snippet["title"], "description": video.snippet["description"]}
    for part in parts:
        if part == "snippet":
            shown[part] = {
                **video.snippet,
                "publishedAt": stamp(video.published_at or video.uploaded_at),
                "channelId": video.channel.id,
                "channelTitle": video.channel.name,
                "thumbnails": thumbnails(studio, video),
                "liveBroadcastContent": "none",
                "localized": title,
            }
        elif part in FURTHER and part in video.further:
            shown[part] = video.further[part]
        elif part in _PARTS:
            shown[part] = _PARTS[part](studio, video, status)
    return tagged("video", shown)


def _status(_: Studio, video: Video, status: str) -> Json:
    about = {**video.status, "uploadStatus": status, "madeForKids": video.status["selfDeclaredMadeForKids"]}
    if video.status.get("publishAt"):
        about["publishAt"] = stamp(datetime.fromisoformat(str(video.status["publishAt"])))
    if status in ("failed", "rejected"):
        about["failureReason" if video.failure else "rejectionReason"] = video.failure or video.rejection
    return about


def _processing(studio: Studio, video: Video, status: str) -> Json:
    about: dict[str, Json] = {
        "processingStatus": {"uploaded": "processing", "failed": "failed"}.get(status, "succeeded"),
        "fileDetailsAvailability": "available",
        "thumbnailsAvailability": "available" if status == "processed" else "inProgress",
    }
    if status == "uploaded":
        left = max(timedelta(), video.ready_at - studio.world.clock.now()) / timedelta(milliseconds=1)
        about["processingProgress"] = {"partsTotal": "100", "partsProcessed": "0", "timeLeftMs": str(round(left))}
    if status == "failed":
        about["processingFailureReason"] = "transcodeFailed"
    return about


def _content(_: Studio, video: Video, status: str) -> Json:
    minutes, seconds = divmod(round(video.seconds), 60)
    probe = video.file.probe if video.file else None
    return {
        "duration": f"PT{minutes}M{seconds}S" if status == "processed" else "P0D",
        "dimension": "2d",
        "definition": "hd" if probe and min(probe.width, probe.height) >= 720 else "sd",  # noqa: PLR2004 - 720p is HD
        "caption": "false",
        "licensedContent": False,
        "projection": "rectangular",
        "hasCustomThumbnail": bool(video.thumbnail),
    }


def _statistics(studio: Studio, video: Video, _: str) -> Json:
    """Counts are strings. Nobody watches in a sandbox; comments are real."""
    post = studio.world.timeline.get(video.id)
    comments = str(len(post.comments) if post else 0)
    return {"viewCount": "0", "likeCount": "0", "favoriteCount": "0", "commentCount": comments}


def _file(_: Studio, video: Video, __: str) -> Json:
    about: dict[str, Json] = {"fileSize": str(video.size), "fileType": "other" if video.failure else "video"}
    return about | ({"fileName": video.file_name} if video.file_name else {})


_PARTS = {
    "status": _status,
    "processingDetails": _processing,
    "contentDetails": _content,
    "statistics": _statistics,
    "fileDetails": _file,
}
