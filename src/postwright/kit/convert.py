"""Bring pictures into the form that a platform wants, and make the small pictures of the dashboard.

The work is done in processes of their own, by image_child.py, video_child.py and document_child.py; which form a
platform wants is not known here.
"""

import tempfile
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Final, Literal

from postwright.kit.child import run_child, signature_of
from postwright.kit.media import CannotConvert, Probe, ProbeTimeout, Unreadable

__all__ = ["CannotConvert", "Probe", "ProbeTimeout", "Unreadable", "thumbnail", "to_jpeg"]

_LIMIT: Final = timedelta(seconds=60)
_NO_LIMIT: Final = 10_000_000
"""Pixels: the longest side that libvips knows."""


async def to_jpeg(
    source: Path,
    target: Path,
    *,
    max_width: int,
    max_height: int = _NO_LIMIT,
    max_bytes: int,
    background: Literal["white", "black"] = "white",
) -> Probe:
    """Write a still picture as an upright baseline sRGB JPEG without metadata, and say what came of it.

    It is at most `max_width` wide, `max_height` high and `max_bytes` large: quality is lowered in steps as far as is
    bearable. Transparent parts show the background. Raises Unreadable, CannotConvert (no picture, an animation, or
    still too large at the lowest quality), ProbeTimeout; then `target` is gone.
    """
    signature = await signature_of(source)
    if signature.kind != "image":
        raise CannotConvert(f"A {signature.kind} cannot be made into a picture.")
    with ExitStack() as undo:
        undo.callback(target.unlink, missing_ok=True)
        size = [str(max_width), str(max_height)]
        job = ["jpeg", str(source), signature.mime, str(target), *size, str(max_bytes), background]
        made = await run_child("image_child", job, limit=_LIMIT)
        undo.pop_all()
    if made is None:
        raise RuntimeError("media child replied without a probe")
    return made


async def thumbnail(source: Path, target: Path, *, size: int) -> None:
    """Write a WebP that fits into a square of `size` pixels: of a picture, a first frame, a first page.

    Raises Unreadable, CannotConvert, ProbeTimeout; then `target` is gone.
    """
    signature = await signature_of(source)
    with ExitStack() as undo:
        undo.callback(target.unlink, missing_ok=True)
        if signature.kind == "image":
            await _thumbnail(source, signature.mime, target, size)
        else:
            with tempfile.TemporaryDirectory(prefix="postwright-") as folder:
                first = Path(folder, "first.png")
                job = ["first", str(source), signature.mime, str(first)]
                await run_child(f"{signature.kind}_child", job, limit=_LIMIT)
                await _thumbnail(first, "image/png", target, size)
        undo.pop_all()


async def _thumbnail(picture: Path, mime: str, target: Path, size: int) -> None:
    await run_child("image_child", ["thumbnail", str(picture), mime, str(target), str(size)], limit=_LIMIT)
