"""Journeys through the dashboard in a real Chromium, on a sandbox over HTTP and a worker driven by hand."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from postwright.services import posts
from postwright.services.drafts import PostDraft, TargetDraft
from postwright.storage.posts import PostRow
from tests.support.browsing import Tab, Theme, running_chromium, sign_in, tab, window, work
from tests.support.clock import ManualClock
from tests.support.dashboard import settle
from tests.support.media_files import picture
from tests.support.world import World, running_world

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

HOUR = timedelta(hours=1)
CAPTION = "Doors open on Saturday at ten. #roastday"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with running_chromium() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with running_world(database_url, tmp_path, ManualClock()) as running:
        yield running


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return picture(tmp_path / "photo.jpg", width=400, height=400)


async def test_from_signing_up_to_a_post_that_turns_published_before_ones_eyes(
    browser: Browser, world: World, photo: Path
) -> None:
    async with window(browser) as context:
        here = await tab(context, world)
        await _sign_up(here)
        await _connect(here)
        post_id = await _compose(here, photo)
        await expect(here.page.locator(".post-head")).to_contain_text("Scheduled")
        list_of_posts = await tab(context, world)
        await list_of_posts.open("/posts")
        row = list_of_posts.page.locator(f"#post-{post_id}")
        await expect(row.locator(".prow-state")).to_have_text("Scheduled")
        for each in (here, list_of_posts):
            await expect(each.page.locator("[data-live]")).to_have_text("Live")
        await world.advance_to(world.app.clock.now() + 3 * HOUR)
        await work(world)
        await expect(here.page.locator(".post-head")).to_contain_text("Published")
        link = here.page.get_by_role("link", name="See it on Instagram")
        await expect(link).to_have_attribute("href", re.compile(r"https://www\.instagram\.com/p/"))
        await list_of_posts.page.bring_to_front()
        # The list holds what waits: a post that is out leaves it, and its tab counts it.
        await expect(row).to_have_count(0)
        await expect(list_of_posts.page.get_by_role("link", name="Published 1")).to_be_visible()
        assert [post["caption"] for post in await world.visible()] == [CAPTION]
        assert here.complaints + list_of_posts.complaints == []


async def _sign_up(here: Tab) -> None:
    page = here.page
    await here.open("/")
    await page.get_by_role("link", name="Create an account").click()
    await page.get_by_label("Your name").fill("Mara Lindqvist")
    await page.get_by_label("Workspace").fill("Northwind Coffee")
    await page.get_by_label("Email").fill("mara@example.org")
    await page.get_by_label("Password", exact=True).fill("slow mornings")
    await page.get_by_role("button", name="Create account").click()
    await expect(page.get_by_role("heading", name="Connect your first channel")).to_be_visible()


async def _connect(here: Tab) -> None:
    await here.page.get_by_role("link", name="Instagram for Instagram").click()
    await here.page.get_by_role("button", name="Approve").click()
    await expect(here.page.locator(".toast")).to_contain_text("Now write the first post.")
    assert await here.path() == "/compose"


async def _compose(here: Tab, photo: Path) -> UUID:
    page = here.page
    await expect(page.locator("#checks")).to_contain_text("add a picture or a video.")
    await page.set_input_files("#files", {"name": "notes.jpg", "mimeType": "image/jpeg", "buffer": b"not a picture"})
    await expect(page.locator(".mt.no")).to_contain_text("notes.jpg")
    await page.get_by_role("button", name="Leave out notes.jpg").click()
    await page.set_input_files("#files", photo)
    await page.get_by_role("button", name="Add alt text of picture 1").click()
    await page.get_by_label("What does it show?").fill("The open door of the shop")
    await page.get_by_role("button", name="Save", exact=True).click()
    caption = page.get_by_role("textbox", name="Caption")
    await caption.fill("a" * 2201)
    await expect(page.locator("#counts")).to_contain_text("over the limit")
    await expect(page.locator("#checks")).to_contain_text("2201 characters; 2200 are allowed.")
    await expect(page.locator("#go")).to_be_disabled()
    await caption.fill(CAPTION)
    await expect(page.locator("#counts")).to_contain_text("1 hashtag")
    await expect(page.locator("#checks .ok")).to_have_text("Ready")
    await page.get_by_role("radio", name="Pick a time").check()
    await page.get_by_label("Date").fill("2026-11-20")
    await page.get_by_label("Time", exact=True).fill("12:00")
    await page.get_by_label("Time zone").select_option("UTC")
    await expect(page.locator("#also")).to_contain_text("07:00 where you are (America/New York)")
    await page.get_by_role("button", name="Schedule", exact=True).click()
    await page.wait_for_url("**/posts/*")
    await expect(page.get_by_role("img", name="The open door of the shop")).to_be_visible()
    return UUID(page.url.rpartition("/")[2])


async def test_a_wrong_password_is_said_beside_it_and_the_email_is_kept(browser: Browser, world: World) -> None:
    async with window(browser, width=390, height=844) as context:
        here = await tab(context, world)
        await here.open("/posts?tab=all")
        await here.page.get_by_label("Email").fill("ana@example.com")
        await here.page.get_by_label("Password", exact=True).fill("wrong")
        await here.page.get_by_role("button", name="Sign in").click()
        password = here.page.get_by_label("Password", exact=True)
        await expect(password).to_have_accessible_description("The email or the password is wrong.")
        await expect(here.page.get_by_label("Email")).to_have_value("ana@example.com")
        assert await here.findings() == []
        await password.fill("correct horse battery")
        await password.press("Enter")
        await expect(here.page.get_by_role("heading", name="Posts", exact=True)).to_be_visible()
        assert await here.path() == "/posts?tab=all"


async def test_of_several_accounts_only_the_chosen_ones_are_connected(browser: Browser, world: World) -> None:
    async with window(browser) as context:
        await sign_in(context, world)
        here = await tab(context, world)
        await here.open("/channels")
        await here.page.get_by_role("link", name="Instagram through a Facebook Page").click()
        await here.page.get_by_role("button", name="Approve").click()
        await expect(here.page.get_by_role("heading", name="Choose accounts")).to_be_visible()
        boxes = here.page.get_by_role("checkbox")
        go = here.page.get_by_role("button", name=re.compile("Connect"))
        await expect(go).to_have_text("Connect 2 accounts")
        assert await here.findings() == []
        await boxes.first.uncheck()
        await expect(go).to_have_text("Connect 1 account")
        kept = await here.page.locator(".choice b").last.inner_text()
        await go.click()
        await expect(here.page.locator(".toast")).to_contain_text(f"Connected {kept}.")
        await here.open("/channels")
        assert await here.page.locator(".account h3").all_inner_texts() == [kept]
        await here.page.get_by_role("button", name=f"Disconnect {kept}").click()
        await here.page.locator("#confirm").get_by_role("button", name="Disconnect").click()
        await expect(here.page.locator(".toast")).to_contain_text(f"Disconnected {kept}.")
        assert here.complaints == []


async def test_a_consent_that_is_denied_leads_back_with_the_reason(browser: Browser, world: World) -> None:
    async with window(browser) as context:
        await sign_in(context, world)
        here = await tab(context, world)
        await here.open("/channels")
        await here.page.get_by_role("link", name="Instagram for Instagram").click()
        await here.page.get_by_role("button", name="Deny").click()
        await expect(here.page.get_by_role("alert")).to_contain_text("Instagram says that you did not allow it")
        assert await here.findings() == []


async def test_the_keyboard_alone_signs_in_writes_publishes_and_deletes(
    browser: Browser, world: World, photo: Path
) -> None:
    await world.connect()
    async with window(browser) as context:
        here = await tab(context, world)
        page, keys = here.page, here.page.keyboard
        await here.open("/login?next=/compose")
        await keys.type("ana@example.com")
        await keys.press("Tab")
        await keys.type("correct horse battery")
        await keys.press("Enter")
        await page.wait_for_url("**/compose")
        await _tab_to(page, "Caption")
        await keys.type("By keys alone")
        await page.set_input_files("#files", photo)  # the system's own dialog, which no page can be asked to open
        await expect(page.locator("#checks .ok")).to_have_text("Ready")
        await keys.press("Control+Enter")
        await page.wait_for_url("**/posts/*")
        await work(world)
        await expect(page.locator(".post-head")).to_contain_text("Published")
        await _tab_to(page, "Delete post")
        await keys.press("Enter")
        await expect(page.get_by_role("dialog", name="Delete this post?")).to_be_visible()
        await keys.press("Escape")
        await expect(page.get_by_role("button", name="Delete post")).to_be_focused()
        await keys.press("Enter")
        await _tab_to(page, "Delete the post")
        await keys.press("Enter")
        await expect(page.locator(".toast")).to_contain_text("The post is deleted.")
        assert here.complaints == []


async def _tab_to(page: Page, name: str) -> None:
    """Press Tab until what has this name (or text) has the focus."""
    for _ in range(60):
        focused = page.locator("*:focus")
        label = "(node) => (node.labels?.[0] ?? node).textContent.trim()"
        if await focused.count() and await focused.evaluate(label) == name:
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"Tab never came to {name}")


async def test_a_post_is_changed_in_the_composer_and_a_draft_outlives_the_page(browser: Browser, world: World) -> None:
    [account] = await world.connect()
    post = await _scheduled(world, account, "First words")
    async with window(browser) as context:
        await sign_in(context, world)
        here = await tab(context, world)
        await here.open(f"/posts/{post.id}")
        await here.page.get_by_role("link", name="Edit").click()
        caption = here.page.get_by_role("textbox", name="Caption")
        await expect(caption).to_have_value("First words")
        await caption.fill("Better words")
        await expect(here.page.locator("#checks .ok")).to_have_text("Ready")
        await here.page.get_by_role("button", name="Save", exact=True).click()
        await expect(here.page.get_by_role("heading", name="Better words")).to_be_visible()
        await here.open("/compose")
        await caption.fill("Not finished")
        await expect(here.page.locator("#saved")).to_contain_text("Draft kept")
        await here.open("/posts")
        await here.open("/compose")
        await expect(caption).to_have_value("Not finished")
        assert here.complaints == []


async def test_who_says_the_same_twice_is_asked_and_an_edited_post_is_no_twin_of_itself(
    browser: Browser, world: World, photo: Path
) -> None:
    await world.connect()
    async with window(browser) as context:
        await sign_in(context, world)
        here = await tab(context, world)
        page, ready = here.page, here.page.locator("#checks .ok")

        async def write() -> None:
            await here.open("/compose")
            await page.get_by_role("checkbox").first.check()
            await page.get_by_role("textbox", name="Caption").fill("Once more")
            await page.set_input_files("#files", photo)

        await write()
        await expect(ready).to_have_text("Ready")
        await page.get_by_role("button", name="Publish", exact=True).click()
        await page.wait_for_url("**/posts/*")
        await write()
        await expect(page.locator("#checks")).to_contain_text("The same text with the same files is to go out here")
        assert await here.findings() == []
        await page.get_by_role("button", name="Post it again").click()
        await expect(ready).to_have_text("Ready")
        await page.get_by_role("button", name="Publish", exact=True).click()
        await page.wait_for_url("**/posts/*")
        await page.get_by_role("link", name="Edit").click()
        await expect(page.locator("#checks")).to_contain_text("The same text with the same files is to go out here")
        await page.get_by_role("textbox", name="Caption").fill("Something else")
        await expect(ready).to_have_text("Ready")
        assert here.complaints == []


async def test_what_an_account_must_be_told_is_chosen_from_what_it_has(
    browser: Browser, world: World, photo: Path
) -> None:
    await world.connect("pinterest", platform="pinterest")
    async with window(browser, width=390, height=844, theme="dark") as context:
        await sign_in(context, world)
        here = await tab(context, world)
        page = here.page
        await here.open("/compose")
        await page.set_input_files("#files", photo)
        await expect(page.locator("#checks")).to_contain_text("Board is needed.")
        await expect(page.locator("#go")).to_be_disabled()
        await page.get_by_role("button", name="Open options").click()
        board = page.get_by_label("Board needed")
        await expect(board).to_be_focused()
        await expect(board).to_have_accessible_description("This is needed.")
        assert await here.findings() == []
        await board.select_option(index=1)
        await expect(page.locator("#checks .ok")).to_have_text("Ready")
        await page.get_by_role("button", name="Publish", exact=True).click()
        await page.wait_for_url("**/posts/*")
        row = await world.get(UUID(page.url.rpartition("/")[2]))
        assert "board_id" in row.publications[0].options
        assert here.complaints == []


async def test_each_channel_can_have_media_of_its_own_and_keeps_them_when_the_post_is_changed(
    browser: Browser, world: World, photo: Path
) -> None:
    [account] = await world.connect()
    await world.connect("facebook", platform="facebook")
    post = await _scheduled(world, account, "For all")
    async with window(browser) as context:
        await sign_in(context, world)
        here = await tab(context, world)
        page = here.page
        for times in (1, 2):
            await here.open(f"/compose?post={post.id}")
            if times == 1:
                await page.locator(".acc input:not(:checked)").first.check(force=True)
                await page.locator("#versions button").last.click()
                await page.set_input_files("#files", photo)
                await expect(page.locator("#own")).to_contain_text("This channel has its own media.")
                await page.locator("#versions button").first.click()
            await expect(page.locator("#tray .mt")).to_have_count(1)
            await page.get_by_role("textbox", name="Caption").fill(f"For all, {times}")
            await expect(page.locator("#checks .ok")).to_have_count(2)
            await page.get_by_role("button", name="Save", exact=True).click()
            await expect(page.get_by_role("heading", name=f"For all, {times}")).to_be_visible()
            row = await world.get(post.id)
            own = [file.media.name for file in row.media if file.publication_id]
            assert own == ["a.jpg", "photo.jpg"]
        assert here.complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_every_page_is_accessible_clean_and_fits_its_window(browser: Browser, world: World, theme: Theme) -> None:
    paths = await _pages(world)
    found: dict[str, list[str]] = {}
    for width in (1440, 390):
        async with window(browser, width=width, theme=theme) as context:
            here = await tab(context, world)
            for path in ("/login", "/signup", "/nothing"):
                found[f"{path} at {width}"] = await _look(here, path)
            await sign_in(context, world)
            for path in paths:
                found[f"{path} at {width}"] = await _look(here, path)
    async with window(browser, width=320, theme=theme) as context:
        here = await tab(context, world)
        await sign_in(context, world)
        for path in paths:
            await here.open(path)
            found[f"{path} at 320"] = ["scrolls sideways"] if await here.too_wide() else []
    assert {where: what for where, what in found.items() if what} == {}


async def _look(here: Tab, path: str) -> list[str]:
    await here.open(path)
    if path.startswith("/compose"):
        await expect(here.page.locator("#summary")).not_to_be_empty()
    here.complaints, complaints = [], here.complaints
    return complaints + await here.findings()


async def _pages(world: World) -> list[str]:
    """The address of every page, with posts in every state that looks different."""
    accounts = [*await world.connect(), *await world.connect("facebook")]
    rows = [await _scheduled(world, accounts[0], f"Post {number}", *accounts[1:]) for number in range(5)]
    for row, state in zip(rows[:4], ("published", "failed", "needs_attention", "queued"), strict=True):
        error = {"kind": "rejected", "message": "The picture is too wide."}
        out = {"published_at": row.due_at, "started_at": row.due_at, "external_url": "https://example.org/p/1"}
        if state != "queued":
            await settle(world.app, row, state, **(out if state == "published" else {"error": error}))
    await settle(world.app, rows[4], "published", **out, removed_at=rows[4].due_at)
    return [
        *(f"/posts/{row.id}" for row in rows),
        f"/compose?post={rows[3].id}",
        *(
            "/posts?tab=all",
            "/posts?tab=attention",
            "/channels",
            "/channels?problem=consent_denied",
            "/settings",
            "/compose",
            "/nothing",
        ),
    ]


async def _scheduled(world: World, account: UUID, caption: str, *others: UUID) -> PostRow:
    """A post with a picture, an hour from now."""
    draft = PostDraft(
        targets=tuple(TargetDraft(account_id=each) for each in (account, *others)),
        caption=caption,
        media=(await world.upload("a.jpg"),),
        scheduled_at=(world.app.clock.now() + HOUR).isoformat(),
    )
    return (await posts.create(world.app, world.caller, draft))[0]
