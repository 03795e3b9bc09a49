"""What every adapter must do, as scenarios that run against the sandbox's twin of its platform.

The adapter is driven directly, the way the engine does it; the engine has tests of its own.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from postwright.domain.errors import (
    AuthExpired,
    AuthRevoked,
    PlatformError,
    QuotaReached,
    RateLimited,
    Rejected,
    Surprise,
    Unavailable,
    Uncertain,
)
from postwright.domain.post import Content
from postwright.kit.http import NoReply, Request
from postwright.platforms.base import Landed, NotLanded, Published
from postwright.platforms.oauth import authorize_url
from tests.platforms.stage import BACK, Stage
from tests.support.publishing import Drive

Scenario = Callable[[Stage], Awaitable[None]]
SCENARIOS: dict[str, Scenario] = {}


def scenario(run: Scenario) -> Scenario:
    """Put a function on the list."""
    SCENARIOS[run.__name__] = run
    return run


async def _raises(drive: Drive, content: Content, kind: type[BaseException]) -> BaseException:
    """The flow stops with this error; the drive stands at the step that failed."""
    with pytest.raises(kind) as caught:
        await drive.to_the_end(content, drive.checkpoint)
    return caught.value


async def _once(stage: Stage, published: Published, caption: str) -> None:
    """It is out once, with an address."""
    assert published.external_url is not None
    assert len(await stage.posts(caption)) == 1


async def _settle(stage: Stage, drive: Drive, content: Content, *, landed: bool) -> Published:
    """Ask whether the doubtful call landed, and go on from the answer."""
    assert drive.checkpoint is not None
    verdict = await stage.case.adapter.reconcile(drive.call, content, drive.checkpoint, stage.clock.now())
    assert isinstance(verdict, Landed if landed else NotLanded)
    return await drive.to_the_end(content, verdict.checkpoint)


@scenario
async def a_consent_opens_an_account_with_all_that_publishing_needs(stage: Stage) -> None:
    target = await stage.connect()
    required = {scope.name for scope in stage.case.login.scopes if scope.required}
    assert required <= set(target.grant.scopes)
    assert target.username
    assert target.grant.refresh_at is None or target.grant.refresh_at > stage.clock.now()


@scenario
async def a_used_code_is_refused(stage: Stage) -> None:
    url = authorize_url(stage.case.login, stage.app, redirect_uri=BACK, state="st", verifier=None)
    reply = await stage.http.send(Request("GET", f"{url}&sandbox_consent=approve"))
    code = parse_qs(urlsplit(reply.headers["location"]).query)["code"][0]
    await stage.case.adapter.exchange(stage.oauth, code, BACK, None)
    with pytest.raises(Rejected):
        await stage.case.adapter.exchange(stage.oauth, code, BACK, None)


@scenario
async def a_renewed_token_publishes(stage: Stage) -> None:
    target = await stage.connect()
    assert target.grant.refresh_at is not None
    await stage.pass_time(target.grant.refresh_at - stage.clock.now())
    fresh = await stage.case.adapter.refresh(stage.oauth, target.grant, stage.account(target))
    assert fresh.refresh_at is not None
    assert fresh.refresh_at > stage.clock.now()
    drive = await stage.drive(replace(target, grant=fresh))
    await _once(stage, await drive.to_the_end(await stage.simple("after renewal")), "after renewal")


@scenario
async def taking_a_consent_back_is_accepted(stage: Stage) -> None:
    target = await stage.connect()
    await stage.case.adapter.revoke(stage.oauth, target.grant)
    await stage.case.adapter.revoke(stage.oauth, target.grant)


@scenario
async def every_kind_of_post_appears_once_with_an_address(stage: Stage) -> None:
    drive = await stage.drive()
    for number, sample in enumerate(stage.case.facts.samples):
        before = len(await stage.posts(""))
        published = await drive.to_the_end(await stage.content(sample, f"sample {number}"))
        assert published.external_url is not None, sample.name
        assert published.warnings == (), sample.name
        assert len(await stage.posts("")) == before + 1, sample.name


@scenario
async def slow_processing_is_waited_for(stage: Stage) -> None:
    await stage.admin("seed", settings=dict(stage.case.facts.slow))
    drive = await stage.drive()
    for sample in stage.case.facts.samples:
        published = await drive.to_the_end(await stage.content(sample, "slow"))
        assert published.external_url is not None, sample.name
    assert sum(drive.delays) >= max(stage.case.facts.slow.values())


@scenario
async def media_that_cannot_be_processed_are_refused(stage: Stage) -> None:
    drive = await stage.drive()
    error = await _raises(drive, await stage.content(stage.case.facts.refused, "never"), Rejected)
    assert isinstance(error, PlatformError)
    assert error.field == "media"
    assert await stage.posts("never") == []


@scenario
async def a_flow_goes_on_with_a_new_token_where_the_old_one_expired(stage: Stage) -> None:
    target = await stage.connect()
    drive, content = await stage.drive(target), await stage.simple("expired")
    await stage.fault("expire_token", stage.case.facts.commit)
    await drive.until("publish", content)
    await _raises(drive, content, AuthExpired)
    # An expired token cannot be renewed everywhere: a new consent is what the person is asked for then.
    drive.call.token = (await stage.connect()).grant.access_token
    await _once(stage, await drive.to_the_end(content, drive.checkpoint), "expired")


@scenario
async def a_revoked_token_asks_for_a_new_connection(stage: Stage) -> None:
    drive = await stage.drive()
    await stage.fault("revoke_token", stage.case.facts.prepare)
    await _raises(drive, await stage.simple("revoked"), AuthRevoked)


@scenario
async def a_missing_permission_asks_for_a_new_connection(stage: Stage) -> None:
    drive = await stage.drive()
    await stage.fault("status", stage.case.facts.prepare, **stage.case.facts.permission)
    await _raises(drive, await stage.simple("forbidden"), AuthRevoked)


@scenario
async def a_rate_limit_is_waited_for(stage: Stage) -> None:
    drive, content = await stage.drive(), await stage.simple("limited")
    await stage.fault("rate_limit", stage.case.facts.commit)
    await _raises(drive, content, RateLimited)
    assert await stage.posts("limited") == []
    await _once(stage, await drive.to_the_end(content, drive.checkpoint), "limited")


@scenario
async def use_of_the_allowance_is_read_from_the_replies(stage: Stage) -> None:
    drive = await stage.drive()
    await drive.to_the_end(await stage.simple("counted"))
    assert drive.call.readings
    assert all(0 <= reading.used <= 1 for reading in drive.call.readings)


@scenario
async def a_fault_of_the_platform_before_the_write_is_safe_to_repeat(stage: Stage) -> None:
    drive, content = await stage.drive(), await stage.simple("hiccup")
    await stage.fault("status", stage.case.facts.prepare, status=503)
    await _raises(drive, content, Unavailable)
    await _once(stage, await drive.to_the_end(content, drive.checkpoint), "hiccup")


@scenario
async def a_fault_of_the_platform_while_publishing_is_settled_by_asking(stage: Stage) -> None:
    drive, content = await stage.drive(), await stage.simple("doubt")
    await stage.fault("status", stage.case.facts.commit, status=503)
    await _raises(drive, content, Uncertain)
    await _once(stage, await _settle(stage, drive, content, landed=False), "doubt")


@scenario
async def a_connection_cut_before_the_write_is_settled_by_asking(stage: Stage) -> None:
    drive, content = await stage.drive(), await stage.simple("cut before")
    await stage.fault("cut_before", stage.case.facts.commit)
    await _raises(drive, content, NoReply)
    await _once(stage, await _settle(stage, drive, content, landed=False), "cut before")


@scenario
async def a_connection_cut_after_the_write_is_settled_by_asking(stage: Stage) -> None:
    drive = await stage.drive()
    for number, sample in enumerate(stage.case.facts.samples):
        content, before = await stage.content(sample, f"cut after {number}"), len(await stage.posts(""))
        drive.checkpoint = None
        await stage.pass_time(timedelta(minutes=5))
        await stage.fault("cut_after", stage.case.facts.commit)
        await _raises(drive, content, NoReply)
        published = await _settle(stage, drive, content, landed=True)
        assert published.external_url is not None, sample.name
        assert len(await stage.posts("")) == before + 1, sample.name


@scenario
async def an_unreadable_reply_to_publishing_is_settled_by_asking(stage: Stage) -> None:
    drive, content = await stage.drive(), await stage.simple("garbage")
    await stage.fault("garbage", stage.case.facts.commit)
    await _raises(drive, content, Surprise)
    landed = len(await stage.posts("garbage")) == 1
    await _once(stage, await _settle(stage, drive, content, landed=landed), "garbage")


@scenario
async def the_quota_of_a_day_is_told_and_ends_with_the_day(stage: Stage) -> None:
    await stage.admin("seed", settings=dict(stage.case.facts.small_quota))
    drive = await stage.drive()
    await drive.to_the_end(await stage.simple("the only one"))
    drive.checkpoint = None
    second = await stage.simple("one too many")
    await _raises(drive, second, QuotaReached)
    assert await stage.posts("one too many") == []
    await stage.pass_time(timedelta(hours=24, minutes=1))
    await _once(stage, await drive.to_the_end(second, drive.checkpoint), "one too many")
