"""How a page is made: the Jinja environment and its filters, the static files and their digest, the policy.

Which values a page takes is told at the top of its template; their shapes are in views.py.
"""

import dataclasses
import hashlib
import json
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from postwright.storage.overview import MOST_POSTS, MOST_WAITING
from postwright.web.views import STATE_LOOKS, Chrome

HERE = Path(__file__).parent
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What a page may load and where it may send: this server, and nothing inline."""

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_WEEK = 7 * _DAY
_JUST_NOW = timedelta(seconds=45)
_PROMPT = timedelta(seconds=1)


class StaticTree(StaticFiles):
    """Files under /static/<digest of them all>/…: one digest keeps modules that import each other together."""

    def __init__(self, directory: Path = HERE / "static") -> None:
        super().__init__(directory=directory)
        seen = hashlib.sha256()
        for path in sorted(directory.rglob("*")):
            if path.is_file():
                seen.update(path.relative_to(directory).as_posix().encode())
                seen.update(path.read_bytes())
        self.digest = seen.hexdigest()[:12]

    def url(self, path: str) -> str:
        """The address of a file of the tree."""
        return f"/static/{self.digest}/{path}"

    def get_path(self, scope: Scope) -> str:
        """The file that is asked for; under another digest than today's there is none."""
        digest, _, path = super().get_path(scope).partition("/")
        return path if digest == self.digest else ""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, to be kept for a year: changed files have another address."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


class Pages:
    """Renders templates to HTML. A value that a template names and was not given is an error."""

    def __init__(self, static: StaticTree) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(static=static.url, state_looks=STATE_LOOKS)
        self._environment.filters.update(
            when=when,
            ago=ago,
            clock=clock,
            lateness=lateness,
            length_of=length_of,
            count=count,
            tally=partial(tally, most=MOST_POSTS),
            short_tally=partial(tally, most=MOST_WAITING),
            json_script=json_script,
        )

    def render(self, template: str, **context: object) -> str:
        """The HTML of a template. Raises jinja2.UndefinedError if a value is missing."""
        return self._environment.get_template(template).render(**context)


def when(moment: datetime, chrome: Chrome) -> str:
    """A moment as people say it, in the page's zone: "Today, 09:30", "Thu 26 Nov, 09:30"."""
    local = moment.astimezone(chrome.zone)
    today = chrome.now.astimezone(chrome.zone)
    days = (local.date() - today.date()).days
    named = {-1: "Yesterday", 0: "Today", 1: "Tomorrow"}.get(days)
    if named is None:
        named = f"{local:%a} {local.day} {local:%b}" if local.year == today.year else f"{local.day} {local:%b %Y}"
    return f"{named}, {local:%H:%M}"


def clock(moment: datetime, chrome: Chrome) -> str:
    """The time of day to the second; with the day, if it is not today."""
    local = moment.astimezone(chrome.zone)
    today = chrome.now.astimezone(chrome.zone).date()
    return f"{local:%H:%M:%S}" if local.date() == today else f"{local.day} {local:%b %H:%M:%S}"


def ago(moment: datetime, chrome: Chrome) -> str:
    """How far a moment is from now: "5 min ago", "in 3 days"."""
    distance = moment - chrome.now
    if abs(distance) < _JUST_NOW:
        return "just now" if distance <= timedelta(0) else "in a moment"
    words = _span(abs(distance).total_seconds())
    return f"in {words}" if distance > timedelta(0) else f"{words} ago"


def _span(seconds: float) -> str:
    if seconds < _HOUR:
        return f"{max(1, round(seconds / _MINUTE))} min"
    if seconds < _DAY:
        return f"{round(seconds / _HOUR)} h"
    if seconds < 2 * _WEEK:
        return count(round(seconds / _DAY), "day")
    return count(round(seconds / _WEEK), "week")


def lateness(late: timedelta) -> str:
    """How late a publication started, in words; within a second is on time."""
    seconds = late.total_seconds()
    if late < _PROMPT:
        return f"On time, within {max(seconds, 0.01):.2f} s"
    if seconds < _MINUTE:
        return f"{seconds:.1f} s late"
    return f"{_span(seconds)} late"


def length_of(seconds: float) -> str:
    """The length of a video: "1:05"."""
    minutes, rest = divmod(round(seconds), _MINUTE)
    return f"{minutes}:{rest:02}"


def count(number: int, noun: str) -> str:
    """A number with its noun: "1 post", "2,400 posts"."""
    return f"{number:,} {noun if number == 1 else noun + 's'}"


def tally(number: int, *, most: int) -> str:
    """A number that was counted up to `most`: "12", "999+"."""
    return f"{number:,}" if number < most else f"{most - 1:,}+"


def json_script(value: object) -> Markup:
    """JSON for a <script type="application/json">: nothing in it can end the element."""
    text = json.dumps(value, default=_plain, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704  # escaped here


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in a page's data")
