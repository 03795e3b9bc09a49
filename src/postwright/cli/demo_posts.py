"""What the demo publishes: for each kind of post a platform has, sample media that keep the kind's rules. Pure."""

from collections.abc import Sequence
from typing import Final

from postwright.cli.client import Kind, Media, Rule

SEVERAL: Final = 3
"""How many files a post gets that may hold many."""

_CAPTIONS: Final = (
    "First light over the ridge. #postwright",
    "The long way round, and worth it. #postwright",
    "Evening comes early these days. #postwright",
    "Quiet water, no wind. #postwright",
)


def media_for(kind: Kind, kinds: Sequence[Kind], files: Sequence[Media]) -> tuple[Media, ...] | None:
    """The files for a post of this kind; None where too few of them keep its rules.

    Those that fewer of the platform's kinds take come first: a tall picture goes into the story.
    """
    fitting = sorted((file for file in files if fits(kind, file)), key=lambda file: sum(fits(k, file) for k in kinds))
    wanted = min(kind.max_media, max(kind.min_media, SEVERAL if kind.max_media > 1 else 1))
    chosen = fitting[:wanted]
    videos = [file for file in fitting if file.type == "video"]
    if wanted > 1 and videos:
        pictures = [file for file in fitting if file.type != "video"]
        chosen = [*pictures[: wanted - 1], *videos[: max(1, wanted - len(pictures))]]
    return tuple(chosen) if len(chosen) >= kind.min_media else None


def fits(kind: Kind, file: Media) -> bool:
    """Whether a file keeps the rules of a kind, as far as a client can tell."""
    rule = kind.video if file.type == "video" else kind.image
    if rule is None or file.size > rule.max_bytes or not (file.mime in rule.mimes or rule.convert_to):
        return False
    return _ratio_fits(rule, file) and _length_fits(rule, file)


def caption_for(kind: Kind, number: int) -> str:
    """Some words, where the kind shows any."""
    return _CAPTIONS[number % len(_CAPTIONS)] if kind.caption else ""


def _ratio_fits(rule: Rule, file: Media) -> bool:
    return rule.ratio is None or rule.ratio[0] <= file.width / file.height <= rule.ratio[1]


def _length_fits(rule: Rule, file: Media) -> bool:
    if file.duration is None:
        return True
    return rule.min_seconds <= file.duration and (rule.max_seconds is None or file.duration <= rule.max_seconds)
