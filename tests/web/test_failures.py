"""What every page is sent with, and how failures look: pages for people, problems for programs."""

import asyncio
import contextlib

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from postwright.services.app import App
from postwright.storage.db import Database
from postwright.web.app import create_web
from postwright.web.pages import CONTENT_SECURITY_POLICY
from tests.support.asgi import Client, Reply
from tests.support.dashboard import Page, Visitor

INSIDE = ("/channels", "/compose", "/posts", "/nothing/here")
OUTSIDE = ("/login", "/signup", "/nothing/here")


@pytest.mark.parametrize("path", [*INSIDE, "/login"])
async def test_every_page_has_a_strict_policy_and_is_never_kept(ada: Visitor, guest: Visitor, path: str) -> None:
    page = await (guest if path == "/login" else ada).open(path)
    headers = page.reply.headers
    assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"


async def test_what_is_not_there_is_a_page_in_the_frame_and_a_problem_in_the_api(ada: Visitor, guest: Visitor) -> None:
    page = await ada.open("/nothing/here")
    assert page.status == 404
    assert "There is nothing here" in page.words
    assert "New post" in page.words
    page = await guest.open("/nothing/here")
    assert page.status == 404
    assert "New post" not in page.words
    for path in ("/api/nothing", "/api", "/media/nothing"):
        reply = (await ada.open(path)).reply
        assert reply.code == "not_found"
    assert (await ada.open("/posts/")).status == 404


async def test_a_page_asked_for_in_the_wrong_way_says_so(ada: Visitor) -> None:
    page = await ada.send("/posts")
    assert page.status == 405
    assert "This page is only for looking" in page.words


async def test_a_form_that_is_too_large_or_cannot_be_stored_is_refused(ada: Visitor) -> None:
    page = await ada.send("/theme", {"theme": "x" * 600_000})
    assert page.status == 413
    assert (await ada.send("/theme", {"theme": "\x00"})).status == 400
    in_pieces = Client(ada.app, {"Cookie": f"pw_session={ada.cookies['pw_session']}"})
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    pieces = [b"x" * 2000 + b"&"] * 300
    assert (await in_pieces.send("POST", "/theme", body=pieces, headers=form)).status == 413


async def test_a_pages_script_that_is_no_longer_signed_in_is_sent_to_sign_in(guest: Visitor) -> None:
    page = await guest.open("/posts", HX_Request="true")
    assert page.status == 401
    assert page.reply.headers["hx-redirect"] == "/login"


async def test_a_form_that_comes_after_the_session_has_ended_leads_to_signing_in(guest: Visitor) -> None:
    assert (await guest.send("/logout")).goes_to == "/login"


async def test_when_the_database_is_away_the_page_says_that_it_is_not_ready(app: App) -> None:
    await app.db.close()
    gone = Database("postgresql://nobody@127.0.0.1:1/nothing")
    lost = create_web(App(app.settings, gone, app.http, app.clock, app.keys, app.blobs, app.platforms))
    page = await Visitor(lost, {"pw_session": "01a1f86f-0d60-7791-b254-a7b83193c1aa.x"}).open("/posts")
    assert page.status == 503
    assert "Not ready right now" in page.words


async def test_a_fault_of_ours_is_a_page_that_tells_nothing_of_it(app: App) -> None:
    async def fault(_: Request) -> Response:
        raise ZeroDivisionError("secret detail")

    web = create_web(app)
    web.router.routes.append(Route("/fault", fault))
    page = Page(await _answer(web, "/fault"))
    assert page.status == 500
    assert "Something broke" in page.words
    assert "secret" not in page.source


async def _answer(web: Starlette, path: str) -> Reply:
    """What is answered before the fault goes on to the server, which logs it."""

    async def quiet(scope: Scope, receive: Receive, send: Send) -> None:
        with contextlib.suppress(ZeroDivisionError):
            await web(scope, receive, send)

    return await Client(quiet, {"Accept": "text/html"}).get(path)


async def test_a_guest_sees_no_workspace_on_any_page(guest: Visitor) -> None:
    pages = await asyncio.gather(*(guest.open(path) for path in INSIDE[:3]))
    assert [page.status for page in pages] == [303] * 3
    for path in OUTSIDE:
        assert "pw_session" not in (await guest.open(path)).reply.cookies
