"""Structured logs (one JSON object a line, or plain text on a terminal) and the one redaction."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from functools import lru_cache

import structlog

from postwright.kit.crypto import Secret

HIDDEN = "[hidden]"
_CONFIDENTIAL = (
    "token|secret|passwo?r?d|authorization|cookie|api[_-]?key|private[_-]?key|assertion|verifier|appsecret_proof"
    "|signature|signed_request"
)
_SECRET_NAME = re.compile(rf"(?i){_CONFIDENTIAL}|^code$")
_NAME = rf"(?P<name>[\w.-]{{0,40}}(?:{_CONFIDENTIAL})[\w.-]{{0,40}}|code)"
_IN_TEXT = tuple(
    re.compile(pattern)
    for pattern in (
        # In a URL or a form, also one that is itself the value of another.
        rf"(?i)(?:(?<![\w.-])|(?<=%[0-9A-F]{{2}})){_NAME}(?:=|%3D)(?P<value>(?:(?!%26)[^&\s\"'<>\\])+)",
        # In JSON, also in a string of another JSON, or cut off.
        rf"(?i)(?P<quote>\\{{0,8}}[\"']){_NAME}(?P=quote)\s*:\s*(?P=quote)(?P<value>(?:(?!(?P=quote))\\?[\s\S])+)",
        # In a header.
        r"(?i)(?P<name>authorization|cookie)\s*:\s*(?P<value>[^\r\n\"']+)",
        # In words, as in "Malformed access token EAAG…": what follows is no word of any language.
        r"(?i)(?P<name>token|secret|key|bearer|basic|oauth)[\"']?[:=]?\s+[\"']?(?P<value>[\w.~+/=|-]{20,})",
        # In the address of a server.
        r"(?<=://)(?P<name>[^/\s:@]*):(?P<value>[^/\s@]+)(?=@)",
    )
)
_NAMED_IN_TEXT = (
    *("token", "secret", "passw", "auth", "cookie", "key", "code", "bearer", "basic"),
    *("assertion", "verifier", "signature", "signed_request", "@"),
)
"""No pattern of `_IN_TEXT` is found in a text that has none of these: most texts are spared the patterns."""
_ERROR_CODE = re.compile(r"[a-z_.]{1,60}|[A-Z_]{1,60}|-?\d{1,7}")
"""What `code` holds in an error; an authorization code, which has the same name, is a long random text."""


def redact(value: object) -> object:
    """A copy of JSON-like `value` with every secret replaced, known by its name or its place in a text."""
    if isinstance(value, str):
        return HIDDEN if isinstance(value, Secret) else _without_secrets(value)
    if isinstance(value, (dict, Mapping)):
        return {name: HIDDEN if _is_secret(str(name), item) else redact(item) for name, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [redact(item) for item in value]
    if isinstance(value, bytes):
        return _without_secrets(value.decode(errors="replace"))
    return value


def _is_secret(name: str, value: object) -> bool:
    if not value or isinstance(value, bool) or not _names_secret(name):
        return False
    return name.lower() != "code" or not _ERROR_CODE.fullmatch(str(value))


@lru_cache(maxsize=1024)
def _names_secret(name: str) -> bool:
    return _SECRET_NAME.search(name) is not None


def _without_secrets(text: str) -> str:
    # A dotted or a dotless i is an i to the patterns, too.
    plain = text.casefold().replace("\u0307", "").replace("ı", "i")  # noqa: RUF001 - it is meant
    for word in _NAMED_IN_TEXT:
        if word in plain:
            break
    else:
        return text
    for pattern in _IN_TEXT:
        text = pattern.sub(_hide, text)
    return text


def _hide(found: re.Match[str]) -> str:
    if found["name"].lower() == "code" and _ERROR_CODE.fullmatch(found["value"]):
        return found[0]
    start, end = (place - found.start() for place in found.span("value"))
    return found[0][:start] + HIDDEN + found[0][end:]


def _redact_event(_: object, __: str, event: MutableMapping[str, object]) -> MutableMapping[str, object]:
    return {name: HIDDEN if _is_secret(name, item) else redact(item) for name, item in event.items()}


def _redact_line(_: object, __: str, line: str) -> str:
    """The line as it is to be written: an error's own words and traceback are in it by now."""
    return _without_secrets(line)


def configure(level: str, *, json_lines: bool) -> None:
    """Set up logging for the process; called once by each entry point."""
    plain = structlog.dev.plain_traceback  # the default one shows the values of local variables
    renderer = (
        structlog.processors.JSONRenderer() if json_lines else structlog.dev.ConsoleRenderer(exception_formatter=plain)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _redact_event,
            structlog.processors.format_exc_info,
            renderer,
            _redact_line,  # type: ignore[list-item]  # what comes out of the renderer is a line
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=level.upper(), stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for noisy in ("pgqueuer", "alembic", "aiohttp.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def logger() -> structlog.typing.FilteringBoundLogger:
    """The process's logger; give events names and values, not sentences."""
    bound: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return bound
