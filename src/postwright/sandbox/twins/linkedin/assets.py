"""Images, videos and documents: upload URLs, the bytes that arrive there, processing.

Source: LinkedIn, "Images API", "Videos API", "Documents API".
"""

import secrets
from collections.abc import Iterator, Mapping
from datetime import timedelta

from postwright.kit.probe import Probe
from postwright.sandbox.call import Call, Json, Reply, json_reply
from postwright.sandbox.twins.linkedin import rules
from postwright.sandbox.twins.linkedin.bodies import Finish, VideoWish, Wish, read
from postwright.sandbox.twins.linkedin.errors import Refused
from postwright.sandbox.twins.linkedin.model import Asset, Kind, Network, Slot, Visit, milliseconds, urn_of

KINDS: Mapping[str, Kind] = {"images": "image", "videos": "video", "documents": "document"}
MARKS = {"image": "C4E10AQ", "video": "C5F10AQ", "document": "D4D10AQ"}


async def initialize(visit: Visit) -> Reply:
    """`POST /rest/{images|documents}?action=initializeUpload`."""
    asset = _register(visit, read(Wish, visit.call, "initializeUploadRequest"))
    return json_reply(
        {
            "value": {
                "uploadUrlExpiresAt": milliseconds(asset.expires_at),
                "uploadUrl": _slot(visit.network, asset, "file"),
                asset.kind: asset.urn,
            }
        }
    )


async def initialize_video(visit: Visit) -> Reply:
    """`POST /rest/videos?action=initializeUpload`: one URL for each part of 4 MiB."""
    wish = read(VideoWish, visit.call, "initializeUploadRequest")
    asset = _register(visit, wish)
    value: dict[str, Json] = {"uploadUrlsExpireAt": milliseconds(asset.expires_at), "video": asset.urn}
    parts: list[Json] = []
    for first in range(0, wish.file_size_bytes, rules.PART_BYTES):
        last = min(first + rules.PART_BYTES, wish.file_size_bytes) - 1
        url = _slot(visit.network, asset, "part", last - first + 1)
        parts.append({"uploadUrl": url, "firstByte": first, "lastByte": last})
    value |= {"uploadInstructions": parts, "uploadToken": ""}
    if wish.upload_captions:
        value["captionsUploadUrl"] = _slot(visit.network, asset, "captions")
    if wish.upload_thumbnail:
        value["thumbnailUploadUrl"] = _slot(visit.network, asset, "thumbnail")
    return json_reply({"value": value})


async def finalize_video(visit: Visit) -> Reply:
    """`POST /rest/videos?action=finalizeUpload`: the ETags of all parts in order; the same again changes nothing."""
    finish = read(Finish, visit.call, "finalizeUploadRequest")
    asset = visit.network.assets.get(finish.video)
    if asset is None or asset.owner.id not in visit.token.grant.account_ids:
        raise Refused("INVALID_VIDEO_ID", field="/finalizeUploadRequest/video", urn=finish.video)
    visit.acting_for(urn_of(asset.owner), "w")
    if asset.part_ids and asset.part_ids == finish.uploaded_part_ids:
        return Reply(200, b"")
    right = len(asset.parts) == len(finish.uploaded_part_ids) and all(
        etag in part.received for part, etag in zip(asset.parts, finish.uploaded_part_ids, strict=True)
    )
    if finish.upload_token or asset.part_ids or not right:
        raise Refused("UPDATING_ASSET_FAILED", fault="uploadedPartIds must name every part of the upload, in order")
    asset.part_ids = finish.uploaded_part_ids
    content = b"".join(part.received[etag] for part, etag in zip(asset.parts, asset.part_ids, strict=True))
    for part in asset.parts:
        part.received.clear()
    await _process(visit.network, asset, content)
    return Reply(200, b"")


async def show(visit: Visit) -> Reply:
    """`GET /rest/{images|videos|documents}/{urn}`."""
    visit.need(rules.READ_ASSET)
    asset = _readable(visit, str(visit.key))
    if asset is None:
        raise Refused("NOT_FOUND")
    return json_reply(_described(visit, asset))


async def receive(network: Network, call: Call) -> Reply:
    """`PUT /dms-uploads/…`: images with the member's token, parts of videos without any; the rest takes both."""
    slot = network.slots.get(call.path.split("/")[-1])
    if slot is None:
        raise Refused("RESOURCE_NOT_FOUND")
    if call.method != "PUT":
        raise Refused("METHOD_NOT_ALLOWED", method=call.method)
    _check_sender(network, slot, call)
    if network.world.clock.now() >= slot.asset.expires_at:
        raise Refused("EXPIRED_UPLOAD_URL")
    if slot.purpose == "part":
        return _receive_part(slot, call)
    if slot.purpose == "file":
        if slot.asset.kind == "document" and len(call.body) > rules.DOCUMENT_BYTES:
            raise Refused("REQUEST_ENTITY_TOO_LARGE")
        await _process(network, slot.asset, call.body)
    return Reply(201, b"")


def _check_sender(network: Network, slot: Slot, call: Call) -> None:
    sent = call.header("authorization")
    if slot.purpose == "part":
        if sent:
            raise Refused("UPDATING_ASSET_FAILED", fault="a part's upload URL takes no Authorization header")
    elif sent or slot.asset.kind == "image":
        token = network.token(sent)
        if slot.asset.owner.id not in token.grant.account_ids:
            raise Refused("ACCESS_DENIED", door="dms-uploads.PUT")


def _receive_part(slot: Slot, call: Call) -> Reply:
    kind = call.header("content-type")
    if kind != "application/octet-stream":
        raise Refused("UNSUPPORTED_MEDIA_TYPE", type=kind)
    if slot.asset.part_ids or len(call.body) != slot.size:
        raise Refused("UPDATING_ASSET_FAILED", fault=f"{slot.size} bytes expected, before the upload is finalized")
    etag = f"/ambry-video/signedId/{secrets.token_hex(16)}"
    slot.received[etag] = call.body
    return Reply(200, b"", headers=(("etag", etag),))


def _register(visit: Visit, wish: Wish) -> Asset:
    owner = visit.acting_for(wish.owner, "w")
    kind = KINDS[visit.door.partition(".")[0]]
    urn = f"urn:li:{kind}:{MARKS[kind]}{visit.network.number()}"
    asset = Asset(urn, kind, owner, visit.now + rules.UPLOAD_LIFE)
    visit.network.assets[urn] = asset
    return asset


def _slot(network: Network, asset: Asset, purpose: str, size: int = 0) -> str:
    """A new upload URL."""
    key = secrets.token_urlsafe(24)
    network.slots[key] = slot = Slot(asset, purpose, size)
    if purpose == "part":
        asset.parts.append(slot)
    return f"{network.world.origin}/www.linkedin.com/dms-uploads/sp/{purpose}/{key}?ca=vector_feedshare&v=beta"


def _readable(visit: Visit, urn: str) -> Asset | None:
    asset = visit.network.assets.get(urn)
    mine = asset and asset.owner.id in visit.token.grant.account_ids
    return asset if asset and mine and asset.kind == KINDS[visit.door.partition(".")[0]] else None


def _described(visit: Visit, asset: Asset) -> Json:
    shown: dict[str, Json] = {"id": asset.urn, "owner": urn_of(asset.owner), "status": asset.status(visit.now)}
    if shown["status"] == "AVAILABLE":
        shown["downloadUrl"] = url_of(visit.network, asset)
        shown["downloadUrlExpiresAt"] = milliseconds(visit.now + rules.UPLOAD_LIFE)
    elif shown["status"] == "PROCESSING_FAILED" and asset.kind == "video":
        shown["processingFailureReason"] = asset.failure
    return shown


def url_of(network: Network, asset: Asset) -> str:
    """Where the sandbox shows an asset's file."""
    return f"{network.world.origin}/_sandbox/media/{asset.stored.id}" if asset.stored else ""


async def _process(network: Network, asset: Asset, content: bytes) -> None:
    """Look at what has arrived; what was found shows when processing is over."""
    settings = network.world.settings
    if not settings.trust_media:
        asset.stored = await network.world.media.keep(content)
        asset.failure = ", ".join(_faults(asset.kind, asset.stored.probe, content))
    delay = settings.video_delay if asset.kind == "video" else settings.image_delay
    asset.ready_at = network.world.clock.now() + timedelta(seconds=delay)


def _faults(kind: Kind, probe: Probe | None, content: bytes) -> Iterator[str]:
    if kind == "document":
        return _document_faults(probe, content)
    return _image_faults(probe) if kind == "image" else _video_faults(probe)


def _image_faults(probe: Probe | None) -> Iterator[str]:
    if probe is None or probe.mime not in rules.IMAGE_TYPES:
        yield "not a JPG, PNG or GIF"
    elif probe.width * probe.height >= rules.IMAGE_PIXELS:
        yield f"{probe.width} x {probe.height} pixels are too many"
    elif (probe.duration_s or 0) * (probe.fps or 0) > rules.GIF_FRAMES:
        yield f"more than {rules.GIF_FRAMES} frames"


def _video_faults(probe: Probe | None) -> Iterator[str]:
    shortest, longest = rules.VIDEO_SECONDS
    if probe is None or probe.mime != "video/mp4":
        yield "not an MP4 video"
    elif not shortest <= (probe.duration_s or 0) <= longest:
        yield f"{probe.duration_s} s long; {shortest:g} to {longest:g} s are allowed"


def _document_faults(probe: Probe | None, content: bytes) -> Iterator[str]:
    """Of office documents only the first bytes are looked at."""
    if probe is not None and probe.kind == "document":
        if (probe.pages or 0) > rules.DOCUMENT_PAGES:
            yield f"{probe.pages} pages; {rules.DOCUMENT_PAGES} are allowed"
    elif not content.startswith(rules.OFFICE_MAGICS):
        yield "not a readable PDF, PPT, PPTX, DOC or DOCX"
