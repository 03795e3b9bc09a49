"""What every adapter must do, as scenarios that run against the sandbox's twin of its platform.

The adapter is driven directly, the way the engine does it; the engine has tests of its own.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from postwright.domain.check import check
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
from postwright.domain.publication import StepKind
from postwright.kit.http import NoReply
from postwright.platforms.base import CannotTell, Published
from postwright.services.connect import DENIALS
from tests.platforms.stage import BACK, Stage
from tests.support.publishing import Drive

Scenario = Callable[[Stage], Awaitable[None]]
SCENARIOS: dict[str, Scenario] = {}


def scenario(run: Scenario) -> Scenario:
    """Put a function on the list."""
    SCENARIOS[run.__name__] = run
    return run


async def _raises(drive: Drive, content: Content, *kinds: type[BaseException]) -> BaseException:
    """The flow stops with one of these errors; the drive stands at the step that failed."""
    with pytest.raises(kinds) as caught:
        await drive.to_the_end(content, drive.checkpoint)
    return caught.value


async def _once(stage: Stage, published: Published, caption: str) -> None:
    """It is out once, with an address."""
    assert published.external_url is not None
    assert len(await stage.posts(caption)) == 1


async def _settle(stage: Stage, drive: Drive, content: Content, name: str) -> Published | None:
    """Ask whether the doubtful call landed, and go on from the answer; None where the platform cannot tell."""
    verdict = await stage.verdict(drive, content)
    if name in stage.facts.cannot_tell:
        assert isinstance(verdict, CannotTell)
        return None
    assert not isinstance(verdict, CannotTell), verdict
    return await drive.to_the_end(content, verdict.checkpoint)


async def _doubt(stage: Stage, kind: str, *errors: type[BaseException], **more: object) -> None:
    """The call that publishes goes wrong in some way; in the end the post is out once."""
    drive, content = await stage.drive(), await stage.simple("in doubt")
    await stage.fault(kind, stage.facts.commit, **more)
    await _raises(drive, content, *errors)
    published = await _settle(stage, drive, content, stage.facts.samples[0].name)
    if published is not None:
        await _once(stage, published, "in doubt")


@scenario
async def a_consent_opens_an_account_with_all_that_publishing_needs(stage: Stage) -> None:
    target = await stage.connect()
    required = {scope.name for scope in stage.case.login.scopes if scope.required}
    assert required <= set(target.grant.scopes)
    assert target.username
    assert target.grant.refresh_at is None or target.grant.refresh_at > stage.clock.now()


@scenario
async def a_refused_consent_says_so(stage: Stage) -> None:
    back, _ = await stage.consent(sandbox_consent="deny")
    assert back["error"] in DENIALS
    assert "code" not in back


@scenario
async def a_permission_that_was_left_out_is_noticed(stage: Stage) -> None:
    left_out = stage.facts.consents[stage.case.login.id]
    given = [scope.name for scope in stage.case.login.scopes if scope.name != left_out]
    target = await stage.connect(sandbox_scopes=",".join(given))
    assert left_out not in target.grant.scopes
    assert set(target.grant.scopes) & set(given)


@scenario
async def a_used_code_is_refused(stage: Stage) -> None:
    back, verifier = await stage.consent()
    await stage.adapter.exchange(stage.oauth, back["code"], BACK, verifier)
    with pytest.raises(Rejected):
        await stage.adapter.exchange(stage.oauth, back["code"], BACK, verifier)


@scenario
async def a_renewed_token_publishes(stage: Stage) -> None:
    target = await stage.connect()
    assert target.grant.refresh_at is not None
    await stage.pass_time(target.grant.refresh_at - stage.clock.now())
    fresh = await stage.adapter.refresh(stage.oauth, target.grant, stage.account(target))
    assert fresh.refresh_at is None or fresh.refresh_at > stage.clock.now()
    drive = await stage.drive(replace(target, grant=fresh))
    await _once(stage, await drive.to_the_end(await stage.simple("after renewal")), "after renewal")


@scenario
async def a_renewal_ends_the_refresh_token_that_it_was_made_with(stage: Stage) -> None:
    target = await stage.connect()
    account = stage.account(target)
    fresh = await stage.adapter.refresh(stage.oauth, target.grant, account)
    assert fresh.refresh_token != target.grant.refresh_token
    with pytest.raises((AuthRevoked, AuthExpired, Rejected)):
        await stage.adapter.refresh(stage.oauth, target.grant, account)
    again = await stage.adapter.refresh(stage.oauth, fresh, account)
    drive = await stage.drive(replace(target, grant=again))
    await _once(stage, await drive.to_the_end(await stage.simple("rotated")), "rotated")


@scenario
async def a_consent_that_was_taken_back_ends_the_connection(stage: Stage) -> None:
    target = await stage.connect()
    ended = await stage.adapter.revoke(stage.oauth, target.grant)
    await stage.adapter.revoke(stage.oauth, target.grant)
    if ended:
        await _raises(await stage.drive(target), await stage.simple("revoked"), AuthRevoked, AuthExpired)


@scenario
async def every_kind_of_post_appears_once_with_an_address(stage: Stage) -> None:
    drive = await stage.drive()
    for number, sample in enumerate(stage.facts.samples):
        before = len(await stage.posts(""))
        content = await stage.content(sample, f"sample {number}")
        assert [one for one in check(stage.adapter.spec.capability, content) if one.severity == "error"] == []
        published = await drive.to_the_end(content)
        assert published.external_url is not None, sample.name
        assert published.warnings == (), sample.name
        assert len(await stage.posts("")) == before + sample.shows, sample.name


@scenario
async def a_caption_may_be_as_long_as_the_platform_says_and_no_longer(stage: Stage) -> None:
    capability = stage.adapter.spec.capability
    for sample in stage.facts.samples:
        longest = await stage.longest(sample)
        if longest is None:
            continue
        drive = await stage.drive()
        await drive.to_the_end(longest)
        beyond = replace(longest, caption=longest.caption + "a")
        (found,) = [one for one in check(capability, beyond) if one.severity == "error"]
        assert (found.field, found.code) == ("caption", "caption_too_long")
        assert (found.limit, found.value) == (len(longest.caption), len(longest.caption) + 1)


@scenario
async def slow_processing_is_waited_for(stage: Stage) -> None:
    await stage.admin("seed", settings=dict(stage.facts.slow))
    drive = await stage.drive()
    published = await drive.to_the_end(await stage.named(stage.facts.processed, "slow"))
    assert published.external_url is not None
    assert sum(drive.delays) >= max(stage.facts.slow.values())


@scenario
async def media_that_cannot_be_processed_are_refused(stage: Stage) -> None:
    drive = await stage.drive()
    error = await _raises(drive, await stage.content(stage.facts.refused, "never"), Rejected)
    assert isinstance(error, PlatformError)
    assert error.field == "media"
    assert await stage.posts("never") == []


@scenario
async def a_flow_goes_on_with_a_new_token_where_the_old_one_expired(stage: Stage) -> None:
    drive, content = await stage.drive(await stage.connect()), await stage.simple("expired")
    await stage.fault("expire_token", stage.facts.signed or stage.facts.commit)
    await _raises(drive, content, AuthExpired)
    # An expired token cannot be renewed everywhere: a new consent is what the person is asked for then.
    drive.call.token = (await stage.connect()).grant.access_token
    await _once(stage, await drive.to_the_end(content, drive.checkpoint), "expired")


@scenario
async def a_revoked_token_asks_for_a_new_connection(stage: Stage) -> None:
    target = await stage.connect()
    drive = await stage.drive(target)
    await stage.fault("revoke_token", stage.facts.prepare)
    error = await _raises(drive, await stage.named(stage.facts.prepared, "revoked"), AuthRevoked, AuthExpired)
    if isinstance(error, AuthExpired):
        # Some platforms say of a revoked token only that it no longer counts; the renewal tells.
        with pytest.raises((AuthRevoked, AuthExpired, Rejected)):
            await stage.adapter.refresh(stage.oauth, target.grant, stage.account(target))


@scenario
async def a_missing_permission_asks_for_a_new_connection(stage: Stage) -> None:
    drive = await stage.drive()
    order = dict(stage.facts.permission)
    await stage.fault(str(order.pop("kind", "status")), stage.facts.prepare, **order)
    await _raises(drive, await stage.named(stage.facts.prepared, "forbidden"), AuthRevoked)


@scenario
async def a_rate_limit_is_waited_for(stage: Stage) -> None:
    drive, content = await stage.drive(), await stage.simple("limited")
    await stage.fault("rate_limit", stage.facts.commit)
    error = await _raises(drive, content, RateLimited)
    assert isinstance(error, PlatformError)
    assert stage.facts.tells_when is (error.until is not None and error.until > stage.clock.now())
    assert await stage.posts("limited") == []
    await _once(stage, await drive.to_the_end(content, drive.checkpoint), "limited")


@scenario
async def a_rate_limit_without_a_word_on_its_end_is_waited_for(stage: Stage) -> None:
    drive, content = await stage.drive(), await stage.named(stage.facts.prepared, "limited")
    await stage.fault("status", stage.facts.prepare, status=429, body="{}")
    error = await _raises(drive, content, RateLimited)
    assert isinstance(error, PlatformError)
    assert error.until is None
    await _once(stage, await drive.to_the_end(content, drive.checkpoint), "limited")


@scenario
async def use_of_the_allowance_is_read_from_the_replies(stage: Stage) -> None:
    drive = await stage.drive()
    await drive.to_the_end(await stage.simple("counted"))
    assert drive.call.readings
    assert all(0 <= reading.used <= 1 for reading in drive.call.readings)


@scenario
async def a_days_allowance_that_is_used_up_is_waited_for(stage: Stage) -> None:
    drive, content = await stage.drive(), await stage.named(stage.facts.prepared, "tomorrow")
    order = dict(stage.facts.quota)
    await stage.fault(str(order.pop("kind", "status")), stage.facts.prepare, **order)
    await _raises(drive, content, QuotaReached)
    await _once(stage, await drive.to_the_end(content, drive.checkpoint), "tomorrow")


@scenario
async def a_fault_of_the_platform_before_the_write_is_safe_to_repeat(stage: Stage) -> None:
    drive, content = await stage.drive(), await stage.named(stage.facts.prepared, "hiccup")
    await stage.fault("status", stage.facts.prepare, status=503)
    await _raises(drive, content, Unavailable)
    await _once(stage, await drive.to_the_end(content, drive.checkpoint), "hiccup")


@scenario
async def a_fault_of_the_platform_while_publishing_is_settled_by_asking(stage: Stage) -> None:
    await _doubt(stage, "status", Uncertain, status=503)


@scenario
async def a_fault_of_the_platform_that_did_publish_is_settled_by_asking(stage: Stage) -> None:
    await _doubt(stage, "status", Uncertain, status=500, effect=True)


@scenario
async def a_connection_cut_before_the_write_is_settled_by_asking(stage: Stage) -> None:
    await _doubt(stage, "cut_before", NoReply)


@scenario
async def an_unreadable_reply_to_publishing_is_settled_by_asking(stage: Stage) -> None:
    await _doubt(stage, "garbage", Surprise, Uncertain)


@scenario
async def a_connection_cut_after_the_write_is_settled_by_asking(stage: Stage) -> None:
    target = await stage.connect()
    for number, sample in enumerate(stage.facts.samples):
        drive = await stage.drive(target)
        content, before = await stage.content(sample, f"cut after {number}"), len(await stage.posts(""))
        await stage.pass_time(timedelta(minutes=5))
        await stage.fault("cut_after", sample.commit or stage.facts.commit)
        await _raises(drive, content, NoReply)
        assert drive.checkpoint is not None
        assert stage.adapter.spec.steps[drive.checkpoint.step] is StepKind.COMMIT
        published = await _settle(stage, drive, content, sample.name)
        assert published is None or published.external_url is not None, sample.name
        assert len(await stage.posts("")) == before + sample.shows, sample.name


@scenario
async def a_published_post_can_be_taken_down(stage: Stage) -> None:
    target = await stage.connect()
    for sample in stage.facts.samples:
        drive, before = await stage.drive(target), len(await stage.posts(""))
        published = await drive.to_the_end(await stage.content(sample, f"down with {sample.name}"))
        removed = await stage.adapter.remove(drive.call, published.external_id)
        assert removed is not bool({stage.case.login.id, sample.name} & set(stage.facts.cannot_remove)), sample.name
        if removed:
            assert len(await stage.posts("")) == before, sample.name
            assert await stage.adapter.remove(drive.call, published.external_id)
