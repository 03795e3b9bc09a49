"""The accounts that one consent opened, written down (sealed) until the person has chosen among them."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, TypeAdapter

from postwright.kit.crypto import Secret
from postwright.platforms.base import Grant, Target


class _Kept(BaseModel):
    external_id: str
    username: str
    name: str
    avatar_url: str | None
    kind: str
    context: dict[str, str]
    access_token: str
    refresh_token: str | None
    expires_at: datetime | None
    refresh_at: datetime | None
    scopes: tuple[str, ...]
    subject: str


_LIST = TypeAdapter(list[_Kept])


def write(targets: Sequence[Target]) -> str:
    """The targets as text, with their tokens in the clear: seal it."""
    return _LIST.dump_json([_kept(target) for target in targets]).decode()


def read(text: str) -> tuple[Target, ...]:
    """The targets that `write` wrote down."""
    return tuple(_target(kept) for kept in _LIST.validate_json(text))


def _kept(target: Target) -> _Kept:
    grant = target.grant
    return _Kept(
        external_id=target.external_id,
        username=target.username,
        name=target.name,
        avatar_url=target.avatar_url,
        kind=target.kind,
        context=dict(target.context),
        access_token=str(grant.access_token),
        refresh_token=None if grant.refresh_token is None else str(grant.refresh_token),
        expires_at=grant.expires_at,
        refresh_at=grant.refresh_at,
        scopes=grant.scopes,
        subject=grant.subject,
    )


def _target(kept: _Kept) -> Target:
    grant = Grant(
        access_token=Secret(kept.access_token),
        refresh_token=None if kept.refresh_token is None else Secret(kept.refresh_token),
        expires_at=kept.expires_at,
        refresh_at=kept.refresh_at,
        scopes=kept.scopes,
        subject=kept.subject,
    )
    return Target(kept.external_id, kept.username, kept.name, kept.avatar_url, kept.kind, grant, kept.context)
