"""Taking a post down from its page."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from postwright.services.app import App
from postwright.storage.db import Database
from postwright.storage.posts import PostRow
from tests.support.apps import Person
from tests.support.clock import ManualClock
from tests.support.connecting import connect_all
from tests.support.dashboard import Visitor, settle
from tests.support.fake_platform import FakePlatform, caller_of, fake_app
from tests.support.fake_posts import NOTE, published

LIVE = 'href="https://fakebook.example/42"'


@pytest.fixture
def platform(clock: ManualClock) -> FakePlatform:
    return FakePlatform(clock, kinds=(NOTE,))


@pytest.fixture
async def app(db: Database, tmp_path: Path, platform: FakePlatform) -> AsyncIterator[App]:
    async with fake_app(db, tmp_path, platform, public_url="http://127.0.0.1:8000") as opened:
        yield opened


@pytest.fixture
async def post(app: App, person: Person) -> PostRow:
    caller = caller_of(person)
    [account] = await connect_all(app, caller)
    return await published(app, caller, account.id)


def action(post: PostRow) -> str:
    return f"/posts/{post.id}/publications/{post.publications[0].id}/remove"


async def test_a_published_post_is_taken_down_by_a_button(ada: Visitor, post: PostRow, platform: FakePlatform) -> None:
    page = await ada.open(f"/posts/{post.id}")
    assert f'action="{action(post)}" data-confirm="Take it down?"' in page.source
    assert LIVE in page.source
    assert (await ada.send(action(post))).goes_to == f"/posts/{post.id}"
    assert platform.removed == ["42"]
    page = await ada.open(f"/posts/{post.id}")
    assert "It is taken down." in page.words
    assert "Taken down by a person" in page.words
    assert action(post) not in page.source
    assert LIVE not in page.source


async def test_what_still_stands_is_told(ada: Visitor, post: PostRow, platform: FakePlatform) -> None:
    platform.removes = False
    await ada.open(f"/posts/{post.id}")
    await ada.send(action(post))
    page = await ada.open(f"/posts/{post.id}")
    assert "Fakebook offers no way for apps to take this post down; delete it there." in page.words
    assert LIVE in page.source


async def test_what_is_not_out_has_no_such_button(ada: Visitor, app: App, post: PostRow) -> None:
    await settle(app, post, "failed", error={"kind": "rejected", "message": "Too wide."})
    assert action(post) not in (await ada.open(f"/posts/{post.id}")).source
    await ada.send(action(post))
    assert "Nothing of this post is published." in (await ada.open(f"/posts/{post.id}")).words
