"""Writes PDF documents (ISO 32000-1) whose pages are one JPEG each, with nothing in them but that."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

A4: Final = (595, 842)
"""Points."""
_MARGIN: Final = 48
_FIRST: Final = 3
"""The number of the first page's object, after the catalogue and the list of pages; each page takes three."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page: an RGB picture as JPEG, and its size in pixels."""

    jpeg: bytes
    width: int
    height: int


def document(pages: Sequence[Page]) -> bytes:
    """A4 pages in order, each with its picture within the margins."""
    numbers = [_FIRST + 3 * place for place in range(len(pages))]
    kids = " ".join(f"{number} 0 R" for number in numbers)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
    ]
    for number, page in zip(numbers, pages, strict=True):
        objects += _page(number, page)
    return _file(objects)


def _page(number: int, page: Page) -> list[bytes]:
    """The page's object, its content (draw the picture), its picture."""
    width, height = A4
    scale = min((width - 2 * _MARGIN) / page.width, (height - 2 * _MARGIN) / page.height)
    across, up = page.width * scale, page.height * scale
    left, below = (width - across) / 2, (height - up) / 2
    drawing = f"q {across:.2f} 0 0 {up:.2f} {left:.2f} {below:.2f} cm /Picture Do Q".encode()
    own = (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents {number + 1} 0 R "
        f"/Resources << /XObject << /Picture {number + 2} 0 R >> >> >>"
    )
    picture = (
        f"/Type /XObject /Subtype /Image /Width {page.width} /Height {page.height} "
        "/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode"
    )
    return [own.encode(), _stream(drawing, ""), _stream(page.jpeg, picture)]


def _stream(content: bytes, entries: str) -> bytes:
    return f"<< /Length {len(content)} {entries} >>\nstream\n".encode() + content + b"\nendstream"


def _file(objects: Sequence[bytes]) -> bytes:
    """The objects with the table that says where each begins."""
    written, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start, size = len(written), len(objects) + 1
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    written += f"xref\n0 {size}\n0000000000 65535 f \n{table}".encode()
    written += f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(written)
