"""What the demo publishes: for each kind of post a platform has, sample media that keep the kind's rules. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from pydantic import JsonValue

from postwright.cli.client import Kind, Media, OptionValue, Platform, Rule

SEVERAL: Final = 3
"""How many files a post gets that may hold many."""

_EMPTY_BOX: Final = b"\0\0\0\x08free"
_CAPTIONS: Final = (
    "First light over the ridge",
    "The long way round, and worth it",
    "Evening comes early these days",
    "Quiet water, no wind",
)


def media_for(kind: Kind, kinds: Sequence[Kind], files: Sequence[Media]) -> tuple[Media, ...] | None:
    """The files for a post of this kind; None where too few of them keep its rules.

    Those that fewer of the platform's kinds take come first: a tall picture goes into the story.
    Pictures that stand together are of one size where there are enough of one.
    """
    fitting = sorted((file for file in files if fits(kind, file)), key=lambda file: sum(fits(k, file) for k in kinds))
    wanted = min(kind.max_media, max(kind.min_media, SEVERAL if kind.max_media > 1 else 1))
    chosen = fitting[:wanted]
    if wanted > 1:
        videos = [file for file in fitting if file.type == "video"]
        pictures = _alike([file for file in fitting if file.type != "video"], at_least=kind.min_media)
        chosen = [*pictures[: wanted - bool(videos)], *videos[: max(1, wanted - len(pictures))]]
    return tuple(chosen) if len(chosen) >= kind.min_media else None


def another_take(video: bytes) -> bytes:
    """The same MP4 as other bytes, with an empty box at its end: a platform may refuse a file that it has already."""
    return video + _EMPTY_BOX


def _alike(pictures: Sequence[Media], *, at_least: int) -> Sequence[Media]:
    groups = [[other for other in pictures if _size(other) == _size(one)] for one in pictures]
    largest = max(groups, key=len, default=[])
    return largest if len(largest) >= max(at_least, 2) else pictures


def _size(file: Media) -> tuple[int, int]:
    return file.width, file.height


def options_for(
    platform: Platform, kind: Kind, allowed: Mapping[str, Sequence[OptionValue]]
) -> Mapping[str, JsonValue] | None:
    """The options of a post of this kind: those it cannot do without, each with the first value that would do.

    `allowed` are the values that the account allows. None where there is none for one of them.
    """
    found: dict[str, JsonValue] = {"post_type": kind.name}
    for name in kind.required:
        values = [one.value for one in allowed[name]] if name in allowed else _examples(platform.options_schema, name)
        value = next(iter(values), None)
        if value is None:
            return None
        found[name] = value
    return found


def _examples(schema: Mapping[str, JsonValue], name: str) -> Iterable[JsonValue]:
    properties = schema.get("properties")
    field = properties.get(name) if isinstance(properties, dict) else None
    variants = field.get("anyOf", [field]) if isinstance(field, dict) else []
    for part in (field, *(variants if isinstance(variants, list) else [])):
        for word in ("examples", "enum"):
            values = part.get(word) if isinstance(part, dict) else None
            yield from values if isinstance(values, list) else ()


def fits(kind: Kind, file: Media) -> bool:
    """Whether a file keeps the rules of a kind, as far as a client can tell."""
    rule = {"image": kind.image, "video": kind.video, "document": kind.document}[file.type]
    if rule is None or file.size > rule.max_bytes or not _format_fits(rule, file):
        return False
    return _ratio_fits(rule, file) and _length_fits(rule, file)


def caption_for(kind: Kind, number: int) -> str:
    """Some words, where the kind shows any; other ones for each kind, as some platforms refuse to say a thing twice."""
    return f"{_CAPTIONS[number % len(_CAPTIONS)]}. {kind.label} #postwright" if kind.caption else ""


def _format_fits(rule: Rule, file: Media) -> bool:
    """What moves is converted to nothing."""
    return file.mime in rule.mimes or (rule.convert_to is not None and file.duration is None)


def _ratio_fits(rule: Rule, file: Media) -> bool:
    return rule.ratio is None or rule.ratio[0] <= file.width / file.height <= rule.ratio[1]


def _length_fits(rule: Rule, file: Media) -> bool:
    if file.pages is not None:
        return rule.max_pages is None or file.pages <= rule.max_pages
    if file.duration is None:
        return True
    return rule.min_seconds <= file.duration and (rule.max_seconds is None or file.duration <= rule.max_seconds)
