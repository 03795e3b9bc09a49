"""Makes an App on a test's own database, and people in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from postwright.domain.account import Account, Health
from postwright.kit.blobs import Blobs
from postwright.kit.clock import Clock
from postwright.kit.crypto import Key, KeyRing
from postwright.kit.http import Http
from postwright.kit.ids import new_id
from postwright.platforms.registry import PLATFORMS
from postwright.services import auth
from postwright.services.app import App
from postwright.settings import Settings
from postwright.storage import accounts, publications, users
from postwright.storage.accounts import SealedTokens
from postwright.storage.db import Database
from postwright.storage.users import Member, User, Workspace


def make_settings(folder: Path, **over: object) -> Settings:
    """Settings that point nowhere but into `folder`."""
    given = {"data_dir": folder, "secret_key": "s" * 40, "encryption_keys": Key.generate(), **over}
    return Settings.model_validate(given)


@asynccontextmanager
async def open_app(db: Database, settings: Settings, clock: Clock) -> AsyncIterator[App]:
    """The App of these settings on this database."""
    async with Http(sandbox_url=settings.sandbox_url) as http:
        yield App(
            settings=settings,
            db=db,
            http=http,
            clock=clock,
            keys=KeyRing(settings.keys),
            blobs=Blobs.from_url(f"file:{settings.data_dir / 'media'}"),
            platforms=PLATFORMS,
        )


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in, both as a program and in a browser."""

    member: Member
    bearer: str
    cookie: str
    csrf: str


async def join(app: App, *, role: str = "owner") -> Person:
    """A new person with a workspace of their own."""
    person_id = new_id()
    wanted = Member(
        User(person_id, f"{person_id}@example.com", "Ada", is_admin=False), Workspace(new_id(), "Ada's", "UTC"), role
    )
    async with app.db.tx() as tx:
        member = await users.add_member(tx, wanted, "-", app.clock.now())
        assert member is not None
        tokens = await auth.open_bearer_session(tx, app, member)
        cookie = await auth.open_web_session(tx, app, member)
    caller = await auth.authenticate_cookie(app, cookie)
    return Person(member, tokens.access_token, cookie, auth.csrf_token(app, caller.session_id))


async def connect_account(
    app: App,
    person: Person,
    *,
    external_id: str = "1789",
    health: Health = Health.HEALTHY,
    platform: str = "instagram",
    scopes: tuple[str, ...] = ("instagram_business_basic", "instagram_business_content_publish"),
) -> UUID:
    """An account of the person's, connected without a platform behind it; its id."""
    now = app.clock.now()
    account = Account(
        id=new_id(),
        workspace_id=person.member.workspace.id,
        platform=platform,
        login=PLATFORMS[platform].spec.logins[0].id,
        external_id=external_id,
        username=f"ada_{external_id}",
        name="Ada's bakery",
        avatar_url=None,
        kind="business",
        scopes=scopes,
        health=Health.HEALTHY,
        health_reason=None,
        context={},
        token_expires_at=None,
        connected_at=now,
    )
    async with app.db.tx() as tx:
        account_id = await accounts.connect(tx, account, external_id)
        sealed = app.keys.seal("token", bound_to=f"account {account_id} access_token")
        await accounts.store_tokens(tx, account_id, SealedTokens(sealed, None, None, None), now)
        if health is not Health.HEALTHY:
            await publications.set_health(tx, account_id, health, "The connection was revoked.")
    return account_id


async def work_without_end(app: App) -> None:
    """Let there be a worker whose heartbeat lasts for as long as any test."""
    statement = text(
        "INSERT INTO workers (id, host, pid, started_at, heartbeat_at) VALUES (:id, 'test', 1, :now, :then)"
    )
    now = app.clock.now()
    async with app.db.tx() as tx:
        await tx.execute(statement, {"id": new_id(), "now": now, "then": now + timedelta(days=1)})
