"""Disconnecting accounts: nothing of ours is kept, and what was to go out ends honestly."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import text

from postwright.domain.account import Account
from postwright.domain.errors import AuthRevoked, Invalid, NotFound
from postwright.kit.crypto import Key, KeyRing
from postwright.kit.http import NoReply
from postwright.kit.ids import new_id
from postwright.services import connections, tokens
from postwright.services.app import App
from postwright.services.auth import Caller
from tests.support.apps import join
from tests.support.connecting import connect_all, connected
from tests.support.fake_platform import FAKE, FakePlatform, caller_of, grant, target


async def test_the_consent_is_taken_back_and_the_tokens_are_deleted(
    app: App, caller: Caller, platform: FakePlatform
) -> None:
    [account] = await connect_all(app, caller)
    done = await connections.disconnect(app, caller, FAKE)
    assert (done.account.id, done.warning, done.canceled) == (account.id, None, 0)
    assert platform.revoked == ["access 0"]
    assert await connected(app, caller) == ()
    async with app.db.tx() as tx:
        assert (await tx.execute(text("SELECT count(*) FROM account_tokens"))).scalar_one() == 0
    with pytest.raises(AuthRevoked):
        await tokens.usable(app, account.id)
    with pytest.raises(NotFound):
        await connections.disconnect(app, caller, FAKE, account.id)


async def test_a_platform_that_does_not_answer_keeps_nothing_of_ours(
    app: App, caller: Caller, platform: FakePlatform
) -> None:
    await connect_all(app, caller)
    platform.failure = NoReply("cut")
    done = await connections.disconnect(app, caller, FAKE)
    assert done.warning is not None
    assert "settings of Fakebook" in done.warning
    assert await connected(app, caller) == ()


async def test_a_consent_that_cannot_be_taken_back_here_is_said_to_stand(
    app: App, caller: Caller, platform: FakePlatform
) -> None:
    await connect_all(app, caller)
    platform.takes_back = False
    warning = (await connections.disconnect(app, caller, FAKE)).warning
    assert warning is not None
    assert "remove the app in the settings of Fakebook" in warning


async def test_a_consent_that_is_gone_already_is_no_warning(app: App, caller: Caller, platform: FakePlatform) -> None:
    await connect_all(app, caller)
    platform.failure = AuthRevoked("Gone.")
    assert (await connections.disconnect(app, caller, FAKE)).warning is None


async def test_a_token_that_does_not_open_can_still_be_deleted(app: App, caller: Caller) -> None:
    await connect_all(app, caller)
    without_key = replace(app, keys=KeyRing((Key.parse(Key.generate()),)))
    assert (await connections.disconnect(without_key, caller, FAKE)).warning is not None
    assert await connected(app, caller) == ()


async def test_of_several_accounts_one_must_be_named(app: App, caller: Caller, platform: FakePlatform) -> None:
    platform.opened = (target("1"), target("2"))
    accounts = await connect_all(app, caller)
    with pytest.raises(Invalid) as problem:
        await connections.disconnect(app, caller, FAKE)
    assert problem.value.code == "account_id_required"
    assert {one.account_id for one in problem.value.findings} == {str(account.id) for account in accounts}


async def test_a_shared_consent_is_taken_back_with_its_last_account(
    app: App, caller: Caller, platform: FakePlatform
) -> None:
    platform.opened = (target("1", grant("one")), target("2", grant("two")))
    first, last = await connect_all(app, caller)
    await connections.disconnect(app, caller, FAKE, first.id)
    assert platform.revoked == []
    await connections.disconnect(app, caller, FAKE, last.id)
    assert platform.revoked == ["two"]


async def test_another_workspaces_account_is_not_found(app: App, caller: Caller) -> None:
    other = caller_of(await join(app))
    [theirs] = await connect_all(app, other)
    with pytest.raises(NotFound) as problem:
        await connections.disconnect(app, caller, FAKE, theirs.id)
    assert problem.value.code == "account_not_found"
    assert await connected(app, other) == (theirs,)


async def test_what_was_to_go_out_ends_as_honestly_as_it_can(app: App, caller: Caller) -> None:
    [account] = await connect_all(app, caller)
    ids = {
        "waiting": await publication(app, account, "queued"),
        "preparing": await publication(app, account, "publishing"),
        "in doubt": await publication(app, account, "publishing", intent_step="publish"),
        "visible": await publication(app, account, "publishing", external_id="42"),
        "over": await publication(app, account, "failed"),
    }
    done = await connections.disconnect(app, caller, FAKE)
    assert done.canceled == 2
    async with app.db.tx() as tx:
        rows = (await tx.execute(text("SELECT id, state, next_run_at FROM publications"))).all()
        events = (await tx.execute(text("SELECT publication_id, level FROM events"))).all()
        posts = (await tx.execute(text("SELECT DISTINCT state FROM posts"))).scalars().all()
    states = {name: row.state for name, one in ids.items() for row in rows if row.id == one}
    assert states == {
        "waiting": "canceled",
        "preparing": "canceled",
        "in doubt": "needs_attention",
        "visible": "published",
        "over": "failed",
    }
    assert {row.next_run_at for row in rows if row.id != ids["over"]} == {None}
    assert {event.publication_id for event in events} == set(ids.values()) - {ids["over"]}
    assert set(posts) == {"canceled", "needs_attention", "published", "failed"}


async def test_a_reconnection_afterwards_is_the_same_account(app: App, caller: Caller) -> None:
    [before] = await connect_all(app, caller)
    await connections.disconnect(app, caller, FAKE)
    [after] = await connect_all(app, caller)
    assert after.id == before.id
    assert await tokens.usable(app, after.id) == "access 0"


async def publication(
    app: App, account: Account, state: str, *, intent_step: str | None = None, external_id: str | None = None
) -> UUID:
    """A publication in some state, with a post of its own."""
    row, now = new_id(), app.clock.now()
    values = {
        "id": row,
        "workspace": account.workspace_id,
        "account": account.id,
        "state": state,
        "intent": intent_step,
        "external": external_id,
        "now": now,
    }
    async with app.db.tx() as tx:
        await tx.execute(
            text("""INSERT INTO posts (id, workspace_id, caption, options, state, due_at, wall_time, timezone,
                                       created_at, updated_at)
                    VALUES (:id, :workspace, '', '{}', :state, :now, localtimestamp, 'UTC', :now, :now)"""),
            values,
        )
        await tx.execute(
            text("""INSERT INTO publications (id, workspace_id, post_id, account_id, platform, state, due_at,
                                              next_run_at, intent_step, external_id, created_at, options)
                    VALUES (:id, :workspace, :id, :account, 'fakebook', :state, :now, :now, :intent, :external,
                            :now, '{}')
                 """),
            values,
        )
    return row
