"""Makes small pictures, videos and documents for tests; nothing binary is kept in the repository."""

import os
import struct
import zlib
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import pyvips
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

_AUDIO_HZ = 48_000
_AUDIO_CODECS = {"webm": "libopus", "mp4": "aac", "mov": "aac", "ipod": "aac"}


def gradient(width: int, height: int, *, noise: bool = False) -> pyvips.Image:
    """A colourful sRGB picture; with noise it compresses badly."""
    ramp = pyvips.Image.xyz(width, height) * [255 / width, 255 / height]
    picture = ramp.bandjoin(128)
    if noise:
        picture = picture + pyvips.Image.gaussnoise(width, height, sigma=60)
    return picture.cast("uchar").copy(interpretation="srgb")


def picture(path: Path, *, width: int = 64, height: int = 48, orientation: int = 1, noise: bool = False) -> Path:
    """A picture in the format that the file's name says, with an EXIF orientation."""
    image = gradient(width, height, noise=noise)
    image.set_type(pyvips.GValue.gint_type, "orientation", orientation)
    image.write_to_file(str(path))
    return path


def lengthened(video: Path, size: int) -> Path:
    """An MP4 made that many bytes long, with a box of nothing that no player looks at."""
    more = size - video.stat().st_size
    with video.open("r+b") as file:
        file.seek(0, os.SEEK_END)
        file.write(struct.pack(">I4s", more, b"free"))
        file.truncate(size)
    return video


def transparent(path: Path, *, width: int = 64, height: int = 48) -> Path:
    """A wholly transparent picture."""
    gradient(width, height).bandjoin(0).copy(interpretation="srgb").write_to_file(str(path))
    return path


def animation(path: Path, *, frames: int = 5, delay_ms: int = 100, width: int = 32, height: int = 24) -> Path:
    """An animated GIF or WebP."""
    strips = [gradient(width, height) ^ shade for shade in range(0, frames * 40, 40)]
    strip = pyvips.Image.arrayjoin(strips, across=1).copy(interpretation="srgb")
    strip.set_type(pyvips.GValue.gint_type, "page-height", height)
    strip.set_type(pyvips.GValue.array_int_type, "delay", [delay_ms] * frames)
    strip.write_to_file(str(path))
    return path


def bomb(path: Path, *, width: int, height: int) -> Path:
    """A PNG of a few bytes whose header promises a very large picture."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 100)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b""))
    return path


def video(
    path: Path,
    *,
    form: str = "mp4",
    codec: str = "libx264",
    width: int = 64,
    height: int = 48,
    fps: int = 10,
    frames: int = 10,
    sound: bool = True,
    faststart: bool = False,
    rotation: int = 0,
) -> Path:
    """A moving gradient with a silent stereo track; `frames` of 0 leaves only the sound."""
    options = {"movflags": "+faststart"} if faststart else {}
    with av.open(str(path), "w", format=form, options=options) as container:
        shown = _video_stream(container, codec, fps, (width, height), rotation) if frames else None
        heard = _audio_stream(container, _AUDIO_CODECS[form]) if sound else None
        if shown:
            _add_pictures(container, shown, frames, Fraction(1, fps))
        if heard:
            _add_silence(container, heard, seconds=max(frames, fps) / fps)
    return path


def _video_stream(
    container: OutputContainer, codec: str, fps: int, size: tuple[int, int], rotation: int
) -> VideoStream:
    stream = container.add_stream(codec, rate=fps, width=size[0], height=size[1], pix_fmt="yuv420p")
    assert isinstance(stream, VideoStream)
    if rotation:
        stream.set_display_rotation(rotation)
    return stream


def _audio_stream(container: OutputContainer, codec: str) -> AudioStream:
    stream = container.add_stream(codec, rate=_AUDIO_HZ, layout="stereo")
    assert isinstance(stream, AudioStream)
    return stream


def _add_pictures(container: OutputContainer, stream: VideoStream, frames: int, frame_time: Fraction) -> None:
    size = (stream.width, stream.height)
    for number in range(frames):
        pixels = (gradient(*size) ^ (number * 8)).bandjoin(255).cast("uchar").write_to_memory()
        frame = VideoFrame.from_bytes(bytes(pixels), *size)
        frame.pts, frame.time_base = number, frame_time
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _add_silence(container: OutputContainer, stream: AudioStream, *, seconds: float) -> None:
    samples = 960
    for number in range(int(seconds * _AUDIO_HZ / samples)):
        frame = AudioFrame(format="fltp", layout="stereo", samples=samples)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate, frame.pts, frame.time_base = _AUDIO_HZ, number * samples, Fraction(1, _AUDIO_HZ)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def document(path: Path, *, pages: int = 3, width: float = 595, height: float = 842, extra: bytes = b"") -> Path:
    """A PDF whose pages are red below and white above; `extra` goes into its trailer (ISO 32000-1 §7.5)."""
    kids = b" ".join(b"%d 0 R" % number for number in range(4, 4 + pages))
    box = b"[0 0 %g %g]" % (width, height)
    drawing = b"1 0 0 rg 0 0 %g %g re f" % (width, height / 2)
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox " + box + b" /Contents 3 0 R >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [" + kids + b"] /Count %d >>" % pages,
        stream(drawing),
        *[page] * pages,
    ]
    path.write_bytes(pdf(objects, extra))
    return path


def pdf(objects: Sequence[bytes], extra: bytes = b"") -> bytes:
    """A PDF of these objects; the first of them is its catalogue."""
    written, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    size = len(objects) + 1
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    written_to = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    return written + b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, extra, written_to)


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """A stream object with some more entries in its dictionary."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries, content)


LOCKED = b"""/Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -44 /O <%s> /U <%s> >> /ID [<%s> <%s>]""" % (
    *[b"5a" * 32] * 2,
    *[b"00" * 16] * 2,
)
"""The trailer of a document that asks for a password, and that no password opens."""
