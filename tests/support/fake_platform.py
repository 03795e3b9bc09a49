"""A platform made of a few lines, for tests of what happens around an adapter: told what to answer, and it counts."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import NoReturn
from uuid import UUID

from postwright.domain.account import Account
from postwright.domain.capability import Capability, Options, PostKind, TextRule
from postwright.domain.errors import AuthExpired, Rejected
from postwright.domain.post import Content
from postwright.domain.publication import Checkpoint
from postwright.kit.clock import Clock
from postwright.kit.crypto import Secret, same
from postwright.kit.http import Reply, Request
from postwright.kit.ids import new_id
from postwright.platforms.base import (
    Budget,
    Call,
    Grant,
    Login,
    OAuthCall,
    OptionValue,
    Outcome,
    PlatformSpec,
    Scope,
    Target,
    Verdict,
    WebhookAnswer,
    WebhookCall,
    WebhookEvent,
    WebhookSecrets,
)
from postwright.services.app import App
from postwright.services.auth import Caller, Kind
from postwright.settings import Credentials
from postwright.storage.db import Database
from tests.support.apps import Person, make_settings, open_app

FAKE = "fakebook"
PLAIN = Login(
    id="plain",
    name="Fakebook",
    credentials="fakebook",
    authorize_url="https://fakebook.example/oauth",
    scopes=(Scope("publish", "to publish posts"), Scope("stats", "to count likes", required=False)),
)
WITH_PKCE = Login(
    id="pkce",
    name="Fakebook with PKCE",
    credentials="fakepkce",
    authorize_url="https://fakebook.example/pkce",
    scopes=(Scope("publish", "to publish posts"),),
    pkce="S256",
)


def grant(
    access: str = "access 0",
    refresh: str | None = "refresh 0",
    *,
    expires_at: datetime | None = None,
    refresh_at: datetime | None = None,
    scopes: tuple[str, ...] = ("publish", "stats"),
    subject: str = "person",
) -> Grant:
    """A grant."""
    return Grant(Secret(access), None if refresh is None else Secret(refresh), expires_at, refresh_at, scopes, subject)


def target(external_id: str = "1", granted: Grant | None = None) -> Target:
    """A target."""
    return Target(external_id, f"user{external_id}", f"User {external_id}", None, "page", granted or grant())


@dataclass(slots=True)
class FakePlatform:
    """An adapter that answers what the test has put into it."""

    clock: Clock
    granted: Grant = field(default_factory=grant)
    opened: tuple[Target, ...] = field(default_factory=lambda: (target(),))
    failure: Exception | None = None
    """Raised by whichever call comes."""
    hold: asyncio.Event | None = None
    """A refresh waits for it after it has counted."""
    exchanges: list[tuple[str, str, str | None]] = field(default_factory=list)
    refreshed_with: list[str] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)
    takes_back: bool = True
    asking: asyncio.Event = field(default_factory=asyncio.Event)
    kinds: tuple[PostKind, ...] = ()
    offered: Mapping[str, tuple[OptionValue, ...]] = field(default_factory=dict)
    removes: bool = True
    expired: set[str] = field(default_factory=set)
    """Access tokens that are no longer taken by calls for an account."""
    asked_with: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)

    @property
    def spec(self) -> PlatformSpec:
        return PlatformSpec(
            id=FAKE,
            name="Fakebook",
            logins=(PLAIN, WITH_PKCE),
            capability=Capability(TextRule(100, "utf16"), self.kinds, Options),
            budget=Budget("calls", 200, timedelta(hours=1)),
            documents=(),
            steps={},
            account_options=tuple(self.offered),
        )

    async def exchange(self, call: OAuthCall, code: str, redirect_uri: str, verifier: str | None) -> Grant:
        assert call.app.client_id
        self.exchanges.append((code, redirect_uri, verifier))
        self._fail()
        return self.granted

    async def targets(self, call: OAuthCall, grant: Grant) -> tuple[Target, ...]:
        assert call.app.client_id
        assert grant is self.granted
        return self.opened

    async def refresh(self, call: OAuthCall, grant: Grant, account: Account) -> Grant:
        assert call.login.id == account.login
        assert grant.refresh_token is not None
        self.refreshed_with.append(str(grant.refresh_token))
        self.asking.set()
        if self.hold is not None:
            await self.hold.wait()
        self._fail()
        number = len(self.refreshed_with)
        return Grant(
            access_token=Secret(f"access {number}"),
            refresh_token=Secret(f"refresh {number}"),
            expires_at=self.clock.now() + timedelta(hours=2),
            refresh_at=self.clock.now() + timedelta(hours=1),
            scopes=grant.scopes,
            subject=grant.subject,
        )

    async def revoke(self, call: OAuthCall, grant: Grant) -> bool:
        assert call.app.client_id
        self.revoked.append(str(grant.access_token))
        self._fail()
        return self.takes_back

    def begin(self, content: Content, account: Account) -> Checkpoint:
        _never(content, account)

    async def advance(self, call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
        _never(call, content, checkpoint)

    async def reconcile(self, call: Call, content: Content, checkpoint: Checkpoint, since: datetime) -> Verdict:
        _never(call, content, checkpoint, since)

    async def choices(self, call: Call) -> Mapping[str, tuple[OptionValue, ...]]:
        self._call(call, "GET", "options")
        return self.offered

    async def remove(self, call: Call, external_id: str) -> bool:
        if not self.removes:
            return False
        self._call(call, "DELETE", external_id)
        self.removed.append(external_id)
        return True

    def read_webhook(self, event: WebhookCall, secrets: WebhookSecrets) -> WebhookAnswer:
        """A handshake echoes its challenge; a notice is signed with the whole secret and lists its events."""
        if event.method == "GET":
            if not same(event.query.get("word", ""), secrets.verify_token):
                raise Rejected("The word is wrong.")
            return WebhookAnswer(event.query["challenge"])
        if event.headers.get("signature") not in secrets.app_secrets:
            raise Rejected("The signature is wrong.")
        return WebhookAnswer(events=tuple(WebhookEvent(**one) for one in json.loads(event.body)))

    def _call(self, call: Call, method: str, path: str) -> None:
        """One call for an account, as it counts and leaves evidence."""
        self.asked_with.append(str(call.token))
        call.calls += 1
        good = self.failure is None and str(call.token) not in self.expired
        call.sent(
            Request(method, f"https://fakebook.example/{path}"), Reply(200 if good else 400, {}, b"{}"), timedelta()
        )
        if str(call.token) in self.expired:
            raise AuthExpired
        self._fail()

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


def _never(*what: object) -> NoReturn:
    raise AssertionError(f"nothing is published here: {what}")


@asynccontextmanager
async def fake_app(db: Database, folder: Path, platform: FakePlatform, **settings: object) -> AsyncIterator[App]:
    """An application whose one platform is this; both of its logins are set up."""
    names = [login.credentials for login in platform.spec.logins]
    given: Mapping[str, object] = {
        "credentials": {name: Credentials(f"{name} id", Secret(f"{name} secret")) for name in names},
        "public_url": "https://posts.example.com",
        **settings,
    }
    async with open_app(db, make_settings(folder, **given), platform.clock) as app:
        yield replace(app, platforms={FAKE: platform})


def caller_of(person: Person, *, by: Kind = "bearer") -> Caller:
    """The person as services see them, in the one or the other of their sessions."""
    member = person.member
    session = UUID(person.cookie.partition(".")[0]) if by == "cookie" else new_id()
    return Caller(member.user.id, member.workspace.id, member.role, member.user.is_admin, session, by)
