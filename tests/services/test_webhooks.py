"""What platforms report: taken once, only when signed, and nothing more than a wake-up."""

import json
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from postwright.domain.account import Account
from postwright.domain.errors import NotAllowed, NotFound
from postwright.kit.ids import new_id
from postwright.platforms.base import WebhookCall
from postwright.services import webhooks
from postwright.services.app import App
from postwright.services.sweep import sweep
from postwright.storage.db import Database
from tests.support.apps import join
from tests.support.clock import ManualClock
from tests.support.connecting import connect_all
from tests.support.fake_platform import FAKE, FakePlatform, caller_of, fake_app

LATER = timedelta(minutes=5)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def app(db: Database, tmp_path: Path, clock: ManualClock) -> AsyncIterator[App]:
    async with fake_app(db, tmp_path, FakePlatform(clock)) as opened:
        yield opened


@pytest.fixture
async def account(app: App) -> Account:
    [account] = await connect_all(app, caller_of(await join(app)))
    async with app.db.tx() as tx:
        await tx.execute(text("DELETE FROM pgqueuer"))
    return account


async def notify(app: App, *events: Mapping[str, str | None], signature: str = "fakebook secret") -> str:
    call = WebhookCall("POST", {}, {"signature": signature}, json.dumps(events).encode())
    return await webhooks.receive(app, FAKE, call)


def event(key: str = "1", account: str = "1", external_id: str | None = "video 9") -> dict[str, str | None]:
    return {"key": key, "topic": "published", "account_external_id": account, "external_id": external_id}


async def publication(app: App, account: Account, state: str, *, external_id: str | None, note: str = "") -> UUID:
    """A publication that waits for five minutes."""
    row, now = new_id(), app.clock.now()
    values = {
        "id": row,
        "workspace": account.workspace_id,
        "account": account.id,
        "state": state,
        "external": external_id,
        "now": now,
        "later": now + LATER,
        "checkpoint": json.dumps({"step": "look", "notes": {"upload": note, "tries": 3}}),
    }
    async with app.db.tx() as tx:
        await tx.execute(
            text("""INSERT INTO posts (id, workspace_id, caption, options, state, due_at, wall_time, timezone,
                                       created_at, updated_at)
                    VALUES (:id, :workspace, '', '{}', :state, :now, localtimestamp, 'UTC', :now, :now)"""),
            values,
        )
        await tx.execute(
            text("""INSERT INTO publications (id, workspace_id, post_id, account_id, platform, state, due_at, options,
                                              next_run_at, external_id, checkpoint, created_at)
                    VALUES (:id, :workspace, :id, :account, 'fakebook', :state, :now, '{}', :later, :external,
                            CAST(CAST(:checkpoint AS text) AS jsonb), :now)"""),
            values,
        )
    return row


async def brought_forward(app: App) -> list[UUID]:
    async with app.db.tx() as tx:
        rows = await tx.execute(text("SELECT id FROM publications WHERE next_run_at <= :now"), {"now": app.clock.now()})
        return [row.id for row in rows]


async def wake_ups(app: App) -> list[bytes]:
    async with app.db.tx() as tx:
        return list((await tx.execute(text("SELECT payload FROM pgqueuer"))).scalars())


async def test_the_handshake_wants_the_word_that_follows_from_the_secret_key(app: App) -> None:
    word = webhooks.verify_token(app, FAKE)
    assert len(word) == 32
    assert word != webhooks.verify_token(app, "other")
    right = WebhookCall("GET", {"word": word, "challenge": "123"}, {}, b"")
    assert await webhooks.receive(app, FAKE, right) == "123"
    with pytest.raises(NotAllowed) as refused:
        await webhooks.receive(app, FAKE, WebhookCall("GET", {"word": "x", "challenge": "123"}, {}, b""))
    assert refused.value.code == "bad_signature"


async def test_an_unsigned_notice_changes_nothing(app: App, account: Account) -> None:
    await publication(app, account, "publishing", external_id="video 9")
    with pytest.raises(NotAllowed):
        await notify(app, event(), signature="made up")
    assert await brought_forward(app) == []


async def test_the_secret_of_either_login_is_good(app: App, account: Account) -> None:
    waiting = await publication(app, account, "publishing", external_id="video 9")
    await notify(app, event(), signature="fakepkce secret")
    assert await brought_forward(app) == [waiting]


async def test_an_unknown_platform_has_no_webhook(app: App) -> None:
    with pytest.raises(NotFound):
        await webhooks.receive(app, "nowhere", WebhookCall("GET", {}, {}, b""))


@pytest.mark.parametrize(("external_id", "note"), [("video 9", ""), (None, "video 9")])
async def test_a_notice_wakes_the_publication_it_concerns_and_no_other(
    app: App, account: Account, external_id: str | None, note: str
) -> None:
    concerned = await publication(app, account, "publishing", external_id=external_id, note=note)
    await publication(app, account, "publishing", external_id="video 10", note="video 11")
    assert await notify(app, event()) == ""
    assert await brought_forward(app) == [concerned]
    assert await wake_ups(app) == [account.id.bytes]


@pytest.mark.parametrize("state", ["draft", "queued", "published", "failed", "needs_attention", "canceled"])
async def test_only_what_is_being_published_is_woken(app: App, account: Account, state: str) -> None:
    await publication(app, account, state, external_id="video 9")
    await notify(app, event())
    assert await brought_forward(app) == []
    assert await wake_ups(app) == []


async def test_a_notice_that_comes_again_changes_nothing(app: App, account: Account) -> None:
    await notify(app, event())
    await publication(app, account, "publishing", external_id="video 9")
    await notify(app, event(), event())
    assert await brought_forward(app) == []
    await notify(app, event("2"))
    assert len(await brought_forward(app)) == 1


async def test_what_concerns_nothing_here_is_passed_over(app: App, account: Account) -> None:
    await publication(app, account, "publishing", external_id="video 9")
    await notify(app, event("1", account="someone else"), event("2", external_id="other"), event("3", external_id=None))
    assert await brought_forward(app) == []


async def test_every_workspace_with_the_account_is_told(app: App, account: Account) -> None:
    [other] = await connect_all(app, caller_of(await join(app)))
    mine = await publication(app, account, "publishing", external_id="video 9")
    theirs = await publication(app, other, "publishing", external_id="video 9")
    await notify(app, event())
    assert set(await brought_forward(app)) == {mine, theirs}


async def test_receipts_are_kept_for_a_week(app: App, account: Account, clock: ManualClock) -> None:
    await notify(app, event())
    clock.advance(timedelta(days=6))
    await notify(app, event())
    await publication(app, account, "publishing", external_id="video 9")
    assert await brought_forward(app) == []
    clock.advance(timedelta(days=1, seconds=1))
    await sweep(app)
    async with app.db.tx() as tx:
        assert (await tx.execute(text("SELECT count(*) FROM webhook_receipts"))).scalar_one() == 0
