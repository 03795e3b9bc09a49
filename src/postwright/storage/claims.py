"""The claim, the first half of the worker's hot path: one statement takes leases and starts what is due.

Thousands of posts may be due in the same second, so it is a single round trip for many runs at once
and a transaction of its own. Rows are locked in one order everywhere: account, publication, post.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from postwright.domain.account import Account, Health
from postwright.domain.media import Attachment, Media, MediaFacts
from postwright.domain.publication import Checkpoint, Json, State
from postwright.domain.workspace import LatePolicy
from postwright.storage.db import RawConnection, to_json


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
    error: Mapping[str, Json] | None
    """Beside an intent: how its call failed. None where nobody lived to say."""
    attempt: int
    """The number of the attempt that is now open."""
    opened: bool
    """Whether this claim opened it."""
    first_start: bool
    too_late: bool
    """Found so late that the workspace does not let it go out by itself; nothing of it is out, or on its way."""
    late_policy: LatePolicy


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


@dataclass(frozen=True, slots=True)
class Wanted:
    """A run that asks for an account. Of the attempt it may open, `attempt_id` is the id."""

    account_id: UUID
    run: UUID
    attempt_id: UUID


A_LITTLE_AHEAD = timedelta(milliseconds=50)
"""What is due within this time counts as due in all statements: wake-ups come by the database's clock."""
AHEAD = f"interval '{A_LITTLE_AHEAD.total_seconds()} s'"
"""The same in a statement."""

MEDIA_OF_D = """
(SELECT jsonb_agg(jsonb_build_object('id', m.id, 'key', m.key, 'name', m.name, 'facts', m.facts,
                                      'alt_text', pm.alt_text) ORDER BY pm.position)
  FROM post_media pm JOIN media m ON m.id = pm.media_id
  WHERE pm.post_id = d.post_id AND pm.publication_id IS NOT DISTINCT FROM
        (SELECT v.publication_id FROM post_media v
         WHERE v.post_id = d.post_id AND v.publication_id = d.id LIMIT 1))
"""
"""The files of a publication whose row is called d: its own, or its post's."""

_CLAIM = f"""
WITH asked AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS x (account_id, run, attempt_id)
), locked AS (
    SELECT a.id FROM accounts a JOIN asked ON asked.account_id = a.id ORDER BY a.id FOR UPDATE OF a
), lease AS (
    UPDATE accounts a SET lease_owner = asked.run, lease_until = $5::timestamptz, lease_worker = $7::uuid
    FROM asked JOIN locked ON locked.id = asked.account_id
    WHERE a.id = asked.account_id AND a.disconnected_at IS NULL
      AND (a.lease_owner IS NULL OR a.lease_owner = asked.run OR a.lease_until < $4::timestamptz)
    RETURNING a.*, asked.attempt_id, $6::jsonb -> a.platform AS allowance
), found AS (
    SELECT l.*, s.*, d.*, w.late_policy,
           d.due_state = 'queued' AND $4 - d.next_run_at > make_interval(secs => w.late_limit_seconds)
             AND w.late_policy <> 'publish' AS too_late
    FROM lease l JOIN workspaces w ON w.id = l.workspace_id, LATERAL (
        SELECT l.health = 'healthy' AND (l.blocked_until IS NULL OR l.blocked_until <= $4) AS is_able,
               coalesce(sum(r.calls), 0) + (l.allowance ->> 'needed')::int > (l.allowance ->> 'calls')::int AS is_full,
               min(r.slot) AS oldest
        FROM rate_budgets r
        WHERE r.account_id = l.id AND r.name = l.allowance ->> 'name'
          AND r.slot > $4 - (l.allowance ->> 'window')::interval) s
    LEFT JOIN LATERAL (
        SELECT p.id AS due_id, p.post_id, p.caption, p.options, p.state AS due_state, p.due_at, p.next_run_at,
               p.checkpoint, p.intent_step, p.intent_at, p.asked, p.error, p.attempts, p.attempt_open_since,
               p.started_at
        FROM publications p
        WHERE p.account_id = l.id AND p.state IN ('queued', 'publishing')
          AND p.next_run_at <= $4 + {AHEAD} AND s.is_able AND NOT s.is_full
        ORDER BY p.due_at, p.id LIMIT 1 FOR UPDATE) d ON true
), started AS (
    UPDATE publications p SET state = 'publishing', started_at = coalesce(p.started_at, $4),
           attempts = p.attempts + (p.attempt_open_since IS NULL)::int,
           attempt_open_since = coalesce(p.attempt_open_since, $4)
    FROM found f WHERE p.id = f.due_id AND NOT f.too_late
    RETURNING p.id, p.post_id, p.attempts, f.attempt_id, f.attempt_open_since IS NULL AS opens
), opened AS (
    INSERT INTO attempts (id, publication_id, number, worker_id, started_at)
    SELECT attempt_id, id, attempts, $7, $4 FROM started WHERE opens
), seen AS (
    SELECT id FROM posts WHERE id IN (SELECT post_id FROM started) AND state <> 'publishing' ORDER BY id FOR UPDATE
), shown AS (
    UPDATE posts SET state = 'publishing', updated_at = $4 FROM seen WHERE posts.id = seen.id
)
SELECT f.*, tok.access_token, tok.refresh_at, tok.expires_at,
       CASE WHEN f.is_able AND f.is_full THEN f.oldest END AS oldest_call,
       f.attempt_open_since IS NULL AS opened, f.started_at IS NULL AS first_start,
       CASE WHEN NOT f.too_late THEN f.attempts + (f.attempt_open_since IS NULL)::int END AS attempt,
       coalesce(f.caption, po.caption) AS text,
       NOT EXISTS (SELECT FROM publications x WHERE x.post_id = f.post_id AND x.id <> f.due_id) AS alone,
       {MEDIA_OF_D} AS media
FROM found f CROSS JOIN LATERAL (SELECT f.due_id AS id, f.post_id) d
LEFT JOIN account_tokens tok ON tok.account_id = f.id LEFT JOIN posts po ON po.id = f.post_id
"""  # noqa: S608 the part is this module's constant


def allowances_json(allowances: Mapping[str, Allowance]) -> str:
    """The allowances of all platforms by their names, as `claim` takes them."""
    return to_json({platform: allowance.to_json() for platform, allowance in allowances.items()})


async def claim(
    connection: RawConnection,
    wanted: Sequence[Wanted],
    *,
    worker_id: UUID,
    now: datetime,
    until: datetime,
    allowances: str,
) -> list[Lease | None]:
    """Take (or keep) the leases of these accounts and start the earliest publication that is due on each.

    None for an account that another run has. The wake-up comes by the database's clock, which
    may run a little ahead of the caller's: what is due within A_LITTLE_AHEAD counts as due. A row that
    another run changed while this statement waited for the lease may be passed over: who finds
    nothing due gives the lease back with `give_back`, which looks again. `allowances` is what
    `allowances_json` makes.
    """
    accounts, runs = [one.account_id for one in wanted], [one.run for one in wanted]
    attempts = [one.attempt_id for one in wanted]
    rows = await connection.fetch(_CLAIM, accounts, runs, attempts, now, until, allowances, worker_id)
    found = {row["id"]: _lease(row) for row in rows}
    return [found.get(account_id) for account_id in accounts]


def _lease(row: asyncpg.Record) -> Lease:
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
        caption=row["text"],
        options=row["options"],
        attachments=tuple(attachment_of(item) for item in row["media"] or ()),
        due_at=row["due_at"],
        checkpoint=Checkpoint(**checkpoint) if checkpoint else None,
        intent_step=row["intent_step"],
        intent_at=row["intent_at"],
        asked=row["asked"],
        error=row["error"],
        attempt=row["attempt"] or 0,
        opened=row["opened"],
        first_start=row["first_start"],
        too_late=bool(row["too_late"]),
        late_policy=LatePolicy(row["late_policy"]),
    )


def attachment_of(item: Mapping[str, object]) -> Attachment:
    """A file in its place, as MEDIA_OF_D gives it."""
    facts = item["facts"]
    assert isinstance(facts, dict)  # noqa: S101 jsonb written by this program
    stored = Media(UUID(str(item["id"])), str(item["key"]), str(item["name"]), MediaFacts(**facts))
    alt_text = item["alt_text"]
    return Attachment(stored, None if alt_text is None else str(alt_text))


_GIVE_BACK = f"""
UPDATE accounts a SET lease_owner = NULL, lease_until = NULL
WHERE a.id = $1::uuid AND a.lease_owner = $2::uuid AND NOT EXISTS (
    SELECT FROM publications p
    WHERE p.account_id = $1::uuid AND p.state IN ('queued', 'publishing')
      AND p.next_run_at <= $3::timestamptz + {AHEAD})
RETURNING (
    SELECT min(p.next_run_at) FROM publications p
    WHERE p.account_id = $1::uuid AND p.state IN ('queued', 'publishing')
      AND p.next_run_at <= $3::timestamptz + interval '5 s') AS soon
"""  # noqa: S608 likewise


@dataclass(frozen=True, slots=True)
class GivenBack:
    """An account that nothing was due on. `soon` is when something is, where that is a matter of seconds."""

    soon: datetime | None


async def give_back(connection: RawConnection, account_id: UUID, *, run: UUID, now: datetime) -> GivenBack | None:
    """End this run's right to the account if nothing is due on it; None where something is, or it was lost."""
    row = await connection.fetchrow(_GIVE_BACK, account_id, run, now)
    return None if row is None else GivenBack(row["soon"])
