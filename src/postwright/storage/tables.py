"""Every table, in one place. Times are instants (timestamptz); ids are UUIDv7; states are checked by the domain.

The job engine's own tables are made by its installer in the first migration.
"""

from datetime import UTC

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

ZONE = UTC


def _id() -> Column[object]:
    return Column("id", UUID(as_uuid=True), primary_key=True)


def _of(table: str, *, nullable: bool = False, cascade: bool = True, name: str | None = None) -> Column[object]:
    singular = {"users": "user", "workspaces": "workspace", "accounts": "account", "posts": "post", "media": "media"}
    return Column(
        name or f"{singular.get(table, table.rstrip('s'))}_id",
        UUID(as_uuid=True),
        ForeignKey(f"{table}.id", ondelete="CASCADE" if cascade else "RESTRICT"),
        nullable=nullable,
    )


def _at(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, Text, nullable=nullable)


users = Table(
    "users",
    metadata,
    _id(),
    _text("email"),
    _text("name"),
    _text("password_hash"),
    Column("is_admin", Boolean, nullable=False),
    _at("created_at"),
    UniqueConstraint("email"),
)

workspaces = Table(
    "workspaces",
    metadata,
    _id(),
    _text("name"),
    _text("timezone"),
    Column("late_limit_seconds", Integer, nullable=False, server_default="3600"),
    Column("late_policy", Text, nullable=False, server_default="ask"),
    Column("duplicate_window_seconds", Integer, nullable=False, server_default="86400"),
    _at("created_at"),
)

memberships = Table(
    "memberships",
    metadata,
    _of("workspaces"),
    _of("users"),
    _text("role"),
    PrimaryKeyConstraint("workspace_id", "user_id"),
    Index(None, "user_id"),
)

sessions = Table(
    "sessions",
    metadata,
    _id(),
    _of("users"),
    _of("workspaces"),
    _text("kind"),
    Column("secret_hash", LargeBinary, nullable=False, comment="SHA-256 of the cookie's or the refresh token's secret"),
    _at("created_at"),
    _at("expires_at"),
    _at("ended_at", nullable=True),
    _text("user_agent", nullable=True),
    Index(None, "user_id"),
)

auth_failures = Table(
    "auth_failures",
    metadata,
    _id(),
    Column("key", LargeBinary, nullable=False, comment="SHA-256 of what is limited: an email or an address"),
    _at("at"),
    Index(None, "key", "at"),
    Index(None, "at"),
)

accounts = Table(
    "accounts",
    metadata,
    _id(),
    _of("workspaces"),
    _text("platform"),
    _text("login"),
    _text("external_id"),
    _text("username"),
    _text("name"),
    _text("avatar_url", nullable=True),
    _text("kind"),
    Column("scopes", ARRAY(Text), nullable=False),
    _text("health"),
    _text("health_reason", nullable=True),
    Column("context", JSONB, nullable=False),
    _text("subject"),
    _at("connected_at"),
    _at("disconnected_at", nullable=True),
    Column("lease_owner", UUID(as_uuid=True), nullable=True, comment="the run that works for this account now"),
    _at("lease_until", nullable=True),
    Column("lease_worker", UUID(as_uuid=True), nullable=True, comment="the process of that run"),
    _at("blocked_until", nullable=True),
    UniqueConstraint("workspace_id", "platform", "external_id"),
    Index(None, "platform", "external_id"),
)

account_tokens = Table(
    "account_tokens",
    metadata,
    Column("account_id", UUID(as_uuid=True), ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("access_token", LargeBinary, nullable=False, comment="AES-GCM, bound to the row"),
    Column("refresh_token", LargeBinary, nullable=True, comment="AES-GCM, bound to the row"),
    _at("expires_at", nullable=True),
    _at("refresh_at", nullable=True),
    _at("updated_at"),
    Index(None, "refresh_at"),
)

oauth_states = Table(
    "oauth_states",
    metadata,
    Column("state_hash", LargeBinary, primary_key=True),
    _of("workspaces"),
    _of("users"),
    Column("session_id", UUID(as_uuid=True), nullable=True, comment="the browser session it is bound to"),
    _text("platform"),
    _text("login"),
    Column("verifier", LargeBinary, nullable=True, comment="AES-GCM: the PKCE verifier"),
    _text("redirect_uri"),
    _text("return_to", nullable=True),
    _at("created_at"),
    _at("used_at", nullable=True),
    Column("choices", LargeBinary, nullable=True, comment="AES-GCM: the accounts to choose from after the consent"),
    Index(None, "created_at"),
)

media = Table(
    "media",
    metadata,
    _id(),
    _of("workspaces"),
    _text("key"),
    _text("name"),
    Column("facts", JSONB, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    _text("alt_text", nullable=True),
    _text("thumb_key", nullable=True),
    Column("rendition_of", UUID(as_uuid=True), ForeignKey("media.id", ondelete="CASCADE"), nullable=True),
    _text("recipe", nullable=True),
    _at("created_at"),
    UniqueConstraint("rendition_of", "recipe"),
    Index(None, "workspace_id", "created_at", "id"),
)

posts = Table(
    "posts",
    metadata,
    _id(),
    _of("workspaces"),
    Column("author_id", UUID(as_uuid=True), ForeignKey("users.id", ondelete="SET NULL"), nullable=True),
    _text("caption"),
    Column("options", JSONB, nullable=False),
    _text("state"),
    _at("due_at"),
    Column("wall_time", DateTime(timezone=False), nullable=False),
    _text("timezone"),
    _text("client_post_id", nullable=True),
    _at("created_at"),
    _at("updated_at"),
    _at("deleted_at", nullable=True),
    UniqueConstraint("workspace_id", "client_post_id"),
    Index("ix_posts_list", "workspace_id", "due_at", "id", postgresql_where=text("deleted_at IS NULL")),
    Index("ix_posts_state", "workspace_id", "state", "due_at", "id", postgresql_where=text("deleted_at IS NULL")),
)

publications = Table(
    "publications",
    metadata,
    _id(),
    _of("workspaces"),
    _of("posts"),
    _of("accounts", cascade=False),
    _text("platform"),
    _text("caption", nullable=True),
    Column("options", JSONB, nullable=False, comment="as the platform's options model keeps them"),
    _text("state"),
    _at("due_at"),
    _at("next_run_at", nullable=True),
    Column("checkpoint", JSONB, nullable=True),
    _text("intent_step", nullable=True),
    _at("intent_at", nullable=True),
    Column("asked", Integer, nullable=False, server_default="0", comment="how often the platform was asked in vain"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("calls", Integer, nullable=False, server_default="0", comment="calls made to the platform"),
    _at("attempt_open_since", nullable=True),
    _at("started_at", nullable=True),
    _at("published_at", nullable=True),
    _at("removed_at", nullable=True),
    _text("external_id", nullable=True),
    _text("external_url", nullable=True),
    Column("error", JSONB, nullable=True),
    Column(
        "content_digest", LargeBinary, nullable=True, comment="SHA-256 of its text and files: the same says the same"
    ),
    Column(
        "preflight_at", DateTime(timezone=True), nullable=True, comment="when it is looked over next, before its time"
    ),
    Column("warnings", JSONB, nullable=False, server_default="[]", comment="what the last look found"),
    _at("created_at"),
    Index(None, "post_id"),
    Index("ix_publications_content", "account_id", "content_digest"),
    Index("ix_publications_preflight", "preflight_at", postgresql_where=text("state = 'queued'")),
    Index(None, "state", "platform"),
    Index(None, "started_at", postgresql_where=text("started_at IS NOT NULL")),
    Index(
        "ix_publications_due",
        "account_id",
        "next_run_at",
        postgresql_where=text("state IN ('queued', 'publishing')"),
    ),
    Index("ix_publications_overdue", "next_run_at", postgresql_where=text("state IN ('queued', 'publishing')")),
    Index("ix_publications_external", "account_id", "external_id", postgresql_where=text("external_id IS NOT NULL")),
)

post_media = Table(
    "post_media",
    metadata,
    _id(),
    _of("posts"),
    Column(
        "publication_id",
        UUID(as_uuid=True),
        ForeignKey("publications.id", ondelete="CASCADE"),
        nullable=True,
        comment="set where one account has its own media",
    ),
    Column("position", Integer, nullable=False),
    _of("media", cascade=False),
    _text("alt_text", nullable=True),
    Index(None, "post_id", "position"),
    Index(None, "media_id"),
    Index(None, "publication_id", postgresql_where=text("publication_id IS NOT NULL")),
)

attempts = Table(
    "attempts",
    metadata,
    _id(),
    _of("publications"),
    Column("number", Integer, nullable=False),
    Column("worker_id", UUID(as_uuid=True), nullable=False),
    _at("started_at"),
    _at("finished_at", nullable=True),
    _text("outcome", nullable=True),
    Index(None, "publication_id", "number"),
)

events = Table(
    "events",
    metadata,
    _id(),
    _of("publications"),
    _at("at"),
    _text("level"),
    _text("message"),
    Column("raw", JSONB, nullable=True),
    Index(None, "publication_id", "id"),
)

rate_budgets = Table(
    "rate_budgets",
    metadata,
    _of("accounts"),
    _text("name"),
    _at("slot"),
    Column("calls", Integer, nullable=False),
    PrimaryKeyConstraint("account_id", "name", "slot"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    _of("workspaces"),
    _text("key"),
    Column("request_hash", LargeBinary, nullable=False),
    Column("status", Integer, nullable=True, comment="NULL while the first request is still at work"),
    Column("body", JSONB, nullable=True),
    _at("created_at"),
    PrimaryKeyConstraint("workspace_id", "key"),
    Index(None, "created_at"),
)

webhook_receipts = Table(
    "webhook_receipts",
    metadata,
    _text("platform"),
    _text("key"),
    _text("topic"),
    _at("received_at"),
    PrimaryKeyConstraint("platform", "key"),
    Index(None, "received_at"),
)

workers = Table(
    "workers",
    metadata,
    _id(),
    _text("host"),
    Column("pid", BigInteger, nullable=False),
    _at("started_at"),
    _at("heartbeat_at"),
    Column("machine", Text, nullable=True, comment="where its pid means it: a boot and a process namespace"),
)

lateness_totals = Table(
    "lateness_totals",
    metadata,
    _at("counted_until"),
    Column("buckets", JSONB, nullable=False, comment="by the bucket's upper bound in seconds, how many"),
    Column("seconds", Double, nullable=False),
)
