"""The pages of connecting and disconnecting accounts."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.types import ASGIApp

from postwright.domain.account import Health
from postwright.platforms.registry import describe
from postwright.services.app import App
from tests.support.apps import Person, connect_account, join
from tests.support.dashboard import Visitor, visitor, write

LATER = timedelta(hours=3)


async def test_a_platform_without_app_keys_says_what_to_set_and_the_exact_redirect_address(ada: Visitor) -> None:
    page = await ada.open("/channels")
    assert "Not set up yet" in page.words
    assert "<code>http://127.0.0.1:8000/api/callback/instagram</code>" in page.source
    assert (
        "<code>POSTWRIGHT_INSTAGRAM_CLIENT_ID</code> and <code>POSTWRIGHT_INSTAGRAM_CLIENT_SECRET</code>" in page.source
    )
    assert "/api/connect/instagram" not in page.source


async def test_a_card_tells_health_and_what_waits(ada: Visitor, app: App, person: Person) -> None:
    account = await connect_account(app, person)
    await write(app, person, account, after=LATER)
    await connect_account(app, person, external_id="2", health=Health.RECONNECT)
    page = await ada.open("/channels")
    assert "ada_1789" in page.words
    assert "Healthy. This access does not expire." in page.words
    assert "1 scheduled" in page.words
    assert "2 permissions" in page.words
    assert "3 permissions not given" in page.words
    assert "Show how posts are doing. instagram_business_manage_insights" in page.words
    assert "Instagram says: The connection was revoked. Its posts wait until you reconnect." in page.words
    assert "instagram_business_content_publish" in page.words


async def test_each_platform_tells_what_it_publishes_and_what_it_asks_for(ada: Visitor) -> None:
    page = await ada.open("/channels")
    for platform in describe():
        assert f">{platform.name}</h3>" in page.source
        assert ", ".join(kind.label for kind in platform.kinds) in page.words
        assert all(scope.reason in page.words for login in platform.logins for scope in login.scopes[:1])
        for login in platform.logins:
            assert f"POSTWRIGHT_{login.credentials.upper()}_CLIENT_ID" in page.source


async def test_disconnecting_asks_first_and_says_how_many_posts_stop(ada: Visitor, app: App, person: Person) -> None:
    account = await connect_account(app, person)
    post = await write(app, person, account, after=LATER)
    page = await ada.open("/channels")
    assert "1 scheduled post will not go out there." in page.source
    assert (await ada.send(f"/channels/{account}/disconnect")).goes_to == "/channels"
    page = await ada.open("/channels")
    assert "Disconnected ada_1789. 1 scheduled post will not go out there." in page.words
    assert "Connect your first channel" in page.words
    assert "Canceled" in (await ada.open(f"/posts/{post.id}")).words


async def test_an_account_of_another_workspace_is_not_there(ada: Visitor, app: App) -> None:
    theirs = await connect_account(app, await join(app))
    await ada.open("/channels")
    assert (await ada.send(f"/channels/{theirs}/disconnect")).status == 404
    assert (await ada.open(f"/posts?account={theirs}")).status == 404


async def test_only_owners_and_admins_disconnect(app: App, server: ASGIApp) -> None:
    editor = await join(app, role="editor")
    account = await connect_account(app, editor)
    browser = visitor(server, editor)
    page = await browser.send(f"/channels/{account}/disconnect")
    assert page.status == 403
    assert "You may not do that" in page.words


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("consent_denied", "Instagram says that you did not allow it"),
        ("no_account_found", "Check at Instagram that you manage one"),
        ("something_new", "Nothing was connected: the answer of Instagram did not fit."),
        ("<script>", "Nothing was connected"),
    ],
)
async def test_a_consent_that_failed_is_explained_in_plain_words(ada: Visitor, code: str, words: str) -> None:
    page = await ada.open(f"/channels?problem={code}&platform=instagram")
    assert words in page.words
    assert "<script>" not in page.source


async def test_a_connection_that_cannot_begin_leads_a_browser_back_with_the_reason(ada: Visitor) -> None:
    page = await ada.open("/api/connect/instagram?redirect=1")
    assert page.goes_to == "/channels?problem=platform_not_configured&platform=instagram"
    assert "Instagram is not set up on this server yet." in (await ada.open(page.goes_to)).words
    program = await ada.open("/api/connect/instagram?redirect=1", Accept="application/json")
    assert program.reply.code == "platform_not_configured"


async def test_after_a_consent_somebody_without_posts_is_led_to_write_one(
    ada: Visitor, app: App, person: Person
) -> None:
    account = await connect_account(app, person)
    assert (await ada.open(f"/channels?connected={account}")).goes_to == "/compose"
    assert "Connected ada_1789. Now write the first post." in (await ada.open("/compose")).words
    await write(app, person, account, after=LATER)
    assert (await ada.open(f"/channels?connected={account}")).goes_to == "/channels"
    assert "Connected ada_1789." in (await ada.open("/channels")).words


async def test_the_name_of_an_account_that_is_not_ours_is_not_told(ada: Visitor, app: App) -> None:
    theirs = await connect_account(app, await join(app))
    assert (await ada.open(f"/channels?connected={theirs},nonsense")).goes_to == "/channels"


async def test_choosing_accounts_without_a_consent_leads_back_with_the_reason(ada: Visitor) -> None:
    assert (await ada.open("/channels/choose?state=unknown")).goes_to == "/channels?problem=state_unknown"
    await ada.open("/channels")
    back = (await ada.send("/channels/choose", {"choice": "unknown", "account": "1"})).goes_to
    assert parse_qs(urlsplit(back).query)["problem"] == ["state_unknown"]
