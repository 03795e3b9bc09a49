"""Child process that reads still and animated pictures with libvips: everything untyped about pyvips is here.

Run by child.py, never imported by the server. Only the loaders in `_LOADERS` are ever called, by name, after our own
look at the first bytes; libvips itself never guesses.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pyvips

from postwright.kit.child_main import serve
from postwright.kit.media import MAX_ANIMATED_PIXELS, MAX_PIXELS, Probe, Unreadable

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


def _work(job: Sequence[str]) -> Probe | None:
    match job:
        case ["probe", path, mime]:
            return probe(str(Path(path).absolute()), mime)
        case _:
            raise ValueError(f"unknown job {job[:1]}")


if __name__ == "__main__":
    serve(_work)
