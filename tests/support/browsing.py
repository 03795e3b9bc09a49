"""Drives the dashboard in a real Chromium, and notes whatever a page complains about."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]  # it brings no types
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright

from postwright.services import auth, people
from postwright.storage import changes
from tests.support.browser import chromium
from tests.support.world import World

Theme = Literal["light", "dark"]

NOT_OURS = "the server responded with a status of 4"
"""Chromium's own line for a reply that a test asked for."""
WATCH_POLICY = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


@dataclass
class Tab:
    """One page of a browser, and its complaints."""

    page: Page
    origin: str
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    async def open(self, path: str) -> None:
        """Go to a page of the dashboard."""
        await self.page.goto(self.origin + path)

    async def findings(self) -> list[str]:
        """What is wrong with the page as it stands: by axe, by its own policy, in the console, or too wide."""
        found = [*self.complaints, *await self.page.evaluate("window.violations")]
        if await self.too_wide():
            found.append("scrolls sideways")
        report = await Axe().run(self.page)
        for violation in report.response["violations"]:
            places = [node["html"][:200] for node in violation["nodes"]]
            found.append(f"{violation['id']}: {' | '.join(places)}")
        return found

    async def too_wide(self) -> bool:
        """Whether the page scrolls sideways."""
        return bool(await self.page.evaluate("document.documentElement.scrollWidth > innerWidth"))

    async def path(self) -> str:
        """Where the tab is, without the server."""
        return self.page.url.removeprefix(self.origin).partition("#")[0]

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and NOT_OURS not in message.text:
            self.complaints.append(f"{message.type}: {message.text}")


@asynccontextmanager
async def running_chromium() -> AsyncIterator[Browser]:
    """The system's Chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield browser
        await browser.close()


@asynccontextmanager
async def window(
    browser: Browser, *, width: int = 1440, height: int = 900, theme: Theme = "light"
) -> AsyncIterator[BrowserContext]:
    """A window with cookies of its own, in another time zone than the server's. Nothing moves in it."""
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=theme,
        timezone_id="America/New_York",
        reduced_motion="reduce",
    )
    await context.add_init_script(WATCH_POLICY)
    context.set_default_timeout(15_000)
    yield context
    await context.close()


async def tab(context: BrowserContext, world: World) -> Tab:
    """A new tab on the world's dashboard."""
    return Tab(await context.new_page(), world.app.settings.public_url)


async def work(world: World) -> None:
    """Let the worker do what is due, and tell open pages of it."""
    await world.work()
    changed = await world.worker.changes()
    async with world.app.db.tx() as tx:
        await changes.announce(tx, changed)


async def sign_in(context: BrowserContext, world: World) -> None:
    """Give a window the session of the world's person."""
    async with world.app.db.tx() as tx:
        cookie = await auth.open_web_session(tx, world.app, await people.me(tx, world.caller))
    await context.add_cookies([{"name": "pw_session", "value": cookie, "url": world.app.settings.public_url}])
