"""Counts over all workspaces for operators: publications by state, lateness, what is due, who works."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import Final

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from postwright.storage.db import Tx

EXACT: Final = 10_000
LATENESS_BOUNDS: Final = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)
"""The upper bounds of the lateness histogram's buckets, in seconds."""


@dataclass(frozen=True, slots=True)
class Depth:
    """How many publications of a platform are in a state."""

    platform: str
    state: str
    publications: int


_DEPTHS = text("""
    WITH RECURSIVE pair AS (
        (SELECT state, platform FROM publications ORDER BY state, platform LIMIT 1)
        UNION ALL
        SELECT further.state, further.platform FROM pair, LATERAL (
            SELECT state, platform FROM publications p WHERE (p.state, p.platform) > (pair.state, pair.platform)
            ORDER BY state, platform LIMIT 1) further
    ), guess AS (
        SELECT s.most_common_vals[n][array_position(s.attnames, 'state')] AS state,
               s.most_common_vals[n][array_position(s.attnames, 'platform')] AS platform,
               s.most_common_freqs[n] * c.reltuples AS number
        FROM pg_stats_ext s JOIN pg_class c ON c.oid = 'publications'::regclass,
             generate_subscripts(s.most_common_vals, 1) n
        WHERE s.schemaname = current_schema() AND s.statistics_name = 'publications_state_platform'
    )
    SELECT pair.platform, pair.state,
           CASE WHEN counted.number < :exact THEN counted.number
                ELSE greatest(counted.number, coalesce(guess.number, 0)) END::bigint AS number
    FROM pair LEFT JOIN guess USING (state, platform), LATERAL (
        SELECT count(*) AS number FROM (
            SELECT FROM publications p WHERE p.state = pair.state AND p.platform = pair.platform LIMIT :exact) found
    ) counted
    ORDER BY pair.platform, pair.state
""")


async def depths(tx: Tx, *, exact: int = EXACT) -> tuple[Depth, ...]:
    """How many publications there are by platform and state.

    Fewer than `exact` are counted. Of more, which nobody could count at each scrape, it is PostgreSQL's own
    statistics that tell, and the answer is at least `exact`.
    """
    rows = await tx.execute(_DEPTHS, {"exact": exact})
    return tuple(Depth(row.platform, row.state, row.number) for row in rows)


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late publications started: by each bucket's upper bound in seconds how many, and the seconds of all."""

    buckets: Mapping[float, int]
    seconds: float


_STARTED = text("""
    SELECT width_bucket(-late, CAST(:bounds AS float8[])) AS within, count(*) AS number, sum(late) AS seconds
    FROM (SELECT greatest(0, extract(epoch FROM started_at - due_at))::float8 AS late
          FROM publications WHERE started_at > :since AND started_at <= :until) started
    GROUP BY 1
""")


async def count_lateness(tx: Tx, until: datetime) -> None:
    """Add what started since the last count, up to `until`; nothing where another process is at it."""
    held = text("SELECT counted_until, buckets, seconds FROM lateness_totals FOR UPDATE SKIP LOCKED")
    total = (await tx.execute(held)).one_or_none()
    if total is None or total.counted_until >= until:
        return
    # PostgreSQL's buckets hold their lower bound and Prometheus's their upper: so both are negated.
    bounds = [-bound for bound in reversed(LATENESS_BOUNDS)]
    fresh = (await tx.execute(_STARTED, {"bounds": bounds, "since": total.counted_until, "until": until})).all()
    by_places = (inf, *reversed(LATENESS_BOUNDS))
    buckets = Counter({float(bound): int(number) for bound, number in total.buckets.items()})
    buckets.update({by_places[row.within]: int(row.number) for row in fresh})
    change = text("UPDATE lateness_totals SET counted_until = :until, buckets = :buckets, seconds = :seconds")
    stored = {str(bound): number for bound, number in buckets.items()}
    values = {"until": until, "buckets": stored, "seconds": total.seconds + sum(row.seconds for row in fresh)}
    await tx.execute(change.bindparams(bindparam("buckets", type_=JSONB)), values)


async def lateness(tx: Tx) -> Lateness:
    """All that was counted; each bucket holds its own only."""
    row = (await tx.execute(text("SELECT buckets, seconds FROM lateness_totals"))).one()
    known = {float(bound): int(number) for bound, number in row.buckets.items()}
    return Lateness({bound: known.get(bound, 0) for bound in (*LATENESS_BOUNDS, inf)}, row.seconds)


_DUE = text("""
    SELECT count(*) AS count, min(p.next_run_at) AS oldest
    FROM publications p JOIN accounts a ON a.id = p.account_id
    WHERE p.state IN ('queued', 'publishing') AND p.next_run_at <= :now
      AND a.health = 'healthy' AND a.disconnected_at IS NULL
      AND coalesce(a.blocked_until <= :now, true)
      AND (p.state = 'queued' OR coalesce(a.lease_until < :now, true))
""")


async def due(tx: Tx, now: datetime) -> tuple[int, datetime | None]:
    """How many publications wait for a worker (none that one has in hand), and since when the oldest does."""
    row = (await tx.execute(_DUE, {"now": now})).one()
    return int(row[0]), row[1]


async def workers(tx: Tx, *, since: datetime) -> int:
    """How many workers gave a sign of life since then."""
    query = text("SELECT count(*) FROM workers WHERE heartbeat_at >= :since")
    return int((await tx.execute(query, {"since": since})).scalar_one())
