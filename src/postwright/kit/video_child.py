"""Child process that reads videos with FFmpeg (PyAV): the container, its streams, and the first frames.

Run by child.py, never imported by the server. The demuxer is chosen from our own look at the first bytes.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

import av
import av.error
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.filter.graph import Graph
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from postwright.kit.child_main import serve
from postwright.kit.media import MAX_PIXELS, Probe, Unreadable

_DEMUXERS: Final = {
    "video/mp4": "mov",
    "video/quicktime": "mov",
    "video/3gpp": "mov",
    "video/webm": "matroska",
    "video/x-matroska": "matroska",
}
_FRAMES: Final = 3
_COLOR_SPACES: Final = {
    0: "rgb",
    1: "bt709",
    4: "fcc",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    8: "ycgco",
    9: "bt2020nc",
    10: "bt2020c",
}
"""AVColorSpace of FFmpeg's libavutil/pixfmt.h (the values of ISO/IEC 23091-4, MatrixCoefficients)."""
_QUARTER_TURNS: Final = frozenset({90, 270})
_TURNS: Final[Mapping[int, Sequence[tuple[str, str | None]]]] = {
    90: (("transpose", "cclock"),),
    180: (("hflip", None), ("vflip", None)),
    270: (("transpose", "clock"),),
}
"""Filters that turn a frame counterclockwise by that many degrees, as `VideoFrame.rotation` counts."""
_BOX_HEADER: Final = 8
_LARGE_BOX_HEADER: Final = 16
_MAX_BOXES: Final = 100_000


def probe(path: str, mime: str) -> Probe:
    """Read the container and decode the first frames. Raises Unreadable."""
    faststart = _faststart(Path(path)) if _DEMUXERS[mime] == "mov" else None
    try:
        with open_container(path, mime) as container:
            return _describe(container, path, mime, faststart)
    except av.error.FFmpegError as fault:
        raise Unreadable(f"The video is damaged or cut short ({fault.strerror}).") from fault


def write_first_frame(path: str, mime: str, target: str) -> None:
    """Write the first frame as a PNG, turned as the video asks to be shown. Raises Unreadable."""
    try:
        with open_container(path, mime) as container:
            stream = video_stream(container)
            _upright(first_frames(container, stream, 1)[0], stream).save(target, compression_level=1)
    except av.error.FFmpegError as fault:
        raise Unreadable(f"The video is damaged or cut short ({fault.strerror}).") from fault


def _upright(frame: VideoFrame, stream: VideoStream) -> VideoFrame:
    turns = _TURNS.get(frame.rotation % 360, ())
    if not turns:
        return frame
    graph = Graph()
    graph.link_nodes(
        graph.add_buffer(template=stream), *(graph.add(name, args) for name, args in turns), graph.add("buffersink")
    ).configure()
    graph.vpush(frame)
    return graph.vpull()


def open_container(path: str, mime: str) -> InputContainer:
    """Open a video with the one demuxer that fits it, without following references to anything but the file."""
    return av.open(path, "r", format=_DEMUXERS[mime], options={"protocol_whitelist": "file"}, metadata_errors="replace")


def video_stream(container: InputContainer) -> VideoStream:
    """The first stream of moving pictures; a cover picture is not one. Raises Unreadable."""
    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            context = stream.codec_context
            if context.width * context.height > MAX_PIXELS:
                raise Unreadable(
                    f"The video's frames are too large to read: {context.width} by {context.height} pixels."
                )
            context.thread_count = 1
            return stream
    raise Unreadable("The file has no video stream.")


def first_frames(container: InputContainer, stream: VideoStream, count: int) -> list[VideoFrame]:
    """Decode up to `count` frames from the start; at least one is there. Raises Unreadable."""
    frames: Iterator[VideoFrame] = container.decode(stream)
    decoded = list(islice(frames, count))
    if not decoded:
        raise Unreadable("The video holds no frame that can be decoded.")
    return decoded


def _describe(container: InputContainer, path: str, mime: str, faststart: bool | None) -> Probe:
    stream = video_stream(container)
    frame = first_frames(container, stream, _FRAMES)[0]
    turned = frame.rotation % 360 in _QUARTER_TURNS
    rate = stream.average_rate or stream.guessed_rate
    audio: AudioStream | None = next(iter(container.streams.audio), None)
    return Probe(
        kind="video",
        mime=mime,
        size_bytes=Path(path).stat().st_size,
        width=frame.height if turned else frame.width,
        height=frame.width if turned else frame.height,
        pixel_format=frame.format.name,
        color_space=_COLOR_SPACES.get(frame.colorspace),
        has_alpha=any(component.is_alpha for component in frame.format.components),
        duration_s=_duration_s(container, stream),
        fps=float(rate) if rate else None,
        video_codec=stream.codec_context.codec.canonical_name,
        audio_codec=audio.codec_context.codec.canonical_name if audio else None,
        audio_hz=audio.sample_rate if audio else None,
        audio_channels=audio.channels if audio else None,
        bit_rate=container.bit_rate or None,
        faststart=faststart,
    )


def _duration_s(container: InputContainer, stream: VideoStream) -> float | None:
    if container.duration:
        return container.duration / av.time_base
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return None


def _faststart(path: Path) -> bool:
    """Whether the index (`moov`) stands before the media (`mdat`). Raises Unreadable if either box is cut short."""
    size = path.stat().st_size
    starts: dict[bytes, int] = {}
    with path.open("rb") as file:
        for name, start, end in islice(_boxes(file, size), _MAX_BOXES):
            if name in {b"moov", b"mdat"}:
                starts.setdefault(name, start)
                if end > size:
                    raise Unreadable("The video is cut short: its last part is missing.")
    return starts.get(b"moov", size) < starts.get(b"mdat", size)


def _boxes(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of each top-level box of an ISO media file (ISO/IEC 14496-12 §4.2)."""
    start = 0
    while start + _BOX_HEADER <= size:
        file.seek(start)
        header = file.read(_LARGE_BOX_HEADER)
        length = int.from_bytes(header[:4], "big")
        if length == 1:
            length = int.from_bytes(header[8:16], "big")
        elif length == 0:
            length = size - start
        if length < _BOX_HEADER:
            return
        yield header[4:8], start, start + length
        start += length


def _work(job: Sequence[str]) -> Probe | None:
    match job:
        case ["probe", path, mime]:
            return probe(str(Path(path).absolute()), mime)
        case ["first", path, mime, target]:
            write_first_frame(str(Path(path).absolute()), mime, target)
            return None
        case _:
            raise ValueError(f"unknown job {job[:1]}")


if __name__ == "__main__":
    serve(_work)
