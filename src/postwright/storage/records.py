"""The record, the second half of the worker's hot path: one statement stores where publications stand.

Like the claim it serves many runs in one round trip; it takes a driver connection, inside a
transaction (where more belongs to it) or outside of one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from postwright.domain.publication import Checkpoint, Json, State
from postwright.storage.claims import AHEAD, Allowance, Due
from postwright.storage.db import RawConnection, to_json
from postwright.storage.publications import Line


@dataclass(frozen=True, slots=True)
class Result:
    """What a run leaves in the row. `outcome` closes the attempt; None leaves it open."""

    state: State
    next_run_at: datetime | None
    checkpoint: Checkpoint | None
    intent_step: str | None = None
    intent_at: datetime | None = None
    asked: int = 0
    outcome: str | None = None
    error: Mapping[str, Json] | None = None
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A run's result with its evidence and the calls it cost.

    `made` is how many calls were made since the last record, `said` how many the platform says
    there were in the window.
    """

    account_id: UUID
    due: Due
    run: UUID
    result: Result
    lines: tuple[Line, ...]
    now: datetime
    allowance: Allowance
    made: int
    said: int
    wake: bool = False
    """Whether the account is to be woken when the result says; who writes the record sees to it, as one with it."""
    refresh: bool = False
    """Whether its post's state is to be derived again, by who writes the record: it has several publications."""
    release: bool = False
    """Whether the run gives the account back with it, unless something else is due there."""


@dataclass(frozen=True, slots=True)
class Spent:
    """The calls in the window, the ones just counted among them, and the start of the oldest slot before them."""

    calls: int
    oldest: datetime | None
    released: bool
    """Whether the account was given back: nothing was due on it."""


_RECORD = f"""
WITH asked AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS x (
        id uuid, account_id uuid, run uuid, release boolean, alone boolean, state text, next_run_at timestamptz,
        checkpoint jsonb, intent_step text, intent_at timestamptz, asked int, error jsonb,
        published_at timestamptz, outcome text, now timestamptz, made int, said int, budget text, "window" interval)
), locked AS (
    SELECT a.id FROM accounts a JOIN asked x ON x.account_id = a.id AND x.run = a.lease_owner AND x.release
    ORDER BY a.id FOR UPDATE OF a
), stored AS (
    UPDATE publications p SET state = x.state, checkpoint = x.checkpoint,
           -- What is due stays so by the time it has: a row that changes nothing indexed costs no index an entry.
           next_run_at = CASE WHEN p.next_run_at <= x.next_run_at AND x.next_run_at <= x.now
                              THEN p.next_run_at ELSE x.next_run_at END,
           intent_step = x.intent_step, intent_at = x.intent_at, asked = x.asked, error = x.error,
           published_at = x.published_at, external_id = x.checkpoint ->> 'external_id',
           external_url = x.checkpoint ->> 'external_url', calls = p.calls + x.made,
           attempt_open_since = CASE WHEN x.outcome IS NULL THEN p.attempt_open_since END
    FROM asked x JOIN accounts a ON a.id = x.account_id AND a.lease_owner = x.run LEFT JOIN locked ON locked.id = a.id
    WHERE p.id = x.id AND (locked.id IS NOT NULL OR NOT x.release)
    RETURNING p.id, p.post_id, p.account_id
), closed AS (
    UPDATE attempts t SET finished_at = x.now, outcome = x.outcome
    FROM stored s JOIN asked x ON x.id = s.id
    WHERE t.publication_id = s.id AND t.finished_at IS NULL AND x.outcome IS NOT NULL
), said AS (
    INSERT INTO events (id, publication_id, at, level, message, raw)
    SELECT e.id, s.id, e.at, e.level, e.message, e.raw
    FROM jsonb_to_recordset($2::jsonb) AS e (
        id uuid, publication_id uuid, at timestamptz, level text, message text, raw jsonb)
    JOIN stored s ON s.id = e.publication_id
    ON CONFLICT (id) DO NOTHING
), spent AS (
    SELECT s.id, s.account_id, x.budget, x.now, min(r.slot) AS oldest, coalesce(sum(r.calls), 0)::int AS calls,
           greatest(x.made, x.said - coalesce(sum(r.calls), 0)::int) AS more
    FROM stored s JOIN asked x ON x.id = s.id
    LEFT JOIN rate_budgets r ON r.account_id = s.account_id AND r.name = x.budget AND r.slot > x.now - x."window"
    GROUP BY s.id, s.account_id, x.budget, x.now, x.made, x.said
), counted AS (
    INSERT INTO rate_budgets AS r (account_id, name, slot, calls)
    SELECT account_id, budget, date_trunc('minute', now), more FROM spent WHERE more > 0
    ON CONFLICT (account_id, name, slot) DO UPDATE SET calls = r.calls + excluded.calls
), shown AS (
    UPDATE posts SET state = x.state, updated_at = x.now
    FROM stored s JOIN asked x ON x.id = s.id
    WHERE posts.id = s.post_id AND x.alone AND posts.state <> x.state
), released AS (
    UPDATE accounts a SET lease_owner = NULL, lease_until = NULL
    FROM stored s JOIN asked x ON x.id = s.id
    WHERE a.id = s.account_id AND x.release AND NOT EXISTS (
        SELECT FROM publications p
        WHERE p.account_id = a.id AND p.id <> s.id AND p.state IN ('queued', 'publishing')
          AND p.next_run_at <= x.now + {AHEAD}
        OFFSET 0)  -- asked for each account by itself: as a join it would read all that waits on them
    RETURNING a.id
)
SELECT spent.id, calls + more AS calls, oldest, released.id IS NOT NULL AS released
FROM spent LEFT JOIN released ON released.id = spent.account_id
"""  # noqa: S608 the part is a constant of claims.py


async def record(connection: RawConnection, records: Sequence[Record]) -> list[Spent | None]:
    """Write runs' results; None (and nothing written) for one that has lost its lease.

    Where a post has several publications its state is still to be derived (`refresh`), in the same transaction.
    """
    asked = to_json([_record_json(one) for one in records])
    lines = to_json([_line_json(one.due.id, line) for one in records for line in one.lines])
    rows = await connection.fetch(_RECORD, asked, lines)
    found = {row["id"]: Spent(row["calls"], row["oldest"], row["released"]) for row in rows}
    return [found.get(one.due.id) for one in records]


def _record_json(one: Record) -> dict[str, object]:
    result = one.result
    return {
        "id": one.due.id,
        "account_id": one.account_id,
        "run": one.run,
        "release": one.release,
        "alone": one.due.alone,
        "state": result.state,
        "next_run_at": result.next_run_at,
        "checkpoint": None if result.checkpoint is None else _checkpoint_json(result.checkpoint),
        "intent_step": result.intent_step,
        "intent_at": result.intent_at,
        "asked": result.asked,
        "error": result.error,
        "published_at": result.published_at,
        "outcome": result.outcome,
        "now": one.now,
        "made": one.made,
        "said": one.said,
        "budget": one.allowance.name,
        "window": f"{one.allowance.window.total_seconds()} seconds",
    }


def _line_json(publication_id: UUID, line: Line) -> dict[str, object]:
    return {
        "id": line.id,
        "publication_id": publication_id,
        "at": line.at,
        "level": line.level,
        "message": line.message,
        "raw": line.raw,
    }


def _checkpoint_json(point: Checkpoint) -> dict[str, Json]:
    return {
        "step": point.step,
        "notes": dict(point.notes),
        "external_id": point.external_id,
        "external_url": point.external_url,
    }
