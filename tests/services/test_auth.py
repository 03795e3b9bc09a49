"""Signing up, logging in, and sessions that really end."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import jwt
import pytest
from sqlalchemy import text

from postwright.domain.errors import Conflict, Invalid, TooMany, Unauthenticated
from postwright.services import auth, people, sweep
from postwright.services.app import App
from postwright.services.auth import ACCESS_LIFETIME, SESSION_LIFETIME, Caller, Tokens
from postwright.services.people import SIGN_UPS_BY_ADDRESS, TRIES_BY_ADDRESS, TRIES_BY_EMAIL, WINDOW, SignUp
from postwright.storage.db import Database
from postwright.storage.users import Member
from tests.support.apps import Person, join, make_settings, open_app
from tests.support.clock import ManualClock
from tests.support.racing import RUNNERS, kinds, race

HERE = "192.0.2.1"
PASSWORD = "correct horse"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def app(db: Database, tmp_path: Path, clock: ManualClock) -> AsyncIterator[App]:
    async with open_app(db, make_settings(tmp_path), clock) as opened:
        yield opened


async def sign_up(app: App, email: str = "ada@example.com", address: str = HERE) -> Member:
    return await people.sign_up(app, SignUp(email, PASSWORD, "Ada", "Europe/Berlin"), address)


async def open_session(app: App) -> Tokens:
    member = (await join(app)).member
    async with app.db.tx() as tx:
        return await auth.open_bearer_session(tx, app, member)


async def by_bearer(app: App, token: str) -> Caller:
    return await auth.authenticate_bearer(app, token)


async def by_cookie(app: App, cookie: str) -> Caller:
    return await auth.authenticate_cookie(app, cookie)


async def test_signing_up_makes_a_workspace_of_ones_own(app: App) -> None:
    member = await sign_up(app)
    assert (member.user.name, member.workspace.name, member.role) == ("Ada", "Ada's workspace", "owner")
    assert member.workspace.timezone == "Europe/Berlin"
    assert (await people.log_in(app, "ada@example.com", PASSWORD, HERE)) == member


async def test_without_a_name_the_email_gives_one(app: App) -> None:
    member = await people.sign_up(app, SignUp("grace.hopper@example.com", PASSWORD), HERE)
    assert member.workspace.name == "grace.hopper's workspace"


async def test_only_the_first_person_of_an_instance_is_its_admin(app: App) -> None:
    people_at_once = await race(app, lambda: join(app))
    later = await sign_up(app)
    admins = [one.member.user.is_admin for one in people_at_once if isinstance(one, Person)]
    assert (len(admins), sum(admins), later.user.is_admin) == (RUNNERS, 1, False)


async def test_an_email_is_taken_in_whatever_case_it_is_written(app: App) -> None:
    await sign_up(app, "Ada@Example.com")
    with pytest.raises(Conflict) as refused:
        await sign_up(app, " ada@EXAMPLE.com ")
    assert refused.value.code == "email_taken"
    assert (await people.log_in(app, "ADA@example.COM", PASSWORD, HERE)).user.email == "ada@example.com"


async def test_of_many_sign_ups_at_once_with_one_email_one_is_refused(app: App) -> None:
    answers = await race(app, lambda: sign_up(app))
    assert kinds(answers) == {"Conflict": RUNNERS - 1, "Member": 1}


@pytest.mark.parametrize(
    ("wanted", "codes"),
    [
        (SignUp("ada", PASSWORD), {"email_invalid"}),
        (SignUp("ada@localhost", PASSWORD), {"email_invalid"}),
        (SignUp("a\x00da@example.com", PASSWORD), {"email_invalid"}),
        (SignUp("ada@example.com", "short"), {"password_too_short"}),
        (SignUp("ada@example.com", "x" * 201), {"password_too_long"}),
        (SignUp("ada@example.com", PASSWORD, "x" * 101), {"name_too_long"}),
        (SignUp("ada@example.com", PASSWORD, "a\x00b"), {"name_invalid"}),
        (SignUp("ada@example.com", PASSWORD, "Ada", "Mars/Olympus"), {"unknown_timezone"}),
        (SignUp("", "", "\n\x07", ""), {"email_invalid", "password_too_short", "name_invalid", "unknown_timezone"}),
    ],
)
async def test_every_bad_field_is_found_at_once(app: App, wanted: SignUp, codes: set[str]) -> None:
    with pytest.raises(Invalid) as refused:
        await people.sign_up(app, wanted, HERE)
    assert {finding.code for finding in refused.value.findings} == codes


@pytest.mark.parametrize("length", [8, 200])
async def test_the_shortest_and_the_longest_password_work(app: App, length: int) -> None:
    await people.sign_up(app, SignUp("ada@example.com", "ä" * length), HERE)
    assert await people.log_in(app, "ada@example.com", "ä" * length, HERE)


@pytest.mark.parametrize("email", ["ada@example.com", "nobody@example.com", "no email", "\x00"])
async def test_a_wrong_email_is_answered_like_a_wrong_password(app: App, email: str) -> None:
    await sign_up(app)
    with pytest.raises(Unauthenticated) as refused:
        await people.log_in(app, email, "wrong password", HERE)
    assert refused.value.code == "wrong_credentials"


async def test_guessing_at_one_email_is_stopped_whatever_the_address(app: App, clock: ManualClock) -> None:
    await sign_up(app)
    start = clock.now()
    await refused_log_in(app, "ada@example.com", "192.0.2.1")
    clock.advance(timedelta(seconds=1))
    await refused_log_in(app, "ada@example.com", "192.0.2.2")
    await repeat_failures(app, TRIES_BY_EMAIL // 2 - 1)
    with pytest.raises(TooMany) as refused:
        await people.log_in(app, "ada@example.com", PASSWORD, "198.51.100.1")
    assert refused.value.retry_at == start + WINDOW
    clock.advance(start + WINDOW - clock.now())
    assert await people.log_in(app, "ada@example.com", PASSWORD, "198.51.100.1")


async def test_a_successful_log_in_forgives_the_failures_before(app: App) -> None:
    await sign_up(app)
    for address in ("192.0.2.2", "192.0.2.3"):
        await refused_log_in(app, "ada@example.com", address)
        await repeat_failures(app, TRIES_BY_EMAIL - 2)
        assert await people.log_in(app, "ada@example.com", PASSWORD, address)


async def test_guessing_from_one_address_is_stopped_whatever_the_email(app: App) -> None:
    site = "2001:db8:0:1"
    await refused_log_in(app, "person@example.com", f"{site}::1")
    await repeat_failures(app, TRIES_BY_ADDRESS - 1)
    with pytest.raises(TooMany):
        await people.log_in(app, "ada@example.com", PASSWORD, f"{site}:ffff::1")
    await refused_log_in(app, "ada@example.com", "2001:db8:0:2::1")


async def test_many_tries_at_once_get_no_further_than_one_after_another(app: App) -> None:
    await sign_up(app)
    await refused_log_in(app, "ada@example.com", HERE)
    await repeat_failures(app, TRIES_BY_EMAIL - 2)
    answers = await race(app, lambda: people.log_in(app, "ada@example.com", "wrong password", HERE))
    assert kinds(answers) == {"TooMany": RUNNERS - 1, "Unauthenticated": 1}


async def repeat_failures(app: App, times: int) -> None:
    """As if each failure so far had happened so many times more; trying takes long, and is meant to."""
    async with app.db.tx() as tx:
        await tx.execute(
            text("""INSERT INTO auth_failures (id, key, at)
                    SELECT gen_random_uuid(), key, at FROM auth_failures, generate_series(1, :times)"""),
            {"times": times},
        )


async def refused_log_in(app: App, email: str, address: str) -> None:
    with pytest.raises(Unauthenticated):
        await people.log_in(app, email, "wrong password", address)


async def test_one_address_cannot_sign_up_without_end(app: App) -> None:
    await sign_up(app)
    await repeat_failures(app, SIGN_UPS_BY_ADDRESS - 1)
    with pytest.raises(TooMany):
        await sign_up(app, "grace@example.com")
    assert await sign_up(app, "grace@example.com", "192.0.2.2")


async def test_an_access_token_lives_a_quarter_of_an_hour(app: App, clock: ManualClock) -> None:
    tokens = await open_session(app)
    clock.advance(ACCESS_LIFETIME - timedelta(seconds=1))
    assert (await by_bearer(app, tokens.access_token)).by == "bearer"
    clock.advance(timedelta(seconds=1))
    with pytest.raises(Unauthenticated) as refused:
        await by_bearer(app, tokens.access_token)
    assert refused.value.code == "token_expired"


async def test_an_access_token_is_refused_at_once_after_the_log_out(app: App) -> None:
    tokens = await open_session(app)
    caller = await by_bearer(app, tokens.access_token)
    async with app.db.tx() as tx:
        await auth.log_out(tx, app, caller)
    with pytest.raises(Unauthenticated):
        await by_bearer(app, tokens.access_token)
    with pytest.raises(Unauthenticated):
        await auth.refresh(app, tokens.refresh_token)


async def test_a_refresh_token_is_traded_once_and_its_reuse_ends_the_session(app: App) -> None:
    first = await open_session(app)
    _, second = await auth.refresh(app, first.refresh_token)
    assert await by_bearer(app, second.access_token)
    with pytest.raises(Unauthenticated, match="used before"):
        await auth.refresh(app, first.refresh_token)
    for spent in (first, second):
        with pytest.raises(Unauthenticated):
            await by_bearer(app, spent.access_token)
        with pytest.raises(Unauthenticated):
            await auth.refresh(app, spent.refresh_token)


async def test_of_many_refreshes_at_once_with_one_token_one_goes_through(app: App) -> None:
    tokens = await open_session(app)
    answers = await race(app, lambda: auth.refresh(app, tokens.refresh_token))
    assert kinds(answers) == {"Unauthenticated": RUNNERS - 1, "tuple": 1}


async def test_a_session_lasts_thirty_days_from_its_last_refresh(app: App, clock: ManualClock) -> None:
    tokens = await open_session(app)
    for _ in range(3):
        clock.advance(SESSION_LIFETIME - timedelta(seconds=1))
        _, tokens = await auth.refresh(app, tokens.refresh_token)
    clock.advance(SESSION_LIFETIME)
    with pytest.raises(Unauthenticated):
        await auth.refresh(app, tokens.refresh_token)


async def test_a_cookie_is_a_session_of_its_own(app: App, clock: ManualClock) -> None:
    person = await join(app)
    caller = await by_cookie(app, person.cookie)
    assert (caller.by, caller.user_id) == ("cookie", person.member.user.id)
    session, _, _secret = person.cookie.partition(".")
    for wrong in (f"{session}.", f"{session}.wrong", session, "", "x.y", person.bearer):
        with pytest.raises(Unauthenticated):
            await by_cookie(app, wrong)
    with pytest.raises(Unauthenticated):
        await auth.refresh(app, person.cookie)
    assert await by_cookie(app, person.cookie)
    clock.advance(SESSION_LIFETIME)
    with pytest.raises(Unauthenticated):
        await by_cookie(app, person.cookie)


async def test_a_refresh_token_is_no_cookie(app: App) -> None:
    tokens = await open_session(app)
    with pytest.raises(Unauthenticated):
        await by_cookie(app, tokens.refresh_token)


async def test_the_csrf_token_is_the_sessions_own(app: App) -> None:
    one, other = await join(app), await join(app)
    session = (await by_cookie(app, one.cookie)).session_id
    assert auth.csrf_token(app, session) == one.csrf != other.csrf


async def test_a_forged_token_is_refused(app: App) -> None:
    tokens = await open_session(app)
    claims = jwt.decode(tokens.access_token, options={"verify_signature": False})
    key = app.key_for("access token")
    forged = [
        jwt.encode(claims, b"x" * 32, algorithm="HS256"),
        jwt.encode(claims, "", algorithm="none"),
        jwt.encode({**claims, "sid": "x"}, key, algorithm="HS256"),
        jwt.encode({**claims, "sid": 5}, key, algorithm="HS256"),
        jwt.encode({**claims, "exp": 10**400}, key, algorithm="HS256"),
        jwt.encode({name: claims[name] for name in claims if name != "jti"}, key, algorithm="HS256"),
        tokens.access_token[:-1],
        tokens.refresh_token,
        "",
    ]
    for token in forged:
        with pytest.raises(Unauthenticated):
            await by_bearer(app, token)


async def test_old_failures_and_sessions_are_swept_away(app: App, clock: ManualClock) -> None:
    await sign_up(app)
    tokens = await open_session(app)
    assert await sweep.sweep(app) == 0
    clock.advance(WINDOW + timedelta(seconds=1))
    assert await sweep.sweep(app) == 1
    _, tokens = await auth.refresh(app, tokens.refresh_token)
    assert await by_bearer(app, tokens.access_token)
    clock.advance(SESSION_LIFETIME + timedelta(days=2))
    assert await sweep.sweep(app) == 3
