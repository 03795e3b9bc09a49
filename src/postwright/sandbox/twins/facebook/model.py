"""What a Page publishes: posts, photos, videos, comments. All are Graph nodes that their Page's tokens reach."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from postwright.sandbox.media import Stored
from postwright.sandbox.state import PublicPost, Remark
from postwright.sandbox.twins.facebook.limits import VideoRule
from postwright.sandbox.twins.meta.accounts import Page
from postwright.sandbox.twins.meta.errors import Rule
from postwright.sandbox.twins.meta.nodes import Graph, N, Node
from postwright.sandbox.twins.meta.uploads import Upload

VideoState = Literal["uploading", "upload_complete", "processing", "ready", "error"]


@dataclass(slots=True, eq=False)
class Post(Node):
    """A post of a Page, visible or not yet."""

    page: Page
    client_id: str
    kind: str
    """text, link, image, carousel, video, reel or story."""
    message: str
    made_at: datetime
    due_at: datetime | None
    """When people shall see it; None for a draft or an unpublished post."""
    link: str = ""
    photos: tuple["Photo", ...] = ()
    video: "Video | None" = None
    comments: list["Comment"] = field(default_factory=list)
    shown: PublicPost | None = None
    """What people see; None until they do."""

    @property
    def at(self) -> datetime:
        """`created_time`: when it became visible, before that when it was made."""
        return self.made_at if self.shown is None else self.shown.created_at

    def is_due(self, now: datetime) -> bool:
        """Whether people shall see it now: its time has come, and its video is ready."""
        come = self.due_at is not None and self.due_at <= now
        return come and (self.video is None or self.video.state(now) == "ready")

    @property
    def permalink(self) -> str:
        """The public address."""
        if self.kind == "story":
            return f"https://www.facebook.com/stories/{self.page.id}/{self.id}"
        if self.video is not None:
            return f"https://www.facebook.com{self.video.permalink}"
        return f"https://www.facebook.com/{self.page.id}/posts/{self.id.rpartition('_')[2]}"


@dataclass(slots=True, eq=False)
class Photo(Node):
    """An uploaded photo."""

    page: Page
    url: str
    file: Stored | None
    name: str
    alt_text: str
    at: datetime
    temporary: bool
    post: Post | None = None
    """The post that it was used in."""


@dataclass(slots=True, eq=False)
class Video(Node):
    """A video, a reel or a story's video, from the start of its upload on."""

    page: Page
    rule: VideoRule
    at: datetime
    upload: Upload | None = None
    url: str = ""
    """Where people will see it; empty until all bytes are there."""
    file: Stored | None = None
    title: str = ""
    description: str = ""
    thumbs: list[tuple[str, str]] = field(default_factory=list)
    """(id, address), the preferred one last."""
    finished_at: datetime | None = None
    """When its upload was finished and publishing (or keeping as a draft) asked for."""
    ready_at: datetime | None = None
    """When processing ends."""
    fault: Rule | None = None
    """How processing ends if it fails."""
    told: bool = False
    """The webhook about the end of processing was sent."""
    post: Post | None = None

    @property
    def permalink(self) -> str:
        """`permalink_url`, relative for videos."""
        return f"/reel/{self.id}/" if self.rule.product == "reel" else f"/{self.page.username}/videos/{self.id}/"

    def state(self, now: datetime) -> VideoState:
        """`video_status` at this time."""
        if not self.url:
            return "uploading"
        if self.ready_at is None:
            return "upload_complete"
        if now < self.ready_at:
            return "processing"
        return "error" if self.fault else "ready"


@dataclass(slots=True, eq=False)
class Comment(Node):
    """A comment below a post, or a reply to one."""

    post: Post
    remark: Remark
    author_id: str
    parent: "Comment | None" = None


def of_page(graph: Graph, page: Page, kind: type[N]) -> list[N]:
    """All nodes of a kind that belong to a Page, in the order they were made."""
    return [node for node in graph.nodes.values() if isinstance(node, kind) and node.account_id == page.id]
