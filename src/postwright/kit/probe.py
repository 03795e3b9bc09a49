"""Find out what a media file really is, by decoding it in a process of its own; names and claimed types do not count.

The decoding is in image_child.py (libvips), video_child.py (FFmpeg) and document_child.py (PDFium); what platforms
accept is not decided here.
"""

from datetime import timedelta
from pathlib import Path

from postwright.kit.child import run_child, signature_of
from postwright.kit.media import Probe, ProbeTimeout, Unreadable

__all__ = ["Probe", "ProbeTimeout", "Unreadable", "probe"]

_TIMEOUT = timedelta(seconds=20)


async def probe(path: Path, *, timeout: timedelta = _TIMEOUT) -> Probe:  # noqa: ASYNC109 - the caller names the patience, the child is killed by it
    """Decode the file (all of an image, the first frames of a video, the pages of a document) and say what it is.

    Raises Unreadable with a sentence for the person, ProbeTimeout, or OSError if the file cannot be opened.
    """
    signature = await signature_of(path)
    found = await run_child(f"{signature.kind}_child", ["probe", str(path), signature.mime], limit=timeout)
    if found is None:
        raise RuntimeError("media child replied without a probe")
    return found
