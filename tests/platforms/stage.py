"""What conformance scenarios stand on: a sandbox, an adapter in front of it, and what only one platform knows.

A case is a platform and one of its logins, with what only that platform knows as data: sample
media, and the paths of the calls that prepare and that publish. The adapter is driven directly,
the way the engine does it; the engine has tests of its own.
"""

import json
import tempfile
import tomllib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from importlib.resources import files
from itertools import takewhile
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID, uuid4

from postwright.domain.account import Account
from postwright.domain.check import choose_kind
from postwright.domain.errors import Finding, Unavailable
from postwright.domain.media import Attachment, Media, MediaFacts
from postwright.domain.post import Content
from postwright.kit.crypto import Secret
from postwright.kit.http import Http, Request
from postwright.kit.probe import Unreadable, probe
from postwright.platforms.base import (
    Adapter,
    AppCredentials,
    Call,
    Grant,
    Login,
    OAuthCall,
    Published,
    Target,
    Verdict,
    Waiting,
)
from postwright.platforms.oauth import authorize_url, new_verifier
from postwright.platforms.registry import PLATFORMS
from postwright.sandbox.samples import sample
from postwright.sandbox.serve import running_sandbox
from tests.support.clock import ManualClock
from tests.support.publishing import BytesInMemory, Drive, account_of, call_for, oauth_call_for
from tests.support.waiting import eventually, pause

BACK = "http://127.0.0.1:9/callback"
MANY = 100_000
"""Patience costs calls, which are not what these scenarios are about."""
PATIENCE = timedelta(seconds=40)
"""How long the sandbox may take for what it really does, by the clock on the wall."""
Options = Mapping[str, object]
Order = Mapping[str, object]
"""A fault as the sandbox is told of it."""


@dataclass(frozen=True)
class Door:
    """Calls to the platform: the method, and a pattern that their address (`/host/path`) must hold."""

    method: str
    path: str
    after: int = 0
    """How many such calls are let by before the one that is meant."""


@dataclass(frozen=True)
class Sample:
    """A post that the platform takes: sample files of the sandbox, and options."""

    name: str
    files: tuple[str, ...]
    options: Options = field(default_factory=dict)
    commit: Door | None = None
    """The call that makes it visible, where that is another one than the simplest sample's."""
    shows: int = 1
    """How many posts people see of it in the end: of a draft that waits for its owner none, of a thread several."""

    def options_for(self, caption: str) -> Options:
        """Its options, with the caption wherever they say `{caption}`: each post of a thread can then be told by it."""
        told: Options = json.loads(json.dumps(dict(self.options)).replace("{caption}", json.dumps(caption)[1:-1]))
        return told


@dataclass(frozen=True)
class Facts:
    """What only one platform's scenarios need to know; each platform has a module `facts` with its own."""

    samples: tuple[Sample, ...]
    """A post of every kind that it takes; the first one is the simplest."""
    commit: Door
    """The call that makes the simplest sample visible."""
    prepare: Door
    """A call before that, of the sample named `prepared`."""
    prepared: str
    refused: Sample
    """A post that the platform takes and then fails to process."""
    processed: str
    """The sample that the platform takes its time for."""
    slow: Mapping[str, float]
    """Sandbox settings under which that takes long."""
    permission: Order
    """How the sandbox is told to refuse for want of a permission, and because a day's allowance is used up."""
    quota: Order
    longer: tuple[Sample, ...] = ()
    """Further posts, of more steps: threads, files in several parts. The proofs of reliability send them too."""
    consents: Mapping[str, str] = field(default_factory=dict)
    """By login: the scope that a person can leave out, where the platform lets them choose."""
    tells_when: bool = False
    """Whether a refusal for too many calls says when calls are welcome again."""
    cannot_tell: tuple[str, ...] = ()
    """The samples for which the platform has no answer to whether a call landed."""
    cannot_deny: tuple[str, ...] = ()
    """Those of which it can be found that a call landed, and never that it did not."""
    silent: tuple[str, ...] = ()
    """The logins to which the platform does not tell whether a first comment was written."""
    signed: Door | None = None
    """A call with the token in it, where the one that makes the simplest sample visible has none."""
    cannot_remove: tuple[str, ...] = ()
    """The logins, and the samples, for which the platform has no call that takes a post down."""
    settings: Mapping[str, float] = field(default_factory=dict)
    """Sandbox settings that the scenarios need."""
    altered: Callable[[str, bytes], bytes] = lambda _, whole: whole
    """What is uploaded instead of a sample file, where the platform refuses the same file twice."""


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
        return facts_of(self.adapter.spec.id)

    @property
    def quality(self) -> Mapping[str, str | Mapping[str, str]]:
        """The adapter's own word on what is proved of it: rule -> `done`, or why it is `todo` or `exempt`."""
        return quality_of(self.adapter.spec.id)


@cache
def facts_of(platform: str) -> Facts:
    """The facts of a platform, from its tests' folder."""
    found = import_module(f"tests.platforms.{platform}.facts").FACTS
    assert isinstance(found, Facts)
    return found


@cache
def quality_of(platform: str) -> Mapping[str, str | Mapping[str, str]]:
    """The rules of a platform's quality.toml."""
    text = files(f"postwright.platforms.{platform}").joinpath("quality.toml").read_text(encoding="utf-8")
    rules = tomllib.loads(text)["rules"]
    assert isinstance(rules, dict)
    return rules


@cache
def _sample(name: str) -> bytes:
    return sample(name)


_FACTS: dict[str, MediaFacts] = {}


async def _measured(name: str, folder: Path) -> MediaFacts:
    """What a sample really is, found out once."""
    if name not in _FACTS:
        path = folder / name
        path.write_bytes(_sample(name))
        try:
            found = asdict(await probe(path))
        except Unreadable:
            found = {"kind": "image", "mime": "image/jpeg", "size_bytes": len(_sample(name)), "width": 1, "height": 1}
        known = {one.name for one in fields(MediaFacts)}
        _FACTS[name] = MediaFacts(**{key: value for key, value in found.items() if key in known})
    return _FACTS[name]


CASES = [Case(adapter, login) for adapter in PLATFORMS.values() for login in adapter.spec.logins]


class PatientDrive(Drive):
    """The engine's loop, patient with a sandbox that really fetches and probes media, however fast its clock is set."""

    async def step(self, content: Content) -> Waiting | Published:
        """One step; where the adapter gave up waiting, made again."""
        return await eventually(lambda: self._try(content), within=PATIENCE)

    async def _try(self, content: Content) -> Waiting | Published | None:
        try:
            return await super().step(content)
        except Unavailable as error:
            if error.status is not None:
                raise
            return None

    async def _wait(self, time: timedelta) -> None:
        await super()._wait(time)
        looks = takewhile(lambda step: step == self.steps[-1], reversed(self.steps))
        await pause(len(tuple(looks)))


@dataclass
class Stage:
    """A sandbox, and an adapter in front of it."""

    case: Case
    origin: str
    http: Http
    clock: ManualClock
    plain: Http
    folder: Path
    files: dict[UUID, bytes] = field(default_factory=dict)

    @property
    def adapter(self) -> Adapter:
        return self.case.adapter

    @property
    def facts(self) -> Facts:
        return self.case.facts

    async def admin(self, verb: str, /, **body: object) -> Mapping[str, object]:
        """Tell the sandbox something."""
        reply = await self.plain.send(Request("POST", f"{self.origin}/_sandbox/{verb}", json=body))
        answer = reply.json()
        assert reply.status == 200, answer
        assert isinstance(answer, dict)
        return answer

    async def fault(self, kind: str, door: Door, **more: object) -> None:
        """Let the next such call to the platform fail."""
        order: Order = {"kind": kind, "method": door.method, "path": door.path, "after": door.after, **more}
        await self.admin("faults", **order)

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

    async def consent(self, **query: str) -> tuple[Mapping[str, str], str | None]:
        """Go through a consent as a browser would; what comes back in the address, and the verifier."""
        verifier = new_verifier(self.case.login)
        url = authorize_url(self.case.login, self.app, redirect_uri=BACK, state="st", verifier=verifier)
        answer = {"sandbox_consent": "approve", **query}
        reply = await self.http.send(Request("GET", f"{url}&{urlencode(answer)}"))
        back = dict(parse_qsl(urlsplit(reply.headers["location"]).query))
        assert back["state"] == "st"
        return back, verifier

    async def grant(self, **query: str) -> Grant:
        """What a consent gives."""
        back, verifier = await self.consent(**query)
        return await self.adapter.exchange(self.oauth, back["code"], BACK, verifier)

    async def connect(self, **query: str) -> Target:
        """Go the whole way of a consent; the first account that it opens."""
        return (await self.adapter.targets(self.oauth, await self.grant(**query)))[0]

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

    async def verdict(self, drive: Drive, content: Content) -> Verdict:
        """Whether the call that the drive failed at landed; asked again while the platform cannot say yet."""
        point, since = drive.checkpoint, self.clock.now()
        assert point is not None

        async def ask() -> Verdict | None:
            try:
                return await self.adapter.reconcile(drive.call, content, point, since)
            except Unavailable as error:
                if error.status is not None:
                    raise
                return None

        return await eventually(ask, within=PATIENCE)

    async def content(self, sample: Sample, caption: str) -> Content:
        """A post of sample files, with their true sizes and bytes."""
        options = self.case.adapter.spec.capability.options.model_validate(dict(sample.options))
        return Content(caption, tuple([await self._attachment(name) for name in sample.files]), options)

    async def simple(self, caption: str) -> Content:
        return await self.content(self.facts.samples[0], caption)

    async def named(self, name: str, caption: str) -> Content:
        return await self.content(next(one for one in self.facts.samples if one.name == name), caption)

    async def longest(self, sample: Sample) -> Content | None:
        """The sample with the longest caption that its kind allows; None where it shows no caption."""
        content = await self.content(sample, "a")
        kind = choose_kind(self.adapter.spec.capability, content)
        assert not isinstance(kind, Finding)
        rule = kind.text or self.adapter.spec.capability.caption
        # Some platforms refuse a text that was published before: each sample has a letter of its own.
        letter = chr(ord("a") + self.facts.samples.index(sample))
        return replace(content, caption=letter * rule.limit) if kind.caption else None

    async def _attachment(self, name: str) -> Attachment:
        facts = await _measured(name, self.folder)
        whole = self.facts.altered(name, _sample(name))
        media = Media(uuid4(), name, name, replace(facts, size_bytes=len(whole)))
        self.files[media.id] = whole
        return Attachment(media, None, f"{self.origin}/_sandbox/samples/{name}")


@asynccontextmanager
async def stage_of(case: Case) -> AsyncIterator[Stage]:
    """A fresh sandbox and everything in front of it."""
    async with running_sandbox() as origin, Http(sandbox_url=origin) as http, Http() as plain:
        reply = (await plain.send(Request("GET", f"{origin}/_sandbox/settings"))).json()
        assert isinstance(reply, dict)
        with tempfile.TemporaryDirectory() as folder:
            stage = Stage(case, origin, http, ManualClock(datetime.fromisoformat(reply["now"])), plain, Path(folder))
            await stage.admin("seed", settings={"calls_per_hour": MANY, **case.facts.settings})
            yield stage
