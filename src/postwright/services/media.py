"""Media: taking files in, giving them out by signed links, and making of a picture what a platform wants.

A file is what its content says, never its name. How it is measured and converted is in kit/probe.py and kit/convert.py.
"""

import asyncio
import hashlib
import math
import re
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final, Literal
from urllib.parse import unquote, urlsplit
from uuid import UUID

from postwright.domain.capability import ImageRule
from postwright.domain.errors import Conflict, Invalid, NotFound, Unready
from postwright.domain.media import Media, MediaFacts
from postwright.kit.blobs import BlobMissing, BlobsUnavailable
from postwright.kit.convert import thumbnail, to_jpeg
from postwright.kit.fetch import FetchRefused, FetchRules, fetch
from postwright.kit.ids import new_id
from postwright.kit.logging import logger
from postwright.kit.media import CannotConvert, MediaError, Probe, ProbeTimeout, Unreadable
from postwright.kit.pages import BadCursor, Cursor, Page
from postwright.kit.probe import probe
from postwright.kit.signing import hmac_sha256_hex, matches
from postwright.kit.text import shorten
from postwright.services.app import App
from postwright.storage import media as storage
from postwright.storage.db import Tx
from postwright.storage.media import Stored

LONGEST_ALT_TEXT: Final = 2000
LARGEST_WITHOUT_RULES: Final = 1024**3
LINK_LIFETIME: Final = timedelta(days=1)
"""Of links to a bucket. Our own links last as long as the file: a platform may fetch late."""
_THUMB_PIXELS: Final = 640
_THUMB_MIME: Final = "image/webp"
_LONGEST_NAME: Final = 200
_LONGEST_STEM: Final = 80
_SIGNATURE_DIGITS: Final = 40
_NAMED_POSTS: Final = 3
_CONVERTED: Final = "image/jpeg"
_EXTENSIONS: Final[Mapping[str, str]] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/avif": "avif",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/3gpp": "3gp",
    "video/webm": "webm",
    "video/x-matroska": "mkv",
    "application/pdf": "pdf",
}

Variant = Literal["file", "thumb"]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came in, not looked at yet; `name` is what its sender called it."""

    path: Path
    name: str
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Shared:
    """What a signed link leads to."""

    key: str
    mime: str
    size_bytes: int
    etag: str


@dataclass(frozen=True, slots=True)
class _Recipe:
    """How a JPEG is to be made; the same recipe is cooked once for each picture."""

    max_width: int
    max_height: int
    max_bytes: int

    @property
    def name(self) -> str:
        return f"{_CONVERTED} within {self.max_width}x{self.max_height} bytes {self.max_bytes}"


def largest(app: App) -> int:
    """The bytes of the largest file that any platform takes."""
    rules = [
        rule.max_bytes
        for adapter in app.platforms.values()
        for kind in adapter.spec.capability.kinds
        for rule in (kind.image, kind.video, kind.document)
        if rule is not None
    ]
    return max(rules, default=LARGEST_WITHOUT_RULES)


async def add_file(
    app: App, workspace_id: UUID, upload: Upload, *, alt_text: str | None = None, field: str = "file"
) -> Stored:
    """Keep a file that can be read, with a small picture of it; on any failure nothing stays.

    Opens its own transaction. Raises Invalid (`unreadable_media`) on `field`, Unready.
    """
    facts = await _measure(upload.path, field)
    media_id = new_id()
    key = f"{workspace_id}/{media_id}/{safe_name(upload.name, facts.mime)}"
    media = Media(media_id, key, _shown_name(upload.name), facts)
    async with AsyncExitStack() as undo:
        await _put(app, undo, key, upload.path, facts.mime)
        thumb_key = await _put_thumbnail(app, undo, upload.path, f"{workspace_id}/{media_id}.thumb.webp")
        stored = Stored(media, workspace_id, upload.sha256, alt_text or None, thumb_key, app.clock.now())
        async with app.db.tx() as tx:
            await storage.add(tx, stored)
        undo.pop_all()
    return stored


async def add_url(app: App, workspace_id: UUID, url: str, *, alt_text: str | None = None, field: str = "url") -> Stored:
    """Fetch a file from an address that a person gave, and keep it; opens its own transaction.

    Raises Invalid on `field`: the code of FetchRefused (`private_address`, …) or `unreadable_media`.
    """
    rules = FetchRules(max_bytes=largest(app), allowed_origins=_allowed_origins(app))
    with tempfile.TemporaryDirectory(prefix="postwright-") as folder:
        path = Path(folder) / "fetched"
        try:
            fetched = await fetch(url, path, rules=rules)
        except FetchRefused as refused:
            raise Invalid.of(field, refused.code, refused.reason) from refused
        name = unquote(urlsplit(fetched.final_url).path.rpartition("/")[2])
        upload = Upload(path, name, await asyncio.to_thread(sha256_of, path))
        return await add_file(app, workspace_id, upload, alt_text=alt_text, field=field)


async def get(tx: Tx, workspace_id: UUID, media_id: UUID) -> Stored:
    """A file of the workspace. Raises NotFound."""
    found = await storage.find(tx, workspace_id, media_id)
    if found is None:
        raise NotFound("There is no media by that id.")
    return found


async def page(tx: Tx, workspace_id: UUID, *, limit: int, cursor: str | None) -> Page[Stored]:
    """The workspace's files, the newest first. Raises Invalid for a cursor of another list."""
    try:
        after = Cursor.decode(cursor) if cursor is not None else None
    except BadCursor as unreadable:
        raise Invalid.of("cursor", "bad_cursor", "This cursor was not given by this list.") from unreadable
    return await storage.page(tx, workspace_id, limit=limit, after=after)


async def remove(app: App, workspace_id: UUID, media_id: UUID) -> None:
    """Delete a file for good, with all that was made of it. Raises NotFound, Conflict (`media_in_use`)."""
    async with app.db.tx() as tx:
        if await storage.find(tx, workspace_id, media_id, lock=True) is None:
            raise NotFound("There is no media by that id.")
        if uses := await storage.uses(tx, media_id):
            named = ", ".join(f"“{shorten(use.caption, 30)}” ({use.post_id})" for use in uses[:_NAMED_POSTS])
            more = f" and {len(uses) - _NAMED_POSTS} more" if len(uses) > _NAMED_POSTS else ""
            raise Conflict(f"It is part of posts that are not out yet: {named}{more}.", code="media_in_use")
        keys = await storage.delete(tx, media_id)
    for key in keys:
        await _discard(app, key)


async def fit(app: App, media: Media, rule: ImageRule, *, field: str = "media") -> Media:
    """A picture as this rule wants it: itself, or the JPEG that was made of it, now or earlier.

    Opens its own transactions. Raises Invalid (`media_unconvertible`) on `field`.
    """
    if rule.convert_to is None or _fits(media.facts, rule):
        return media
    recipe = _Recipe(*_reduced(media.facts, rule), rule.max_bytes)
    async with app.db.tx() as tx:
        made = await storage.rendition(tx, media.id, recipe.name)
    return made or await _render(app, media, recipe, field)


async def attachment_url(app: App, media: Media) -> str:
    """An address from which a platform can fetch the file."""
    return await app.blobs.signed_url(media.key, LINK_LIFETIME) or link(app, media)


def link(app: App, media: Media, variant: Variant = "file") -> str:
    """Our own address of a file or of its small picture; whoever has it may read."""
    name = "thumb.webp" if variant == "thumb" else media.key.rpartition("/")[2]
    return f"{app.settings.public_url}/media/{media.id}/{_signature(app, media.id, variant, name)}/{name}"


async def shared(app: App, media_id: UUID, signature: str, name: str) -> Shared:
    """What a link leads to; opens its own transaction. Raises NotFound."""
    variants: tuple[Variant, ...] = ("file", "thumb")
    valid = [v for v in variants if matches(signature, _signature(app, media_id, v, name))]
    if not valid:
        raise NotFound
    async with app.db.tx() as tx:
        found = await storage.find_shared(tx, media_id)
    if found is None:
        raise NotFound
    etag = found.sha256.hex()
    if valid == ["file"]:
        return Shared(found.media.key, found.media.facts.mime, found.media.facts.size_bytes, etag)
    if found.thumb_key is None:
        raise NotFound
    try:
        return Shared(found.thumb_key, _THUMB_MIME, await app.blobs.size(found.thumb_key), f"{etag}-thumb")
    except BlobMissing as missing:
        raise NotFound from missing


async def read(app: App, file: Shared, start: int, end: int) -> AsyncIterator[bytes]:
    """The bytes of a shared file from `start` to before `end`. Raises NotFound, Unready before the first of them."""
    try:
        return await app.blobs.open(file.key, start, end)
    except BlobMissing as missing:
        raise NotFound from missing
    except BlobsUnavailable as lost:
        raise Unready("The media store cannot be reached right now.", code="media_store_unreachable") from lost


def safe_name(name: str, mime: str) -> str:
    """A name for keys and addresses: plain letters, with the extension that belongs to the content."""
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", _shown_name(name).rpartition(".")[0] or _shown_name(name))
    return f"{stem[:_LONGEST_STEM].strip('-') or 'file'}.{_EXTENSIONS.get(mime, 'bin')}"


def sha256_of(path: Path) -> bytes:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _shown_name(name: str) -> str:
    last = re.split(r"[/\\]", name)[-1]
    return "".join(c for c in last if c.isprintable()).strip()[:_LONGEST_NAME] or "file"


def _signature(app: App, media_id: UUID, variant: Variant, name: str) -> str:
    key = app.key_for("media link")
    return hmac_sha256_hex(key, f"{media_id}/{variant}/{name}".encode(errors="replace"))[:_SIGNATURE_DIGITS]


def _allowed_origins(app: App) -> frozenset[str]:
    origins = {app.settings.sandbox_url} if app.settings.sandbox_url else set()
    for entry in app.settings.media_fetch_allow:
        origins |= {entry} if "://" in entry else {f"http://{entry}", f"https://{entry}"}
    return frozenset(origins)


async def _measure(path: Path, field: str) -> MediaFacts:
    try:
        return _facts(await probe(path))
    except (Unreadable, ProbeTimeout) as refused:
        raise Invalid.of(field, "unreadable_media", refused.reason) from refused


def _facts(found: Probe) -> MediaFacts:
    return MediaFacts(
        kind=found.kind,
        mime=found.mime,
        size_bytes=found.size_bytes,
        width=found.width,
        height=found.height,
        duration_s=found.duration_s,
        fps=found.fps,
        video_codec=found.video_codec,
        audio_codec=found.audio_codec,
        audio_hz=found.audio_hz,
        bit_rate=found.bit_rate,
        faststart=found.faststart,
        pages=found.pages,
    )


async def _put(app: App, undo: AsyncExitStack, key: str, path: Path, mime: str) -> None:
    undo.push_async_callback(_discard, app, key)
    try:
        await app.blobs.put_file(key, path, content_type=mime)
    except BlobsUnavailable as lost:
        raise Unready("The media store cannot be reached right now.", code="media_store_unreachable") from lost


async def _put_thumbnail(app: App, undo: AsyncExitStack, path: Path, key: str) -> str | None:
    with tempfile.TemporaryDirectory(prefix="postwright-") as folder:
        small = Path(folder) / "thumb.webp"
        try:
            await thumbnail(path, small, size=_THUMB_PIXELS)
        except MediaError as refused:  # the file is good, only a small picture of it is not to be had
            logger().warning("no_thumbnail", key=key, reason=refused.reason)
            return None
        await _put(app, undo, key, small, _THUMB_MIME)
    return key


async def _discard(app: App, key: str) -> None:
    try:
        await app.blobs.delete(key)
    except BlobsUnavailable as lost:
        logger().warning("blob_left_behind", key=key, reason=str(lost))


def _fits(facts: MediaFacts, rule: ImageRule) -> bool:
    return (
        facts.mime in rule.mimes
        and facts.size_bytes <= rule.max_bytes
        and (facts.width, facts.height) == _reduced(facts, rule)
    )


def _reduced(facts: MediaFacts, rule: ImageRule) -> tuple[int, int]:
    """The box that a picture of this size must go into: its own size where that keeps the rule."""
    width = min(rule.max_width or facts.width, facts.width)
    height = min(rule.max_height or facts.height, facts.height)
    if rule.max_pixels is None or facts.width * facts.height <= rule.max_pixels:
        return width, height
    scale = math.sqrt(rule.max_pixels / (facts.width * facts.height))
    return max(1, min(width, int(facts.width * scale))), max(1, min(height, int(facts.height * scale)))


async def _render(app: App, media: Media, recipe: _Recipe, field: str) -> Media:
    made_id = new_id()
    key = f"{media.key.partition('/')[0]}/{made_id}/{safe_name(media.name, _CONVERTED)}"
    async with AsyncExitStack() as undo:
        path = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="postwright-"))) / "made.jpg"
        try:
            source = await undo.enter_async_context(app.blobs.as_local_file(media.key))
            made_facts = await to_jpeg(
                source, path, max_width=recipe.max_width, max_height=recipe.max_height, max_bytes=recipe.max_bytes
            )
            facts = _facts(made_facts)
        except (Unreadable, CannotConvert, ProbeTimeout) as refused:
            raise Invalid.of(field, "media_unconvertible", refused.reason) from refused
        made = Media(made_id, key, media.name, facts)
        async with AsyncExitStack() as unput:
            await _put(app, unput, key, path, facts.mime)
            digest = await asyncio.to_thread(sha256_of, path)
            async with app.db.tx() as tx:
                added = await storage.add_rendition(
                    tx, made, original_id=media.id, recipe=recipe.name, sha256=digest, now=app.clock.now()
                )
                first = made if added else await storage.rendition(tx, media.id, recipe.name)
            if added:
                unput.pop_all()
    if first is None:
        raise NotFound("The media was deleted meanwhile.")
    return first
