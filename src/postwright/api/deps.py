"""What routes ask for: the App, and who is calling (bearer token or session cookie, with its CSRF check)."""

from typing import Annotated, Final

from fastapi import Depends
from fastapi.security import APIKeyCookie, HTTPBearer
from starlette.requests import Request

from postwright.api.guard import WRITES
from postwright.domain.errors import NotAllowed, Unauthenticated
from postwright.kit.crypto import same
from postwright.services import auth
from postwright.services.app import App
from postwright.services.auth import Caller

COOKIE: Final = "pw_session"
_WRITERS: Final = frozenset({"owner", "admin", "editor"})

_bearer = HTTPBearer(
    auto_error=False, scheme_name="bearer", bearerFormat="JWT", description="An access token from /api/auth/login."
)
_cookie = APIKeyCookie(
    name=COOKIE,
    auto_error=False,
    scheme_name="cookie",
    description="A browser's session. Every write needs its CSRF token in the header X-CSRF-Token as well.",
)


async def app_of(request: Request) -> App:
    """The composed application behind this door. It is async as FastAPI would run it in a thread otherwise."""
    app: App = request.app.state.app
    return app


AppDep = Annotated[App, Depends(app_of)]


async def identify(request: Request, app: App) -> Caller:
    """Who sends this request; looked up once per request. Raises Unauthenticated or NotAllowed."""
    known: Caller | None = getattr(request.state, "caller", None)
    if known is None:
        known = await _identify(request, app)
        request.state.caller = known
    return known


async def _identify(request: Request, app: App) -> Caller:
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme:
        if scheme.lower() != "bearer" or not credentials.strip():
            raise Unauthenticated("The Authorization header must be: Bearer, a space, and an access token.")
        return await auth.authenticate_bearer(app, credentials.strip())
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        raise Unauthenticated
    caller = await auth.authenticate_cookie(app, cookie)
    if request.method in WRITES:
        _check_csrf(request, app, caller)
    return caller


def _check_csrf(request: Request, app: App, caller: Caller) -> None:
    given = request.headers.get("X-CSRF-Token", "")
    if not same(given, auth.csrf_token(app, caller.session_id)):
        raise NotAllowed("The CSRF token is missing or not this session's: send it as X-CSRF-Token.", code="csrf")


async def _caller(
    request: Request,
    app: AppDep,
    _bearer: Annotated[object, Depends(_bearer)],
    _cookie: Annotated[object, Depends(_cookie)],
) -> Caller:
    return await identify(request, app)


CallerDep = Annotated[Caller, Depends(_caller)]
"""Anyone who belongs to the workspace."""


async def _writer(caller: CallerDep) -> Caller:
    if caller.role not in _WRITERS:
        raise NotAllowed("You may look at this workspace, but not change it.", code="read_only")
    return caller


WriterDep = Annotated[Caller, Depends(_writer)]
"""Someone who may change things: not a viewer."""


async def require_admin(caller: CallerDep) -> None:
    """Let only those pass who look after the whole instance. Raises NotAllowed."""
    if not caller.is_admin:
        raise NotAllowed("Only those who look after this instance may do that.")
