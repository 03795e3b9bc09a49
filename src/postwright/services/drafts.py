"""What a caller asks to be posted, as values: references to accounts and files, nothing looked up yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from postwright.domain.media import MediaKind
from postwright.domain.publication import Json


@dataclass(frozen=True, slots=True)
class MediaRef:
    """A file: one that was uploaded (`id`), or one to be fetched (`url`, which must be of `kind` where it is said)."""

    id: UUID | None = None
    url: str | None = None
    kind: MediaKind | None = None
    alt_text: str | None = None


@dataclass(frozen=True, slots=True)
class TargetDraft:
    """One account to publish on, by its id or as the only one of a platform, with its own variant where given."""

    account_id: UUID | None = None
    platform: str | None = None
    caption: str | None = None
    media: tuple[MediaRef, ...] | None = None
    options: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PostDraft:
    """A post as it was asked for. `options` are one platform's, or keyed by platform. Without a time: at once.

    With `force` it may say what was said before.

    `alone`: the one target is the post's own account or platform, not an entry of a list; findings name it so.
    """

    targets: tuple[TargetDraft, ...]
    caption: str = ""
    media: tuple[MediaRef, ...] = ()
    options: Mapping[str, Json] = field(default_factory=dict)
    client_post_id: str | None = None
    scheduled_at: str | None = None
    timezone: str | None = None
    alone: bool = False
    force: bool = False
