"""All videos, playlists and upload sessions of one sandbox, what was spent of the quotas, and the passing of time."""

import asyncio
import base64
import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from postwright.sandbox.call import Json, Reply
from postwright.sandbox.media import Stored
from postwright.sandbox.state import Account, PublicPost, Shown, World
from postwright.sandbox.twins.youtube.errors import ApiError
from postwright.sandbox.twins.youtube.rules import (
    INSERTS_PER_DAY,
    PLATFORM,
    QUOTA_ZONE,
    SHORT_SECONDS,
    UNITS_PER_DAY,
)

DAY = timedelta(days=1)
CLOCK_GRAIN = 0.01
"""Seconds by which a sleep may end before the clock says so."""


@dataclass(slots=True, eq=False)
class Video:
    """One uploaded video. `snippet` and `status` hold what its owner may set, in YouTube's own words."""

    id: str
    channel: Account
    snippet: dict[str, Json]
    status: dict[str, Json]
    further: dict[str, Json]
    """Other parts as they were sent."""
    file: Stored | None
    """None where media is trusted unseen."""
    file_name: str
    size: int
    uploaded_at: datetime
    ready_at: datetime
    """When it is processed, or fails."""
    locked: bool
    """Uploaded by a project without an audit: stays private."""
    failure: str = ""
    rejection: str = ""
    published_at: datetime | None = None
    thumbnail: str = ""
    """Address of a picture set by the owner."""

    @property
    def privacy(self) -> str:
        """Who may see it."""
        return str(self.status["privacyStatus"])

    @property
    def seconds(self) -> float:
        """How long it runs."""
        return (self.file.probe.duration_s or 0) if self.file and self.file.probe else 0

    @property
    def is_short(self) -> bool:
        """Upright or square, and at most three minutes."""
        probe = self.file.probe if self.file else None
        return probe is not None and probe.height >= probe.width and self.seconds <= SHORT_SECONDS

    @property
    def url(self) -> str:
        """Where people watch it."""
        page = "shorts/" if self.is_short else "watch?v="
        return f"https://www.youtube.com/{page}{self.id}"

    def upload_status(self, now: datetime) -> str:
        """How far YouTube is with it."""
        if now < self.ready_at:
            return "uploaded"
        return "failed" if self.failure else "rejected" if self.rejection else "processed"


@dataclass(slots=True, eq=False)
class Playlist:
    """A playlist that somebody made; what is in it are video ids, in order."""

    id: str
    channel: Account
    snippet: dict[str, Json]
    privacy: str
    created_at: datetime
    items: list[tuple[str, datetime]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Session:
    """A resumable upload. Its address is all that is needed to go on with it."""

    channel: Account
    expires_at: datetime
    total: int | None
    largest: int
    finish: Callable[[bytes], Awaitable[Reply]]
    content: bytearray = field(default_factory=bytearray)
    reply: Reply | None = None
    """The answer to the last chunk, given again to whoever asks."""


class Studio:
    """YouTube's own state in one sandbox."""

    def __init__(self, world: World, announce: Callable[[Video], None]) -> None:
        self.world = world
        self._announce = announce
        self.videos: dict[str, Video] = {}
        self.playlists: dict[str, Playlist] = {}
        self.sessions: dict[str, Session] = {}
        self._ahead: set[Video] = set()
        self._spent: Counter[tuple[str, str, str]] = Counter()
        self._uploads: dict[str, list[datetime]] = {}

    def reset(self) -> None:
        """Forget everything."""
        for shelf in (self.videos, self.playlists, self.sessions, self._ahead, self._spent, self._uploads):
            shelf.clear()

    def new_id(self, length: int) -> str:
        """An id such as YouTube makes, the same after every reset."""
        digest = hashlib.sha256(f"{PLATFORM}{self.world.number()}".encode()).digest()
        return base64.urlsafe_b64encode(digest).decode()[:length]

    def afford(self, client_id: str, cost: int | None) -> None:
        """Refuse a call that the project's quota of the day does not cover; inserts have a bucket of their own."""
        limit = INSERTS_PER_DAY if cost is None else UNITS_PER_DAY
        if self.world.settings.vendor_limits and self._spent[self._bucket(client_id, cost)] + (cost or 1) > limit:
            raise ApiError("quotaExceeded")

    def spend(self, client_id: str, cost: int | None) -> None:
        """Count a call."""
        self._spent[self._bucket(client_id, cost)] += cost or 1

    def _bucket(self, client_id: str, cost: int | None) -> tuple[str, str, str]:
        day = self.world.clock.now().astimezone(ZoneInfo(QUOTA_ZONE)).date()
        return client_id, "inserts" if cost is None else "units", day.isoformat()

    def check_uploads(self, channel: Account) -> None:
        """Refuse a video more than one channel may upload in 24 hours."""
        since = self.world.clock.now() - DAY
        recent = [at for at in self._uploads.get(channel.id, ()) if at > since]
        if len(recent) >= self.world.settings.quota_total:
            raise ApiError("uploadLimitExceeded")
        self._uploads[channel.id] = recent

    def add(self, video: Video) -> None:
        """Take a finished upload; its page exists from now on."""
        self.videos[video.id] = video
        self._uploads.setdefault(video.channel.id, []).append(video.uploaded_at)
        self.changed(video)

    def changed(self, video: Video) -> None:
        """Show a video as it is now, and again when what lies ahead of it has come."""
        self._ahead.add(video)
        for instant in (video.ready_at, self._planned(video)):
            if instant is not None and instant > self.world.clock.now():
                self.world.spawn(self._wake(video, instant))
        self._settle(video)

    def retitled(self, video: Video) -> None:
        """Feeds tell of new words, too."""
        if video.published_at and video.privacy == "public":
            self._announce(video)

    def remove(self, video: Video) -> None:
        """Its owner deletes it."""
        del self.videos[video.id]
        self._ahead.discard(video)
        self.world.timeline.pop(video.id, None)
        for playlist in self.playlists.values():
            playlist.items = [item for item in playlist.items if item[0] != video.id]

    def tick(self) -> None:
        """Let what is due happen: processing ends, scheduled videos become public."""
        for video in list(self._ahead):
            self._settle(video)

    async def _wake(self, video: Video, instant: datetime) -> None:
        await asyncio.sleep((instant - self.world.clock.now()).total_seconds() + CLOCK_GRAIN)
        if self.videos.get(video.id) is video:
            self._settle(video)

    def _planned(self, video: Video) -> datetime | None:
        planned = video.status.get("publishAt")
        return datetime.fromisoformat(str(planned)) if planned and not video.locked else None

    def _settle(self, video: Video) -> None:
        now = self.world.clock.now()
        planned = self._planned(video)
        if planned and planned <= now:
            del video.status["publishAt"]
            video.status["privacyStatus"], planned = "public", None
        state = video.upload_status(now)
        if state in ("failed", "rejected"):
            self.world.timeline.pop(video.id, None)
        else:
            self._show(video)
        if state == "processed" and video.privacy == "public" and video.published_at is None:
            video.published_at = now
            self._announce(video)
        if state != "uploaded" and planned is None:
            self._ahead.discard(video)

    def _show(self, video: Video) -> None:
        """Private and unlisted videos stand in the timeline too: `privacy` says who can really see them."""
        address = f"{self.world.origin}/_sandbox/media/{video.file.id}" if video.file else ""
        post = self.world.timeline.setdefault(
            video.id,
            PublicPost(
                platform=PLATFORM,
                account_id=video.channel.id,
                account_name=video.channel.username,
                id=video.id,
                url=video.url,
                kind="short" if video.is_short else "video",
                caption="",
                media=(Shown("video", address),) if address else (),
                created_at=video.uploaded_at,
            ),
        )
        post.caption = str(video.snippet.get("description", ""))
        post.details = {
            "title": video.snippet["title"],
            "privacy": video.privacy,
            "publish_at": video.status.get("publishAt"),
            "short": video.is_short,
            "tags": video.snippet.get("tags", []),
            "category": video.snippet["categoryId"],
            "made_for_kids": video.status["selfDeclaredMadeForKids"],
            "thumbnail": video.thumbnail,
            "playlists": [p.id for p in self.playlists.values() if video.id in dict(p.items)],
        }
