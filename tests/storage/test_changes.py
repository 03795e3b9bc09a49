"""Telling listeners which posts changed: every change arrives, in notices that PostgreSQL can carry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postwright.kit.ids import new_id
from postwright.storage import changes
from postwright.storage.db import Database
from tests.support.waiting import eventually

LONGEST_NOTICE = 8000


async def test_a_thousand_changes_arrive_in_notices_that_fit(db: Database) -> None:
    heard: list[str] = []
    listener = await db.listen_connection()
    await listener.add_listener(changes.CHANNEL, lambda *notice: heard.append(str(notice[3])))
    made = [(new_id(), new_id()) for _ in range(1000)]
    async with db.tx() as tx:
        await changes.announce(tx, made)
        assert heard == []
    await eventually(lambda: sum(len(changes.read(payload)) for payload in heard) == len(made))
    assert [change for payload in heard for change in changes.read(payload)] == made
    assert max(len(payload.encode()) for payload in heard) < LONGEST_NOTICE
    await listener.close()


async def test_changes_of_a_transaction_that_fails_are_not_told(db: Database) -> None:
    heard: list[str] = []
    listener = await db.listen_connection()
    await listener.add_listener(changes.CHANNEL, lambda *notice: heard.append(str(notice[3])))
    lost, kept = (new_id(), new_id()), (new_id(), new_id())

    async def announce_and_fail() -> None:
        async with db.tx() as tx:
            await changes.announce(tx, [lost])
            raise LookupError

    with pytest.raises(LookupError):
        await announce_and_fail()
    async with db.tx() as tx:
        await changes.announce(tx, [kept])
    await eventually(lambda: bool(heard))
    assert [changes.read(payload) for payload in heard] == [[kept]]
    await listener.close()


@given(st.lists(st.tuples(st.uuids(), st.uuids())))
def test_a_notice_is_read_as_it_was_written(pairs: list[changes.Change]) -> None:
    text = ",".join(f'["{workspace}", "{post}"]' for workspace, post in pairs)
    assert changes.read(f"[{text}]") == pairs
