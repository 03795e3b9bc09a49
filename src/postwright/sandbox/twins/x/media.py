"""Media of API v2 in its three forms: one shot, initialize/append/finalize, and the older `command=`.

Sources: X, "Media" reference pages and "Best practices"; `processing_info` as in the chunked upload guide.
"""

import math
from datetime import datetime, timedelta

from postwright.kit.probe import Probe
from postwright.sandbox.call import Json, Reply, json_reply
from postwright.sandbox.state import World
from postwright.sandbox.twins.x import rules
from postwright.sandbox.twins.x.bodies import (
    Append,
    Empty,
    Initialize,
    LegacyInit,
    Metadata,
    OneShot,
    Subtitles,
    UploadStart,
    read_json,
    read_media,
)
from postwright.sandbox.twins.x.errors import invalid
from postwright.sandbox.twins.x.model import Answer, Ask, Upload, snowflake


class MediaShelf:
    """Uploads of one sandbox."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._uploads: dict[str, Upload] = {}

    def reset(self) -> None:
        """Forget all uploads."""
        self._uploads.clear()

    def usable(self, media_id: str, user_id: str) -> Upload | None:
        """An upload that this user can hang on a post now."""
        upload = self._uploads.get(media_id)
        now = self._world.clock.now()
        return upload if upload and user_id in upload.owners and upload.ready(now) else None

    async def upload(self, ask: Ask) -> Answer:
        """`POST /2/media/upload`: one shot, or one command of the older form."""
        params = ask.call.params
        sent = {name: value for name, value in params.items() if name not in ("command", "media_id")}
        command = params.get("command", "")
        if not command:
            body, content = read_media(ask.call, OneShot, sent)
            upload = self._open(ask, body.media_category, len(content), body.additional_owners.split(","))
            return await self._finish(upload, content)
        if command == "INIT":
            begun, _ = read_media(ask.call, LegacyInit, sent)
            return json_reply(self._begin(ask, begun, begun.additional_owners.split(",")), 202)
        upload = self._arriving(ask, params.get("media_id", ""))
        if command == "APPEND":
            self._take(upload, *read_media(ask.call, Append, sent))
            return Reply(204, b"")
        if command != "FINALIZE":
            raise invalid("command must be one of INIT, APPEND, FINALIZE", "command", command)
        read_media(ask.call, Empty, sent)
        return json_reply(await self._joined(upload), 201)

    async def initialize(self, ask: Ask) -> Json:
        """`POST /2/media/upload/initialize`."""
        body = read_json(ask.call, Initialize)
        return self._begin(ask, body, body.additional_owners)

    async def append(self, ask: Ask) -> Json:
        """`POST /2/media/upload/{id}/append`; a segment may be sent again."""
        upload = self._arriving(ask, ask.names["id"])
        self._take(upload, *read_media(ask.call, Append, ask.call.form))
        return {"data": {"expires_at": int((upload.made_at + rules.MEDIA_LIFE).timestamp())}}

    async def finalize(self, ask: Ask) -> Json:
        """`POST /2/media/upload/{id}/finalize`; no body, or an empty object."""
        if ask.call.body:
            read_json(ask.call, Empty)
        return await self._joined(self._arriving(ask, ask.names["id"]))

    async def status(self, ask: Ask) -> Json:
        """`GET /2/media/upload?command=STATUS`."""
        if ask.call.query.get("command", "STATUS") != "STATUS":
            raise invalid("command must be STATUS", "command", ask.call.query["command"])
        return {"data": self._described(self._own(ask, ask.call.query.get("media_id", "")))}

    async def metadata(self, ask: Ask) -> Json:
        """`POST /2/media/metadata`."""
        body = read_json(ask.call, Metadata)
        upload = self._own(ask, body.id)
        if body.metadata.alt_text:
            upload.alt_text = body.metadata.alt_text.text
        return {"data": {"id": upload.id, "associated_metadata": body.metadata.model_dump(exclude_none=True)}}

    async def subtitles(self, ask: Ask) -> Json:
        """`POST /2/media/subtitles`: puts an uploaded track under a video."""
        body = read_json(ask.call, Subtitles)
        video, track = self._own(ask, body.id), self._own(ask, body.subtitles.id)
        if (video.category.family, track.category.family) != ("video", "subtitles"):
            raise invalid("Subtitles can only be associated with a video.")
        video.subtitles.append(body.subtitles.language_code)
        associated: Json = {"subtitles": [body.subtitles.model_dump()]}
        return {"data": {"id": video.id, "media_category": body.media_category, "associated_subtitles": associated}}

    def _own(self, ask: Ask, media_id: str) -> Upload:
        upload = self._uploads.get(media_id)
        if upload is None or ask.user.id not in upload.owners or upload.expired(ask.now):
            raise invalid("BadRequest: Not found", "media_id", media_id)
        return upload

    def _arriving(self, ask: Ask, media_id: str) -> Upload:
        upload = self._own(ask, media_id)
        if upload.file is not None:
            raise invalid("The upload has been finalized.", "media_id", media_id)
        return upload

    def _begin(self, ask: Ask, body: UploadStart, owners: list[str]) -> Json:
        rule = rules.CATEGORIES[body.media_category]
        if body.media_type not in rule.mimes:
            raise invalid("media type unrecognized", "media_type", body.media_type)
        if body.total_bytes > rule.max_bytes:
            raise invalid(f"File size exceeds {rule.max_bytes} bytes.", "total_bytes", str(body.total_bytes))
        return {"data": self._described(self._open(ask, body.media_category, body.total_bytes, owners))}

    def _open(self, ask: Ask, category: str, size: int, others: list[str]) -> Upload:
        name = snowflake(ask.now, self._world.number())
        upload = self._uploads[name] = Upload(name, frozenset({ask.user.id, *others}), category, size, ask.now)
        return upload

    def _take(self, upload: Upload, body: Append, content: bytes) -> None:
        if not 0 < len(content) <= rules.CHUNK_BYTES:
            raise invalid(f"A chunk must have 1 to {rules.CHUNK_BYTES} bytes.", "media")
        upload.chunks[body.segment_index] = content

    async def _joined(self, upload: Upload) -> Json:
        content = b"".join(upload.chunks[index] for index in sorted(upload.chunks))
        if len(content) != upload.expected or set(upload.chunks) != set(range(len(upload.chunks))):
            raise invalid("Segments do not add up to provided total file size.")
        return await self._finish(upload, content)

    async def _finish(self, upload: Upload, content: bytes) -> Json:
        rule, now = upload.category, self._world.clock.now()
        if len(content) > rule.max_bytes:
            raise invalid(f"File size exceeds {rule.max_bytes} bytes.", "media")
        file = await self._world.media.keep(content)
        if rule.family == "photo" and (file.probe is None or file.probe.mime not in rule.mimes):
            raise invalid("media type unrecognized")
        if rule.family in ("video", "animated_gif"):
            upload.fault = _video_fault(file.probe) if rule.family == "video" else _gif_fault(file.probe)
            upload.processing = (now, now + timedelta(seconds=self._world.settings.video_delay))
        upload.file, upload.chunks = file, {}
        about = self._described(upload)
        if upload.processing:
            about["processing_info"] = {"state": "pending", "check_after_secs": _wait(upload.processing[1] - now)}
        return {"data": about}

    def _described(self, upload: Upload) -> dict[str, Json]:
        now = self._world.clock.now()
        left = (upload.made_at + rules.MEDIA_LIFE - now).total_seconds()
        about: dict[str, Json] = {"id": upload.id, "media_key": upload.key, "expires_after_secs": math.ceil(left)}
        if upload.file is None:
            return about
        about["size"] = upload.expected
        probe = upload.file.probe
        if upload.processing:
            about["processing_info"] = _progress(now, *upload.processing, upload.fault)
        elif probe is not None:
            about["image"] = {"image_type": probe.mime, "w": probe.width, "h": probe.height}
        return about


def _wait(left: timedelta) -> int:
    return max(1, math.ceil(left.total_seconds()))


def _progress(now: datetime, start: datetime, end: datetime, fault: str) -> Json:
    if now < end:
        done = int(100 * ((now - start) / (end - start)))
        return {"state": "in_progress", "check_after_secs": _wait(end - now), "progress_percent": done}
    if fault:
        error: Json = {"code": 3, "name": "UnsupportedMedia", "message": fault}
        return {"state": "failed", "progress_percent": 100, "error": error}
    return {"state": "succeeded", "progress_percent": 100}


def _video_fault(probe: Probe | None) -> str:
    """Why a video cannot be played at X, or nothing."""
    if probe is None or probe.kind != "video":
        return "Unsupported video format"
    least, shorter, longer = rules.VIDEO_SIDES
    seconds, sides = probe.duration_s or 0.0, sorted((probe.width, probe.height))
    checks = (
        (probe.mime in rules.CATEGORIES["tweet_video"].mimes, f"container {probe.mime}"),
        (probe.video_codec == "h264", f"video codec {probe.video_codec}"),
        (probe.audio_codec in (None, "aac"), f"audio codec {probe.audio_codec}"),
        ((probe.audio_channels or 0) <= 2, "more than two audio channels"),  # noqa: PLR2004 - stereo
        (probe.pixel_format in ("yuv420p", "yuvj420p"), f"pixel format {probe.pixel_format}"),
        (sides[0] >= least and sides[0] <= shorter and sides[1] <= longer, f"size {probe.width}x{probe.height}"),
        (sides[1] <= sides[0] * rules.VIDEO_ASPECT * rules.SLACK, f"aspect {probe.width}:{probe.height}"),
        ((probe.fps or 0) <= rules.VIDEO_FPS * rules.SLACK, f"{probe.fps} frames per second"),
        (seconds * rules.SLACK >= rules.VIDEO_SECONDS[0], f"Duration {seconds} s is too short"),
        (seconds <= rules.VIDEO_SECONDS[1] * rules.SLACK, f"Duration {seconds} s exceeds max duration of 140 s"),
    )
    return next((words for good, words in checks if not good), "")


def _gif_fault(probe: Probe | None) -> str:
    if probe is None or probe.mime != "image/gif":
        return "Unsupported GIF format"
    frames = round((probe.duration_s or 0) * (probe.fps or 0)) or 1
    width, height = rules.GIF_SIDES
    if probe.width > width or probe.height > height:
        return f"GIF larger than {width}x{height}"
    if frames > rules.GIF_FRAMES or frames * probe.width * probe.height > rules.GIF_PIXELS:
        return f"GIF with too many frames: {frames}"
    return ""
