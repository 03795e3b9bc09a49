"""Structured logs (one JSON object a line, or plain text on a terminal) and the one redaction."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping

import structlog

_SECRET_NAMES = re.compile(
    r"(?i)(token|secret|password|authorization|cookie|api[_-]?key|client_assertion|code_verifier|appsecret_proof|^code$)"
)
_SECRET_IN_TEXT = re.compile(r"(?i)((?:access_token|refresh_token|client_secret|code|fb_exchange_token)=)[^&\s\"']+")
HIDDEN = "[hidden]"


def redact(value: object) -> object:
    """A copy of JSON-like `value` with every secret replaced, by the name of its field or its place in a URL."""
    if isinstance(value, Mapping):
        return {k: HIDDEN if _SECRET_NAMES.search(str(k)) and v else redact(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [redact(item) for item in value]
    if isinstance(value, str):
        return _SECRET_IN_TEXT.sub(rf"\1{HIDDEN}", value)
    return value


def _redact_event(_: object, __: str, event: MutableMapping[str, object]) -> MutableMapping[str, object]:
    return {name: event[name] if name == "event" else redact({name: event[name]})[name] for name in event}  # type: ignore[index]  # redact keeps a mapping a mapping


def configure(level: str, *, json_lines: bool) -> None:
    """Set up logging for the process; called once by each entry point."""
    renderer = structlog.processors.JSONRenderer() if json_lines else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _redact_event,
            structlog.processors.format_exc_info,
            renderer,
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
