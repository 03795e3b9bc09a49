"""What is asked of posts in JSON, and how it becomes a draft. How posts are shown is in post_replies.py."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final, cast
from uuid import UUID

from pydantic import AfterValidator, AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue
from pydantic.config import JsonDict

from postwright.api.media import LONGEST_URL
from postwright.domain.errors import Invalid
from postwright.domain.media import MediaKind
from postwright.domain.publication import Json
from postwright.services.drafts import MediaRef, PostDraft, TargetDraft
from postwright.services.media import LONGEST_ALT_TEXT

MOST_MEDIA: Final = 50
MOST_TARGETS: Final = 100
LONGEST_CAPTION: Final = 70_000
"""Longer than any platform's; what a platform allows is told by its own finding."""

_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 9000
_STRING: Final[JsonDict] = {"type": "string"}
_NULL: Final[JsonDict] = {"type": "null"}
_EXAMPLES: Final[list[JsonValue]] = [
    {
        "account_id": "01a1f86f-0d60-7791-b254-a7b83193c1aa",
        "caption": "Fresh bread from seven. #bakery",
        "media": [{"id": "01a1f870-2b1c-7b22-90cd-857b09318fe7", "alt_text": "Loaves on a wooden shelf"}],
        "scheduled_at": "2027-03-01T09:30",
        "timezone": "Europe/Berlin",
    },
    {
        "platform": "a platform's id",
        "caption": "Out now",
        "media": {"type": "image", "url": "https://example.com/cover.jpg"},
    },
    {
        "caption": "One text, two channels",
        "media": [{"type": "video", "url": "https://example.com/clip.mp4"}],
        "targets": [
            {"account_id": "01a1f86f-0d60-7791-b254-a7b83193c1aa"},
            {"platform": "a platform's id", "caption": "A text of its own"},
        ],
        "client_post_id": "newsletter-17",
    },
]


class MediaBody(BaseModel):
    """A picture or a video of a post: one that was uploaded (`id`), or one to be fetched (`url`)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "oneOf": [
                {"required": ["id"], "properties": {"id": _STRING, "url": _NULL}},
                {"required": ["url"], "properties": {"url": _STRING, "id": _NULL}},
            ]
        },
    )

    id: UUID | None = Field(None, description="From POST /api/media.")
    url: Annotated[str, Field(min_length=1, max_length=LONGEST_URL)] | None = None
    type: MediaKind | None = Field(None, description="Where given, the file must be one.")
    alt_text: Annotated[str, Field(max_length=LONGEST_ALT_TEXT)] | None = None


def _listed(value: object) -> object:
    """One file may stand for a list of one."""
    return [value] if isinstance(value, dict) else value


MediaList = Annotated[
    list[MediaBody],
    Field(max_length=MOST_MEDIA, description="In order. A single file may be given without the list."),
    BeforeValidator(_listed, json_schema_input_type=list[MediaBody] | MediaBody),
]


def _of_our_era(text: str) -> str:
    """Times so far off that no calendar can reckon with them are no times; others are read by the domain."""
    try:
        year = datetime.fromisoformat(text).year
    except ValueError:
        return text
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise ValueError("the year is out of range")
    return text


Time = Annotated[str, Field(max_length=64), AfterValidator(_of_our_era)]
Caption = Annotated[str, Field(max_length=LONGEST_CAPTION)]
Options = Mapping[str, JsonValue]


class TargetBody(BaseModel):
    """One account to publish on, with a variant of its own where it is to differ."""

    model_config = ConfigDict(extra="forbid")

    account_id: UUID | None = None
    platform: Annotated[str, Field(max_length=50)] | None = Field(
        None, description="In place of the account, where only one of the platform is connected."
    )
    caption: Caption | None = None
    media: MediaList | None = None
    options: Options = Field(default_factory=dict)


class PostBody(BaseModel):
    """A post. It goes to one account (`account_id`, or `platform` where only one is connected) or to `targets`."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": _EXAMPLES})

    platform: Annotated[str, Field(max_length=50)] | None = None
    account_id: UUID | None = None
    targets: Annotated[list[TargetBody], Field(max_length=MOST_TARGETS)] | None = None
    caption: Caption = ""
    media: MediaList = Field(default_factory=list)
    options: Options = Field(default_factory=dict, description="One platform's options, or options by platform.")
    client_post_id: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        None, description="Your own id: a second post with the same one is not made, the first is given again."
    )
    scheduled_at: Time | None = Field(
        None,
        validation_alias=AliasChoices("scheduled_at", "scheduledAtISO"),
        description="ISO 8601; without an offset it is wall-clock time in `timezone`. Left out: now. "
        "`scheduledAtISO` is taken as well.",
    )
    timezone: Annotated[str, Field(max_length=100)] | None = Field(
        None, description="An IANA name; by default the workspace's."
    )
    force: bool = Field(
        default=False,
        strict=True,
        description="Post it although the same goes out, or went out, there (`duplicate_post`).",
    )


class ScheduleBody(PostBody):
    """A post with its time."""

    scheduled_at: Time = Field(
        validation_alias=AliasChoices("scheduled_at", "scheduledAtISO"),
        description="ISO 8601; without an offset it is wall-clock time in `timezone`. `scheduledAtISO` is taken too.",
    )


def draft_of(body: PostBody, idempotency_key: str | None = None) -> PostDraft:
    """The draft that a body asks for. Raises Invalid.

    The idempotency key stands in for a client_post_id: where a process died before the reply was
    kept for the key, the same request still finds its post.
    """
    return PostDraft(
        targets=_targets(body),
        caption=body.caption,
        media=_refs(body.media, "media"),
        options=_json(body.options),
        client_post_id=body.client_post_id or (f"idem:{idempotency_key}" if idempotency_key else None),
        scheduled_at=body.scheduled_at,
        timezone=body.timezone,
        alone=body.targets is None,
        force=body.force,
    )


def _targets(body: PostBody) -> tuple[TargetDraft, ...]:
    alone = body.platform is not None or body.account_id is not None
    if body.targets is None:
        return (TargetDraft(body.account_id, body.platform),) if alone else ()
    if alone:
        raise Invalid.of("targets", "target_ambiguous", "Give either targets, or one platform or account_id.")
    return tuple(_target(target, f"targets.{index}") for index, target in enumerate(body.targets))


def _target(body: TargetBody, where: str) -> TargetDraft:
    if body.account_id is None and body.platform is None:
        raise Invalid.of(f"{where}.account_id", "required", "Say which account: account_id, or its platform.")
    return TargetDraft(
        account_id=body.account_id,
        platform=body.platform,
        caption=body.caption,
        media=None if body.media is None else _refs(body.media, f"{where}.media"),
        options=_json(body.options),
    )


def _refs(files: list[MediaBody], where: str) -> tuple[MediaRef, ...]:
    for index, file in enumerate(files):
        if (file.id is None) == (file.url is None):
            raise Invalid.of(f"{where}.{index}", "id_or_url", "A file is given by its id or by a url: one of the two.")
    return tuple(MediaRef(file.id, file.url, file.type, file.alt_text) for file in files)


def _json(options: Options) -> dict[str, Json]:
    return cast("dict[str, Json]", dict(options))
