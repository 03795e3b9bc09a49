"""What a platform can publish, as data: kinds of post, media rules, text limits, options."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

TextUnit = Literal["utf16", "code_points", "utf8"]


class Options(BaseModel):
    """The base of each platform's options: unknown names are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    post_type: str | None = None


@dataclass(frozen=True, slots=True)
class TextRule:
    """How long a caption may be and how it is counted; None means no limit."""

    limit: int
    unit: TextUnit
    hashtags: int | None = None
    mentions: int | None = None


@dataclass(frozen=True, slots=True)
class ImageRule:
    """What a picture must be: `ratio` is the least and greatest width over height, `convert_to` what others become."""

    mimes: tuple[str, ...]
    max_bytes: int
    ratio: tuple[float, float] | None = None
    min_width: int | None = None
    max_width: int | None = None
    convert_to: str | None = None


@dataclass(frozen=True, slots=True)
class VideoRule:
    """What a video must be. Durations in seconds, bit rate in bits a second, codecs by their FFmpeg names."""

    mimes: tuple[str, ...]
    max_bytes: int
    min_seconds: float
    max_seconds: float
    video_codecs: tuple[str, ...]
    audio_codecs: tuple[str, ...]
    ratio: tuple[float, float] | None = None
    max_width: int | None = None
    min_fps: float | None = None
    max_fps: float | None = None
    max_bit_rate: int | None = None
    max_audio_hz: int | None = None
    faststart: bool = False


@dataclass(frozen=True, slots=True)
class PostKind:
    """One kind of post (an image, a carousel, a reel…) and what it takes."""

    name: str
    label: str
    min_media: int
    max_media: int
    image: ImageRule | None = None
    video: VideoRule | None = None
    caption: bool = True
    alt_text: int | None = None
    """Longest alternative text of a picture; None where the platform takes none."""
    options: tuple[str, ...] = ()
    """The options (beside post_type) that mean something for this kind."""


@dataclass(frozen=True, slots=True)
class Capability:
    """All a platform can publish. `kinds` are in order of preference when a post names none."""

    caption: TextRule
    kinds: tuple[PostKind, ...]
    options: type[Options]

    def kind(self, name: str) -> PostKind | None:
        """The kind by that name."""
        return next((kind for kind in self.kinds if kind.name == name), None)
