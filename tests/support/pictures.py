"""Small pictures as bytes, for tests that upload them."""

from tests.support.media_files import gradient


def jpeg(width: int = 400, height: int = 400) -> bytes:
    """A JPEG that every platform takes."""
    return bytes(gradient(width, height).jpegsave_buffer())


def png(width: int = 400, height: int = 400) -> bytes:
    """The same as PNG."""
    return bytes(gradient(width, height).pngsave_buffer())
