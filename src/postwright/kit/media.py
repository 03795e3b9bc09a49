"""What may be known of a media file: its `Probe`, its signature by the first bytes, and how reading it can fail.

Pure values and rules; nothing here decodes a file (see probe.py and convert.py). Imported by the child processes too,
so it stands on the standard library alone.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["image", "video", "document"]

HEAD_BYTES = 4096
MAX_PIXELS = 100_000_000
"""More pixels than this in one picture is a decompression bomb for us (a 100-megapixel camera is the limit)."""
MAX_ANIMATED_PIXELS = 300_000_000
"""The same for width times height times frames of an animated picture."""
MAX_PAGES = 5_000
"""A document of more pages is not leafed through by anybody; each of them is looked for."""


class MediaError(Exception):
    """The media file cannot be used."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unreadable(MediaError):
    """The file is no image, video or document that Postwright reads; the reason is a sentence for the person."""


class ProbeTimeout(MediaError):
    """Reading the file took longer than allowed."""


class CannotConvert(MediaError):
    """The file is readable, but cannot be brought into the form asked for."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What the first bytes of a file say it is."""

    kind: Kind
    mime: str


@dataclass(frozen=True, slots=True)
class Probe:
    """What was found out about a media file by decoding it.

    Width and height count pixels as displayed, after EXIF orientation or the video's rotation; of a document they are
    its first page's, in points. Codecs and pixel formats have FFmpeg's names; a document's pixel format is empty.
    `faststart` is known for MP4 and QuickTime only: the index stands before the media. `duration_s` and `fps` are set
    for videos and animated pictures; `bit_rate` is in bits per second.
    """

    kind: Kind
    mime: str
    size_bytes: int
    width: int
    height: int
    pixel_format: str
    color_space: str | None
    has_alpha: bool
    animated: bool = False
    duration_s: float | None = None
    fps: float | None = None
    video_codec: str | None = None
    audio_codec: str | None = None
    audio_hz: int | None = None
    audio_channels: int | None = None
    bit_rate: int | None = None
    faststart: bool | None = None
    pages: int | None = None


_MAGICS: tuple[tuple[bytes, Signature], ...] = (
    (b"\xff\xd8\xff", Signature("image", "image/jpeg")),
    (b"\x89PNG\r\n\x1a\n", Signature("image", "image/png")),
    (b"GIF87a", Signature("image", "image/gif")),
    (b"GIF89a", Signature("image", "image/gif")),
    (b"%PDF-", Signature("document", "application/pdf")),
)
_REFUSED: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "This is a ZIP archive, not an image, a video or a PDF document."),
    (b"<", "This is a text or SVG file; upload a JPEG, PNG or WebP instead."),
)
_EBML = b"\x1a\x45\xdf\xa3"
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_QUICKTIME_BOXES = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})


def sniff(head: bytes) -> Signature:
    """Say what a file is from its first `HEAD_BYTES` bytes, never from its name. Raises Unreadable."""
    if not head:
        raise Unreadable("The file is empty.")
    for magic, signature in _MAGICS:
        if head.startswith(magic):
            return signature
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Signature("image", "image/webp")
    if head[4:8] == b"ftyp":
        return _sniff_brands(head)
    if head[4:8] in _QUICKTIME_BOXES:
        return Signature("video", "video/quicktime")
    if head[:4] == _EBML:
        return Signature("video", "video/webm" if b"webm" in head[:64] else "video/x-matroska")
    raise Unreadable(_refusal(head))


def _refusal(head: bytes) -> str:
    for magic, reason in _REFUSED:
        if head.lstrip().startswith(magic):
            return reason
    return "The content is neither an image nor a video nor a PDF document that can be read here."


def _sniff_brands(head: bytes) -> Signature:
    """Tell the members of the ISO base media family apart by major and compatible brands (ISO/IEC 14496-12 §4.3)."""
    end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, end, 4))}
    if brands & _HEIC_BRANDS:
        raise Unreadable("HEIC pictures cannot be read here; export the picture as JPEG.")
    if brands & _AVIF_BRANDS:
        return Signature("image", "image/avif")
    major = head[8:12]
    if major == b"qt  ":
        return Signature("video", "video/quicktime")
    return Signature("video", "video/3gpp" if major.startswith(b"3g") else "video/mp4")
