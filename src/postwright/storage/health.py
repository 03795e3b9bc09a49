"""Counts over all workspaces for operators: publications by state, lateness, what is due, who works."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import text

from postwright.storage.db import Tx

QUANTILES = (0.5, 0.9, 0.99, 1.0)


async def states(tx: Tx) -> Mapping[str, int]:
    """How many publications there are in each state."""
    rows = await tx.execute(text("SELECT state, count(*) AS count FROM publications GROUP BY state"))
    return {str(row[0]): int(row[1]) for row in rows}


async def lateness(tx: Tx, *, since: datetime, until: datetime) -> Mapping[str, float]:
    """Quantiles of seconds between due time and start, of what was due in a span; empty where nothing was."""
    query = text("""
        SELECT percentile_cont(CAST(:quantiles AS float8[])) WITHIN GROUP (
                 ORDER BY greatest(0, extract(epoch FROM started_at - due_at))) AS seconds
        FROM publications WHERE due_at BETWEEN :since AND :until AND started_at IS NOT NULL
    """)
    found = (await tx.execute(query, {"quantiles": list(QUANTILES), "since": since, "until": until})).scalar_one()
    return {f"{quantile:g}": seconds for quantile, seconds in zip(QUANTILES, found or (), strict=False)}


_DUE = text("""
    SELECT count(*) AS count, min(p.next_run_at) AS oldest
    FROM publications p JOIN accounts a ON a.id = p.account_id
    WHERE p.state IN ('queued', 'publishing') AND p.next_run_at <= :now
      AND a.health = 'healthy' AND a.disconnected_at IS NULL
      AND coalesce(a.blocked_until <= :now, true)
""")


async def due(tx: Tx, now: datetime) -> tuple[int, datetime | None]:
    """How many publications a worker could start now, and since when the oldest has waited."""
    row = (await tx.execute(_DUE, {"now": now})).one()
    return int(row[0]), row[1]


async def workers(tx: Tx, *, since: datetime) -> int:
    """How many workers gave a sign of life since then."""
    query = text("SELECT count(*) FROM workers WHERE heartbeat_at >= :since")
    return int((await tx.execute(query, {"since": since})).scalar_one())
