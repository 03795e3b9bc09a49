"""The worker's statements: taking an account's lease, what is due on it, and writing down what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Row, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from postwright.domain.account import Account, Health
from postwright.domain.media import Attachment, Media, MediaFacts
from postwright.domain.publication import Checkpoint, Json, State
from postwright.kit.ids import new_id
from postwright.storage.db import Tx

BUDGET_SLOT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Lease:
    """An account that this run may work for, with its sealed token."""

    account: Account
    access_token: bytes | None
    refresh_at: datetime | None
    expires_at: datetime | None
    blocked_until: datetime | None


@dataclass(frozen=True, slots=True)
class Due:
    """A publication to work on, with everything that is needed for it."""

    id: UUID
    workspace_id: UUID
    post_id: UUID
    state: State
    caption: str
    options: Mapping[str, Json]
    attachments: tuple[Attachment, ...]
    due_at: datetime
    wanted_at: datetime
    """When it was to be looked at: its time, or what it was put off to."""
    checkpoint: Checkpoint | None
    intent_step: str | None
    intent_at: datetime | None
    asked: int
    attempts: int
    attempt_open: bool
    started_at: datetime | None
    late_limit: timedelta


@dataclass(frozen=True, slots=True)
class Line:
    """One line of evidence to write down."""

    at: datetime
    level: str
    message: str
    raw: Mapping[str, object] | None = None


_TAKE = text("""
    UPDATE accounts SET lease_owner = :run, lease_until = :until
    WHERE id = :account AND disconnected_at IS NULL
      AND (lease_owner IS NULL OR lease_owner = :run OR lease_until < :now)
    RETURNING *,
      (SELECT access_token FROM account_tokens t WHERE t.account_id = id) AS access_token,
      (SELECT refresh_at FROM account_tokens t WHERE t.account_id = id) AS refresh_at,
      (SELECT expires_at FROM account_tokens t WHERE t.account_id = id) AS expires_at
""")


async def take_lease(tx: Tx, account_id: UUID, *, run: UUID, now: datetime, until: datetime) -> Lease | None:
    """Take (or keep) the exclusive right to work for an account; None while another run holds it."""
    row = (await tx.execute(_TAKE, {"account": account_id, "run": run, "now": now, "until": until})).one_or_none()
    if row is None:
        return None
    return Lease(account_of(row), row.access_token, row.refresh_at, row.expires_at, row.blocked_until)


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
    """End this run's right to the account."""
    statement = text("UPDATE accounts SET lease_owner = NULL, lease_until = NULL WHERE id = :id AND lease_owner = :run")
    await tx.execute(statement, {"id": account_id, "run": run})


async def keep_leases(tx: Tx, runs: Sequence[UUID], until: datetime) -> None:
    """Heartbeat: the leases of these runs hold until `until`."""
    statement = text("UPDATE accounts SET lease_until = :until WHERE lease_owner = ANY(:runs)")
    await tx.execute(statement, {"runs": list(runs), "until": until})


_MEDIA = """
    SELECT jsonb_agg(jsonb_build_object('id', m.id, 'key', m.key, 'name', m.name, 'facts', m.facts,
                                        'alt_text', pm.alt_text) ORDER BY pm.position)
    FROM post_media pm JOIN media m ON m.id = pm.media_id
    WHERE pm.post_id = p.post_id
      AND pm.publication_id IS NOT DISTINCT FROM
          (SELECT v.publication_id FROM post_media v WHERE v.publication_id = p.id LIMIT 1)
"""

_NEXT = text(f"""
    SELECT p.*, coalesce(p.caption, po.caption) AS effective_caption, w.late_limit_seconds, ({_MEDIA}) AS media
    FROM publications p JOIN posts po ON po.id = p.post_id JOIN workspaces w ON w.id = p.workspace_id
    WHERE p.account_id = :account AND p.state IN ('queued', 'publishing') AND p.next_run_at <= :now
    ORDER BY p.due_at, p.id LIMIT 1
    FOR UPDATE OF p
""")  # noqa: S608 the parts are this module's constants


async def next_due(tx: Tx, account_id: UUID, now: datetime) -> Due | None:
    """The account's earliest publication that wants a look, locked."""
    row = (await tx.execute(_NEXT, {"account": account_id, "now": now})).one_or_none()
    if row is None:
        return None
    return Due(
        id=row.id,
        workspace_id=row.workspace_id,
        post_id=row.post_id,
        state=State(row.state),
        caption=row.effective_caption,
        options=row.options or {},
        attachments=tuple(attachment_of(item) for item in row.media or ()),
        due_at=row.due_at,
        wanted_at=row.next_run_at,
        checkpoint=Checkpoint(**row.checkpoint) if row.checkpoint else None,
        intent_step=row.intent_step,
        intent_at=row.intent_at,
        asked=row.asked,
        attempts=row.attempts,
        attempt_open=row.attempt_open_since is not None,
        started_at=row.started_at,
        late_limit=timedelta(seconds=row.late_limit_seconds),
    )


def attachment_of(item: Mapping[str, object]) -> Attachment:
    """An attachment from the JSON that a query aggregated."""
    facts = item["facts"]
    assert isinstance(facts, dict)  # noqa: S101 jsonb written by this program
    stored = Media(UUID(str(item["id"])), str(item["key"]), str(item["name"]), MediaFacts(**facts))
    alt_text = item["alt_text"]
    return Attachment(stored, None if alt_text is None else str(alt_text))


async def start(tx: Tx, due: Due, *, worker_id: UUID, now: datetime) -> None:
    """Mark the publication as being worked on, and open an attempt where none is open."""
    await tx.execute(
        text("""
            UPDATE publications SET state = 'publishing', started_at = coalesce(started_at, :now),
                   attempts = attempts + :opened, attempt_open_since = coalesce(attempt_open_since, :now)
            WHERE id = :id
        """),
        {"id": due.id, "now": now, "opened": int(not due.attempt_open)},
    )
    if not due.attempt_open:
        await tx.execute(
            text("""
                INSERT INTO attempts (id, publication_id, number, worker_id, started_at)
                VALUES (:id, :publication, :number, :worker, :now)
            """),
            {"id": new_id(), "publication": due.id, "number": due.attempts + 1, "worker": worker_id, "now": now},
        )


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


_STORE = text("""
    UPDATE publications p SET state = :state, next_run_at = :next_run_at, checkpoint = :checkpoint,
           intent_step = :intent_step, intent_at = :intent_at, asked = :asked, error = :error, calls = calls + :calls,
           external_id = :external_id, external_url = :external_url, published_at = :published_at,
           attempt_open_since = CASE WHEN :closed THEN NULL ELSE attempt_open_since END
    FROM accounts a WHERE p.id = :id AND a.id = p.account_id AND a.lease_owner = :run
""").bindparams(
    bindparam("checkpoint", type_=JSONB(none_as_null=True)), bindparam("error", type_=JSONB(none_as_null=True))
)


async def store(tx: Tx, publication_id: UUID, result: Result, *, run: UUID, now: datetime, calls: int = 0) -> bool:
    """Write a run's result; False (and nothing written) where the lease has passed to another run."""
    point = result.checkpoint
    stored = await tx.execute(
        _STORE,
        {
            "id": publication_id,
            "run": run,
            "state": result.state.value,
            "next_run_at": result.next_run_at,
            "checkpoint": _checkpoint_json(point),
            "intent_step": result.intent_step,
            "intent_at": result.intent_at,
            "asked": result.asked,
            "error": result.error,
            "external_id": point.external_id if point else None,
            "external_url": point.external_url if point else None,
            "published_at": result.published_at,
            "closed": result.outcome is not None,
            "calls": calls,
        },
    )
    if stored.rowcount and result.outcome is not None:
        await tx.execute(
            text("""
                UPDATE attempts SET finished_at = :now, outcome = :outcome
                WHERE publication_id = :id AND finished_at IS NULL
            """),
            {"id": publication_id, "now": now, "outcome": result.outcome},
        )
    return bool(stored.rowcount)


def _checkpoint_json(point: Checkpoint | None) -> dict[str, Json] | None:
    if point is None:
        return None
    return {
        "step": point.step,
        "notes": dict(point.notes),
        "external_id": point.external_id,
        "external_url": point.external_url,
    }


_POST_STATE = text("""
    UPDATE posts SET state = s.state, updated_at = :now FROM (
        SELECT CASE WHEN count(DISTINCT state) FILTER (WHERE state <> 'canceled') <= 1
                    THEN coalesce(min(state) FILTER (WHERE state <> 'canceled'), 'canceled')
                    WHEN bool_or(state IN ('queued', 'publishing')) THEN 'publishing'
                    WHEN bool_or(state = 'needs_attention') THEN 'needs_attention'
                    WHEN bool_or(state = 'published') THEN 'partial'
                    ELSE 'failed' END AS state
        FROM publications WHERE post_id = :post
    ) s WHERE posts.id = :post AND posts.state <> s.state
""")


async def refresh_post_state(tx: Tx, post_id: UUID, now: datetime) -> None:
    """Derive the post's state from its publications again (domain.post.post_state says the rule)."""
    await tx.execute(_POST_STATE, {"post": post_id, "now": now})


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
            "id": new_id(),
            "publication": publication_id,
            "at": x.at,
            "level": x.level,
            "message": x.message,
            "raw": x.raw,
        }
        for x in lines
    ]
    await tx.execute(statement, rows)


async def budget_used(tx: Tx, account_id: UUID, name: str, since: datetime) -> tuple[int, datetime | None]:
    """The calls counted since an instant, and the start of the oldest slot among them."""
    statement = text("""
        SELECT coalesce(sum(calls), 0) AS calls, min(slot) AS oldest FROM rate_budgets
        WHERE account_id = :account AND name = :name AND slot > :since
    """)
    row = (await tx.execute(statement, {"account": account_id, "name": name, "since": since})).one()
    return int(row.calls), row.oldest


async def count_calls(tx: Tx, account_id: UUID, name: str, calls: int, now: datetime) -> None:
    """Add calls to the present slot of the account's budget."""
    slot = now.replace(second=0, microsecond=0)
    statement = text("""
        INSERT INTO rate_budgets (account_id, name, slot, calls) VALUES (:account, :name, :slot, :calls)
        ON CONFLICT (account_id, name, slot) DO UPDATE SET calls = rate_budgets.calls + excluded.calls
    """)
    await tx.execute(statement, {"account": account_id, "name": name, "slot": slot, "calls": calls})


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
