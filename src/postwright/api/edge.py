"""What every reply goes through, whichever door gives it: request ids, the access log, counts, safe headers.

It wraps the doors as a whole; main.py puts it on.
"""

import re
import time
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from postwright.api.metrics import Metrics
from postwright.api.problems import reply
from postwright.kit.ids import new_id
from postwright.kit.logging import logger
from postwright.settings import Settings

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")
_PROBES: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked by orchestrators under addresses of their own."""
_LOST: Final = 500

SAFE_HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "Cache-Control": "no-store",
}
"""Set where a door has not set its own."""
_HSTS: Final = "max-age=63072000"


class Edge:
    """ASGI middleware around all doors."""

    def __init__(self, inner: ASGIApp, settings: Settings, metrics: Metrics) -> None:
        self._inner = inner
        self._settings = settings
        self._metrics = metrics
        self._hosts = frozenset({urlsplit(settings.public_url).hostname, *_LOOPBACK}) if settings.production else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, and write down that it was answered."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else str(new_id())
        status, began = _LOST, time.perf_counter()

        async def dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._dress(MutableHeaders(scope=message), request_id)
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await (self._refusal(scope, headers) or self._inner)(scope, receive, dressed)
            finally:
                self._note(scope, status, time.perf_counter() - began)

    def _dress(self, headers: MutableHeaders, request_id: str) -> None:
        headers["X-Request-Id"] = request_id
        for name, value in SAFE_HEADERS.items():
            headers.setdefault(name, value)
        if self._settings.secure:
            headers["Strict-Transport-Security"] = _HSTS

    def _refusal(self, scope: Scope, headers: Headers) -> ASGIApp | None:
        """A reply instead of the doors': to a host that is not ours, or to HTTP where there is HTTPS."""
        if scope["path"] in _PROBES:
            return None
        if self._hosts is not None and _host(headers.get("host", "")) not in self._hosts:
            return reply(400, "untrusted_host", "This server does not answer for that host name.")
        if self._settings.secure and headers.get("x-forwarded-proto") == "http":
            query = scope["query_string"].decode("latin-1")
            address = self._settings.public_url + scope["path"] + (f"?{query}" if query else "")
            return RedirectResponse(address, 308)
        return None

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path_format", "")
        self._metrics.count(scope["method"] if route else "other", route or "none", status, seconds)
        logger().info(
            "request",
            method=scope["method"],
            # An address under a route with a signature is a key to a file: the log does not repeat it.
            path=route if "{signature}" in route else scope["path"],
            status=status,
            ms=round(seconds * 1000, 1),
            client=(scope.get("client") or ("", 0))[0],
        )


def _host(header: str) -> str:
    """The host without its port."""
    return (header if header.endswith("]") else header.rpartition(":")[0] or header).lower()
