"""Child process that reads PDF documents with PDFium: their pages, and a picture of the first.

Run by child.py, never imported by the server. Forms and scripts in a document are never started.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pypdfium2
import pyvips
from pypdfium2.raw import FPDF_ERR_PASSWORD, FPDFBitmap_BGRx

from postwright.kit.child_main import serve
from postwright.kit.media import MAX_PAGES, Probe, Unreadable

_TAIL_BYTES: Final = 1024
"""The marker of a PDF's end stands somewhere in these last bytes (ISO 32000-1, annex I, implementation note 18)."""
_DRAWN_PIXELS: Final = 1280
"""The longer side of the drawn first page: twice what it is then shown at."""


def probe(path: str, mime: str) -> Probe:
    """Look for every page of a document. Raises Unreadable."""
    with _opened(path) as document:
        width, height = _sizes(document)[0]
        return Probe(
            kind="document",
            mime=mime,
            size_bytes=Path(path).stat().st_size,
            width=max(1, round(width)),
            height=max(1, round(height)),
            pixel_format="",
            color_space=None,
            has_alpha=False,
            pages=len(document),
        )


def write_first_page(path: str, target: str) -> None:
    """Draw the first page on white, as a PNG. Raises Unreadable."""
    with _opened(path) as document:
        scale = _DRAWN_PIXELS / max(*_sizes(document)[0], 1)
        drawn = document[0].render(scale=scale, force_bitmap_format=FPDFBitmap_BGRx, rev_byteorder=True)
        rows = pyvips.Image.new_from_memory(drawn.buffer, drawn.stride // 4, drawn.height, 4, "uchar")
        page = rows.crop(0, 0, drawn.width, drawn.height).extract_band(0, n=3).copy(interpretation="srgb")
        page.pngsave(target, compression=1)


@contextmanager
def _opened(path: str) -> Iterator[pypdfium2.PdfDocument]:
    """A document whose end is there and that asks for no password. Raises Unreadable for any fault of PDFium's."""
    if b"%%EOF" not in _tail(Path(path)):
        raise Unreadable("The document is cut short: its end is missing.")
    try:
        with pypdfium2.PdfDocument(path) as document:
            yield document
    except pypdfium2.PdfiumError as fault:
        if fault.err_code == FPDF_ERR_PASSWORD:
            raise Unreadable("The document is protected by a password; save it without one.") from fault
        raise Unreadable("The document is damaged, or it has no pages.") from fault


def _tail(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        return file.read()


def _sizes(document: pypdfium2.PdfDocument) -> list[tuple[float, float]]:
    """Width and height of every page, in points. Raises Unreadable, PdfiumError."""
    count = len(document)
    if not 0 < count <= MAX_PAGES:
        raise Unreadable(f"The document has {count} pages; 1 to {MAX_PAGES} can be read here.")
    return [document.get_page_size(number) for number in range(count)]


def _work(job: Sequence[str]) -> Probe | None:
    match job:
        case ["probe", path, mime]:
            return probe(path, mime)
        case ["first", path, _, target]:
            write_first_page(path, target)
            return None
        case _:
            raise ValueError(f"unknown job {job[:1]}")


if __name__ == "__main__":
    serve(_work)
