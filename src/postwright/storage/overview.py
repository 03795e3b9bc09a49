"""Statements that count: what waits on each account, and how many posts are in each state."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import text

from postwright.storage.db import Tx


async def waiting(tx: Tx, workspace_id: UUID) -> Mapping[UUID, int]:
    """How many publications wait on each account; accounts with none are left out."""
    statement = text("""
        SELECT account_id, count(*) AS number FROM publications
        WHERE workspace_id = :workspace AND state IN ('queued', 'publishing') GROUP BY account_id
    """)
    rows = await tx.execute(statement, {"workspace": workspace_id})
    return {row.account_id: row.number for row in rows}


async def by_state(tx: Tx, workspace_id: UUID, account_id: UUID | None = None) -> Mapping[str, int]:
    """How many posts (of an account) are in each state; states with none are left out."""
    statement = text("""
        SELECT po.state, count(*) AS number FROM posts po
        WHERE po.workspace_id = :workspace AND po.deleted_at IS NULL
          AND (CAST(:account AS uuid) IS NULL
               OR EXISTS (SELECT FROM publications p WHERE p.post_id = po.id AND p.account_id = :account))
        GROUP BY po.state
    """)
    rows = await tx.execute(statement, {"workspace": workspace_id, "account": account_id})
    return {row.state: row.number for row in rows}
