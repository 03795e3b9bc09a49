"""Connecting, renewing and taking back, against X's twin."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from postwright.domain.errors import (
    AuthExpired,
    AuthRevoked,
    PlatformError,
    RateLimited,
    Rejected,
    Surprise,
    Unavailable,
)
from postwright.kit.crypto import Secret
from postwright.kit.http import NoReply
from postwright.platforms.base import AppCredentials
from postwright.platforms.oauth import basic
from postwright.platforms.x.spec import LOGIN
from tests.platforms.stage import BACK, CASES, Door, Stage, stage_of
from tests.support.publishing import oauth_call_for

TOKENS = Door("POST", "/2/oauth2/token$")


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with stage_of(next(case for case in CASES if case.adapter.spec.id == "x")) as found:
        yield found


def test_the_app_says_who_it_is_as_the_documents_have_it() -> None:
    assert basic(AppCredentials("cid", Secret("s3cr3t"))) == "Basic Y2lkOnMzY3IzdA=="


async def test_a_consent_opens_the_persons_own_account_for_two_hours(stage: Stage) -> None:
    target = await stage.connect()
    now = stage.clock.now()
    assert (target.username, target.name, target.kind) == ("harbourcoffee", "Harbour Coffee", "profile")
    assert target.avatar_url is not None
    assert target.grant.subject == target.external_id
    assert set(target.grant.scopes) == {scope.name for scope in LOGIN.scopes}
    assert target.grant.expires_at == now + timedelta(hours=2)
    assert target.grant.refresh_at == now + timedelta(hours=1, minutes=50)


async def test_a_code_with_another_verifier_is_refused(stage: Stage) -> None:
    back, _ = await stage.consent()
    with pytest.raises(Rejected):
        await stage.adapter.exchange(stage.oauth, back["code"], BACK, "x" * 43)


async def test_a_code_is_too_old_after_half_a_minute(stage: Stage) -> None:
    back, verifier = await stage.consent()
    await stage.pass_time(timedelta(seconds=31))
    with pytest.raises(Rejected, match="authorization code was invalid"):
        await stage.adapter.exchange(stage.oauth, back["code"], BACK, verifier)


async def test_without_leave_to_stay_there_is_nothing_to_renew(stage: Stage) -> None:
    asked = ",".join(scope.name for scope in LOGIN.scopes if scope.name != "offline.access")
    grant = await stage.grant(sandbox_scopes=asked)
    assert (grant.refresh_token, grant.refresh_at) == (None, None)


async def test_a_renewal_keeps_the_person_and_rotates_both_tokens(stage: Stage) -> None:
    target = await stage.connect()
    await stage.pass_time(timedelta(hours=3))
    fresh = await stage.adapter.refresh(stage.oauth, target.grant, stage.account(target))
    assert (fresh.subject, fresh.scopes) == (target.external_id, target.grant.scopes)
    assert fresh.access_token != target.grant.access_token
    assert fresh.refresh_token not in (None, target.grant.refresh_token)


async def test_a_renewal_whose_reply_was_lost_has_used_the_token_up(stage: Stage) -> None:
    target = await stage.connect()
    await stage.fault("cut_after", TOKENS)
    with pytest.raises(NoReply):
        await stage.adapter.refresh(stage.oauth, target.grant, stage.account(target))
    with pytest.raises(AuthRevoked, match="reconnect"):
        await stage.adapter.refresh(stage.oauth, target.grant, stage.account(target))


async def test_an_app_that_x_does_not_know_is_the_operators_mistake_and_ends_no_connection(stage: Stage) -> None:
    target = await stage.connect()
    wrong = oauth_call_for(stage.http, stage.clock, LOGIN, AppCredentials(stage.app.client_id, Secret("wrong")))
    with pytest.raises(Surprise, match="POSTWRIGHT_X_CLIENT_SECRET"):
        await stage.adapter.refresh(wrong, target.grant, stage.account(target))
    assert await stage.adapter.refresh(stage.oauth, target.grant, stage.account(target))


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [(503, "<html>", Unavailable), (429, "{}", RateLimited), (200, "<html>", Surprise), (401, "[]", AuthRevoked)],
)
async def test_a_renewal_that_fails_otherwise_says_how(
    stage: Stage, status: int, body: str, kind: type[PlatformError]
) -> None:
    target = await stage.connect()
    await stage.fault("status", TOKENS, status=status, body=body)
    with pytest.raises(kind):
        await stage.adapter.refresh(stage.oauth, target.grant, stage.account(target))


async def test_a_consent_that_is_taken_back_ends_both_tokens(stage: Stage) -> None:
    target = await stage.connect()
    assert await stage.adapter.revoke(stage.oauth, target.grant)
    with pytest.raises(AuthExpired):
        await stage.adapter.targets(stage.oauth, target.grant)
    with pytest.raises(AuthRevoked):
        await stage.adapter.refresh(stage.oauth, target.grant, stage.account(target))
    await stage.fault("status", Door("POST", "/2/oauth2/revoke$"), status=400, body='{"error":"invalid_request"}')
    assert await stage.adapter.revoke(stage.oauth, target.grant)
