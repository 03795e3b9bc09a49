"""Sample media by name: good pictures, videos and documents, and deliberately bad ones.

Drawn on first use, always the same.
"""

import math
import tempfile
from array import array
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import pyvips

from postwright.sandbox.drawing import Scene, draw
from postwright.sandbox.paper import Page, document

DAWN = Scene(
    1080, 1080, ((58, 74, 138), (247, 176, 148)), (255, 226, 178), ((150, 118, 158), (92, 82, 132), (44, 46, 84))
)
NOON = Scene(
    1080, 1350, ((74, 158, 214), (214, 236, 240)), (255, 248, 214), ((132, 178, 178), (74, 138, 122), (34, 88, 82)),
    (0.3, 0.22), 1.7,
)  # fmt: skip
DUSK = Scene(
    1200, 630, ((44, 30, 78), (236, 112, 92)), (255, 196, 120), ((124, 62, 108), (76, 40, 88), (34, 22, 54)),
    (0.5, 0.52), 2.3,
)  # fmt: skip
NIGHT = Scene(
    1080, 1920, ((10, 16, 40), (52, 84, 128)), (236, 240, 250), ((40, 62, 98), (26, 42, 72), (12, 22, 42)),
    (0.62, 0.2), 0.6,
)  # fmt: skip
PANORAMA = replace(NIGHT, width=576, height=1280, sky=((72, 44, 120), (250, 170, 130)), sun=(255, 222, 160))
"""The reel pans over it, 1024 rows at a time."""

REEL_SIZE = (576, 1024)
FPS = 30
SOUND_HZ = 48_000
JPEG_QUALITY = 88
ANIMATION_SIDE = 480
ANIMATION_FRAMES = 12
ANIMATION_DELAY_MS = 120


class UnknownSample(Exception):
    """There is no sample of that name."""


def names() -> list[str]:
    """All samples, good ones first."""
    return list(SAMPLES)


def media_type(name: str) -> str:
    """What a server would call the file, by its name."""
    kinds = {
        "jpg": "image/jpeg",
        "png": "image/png",
        "gif": "image/gif",
        "mp4": "video/mp4",
        "pdf": "application/pdf",
    }
    return kinds[name.rsplit(".", 1)[-1]]


def sample(name: str) -> bytes:
    """The bytes of a sample; raises UnknownSample. The first call of a video takes about a second."""
    if name not in SAMPLES:
        raise UnknownSample(name)
    return _made(name)


@cache
def _made(name: str) -> bytes:
    return SAMPLES[name]()


def _jpeg(scene: Scene) -> bytes:
    encoded: bytes = draw(scene).jpegsave_buffer(Q=JPEG_QUALITY, strip=True)
    return encoded


def _png() -> bytes:
    encoded: bytes = draw(replace(DAWN, width=800, height=800)).pngsave_buffer(compression=6, strip=True)
    return encoded


def _gif() -> bytes:
    encoded: bytes = draw(replace(DUSK, width=480, height=480)).gifsave_buffer(strip=True)
    return encoded


def _animation() -> bytes:
    """The sun goes once around the sky."""
    side = ANIMATION_SIDE
    frames = []
    for number in range(ANIMATION_FRAMES):
        turn = 2 * math.pi * number / ANIMATION_FRAMES
        sun_at = (0.5 + 0.3 * math.cos(turn), 0.4 + 0.25 * math.sin(turn))
        frames.append(draw(replace(DUSK, width=side, height=side, sun_at=sun_at)))
    strip = pyvips.Image.arrayjoin(frames, across=1).copy(interpretation="srgb")
    strip.set_type(pyvips.GValue.gint_type, "page-height", side)
    strip.set_type(pyvips.GValue.gint_type, "loop", 0)
    strip.set_type(pyvips.GValue.array_int_type, "delay", [ANIMATION_DELAY_MS] * ANIMATION_FRAMES)
    encoded: bytes = strip.gifsave_buffer(dither=0)
    return encoded


def _document() -> bytes:
    """Three pages, a landscape on each."""
    return document([Page(_jpeg(scene), scene.width, scene.height) for scene in (DAWN, NOON, DUSK)])


def _truncated() -> bytes:
    whole = _jpeg(DAWN)
    return whole[: len(whole) // 2]


def _video(seconds: float, *, faststart: bool = True) -> bytes:
    """H.264 and AAC in MP4: a slow pan over a landscape, under a soft chord."""
    with tempfile.TemporaryDirectory() as folder:
        # a real file, because FFmpeg opens it a second time to move the index to the front
        path = Path(folder) / "sample.mp4"
        _encode(path, seconds, {"movflags": "+faststart"} if faststart else {})
        return path.read_bytes()


def _encode(path: Path, seconds: float, options: dict[str, str]) -> None:
    with av.open(str(path), "w", format="mp4", options=options) as container:
        video = container.add_stream("libx264", rate=FPS, options={"preset": "veryfast", "crf": "26", "g": "30"})
        video.width, video.height = REEL_SIZE
        video.pix_fmt = "yuv420p"
        sound = container.add_stream("aac", rate=SOUND_HZ, layout="mono", options={"b": "96k"})
        for frame in _frames(int(seconds * FPS)):
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        for piece in _chord(seconds):
            container.mux(sound.encode(piece))
        container.mux(sound.encode(None))


def _frames(count: int) -> list[av.VideoFrame]:
    width, height = REEL_SIZE
    panorama = draw(PANORAMA).copy_memory()
    reach = PANORAMA.height - height
    frames = []
    for number in range(count):
        top = round(reach * (0.5 - 0.5 * math.cos(math.pi * number / max(count, 2))))
        frame = av.VideoFrame(width, height, "rgb24")
        frame.planes[0].update(_rows(panorama.crop(0, top, width, height), frame.planes[0].line_size))
        frame.pts, frame.time_base = number, Fraction(1, FPS)
        frames.append(frame)
    return frames


def _rows(picture: pyvips.Image, line_size: int) -> bytes:
    """Pixels with every row padded to the length FFmpeg wants."""
    padding = line_size // 3 - picture.width
    padded = picture.embed(0, 0, picture.width + padding, picture.height) if padding else picture
    pixels: bytes = padded.write_to_memory()
    return pixels


def _chord(seconds: float) -> list[av.AudioFrame]:
    size = 1024
    frames = []
    for start in range(0, int(seconds * SOUND_HZ), size):
        wave = array("f", (_tone(start + place) for place in range(size)))
        frame = av.AudioFrame("fltp", "mono", size)
        frame.planes[0].update(wave.tobytes())
        frame.sample_rate, frame.pts = SOUND_HZ, start
        frames.append(frame)
    return frames


def _tone(number: int) -> float:
    turn = 2 * math.pi * number / SOUND_HZ
    return 0.05 * (math.sin(220 * turn) + math.sin(277.2 * turn) + math.sin(329.6 * turn))


SAMPLES: dict[str, Callable[[], bytes]] = {
    "square.jpg": lambda: _jpeg(DAWN),
    "square-dusk.jpg": lambda: _jpeg(replace(DUSK, width=1080, height=1080)),
    "portrait.jpg": lambda: _jpeg(NOON),
    "landscape.jpg": lambda: _jpeg(DUSK),
    "story.jpg": lambda: _jpeg(NIGHT),
    "picture.png": _png,
    "animation.gif": _animation,
    "reel.mp4": lambda: _video(6),
    "document.pdf": _document,
    "bad-too-wide.jpg": lambda: _jpeg(replace(DUSK, width=1600, height=500)),
    "bad-animation.gif": _gif,
    "bad-truncated.jpg": _truncated,
    "bad-text.jpg": lambda: b"This is a text file that calls itself a picture.\n" * 20,
    "bad-too-short.mp4": lambda: _video(1),
    "bad-late-index.mp4": lambda: _video(4, faststart=False),
}
"""Name -> how it is made; a name that starts with `bad-` breaks a rule of some platform."""
