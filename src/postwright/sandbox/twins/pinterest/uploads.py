"""Videos: registered with the API, sent to a bucket as a form, processed in virtual time.

Source of the bucket's refusals: Amazon S3, "POST Object" and "Error responses".
"""

import base64
import hashlib
import json
import re
from datetime import timedelta

from postwright.kit.probe import Probe
from postwright.sandbox.call import Call, Reply, json_reply
from postwright.sandbox.media import Stored
from postwright.sandbox.state import World
from postwright.sandbox.twins.pinterest.api import Ctx
from postwright.sandbox.twins.pinterest.bodies import MediaCreate
from postwright.sandbox.twins.pinterest.errors import NO_MEDIA, PinterestError
from postwright.sandbox.twins.pinterest.model import Clip, Store, Upload
from postwright.sandbox.twins.pinterest.rules import (
    SLACK,
    UPLOAD_LIFE,
    VIDEO_ASPECT,
    VIDEO_BYTES,
    VIDEO_CODECS,
    VIDEO_SECONDS,
    VIDEO_TYPES,
)

BUCKET = "pinterest-media-upload.s3-accelerate.amazonaws.com"


class BucketError(Exception):
    """A refusal in S3's XML."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code

    def reply(self) -> Reply:
        """The XML."""
        text = str(self).replace("&", "&amp;").replace("<", "&lt;")
        body = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{self.code}</Code><Message>{text}</Message>'
            "<RequestId>SANDBOX000000001</RequestId><HostId>sandbox</HostId></Error>"
        )
        return Reply(self.status, body.encode(), "application/xml")


async def register(ctx: Ctx) -> Reply:
    """`POST /media`."""
    ctx.body(MediaCreate)
    media_id = ctx.store.new_id()
    ends_at = ctx.now + UPLOAD_LIFE
    key = f"uploads/{media_id[-2:]}/3:video:{ctx.user.id}:{media_id}"
    conditions = {"expiration": ends_at.isoformat(), "conditions": [["eq", "$key", key]]}
    policy = base64.b64encode(json.dumps(conditions).encode()).decode()
    form = {
        "x-amz-date": ctx.now.strftime("%Y%m%dT%H%M%SZ"),
        "x-amz-signature": hashlib.sha256(policy.encode()).hexdigest(),
        "x-amz-security-token": base64.b64encode(f"session of {media_id}".encode()).decode(),
        "x-amz-algorithm": "AWS4-HMAC-SHA256",
        "key": key,
        "policy": policy,
        "x-amz-credential": f"SANDBOXPINTEREST/{ctx.now:%Y%m%d}/us-east-1/s3/aws4_request",
        "Content-Type": "multipart/form-data",
    }
    upload = Upload(media_id, ctx.user, form, ends_at)
    ctx.store.uploads[media_id] = upload
    return json_reply(
        {
            "media_id": media_id,
            "media_type": "video",
            "upload_url": f"{ctx.world.origin}/{BUCKET}/",
            "upload_parameters": form,
        },
        201,
    )


async def show_upload(ctx: Ctx) -> Reply:
    """`GET /media/{media_id}`."""
    upload = ctx.store.uploads.get(ctx.ids["media_id"])
    if upload is None or upload.owner is not ctx.user:
        raise PinterestError(NO_MEDIA)
    return json_reply(upload.to_json(ctx.now))


async def receive(store: Store, call: Call) -> Reply:
    """The bucket's `POST /`."""
    try:
        upload = _addressed(store, call)
        await _take(store.world, upload, call.files["file"])
    except BucketError as refusal:
        return refusal.reply()
    return Reply(204, b"", "application/xml", (("etag", f'"{upload.id}"'),))


def uploaded_to(store: Store, call: Call) -> Upload | None:
    """The upload that a call to the bucket names."""
    key = call.form.get("key")
    return next((upload for upload in store.uploads.values() if upload.form["key"] == key), None)


def _addressed(store: Store, call: Call) -> Upload:
    """The upload of a form in which everything is right; raises BucketError."""
    if call.method != "POST" or call.path != "/":
        raise BucketError(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
    if not call.header("content-type").startswith("multipart/form-data"):
        message = "Bucket POST must be of the enclosure-type multipart/form-data"
        raise BucketError(412, "PreconditionFailed", message)
    if "file" not in call.files:
        message = "POST requires exactly one file upload per request."
        raise BucketError(400, "InvalidArgument", message)
    names = _names(call)
    before = names[: names.index("file")]
    upload = uploaded_to(store, call) if "key" in before else None
    for name in upload.form if upload else ("key",):
        if name not in before:
            message = f"Bucket POST must contain a field named '{name}'."
            advice = "If it is specified, please check the order of the fields."
            raise BucketError(400, "InvalidArgument", f"{message}  {advice}")
    if upload is None:
        raise _denied('Policy Condition failed: ["eq", "$key"]')
    _check_signed(upload, before, call)
    if upload.ends_at <= store.world.clock.now():
        raise _denied("Policy expired.")
    return upload


def _check_signed(upload: Upload, before: list[str], call: Call) -> None:
    if call.form["x-amz-signature"] != upload.form["x-amz-signature"]:
        message = "The request signature we calculated does not match the signature you provided."
        raise BucketError(403, "SignatureDoesNotMatch", message)
    for name in before:
        if name not in upload.form:
            raise _denied(f"Extra input fields: {name}")
        if call.form[name] != upload.form[name]:
            raise _denied(f'Policy Condition failed: ["eq", "${name}", "{upload.form[name]}"]')


def _denied(why: str) -> BucketError:
    return BucketError(403, "AccessDenied", f"Invalid according to Policy: {why}")


def _names(call: Call) -> list[str]:
    """Names of the parts in the order in which they came: S3 does not look behind the file."""
    boundary = call.header("content-type").partition("boundary=")[2].split(";")[0].strip('" ')
    part = rb"--%s\r\n(?:[^\r\n]+\r\n)*?content-disposition:[^\r\n]*?\bname=\"([^\"]*)\"" % re.escape(boundary.encode())
    return [name.decode() for name in re.findall(part, call.body, re.IGNORECASE)]


async def _take(world: World, upload: Upload, content: bytes) -> None:
    """Process the first file that arrives; a later one changes nothing any more."""
    if len(content) > VIDEO_BYTES:
        raise BucketError(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
    if upload.ready_at is not None:
        return
    if world.settings.trust_media:
        upload.clip = Clip("")
    else:
        upload.clip = _clip(world, await world.media.keep(content))
    upload.ready_at = world.clock.now() + timedelta(seconds=world.settings.video_delay)


def _clip(world: World, stored: Stored) -> Clip | None:
    """The video, or None where the transcoder fails."""
    probe = stored.probe
    if probe is None or not _is_playable(probe):
        return None
    return Clip(f"{world.origin}/_sandbox/media/{stored.id}", probe.width, probe.height, probe.duration_s or 0)


def _is_playable(probe: Probe) -> bool:
    return (
        probe.kind == "video"
        and probe.mime in VIDEO_TYPES
        and probe.video_codec in VIDEO_CODECS
        and _within(probe.duration_s or 0, VIDEO_SECONDS)
        and _within(probe.width / probe.height, VIDEO_ASPECT)
    )


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] * (1 - SLACK) <= value <= bounds[1] * (1 + SLACK)
