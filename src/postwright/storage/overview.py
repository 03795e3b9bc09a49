"""Statements that count what is shown at a glance: what waits on each account, how many posts are in each state.

Each counts by an index and stops at a number, so that a page costs the same with a thousand posts and a million.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import TextClause, text

from postwright.domain.publication import State
from postwright.storage.db import Tx, raw
from postwright.storage.posts import has_few

MOST_POSTS: Final = 1000
"""Where the posts of a state are counted no further: so many or more."""
MOST_WAITING: Final = 100
"""The same for what waits on an account, of which there may be hundreds on a page."""

_STATES: Final = (*State, "partial")

# What is counted is put in an index's order: without one, the planner may take the whole table for the shorter way.
_WAITING = text(f"""
    SELECT a.id, counted.number FROM accounts a, LATERAL (
        SELECT count(*) AS number FROM (
            SELECT FROM publications p WHERE p.account_id = a.id AND p.state IN ('queued', 'publishing')
            ORDER BY p.next_run_at LIMIT {MOST_WAITING}) found
    ) counted
    WHERE a.workspace_id = :workspace AND a.disconnected_at IS NULL AND counted.number > 0
""")  # noqa: S608  # our own number


async def waiting(tx: Tx, workspace_id: UUID) -> Mapping[UUID, int]:
    """How many publications wait on each connected account, MOST_WAITING at most; those with none are left out."""
    rows = await tx.execute(_WAITING, {"workspace": workspace_id})
    return {row.id: row.number for row in rows}


def _by_state(more: str = "") -> TextClause:
    return text(f"""
        SELECT s.state, counted.number FROM unnest(CAST(:states AS text[])) AS s (state), LATERAL (
            SELECT count(*) AS number FROM (
                SELECT FROM posts po
                WHERE po.workspace_id = :workspace AND po.state = s.state AND po.deleted_at IS NULL {more}
                ORDER BY po.due_at, po.id LIMIT {MOST_POSTS}) found
        ) counted
        WHERE counted.number > 0
    """)  # noqa: S608  # our own text


_OF_ALL = _by_state()
_OF_MANY = _by_state("AND EXISTS (SELECT FROM publications p WHERE p.post_id = po.id AND p.account_id = :account)")
_OF_FEW = text(f"""
    SELECT po.state, least(count(*), {MOST_POSTS}) AS number FROM posts po
    WHERE po.workspace_id = :workspace AND po.deleted_at IS NULL
      AND po.id IN (SELECT post_id FROM publications WHERE account_id = :account)
    GROUP BY po.state
""")  # noqa: S608  # our own number


async def by_state(tx: Tx, workspace_id: UUID) -> Mapping[str, int]:
    """How many posts are in each state, MOST_POSTS at most; states with none are left out."""
    rows = await tx.execute(_OF_ALL, {"workspace": workspace_id, "states": list(_STATES)})
    return {row.state: row.number for row in rows}


async def by_state_on(tx: Tx, workspace_id: UUID, account_id: UUID) -> Mapping[str, int]:
    """The same of one account's posts."""
    values = {"workspace": workspace_id, "account": account_id}
    if await has_few(await raw(tx), account_id):
        rows = await tx.execute(_OF_FEW, values)
    else:
        rows = await tx.execute(_OF_MANY, {**values, "states": list(_STATES)})
    return {row.state: row.number for row in rows}
