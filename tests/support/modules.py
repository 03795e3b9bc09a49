"""A blank page under the dashboard's policy, to run the dashboard's own modules in a real Chromium."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route

from postwright.web.pages import CONTENT_SECURITY_POLICY, StaticTree
from tests.support.browsing import running_chromium
from tests.support.server import serving
from tests.support.waiting import free_port


@asynccontextmanager
async def blank_page() -> AsyncIterator[tuple[Page, StaticTree]]:
    """The page, and the tree whose addresses its scripts import."""
    static = StaticTree()

    async def blank(_: Request) -> Response:
        return HTMLResponse("<!doctype html>", headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})

    app = Starlette(routes=[Route("/", blank), Mount("/static", static)])
    async with serving(app, free_port()) as origin, running_chromium() as browser:
        page = await browser.new_page()
        await page.goto(origin)
        yield page, static
