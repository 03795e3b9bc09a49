"""LinkedIn's "little text": plain text in which some characters make elements and stand escaped otherwise.

Document: marketing/community-management/shares/little-text-format. A hashtag is an element as it
stands, a mention is `@[Name](urn)`; all other reserved characters get a backslash.
"""

from collections.abc import Mapping

import regex

_RESERVED = regex.compile(r"[|{}@\[\]()<>#\\*_~]")
_WORD = r"\p{L}\p{M}\p{N}"
_HASHTAG = rf"(?<![{_WORD}_&/#])#(?=[{_WORD}]*\p{{L}})[{_WORD}]+"
_ESCAPED = regex.compile(
    r"@\[(?P<name>(?:\\.|[^\\\]])*)\]\([^)]*\)|\{hashtag\|\\#\|(?P<tag>(?:\\.|[^\\}])*)\}|\\(?P<char>.)", regex.DOTALL
)

Mentions = Mapping[str, str]
"""URNs by the names that stand in the text as @Name."""


def little_text(text: str, mentions: Mentions) -> str:
    """`text` as LinkedIn is to be told it, so that it shows exactly that, with its hashtags and these mentions."""
    parts, end = [], 0
    for found in _elements(mentions).finditer(text):
        name = found["name"]
        element = found.group() if name is None else f"@[{_escaped(name)}]({mentions[name]})"
        parts += [_escaped(text[end : found.start()]), element]
        end = found.end()
    return "".join([*parts, _escaped(text[end:])])


def plain_text(little: str) -> str:
    """The text that `little` shows, its mentions as @Name."""
    return _ESCAPED.sub(_shown, little)


def names_in(text: str, mentions: Mentions) -> frozenset[str]:
    """Those of the mentions that the text holds."""
    return frozenset(found["name"] for found in _elements(mentions).finditer(text) if found["name"])


def _elements(mentions: Mentions) -> "regex.Pattern[str]":
    # Of two names that begin alike the longer one is meant; a name does not end within a word.
    names = "|".join(regex.escape(name) for name in sorted(mentions, key=len, reverse=True))
    mention = rf"@(?P<name>{names})(?![{_WORD}])" if names else r"(?P<name>(?!))"
    return regex.compile(rf"{mention}|{_HASHTAG}")


def _escaped(text: str) -> str:
    return _RESERVED.sub(r"\\\g<0>", text)


def _shown(found: "regex.Match[str]") -> str:
    name, tag = found["name"], found["tag"]
    if name is not None:
        return f"@{plain_text(name)}"
    return f"#{plain_text(tag)}" if tag is not None else str(found["char"])
