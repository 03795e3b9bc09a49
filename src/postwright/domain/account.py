"""A connected social account as people see it, and whether it can publish."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Health(StrEnum):
    """Whether an account can publish."""

    HEALTHY = "healthy"
    RECONNECT = "reconnect"
    """Revoked, expired or short of a permission: its publications wait for the reconnection."""


@dataclass(frozen=True, slots=True)
class Account:
    """One connected account.

    `login` names the way it was connected; `context` is what the adapter needs beside the token.
    """

    id: UUID
    workspace_id: UUID
    platform: str
    login: str
    external_id: str
    username: str
    name: str
    avatar_url: str | None
    kind: str
    scopes: tuple[str, ...]
    health: Health
    health_reason: str | None
    context: Mapping[str, str]
    token_expires_at: datetime | None
    connected_at: datetime
