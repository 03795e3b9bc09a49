"""Counting text the ways platforms count it, and shortening it for people."""

import regex

_NUMBER_SIGNS = "#\N{FULLWIDTH NUMBER SIGN}"
_AT_SIGNS = "@\N{FULLWIDTH COMMERCIAL AT}"
# Emoji end in marks (variation selectors, the enclosing keycap), which are no letters to stand before or in a tag.
_EMOJI_MARKS = r"\N{VARIATION SELECTOR-15}\N{VARIATION SELECTOR-16}\N{COMBINING ENCLOSING KEYCAP}"
_LETTER = rf"[\p{{L}}\p{{M}}_--[{_EMOJI_MARKS}]]"
_INSIDE = rf"[\p{{L}}\p{{M}}\p{{N}}_--[{_EMOJI_MARKS}]]"
_HASHTAG = regex.compile(rf"(?V1)(?<!{_INSIDE}|[\&/])[{_NUMBER_SIGNS}]{_INSIDE}*{_LETTER}{_INSIDE}*")
_MENTION = regex.compile(rf"(?V1)(?<!{_INSIDE}|[@/.])[{_AT_SIGNS}][A-Za-z0-9_](?:[A-Za-z0-9_.]*[A-Za-z0-9_])?")


def utf16_length(text: str) -> int:
    """The number of UTF-16 code units: an emoji outside the basic plane counts 2."""
    return len(text.encode("utf-16-le")) // 2


def utf8_length(text: str) -> int:
    """The number of UTF-8 bytes."""
    return len(text.encode())


def hashtags(text: str) -> list[str]:
    """The hashtags in `text`, with their sign; a run of digits alone is none."""
    return [match.group() for match in _HASHTAG.finditer(text)]


def mentions(text: str) -> list[str]:
    """The @names in `text`, with their sign; an e-mail address holds none."""
    return [match.group() for match in _MENTION.finditer(text)]


def shorten(text: str, limit: int) -> str:
    """`text` on one line in at most `limit` characters, with an ellipsis where it was cut."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
