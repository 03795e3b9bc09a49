"""Does this content fit this platform? Pure: from a capability and measured facts to findings."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from postwright.domain.capability import Capability, ImageRule, PostKind, TextRule, VideoRule
from postwright.domain.errors import Finding
from postwright.domain.media import Attachment, MediaFacts
from postwright.domain.post import Content
from postwright.kit.text import hashtags, mentions, utf8_length, utf16_length

_MEASURES: dict[str, Callable[[str], int]] = {"utf16": utf16_length, "code_points": len, "utf8": utf8_length}
_MEGABYTE = 1024 * 1024


def choose_kind(capability: Capability, content: Content) -> PostKind | Finding:
    """The kind of post that was asked for, or the first that takes these media."""
    wanted = content.options.post_type
    if wanted is not None:
        names = ", ".join(kind.name for kind in capability.kinds)
        return capability.kind(wanted) or Finding(
            "options.post_type", "unknown_post_type", f"{wanted!r} is not one of {names}.", limit=names, value=wanted
        )
    for kind in capability.kinds:
        if not tuple(_counts(kind, content)):
            return kind
    return _closest(capability, content)


def check(capability: Capability, content: Content) -> tuple[Finding, ...]:
    """All that is wrong with `content` for a platform of this capability; nothing if it can go out."""
    kind = choose_kind(capability, content)
    if isinstance(kind, Finding):
        return (kind,)
    return (
        *_counts(kind, content),
        *_caption(capability.caption, kind, content),
        *_media(kind, content),
        *_options(kind, content),
    )


def _closest(capability: Capability, content: Content) -> Finding:
    if not content.attachments:
        return Finding(
            "media",
            "media_required",
            "This platform publishes no text alone: add a picture or a video.",
            limit=1,
            value=0,
        )
    most = max(kind.max_media for kind in capability.kinds)
    if len(content.attachments) > most:
        return Finding(
            "media",
            "too_many_media",
            f"At most {most} pictures and videos fit in one post.",
            limit=most,
            value=len(content.attachments),
        )
    return Finding("media", "media_kind_unsupported", "These media do not make a post that the platform knows.")


def _counts(kind: PostKind, content: Content) -> Iterator[Finding]:
    count = len(content.attachments)
    if count < kind.min_media:
        code = "media_required" if count == 0 else "too_few_media"
        yield Finding(
            "media", code, f"{kind.label} needs at least {kind.min_media} media.", limit=kind.min_media, value=count
        )
    if count > kind.max_media:
        yield Finding(
            "media",
            "too_many_media",
            f"{kind.label} takes at most {kind.max_media} media.",
            limit=kind.max_media,
            value=count,
        )
    for index, attachment in enumerate(content.attachments):
        if (kind.image if attachment.media.facts.kind == "image" else kind.video) is None:
            yield Finding(
                f"media.{index}", "media_kind_unsupported", f"{kind.label} takes no {attachment.media.facts.kind}."
            )


def _caption(rule: TextRule, kind: PostKind, content: Content) -> Iterator[Finding]:
    text = content.caption
    if text and not kind.caption:
        yield Finding(
            "caption", "caption_ignored", f"{kind.label} shows no caption; it will be left out.", severity="warning"
        )
        return
    if (length := _MEASURES[rule.unit](text)) > rule.limit:
        yield Finding(
            "caption",
            "caption_too_long",
            f"The caption has {length} characters; {rule.limit} are allowed.",
            limit=rule.limit,
            value=length,
        )
    if rule.hashtags is not None and (count := len(hashtags(text))) > rule.hashtags:
        yield Finding(
            "caption",
            "too_many_hashtags",
            f"{count} hashtags; {rule.hashtags} are allowed.",
            limit=rule.hashtags,
            value=count,
        )
    if rule.mentions is not None and (count := len(mentions(text))) > rule.mentions:
        yield Finding(
            "caption",
            "too_many_mentions",
            f"{count} mentions; {rule.mentions} are allowed.",
            limit=rule.mentions,
            value=count,
        )


def _media(kind: PostKind, content: Content) -> Iterator[Finding]:
    for index, attachment in enumerate(content.attachments):
        facts = attachment.media.facts
        if facts.kind == "image" and kind.image is not None:
            found = _image(kind.image, facts)
        elif facts.kind == "video" and kind.video is not None:
            found = _video(kind.video, facts)
        else:
            continue
        for finding in (*found, *_alt_text(kind, attachment)):
            yield replace(finding, field=f"media.{index}{finding.field}")


def _alt_text(kind: PostKind, attachment: Attachment) -> Iterator[Finding]:
    text = attachment.alt_text
    if not text:
        return
    if kind.alt_text is None or attachment.media.facts.kind == "video":
        yield Finding(
            ".alt_text",
            "alt_text_ignored",
            f"{kind.label} takes no alternative text here; it will be left out.",
            severity="warning",
        )
    elif len(text) > kind.alt_text:
        yield Finding(
            ".alt_text",
            "alt_text_too_long",
            f"{len(text)} characters; {kind.alt_text} are allowed.",
            limit=kind.alt_text,
            value=len(text),
        )


def _image(rule: ImageRule, facts: MediaFacts) -> Iterator[Finding]:
    if facts.mime not in rule.mimes and rule.convert_to is None:
        yield _format(facts, rule.mimes)
    if facts.mime in rule.mimes and facts.size_bytes > rule.max_bytes and rule.convert_to is None:
        yield _too_big(facts, rule.max_bytes)
    if rule.min_width is not None and facts.width < rule.min_width:
        yield Finding(
            "",
            "image_too_small",
            f"{facts.width} pixels wide; at least {rule.min_width} are needed.",
            limit=rule.min_width,
            value=facts.width,
        )
    if rule.max_width is not None and facts.width > rule.max_width and rule.convert_to is None:
        yield Finding(
            "",
            "image_too_large",
            f"{facts.width} pixels wide; at most {rule.max_width} are allowed.",
            limit=rule.max_width,
            value=facts.width,
        )
    yield from _ratio(facts, rule.ratio)


def _video(rule: VideoRule, facts: MediaFacts) -> Iterator[Finding]:
    if facts.mime not in rule.mimes:
        yield _format(facts, rule.mimes)
    if facts.size_bytes > rule.max_bytes:
        yield _too_big(facts, rule.max_bytes)
    yield from _ratio(facts, rule.ratio)
    yield from _codecs(rule, facts)
    yield from _range("video_duration", "seconds long", facts.duration_s, rule.min_seconds, rule.max_seconds)
    yield from _range("video_frame_rate", "frames a second", facts.fps, rule.min_fps, rule.max_fps)
    yield from _range("video_width", "pixels wide", facts.width, None, rule.max_width)
    yield from _range("video_bit_rate", "bits a second", facts.bit_rate, None, rule.max_bit_rate)
    yield from _range("audio_sample_rate", "Hz of sound", facts.audio_hz, None, rule.max_audio_hz)
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


def _range(code: str, what: str, value: float | None, least: float | None, most: float | None) -> Iterator[Finding]:
    if value is None:
        return
    if least is not None and value < least:
        yield Finding(
            "", f"{code}_too_small", f"{value:g} {what}; at least {least:g} are needed.", limit=least, value=value
        )
    if most is not None and value > most:
        yield Finding(
            "", f"{code}_too_big", f"{value:g} {what}; at most {most:g} are allowed.", limit=most, value=value
        )


def _options(kind: PostKind, content: Content) -> Iterator[Finding]:
    for name in sorted(content.options.model_fields_set - {"post_type"} - set(kind.options)):
        if getattr(content.options, name) not in (None, "", [], ()):
            yield Finding(f"options.{name}", "option_not_for_kind", f"{kind.label} has no option {name}.", value=name)
