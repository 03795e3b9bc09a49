"""What the probe says of PDF documents, and the picture of their first page."""

import zlib
from pathlib import Path

import pytest
import pyvips

from postwright.kit.convert import CannotConvert, thumbnail, to_jpeg
from postwright.kit.media import MAX_PAGES, MediaError
from postwright.kit.probe import Unreadable, probe
from postwright.sandbox.samples import sample
from tests.support import media_files
from tests.support.media_files import LOCKED, document, pdf, stream


@pytest.mark.parametrize(("width", "height", "size"), [(595.28, 841.89, (595, 842)), (0.2, 300, (1, 300))])
async def test_a_document_has_pages_and_the_size_of_the_first(
    tmp_path: Path, width: float, height: float, size: tuple[int, int]
) -> None:
    made = document(tmp_path / "made.pdf", pages=7, width=width, height=height)
    found = await probe(made.rename(tmp_path / "photo.jpg"))

    assert (found.kind, found.mime, found.pages) == ("document", "application/pdf", 7)
    assert (found.width, found.height) == size
    assert found.size_bytes == (tmp_path / "photo.jpg").stat().st_size
    assert (found.duration_s, found.animated) == (None, False)


async def test_a_picture_has_no_pages(tmp_path: Path) -> None:
    assert (await probe(media_files.picture(tmp_path / "photo.jpg"))).pages is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"%PDF-1.7\n1 0 obj", "cut short"),
        (b"%PDF-1.7\n" + b"junk" * 500 + b"\n%%EOF", "damaged"),
        (pdf([b"<< /Type /Catalog >>"]), "damaged"),
        (pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [9 0 R] /Count 1 >>"]), "damaged"),
        (pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 5 >>"]), "damaged"),
    ],
)
async def test_a_broken_document_is_refused_with_a_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "broken.pdf"
    path.write_bytes(content)

    with pytest.raises(Unreadable, match=reason):
        await probe(path)


async def test_a_document_cut_short_is_refused(tmp_path: Path) -> None:
    made = document(tmp_path / "made.pdf")
    whole = made.read_bytes()
    made.write_bytes(whole[: len(whole) * 2 // 3])

    with pytest.raises(Unreadable, match="cut short"):
        await probe(made)


async def test_a_document_that_asks_for_a_password_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="password"):
        await probe(document(tmp_path / "secret.pdf", extra=LOCKED))


async def test_a_document_without_pages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="no pages"):
        await probe(document(tmp_path / "empty.pdf", pages=0))


async def test_a_document_that_nobody_leafs_through_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=f"has {MAX_PAGES + 1} pages"):
        await probe(document(tmp_path / "endless.pdf", pages=MAX_PAGES + 1))


async def test_a_page_that_unpacks_without_end_hurts_only_the_process_that_draws_it(tmp_path: Path) -> None:
    packer = zlib.compressobj()
    first, again = (packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    packed = zlib.compress(first + again * 3000)  # three gigabytes of nothing
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 3 0 R >>"
    made = tmp_path / "bomb.pdf"
    made.write_bytes(
        pdf(
            [
                b"<< /Type /Catalog /Pages 2 0 R >>",
                b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
                stream(packed, b"/Filter [/FlateDecode /FlateDecode]"),
                page,
            ]
        )
    )

    assert (await probe(made)).pages == 1
    with pytest.raises(MediaError):
        await thumbnail(made, tmp_path / "small.webp", size=100)
    assert made.stat().st_size < 50_000


async def test_a_thumbnail_of_a_document_is_its_first_page(tmp_path: Path) -> None:
    target = tmp_path / "small.webp"
    await thumbnail(document(tmp_path / "made.pdf", width=300, height=600), target, size=100)
    page = pyvips.Image.new_from_file(str(target))

    assert (page.width, page.height) == (50, 100)
    assert [round(value / 255) for value in page(25, 10)[:3]] == [1, 1, 1]
    assert [round(value / 255) for value in page(25, 90)[:3]] == [1, 0, 0]


async def test_a_document_is_not_made_into_a_picture(tmp_path: Path) -> None:
    with pytest.raises(CannotConvert, match="document"):
        await to_jpeg(document(tmp_path / "made.pdf"), tmp_path / "made.jpg", max_width=100, max_bytes=1_000_000)


async def test_the_sandboxs_sample_is_a_good_document(tmp_path: Path) -> None:
    path = tmp_path / "document.pdf"
    path.write_bytes(sample("document.pdf"))
    found = await probe(path)

    assert (found.pages, found.width, found.height) == (3, 595, 842)


async def test_the_sandboxs_animation_moves(tmp_path: Path) -> None:
    path = tmp_path / "animation.gif"
    path.write_bytes(sample("animation.gif"))
    found = await probe(path)

    assert (found.mime, found.animated, found.width, found.height) == ("image/gif", True, 480, 480)
    assert found.duration_s == pytest.approx(1.44)
    assert found.size_bytes < 1_000_000
