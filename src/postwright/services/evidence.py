"""Turns what was said to and by a platform into lines a person can read, with every secret hidden."""

from collections.abc import Mapping
from datetime import timedelta

from postwright.domain.errors import PlatformError
from postwright.domain.publication import Json
from postwright.kit.clock import Clock
from postwright.kit.http import Reply, Request
from postwright.kit.logging import redact
from postwright.storage.publications import Line

_LONGEST_RAW = 4000
_FIRST_ERROR_STATUS = 400


class Evidence:
    """Collects lines until they are written down with the result that they tell of."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lines: list[Line] = []

    def say(self, level: str, message: str, raw: Mapping[str, object] | None = None) -> None:
        """Add a line."""
        self._lines.append(Line(self._clock.now(), level, message, raw))

    def sent(self, request: Request, reply: Reply | None, took: timedelta) -> None:
        """Add the line of one call to a platform."""
        where = f"{request.method} {request.url.partition('://')[2].partition('?')[0]}"
        milliseconds = took.total_seconds() * 1000
        good = reply is not None and reply.status < _FIRST_ERROR_STATUS
        outcome = "no reply" if reply is None else str(reply.status)
        self.say("info" if good else "warning", f"{where} → {outcome} in {milliseconds:.0f} ms", _raw(request, reply))

    def failed(self, error: PlatformError) -> None:
        """Add the line of a failure."""
        self.say("error", str(redact(error.message)), {"error": error_json(error), "evidence": redact(error.evidence)})

    def take(self) -> list[Line]:
        """The lines so far, which are then gone from here."""
        lines, self._lines = self._lines, []
        return lines


def error_json(error: PlatformError) -> dict[str, Json]:
    """A failure as it is stored with the publication."""
    return {
        "kind": error.kind,
        "message": str(redact(error.message)),
        "code": error.code,
        "status": error.status,
        "field": error.field,
    }


def _raw(request: Request, reply: Reply | None) -> dict[str, object]:
    asked = {
        name: redact(value)
        for name, value in (("query", request.query), ("form", request.form), ("json", request.json))
        if value
    }
    if reply is None:
        return {"request": asked}
    parsed = reply.json()
    small = parsed is not None and len(reply.body) <= _LONGEST_RAW
    body = redact(parsed) if small else redact(reply.body[:_LONGEST_RAW].decode(errors="replace"))
    return {"request": asked, "status": reply.status, "response": body}
