"""LinkedIn's `little` text: what people see of a commentary.

Reserved characters are escaped with a backslash unless they form a hashtag or a mention. Where they do neither,
LinkedIn takes the post and silently drops everything from there on; so does the sandbox.
Source: LinkedIn, "little Text Format"; the cut is what many integrators report.
"""

import re
from dataclasses import dataclass, field

_MENTION = re.compile(r"@\[((?:\\.|[^\\\]])+)\]\((urn:li:(?:person|organization):[\w-]+)\)")
_TEMPLATE = re.compile(r"\{hashtag\|\\?[#\uff03]\|((?:\\.|[^\\|{}])+)\}")
_HASHTAG = re.compile(r"[#\uff03](\w+)")
_ESCAPED = re.compile(r"\\([|{}@\[\]()<>#\\*_~\uff03])")
_PLAIN = re.compile(r"[^|{}@\[\]()<>#\\*_~\uff03]+")


@dataclass(slots=True)
class Little:
    """A parsed commentary."""

    text: str = ""
    """As people see it."""
    hashtags: list[str] = field(default_factory=list)
    mentions: list[tuple[str, str]] = field(default_factory=list)
    """Name and URN."""


def parse(commentary: str) -> Little:
    """Read a commentary up to its end, or to the first reserved character that stands for nothing."""
    found, at = Little(), 0
    while at < len(commentary):
        if match := _PLAIN.match(commentary, at) or _ESCAPED.match(commentary, at):
            found.text += match[1] if match.re is _ESCAPED else match[0]
        elif match := _HASHTAG.match(commentary, at) or _TEMPLATE.match(commentary, at):
            found.hashtags.append(_unescaped(match[1]))
            found.text += f"#{found.hashtags[-1]}"
        elif match := _MENTION.match(commentary, at):
            found.mentions.append((_unescaped(match[1]), match[2]))
            found.text += found.mentions[-1][0]
        else:
            break
        at = match.end()
    return found


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
