"""Taking published posts down: what came of it is stored, and what still stands is told."""

from uuid import UUID

import pytest

from postwright.domain.errors import AuthRevoked, Conflict, NotFound, Rejected, Unavailable
from postwright.domain.publication import State
from postwright.kit.http import NoReply
from postwright.services import connections, posts
from postwright.services.app import App
from postwright.services.auth import Caller
from postwright.services.removal import TAKEN_DOWN, remove
from postwright.storage.posts import PostRow
from tests.support.apps import join
from tests.support.clock import START
from tests.support.connecting import connect_all
from tests.support.dashboard import settle
from tests.support.fake_platform import FAKE, FakePlatform, caller_of, grant, target
from tests.support.fake_posts import NOTE, published
from tests.support.world import World


@pytest.fixture
def platform(platform: FakePlatform) -> FakePlatform:
    platform.kinds = (NOTE,)
    platform.opened = tuple(target(name, grant(f"access of {name}")) for name in ("1", "2"))
    return platform


@pytest.fixture
async def accounts(app: App, caller: Caller) -> list[UUID]:
    return [account.id for account in await connect_all(app, caller)]


async def messages(app: App, caller: Caller, row: PostRow) -> list[str]:
    async with app.db.tx() as tx:
        return [event.message for event in await posts.events(tx, caller, row.id)]


async def test_a_post_is_taken_down_everywhere(
    app: App, caller: Caller, platform: FakePlatform, accounts: list[UUID]
) -> None:
    row = await published(app, caller, *accounts)
    after, left = await remove(app, caller, row.id)
    assert left == ()
    assert platform.removed == ["42", "42"]
    assert sorted(platform.asked_with) == ["access of 1", "access of 2"]
    assert [one.removed_at for one in after.publications] == [START, START]
    assert (after.state, {one.state for one in after.publications}) == ("published", {State.PUBLISHED})
    said = await messages(app, caller, row)
    assert said.count(TAKEN_DOWN) == 2
    assert said.count("DELETE fakebook.example/42 → 200 in 0 ms") == 2


async def test_one_publication_is_taken_down_alone_and_the_rest_later(
    app: App, caller: Caller, platform: FakePlatform, accounts: list[UUID]
) -> None:
    row = await published(app, caller, *accounts)
    second = row.publications[1]
    after, left = await remove(app, caller, row.id, second.id)
    assert ([one.removed_at for one in after.publications], left) == ([None, START], ())
    after, _ = await remove(app, caller, row.id)
    assert [one.removed_at for one in after.publications] == [START, START]
    assert len(platform.removed) == 2


async def test_what_was_taken_down_is_left_alone(
    app: App, caller: Caller, platform: FakePlatform, accounts: list[UUID]
) -> None:
    row = await published(app, caller, accounts[0])
    once = await remove(app, caller, row.id)
    said = await messages(app, caller, row)
    assert await remove(app, caller, row.id) == once
    assert platform.removed == ["42"]
    assert await messages(app, caller, row) == said


async def test_a_platform_without_such_a_call_is_named(
    app: App, caller: Caller, platform: FakePlatform, accounts: list[UUID]
) -> None:
    row = await published(app, caller, *accounts)
    platform.removes = False
    with pytest.raises(Conflict) as refused:
        await remove(app, caller, row.id)
    words = "Fakebook offers no way for apps to take this post down; delete it there."
    assert (refused.value.code, refused.value.message) == ("removal_not_offered", words)
    assert (await messages(app, caller, row)).count(f"Not taken down: {words}") == 2


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (AuthRevoked("A permission is missing."), "account_needs_reconnect"),
        (Rejected("Not yours."), "platform_refused"),
        (Unavailable(), "platform_unavailable"),
        (NoReply("cut"), "platform_unavailable"),
    ],
)
async def test_a_failure_is_told_of_its_publication_and_costs_nothing(
    app: App, caller: Caller, platform: FakePlatform, failure: Exception, code: str
) -> None:
    account = (await connect_all(app, caller))[0]
    row = await published(app, caller, account.id)
    platform.failure = failure
    after, [left] = await remove(app, caller, row.id)
    assert (left.publication_id, left.platform, left.code) == (row.publications[0].id, FAKE, code)
    assert after.publications[0].removed_at is None
    said = await messages(app, caller, row)
    assert said[-3:] == ["DELETE fakebook.example/42 → 400 in 0 ms", str(failure), f"Not taken down: {left.message}"]
    platform.failure = None
    after, left_now = await remove(app, caller, row.id)
    assert (after.publications[0].removed_at, left_now) == (START, ())


async def test_the_others_are_taken_down_where_one_fails(
    app: App, caller: Caller, platform: FakePlatform, accounts: list[UUID]
) -> None:
    row = await published(app, caller, *accounts)
    platform.expired = {"access of 1", "access 1"}
    after, left = await remove(app, caller, row.id)
    taken = [one for one in after.publications if one.removed_at is not None]
    assert ([one.code for one in left], len(taken)) == (["account_needs_reconnect"], 1)
    assert {left[0].publication_id, taken[0].id} == {one.id for one in row.publications}


async def test_an_expired_token_is_renewed_once(
    app: App, caller: Caller, platform: FakePlatform, accounts: list[UUID]
) -> None:
    row = await published(app, caller, accounts[0])
    platform.expired = {"access of 1", "access of 2"}
    _, left = await remove(app, caller, row.id)
    assert (left, platform.removed) == ((), ["42"])


@pytest.mark.parametrize("state", ["queued", "publishing", "failed", "needs_attention", "canceled"])
async def test_what_is_not_published_cannot_be_taken_down(
    app: App, caller: Caller, platform: FakePlatform, accounts: list[UUID], state: str
) -> None:
    row = await published(app, caller, accounts[0])
    await settle(app, row, state)
    with pytest.raises(Conflict) as refused:
        await remove(app, caller, row.id)
    assert refused.value.code == "nothing_to_remove"
    assert platform.asked_with == []


async def test_a_post_that_only_a_person_saw_cannot_be_named_to_the_platform(
    app: App, caller: Caller, accounts: list[UUID]
) -> None:
    row = await published(app, caller, accounts[0], external_id=None)
    _, [left] = await remove(app, caller, row.id)
    assert left.code == "external_id_unknown"


async def test_a_disconnected_account_takes_nothing_down(app: App, caller: Caller, accounts: list[UUID]) -> None:
    row = await published(app, caller, accounts[0])
    await connections.disconnect(app, caller, FAKE, accounts[0])
    _, [left] = await remove(app, caller, row.id)
    assert left.code == "account_disconnected"


async def test_another_workspaces_post_is_not_there(
    app: App, caller: Caller, platform: FakePlatform, accounts: list[UUID]
) -> None:
    row = await published(app, caller, accounts[0])
    with pytest.raises(NotFound):
        await remove(app, caller_of(await join(app)), row.id)
    assert platform.removed == []


async def test_the_sandboxs_people_no_longer_see_it(world: World) -> None:
    by_page = (await world.connect("facebook"))[0]
    row = await world.post(by_page, "a.jpg", caption="Fresh rolls")
    await world.work_until(row.id, "published")
    assert len(await world.visible()) == 1
    after, left = await remove(world.app, world.caller, row.id)
    assert (await world.visible(), left) == ([], ())
    assert after.publications[0].removed_at == world.app.clock.now()


async def test_the_sandbox_offers_no_removal_where_the_vendor_offers_none(world: World) -> None:
    [account] = await world.connect("instagram")
    row = await world.post(account, "a.jpg")
    await world.work_until(row.id, "published")
    with pytest.raises(Conflict) as refused:
        await remove(world.app, world.caller, row.id)
    assert refused.value.message.startswith("Instagram offers no way")
    assert len(await world.visible()) == 1
