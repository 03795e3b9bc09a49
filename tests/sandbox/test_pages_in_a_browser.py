"""The consent and timeline pages in real Chromium: they work, fit a phone, and are accessible in light and dark."""

from collections.abc import AsyncIterator
from typing import Literal
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]  # ships no types
from playwright.async_api import Browser, Page, async_playwright

from tests.sandbox.client import FACEBOOK_SCOPES, Sandbox
from tests.support.browser import chromium

pytestmark = pytest.mark.browser


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield browser
        await browser.close()


def dialog(sandbox: Sandbox) -> str:
    query = {
        "client_id": "sandbox-facebook",
        "redirect_uri": f"{sandbox.origin}/_sandbox/settings",
        "scope": FACEBOOK_SCOPES,
        "state": "st",
    }
    return f"{sandbox.origin}/www.facebook.com/v25.0/dialog/oauth?{urlencode(query)}"


async def test_a_person_approves_by_mouse_and_returns_to_the_app(sandbox: Sandbox, browser: Browser) -> None:
    page = await browser.new_page()
    await page.goto(dialog(sandbox))
    await page.get_by_role("link", name="Ben Okafor").click()
    await page.get_by_label("Upload media and create posts").uncheck()
    await page.get_by_role("button", name="Approve").click()
    await page.wait_for_url("**/_sandbox/settings?*")
    found = parse_qs(urlsplit(page.url).query)
    assert found["state"] == ["st"]
    redirect_uri = f"{sandbox.origin}/_sandbox/settings"
    token = (await sandbox.exchange_facebook(found["code"][0], redirect_uri=redirect_uri)).body["access_token"]
    bearer = {"authorization": f"Bearer {token}"}
    granted = (await sandbox.call("GET", "/graph.facebook.com/v25.0/me/permissions", headers=bearer)).body["data"]
    assert "instagram_content_publish" not in {item["permission"] for item in granted}
    assert (await sandbox.call("GET", "/graph.facebook.com/me", headers=bearer)).body["name"] == "Ben Okafor"


async def assert_fits_and_is_accessible(page: Page, complaints: list[str]) -> None:
    width: int = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert width <= 0
    found = await Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.response["violations"] == []
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
async def test_the_pages_are_accessible_and_fit(
    sandbox: Sandbox, browser: Browser, scheme: Literal["light", "dark"], width: int
) -> None:
    clara = await sandbox.clara()
    media = await clara.posted(caption="First light over the kiln shed", alt_text="A dawn")
    await sandbox.admin("comment", post=media, username="nils.walks", text="Lovely")
    items = [await clara.image(is_carousel_item="true") for _ in range(2)]
    await clara.publish((await clara.container(media_type="CAROUSEL", children=",".join(items))).body["id"])
    page = await browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    for url in (f"{sandbox.origin}/_sandbox/", dialog(sandbox)):
        await page.goto(url)
        await assert_fits_and_is_accessible(page, complaints)
