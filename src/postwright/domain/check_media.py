"""Does one file keep the media rules of a kind of post? Pure; a finding's field is empty: it stands for the file."""

from collections.abc import Iterator

from postwright.domain.capability import DocumentRule, ImageRule, PostKind, VideoRule
from postwright.domain.errors import Finding
from postwright.domain.media import MediaFacts

_MEGABYTE = 1024 * 1024
_IMAGE_SIZE = ("image_too_small", "image_too_large")


def check_file(kind: PostKind, facts: MediaFacts) -> Iterator[Finding]:
    """All that is wrong with a file for this kind of post; nothing where the kind takes none of its sort at all."""
    match kind.rule_for(facts.kind):
        case ImageRule() as rule:
            yield from _image(rule, facts)
        case VideoRule() as rule:
            yield from _video(rule, facts)
        case DocumentRule() as rule:
            yield from _document(rule, facts)


def _image(rule: ImageRule, facts: MediaFacts) -> Iterator[Finding]:
    if facts.mime not in rule.mimes and rule.convert_to is None:
        yield _format(facts, rule.mimes)
    if facts.mime in rule.mimes and facts.size_bytes > rule.max_bytes and rule.convert_to is None:
        yield _too_big(facts, rule.max_bytes)
    yield from _range(_IMAGE_SIZE, "pixels wide", facts.width, rule.min_width, None)
    yield from _range(_IMAGE_SIZE, "pixels high", facts.height, rule.min_height, None)
    if rule.convert_to is None:
        yield from _range(_IMAGE_SIZE, "pixels wide", facts.width, None, rule.max_width)
        yield from _range(_IMAGE_SIZE, "pixels high", facts.height, None, rule.max_height)
        yield from _range(_IMAGE_SIZE, "pixels in all", facts.width * facts.height, None, rule.max_pixels)
    yield from _range(_codes("animation_length"), "pictures long", facts.frames, None, rule.max_frames)
    yield from _ratio(facts, rule.ratio)


def _video(rule: VideoRule, facts: MediaFacts) -> Iterator[Finding]:
    if facts.mime not in rule.mimes:
        yield _format(facts, rule.mimes)
    if facts.size_bytes > rule.max_bytes:
        yield _too_big(facts, rule.max_bytes)
    yield from _range(_codes("video_size"), "bytes", facts.size_bytes, rule.min_bytes, None)
    yield from _ratio(facts, rule.ratio)
    yield from _codecs(rule, facts)
    yield from _range(_codes("video_duration"), "seconds long", facts.duration_s, rule.min_seconds, rule.max_seconds)
    yield from _range(_codes("video_frame_rate"), "frames a second", facts.fps, rule.min_fps, rule.max_fps)
    yield from _range(_codes("video_width"), "pixels wide", facts.width, rule.min_width, rule.max_width)
    yield from _range(_codes("video_height"), "pixels high", facts.height, rule.min_height, rule.max_height)
    yield from _range(_codes("video_bit_rate"), "bits a second", facts.bit_rate, None, rule.max_bit_rate)
    yield from _range(_codes("audio_sample_rate"), "Hz of sound", facts.audio_hz, None, rule.max_audio_hz)
    if rule.faststart and facts.faststart is False:
        yield Finding(
            "", "video_not_streamable", "The video's index (moov) must stand at its front: export it for the web."
        )


def _codecs(rule: VideoRule, facts: MediaFacts) -> Iterator[Finding]:
    if facts.video_codec not in rule.video_codecs:
        names = ", ".join(rule.video_codecs)
        yield Finding(
            "",
            "video_codec",
            f"The picture is {facts.video_codec}; allowed: {names}.",
            limit=names,
            value=facts.video_codec,
        )
    if facts.audio_codec is not None and facts.audio_codec not in rule.audio_codecs:
        names = ", ".join(rule.audio_codecs)
        yield Finding(
            "",
            "audio_codec",
            f"The sound is {facts.audio_codec}; allowed: {names}.",
            limit=names,
            value=facts.audio_codec,
        )


def _format(facts: MediaFacts, allowed: tuple[str, ...]) -> Finding:
    names = ", ".join(allowed)
    return Finding(
        "", "media_format", f"{facts.mime} is not accepted; allowed: {names}.", limit=names, value=facts.mime
    )


def _too_big(facts: MediaFacts, limit: int) -> Finding:
    message = f"{facts.size_bytes / _MEGABYTE:.1f} MB; {limit / _MEGABYTE:g} MB are allowed."
    return Finding("", "media_too_big", message, limit=limit, value=facts.size_bytes)


def _ratio(facts: MediaFacts, allowed: tuple[float, float] | None) -> Iterator[Finding]:
    if allowed is None:
        return
    least, most = allowed
    # One pixel of rounding must not refuse a picture that was cut to the very limit.
    slack = 1 / facts.height
    if not least - slack <= facts.ratio <= most + slack:
        shape = f"{facts.width}×{facts.height} ({facts.ratio:.2f}:1)"
        message = f"The picture is {shape}; allowed are {least:g}:1 to {most:g}:1."
        yield Finding("", "aspect_ratio", message, limit=f"{least:g}–{most:g}", value=round(facts.ratio, 4))


def _codes(what: str) -> tuple[str, str]:
    return f"{what}_too_small", f"{what}_too_big"


def _range(
    codes: tuple[str, str], what: str, value: float | None, least: float | None, most: float | None
) -> Iterator[Finding]:
    if value is None:
        return
    if least is not None and value < least:
        yield Finding("", codes[0], f"{value:g} {what}; at least {least:g} are needed.", limit=least, value=value)
    if most is not None and value > most:
        yield Finding("", codes[1], f"{value:g} {what}; at most {most:g} are allowed.", limit=most, value=value)


def _document(rule: DocumentRule, facts: MediaFacts) -> Iterator[Finding]:
    if facts.mime not in rule.mimes:
        yield _format(facts, rule.mimes)
    if facts.size_bytes > rule.max_bytes:
        yield _too_big(facts, rule.max_bytes)
    yield from _range(_codes("document_length"), "pages long", facts.pages, None, rule.max_pages)
