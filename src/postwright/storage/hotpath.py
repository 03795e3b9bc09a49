"""The worker's hot path: one statement claims a publication, one records where it stands.

Thousands of posts may be due in the same second, so each is a single round trip and a
transaction of its own; both take a driver connection, inside a transaction or outside of one.
The rest of the worker's statements are in publications.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from postwright.domain.account import Account, Health
from postwright.domain.media import Attachment, Media, MediaFacts
from postwright.domain.publication import Checkpoint, Json, State
from postwright.kit.ids import new_id
from postwright.storage.db import RawConnection, to_json
from postwright.storage.publications import DERIVED_STATE, Line


@dataclass(frozen=True, slots=True)
class Allowance:
    """A platform's sliding-window budget, and how much of it must be free before anything is begun."""

    name: str
    calls: int
    window: timedelta
    needed: int

    def to_json(self) -> dict[str, Json]:
        """As the claim's statement reads it."""
        window = f"{self.window.total_seconds()} seconds"
        return {"name": self.name, "calls": self.calls, "window": window, "needed": self.needed}


@dataclass(frozen=True, slots=True)
class Due:
    """A publication to work on, with everything that is needed for it."""

    id: UUID
    workspace_id: UUID
    post_id: UUID
    alone: bool
    """Whether it is its post's only publication."""
    state: State
    caption: str
    options: Mapping[str, Json]
    attachments: tuple[Attachment, ...]
    due_at: datetime
    checkpoint: Checkpoint | None
    intent_step: str | None
    intent_at: datetime | None
    asked: int
    attempt: int
    """The number of the attempt that is now open."""
    opened: bool
    """Whether this claim opened it."""
    first_start: bool
    too_late: bool
    """Found so late that a person must decide; it was not started."""


@dataclass(frozen=True, slots=True)
class Lease:
    """An account that this run may work for, its sealed token, and what is due on it, if anything can be done."""

    account: Account
    access_token: bytes | None
    refresh_at: datetime | None
    expires_at: datetime | None
    blocked_until: datetime | None
    oldest_call: datetime | None
    """Set where the allowance is used up: the start of the oldest slot that counts."""
    due: Due | None


_CLAIM = """
WITH lease AS (
    UPDATE accounts SET lease_owner = $2::uuid, lease_until = $4::timestamptz
    WHERE id = $1::uuid AND disconnected_at IS NULL
      AND (lease_owner IS NULL OR lease_owner = $2::uuid OR lease_until < $3::timestamptz)
    RETURNING *, $5::jsonb -> platform AS allowance
), spent AS (
    SELECT coalesce(sum(r.calls), 0) AS calls, min(r.slot) AS oldest
    FROM lease l JOIN rate_budgets r ON r.account_id = l.id
    WHERE r.name = l.allowance ->> 'name' AND r.slot > $3 - (l.allowance ->> 'window')::interval
), able AS (
    SELECT l.id, s.calls + (l.allowance ->> 'needed')::int > (l.allowance ->> 'calls')::int AS full
    FROM lease l, spent s
    WHERE l.health = 'healthy' AND (l.blocked_until IS NULL OR l.blocked_until <= $3)
), due AS (
    SELECT p.* FROM publications p JOIN able ON p.account_id = able.id AND NOT able.full
    WHERE p.state IN ('queued', 'publishing') AND p.next_run_at <= $3 + interval '50 ms'
    ORDER BY p.due_at, p.id LIMIT 1
    FOR UPDATE OF p
), timed AS (
    SELECT d.id, d.started_at IS NULL AND $3 - d.next_run_at > make_interval(secs => w.late_limit_seconds) AS too_late
    FROM due d JOIN workspaces w ON w.id = d.workspace_id
), started AS (
    UPDATE publications p SET state = 'publishing', started_at = coalesce(p.started_at, $3),
           attempts = p.attempts + (p.attempt_open_since IS NULL)::int,
           attempt_open_since = coalesce(p.attempt_open_since, $3)
    FROM timed t WHERE p.id = t.id AND NOT t.too_late
    RETURNING p.id, p.post_id, p.attempts
), opened AS (
    INSERT INTO attempts (id, publication_id, number, worker_id, started_at)
    SELECT $6::uuid, s.id, s.attempts, $7::uuid, $3
    FROM started s JOIN due d ON d.id = s.id WHERE d.attempt_open_since IS NULL
), shown AS (
    UPDATE posts SET state = 'publishing', updated_at = $3
    FROM started s WHERE posts.id = s.post_id AND posts.state <> 'publishing'
)
SELECT l.*, tok.access_token, tok.refresh_at, tok.expires_at,
       (SELECT s.oldest FROM able a, spent s WHERE a.full) AS oldest_call,
       d.id AS due_id, d.post_id, d.state AS due_state, d.due_at, d.checkpoint, d.intent_step, d.intent_at, d.asked,
       d.options, d.attempt_open_since IS NULL AS opened, d.started_at IS NULL AS first_start,
       started.attempts AS attempt, t.too_late,
       coalesce(d.caption, po.caption) AS caption,
       NOT EXISTS (SELECT FROM publications x WHERE x.post_id = d.post_id AND x.id <> d.id) AS alone,
       (SELECT jsonb_agg(jsonb_build_object('id', m.id, 'key', m.key, 'name', m.name, 'facts', m.facts,
                                            'alt_text', pm.alt_text) ORDER BY pm.position)
        FROM post_media pm JOIN media m ON m.id = pm.media_id
        WHERE pm.post_id = d.post_id AND pm.publication_id IS NOT DISTINCT FROM
              (SELECT v.publication_id FROM post_media v
               WHERE v.post_id = d.post_id AND v.publication_id = d.id LIMIT 1)) AS media
FROM lease l LEFT JOIN account_tokens tok ON tok.account_id = l.id
LEFT JOIN due d ON true LEFT JOIN timed t ON t.id = d.id LEFT JOIN started ON started.id = d.id
LEFT JOIN posts po ON po.id = d.post_id
"""


async def claim(
    connection: RawConnection,
    account_id: UUID,
    *,
    run: UUID,
    worker_id: UUID,
    now: datetime,
    until: datetime,
    allowances: Mapping[str, Allowance],
) -> Lease | None:
    """Take (or keep) the account's lease and start its earliest due publication; None while another run has it.

    The wake-up comes by the database's clock, which may run a little ahead of the caller's: what
    is due within 50 ms counts as due. A row that another run changed while this statement waited
    for the lease may be passed over: who finds nothing due gives the lease back with `give_back`,
    which looks again.
    """
    budgets = to_json({platform: allowance.to_json() for platform, allowance in allowances.items()})
    row = await connection.fetchrow(_CLAIM, account_id, run, now, until, budgets, new_id(), worker_id)
    if row is None:
        return None
    return Lease(
        account=_account(row),
        access_token=row["access_token"],
        refresh_at=row["refresh_at"],
        expires_at=row["expires_at"],
        blocked_until=row["blocked_until"],
        oldest_call=row["oldest_call"],
        due=None if row["due_id"] is None else _due(row),
    )


def _account(row: asyncpg.Record) -> Account:
    return Account(
        id=row["id"],
        workspace_id=row["workspace_id"],
        platform=row["platform"],
        login=row["login"],
        external_id=row["external_id"],
        username=row["username"],
        name=row["name"],
        avatar_url=row["avatar_url"],
        kind=row["kind"],
        scopes=tuple(row["scopes"]),
        health=Health(row["health"]),
        health_reason=row["health_reason"],
        context=row["context"],
        token_expires_at=row["expires_at"],
        connected_at=row["connected_at"],
    )


def _due(row: asyncpg.Record) -> Due:
    checkpoint = row["checkpoint"]
    return Due(
        id=row["due_id"],
        workspace_id=row["workspace_id"],
        post_id=row["post_id"],
        alone=row["alone"],
        state=State(row["due_state"]),
        caption=row["caption"],
        options=row["options"],
        attachments=tuple(_attachment(item) for item in row["media"] or ()),
        due_at=row["due_at"],
        checkpoint=Checkpoint(**checkpoint) if checkpoint else None,
        intent_step=row["intent_step"],
        intent_at=row["intent_at"],
        asked=row["asked"],
        attempt=row["attempt"] or 0,
        opened=row["opened"],
        first_start=row["first_start"],
        too_late=bool(row["too_late"]),
    )


def _attachment(item: Mapping[str, object]) -> Attachment:
    facts = item["facts"]
    assert isinstance(facts, dict)  # noqa: S101 jsonb written by this program
    stored = Media(UUID(str(item["id"])), str(item["key"]), str(item["name"]), MediaFacts(**facts))
    alt_text = item["alt_text"]
    return Attachment(stored, None if alt_text is None else str(alt_text))


_GIVE_BACK = """
UPDATE accounts a SET lease_owner = NULL, lease_until = NULL
WHERE a.id = $1::uuid AND a.lease_owner = $2::uuid AND NOT EXISTS (
    SELECT FROM publications p
    WHERE p.account_id = $1::uuid AND p.state IN ('queued', 'publishing')
      AND p.next_run_at <= $3::timestamptz + interval '50 ms')
RETURNING a.id
"""


async def give_back(connection: RawConnection, account_id: UUID, *, run: UUID, now: datetime) -> bool:
    """End this run's right to the account if nothing is due on it; False where something is, or it was lost."""
    return await connection.fetchrow(_GIVE_BACK, account_id, run, now) is not None


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


_RECORD = f"""
WITH stored AS (
    UPDATE publications p SET state = $3, next_run_at = $4::timestamptz, checkpoint = $5::jsonb, intent_step = $6,
           intent_at = $7::timestamptz, asked = $8::int, error = $9::jsonb, published_at = $10::timestamptz,
           external_id = $5::jsonb ->> 'external_id', external_url = $5::jsonb ->> 'external_url',
           calls = p.calls + $11::int,
           attempt_open_since = CASE WHEN $12::text IS NULL THEN p.attempt_open_since END
    FROM accounts a WHERE p.id = $1::uuid AND a.id = p.account_id AND a.lease_owner = $2::uuid
    RETURNING p.id, p.post_id, p.account_id
), closed AS (
    UPDATE attempts SET finished_at = $13::timestamptz, outcome = $12::text
    FROM stored s WHERE publication_id = s.id AND finished_at IS NULL AND $12::text IS NOT NULL
), said AS (
    INSERT INTO events (id, publication_id, at, level, message, raw)
    SELECT e.id, s.id, e.at, e.level, e.message, e.raw::jsonb
    FROM stored s, unnest($14::uuid[], $15::timestamptz[], $16::text[], $17::text[], $18::text[])
                   AS e (id, at, level, message, raw)
), spent AS (
    SELECT coalesce(sum(r.calls), 0) AS calls, min(r.slot) AS oldest
    FROM stored s JOIN rate_budgets r ON r.account_id = s.account_id
    WHERE r.name = $19 AND r.slot > $13::timestamptz - $20::interval
), counted AS (
    INSERT INTO rate_budgets AS r (account_id, name, slot, calls)
    SELECT s.account_id, $19, date_trunc('minute', $13::timestamptz), greatest($11::int, $21::int - spent.calls)
    FROM stored s, spent WHERE greatest($11::int, $21::int - spent.calls) > 0
    ON CONFLICT (account_id, name, slot) DO UPDATE SET calls = r.calls + excluded.calls
), shown AS (
    UPDATE posts SET state = d.state, updated_at = $13::timestamptz
    FROM stored s, LATERAL (
        SELECT {DERIVED_STATE} AS state
        FROM (SELECT CASE WHEN x.id = s.id THEN $3 ELSE x.state END AS state
              FROM publications x WHERE x.post_id = s.post_id) every) d
    WHERE posts.id = s.post_id AND posts.state <> d.state
)
SELECT greatest($11::int, $21::int - spent.calls) + spent.calls AS calls, spent.oldest FROM stored, spent
"""  # noqa: S608 the part is a constant of the module beside this one


@dataclass(frozen=True, slots=True)
class Spent:
    """The calls in the window, the ones just counted among them, and the start of the oldest slot before them."""

    calls: int
    oldest: datetime | None


async def record(
    connection: RawConnection,
    due: Due,
    result: Result,
    lines: Sequence[Line],
    *,
    run: UUID,
    now: datetime,
    allowance: Allowance,
    made: int,
    said: int,
) -> Spent | None:
    """Write a run's result with its evidence and the calls it cost; None (and nothing written) if the lease is lost.

    `made` is how many calls were made since the last record, `said` how many the platform says
    there were in the window. Where the post has several publications, its row must be locked.
    """
    point = result.checkpoint
    row = await connection.fetchrow(
        _RECORD,
        due.id,
        run,
        result.state.value,
        result.next_run_at,
        None if point is None else to_json(_checkpoint_json(point)),
        result.intent_step,
        result.intent_at,
        result.asked,
        None if result.error is None else to_json(result.error),
        result.published_at,
        made,
        result.outcome,
        now,
        [new_id() for _ in lines],
        [line.at for line in lines],
        [line.level for line in lines],
        [line.message for line in lines],
        [None if line.raw is None else to_json(line.raw) for line in lines],
        allowance.name,
        allowance.window,
        said,
    )
    return None if row is None else Spent(row["calls"], row["oldest"])


async def lock_post(connection: RawConnection, post_id: UUID) -> None:
    """Lock a post's row, so that its state is derived by one run after another."""
    await connection.execute("SELECT FROM posts WHERE id = $1 FOR UPDATE", post_id)


def _checkpoint_json(point: Checkpoint) -> dict[str, Json]:
    return {
        "step": point.step,
        "notes": dict(point.notes),
        "external_id": point.external_id,
        "external_url": point.external_url,
    }
