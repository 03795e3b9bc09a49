"""Bytes on their way to a platform: exactly the part that was asked for, and forms that say how long they are."""

from collections.abc import AsyncIterator

import pytest
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartParser

from postwright.platforms.upload import FilePart, Span, multipart, part, whole
from tests.support.publishing import BytesInMemory, video

CLIP = video(size=5_000).media
FILES = BytesInMemory({CLIP.id: bytes(number % 251 for number in range(5_000))}, chunk=999)


async def all_of(chunks: AsyncIterator[bytes]) -> bytes:
    return b"".join([chunk async for chunk in chunks])


@pytest.mark.parametrize("span", [whole(CLIP), Span(0, 1, 5_000), Span(998, 1_000, 5_000), Span(4_000, 5_000, 5_000)])
async def test_a_part_is_exactly_the_bytes_of_its_span(span: Span) -> None:
    content = FILES.content[CLIP.id]
    assert await all_of(part(FILES, CLIP, span)) == content[span.start : span.end]
    assert span.size == span.end - span.start


def test_a_span_says_where_it_stands() -> None:
    assert Span(10, 20, 50).content_range == "bytes 10-19/50"


async def test_a_form_holds_its_fields_then_its_file_and_knows_its_length() -> None:
    file = FilePart("file", 'a "b" ü.mp4', "video/mp4", 5_000, part(FILES, CLIP, whole(CLIP)))
    headers, body = multipart({"key": "k/1", "policy": "ü"}, file)
    assert not isinstance(body, bytes)
    raw = await all_of(body)
    assert headers["Content-Length"] == str(len(raw))

    async def stream() -> AsyncIterator[bytes]:
        yield raw

    form = await MultiPartParser(Headers(headers), stream()).parse()  # type: ignore[arg-type]  # any iterator will do
    assert [name for name, _ in form.multi_items()] == ["key", "policy", "file"]
    assert (form["key"], form["policy"]) == ("k/1", "ü")
    upload = form["file"]
    assert isinstance(upload, UploadFile)
    assert await upload.read() == FILES.content[CLIP.id]
    await form.close()
