"""What every adapter must do, as scenarios that run against the sandbox's twin of its platform.

A case is a platform and one of its logins, with what only that platform knows as data: sample
media, and the paths of the calls that prepare and that publish. The adapter is driven directly,
the way the engine does it; the engine has tests of its own.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from postwright.domain.account import Account
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
from postwright.domain.media import Attachment
from postwright.domain.post import Content
from postwright.kit.crypto import Secret
from postwright.kit.http import Http, NoReply, Request
from postwright.platforms.base import (
    Adapter,
    AppCredentials,
    Call,
    Landed,
    Login,
    NotLanded,
    OAuthCall,
    Published,
    Target,
    Waiting,
)
from postwright.platforms.oauth import authorize_url, new_verifier
from postwright.platforms.registry import PLATFORMS
from postwright.sandbox.serve import running_sandbox
from tests.support.clock import ManualClock
from tests.support.publishing import BytesInMemory, Drive, account_of, call_for, oauth_call_for, picture, video
from tests.support.waiting import eventually

BACK = "http://127.0.0.1:9/callback"
MANY = 100_000
"""Patience costs calls, which are not what these scenarios are about."""
Options = Mapping[str, object]


@dataclass(frozen=True)
class Sample:
    """A post that the platform takes: sample files of the sandbox, and options."""

    name: str
    files: tuple[str, ...]
    options: Options = field(default_factory=dict)


@dataclass(frozen=True)
class Facts:
    """What only one platform's scenarios need to know."""

    samples: tuple[Sample, ...]
    prepare: str
    """How the path of a call ends that prepares a post, and of the one that publishes it."""
    commit: str
    refused: Sample
    """A post that the platform takes and then fails to process."""
    slow: Mapping[str, float]
    """Sandbox settings under which processing takes long."""
    small_quota: Mapping[str, int]
    """Sandbox settings under which one post a day is allowed."""
    permission: Mapping[str, object]
    """How the sandbox is told to refuse for want of a permission."""


FACTS: Mapping[str, Facts] = {
    "instagram": Facts(
        samples=(
            Sample("image", ("square.jpg",)),
            Sample("carousel", ("square.jpg", "landscape.jpg", "reel.mp4")),
            Sample("reel", ("reel.mp4",), {"first_comment": "First!"}),
            Sample("story image", ("story.jpg",), {"post_type": "story"}),
            Sample("story video", ("reel.mp4",), {"post_type": "story"}),
        ),
        prepare="/media",
        commit="/media_publish",
        refused=Sample("bad reel", ("bad-late-index.mp4",)),
        slow={"video_delay": 90.0, "image_delay": 5.0},
        small_quota={"quota_total": 1},
        permission={"status": 403, "code": 10, "message": "Permission denied"},
    )
}


@dataclass(frozen=True)
class Case:
    """One login of one platform."""

    adapter: Adapter
    login: Login

    @property
    def id(self) -> str:
        return f"{self.adapter.spec.id}-{self.login.id}"

    @property
    def facts(self) -> Facts:
        return FACTS[self.adapter.spec.id]


CASES = [Case(adapter, login) for adapter in PLATFORMS.values() for login in adapter.spec.logins]


class PatientDrive(Drive):
    """The engine's loop, patient with a sandbox that really fetches and probes media, however fast its clock is set."""

    async def step(self, content: Content) -> Waiting | Published:
        """One step; where the adapter gave up waiting, made again."""
        return await eventually(lambda: self._try(content), within=timedelta(seconds=40))

    async def _try(self, content: Content) -> Waiting | Published | None:
        try:
            return await super().step(content)
        except Unavailable as error:
            if error.status is not None:
                raise
            return None


@dataclass
class Stage:
    """A sandbox, and an adapter in front of it."""

    case: Case
    origin: str
    http: Http
    clock: ManualClock
    plain: Http
    files: dict[UUID, bytes] = field(default_factory=dict)

    async def admin(self, verb: str, /, **body: object) -> Mapping[str, object]:
        """Tell the sandbox something."""
        reply = await self.plain.send(Request("POST", f"{self.origin}/_sandbox/{verb}", json=body))
        answer = reply.json()
        assert reply.status == 200, answer
        assert isinstance(answer, dict)
        return answer

    async def fault(self, kind: str, path: str = "", **more: object) -> None:
        """Let the next call to the platform with this path fail."""
        await self.admin("faults", kind=kind, path=path, method="POST" if path else "", **more)

    async def posts(self, text: str) -> list[Mapping[str, object]]:
        """What people can see that holds `text`."""
        reply = await self.plain.send(Request("GET", f"{self.origin}/_sandbox/journal"))
        journal = reply.json()
        assert isinstance(journal, dict)
        return [post for post in journal["posts"] if text in str(post)]

    async def pass_time(self, by: timedelta) -> None:
        """Let time pass here and there."""
        self.clock.advance(by)
        await self.admin("clock", advance=by.total_seconds())

    @property
    def app(self) -> AppCredentials:
        name = f"sandbox-{self.case.login.credentials}"
        return AppCredentials(name, Secret(f"{name}-secret"))

    @property
    def oauth(self) -> OAuthCall:
        return oauth_call_for(self.http, self.clock, self.case.login, self.app)

    async def connect(self) -> Target:
        """Go the whole way of a consent, as a browser would; the first account that it opens."""
        verifier = new_verifier(self.case.login)
        url = authorize_url(self.case.login, self.app, redirect_uri=BACK, state="st", verifier=verifier)
        reply = await self.http.send(Request("GET", f"{url}&sandbox_consent=approve"))
        back = parse_qs(urlsplit(reply.headers["location"]).query)
        assert back["state"] == ["st"]
        grant = await self.case.adapter.exchange(self.oauth, back["code"][0], BACK, verifier)
        return (await self.case.adapter.targets(self.oauth, grant))[0]

    def account(self, target: Target) -> Account:
        return account_of(
            self.case.adapter.spec.id,
            self.case.login.id,
            target.external_id,
            target.context,
            target.grant.scopes,
        )

    def call(self, target: Target) -> Call:
        account, files = self.account(target), BytesInMemory(self.files, chunk=64_000)
        token = target.grant.access_token
        return call_for(self.http, self.clock, self.case.login, account, token=token, app=self.app, files=files)

    async def drive(self, target: Target | None = None) -> Drive:
        """The engine's loop on a connected account."""
        call = self.call(target or await self.connect())
        return PatientDrive(self.case.adapter, call, self.clock, elsewhere=self.pass_time)

    async def content(self, sample: Sample, caption: str) -> Content:
        """A post of sample files, with their true sizes and bytes."""
        options = self.case.adapter.spec.capability.options.model_validate(dict(sample.options))
        return Content(caption, tuple([await self._attachment(name) for name in sample.files]), options)

    async def simple(self, caption: str) -> Content:
        return await self.content(self.case.facts.samples[0], caption)

    async def _attachment(self, name: str) -> Attachment:
        url = f"{self.origin}/_sandbox/samples/{name}"
        whole = (await self.plain.send(Request("GET", url))).body
        made = video(url, len(whole)) if name.endswith(".mp4") else picture(url)
        self.files[made.media.id] = whole
        return made


@asynccontextmanager
async def stage_of(case: Case) -> AsyncIterator[Stage]:
    """A fresh sandbox and everything in front of it."""
    async with running_sandbox() as origin, Http(sandbox_url=origin) as http, Http() as plain:
        reply = (await plain.send(Request("GET", f"{origin}/_sandbox/settings"))).json()
        assert isinstance(reply, dict)
        stage = Stage(case, origin, http, ManualClock(datetime.fromisoformat(reply["now"])), plain)
        await stage.admin("seed", settings={"calls_per_hour": MANY})
        yield stage


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
