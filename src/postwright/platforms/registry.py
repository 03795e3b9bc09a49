"""The platforms there are: one line each. What the doors need to know of them, as data."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, JsonValue

from postwright.domain.capability import ImageRule, PostKind, TextRule, VideoRule
from postwright.domain.media import MediaKind
from postwright.platforms.base import Adapter, Login, PlatformSpec
from postwright.platforms.instagram.adapter import Instagram

_ADAPTERS: tuple[Adapter, ...] = (Instagram(),)

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
    alt_text: int | None
    options: tuple[str, ...]
    image: ImageRule | None
    video: VideoRule | None


class LimitsView(_View):
    """What is limited beside the media. The calls are ours to the platform, for one account."""

    caption: TextRule
    calls: int
    window_seconds: int


class PlatformView(_View):
    """A platform as doors show it; `icon` is its mark's name among the icons."""

    id: str
    name: str
    icon: str
    logins: tuple[LoginView, ...]
    kinds: tuple[KindView, ...]
    limits: LimitsView
    options_schema: dict[str, JsonValue]
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
        kinds=tuple(_kind(kind) for kind in spec.capability.kinds),
        limits=LimitsView(
            caption=spec.capability.caption,
            calls=spec.budget.calls,
            window_seconds=int(spec.budget.window.total_seconds()),
        ),
        options_schema=spec.capability.options.model_json_schema(),
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


def _kind(kind: PostKind) -> KindView:
    rules: tuple[tuple[MediaKind, ImageRule | VideoRule | None], ...] = (("image", kind.image), ("video", kind.video))
    return KindView(
        name=kind.name,
        label=kind.label,
        min_media=kind.min_media,
        max_media=kind.max_media,
        media=tuple(name for name, rule in rules if rule),
        caption=kind.caption,
        alt_text=kind.alt_text,
        options=kind.options,
        image=kind.image,
        video=kind.video,
    )
