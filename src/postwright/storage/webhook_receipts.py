"""Statements on what platforms report by webhook: each event once, and the publications it concerns."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, text
from sqlalchemy.dialects.postgresql import insert

from postwright.storage.db import Tx
from postwright.storage.tables import webhook_receipts


async def receive(tx: Tx, platform: str, key: str, topic: str, now: datetime) -> bool:
    """Note an event; False where it was noted before."""
    added = await tx.execute(
        insert(webhook_receipts)
        .values(platform=platform, key=key, topic=topic, received_at=now)
        .on_conflict_do_nothing()
    )
    return bool(added.rowcount)


async def bring_forward(
    tx: Tx, platform: str, account_external_id: str, external_id: str, now: datetime
) -> tuple[UUID, ...]:
    """Let the publications that an event concerns be looked at now; their accounts.

    They are known by `external_id`, which is that of the post or one that a step has noted in the checkpoint.
    """
    statement = text("""
        UPDATE publications p SET next_run_at = :now FROM accounts a
        WHERE a.id = p.account_id AND a.platform = :platform AND a.external_id = :account
          AND a.disconnected_at IS NULL AND p.state = 'publishing' AND p.next_run_at > :now
          AND (p.external_id = :external_id
               OR EXISTS (SELECT FROM jsonb_each_text(p.checkpoint -> 'notes') note WHERE note.value = :external_id))
        RETURNING p.account_id
    """)
    values = {"now": now, "platform": platform, "account": account_external_id, "external_id": external_id}
    return tuple({row.account_id for row in await tx.execute(statement, values)})


async def sweep(tx: Tx, before: datetime) -> int:
    """Drop receipts from before; how many."""
    return (await tx.execute(delete(webhook_receipts).where(webhook_receipts.c.received_at < before))).rowcount
