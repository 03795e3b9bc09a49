"""The platforms there are: one line each. What the doors need to know of them, as data."""

from collections.abc import Mapping
from datetime import date
from typing import get_args

from pydantic import BaseModel, ConfigDict, JsonValue

from postwright.domain.capability import DocumentRule, ImageRule, PostKind, TextRule, VideoRule
from postwright.domain.media import MediaKind
from postwright.platforms.base import Adapter, Login, PlatformSpec, Quota
from postwright.platforms.facebook.adapter import Facebook
from postwright.platforms.instagram.adapter import Instagram
from postwright.platforms.linkedin.adapter import LinkedIn
from postwright.platforms.pinterest.adapter import Pinterest
from postwright.platforms.tiktok.adapter import TikTok
from postwright.platforms.x.adapter import X
from postwright.platforms.youtube.adapter import YouTube

_ADAPTERS: tuple[Adapter, ...] = (Instagram(), Facebook(), TikTok(), X(), LinkedIn(), Pinterest(), YouTube())

PLATFORMS: Mapping[str, Adapter] = {adapter.spec.id: adapter for adapter in _ADAPTERS}


class _View(BaseModel):
    model_config = ConfigDict(frozen=True)


class ScopeView(_View):
    """A permission that a login asks for, and why."""

    name: str
    reason: str
    required: bool


class LoginView(_View):
    """One way of connecting."""

    id: str
    name: str
    credentials: str
    scopes: tuple[ScopeView, ...]


class KindView(_View):
    """One kind of post: what it takes, and the rules its media must keep."""

    name: str
    label: str
    min_media: int
    max_media: int
    media: tuple[MediaKind, ...]
    caption: bool
    needs_caption: bool
    text: TextRule
    alt_text: int | None
    alt_text_on: tuple[MediaKind, ...]
    options: tuple[str, ...]
    required: tuple[str, ...]
    chosen_by: str | None
    image: ImageRule | None
    video: VideoRule | None
    document: DocumentRule | None


class LimitsView(_View):
    """What is limited beside the media. The calls are ours to the platform, for one account; quotas are its own."""

    caption: TextRule
    calls: int
    window_seconds: int
    quotas: tuple[Quota, ...]


class VersionView(_View):
    """The version of the platform's API that is called, and the day it ends."""

    name: str
    sunset: date | None


class PlatformView(_View):
    """A platform as doors show it; `icon` is its mark's name among the icons."""

    id: str
    name: str
    icon: str
    logins: tuple[LoginView, ...]
    kinds: tuple[KindView, ...]
    limits: LimitsView
    options_schema: dict[str, JsonValue]
    account_options: tuple[str, ...]
    version: VersionView | None
    documents: tuple[str, ...]


def describe() -> tuple[PlatformView, ...]:
    """All platforms, as data for forms, schemas and help."""
    return tuple(_platform(adapter.spec) for adapter in _ADAPTERS)


def _platform(spec: PlatformSpec) -> PlatformView:
    return PlatformView(
        id=spec.id,
        name=spec.name,
        icon=f"p-{spec.id}",
        logins=tuple(_login(login) for login in spec.logins),
        kinds=tuple(_kind(kind, spec.capability.caption) for kind in spec.capability.kinds),
        limits=LimitsView(
            caption=spec.capability.caption,
            calls=spec.budget.calls,
            window_seconds=int(spec.budget.window.total_seconds()),
            quotas=spec.quotas,
        ),
        options_schema=spec.capability.options.model_json_schema(),
        account_options=spec.account_options,
        version=VersionView(name=spec.version.name, sunset=spec.version.sunset) if spec.version else None,
        documents=spec.documents,
    )


def _login(login: Login) -> LoginView:
    return LoginView(
        id=login.id,
        name=login.name,
        credentials=login.credentials,
        scopes=tuple(
            ScopeView(name=scope.name, reason=scope.reason, required=scope.required) for scope in login.scopes
        ),
    )


def _kind(kind: PostKind, caption: TextRule) -> KindView:
    return KindView(
        name=kind.name,
        label=kind.label,
        min_media=kind.min_media,
        max_media=kind.max_media,
        media=tuple(name for name in get_args(MediaKind) if kind.rule_for(name)),
        caption=kind.caption,
        needs_caption=kind.needs_caption,
        text=kind.text or caption,
        alt_text=kind.alt_text,
        alt_text_on=kind.alt_text_on,
        options=kind.options,
        required=kind.required,
        chosen_by=kind.chosen_by,
        image=kind.image,
        video=kind.video,
        document=kind.document,
    )
