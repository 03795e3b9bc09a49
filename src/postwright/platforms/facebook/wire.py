"""Facebook's replies as types."""

from collections.abc import Iterator
from datetime import datetime

from pydantic import Field

from postwright.platforms.meta_login import Page
from postwright.platforms.meta_upload import UploadPhase
from postwright.platforms.wire import Wire

_FAILED = frozenset({"error", "expired", "upload_failed"})
_PICTURES = frozenset({"photo", "album"})


class Created(Wire):
    """A photo, a post or a comment."""

    id: str


class Done(Wire):
    """The reply to a call that shows something."""

    success: bool = True
    post_id: str | None = None


class Started(Wire):
    """A new upload: in parts by session and offsets, or whole to an address."""

    video_id: str
    upload_session_id: str | None = None
    start_offset: int = 0
    end_offset: int = 0
    upload_url: str | None = None


class Offsets(Wire):
    """Which bytes Facebook wants next; none where both are the same."""

    start_offset: int
    end_offset: int


class _Fault(Wire):
    message: str | None = None


class _Phase(Wire):
    status: str | None = None
    publish_status: str | None = None
    error: _Fault | None = None

    @property
    def failed(self) -> bool:
        return "error" in (self.status, self.publish_status)

    @property
    def begun(self) -> bool:
        return self.status not in (None, "not_started")


class _Status(Wire):
    video_status: str | None = None
    uploading_phase: UploadPhase = UploadPhase()
    processing_phase: _Phase = _Phase()
    publishing_phase: _Phase = _Phase()


class Video(Wire):
    """How far Facebook is with a video; `permalink_url` is a path."""

    status: _Status = Field(default_factory=_Status)
    permalink_url: str | None = None
    post_id: str | None = None

    @property
    def published(self) -> bool:
        """Whether people can see it."""
        return self.status.publishing_phase.publish_status == "published"

    @property
    def failed(self) -> bool:
        """Whether it will never be seen."""
        phases = (self.status.processing_phase, self.status.publishing_phase)
        return self.status.video_status in _FAILED or any(phase.failed for phase in phases)

    @property
    def finished(self) -> bool:
        """Whether the call that orders its publishing was taken: only then is it worked on."""
        begun = self.status.processing_phase.begun or self.status.publishing_phase.begun
        return begun or self.status.video_status in ("processing", "ready")

    @property
    def words(self) -> str:
        """Why it failed, as Facebook says it."""
        faults = (self.status.processing_phase.error, self.status.publishing_phase.error)
        return next((fault.message for fault in faults if fault and fault.message), "no reason given")


class _Target(Wire):
    id: str | None = None


class _Attachment(Wire):
    media_type: str | None = None
    target: _Target | None = None
    subattachments: "_Attachments | None" = None


class _Attachments(Wire):
    data: tuple[_Attachment, ...] = ()


class Post(Wire):
    """A post as lists show it."""

    id: str
    message: str | None = None
    created_time: datetime | None = None
    attachments: _Attachments = _Attachments()

    @property
    def shows_photos(self) -> bool:
        """Whether it is a post of photos."""
        return any(one.media_type in _PICTURES for one in self.attachments.data)

    @property
    def shown(self) -> frozenset[str]:
        """The ids of what is attached to it, where the list tells them."""
        return frozenset(one.target.id for one in _each(self.attachments) if one.target and one.target.id)


class Story(Wire):
    """A story as lists show it; `media_id` is the photo's or the video's id."""

    post_id: str
    media_id: str | None = None
    url: str | None = None


class _Picture(Wire):
    url: str | None = None


class _Avatar(Wire):
    data: _Picture = _Picture()


class OwnPage(Page):
    """A Page, and what the person may do there."""

    username: str | None = None
    tasks: tuple[str, ...] = ()
    picture: _Avatar = _Avatar()


def _each(attachments: _Attachments) -> Iterator[_Attachment]:
    for one in attachments.data:
        yield one
        if one.subattachments is not None:
            yield from _each(one.subattachments)
