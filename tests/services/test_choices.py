"""One consent, several accounts: a program connects them all, a person in a browser chooses."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from postwright.domain.errors import Problem
from postwright.kit.crypto import Key, KeyRing
from postwright.kit.ids import new_id
from postwright.services import connect, tokens
from postwright.services.app import App
from postwright.services.auth import Caller
from postwright.services.connect import Connected, ToChoose
from postwright.services.keys import rotate_keys
from postwright.services.sweep import sweep
from tests.support.apps import join
from tests.support.clock import ManualClock
from tests.support.connecting import begin, come_back, connect_all, connected
from tests.support.fake_platform import FAKE, FakePlatform, caller_of, grant, target

TEN_MINUTES = timedelta(minutes=10)


@pytest.fixture(autouse=True)
def several(platform: FakePlatform) -> None:
    platform.opened = tuple(target(number, grant(f"access {number}")) for number in "123")


@pytest.fixture
async def browser(app: App) -> Caller:
    return caller_of(await join(app), by="cookie")


async def to_choose(app: App, browser: Caller) -> str:
    state = await begin(app, browser)
    assert isinstance(await come_back(app, state, browser, may_choose=True), ToChoose)
    assert await connected(app, browser) == ()
    return state


async def choose(app: App, caller: Caller, state: str, *external_ids: str) -> set[str]:
    async with app.db.tx() as tx:
        chosen = await connect.choose(tx, app, caller, state, external_ids)
    return {account.external_id for account in chosen}


async def code(app: App, caller: Caller, state: str, *external_ids: str) -> str:
    with pytest.raises(Problem) as problem:
        await choose(app, caller, state, *external_ids)
    return problem.value.code


async def test_a_program_connects_them_all(app: App, caller: Caller) -> None:
    assert {account.external_id for account in await connect_all(app, caller)} == {"1", "2", "3"}


async def test_a_browser_without_a_session_of_the_begin_connects_them_all(app: App, caller: Caller) -> None:
    done = await come_back(app, await begin(app, caller), may_choose=True)
    assert isinstance(done, Connected)


async def test_a_person_chooses_among_them_once(app: App, browser: Caller) -> None:
    state = await to_choose(app, browser)
    assert await choose(app, browser, state, "1", "3") == {"1", "3"}
    stored = {account.external_id: account.id for account in await connected(app, browser)}
    assert stored.keys() == {"1", "3"}
    assert await tokens.usable(app, stored["3"]) == "access 3"
    assert await code(app, browser, state, "2") == "state_used"


async def test_the_chooser_shows_what_is_connected_already(app: App, browser: Caller) -> None:
    await choose(app, browser, await to_choose(app, browser), "2")
    state = await begin(app, browser)
    await come_back(app, state, browser, may_choose=True)
    async with app.db.tx() as tx:
        found = await connect.choices(tx, app, browser, state)
    assert found.platform == FAKE
    assert [(one.external_id, one.connected) for one in found.offered] == [("1", False), ("2", True), ("3", False)]


async def test_nothing_or_something_else_cannot_be_chosen(app: App, browser: Caller) -> None:
    state = await to_choose(app, browser)
    assert await code(app, browser, state) == "nothing_chosen"
    assert await code(app, browser, state, "1", "4") == "unknown_choice"
    assert await choose(app, browser, state, "1") == {"1"}


async def test_nobody_else_may_choose(app: App, browser: Caller) -> None:
    state = await to_choose(app, browser)
    assert await code(app, caller_of(await join(app), by="cookie"), state, "1") == "state_unknown"
    assert await code(app, replace(browser, session_id=new_id()), state, "1") == "state_of_another_session"
    assert await code(app, browser, "made up", "1") == "state_unknown"


async def test_the_choice_is_open_for_ten_minutes(app: App, browser: Caller, clock: ManualClock) -> None:
    state = await to_choose(app, browser)
    clock.advance(TEN_MINUTES)
    assert await code(app, browser, state, "1") == "state_expired"


async def test_choices_do_not_open_under_another_state(app: App, browser: Caller) -> None:
    state, other = await to_choose(app, browser), await to_choose(app, browser)
    async with app.db.tx() as tx:
        await tx.execute(
            text("""UPDATE oauth_states SET choices =
                    (SELECT choices FROM oauth_states o WHERE o.state_hash <> oauth_states.state_hash)""")
        )
    assert {await code(app, browser, one, "1") for one in (state, other)} == {"state_expired"}


async def test_open_consents_follow_the_keys(app: App, browser: Caller) -> None:
    state = await to_choose(app, browser)
    waiting = await begin(app, browser, "pkce")
    newest, [old] = Key.generate(), app.settings.encryption_keys
    assert await rotate_keys(replace(app, keys=KeyRing((Key.parse(newest), Key.parse(old))))) == 2
    alone = replace(app, keys=KeyRing((Key.parse(newest),)))
    assert await choose(alone, browser, state, "2") == {"2"}
    assert isinstance(await come_back(alone, waiting, browser), Connected)


async def test_old_consents_are_swept_away(app: App, browser: Caller, clock: ManualClock) -> None:
    await to_choose(app, browser)
    assert await sweep(app) == 0
    clock.advance(timedelta(days=1, seconds=1))
    assert await sweep(app) == 1
