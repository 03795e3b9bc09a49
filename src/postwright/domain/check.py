"""Does this content fit this platform? Pure: from a capability and measured facts to findings."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from postwright.domain.capability import Capability, ImageRule, Options, PostKind, TextRule, TextUnit
from postwright.domain.check_media import check_file
from postwright.domain.errors import Finding
from postwright.domain.media import Attachment, MediaFacts
from postwright.domain.post import Content
from postwright.kit.text import hashtags, mentions, utf8_length, utf16_length
from postwright.kit.weighted import weighted_length

_MEASURES: dict[TextUnit, Callable[[str], int]] = {
    "utf16": utf16_length,
    "code_points": len,
    "utf8": utf8_length,
    "weighted": weighted_length,
}
_UNITS: dict[TextUnit, str] = {"utf8": "bytes"}
_EMPTY: tuple[object, ...] = (None, "", [], ())


def text_length(text: str, unit: TextUnit) -> int:
    """How long a text is in the unit that a platform counts."""
    return _MEASURES[unit](text)


def too_long(field: str, text: str, rule: TextRule, what: str) -> Iterator[Finding]:
    """The finding that a text is longer than a rule allows, if it is; `what` begins the sentence: "The caption"."""
    if (length := text_length(text, rule.unit)) > rule.limit:
        unit = _UNITS.get(rule.unit, "characters")
        message = f"{what} has {length} {unit}; {rule.limit} are allowed."
        yield Finding(field, f"{field.rpartition('.')[2]}_too_long", message, limit=rule.limit, value=length)


def choose_kind(capability: Capability, content: Content) -> PostKind | Finding:
    """The kind of post that was asked for, or the first that takes these media."""
    wanted = content.options.post_type
    if wanted is not None:
        names = ", ".join(kind.name for kind in capability.kinds)
        return capability.kind(wanted) or Finding(
            "options.post_type", "unknown_post_type", f"{wanted!r} is not one of {names}.", limit=names, value=wanted
        )
    able = [kind for kind in capability.kinds if _is_meant(kind, content)]
    fitting = [kind for kind in able if not tuple(_counts(kind, content))]
    exact = (kind for kind in fitting if all(_takes(kind, one.media.facts) for one in content.attachments))
    return next(exact, fitting[0] if fitting else _closest(able, content))


def _is_meant(kind: PostKind, content: Content) -> bool:
    """Whether this kind may be chosen without being named."""
    return kind.chosen_by is None or is_given(content.options, kind.chosen_by)


def is_given(options: Options, name: str) -> bool:
    """Whether an option was given a value."""
    return getattr(options, name) not in _EMPTY


def _takes(kind: PostKind, facts: MediaFacts) -> bool:
    rule = kind.rule_for(facts.kind)
    if rule is None:
        return False
    return facts.mime in rule.mimes or (isinstance(rule, ImageRule) and rule.convert_to is not None)


def check(capability: Capability, content: Content) -> tuple[Finding, ...]:
    """All that is wrong with `content` for a platform of this capability; nothing if it can go out."""
    kind = choose_kind(capability, content)
    if isinstance(kind, Finding):
        return (kind,)
    return (
        *_counts(kind, content),
        *_caption(kind.text or capability.caption, kind, content),
        *_media(kind, content),
        *_options(kind, content),
        *capability.further(content, kind),
    )


def _closest(kinds: Sequence[PostKind], content: Content) -> Finding:
    if not content.attachments:
        return Finding(
            "media",
            "media_required",
            "This platform publishes no text alone: add a picture or a video.",
            limit=1,
            value=0,
        )
    most = max(kind.max_media for kind in kinds)
    if len(content.attachments) > most:
        return Finding(
            "media",
            "too_many_media",
            f"At most {most} pictures and videos fit in one post.",
            limit=most,
            value=len(content.attachments),
        )
    sorts = sorted({one.media.facts.kind for one in content.attachments})
    if all(any(kind.rule_for(sort) for kind in kinds) for sort in sorts):
        together = " and ".join(f"{sort}s" for sort in sorts)
        return Finding(
            "media", "media_mix_unsupported", f"{len(content.attachments)} {together} do not fit in one post here."
        )
    wrong = next(sort for sort in sorts if not any(kind.rule_for(sort) for kind in kinds))
    return Finding("media", "media_kind_unsupported", f"This platform takes no {wrong}.", value=wrong)


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
        if kind.rule_for(attachment.media.facts.kind) is None:
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
    if kind.needs_caption and not text.strip():
        yield Finding("caption", "caption_required", f"{kind.label} needs a text.", limit=1, value=0)
    yield from too_long("caption", text, rule, "The caption")
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
        for finding in (*check_file(kind, attachment.media.facts), *_alt_text(kind, attachment)):
            yield replace(finding, field=f"media.{index}{finding.field}")


def _alt_text(kind: PostKind, attachment: Attachment) -> Iterator[Finding]:
    text = attachment.alt_text
    if not text:
        return
    if kind.alt_text is None or attachment.media.facts.kind not in kind.alt_text_on:
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


def _options(kind: PostKind, content: Content) -> Iterator[Finding]:
    for name in sorted(content.options.model_fields_set - {"post_type"} - set(kind.options)):
        if is_given(content.options, name):
            yield Finding(f"options.{name}", "option_not_for_kind", f"{kind.label} has no option {name}.", value=name)
    for name in kind.required:
        if not is_given(content.options, name):
            what = type(content.options).model_fields[name].description or "It must be given."
            yield Finding(f"options.{name}", "option_required", f"{kind.label} needs the option {name}: {what}")
