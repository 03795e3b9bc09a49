"""Text as X counts and links it (twitter-text, configuration v3): weighted length, t.co links, entities.

An own reading of the rules; links without `https://` are found by the top-level domains below, not by all there are.
"""

import hashlib
import html
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import regex

from postwright.sandbox.call import Json
from postwright.sandbox.twins.x.rules import URL_WEIGHT

LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
"""Ranges of code points that weigh 1; all others weigh 2."""
EMOJI_WEIGHT = 2
RESERVED = "example|invalid|local|localhost|test|internal|lan"
"""No links, even behind `https://`."""
_TLDS = (
    r"a[cdefgilmorstuwxz]|b[abdefghijmnorstwyz]|c[acdfghiklmnoruvwxyz]|d[ejkmoz]|e[cegrstu]|f[ijkmor]"
    r"|g[adefghilmnpqrstuwy]|h[kmnrtu]|i[delmnoqrst]|j[emop]|k[eghimnprwyz]|l[abcikrstuvy]|m[acdeghklmnopqrstuvwxyz]"
    r"|n[acefgilopruz]|o[m]|p[aefghklmnrstwy]|q[a]|r[eosuw]|s[abcdeghiklmnorstuvxyz]|t[cdfghjklmnortvwz]|u[agksyz]"
    r"|v[aceginu]|w[fs]|y[et]|z[amw]"
    "|com|net|org|edu|gov|mil|int|info|biz|name|pro|museum|mobi|app|dev|page|web|site|online|shop|store|blog"
    "|news|media|agency|studio|design|art|photo|video|live|social|link|club|cloud|coffee|cafe|bike|books|restaurant"
    "|bar|events|travel|tours|hotel|city|world|global|group|team|tech|tools|software|digital|network|email|xyz|top"
    "|space|fun|wiki|zone|today|life|style|fashion|health|care|school|academy|berlin|london|paris|nyc|tokyo|ngo"
    "|foundation|jobs"
)
"""Countries, and the generic domains that people type without `https://`."""
_LATIN = r"a-z0-9\u00C0-\u024F"
_LABEL = rf"[{_LATIN}](?:[{_LATIN}_-]*[{_LATIN}])?"
_ANY_LABEL = r"[^\W_](?:[\w-]*[^\W_])?"
_PATH = rf"[{_LATIN}\u0400-\u04FF!*';:=+,.$/%#\[\]~@|&_-]"
_QUERY = r"\?[a-z0-9!?*'();:&=+$/%#\[\]._,~@|-]*[a-z0-9_&=#/+-]"
_TAIL = rf"(?::\d{{1,5}})?(?:/(?:\({_PATH}*\)|{_PATH})*(?<![.,:;!'*]))?(?:{_QUERY})?"
_URL = re.compile(
    rf"(?<![a-z0-9_@\uFF20$#\uFF03./-])(?:https?://(?:{_ANY_LABEL}\.)+(?!(?:{RESERVED})\b)(?:xn--[\w-]+|[^\W\d_]{{2,}})"
    rf"(?![a-z0-9_-])|(?:{_LABEL}\.)+(?:{_TLDS})(?![a-z0-9_@-])){_TAIL}",
    re.IGNORECASE,
)
_TOUCH = r"\p{Extended_Pictographic}[\uFE0F\p{Emoji_Modifier}]?"
_EMOJI = regex.compile(
    rf"[#*0-9]\uFE0F?\u20E3|\p{{Regional_Indicator}}{{2}}|\U0001F3F4[\U000E0020-\U000E007E]+\U000E007F"
    rf"|{_TOUCH}(?:\u200D{_TOUCH})*"
)
_TAGS: Mapping[str, tuple[re.Pattern[str], str]] = {
    "hashtags": (re.compile(r"(?<![\w&/])[#\uFF03](?!\d+\b)(\w+)"), "tag"),
    "mentions": (re.compile(r"(?<![\w!#$%&*@/])[@\uFF20](\w{1,15})(?![\w@])", re.ASCII), "username"),
    "cashtags": (re.compile(r"(?<![\w$])\$([A-Za-z]{1,6}(?:[._][A-Za-z]{1,2})?)(?!\w)"), "tag"),
}


@dataclass(frozen=True, slots=True)
class Link:
    """A t.co link in a post: what it stands for."""

    expanded: str
    shown: str
    media_key: str = ""


def plain(text: str) -> str:
    """The text as X keeps it."""
    return unicodedata.normalize("NFC", text).strip()


def weight(text: str) -> int:
    """Weighted length: links 23, emoji sequences 2, the rest by its ranges."""
    text = unicodedata.normalize("NFC", text)
    rest, links = _URL.subn("", text)
    rest, emoji = _EMOJI.subn("", rest)
    light = sum(any(low <= ord(char) <= high for low, high in LIGHT) for char in rest)
    return links * URL_WEIGHT + emoji * EMOJI_WEIGHT + 2 * len(rest) - light


def cashtags(text: str) -> list[str]:
    """Cashtags in a text."""
    return [found[1] for found in _TAGS["cashtags"][0].finditer(text)]


def mentions(text: str) -> frozenset[str]:
    """User names in a text, in lower case."""
    return frozenset(found[1].lower() for found in _TAGS["mentions"][0].finditer(text))


def links(text: str) -> list[Link]:
    """Links in a text, in order."""
    return [_link(found[0]) for found in _URL.finditer(text)]


def _link(url: str) -> Link:
    shown = re.sub(r"^https?://(www\.)?", "", url, flags=re.IGNORECASE)
    full = url if re.match("https?://", url, re.IGNORECASE) else f"http://{url}"
    return Link(full, shown if len(shown) <= 27 else f"{shown[:26]}…")  # noqa: PLR2004 - as X cuts them


def published(post_id: str, text: str, tail: Sequence[Link]) -> tuple[str, dict[str, Json]]:
    """The text as the API gives it back - links as t.co, the tail's too, &, < and > escaped - and its entities."""
    urls: list[Json] = []
    out = ""

    def add(link: Link) -> str:
        url = f"https://t.co/{hashlib.sha256(f'{post_id}/{len(urls)}'.encode()).hexdigest()[:10]}"
        about: dict[str, Json] = {"start": len(out), "end": len(out) + len(url), "url": url}
        about |= {"expanded_url": link.expanded, "display_url": link.shown}
        urls.append({**about, "media_key": link.media_key} if link.media_key else about)
        return url

    place = 0
    for found in _URL.finditer(text):
        out += html.escape(text[place : found.start()], quote=False)
        out += add(_link(found[0]))
        place = found.end()
    out += html.escape(text[place:], quote=False)
    for link in tail:
        out += " " if out else ""
        out += add(link)
    entities: dict[str, Json] = {"urls": urls} if urls else {}
    return out, entities | dict(_tags(out))


def _tags(out: str) -> Iterator[tuple[str, Json]]:
    for name, (pattern, key) in _TAGS.items():
        found: list[Json] = [{"start": m.start(), "end": m.end(), key: m[1]} for m in pattern.finditer(out)]
        if found:
            yield name, found
