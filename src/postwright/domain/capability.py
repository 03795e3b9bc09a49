"""What a platform can publish, as data: kinds of post, media rules, text limits, options."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict
from pydantic.config import JsonDict

from postwright.domain.media import MediaKind

if TYPE_CHECKING:  # a post's content holds options, so it stands on this module
    from postwright.domain.errors import Finding
    from postwright.domain.post import Content

TextUnit = Literal["utf16", "code_points", "utf8", "weighted"]


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


def counted(rule: TextRule) -> JsonDict:
    """What an option's schema says of a text that is counted as `rule` has it; the composer counts along."""
    return {"counted": {"limit": rule.limit, "unit": rule.unit}}


@dataclass(frozen=True, slots=True)
class ImageRule:
    """What a picture must be: `ratio` is the least and greatest width over height, `convert_to` what others become."""

    mimes: tuple[str, ...]
    max_bytes: int
    ratio: tuple[float, float] | None = None
    min_width: int | None = None
    min_height: int | None = None
    max_width: int | None = None
    max_height: int | None = None
    max_pixels: int | None = None
    max_frames: int | None = None
    """The most pictures of an animation."""
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
    min_bytes: int | None = None
    ratio: tuple[float, float] | None = None
    min_width: int | None = None
    min_height: int | None = None
    max_width: int | None = None
    max_height: int | None = None
    min_fps: float | None = None
    max_fps: float | None = None
    max_bit_rate: int | None = None
    max_audio_hz: int | None = None
    faststart: bool = False


@dataclass(frozen=True, slots=True)
class DocumentRule:
    """What a document that people leaf through must be."""

    mimes: tuple[str, ...]
    max_bytes: int
    max_pages: int


@dataclass(frozen=True, slots=True)
class PostKind:
    """One kind of post (an image, a carousel, a reel, a poll…) and what it takes."""

    name: str
    label: str
    min_media: int
    max_media: int
    image: ImageRule | None = None
    video: VideoRule | None = None
    document: DocumentRule | None = None
    caption: bool = True
    needs_caption: bool = False
    text: TextRule | None = None
    """How long its caption may be, where that is not as long as the platform's others."""
    alt_text: int | None = None
    """Longest alternative text; None where the platform takes none."""
    alt_text_on: tuple[MediaKind, ...] = ("image",)
    options: tuple[str, ...] = ()
    """The options (beside post_type) that mean something for this kind."""
    required: tuple[str, ...] = ()
    """Those of them without which it cannot go out."""
    chosen_by: str | None = None
    """The option that makes a post this kind by being given: a link, a poll. Without it only `post_type` does."""

    def rule_for(self, kind: MediaKind) -> ImageRule | VideoRule | DocumentRule | None:
        """The rule that media of that kind must keep; None where this kind of post takes none of them."""
        rules: dict[MediaKind, ImageRule | VideoRule | DocumentRule | None] = {
            "image": self.image,
            "video": self.video,
            "document": self.document,
        }
        return rules[kind]


FurtherCheck = Callable[["Content", PostKind], Iterable["Finding"]]
"""A rule of one platform that no table expresses: what two options mean together, how an option's text is counted."""


def _nothing_further(_: "Content", __: PostKind) -> Iterable["Finding"]:
    return ()


@dataclass(frozen=True, slots=True)
class Capability:
    """All a platform can publish. `kinds` are in order of preference when a post names none."""

    caption: TextRule
    kinds: tuple[PostKind, ...]
    options: type[Options]
    further: FurtherCheck = _nothing_further

    def kind(self, name: str) -> PostKind | None:
        """The kind by that name."""
        return next((kind for kind in self.kinds if kind.name == name), None)
