"""What every route of this door works with: the App, the pages, who is visiting, and how a page is answered.

Forms are read in forms.py; failures become pages in failures.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from postwright.domain.errors import Unauthenticated
from postwright.domain.schedule import zone_of
from postwright.kit.signing import hmac_sha256_hex
from postwright.services import auth, people
from postwright.services.app import App
from postwright.services.auth import Caller
from postwright.storage.users import Member
from postwright.web import flash
from postwright.web.live import Changes
from postwright.web.pages import CONTENT_SECURITY_POLICY, Pages
from postwright.web.views import Chrome

SESSION_COOKIE: Final = "pw_session"
VISIT_COOKIE: Final = "pw_visit"
THEME_COOKIE: Final = "pw_theme"
THEMES: Final[Mapping[str, Literal["", "light", "dark"]]] = {"": "", "light": "light", "dark": "dark"}
UTC: Final = ZoneInfo("UTC")
SEE_OTHER: Final = 303
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
WRITERS: Final = ("owner", "admin", "editor")


@dataclass(frozen=True, slots=True)
class Door:
    """What this door is made of. An open event stream is heard of, and its session looked at, every `heartbeat`."""

    app: App
    pages: Pages
    changes: Changes
    heartbeat: timedelta


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of somebody who is signed in. `began` is when it came: what it shows is not older."""

    door: Door
    request: Request
    caller: Caller
    member: Member
    began: datetime

    @property
    def app(self) -> App:
        return self.door.app

    @property
    def csrf(self) -> str:
        """What every form of this session carries."""
        return auth.csrf_token(self.app, self.caller.session_id)

    @property
    def may_write(self) -> bool:
        return self.caller.role in WRITERS

    def chrome(self, path: str | None = None) -> Chrome:
        """The head of a page; `path` is given where this request's address is not that of a page."""
        zone = zone_of(self.member.workspace.timezone)
        return chrome(self.request, csrf=self.csrf, now=self.began, zone=zone, path=path)


def door_of(request: Request) -> Door:
    """The door that a request came through."""
    door: Door = request.app.state.door
    return door


async def visit(request: Request) -> Visit:
    """Who is signed in, by the session cookie. Raises Unauthenticated."""
    door = door_of(request)
    began = door.app.clock.now()
    cookie = request.cookies.get(SESSION_COOKIE)
    if not cookie:
        raise Unauthenticated
    caller = await auth.authenticate_cookie(door.app, cookie)
    async with door.app.db.tx() as tx:
        return Visit(door, request, caller, await people.me(tx, caller), began)


def chrome(request: Request, *, csrf: str, now: datetime, zone: ZoneInfo, path: str | None = None) -> Chrome:
    """The head of a page for this request."""
    return Chrome(
        csrf=csrf,
        now=now,
        zone=zone,
        path=path or (_asked_for(request) if request.method == "GET" else came_from(request, "/")),
        theme=THEMES.get(request.cookies.get(THEME_COOKIE, ""), ""),
        flashes=() if is_fragment(request) else flash.read(door_of(request).app, request),
    )


def answer(request: Request, template: str, context: Mapping[str, object], status: int = 200) -> Response:
    """A page. What was to be said once is said with it."""
    text = door_of(request).pages.render(template, **context)
    response = HTMLResponse(text, int(status), {"Content-Security-Policy": CONTENT_SECURITY_POLICY})
    if not is_fragment(request):
        flash.forget(request, response)
    return response


def go(path: str) -> Response:
    """A redirect to a page of ours, by GET."""
    return RedirectResponse(path, SEE_OTHER)


def is_fragment(request: Request) -> bool:
    """Whether the page's script asks, and takes only a part of the page."""
    return "HX-Request" in request.headers


def own_path(text: str, default: str = "/") -> str:
    """`text` if it is a path that a browser cannot take for another server's address."""
    is_own = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isascii() and text.isprintable()
    return text if is_own else default


def came_from(request: Request, default: str) -> str:
    """The page of ours that a form was sent from."""
    parts = urlsplit(request.headers.get("Referer", ""))
    if parts.netloc != request.headers.get("Host"):
        return default
    return own_path(parts.path + (f"?{parts.query}" if parts.query else ""), default)


def loopback_twin(request: Request) -> Response | None:
    """A redirect from another name of this machine to the one that the public address has.

    People type localhost for 127.0.0.1, but a consent comes back to the public address, where their cookie is not.
    """
    public = urlsplit(door_of(request).app.settings.public_url)
    here = request.url
    if {public.hostname, here.hostname} <= _LOOPBACK and public.hostname != here.hostname and public.port == here.port:
        return RedirectResponse(f"{public.scheme}://{public.netloc}{_asked_for(request)}", SEE_OTHER)
    return None


def login_path(request: Request) -> str:
    """Where somebody signs in who then wants to see what they asked for."""
    if request.method != "GET":
        return "/login"
    wanted = _asked_for(request)
    return "/login" if wanted == "/" else f"/login?next={quote(wanted)}"


def _asked_for(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def set_cookie(app: App, response: Response, name: str, value: str, *, seconds: int | None = None) -> None:
    """Give the browser a cookie that no script sees and no other site's form sends along."""
    response.set_cookie(
        name, value, max_age=seconds, path="/", secure=app.settings.secure, httponly=True, samesite="lax"
    )


def visit_token(app: App, cookie: str) -> str:
    """What a form carries of somebody who is not signed in, bound to their visit's cookie."""
    return hmac_sha256_hex(app.key_for("csrf"), f"visit {cookie}".encode())
