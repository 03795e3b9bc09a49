"""What is said once on the next page: signed words in a cookie that lives until they are shown."""

import base64
import binascii
import json
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from postwright.kit.signing import hmac_sha256_hex, matches
from postwright.services.app import App
from postwright.web.views import Flash

COOKIE: Final = "pw_said"
_SECONDS: Final = 60
_LONGEST: Final = 1500


def say(app: App, response: Response, text: str, *, bad: bool = False) -> Response:
    """The same response, after which the next page says `text`."""
    written = json.dumps([text[:_LONGEST], bad]).encode()
    packed = base64.urlsafe_b64encode(written).decode()
    response.set_cookie(
        COOKIE,
        f"{packed}.{_signature(app, packed)}",
        max_age=_SECONDS,
        path="/",
        secure=app.settings.secure,
        httponly=True,
        samesite="lax",
    )
    return response


def read(app: App, request: Request) -> tuple[Flash, ...]:
    """What is to be said on this page."""
    packed, _, signature = request.cookies.get(COOKIE, "").partition(".")
    if not packed or not matches(signature, _signature(app, packed)):
        return ()
    try:
        text, bad = json.loads(base64.urlsafe_b64decode(packed))
    except (ValueError, binascii.Error):
        return ()
    return (Flash(str(text), "bad" if bad else "ok"),)


def forget(request: Request, response: Response) -> None:
    """It was said."""
    if COOKIE in request.cookies:
        response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")


def _signature(app: App, packed: str) -> str:
    return hmac_sha256_hex(app.key_for("flash"), packed.encode())
