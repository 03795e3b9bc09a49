"""Statements on connected accounts and their sealed tokens.

Every transaction that takes both locks the token's row before the account's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from postwright.domain.account import Account
from postwright.domain.publication import State
from postwright.storage.db import Tx
from postwright.storage.publications import account_of


@dataclass(frozen=True, slots=True)
class SealedTokens:
    """An account's tokens as they are stored."""

    access_token: bytes
    refresh_token: bytes | None
    expires_at: datetime | None
    refresh_at: datetime | None


@dataclass(frozen=True, slots=True)
class Held:
    """A connected account with its tokens; `subject` is the person at the platform whose consent it rests on."""

    account: Account
    subject: str
    tokens: SealedTokens


@dataclass(frozen=True, slots=True)
class Closed:
    """A publication that ended because its account was disconnected."""

    id: UUID
    workspace_id: UUID
    post_id: UUID
    state: State


async def connected(tx: Tx, workspace_id: UUID, platform: str | None = None) -> tuple[Account, ...]:
    """The connected accounts of a workspace (on one platform), the oldest connection first."""
    statement = text("""
        SELECT a.*, t.expires_at FROM accounts a JOIN account_tokens t ON t.account_id = a.id
        WHERE a.workspace_id = :workspace AND a.disconnected_at IS NULL
          AND (CAST(:platform AS text) IS NULL OR a.platform = :platform)
        ORDER BY a.id
    """)
    rows = await tx.execute(statement, {"workspace": workspace_id, "platform": platform})
    return tuple(account_of(row) for row in rows)


async def named(
    tx: Tx, workspace_id: UUID, account_ids: Sequence[UUID], platforms: Sequence[str]
) -> tuple[Account, ...]:
    """Of a workspace's connected accounts these, and all on these platforms."""
    statement = text("""
        SELECT a.*, t.expires_at FROM accounts a JOIN account_tokens t ON t.account_id = a.id
        WHERE a.workspace_id = :workspace AND a.disconnected_at IS NULL
          AND (a.id = ANY(:ids) OR a.platform = ANY(:platforms))
        ORDER BY a.id
    """)
    values = {"workspace": workspace_id, "ids": list(account_ids), "platforms": list(platforms)}
    return tuple(account_of(row) for row in await tx.execute(statement, values))


async def held(tx: Tx, account_id: UUID, *, lock: bool = False) -> Held | None:
    """A connected account with its tokens, in whatever workspace; `lock` waits for whoever renews them."""
    if lock:  # a statement of its own: the next one then sees all that the one before us has committed
        await tx.execute(text("SELECT FROM account_tokens WHERE account_id = :id FOR UPDATE"), {"id": account_id})
    statement = text("""
        SELECT a.*, t.access_token, t.refresh_token, t.expires_at, t.refresh_at
        FROM accounts a JOIN account_tokens t ON t.account_id = a.id
        WHERE a.id = :id AND a.disconnected_at IS NULL
    """)
    row = (await tx.execute(statement, {"id": account_id})).one_or_none()
    if row is None:
        return None
    sealed = SealedTokens(row.access_token, row.refresh_token, row.expires_at, row.refresh_at)
    return Held(account_of(row), row.subject, sealed)


async def lock_tokens_of(tx: Tx, workspace_id: UUID, platform: str, external_ids: Sequence[str]) -> None:
    """Wait for whoever renews the tokens of these accounts, and keep others from it."""
    statement = text("""
        SELECT FROM account_tokens WHERE account_id IN (
            SELECT id FROM accounts
            WHERE workspace_id = :workspace AND platform = :platform AND external_id = ANY(:external_ids))
        ORDER BY account_id FOR UPDATE
    """)
    await tx.execute(statement, {"workspace": workspace_id, "platform": platform, "external_ids": list(external_ids)})


_CONNECT = text("""
    INSERT INTO accounts (id, workspace_id, platform, login, external_id, username, name, avatar_url, kind, scopes,
                          health, context, subject, connected_at)
    VALUES (:id, :workspace, :platform, :login, :external_id, :username, :name, :avatar_url, :kind, :scopes,
            'healthy', :context, :subject, :now)
    ON CONFLICT (workspace_id, platform, external_id) DO UPDATE SET
        login = excluded.login, username = excluded.username, name = excluded.name, avatar_url = excluded.avatar_url,
        kind = excluded.kind, scopes = excluded.scopes, health = 'healthy', health_reason = NULL,
        context = excluded.context, subject = excluded.subject, connected_at = excluded.connected_at,
        disconnected_at = NULL, blocked_until = NULL
    RETURNING id
""").bindparams(bindparam("context", type_=JSONB))


async def connect(tx: Tx, account: Account, subject: str) -> UUID:
    """Store an account, or revive the one it was before, as healthy; the id that it has or keeps.

    The tokens are stored by `store_tokens`.
    """
    values = {
        "id": account.id,
        "workspace": account.workspace_id,
        "platform": account.platform,
        "login": account.login,
        "external_id": account.external_id,
        "username": account.username,
        "name": account.name,
        "avatar_url": account.avatar_url,
        "kind": account.kind,
        "scopes": list(account.scopes),
        "context": dict(account.context),
        "subject": subject,
        "now": account.connected_at,
    }
    return UUID(str((await tx.execute(_CONNECT, values)).scalar_one()))


async def store_tokens(tx: Tx, account_id: UUID, sealed: SealedTokens, now: datetime) -> None:
    """Store an account's tokens in place of what was there."""
    statement = text("""
        INSERT INTO account_tokens (account_id, access_token, refresh_token, expires_at, refresh_at, updated_at)
        VALUES (:id, :access_token, :refresh_token, :expires_at, :refresh_at, :now)
        ON CONFLICT (account_id) DO UPDATE SET
            access_token = excluded.access_token, refresh_token = excluded.refresh_token,
            expires_at = excluded.expires_at, refresh_at = excluded.refresh_at, updated_at = excluded.updated_at
    """)
    values = {
        "id": account_id,
        "access_token": sealed.access_token,
        "refresh_token": sealed.refresh_token,
        "expires_at": sealed.expires_at,
        "refresh_at": sealed.refresh_at,
        "now": now,
    }
    await tx.execute(statement, values)


async def count_calls(tx: Tx, account_id: UUID, budget: str, *, calls: int, now: datetime) -> None:
    """Count calls that were made beside publishing in the account's allowance of that name."""
    statement = text("""
        INSERT INTO rate_budgets AS r (account_id, name, slot, calls)
        VALUES (:id, :name, date_trunc('minute', CAST(:now AS timestamptz)), :calls)
        ON CONFLICT (account_id, name, slot) DO UPDATE SET calls = r.calls + excluded.calls
    """)
    await tx.execute(statement, {"id": account_id, "name": budget, "calls": calls, "now": now})


async def due_for_renewal(tx: Tx, now: datetime) -> tuple[UUID, ...]:
    """The healthy accounts whose tokens are to be renewed by now, the most urgent first."""
    statement = text("""
        SELECT t.account_id FROM account_tokens t JOIN accounts a ON a.id = t.account_id
        WHERE t.refresh_at <= :now AND a.health = 'healthy' AND a.disconnected_at IS NULL
        ORDER BY t.refresh_at
    """)
    return tuple(row.account_id for row in await tx.execute(statement, {"now": now}))


async def tokens_after(tx: Tx, after: UUID, limit: int) -> tuple[tuple[UUID, SealedTokens], ...]:
    """A batch of all tokens in the order of their accounts, locked."""
    statement = text("""
        SELECT account_id, access_token, refresh_token, expires_at, refresh_at FROM account_tokens
        WHERE account_id > :after ORDER BY account_id LIMIT :limit FOR UPDATE
    """)
    rows = await tx.execute(statement, {"after": after, "limit": limit})
    return tuple(
        (row.account_id, SealedTokens(row.access_token, row.refresh_token, row.expires_at, row.refresh_at))
        for row in rows
    )


async def consent_is_shared(tx: Tx, one: Held) -> bool:
    """Whether another connected account, in any workspace, rests on the same consent."""
    statement = text("""
        SELECT EXISTS (
            SELECT FROM accounts WHERE platform = :platform AND login = :login AND subject = :subject
              AND id <> :id AND disconnected_at IS NULL)
    """)
    account = one.account
    values = {"platform": account.platform, "login": account.login, "subject": one.subject, "id": account.id}
    return bool((await tx.execute(statement, values)).scalar_one())


async def disconnect(tx: Tx, account_id: UUID, now: datetime) -> None:
    """Delete an account's tokens and mark it; whoever works for it loses the lease."""
    await tx.execute(text("DELETE FROM account_tokens WHERE account_id = :id"), {"id": account_id})
    statement = text("""
        UPDATE accounts SET disconnected_at = :now, lease_owner = NULL, lease_until = NULL
        WHERE id = :id AND disconnected_at IS NULL
    """)
    await tx.execute(statement, {"id": account_id, "now": now})


async def still_connected(tx: Tx, publication_ids: Sequence[UUID]) -> tuple[UUID, ...]:
    """Those of the publications whose account is connected."""
    statement = text("""
        SELECT p.id FROM publications p JOIN accounts a ON a.id = p.account_id
        WHERE p.id = ANY(:ids) AND a.disconnected_at IS NULL ORDER BY p.id
    """)
    return tuple(row.id for row in await tx.execute(statement, {"ids": list(publication_ids)}))


_CLOSE = text("""
    UPDATE publications SET next_run_at = NULL, attempt_open_since = NULL,
        state = CASE WHEN external_id IS NOT NULL THEN 'published'
                     WHEN intent_step IS NOT NULL THEN 'needs_attention' ELSE 'canceled' END,
        published_at = CASE WHEN external_id IS NOT NULL THEN :now ELSE published_at END,
        error = CASE WHEN external_id IS NULL AND intent_step IS NOT NULL THEN :doubt ELSE error END
    WHERE account_id = :account AND state IN ('queued', 'publishing')
    RETURNING id, workspace_id, post_id, state
""").bindparams(bindparam("doubt", type_=JSONB))


async def close_publications(tx: Tx, account_id: UUID, doubt: str, now: datetime) -> tuple[Closed, ...]:
    """End all that was still to happen on a disconnected account.

    What is out counts as published, what may be out needs a person (`doubt` tells them why), the rest is canceled.
    """
    values = {"account": account_id, "now": now, "doubt": {"kind": "uncertain", "message": doubt}}
    rows = await tx.execute(_CLOSE, values)
    closed = tuple(Closed(row.id, row.workspace_id, row.post_id, State(row.state)) for row in rows)
    statement = text("""
        UPDATE attempts SET finished_at = :now, outcome = 'disconnected'
        WHERE publication_id = ANY(:ids) AND finished_at IS NULL
    """)
    await tx.execute(statement, {"now": now, "ids": [one.id for one in closed]})
    return closed
