"""What Instagram accepts: captions, tags, pictures, videos. Pure checks over limits.py, errors from errors.py."""

import json
import re
from collections.abc import Sequence

from postwright.kit.probe import Probe
from postwright.sandbox.call import Json
from postwright.sandbox.media import Stored
from postwright.sandbox.twins.instagram.errors import (
    ASPECT_RATIO,
    CANNOT_FETCH,
    CAPTION_TOO_LONG,
    IMAGE_FORMAT,
    IMAGE_TOO_LARGE,
    TOO_MANY_MENTIONS,
)
from postwright.sandbox.twins.instagram.limits import (
    ALT_TEXT,
    ASPECT_SLACK,
    CAPTION_UNITS,
    COLLABORATORS,
    HASHTAGS,
    MENTIONS,
    ImageRule,
    VideoRule,
)
from postwright.sandbox.twins.meta.errors import BAD_PARAM, GraphError
from postwright.sandbox.twins.meta.fields import read_list

_HASHTAG = re.compile(r"#\w+")
_MENTION = re.compile(r"(?<![\w.])@\w[\w.]*")


def check_caption(caption: str) -> None:
    """Length, hashtags, mentions; raises GraphError 36004 or 100."""
    if len(caption.encode("utf-16-le")) // 2 > CAPTION_UNITS:
        raise GraphError(CAPTION_TOO_LONG)
    if len(_HASHTAG.findall(caption)) > HASHTAGS:
        raise GraphError(BAD_PARAM, name="caption", fault=f"must have no more than {HASHTAGS} hashtags")
    if len(_MENTION.findall(caption)) > MENTIONS:
        raise GraphError(TOO_MANY_MENTIONS)


def check_alt_text(text: str) -> None:
    """Raises GraphError 100."""
    if len(text) > ALT_TEXT:
        raise GraphError(BAD_PARAM, name="alt_text", fault=f"must be no longer than {ALT_TEXT} characters")


def read_collaborators(value: str) -> tuple[str, ...]:
    """User names, as a JSON array or a comma list; raises GraphError 100."""
    names = tuple(name.lstrip("@") for name in read_list("collaborators", value))
    if len(names) > COLLABORATORS:
        raise GraphError(BAD_PARAM, name="collaborators", fault=f"must have no more than {COLLABORATORS} items")
    return names


def read_user_tags(value: str, *, placed: bool) -> tuple[Json, ...]:
    """`[{username, x, y}]`; x and y belong to pictures only. Raises GraphError 100."""
    if not value:
        return ()
    try:
        tags = json.loads(value)
    except ValueError:
        raise GraphError(BAD_PARAM, name="user_tags", fault="must be an array.") from None
    if not isinstance(tags, list):
        raise GraphError(BAD_PARAM, name="user_tags", fault="must be an array.")
    if len(tags) > MENTIONS:
        raise GraphError(TOO_MANY_MENTIONS)
    for place, tag in enumerate(tags):
        if not isinstance(tag, dict) or not isinstance(tag.get("username"), str):
            raise GraphError(BAD_PARAM, name=f"user_tags[{place}]", fault="must have a username")
        if placed and not all(_fraction(tag.get(axis)) for axis in ("x", "y")):
            raise GraphError(BAD_PARAM, name=f"user_tags[{place}]", fault="must have x and y between 0.0 and 1.0")
    return tuple(tags)


def _fraction(value: object) -> bool:
    return isinstance(value, int | float) and 0 <= value <= 1


def check_image(stored: Stored, rule: ImageRule, url: str) -> None:
    """Format, size and aspect of a fetched picture; raises GraphError 9004 or 36xxx."""
    probe = stored.probe
    if probe is None:
        raise GraphError(IMAGE_FORMAT if looks_like_image(stored) else CANNOT_FETCH, url=url)
    if probe.kind != "image" or probe.mime != "image/jpeg":
        raise GraphError(IMAGE_FORMAT)
    if probe.size_bytes > rule.max_bytes:
        raise GraphError(IMAGE_TOO_LARGE)
    ratio = probe.width / probe.height
    if rule.aspect is not None and not rule.aspect[0] - ASPECT_SLACK <= ratio <= rule.aspect[1] + ASPECT_SLACK:
        raise GraphError(ASPECT_RATIO, ratio=f"{ratio:.2f}")


def looks_like_image(stored: Stored) -> bool:
    """A picture that is broken, and not something else altogether."""
    with stored.path.open("rb") as file:
        return file.read(3) == b"\xff\xd8\xff"


def video_faults(probe: Probe | None, rule: VideoRule) -> Sequence[str]:
    """What a vendor's transcoder would refuse, in words; empty if nothing."""
    if probe is None or probe.kind != "video":
        return ["not a video"]
    checks = (
        (probe.mime in rule.containers, f"container {probe.mime}"),
        (probe.size_bytes <= rule.max_bytes, f"{probe.size_bytes} bytes"),
        (_within(probe.width / probe.height, rule.aspect), f"aspect {probe.width}:{probe.height}"),
        (probe.width <= rule.max_columns, f"{probe.width} columns"),
        (probe.duration_s is not None and _within(probe.duration_s, rule.seconds), f"duration {probe.duration_s} s"),
        (probe.fps is not None and _within(probe.fps, rule.fps), f"{probe.fps} frames per second"),
        (probe.video_codec in rule.video_codecs, f"video codec {probe.video_codec}"),
        (probe.audio_codec is None or probe.audio_codec in rule.audio_codecs, f"audio codec {probe.audio_codec}"),
        ((probe.audio_hz or 0) <= rule.max_audio_hz, f"audio at {probe.audio_hz} Hz"),
        ((probe.bit_rate or 0) <= rule.max_bit_rate, f"{probe.bit_rate} bits per second"),
        (probe.faststart is not False, "moov atom behind the media"),
    )
    return [words for good, words in checks if not good]


def _within(value: float, bounds: tuple[float, float]) -> bool:
    """Between the bounds, with a hair of slack for containers that round durations and frame rates."""
    return bounds[0] * 0.99 <= value <= bounds[1] * 1.01
