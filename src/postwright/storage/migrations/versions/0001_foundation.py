"""The first schema: people, accounts, media, posts and publications, and the job engine's own tables."""

from alembic import op
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment
from sqlalchemy import text
from sqlalchemy.util import await_only

revision = "0001"
down_revision = None

_STATEMENTS = (
    """
    CREATE TABLE auth_failures (
        id UUID NOT NULL,
        key BYTEA NOT NULL,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_auth_failures PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_auth_failures_at ON auth_failures (at)",
    "CREATE INDEX ix_auth_failures_key_at ON auth_failures (key, at)",
    "COMMENT ON COLUMN auth_failures.key IS 'SHA-256 of what is limited: an email or an address'",
    """
    CREATE TABLE users (
        id UUID NOT NULL,
        email TEXT NOT NULL,
        name TEXT NOT NULL,
        password_hash TEXT NOT NULL,
        is_admin BOOLEAN NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_users PRIMARY KEY (id),
        CONSTRAINT uq_users_email UNIQUE (email)
    )
    """,
    """
    CREATE TABLE webhook_receipts (
        platform TEXT NOT NULL,
        key TEXT NOT NULL,
        topic TEXT NOT NULL,
        received_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_webhook_receipts PRIMARY KEY (platform, key)
    )
    """,
    "CREATE INDEX ix_webhook_receipts_received_at ON webhook_receipts (received_at)",
    """
    CREATE TABLE workers (
        id UUID NOT NULL,
        host TEXT NOT NULL,
        pid BIGINT NOT NULL,
        started_at TIMESTAMP WITH TIME ZONE NOT NULL,
        heartbeat_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_workers PRIMARY KEY (id)
    )
    """,
    """
    CREATE TABLE workspaces (
        id UUID NOT NULL,
        name TEXT NOT NULL,
        timezone TEXT NOT NULL,
        late_limit_seconds INTEGER DEFAULT '3600' NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_workspaces PRIMARY KEY (id)
    )
    """,
    """
    CREATE TABLE accounts (
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        platform TEXT NOT NULL,
        login TEXT NOT NULL,
        external_id TEXT NOT NULL,
        username TEXT NOT NULL,
        name TEXT NOT NULL,
        avatar_url TEXT,
        kind TEXT NOT NULL,
        scopes TEXT[] NOT NULL,
        health TEXT NOT NULL,
        health_reason TEXT,
        context JSONB NOT NULL,
        subject TEXT NOT NULL,
        connected_at TIMESTAMP WITH TIME ZONE NOT NULL,
        disconnected_at TIMESTAMP WITH TIME ZONE,
        lease_owner UUID,
        lease_until TIMESTAMP WITH TIME ZONE,
        blocked_until TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_accounts PRIMARY KEY (id),
        CONSTRAINT uq_accounts_workspace_id_platform_external_id UNIQUE (workspace_id, platform, external_id),
        CONSTRAINT fk_accounts_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX ix_accounts_platform_external_id ON accounts (platform, external_id)",
    "COMMENT ON COLUMN accounts.lease_owner IS 'the run that works for this account now'",
    """
    CREATE TABLE idempotency_keys (
        workspace_id UUID NOT NULL,
        key TEXT NOT NULL,
        request_hash BYTEA NOT NULL,
        status INTEGER,
        body JSONB,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_idempotency_keys PRIMARY KEY (workspace_id, key),
        CONSTRAINT fk_idempotency_keys_workspace_id FOREIGN KEY(workspace_id)
            REFERENCES workspaces (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX ix_idempotency_keys_created_at ON idempotency_keys (created_at)",
    "COMMENT ON COLUMN idempotency_keys.status IS 'NULL while the first request is still at work'",
    """
    CREATE TABLE media (
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        key TEXT NOT NULL,
        name TEXT NOT NULL,
        facts JSONB NOT NULL,
        sha256 BYTEA NOT NULL,
        alt_text TEXT,
        thumb_key TEXT,
        rendition_of UUID,
        recipe TEXT,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_media PRIMARY KEY (id),
        CONSTRAINT uq_media_rendition_of_recipe UNIQUE (rendition_of, recipe),
        CONSTRAINT fk_media_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE,
        CONSTRAINT fk_media_rendition_of FOREIGN KEY(rendition_of) REFERENCES media (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX ix_media_workspace_id_created_at_id ON media (workspace_id, created_at, id)",
    """
    CREATE TABLE memberships (
        workspace_id UUID NOT NULL,
        user_id UUID NOT NULL,
        role TEXT NOT NULL,
        CONSTRAINT pk_memberships PRIMARY KEY (workspace_id, user_id),
        CONSTRAINT fk_memberships_workspace_id FOREIGN KEY(workspace_id)
            REFERENCES workspaces (id) ON DELETE CASCADE,
        CONSTRAINT fk_memberships_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX ix_memberships_user_id ON memberships (user_id)",
    """
    CREATE TABLE oauth_states (
        state_hash BYTEA NOT NULL,
        workspace_id UUID NOT NULL,
        user_id UUID NOT NULL,
        session_id UUID,
        platform TEXT NOT NULL,
        login TEXT NOT NULL,
        verifier BYTEA,
        redirect_uri TEXT NOT NULL,
        return_to TEXT,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        used_at TIMESTAMP WITH TIME ZONE,
        choices BYTEA,
        CONSTRAINT pk_oauth_states PRIMARY KEY (state_hash),
        CONSTRAINT fk_oauth_states_workspace_id FOREIGN KEY(workspace_id)
            REFERENCES workspaces (id) ON DELETE CASCADE,
        CONSTRAINT fk_oauth_states_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX ix_oauth_states_created_at ON oauth_states (created_at)",
    "COMMENT ON COLUMN oauth_states.session_id IS 'the browser session it is bound to'",
    "COMMENT ON COLUMN oauth_states.verifier IS 'AES-GCM: the PKCE verifier'",
    "COMMENT ON COLUMN oauth_states.choices IS 'AES-GCM: the accounts to choose from after the consent'",
    """
    CREATE TABLE posts (
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        author_id UUID,
        caption TEXT NOT NULL,
        options JSONB NOT NULL,
        state TEXT NOT NULL,
        due_at TIMESTAMP WITH TIME ZONE NOT NULL,
        wall_time TIMESTAMP WITHOUT TIME ZONE NOT NULL,
        timezone TEXT NOT NULL,
        client_post_id TEXT,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
        deleted_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_posts PRIMARY KEY (id),
        CONSTRAINT uq_posts_workspace_id_client_post_id UNIQUE (workspace_id, client_post_id),
        CONSTRAINT fk_posts_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE,
        CONSTRAINT fk_posts_author_id FOREIGN KEY(author_id) REFERENCES users (id) ON DELETE SET NULL
    )
    """,
    "CREATE INDEX ix_posts_list ON posts (workspace_id, due_at, id) WHERE deleted_at IS NULL",
    "CREATE INDEX ix_posts_state ON posts (workspace_id, state, due_at, id) WHERE deleted_at IS NULL",
    """
    CREATE TABLE sessions (
        id UUID NOT NULL,
        user_id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        kind TEXT NOT NULL,
        secret_hash BYTEA NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        ended_at TIMESTAMP WITH TIME ZONE,
        user_agent TEXT,
        CONSTRAINT pk_sessions PRIMARY KEY (id),
        CONSTRAINT fk_sessions_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
        CONSTRAINT fk_sessions_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX ix_sessions_user_id ON sessions (user_id)",
    "COMMENT ON COLUMN sessions.secret_hash IS 'SHA-256 of the cookie''s or the refresh token''s secret'",
    """
    CREATE TABLE account_tokens (
        account_id UUID NOT NULL,
        access_token BYTEA NOT NULL,
        refresh_token BYTEA,
        expires_at TIMESTAMP WITH TIME ZONE,
        refresh_at TIMESTAMP WITH TIME ZONE,
        updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_account_tokens PRIMARY KEY (account_id),
        CONSTRAINT fk_account_tokens_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX ix_account_tokens_refresh_at ON account_tokens (refresh_at)",
    "COMMENT ON COLUMN account_tokens.access_token IS 'AES-GCM, bound to the row'",
    "COMMENT ON COLUMN account_tokens.refresh_token IS 'AES-GCM, bound to the row'",
    """
    CREATE TABLE publications (
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        post_id UUID NOT NULL,
        account_id UUID NOT NULL,
        platform TEXT NOT NULL,
        caption TEXT,
        options JSONB NOT NULL,
        state TEXT NOT NULL,
        due_at TIMESTAMP WITH TIME ZONE NOT NULL,
        next_run_at TIMESTAMP WITH TIME ZONE,
        checkpoint JSONB,
        intent_step TEXT,
        intent_at TIMESTAMP WITH TIME ZONE,
        asked INTEGER DEFAULT '0' NOT NULL,
        attempts INTEGER DEFAULT '0' NOT NULL,
        calls INTEGER DEFAULT '0' NOT NULL,
        attempt_open_since TIMESTAMP WITH TIME ZONE,
        started_at TIMESTAMP WITH TIME ZONE,
        published_at TIMESTAMP WITH TIME ZONE,
        external_id TEXT,
        external_url TEXT,
        error JSONB,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_publications PRIMARY KEY (id),
        CONSTRAINT fk_publications_workspace_id FOREIGN KEY(workspace_id)
            REFERENCES workspaces (id) ON DELETE CASCADE,
        CONSTRAINT fk_publications_post_id FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE,
        CONSTRAINT fk_publications_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE RESTRICT
    )
    """,
    """
    CREATE INDEX ix_publications_due
    ON publications (account_id, next_run_at)
    WHERE state IN ('queued', 'publishing')
    """,
    """
    CREATE INDEX ix_publications_external
    ON publications (account_id, external_id)
    WHERE external_id IS NOT NULL
    """,
    """
    CREATE INDEX ix_publications_overdue
    ON publications (next_run_at)
    WHERE state IN ('queued', 'publishing')
    """,
    "CREATE INDEX ix_publications_post_id ON publications (post_id)",
    "COMMENT ON COLUMN publications.options IS 'as the platform''s options model keeps them'",
    "COMMENT ON COLUMN publications.asked IS 'how often the platform was asked in vain'",
    "COMMENT ON COLUMN publications.calls IS 'calls made to the platform'",
    """
    CREATE TABLE rate_budgets (
        account_id UUID NOT NULL,
        name TEXT NOT NULL,
        slot TIMESTAMP WITH TIME ZONE NOT NULL,
        calls INTEGER NOT NULL,
        CONSTRAINT pk_rate_budgets PRIMARY KEY (account_id, name, slot),
        CONSTRAINT fk_rate_budgets_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
    )
    """,
    """
    CREATE TABLE attempts (
        id UUID NOT NULL,
        publication_id UUID NOT NULL,
        number INTEGER NOT NULL,
        worker_id UUID NOT NULL,
        started_at TIMESTAMP WITH TIME ZONE NOT NULL,
        finished_at TIMESTAMP WITH TIME ZONE,
        outcome TEXT,
        CONSTRAINT pk_attempts PRIMARY KEY (id),
        CONSTRAINT fk_attempts_publication_id FOREIGN KEY(publication_id)
            REFERENCES publications (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX ix_attempts_publication_id_number ON attempts (publication_id, number)",
    """
    CREATE TABLE events (
        id UUID NOT NULL,
        publication_id UUID NOT NULL,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        level TEXT NOT NULL,
        message TEXT NOT NULL,
        raw JSONB,
        CONSTRAINT pk_events PRIMARY KEY (id),
        CONSTRAINT fk_events_publication_id FOREIGN KEY(publication_id)
            REFERENCES publications (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX ix_events_publication_id_id ON events (publication_id, id)",
    """
    CREATE TABLE post_media (
        id UUID NOT NULL,
        post_id UUID NOT NULL,
        publication_id UUID,
        position INTEGER NOT NULL,
        media_id UUID NOT NULL,
        alt_text TEXT,
        CONSTRAINT pk_post_media PRIMARY KEY (id),
        CONSTRAINT fk_post_media_post_id FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE,
        CONSTRAINT fk_post_media_publication_id FOREIGN KEY(publication_id)
            REFERENCES publications (id) ON DELETE CASCADE,
        CONSTRAINT fk_post_media_media_id FOREIGN KEY(media_id) REFERENCES media (id) ON DELETE RESTRICT
    )
    """,
    "CREATE INDEX ix_post_media_media_id ON post_media (media_id)",
    "CREATE INDEX ix_post_media_post_id_position ON post_media (post_id, position)",
    "COMMENT ON COLUMN post_media.publication_id IS 'set where one account has its own media'",
)


def upgrade() -> None:
    """Make everything."""
    for statement in _STATEMENTS:
        op.execute(text(statement))
    # The engine's installer is many statements in one text, which only the driver itself takes.
    driver = op.get_bind().connection.driver_connection
    if driver is None:
        raise ConnectionError("the connection to migrate on is closed")
    await_only(driver.execute(QueryBuilderEnvironment().build_install_query()))
