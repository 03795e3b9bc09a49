"""What the pages are given: plain frozen values that routes make from services and templates read.

No rules and no I/O. Times are aware UTC datetimes; an address that is None or empty means that the page offers no such
action.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from postwright.domain.media import MediaKind

TONES = 6
"""How many fills tokens.css has for people and channels without a picture."""


@dataclass(frozen=True, slots=True)
class StateLook:
    """How a state is shown: its word, its icon, and the colour group in tokens.css."""

    label: str
    icon: str
    tone: str


STATE_LOOKS: Mapping[str, StateLook] = {
    "draft": StateLook("Draft", "circle-dashed", "draft"),
    "queued": StateLook("Scheduled", "clock", "scheduled"),
    "waiting": StateLook("Waiting", "hourglass", "scheduled"),
    "publishing": StateLook("Publishing", "loader-circle", "publishing"),
    "published": StateLook("Published", "check", "published"),
    "partial": StateLook("Partly published", "circle-alert", "partial"),
    "failed": StateLook("Failed", "triangle-alert", "failed"),
    "needs_attention": StateLook("Needs you", "circle-help", "review"),
    "canceled": StateLook("Canceled", "ban", "draft"),
    "removed": StateLook("Taken down", "ban", "draft"),
}
"""Every state of a publication, and of a post, which adds `partial`.

`waiting` is queued past its time, `removed` published and taken down again.
"""


def initials(name: str) -> str:
    """One or two letters that stand for a name: of its first two words, a leading @ left out."""
    words = [word for word in name.replace("_", " ").replace(".", " ").replace("@", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    return (words[0][0] + words[1][0] if len(words) > 1 else words[0][:2]).upper()


def tone(name: str) -> int:
    """The fill behind those letters: the same for the same name everywhere."""
    return sum(name.encode()) % TONES


@dataclass(frozen=True, slots=True)
class Flash:
    """One message of the last action, shown once as a toast; `undo_url` is posted to by its Undo button."""

    text: str
    level: Literal["ok", "bad"] = "ok"
    undo_url: str = ""


@dataclass(frozen=True, slots=True)
class Chrome:
    """What every page needs. `path` is where a form that only changes the look comes back to."""

    csrf: str
    now: datetime
    zone: ZoneInfo
    path: str
    theme: Literal["", "light", "dark"] = ""
    flashes: tuple[Flash, ...] = ()

    @property
    def seen(self) -> int:
        """The page's time as an event's id: what happened before it is on the page."""
        return round(self.now.timestamp() * 1_000_000)


@dataclass(frozen=True, slots=True)
class NavItem:
    """One screen in the sidebar and the tab bar. An urgent count is shown in red."""

    id: str
    label: str
    href: str
    icon: str
    count: int = 0
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class ChannelBadge:
    """An account where only its name and platform matter. `icon` is a symbol of the sprite."""

    platform: str
    platform_name: str
    icon: str
    name: str
    avatar_url: str | None = None

    @property
    def initials(self) -> str:
        return initials(self.name)

    @property
    def tone(self) -> int:
        return tone(self.name)


@dataclass(frozen=True, slots=True)
class Permission:
    """A permission that a platform was or will be asked for, and what it is for."""

    name: str
    reason: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class ChannelCard:
    """A connected account with its health, in words that say what to do next.

    `missing` are the permissions that its login asks for and that were not given.
    """

    id: str
    badge: ChannelBadge
    kind: str
    health: Literal["ok", "warn", "bad"]
    health_text: str
    queued: int
    permissions: tuple[Permission, ...]
    connected_at: datetime
    posts_url: str
    reconnect_url: str
    disconnect_url: str
    missing: tuple[Permission, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in."""

    name: str
    email: str

    @property
    def initials(self) -> str:
        return initials(self.name)

    @property
    def tone(self) -> int:
        return tone(self.name)


@dataclass(frozen=True, slots=True)
class Frame:
    """Sidebar and tab bar of a signed-in page. `active` is the id of the NavItem that the page belongs to."""

    workspace: str
    person: Person
    nav: tuple[NavItem, ...]
    active: str
    channels: tuple[ChannelCard, ...]


@dataclass(frozen=True, slots=True)
class LoginWay:
    """One way of connecting accounts of a platform; `href` starts the consent."""

    id: str
    name: str
    href: str


@dataclass(frozen=True, slots=True)
class AppSetup:
    """What the operator must set before a platform can be connected (by `login`, where there are several)."""

    login: str
    redirect_url: str
    variables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlatformTile:
    """A platform that can be connected by `logins`; each of `setups` is one that the operator has yet to set up.

    `publishes` are its kinds of post, `permissions` what its logins ask for.
    """

    id: str
    name: str
    icon: str
    logins: tuple[LoginWay, ...]
    connected: int = 0
    setups: tuple[AppSetup, ...] = ()
    publishes: tuple[str, ...] = ()
    permissions: tuple[Permission, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account that a consent opened, to be chosen or left out."""

    id: str
    badge: ChannelBadge
    kind: str
    connected: bool


@dataclass(frozen=True, slots=True)
class MediaView:
    """One picture, video or document. `duration` in seconds, of what moves; `pages` of a document."""

    id: str
    type: MediaKind
    url: str
    thumb_url: str
    alt_text: str
    width: int
    height: int
    duration: float | None = None
    pages: int | None = None


@dataclass(frozen=True, slots=True)
class PostTab:
    """One tab of the list of posts."""

    id: str
    label: str
    href: str
    count: int
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class PostRow:
    """One post in a list. `at` is when it goes or went out; `note` says more of that moment ("4 s late").

    `row_url` answers with this row alone, by _post_row.html.
    """

    id: str
    url: str
    text: str
    thumb: MediaView | None
    media_count: int
    channels: tuple[ChannelBadge, ...]
    state: str
    at: datetime | None
    note: str = ""
    reason: str = ""
    retry_url: str = ""
    row_url: str = ""


@dataclass(frozen=True, slots=True)
class EventLine:
    """One line of evidence. `level` next: has not happened yet. `raw` is the platform's reply, redacted.

    `is_call` marks one call to the platform: detail, for who looks closely.
    """

    at: datetime
    level: Literal["info", "ok", "warning", "error", "next"]
    message: str
    channel: ChannelBadge | None = None
    attempt: int | None = None
    code: str = ""
    raw: str = ""
    is_call: bool = False


@dataclass(frozen=True, slots=True)
class PublicationView:
    """A post on one account. `reason` says what went wrong, `advice` what to do; `caption` is its own text, if any.

    `was_sent` is false where it needs a person before it was ever sent: then there is nothing to look for.
    `warnings` are what stands against it before its time.
    """

    id: str
    channel: ChannelBadge
    state: str
    due_at: datetime | None
    published_at: datetime | None = None
    lateness: timedelta | None = None
    external_url: str = ""
    reason: str = ""
    advice: str = ""
    attempts: int = 0
    next_attempt_at: datetime | None = None
    caption: str = ""
    retry_url: str = ""
    resolve_url: str = ""
    remove_url: str = ""
    removed_at: datetime | None = None
    was_sent: bool = True
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PostView:
    """One post whole. `at` is its time; `zone_name` the zone it is shown in, with what was meant in another."""

    id: str
    url: str
    text: str
    state: str
    at: datetime | None
    zone_name: str
    created_by: str
    created_at: datetime
    media: tuple[MediaView, ...]
    publications: tuple[PublicationView, ...]
    events: tuple[EventLine, ...]
    edit_url: str = ""
    duplicate_url: str = ""
    delete_url: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several that a form offers, and what it means."""

    value: str
    label: str
    hint: str


@dataclass(frozen=True, slots=True)
class FormState:
    """A form as it comes back: what was typed, what is wrong with which field, and what is wrong with the whole."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
