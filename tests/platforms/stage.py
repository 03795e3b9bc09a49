"""What conformance scenarios stand on: a sandbox, an adapter in front of it, and what only one platform knows.

A case is a platform and one of its logins, with what only that platform knows as data: sample
media, and the paths of the calls that prepare and that publish. The adapter is driven directly,
the way the engine does it; the engine has tests of its own.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from postwright.domain.account import Account
from postwright.domain.errors import Unavailable
from postwright.domain.media import Attachment
from postwright.domain.post import Content
from postwright.kit.crypto import Secret
from postwright.kit.http import Http, Request
from postwright.platforms.base import (
    Adapter,
    AppCredentials,
    Call,
    Login,
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
