"""Child process that reads and converts pictures with libvips: everything untyped about pyvips is here.

Run by child.py, never imported by the server. Only the loaders in `_LOADERS` are ever called, by name, after our own
look at the first bytes; libvips itself never guesses.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pyvips

from postwright.kit.child_main import serve
from postwright.kit.media import MAX_ANIMATED_PIXELS, MAX_PIXELS, CannotConvert, Probe, Unreadable

_LOADERS: Final = {
    "image/jpeg": "jpegload",
    "image/png": "pngload",
    "image/gif": "gifload",
    "image/webp": "webpload",
    "image/avif": "heifload",
}
_ANIMATED: Final = frozenset({"image/gif", "image/webp"})
_SWAPS_SIDES: Final = 5
"""EXIF orientations from 5 on show the picture turned by a quarter (EXIF 2.32 §4.6.4, tag 0x0112)."""
_PIXEL_FORMATS: Final = {1: "gray", 2: "ya8", 3: "rgb24", 4: "rgba"}
_PIXEL_FORMATS_16: Final = {1: "gray16", 2: "ya16", 3: "rgb48", 4: "rgba64"}

_BACKGROUNDS: Final = {"white": [255.0, 255.0, 255.0], "black": [0.0, 0.0, 0.0]}
_QUALITIES: Final = (90, 85, 80, 75, 70, 60, 50, 40)
_THUMBNAIL_QUALITY: Final = 80
_KEEP_NOTHING: Final = 0
"""VIPS_FOREIGN_KEEP_NONE: no EXIF, no XMP, no colour profile; without one, sRGB is meant."""


def load(path: str, mime: str, *, pages: int = 1) -> pyvips.Image:
    """Open a picture for reading from top to bottom; pixels come later and may still fail. Raises Unreadable."""
    options: dict[str, object] = {"access": "sequential", "fail_on": "error"}
    if mime in _ANIMATED:
        options["n"] = pages
    try:
        image: pyvips.Image = pyvips.Operation.call(_LOADERS[mime], path, **options)
    except pyvips.Error as fault:
        raise broken(fault) from fault
    return image


def broken(fault: pyvips.Error) -> Unreadable:
    """The sentence for a picture that libvips cannot decode, with libvips's own last words."""
    lines = [line.strip() for line in str(fault.detail).splitlines() if line.strip()]
    return Unreadable(f"The picture is damaged or cut short ({lines[-1] if lines else 'no detail'}).")


def probe(path: str, mime: str) -> Probe:
    """Decode every pixel of every frame, so that a truncated file is found. Raises Unreadable."""
    first = load(path, mime)
    pages = int(number(first, "n-pages", 1)) if mime in _ANIMATED else 1
    check_size(first.width, first.height, pages)
    decode_all(first if pages == 1 else load(path, mime, pages=-1))
    turned = number(first, "orientation", 1) >= _SWAPS_SIDES
    duration_s = _duration_s(first) if pages > 1 else None
    return Probe(
        kind="image",
        mime=mime,
        size_bytes=Path(path).stat().st_size,
        width=first.height if turned else first.width,
        height=first.width if turned else first.height,
        pixel_format=_pixel_format(first),
        color_space=str(first.interpretation),
        has_alpha=bool(first.hasalpha()),
        animated=pages > 1,
        duration_s=duration_s,
        fps=pages / duration_s if duration_s else None,
    )


def check_size(width: int, height: int, pages: int) -> None:
    """Refuse a decompression bomb from its header, before a pixel is decoded."""
    if width * height > MAX_PIXELS or width * height * pages > MAX_ANIMATED_PIXELS:
        frames = f" in {pages} frames" if pages > 1 else ""
        raise Unreadable(f"The picture is too large to read: {width} by {height} pixels{frames}.")


def decode_all(image: pyvips.Image) -> None:
    """Decode every pixel and throw it away."""
    try:
        image.avg()
    except pyvips.Error as fault:
        raise broken(fault) from fault


def number(image: pyvips.Image, field: str, default: float) -> float:
    """A numeric metadata field of the picture, or the default where it is absent or not a number."""
    value = image.get(field) if image.get_typeof(field) else default
    return float(value) if isinstance(value, int | float) else default


def _duration_s(image: pyvips.Image) -> float | None:
    delays_ms = image.get("delay") if image.get_typeof("delay") else None
    if not isinstance(delays_ms, list):
        return None
    return sum(delay for delay in delays_ms if isinstance(delay, int)) / 1000 or None


def _pixel_format(image: pyvips.Image) -> str:
    if image.interpretation == "cmyk":
        return "cmyk"
    names = _PIXEL_FORMATS if image.format == "uchar" else _PIXEL_FORMATS_16
    return names.get(image.bands, f"{image.bands}x{image.format}")


def write_jpeg(source: str, mime: str, target: str, *, size: tuple[int, int], max_bytes: int, background: str) -> Probe:
    """Write the picture as a baseline sRGB JPEG within the limits and probe it. Raises Unreadable, CannotConvert."""
    first = _checked(source, mime)
    if mime in _ANIMATED and number(first, "n-pages", 1) > 1:
        raise CannotConvert("An animated picture would lose its movement as JPEG.")
    try:
        picture = _upright_srgb(first, *size)
        if picture.hasalpha():
            picture = picture.flatten(background=_BACKGROUNDS[background])
        Path(target).write_bytes(_within(picture.copy_memory(), max_bytes))
    except pyvips.Error as fault:
        raise broken(fault) from fault
    return probe(target, "image/jpeg")


def write_thumbnail(source: str, mime: str, target: str, *, size: int) -> None:
    """Write the picture (the first frame of an animation) as a WebP that fits into a square. Raises Unreadable."""
    try:
        picture = _upright_srgb(_checked(source, mime), size, size)
        Path(target).write_bytes(picture.webpsave_buffer(Q=_THUMBNAIL_QUALITY, keep=_KEEP_NOTHING))
    except pyvips.Error as fault:
        raise broken(fault) from fault


def _checked(source: str, mime: str) -> pyvips.Image:
    first = load(source, mime)
    check_size(first.width, first.height, 1)
    return first


def _upright_srgb(picture: pyvips.Image, width: int, height: int) -> pyvips.Image:
    """Turned by its EXIF orientation, shrunk into width by height if larger, 8-bit sRGB with its profile applied."""
    fitted = picture.thumbnail_image(width, height=height, size="down", output_profile="srgb")
    return fitted.colourspace("srgb").cast("uchar")


def _within(picture: pyvips.Image, max_bytes: int) -> bytes:
    for quality in _QUALITIES:
        packed: bytes = picture.jpegsave_buffer(Q=quality, optimize_coding=True, keep=_KEEP_NOTHING)
        if len(packed) <= max_bytes:
            return packed
    raise CannotConvert(f"The picture is larger than {max_bytes:,} bytes as JPEG even at the lowest quality.")


def _work(job: Sequence[str]) -> Probe | None:
    match job:
        case ["probe", path, mime]:
            return probe(path, mime)
        case ["jpeg", source, mime, target, max_width, max_height, max_bytes, background]:
            size = int(max_width), int(max_height)
            return write_jpeg(source, mime, target, size=size, max_bytes=int(max_bytes), background=background)
        case ["thumbnail", source, mime, target, size]:
            write_thumbnail(source, mime, target, size=int(size))
            return None
        case _:
            raise ValueError(f"unknown job {job[:1]}")


if __name__ == "__main__":
    serve(_work)
