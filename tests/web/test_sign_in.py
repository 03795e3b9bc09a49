"""Signing up, in and out at the dashboard."""

import re
from datetime import timedelta

import pytest

from postwright.services.people import TRIES_BY_EMAIL
from tests.support.clock import ManualClock
from tests.support.dashboard import Visitor

EVE = {"name": "Eve", "workspace": "Eve & Co", "email": "eve@example.com", "password": "correct horse"}


async def sign_up(guest: Visitor, **other: str) -> None:
    await guest.open("/signup")
    assert (await guest.send("/signup", {**EVE, "timezone": "Europe/Berlin", **other})).goes_to == "/"


async def log_in(guest: Visitor, password: str, then: str = "") -> tuple[int, str]:
    await guest.open("/login")
    page = await guest.send("/login", {"email": EVE["email"], "password": password, "next": then})
    return page.status, page.goes_to if page.status == 303 else page.words


async def test_the_first_page_leads_to_signing_in_and_then_to_a_first_channel(guest: Visitor) -> None:
    assert (await guest.open("/")).goes_to == "/login"
    await sign_up(guest)
    assert (await guest.open("/")).goes_to == "/channels"
    page = await guest.open("/channels")
    assert page.status == 200
    assert "Eve & Co" in page.words
    assert "Connect your first channel" in page.words


async def test_the_first_person_is_told_that_the_installation_is_theirs(guest: Visitor) -> None:
    assert "You are the first here" in (await guest.open("/signup")).words
    await sign_up(guest)
    assert "You are the first here" not in (await Visitor(guest.app).open("/signup")).words


async def test_the_workspace_takes_the_browsers_time_zone_and_utc_for_one_that_is_none(guest: Visitor) -> None:
    await sign_up(guest)
    assert "<option selected>Europe/Berlin</option>" in (await guest.open("/compose")).source
    other = Visitor(guest.app)
    await sign_up(other, email="adam@example.com", timezone="Mars/Olympus")
    assert "<option selected>UTC</option>" in (await other.open("/compose")).source


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("email", "eve", "This is not an email address"),
        ("password", "short", "A password has at least 8 characters."),
        ("name", "E" * 101, "A name has at most 100 characters."),
        ("workspace", "E" * 101, "A name has at most 100 characters."),
    ],
)
async def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_is_kept(
    guest: Visitor, field: str, value: str, words: str
) -> None:
    await guest.open("/signup")
    page = await guest.send("/signup", {**EVE, field: value})
    assert page.status == 422
    assert words in page.words
    assert re.search(rf'name="{field}"[^>]* autofocus aria-describedby="e-{field}', page.source)
    assert 'value="Eve"' in page.source or field == "name"
    assert EVE["password"] not in page.source


async def test_a_taken_email_is_said_beside_the_email(guest: Visitor) -> None:
    await sign_up(guest)
    other = Visitor(guest.app)
    await other.open("/signup")
    page = await other.send("/signup", EVE)
    assert page.status == 422
    assert 'aria-describedby="e-email' in page.source
    assert "log in instead" in page.words


async def test_a_wrong_password_is_said_beside_it_and_the_email_stays(guest: Visitor) -> None:
    await sign_up(guest)
    status, words = await log_in(Visitor(guest.app), "wrong")
    assert status == 422
    assert "The email or the password is wrong." in words
    assert (await log_in(Visitor(guest.app), EVE["password"])) == (303, "/")


async def test_after_too_many_tries_the_form_says_when_to_come_back(guest: Visitor, clock: ManualClock) -> None:
    await sign_up(guest)
    for _ in range(TRIES_BY_EMAIL):
        await log_in(guest_of(guest), "wrong")
    status, words = await log_in(guest_of(guest), EVE["password"])
    assert status == 429
    assert "Please come back after 09:15 UTC" in words
    clock.advance(timedelta(minutes=16))
    assert (await log_in(guest_of(guest), EVE["password"]))[0] == 303


def guest_of(other: Visitor) -> Visitor:
    return Visitor(other.app)


@pytest.mark.parametrize(
    ("asked", "then"),
    [
        ("/posts?tab=all", "/posts?tab=all"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("", "/"),
    ],
)
async def test_signing_in_leads_on_to_a_page_of_ours_only(guest: Visitor, asked: str, then: str) -> None:
    await sign_up(guest)
    assert await log_in(guest_of(guest), EVE["password"], asked) == (303, then)


async def test_a_page_asked_for_before_signing_in_comes_after_it(guest: Visitor) -> None:
    await sign_up(guest)
    other = guest_of(guest)
    assert (await other.open("/posts?tab=published")).goes_to == "/login?next=/posts%3Ftab%3Dpublished"
    page = await other.open("/login?next=/posts%3Ftab%3Dpublished")
    assert 'name="next" value="/posts?tab=published"' in page.source


@pytest.mark.parametrize("path", ["/login?next=/posts", "/signup"])
async def test_another_name_of_this_machine_leads_to_the_one_that_consents_come_back_to(
    guest: Visitor, path: str
) -> None:
    assert (await guest.open(path, Host="localhost:8000")).goes_to == f"http://127.0.0.1:8000{path}"
    for host in ("localhost:9000", "posts.example.com", "127.0.0.1:8000"):
        assert (await guest.open(path, Host=host)).status == 200


async def test_whoever_is_signed_in_goes_straight_on_from_the_sign_in_pages(ada: Visitor) -> None:
    assert (await ada.open("/login?next=/posts")).goes_to == "/posts"
    assert (await ada.open("/signup")).goes_to == "/"


async def test_logging_out_ends_the_session_itself_and_says_so(ada: Visitor) -> None:
    kept = dict(ada.cookies)
    await ada.open("/posts")
    assert (await ada.send("/logout")).goes_to == "/login"
    assert "pw_session" not in ada.cookies
    assert "You are signed out." in (await ada.open("/login")).words
    assert "You are signed out." not in (await ada.open("/login")).words
    assert (await Visitor(ada.app, kept).open("/posts")).status == 303


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(guest: Visitor) -> None:
    await guest.open("/signup")
    page = await guest.send("/signup", EVE)
    cookie = page.reply.cookies["pw_session"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie
    assert "max-age=2592000" in cookie


@pytest.mark.parametrize("path", ["/login", "/signup"])
@pytest.mark.parametrize("token", ["", "0" * 64])
async def test_a_form_of_another_site_signs_nobody_in(guest: Visitor, path: str, token: str) -> None:
    assert (await guest.send(path, {**EVE, "csrf": token})).status == 403
    await guest.open(path)
    page = await guest.send(path, {**EVE, "csrf": token})
    assert page.status == 403
    assert "Please send it once more." in page.words
    assert "pw_session" not in guest.cookies


async def test_a_chosen_theme_stays_and_an_unknown_one_is_none(ada: Visitor) -> None:
    await ada.open("/posts")
    assert (await ada.send("/theme", {"theme": "dark", "next": "/posts?tab=all"})).goes_to == "/posts?tab=all"
    assert 'data-theme="dark"' in (await ada.open("/posts")).source
    await ada.send("/theme", {"theme": '"><script>'})
    assert "data-theme" not in (await ada.open("/posts")).source


async def test_a_flash_that_nobody_signed_is_not_shown(ada: Visitor) -> None:
    ada.cookies["pw_said"] = "WyJHaXZlIHVzIHlvdXIgcGFzc3dvcmQiLCBmYWxzZV0=.0000"
    assert "Give us" not in (await ada.open("/posts")).words
