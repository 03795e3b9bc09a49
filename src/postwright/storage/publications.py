"""The worker's statements: taking an account's lease, what is due on it, and writing down what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Row, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from postwright.domain.account import Account, Health
from postwright.domain.publication import Json, State
from postwright.kit.ids import new_id
from postwright.storage.db import RawConnection, Tx, raw


@dataclass(frozen=True, slots=True)
class Line:
    """One line of evidence to write down."""

    at: datetime
    level: str
    message: str
    raw: Mapping[str, object] | None = None
    id: UUID = field(default_factory=new_id, compare=False)
    """Of its own from the start: a line that is written again, as nobody knows whether it was, is there once."""


def account_of(row: Row[tuple[object, ...]]) -> Account:
    """An account from a row that has its columns and its token's expires_at."""
    return Account(
        id=row.id,
        workspace_id=row.workspace_id,
        platform=row.platform,
        login=row.login,
        external_id=row.external_id,
        username=row.username,
        name=row.name,
        avatar_url=row.avatar_url,
        kind=row.kind,
        scopes=tuple(row.scopes),
        health=Health(row.health),
        health_reason=row.health_reason,
        context=row.context,
        token_expires_at=row.expires_at,
        connected_at=row.connected_at,
    )


async def give_lease_back(tx: Tx, account_id: UUID, *, run: UUID) -> None:
    """End this run's right to the account, whatever is due on it."""
    statement = text("UPDATE accounts SET lease_owner = NULL, lease_until = NULL WHERE id = :id AND lease_owner = :run")
    await tx.execute(statement, {"id": account_id, "run": run})


async def set_aside(
    tx: Tx, publication_id: UUID, state: State, error: Mapping[str, Json], *, run: UUID, now: datetime
) -> bool:
    """End a publication that waits in this state, with the attempt that is open; False where somebody changed it."""
    statement = text("""
        WITH ended AS (
            UPDATE publications p SET state = :state, next_run_at = NULL, error = :error, checkpoint = NULL,
                   attempt_open_since = NULL
            FROM accounts a WHERE p.id = :id AND a.id = p.account_id AND a.lease_owner = :run AND p.state = 'queued'
            RETURNING p.id
        ), closed AS (
            UPDATE attempts t SET finished_at = :now, outcome = :state
            FROM ended WHERE t.publication_id = ended.id AND t.finished_at IS NULL
        )
        SELECT id FROM ended
    """).bindparams(bindparam("error", type_=JSONB))
    values = {"id": publication_id, "state": state.value, "error": dict(error), "run": run, "now": now}
    return (await tx.execute(statement, values)).first() is not None


async def lock_account(tx: Tx, account_id: UUID) -> None:
    """Lock the account's row: whoever locks it and its publications does so in this order."""
    await tx.execute(text("SELECT FROM accounts WHERE id = :id FOR UPDATE"), {"id": account_id})


async def keep_leases(tx: Tx, runs: Mapping[UUID, UUID], until: datetime) -> frozenset[UUID]:
    """Heartbeat: the leases of these runs, by their accounts, hold until `until`; the accounts they still have."""
    statement = text("""
        WITH held AS (
            SELECT a.id FROM accounts a
            JOIN unnest(CAST(:accounts AS uuid[]), CAST(:runs AS uuid[])) AS x (account_id, run)
              ON a.id = x.account_id AND a.lease_owner = x.run
            ORDER BY a.id FOR UPDATE OF a)
        UPDATE accounts SET lease_until = :until FROM held WHERE accounts.id = held.id RETURNING accounts.id
    """)
    rows = await tx.execute(statement, {"accounts": list(runs), "runs": list(runs.values()), "until": until})
    return frozenset(row.id for row in rows)


DERIVED_STATE = """
    CASE WHEN count(DISTINCT state) FILTER (WHERE state <> 'canceled') <= 1
         THEN coalesce(min(state) FILTER (WHERE state <> 'canceled'), 'canceled')
         WHEN bool_or(state IN ('queued', 'publishing')) THEN 'publishing'
         WHEN bool_or(state = 'needs_attention') THEN 'needs_attention'
         WHEN bool_or(state = 'published') THEN 'partial'
         ELSE 'failed' END
"""
"""A post's state out of those of its publications; domain.post.post_state says the same rule."""


_REFRESH = f"""
    UPDATE posts SET state = s.state, updated_at = $2
    FROM (SELECT post_id, {DERIVED_STATE} AS state FROM publications WHERE post_id = ANY($1::uuid[]) GROUP BY post_id) s
    WHERE posts.id = s.post_id AND posts.state <> s.state
"""  # noqa: S608 the part is this module's constant


async def refresh_post_state(tx: Tx, post_id: UUID, now: datetime) -> None:
    """Derive the post's state from its publications again, one after another where several change at once."""
    await refresh_post_states(await raw(tx), [post_id], now)


async def refresh_post_states(connection: RawConnection, post_ids: Sequence[UUID], now: datetime) -> None:
    """The same for several posts, on a driver connection that is inside a transaction."""
    # The locks are a statement of their own: the next one then sees what those before us have committed.
    await connection.execute("SELECT FROM posts WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", post_ids)
    await connection.execute(_REFRESH, post_ids, now)


async def write_lines(tx: Tx, publication_id: UUID, lines: Sequence[Line]) -> None:
    """Add lines to a publication's evidence."""
    if not lines:
        return
    statement = text("""
        INSERT INTO events (id, publication_id, at, level, message, raw)
        VALUES (:id, :publication, :at, :level, :message, :raw)
    """).bindparams(bindparam("raw", type_=JSONB(none_as_null=True)))
    rows = [
        {
            "id": x.id,
            "publication": publication_id,
            "at": x.at,
            "level": x.level,
            "message": x.message,
            "raw": x.raw,
        }
        for x in lines
    ]
    await tx.execute(statement, rows)


async def block_account(tx: Tx, account_id: UUID, until: datetime) -> None:
    """No calls for this account before `until`; everything due on it waits as long."""
    await tx.execute(
        text("UPDATE accounts SET blocked_until = greatest(blocked_until, :until) WHERE id = :id"),
        {"id": account_id, "until": until},
    )


async def postpone_due(tx: Tx, account_id: UUID, *, now: datetime, until: datetime) -> None:
    """Everything of the account that is due now is looked at again at `until`."""
    statement = text("""
        UPDATE publications SET next_run_at = :until
        WHERE account_id = :account AND state IN ('queued', 'publishing') AND next_run_at <= :now
    """)
    await tx.execute(statement, {"account": account_id, "now": now, "until": until})


async def set_health(tx: Tx, account_id: UUID, health: Health, reason: str | None) -> None:
    """Say whether the account can publish, and why not."""
    statement = text("UPDATE accounts SET health = :health, health_reason = :reason WHERE id = :id")
    await tx.execute(statement, {"id": account_id, "health": health.value, "reason": reason})


async def overdue_accounts(tx: Tx, *, now: datetime, grace: timedelta, limit: int) -> tuple[UUID, ...]:
    """Healthy accounts with something overdue and nobody at work on them: their wake-up was lost."""
    statement = text("""
        SELECT DISTINCT a.id FROM publications p JOIN accounts a ON a.id = p.account_id
        WHERE p.state IN ('queued', 'publishing') AND p.next_run_at < :since
          AND a.disconnected_at IS NULL AND a.health = 'healthy'
          AND (a.lease_owner IS NULL OR a.lease_until < :now)
        LIMIT :limit
    """)
    rows = await tx.execute(statement, {"now": now, "since": now - grace, "limit": limit})
    return tuple(row.id for row in rows)
