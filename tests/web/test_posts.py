"""The list of posts, one post, and what a person can do about it, against the real database."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import text
from starlette.types import ASGIApp

from postwright.services.app import App
from postwright.storage.db import Tx
from postwright.storage.overview import MOST_POSTS, MOST_WAITING
from postwright.storage.posts import PostRow
from postwright.web.posts import ROWS
from tests.support.apps import Person, connect_account, join
from tests.support.clock import ManualClock
from tests.support.dashboard import Page, Visitor, settle, visitor, write

HOUR = timedelta(hours=1)
FAILED = {"kind": "rejected", "message": "The picture is too wide."}
UNCERTAIN = {"kind": "uncertain", "message": "The connection was cut."}


def captions(page: Page) -> list[str]:
    return re.findall(r'<a class="prow-main" href="[^"]+">([^<]*)</a>', page.source)


async def state_of(ada: Visitor, post_id: object) -> str:
    page = await ada.open(f"/posts/{post_id}")
    found = re.search(
        r'<div class="post-head">\s*<span class="st [^"]+"><svg.*?</svg>([^<]+)</span>', page.source, re.DOTALL
    )
    assert found
    return found[1]


async def test_each_tab_holds_its_states_and_the_queue_comes_soonest_first(
    ada: Visitor, app: App, person: Person
) -> None:
    account = await connect_account(app, person)
    for hours, caption in ((5, "Third"), (1, "First"), (3, "Second")):
        await write(app, person, account, caption=caption, after=hours * HOUR)
    out = await write(app, person, account, caption="Out", after=HOUR)
    await settle(app, out, "published", published_at=app.clock.now(), started_at=out.due_at)
    wrong = await write(app, person, account, caption="Wrong", after=2 * HOUR)
    await settle(app, wrong, "failed", error=FAILED)
    assert captions(await ada.open("/posts")) == ["First", "Second", "Third"]
    assert captions(await ada.open("/posts?tab=published")) == ["Out"]
    page = await ada.open("/posts?tab=attention")
    assert captions(page) == ["Wrong"]
    assert "The picture is too wide." in page.words
    assert sorted(captions(await ada.open("/posts?tab=all"))) == ["First", "Out", "Second", "Third", "Wrong"]


async def test_a_list_is_narrowed_to_a_channel_with_its_own_counts(ada: Visitor, app: App, person: Person) -> None:
    first, second = await connect_account(app, person), await connect_account(app, person, external_id="2")
    await write(app, person, first, caption="On one", after=HOUR)
    await write(app, person, first, second, caption="On both", after=2 * HOUR)
    page = await ada.open(f"/posts?account={second}")
    assert captions(page) == ["On both"]
    assert f"/posts?tab=published&amp;account={second}" in page.source
    assert re.search(r"Queue\s*<span class=\"n\">1</span>", page.source)


async def pile_up(app: App, post: PostRow, number: int) -> None:
    """So many copies of a post with its publications."""
    copies = (
        """CREATE TEMPORARY TABLE pile ON COMMIT DROP AS
           SELECT gen_random_uuid() AS id FROM generate_series(1, :number)""",
        """INSERT INTO posts SELECT (jsonb_populate_record(po, jsonb_build_object('id', pile.id))).*
           FROM posts po, pile WHERE po.id = :post""",
        """INSERT INTO publications SELECT (jsonb_populate_record(
             p, jsonb_build_object('id', gen_random_uuid(), 'post_id', pile.id))).*
           FROM publications p, pile WHERE p.post_id = :post""",
    )
    values = {"number": number, "post": post.id}
    async with app.db.tx() as tx:
        for copy in copies:
            await tx.execute(text(copy), {name: value for name, value in values.items() if f":{name}" in copy})


async def test_nobody_waits_for_a_count_of_very_many_posts(ada: Visitor, app: App, person: Person) -> None:
    account = await connect_account(app, person)
    waiting = await write(app, person, account, caption="Waiting", after=HOUR)
    wrong = await write(app, person, account, caption="Wrong", after=HOUR)
    await settle(app, wrong, "failed", error=FAILED)
    await pile_up(app, waiting, MOST_WAITING - 2)
    await pile_up(app, wrong, MOST_POSTS - 2)
    for address in ("/posts?tab=all", f"/posts?tab=all&account={account}"):
        page = await ada.open(address)
        assert "Queue 99 Published Needs attention 999 All 999+" in page.words
        assert "Posts 999 need you" in page.words
        assert "Instagram: ada_1789 99 scheduled" in page.words
    await pile_up(app, waiting, 1)
    await pile_up(app, wrong, 1)
    for address in ("/posts?tab=all", f"/posts?tab=all&account={account}"):
        page = await ada.open(address)
        assert "Queue 100 Published Needs attention 999+ All 999+" in page.words
        assert "Posts 999+ need you" in page.words
        assert "Instagram: ada_1789 99+ scheduled" in page.words
    page = await ada.open("/channels")
    assert "99+ scheduled on ada_1789" in page.words
    assert 'data-confirm-text="99+ scheduled posts will not go out there.' in page.source


async def test_a_channels_posts_are_found_among_very_many(ada: Visitor, app: App, person: Person) -> None:
    busy, quiet = await connect_account(app, person), await connect_account(app, person, external_id="2")
    await pile_up(app, await write(app, person, busy, caption="Near", after=HOUR), 600)
    for hours, caption in ((3, "Last"), (2, "First")):
        await write(app, person, quiet, caption=caption, after=hours * HOUR)
    assert captions(await ada.open(f"/posts?tab=queue&account={quiet}")) == ["First", "Last"]
    assert captions(await ada.open(f"/posts?tab=all&account={quiet}")) == ["Last", "First"]
    wrong = await write(app, person, quiet, caption="Wrong", after=4 * HOUR)
    await settle(app, wrong, "failed", error=FAILED)
    await pile_up(app, wrong, 5000)
    page = await ada.open(f"/posts?tab=queue&account={quiet}")
    assert captions(page) == ["First", "Last"]
    assert "Queue 2 Published Needs attention 999+ All 999+" in page.words
    assert captions(await ada.open(f"/posts?tab=attention&account={quiet}")) == ["Wrong"] * ROWS
    assert captions(await ada.open(f"/posts?tab=published&account={quiet}")) == []


async def test_more_posts_than_fit_are_reached_page_by_page_and_each_once(
    ada: Visitor, app: App, person: Person
) -> None:
    account = await connect_account(app, person)
    total = ROWS + 3
    for number in range(total):
        await write(app, person, account, caption=f"Post {number:02}", after=HOUR + timedelta(minutes=number // 2))
    found: list[str] = []
    address: str | None = "/posts?tab=queue"
    while address:
        page = await ada.open(address)
        found += captions(page)
        more = re.search(r'hx-get="(/posts\?[^"]*cursor=[^"]+)"', page.source)
        address = more[1].replace("&amp;", "&") if more else None
    assert len(found) == total
    assert sorted(found) == [f"Post {number:02}" for number in range(total)]


async def test_times_are_told_in_the_workspaces_zone(server: ASGIApp, app: App) -> None:
    person = await join(app)
    account = await connect_account(app, person)
    post = await write(app, person, account, after=HOUR)
    async with app.db.tx() as tx:
        await in_zone(tx, "Asia/Tokyo")
    page = await visitor(server, person).open(f"/posts/{post.id}")
    assert "Today, 19:00" in page.words  # it is 9:00 in UTC
    assert "Asia/Tokyo (10:00 in UTC)" in page.words


async def in_zone(tx: Tx, zone: str) -> None:
    await tx.exec_driver_sql("UPDATE workspaces SET timezone = $1", (zone,))


async def test_a_published_post_shows_its_link_and_how_punctual_it_was(
    ada: Visitor, app: App, person: Person, clock: ManualClock
) -> None:
    post = await write(app, person, await connect_account(app, person), after=HOUR)
    clock.advance(2 * HOUR)
    await settle(
        app,
        post,
        "published",
        started_at=post.due_at + timedelta(milliseconds=310),
        published_at=post.due_at + timedelta(seconds=2),
        external_url="https://www.instagram.com/p/abc/",
    )
    page = await ada.open(f"/posts/{post.id}")
    assert "On time, within 0.31 s" in page.words
    assert 'href="https://www.instagram.com/p/abc/" rel="noopener"' in page.source
    assert "On time" in (await ada.open("/posts?tab=published")).words
    assert "Edit" not in page.words


async def test_the_evidence_of_a_post_is_told_in_order_with_what_comes_next(
    ada: Visitor, app: App, person: Person
) -> None:
    post = await write(app, person, await connect_account(app, person), after=HOUR)
    page = await ada.open(f"/posts/{post.id}")
    assert "Accepted for 2026-11-20 10:00 UTC" in page.words
    assert "Goes out" in page.words


async def test_a_failed_post_is_tried_again_from_the_list_and_from_its_page(
    ada: Visitor, app: App, person: Person, clock: ManualClock
) -> None:
    post = await write(app, person, await connect_account(app, person), after=HOUR)
    clock.advance(HOUR)
    await settle(app, post, "failed", error=FAILED)
    await ada.open("/posts?tab=attention")
    here = "http://127.0.0.1:8000/posts?tab=attention"
    assert (await ada.send(f"/posts/{post.id}/retry", Referer=here)).goes_to == "/posts?tab=attention"
    assert "It is being tried again now." in (await ada.open("/posts")).words
    assert await state_of(ada, post.id) == "Waiting"
    one = f"/posts/{post.id}/publications/{post.publications[0].id}/retry"
    assert (await ada.send(one)).goes_to == f"/posts/{post.id}"
    assert "Nothing of this post has failed." in (await ada.open(f"/posts/{post.id}")).words


async def test_a_doubtful_post_is_settled_by_a_person(ada: Visitor, app: App, person: Person) -> None:
    post = await write(app, person, await connect_account(app, person), after=HOUR)
    await settle(app, post, "needs_attention", error=UNCERTAIN, intent_step="publish")
    word = f"/posts/{post.id}/publications/{post.publications[0].id}/resolve"
    page = await ada.open(f"/posts/{post.id}")
    assert "Please look on Instagram: is it there?" in page.words
    page = await ada.send(word, {"outcome": "landed", "url": "instagram.com/p/1"})
    assert page.status == 422
    assert 'value="instagram.com/p/1"' in page.source
    assert "Give the whole address" in page.words
    page = await ada.send(word, {"outcome": "landed", "url": "https://www.instagram.com/p/1/"})
    assert page.goes_to == f"/posts/{post.id}"
    page = await ada.open(f"/posts/{post.id}")
    assert "Marked as published." in page.words
    assert 'href="https://www.instagram.com/p/1/"' in page.source


async def test_a_doubtful_post_is_sent_again_on_a_persons_word(
    ada: Visitor, app: App, person: Person, clock: ManualClock
) -> None:
    post = await write(app, person, await connect_account(app, person), after=HOUR)
    clock.advance(HOUR)
    await settle(app, post, "needs_attention", error=UNCERTAIN)
    await ada.open(f"/posts/{post.id}")
    await ada.send(f"/posts/{post.id}/publications/{post.publications[0].id}/resolve", {"outcome": "again"})
    assert await state_of(ada, post.id) == "Waiting"


async def test_what_came_too_late_was_never_sent_so_nobody_is_asked_to_look_for_it(
    ada: Visitor, app: App, person: Person
) -> None:
    post = await write(app, person, await connect_account(app, person), after=HOUR)
    await settle(app, post, "needs_attention", error={"kind": "too_late", "message": "Found 3 h after its time."})
    page = await ada.open(f"/posts/{post.id}")
    assert "is it there?" not in page.words
    assert "Send it now" in page.words


async def test_a_deleted_post_leaves_the_lists_and_its_row_asks_to_be_removed(
    ada: Visitor, app: App, person: Person
) -> None:
    post = await write(app, person, await connect_account(app, person), after=HOUR)
    await ada.open(f"/posts/{post.id}")
    assert (await ada.send(f"/posts/{post.id}/delete")).goes_to == "/posts"
    page = await ada.open("/posts")
    assert "The post is deleted." in page.words
    assert captions(page) == []
    assert (await ada.open(f"/posts/{post.id}")).status == 404
    row = await ada.open(f"/posts/{post.id}/row", HX_Request="true")
    assert (row.status, row.source) == (200, "")
    assert row.reply.headers["hx-reswap"] == "delete"


async def test_a_post_that_waits_for_its_channel_says_so(ada: Visitor, app: App, person: Person) -> None:
    account = await connect_account(app, person)
    post = await write(app, person, account, after=HOUR)
    async with app.db.tx() as tx:
        await tx.exec_driver_sql("UPDATE accounts SET health = 'reconnect', health_reason = 'Revoked.'")
    assert "ada_1789 must be reconnected before this can go out." in (await ada.open("/posts")).words
    assert "It goes out as soon as the channel is reconnected." in (await ada.open(f"/posts/{post.id}")).words


async def test_a_row_alone_is_what_the_list_shows(ada: Visitor, app: App, person: Person) -> None:
    post = await write(app, person, await connect_account(app, person), after=HOUR)
    row = await ada.open(f"/posts/{post.id}/row", HX_Request="true")
    assert row.source.startswith("<article") or row.source.lstrip().startswith("<article")
    assert row.source.strip() in (await ada.open("/posts")).source


async def test_a_viewer_sees_posts_but_is_offered_no_action_and_has_none(server: ASGIApp, app: App) -> None:
    person = await join(app, role="viewer")
    account = await connect_account(app, person)
    post = await write(app, person, account, after=HOUR)
    await settle(app, post, "failed", error=FAILED)
    browser = visitor(server, person)
    page = await browser.open(f"/posts/{post.id}")
    assert "The picture is too wide." in page.words
    assert "Try again" not in page.words
    assert "Delete post" not in page.words
    for action in (f"/posts/{post.id}/retry", f"/posts/{post.id}/delete"):
        assert (await browser.send(action)).status == 403
    assert (await browser.open("/compose")).status == 403


PAGES = ("/posts/{post}", "/posts/{post}/row", "/compose?post={post}", "/compose?from={post}")
ACTIONS = (
    "/posts/{post}/retry",
    "/posts/{post}/delete",
    "/posts/{post}/publications/{publication}/retry",
    "/posts/{post}/publications/{publication}/resolve",
    "/posts/{post}/publications/{publication}/remove",
)


async def test_another_workspaces_post_is_not_there_whatever_is_asked(ada: Visitor, app: App) -> None:
    stranger = await join(app)
    post = await write(app, stranger, await connect_account(app, stranger), after=HOUR)
    await settle(app, post, "failed", error=FAILED)
    names = {"post": post.id, "publication": post.publications[0].id}
    for path in PAGES:
        page = await ada.open(path.format(**names))
        if path.endswith("/row"):
            assert page.source == ""
        else:
            assert page.status == 404
            assert "There is nothing here" in page.words
    for path in ACTIONS:
        assert (await ada.send(path.format(**names), {"outcome": "again"})).status == 404
    assert captions(await ada.open("/posts?tab=all")) == []


@pytest.mark.parametrize("token", ["", "0" * 64])
async def test_no_action_works_without_the_sessions_own_token(
    ada: Visitor, app: App, person: Person, token: str
) -> None:
    post = await write(app, person, await connect_account(app, person), after=HOUR)
    names = {"post": post.id, "publication": post.publications[0].id}
    own = [
        f"/channels/{post.publications[0].account_id}/disconnect",
        "/channels/choose",
        "/compose",
        "/theme",
        "/logout",
    ]
    for path in (*(action.format(**names) for action in ACTIONS), *own):
        page = await ada.send(path, {"csrf": token})
        assert page.status == 403, path
    assert await state_of(ada, post.id) == "Scheduled"
    assert (await ada.send(f"/posts/{post.id}/delete", {"csrf": person.csrf})).status == 303


@pytest.mark.parametrize("query", ["cursor=nonsense", "account=nonsense"])
async def test_a_list_that_cannot_be_asked_for_is_a_page_that_says_so(ada: Visitor, query: str) -> None:
    assert (await ada.open(f"/posts?{query}")).status == 404


async def test_an_unknown_tab_is_the_first_one(ada: Visitor) -> None:
    assert (await ada.open("/posts?tab=nonsense")).status == 200
