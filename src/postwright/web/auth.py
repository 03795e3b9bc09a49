"""The pages of signing up, signing in and out, and how the dashboard looks. Programs sign in at the API."""

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from postwright.domain.errors import Conflict, Invalid, NotAllowed, Problem, TooMany, Unauthenticated
from postwright.domain.schedule import zone_of
from postwright.kit.ids import token
from postwright.services import auth, people
from postwright.services.app import App
from postwright.services.overview import overview
from postwright.storage.users import Member
from postwright.web import flash
from postwright.web.channels import tiles
from postwright.web.door import (
    SESSION_COOKIE,
    THEME_COOKIE,
    THEMES,
    UTC,
    VISIT_COOKIE,
    answer,
    chrome,
    door_of,
    go,
    loopback_twin,
    own_path,
    set_cookie,
    visit,
    visit_token,
)
from postwright.web.forms import Form, check_csrf, read_form, submitted
from postwright.web.views import FormState

SESSION_SECONDS: Final = int(auth.SESSION_LIFETIME.total_seconds())
_YEAR: Final = 365 * 24 * 3600
_UNPROCESSABLE: Final = 422
_OLD_PAGE: Final = "This page was open for too long. Please send it once more."


async def start(request: Request) -> Response:
    """Where a person goes on: their posts, or first a channel to publish on."""
    visiting = await visit(request)
    async with visiting.app.db.tx() as tx:
        seen = await overview(tx, visiting.caller)
    return go("/posts" if seen.accounts or seen.states else "/channels")


async def show_login(request: Request) -> Response:
    """The sign-in page; somebody who is signed in goes on."""
    if elsewhere := loopback_twin(request):
        return elsewhere
    wanted = own_path(request.query_params.get("next", ""))
    return go(wanted) if await _is_in(request) else await _login_page(request, FormState(), wanted)


async def log_in(request: Request) -> Response:
    """Sign in by email and password."""
    form = await read_form(request)
    wanted, typed = own_path(form.text("next")), {"email": form.text("email")}
    try:
        _check_visit(request, form)
        member = await people.log_in(door_of(request).app, typed["email"], form.text("password"), _address(request))
    except Unauthenticated as wrong:
        state = FormState(typed, {"password": wrong.message})
        return await _login_page(request, state, wanted, _UNPROCESSABLE)
    except (TooMany, NotAllowed) as refused:
        return await _login_page(request, FormState(typed, problem=_words(refused)), wanted, refused.status)
    return await _let_in(request, member, wanted)


async def show_signup(request: Request) -> Response:
    """The page where an account is made."""
    if elsewhere := loopback_twin(request):
        return elsewhere
    return go("/") if await _is_in(request) else await _signup_page(request, FormState())


async def sign_up(request: Request) -> Response:
    """Make a person with their workspace, and sign them in."""
    form = await read_form(request)
    typed = {name: form.text(name) for name in ("name", "email", "workspace")}
    wanted = people.SignUp(
        typed["email"], form.text("password"), typed["name"], _zone(form.text("timezone")), typed["workspace"]
    )
    try:
        _check_visit(request, form)
        member = await people.sign_up(door_of(request).app, wanted, _address(request))
    except Invalid as wrong:
        errors = {finding.field: finding.message for finding in wrong.findings}
        return await _signup_page(request, FormState(typed, errors), _UNPROCESSABLE)
    except Conflict as taken:
        return await _signup_page(request, FormState(typed, {"email": taken.message}), _UNPROCESSABLE)
    except (TooMany, NotAllowed) as refused:
        return await _signup_page(request, FormState(typed, problem=_words(refused)), refused.status)
    return await _let_in(request, member, "/")


async def log_out(request: Request) -> Response:
    """End the session."""
    visiting, _ = await submitted(request)
    async with visiting.app.db.tx() as tx:
        await auth.log_out(tx, visiting.app, visiting.caller)
    response = flash.say(visiting.app, go("/login"), "You are signed out.")
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax")
    return response


async def choose_theme(request: Request) -> Response:
    """Light, dark, or what the device says."""
    visiting, form = await submitted(request)
    response = go(own_path(form.text("next")))
    set_cookie(visiting.app, response, THEME_COOKIE, THEMES.get(form.text("theme"), ""), seconds=_YEAR)
    return response


async def _login_page(request: Request, state: FormState, wanted: str, status: int = 200) -> Response:
    return await _outside(request, "login.html", status, {"form": state, "next": wanted})


async def _signup_page(request: Request, state: FormState, status: int = 200) -> Response:
    async with door_of(request).app.db.tx() as tx:
        first = await people.nobody_yet(tx)
    shown = {"form": state, "first": first, "shortest": people.SHORTEST_PASSWORD}
    return await _outside(request, "signup.html", status, shown)


async def _outside(request: Request, template: str, status: int, context: Mapping[str, object]) -> Response:
    """A page for somebody who is not signed in; its form is bound to a cookie of this visit."""
    app = door_of(request).app
    cookie = request.cookies.get(VISIT_COOKIE) or token()
    path = template.partition(".")[0]
    head = chrome(request, csrf=visit_token(app, cookie), now=app.clock.now(), zone=UTC, path=f"/{path}")
    response = answer(request, template, {"chrome": head, "platforms": tiles(app, ()), **context}, status)
    set_cookie(app, response, VISIT_COOKIE, cookie)
    return response


def _check_visit(request: Request, form: Form) -> None:
    cookie = request.cookies.get(VISIT_COOKIE)
    if not cookie:
        raise NotAllowed(_OLD_PAGE, code="csrf")
    try:
        check_csrf(form, visit_token(door_of(request).app, cookie))
    except NotAllowed as other:
        raise NotAllowed(_OLD_PAGE, code="csrf") from other


async def _let_in(request: Request, member: Member, wanted: str) -> Response:
    app: App = door_of(request).app
    async with app.db.tx() as tx:
        cookie = await auth.open_web_session(tx, app, member, user_agent=request.headers.get("User-Agent"))
    response = go(wanted)
    set_cookie(app, response, SESSION_COOKIE, cookie, seconds=SESSION_SECONDS)
    return response


async def _is_in(request: Request) -> bool:
    try:
        await visit(request)
    except Unauthenticated:
        return False
    return True


def _zone(name: str) -> str:
    """The zone that the browser says, or UTC: nobody typed it, so nobody can mend it here."""
    try:
        zone_of(name)
    except Invalid:
        return "UTC"
    return name


def _words(refused: Problem) -> str:
    if refused.retry_at is None:
        return refused.message
    return f"There were too many tries. Please come back after {refused.retry_at:%H:%M} UTC."


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"
