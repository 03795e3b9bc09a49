"""Connecting accounts: a state is good once, in time and for its own session; nothing is half-stored."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text

from postwright.domain.account import Health
from postwright.domain.errors import (
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    Rejected,
    Unavailable,
    Unready,
)
from postwright.kit.http import Http, NoReply
from postwright.kit.ids import new_id
from postwright.platforms.oauth import challenge
from postwright.services import connect, connections, tokens
from postwright.services.app import App
from postwright.services.auth import Caller
from postwright.services.connect import Connected
from postwright.storage import publications
from tests.support.apps import join
from tests.support.clock import ManualClock
from tests.support.connecting import begin, come_back, connect_all, connected, refused
from tests.support.fake_platform import FAKE, WITH_PKCE, FakePlatform, caller_of, grant, target
from tests.support.racing import RUNNERS, kinds, race

TEN_MINUTES = timedelta(minutes=10)


async def test_the_redirect_says_who_asks_for_what(app: App, caller: Caller) -> None:
    async with app.db.tx() as tx:
        start = await connect.begin(tx, app, caller, FAKE)
    address, query = start.redirect_url.split("?")
    asked = {name: value for name, [value] in parse_qs(query).items()}
    assert address == "https://fakebook.example/oauth"
    assert asked.pop("state")
    assert asked == {
        "client_id": "fakebook id",
        "redirect_uri": "https://posts.example.com/api/callback/fakebook",
        "response_type": "code",
        "scope": "publish,stats",
    }


async def test_with_a_sandbox_the_browser_lands_there(app: App, caller: Caller) -> None:
    boxed = replace(app, http=Http(sandbox_url="http://127.0.0.1:8900"))
    async with app.db.tx() as tx:
        start = await connect.begin(tx, boxed, caller, FAKE)
    assert start.redirect_url.startswith("http://127.0.0.1:8900/fakebook.example/oauth?")


async def test_a_consent_becomes_an_account_with_sealed_tokens(
    app: App, caller: Caller, platform: FakePlatform
) -> None:
    [account] = await connect_all(app, caller)
    assert (account.external_id, account.health, account.scopes) == ("1", Health.HEALTHY, ("publish", "stats"))
    assert platform.exchanges == [("a code", "https://posts.example.com/api/callback/fakebook", None)]
    assert await tokens.usable(app, account.id) == "access 0"
    assert await connected(app, caller) == (account,)


async def test_with_pkce_the_verifier_comes_back_to_the_platform(
    app: App, caller: Caller, platform: FakePlatform
) -> None:
    async with app.db.tx() as tx:
        start = await connect.begin(tx, app, caller, FAKE, login_id="pkce")
    query = parse_qs(urlsplit(start.redirect_url).query)
    await come_back(app, query["state"][0])
    [(_, _, verifier)] = platform.exchanges
    assert verifier is not None
    assert query["code_challenge"] == [challenge(WITH_PKCE, verifier)]
    assert query["client_id"] == ["fakepkce id"]


async def test_neither_state_nor_verifier_is_stored_in_the_clear(
    app: App, caller: Caller, platform: FakePlatform
) -> None:
    state = await begin(app, caller, "pkce")
    async with app.db.tx() as tx:
        row = (await tx.execute(text("SELECT o::text AS all FROM oauth_states o"))).one()
    await come_back(app, state)
    assert state not in row.all
    assert state.encode().hex() not in row.all
    assert str(platform.exchanges[0][2]).encode().hex() not in row.all


async def test_the_default_login_is_the_first_that_is_set_up(app: App, caller: Caller) -> None:
    second = {"fakepkce": app.settings.credentials["fakepkce"]}
    only_second = replace(app, settings=app.settings.model_copy(update={"credentials": second}))
    async with app.db.tx() as tx:
        start = await connect.begin(tx, only_second, caller, FAKE)
        assert start.redirect_url.startswith(WITH_PKCE.authorize_url)
        with pytest.raises(Conflict, match="POSTWRIGHT_FAKEBOOK_CLIENT_ID") as not_set_up:
            await connect.begin(tx, only_second, caller, FAKE, login_id="plain")
        assert not_set_up.value.code == "platform_not_configured"
        none = replace(app, settings=app.settings.model_copy(update={"credentials": {}}))
        with pytest.raises(Conflict, match="FAKEBOOK_CLIENT_SECRET or POSTWRIGHT_FAKEPKCE_CLIENT_ID"):
            await connect.begin(tx, none, caller, FAKE)


async def test_an_unknown_platform_or_login_is_named(app: App, caller: Caller) -> None:
    async with app.db.tx() as tx:
        with pytest.raises(NotFound) as platform:
            await connect.begin(tx, app, caller, "nowhere")
        with pytest.raises(NotFound) as login:
            await connect.begin(tx, app, caller, FAKE, login_id="nothing")
    assert (platform.value.code, login.value.code) == ("unknown_platform", "unknown_login")


@pytest.mark.parametrize("path", ["https://evil.example", "//evil.example", "/\\evil.example", "", "channels", "/a\nb"])
async def test_the_way_back_stays_on_this_server(app: App, caller: Caller, path: str) -> None:
    with pytest.raises(Invalid):
        await begin(app, caller, return_to=path)


async def test_the_way_back_comes_with_the_accounts(app: App, caller: Caller) -> None:
    done = await come_back(app, await begin(app, caller, return_to="/welcome"))
    assert done.return_to == "/welcome"


@pytest.mark.parametrize("role", ["editor", "viewer"])
async def test_only_owners_and_admins_connect_and_disconnect(app: App, role: str) -> None:
    caller = caller_of(await join(app, role=role))
    with pytest.raises(NotAllowed):
        await begin(app, caller)
    with pytest.raises(NotAllowed):
        await connections.disconnect(app, caller, FAKE)


async def test_a_second_callback_with_the_same_state_is_refused(
    app: App, caller: Caller, platform: FakePlatform
) -> None:
    state = await begin(app, caller)
    await come_back(app, state)
    assert await refused(app, state) == "state_used"
    assert len(platform.exchanges) == 1


async def test_of_many_callbacks_at_once_one_exchanges_the_code(
    app: App, caller: Caller, platform: FakePlatform
) -> None:
    state = await begin(app, caller)
    answers = await race(app, lambda: come_back(app, state))
    assert kinds(answers) == {"Conflict": RUNNERS - 1, "Connected": 1}
    assert len(platform.exchanges) == 1


async def test_a_state_is_spent_also_by_an_exchange_that_fails(
    app: App, caller: Caller, platform: FakePlatform
) -> None:
    state = await begin(app, caller)
    platform.failure = Rejected("The code is wrong")
    with pytest.raises(Conflict, match=r"The code is wrong\. Start") as problem:
        await come_back(app, state)
    assert problem.value.code == "exchange_refused"
    platform.failure = None
    assert await refused(app, state) == "state_used"
    assert await connected(app, caller) == ()


@pytest.mark.parametrize("failure", [Unavailable("down"), NoReply("cut")], ids=repr)
async def test_a_platform_that_is_down_is_no_refusal(
    app: App, caller: Caller, platform: FakePlatform, failure: Exception
) -> None:
    state = await begin(app, caller)
    platform.failure = failure
    with pytest.raises(Unready) as problem:
        await come_back(app, state)
    assert problem.value.code == "platform_unavailable"


async def test_a_state_is_good_for_ten_minutes(app: App, caller: Caller, clock: ManualClock) -> None:
    late, in_time = await begin(app, caller), await begin(app, caller)
    clock.advance(TEN_MINUTES - timedelta(seconds=1))
    await come_back(app, in_time)
    clock.advance(timedelta(seconds=1))
    assert await refused(app, late) == "state_expired"


@pytest.mark.parametrize("state", ["", "made up"])
async def test_a_state_that_nobody_began_is_refused(app: App, caller: Caller, state: str) -> None:
    assert caller
    assert await refused(app, state) == "state_unknown"


async def test_a_state_is_good_for_its_platform_only(app: App, caller: Caller, platform: FakePlatform) -> None:
    both = replace(app, platforms={FAKE: platform, "other": platform})
    state = await begin(both, caller)
    with pytest.raises(NotFound) as problem:
        await connect.callback(both, "other", {"code": "x", "state": state}, None, may_choose=False)
    assert problem.value.code == "state_unknown"


async def test_a_browsers_state_is_good_in_its_session_only(app: App, platform: FakePlatform) -> None:
    browser = caller_of(await join(app), by="cookie")
    state = await begin(app, browser)
    assert await refused(app, state) == "state_of_another_session"
    assert await refused(app, state, replace(browser, session_id=new_id())) == "state_of_another_session"
    assert platform.exchanges == []
    assert isinstance(await come_back(app, state, browser), Connected)


async def test_a_programs_consent_is_refused_where_somebody_else_is_signed_in(
    app: App, caller: Caller, platform: FakePlatform
) -> None:
    somebody_else, themselves = caller_of(await join(app), by="cookie"), replace(caller, by="cookie")
    state = await begin(app, caller)
    assert await refused(app, state, somebody_else) == "state_of_another_session"
    assert platform.exchanges == []
    assert isinstance(await come_back(app, state, themselves), Connected)


@pytest.mark.parametrize("error", ["access_denied", "user_cancelled_authorize"])
async def test_a_no_is_a_no_and_spends_the_state(app: App, caller: Caller, platform: FakePlatform, error: str) -> None:
    state = await begin(app, caller)
    assert await refused(app, state, error=error) == "consent_denied"
    assert await refused(app, state) == "state_used"
    assert platform.exchanges == []


async def test_another_failure_of_the_consent_is_told_in_the_platforms_words(app: App, caller: Caller) -> None:
    state, words = await begin(app, caller), {"error": "server_error", "error_description": "The app is asleep"}
    with pytest.raises(Conflict, match="The app is asleep") as problem:
        await come_back(app, state, query=words)
    assert problem.value.code == "consent_failed"
    assert await refused(app, await begin(app, caller), code="") == "code_missing"


async def test_a_missing_permission_is_named_with_its_reason_and_nothing_is_stored(
    app: App, caller: Caller, platform: FakePlatform
) -> None:
    platform.granted = grant(scopes=("stats",))
    with pytest.raises(Invalid) as problem:
        await come_back(app, await begin(app, caller))
    assert problem.value.code == "scope_missing"
    assert [finding.message for finding in problem.value.findings] == ["publish: to publish posts"]
    assert await connected(app, caller) == ()


async def test_a_permission_that_is_not_required_may_be_missing(
    app: App, caller: Caller, platform: FakePlatform
) -> None:
    platform.granted = grant(scopes=("publish",))
    assert len(await connect_all(app, caller)) == 1


async def test_a_consent_without_an_account_says_what_to_do(app: App, caller: Caller, platform: FakePlatform) -> None:
    platform.opened = ()
    assert await refused(app, await begin(app, caller)) == "no_account_found"


async def test_reconnecting_revives_the_same_account_and_wakes_its_posts(
    app: App, caller: Caller, platform: FakePlatform
) -> None:
    [before] = await connect_all(app, caller)
    async with app.db.tx() as tx:
        await publications.set_health(tx, before.id, Health.RECONNECT, "Taken back.")
        await tx.execute(text("DELETE FROM pgqueuer"))
    platform.opened = (replace(target("1", grant("new")), name="New name"),)
    [after] = await connect_all(app, caller)
    assert (after.id, after.name, after.health, after.health_reason) == (before.id, "New name", Health.HEALTHY, None)
    assert await tokens.usable(app, after.id) == "new"
    async with app.db.tx() as tx:
        woken = (await tx.execute(text("SELECT payload FROM pgqueuer"))).scalars().all()
    assert woken == [before.id.bytes]


async def test_one_account_may_be_connected_in_two_workspaces(app: App, caller: Caller) -> None:
    other = caller_of(await join(app))
    [mine], [theirs] = await connect_all(app, caller), await connect_all(app, other)
    assert mine.id != theirs.id
    assert await connected(app, caller) == (mine,)
    assert await connected(app, other) == (theirs,)
