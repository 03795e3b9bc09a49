"""What Instagram knows: accounts, containers, published media, comments, conversations. All are Graph nodes."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from postwright.sandbox.call import Json
from postwright.sandbox.media import Stored
from postwright.sandbox.state import Account, PublicPost, Remark
from postwright.sandbox.twins.instagram.limits import CONTAINER_LIFE, VideoRule
from postwright.sandbox.twins.meta.nodes import Node
from postwright.sandbox.twins.meta.uploads import Upload

Status = Literal["IN_PROGRESS", "FINISHED", "ERROR", "EXPIRED", "PUBLISHED"]


@dataclass(slots=True, eq=False)
class IgUser(Node):
    """An Instagram professional account."""

    account: Account
    containers_at: list[datetime] = field(default_factory=list)
    published_at: list[datetime] = field(default_factory=list)
    media: list["Media"] = field(default_factory=list)
    """Oldest first, stories too."""
    conversations: list["Conversation"] = field(default_factory=list)
    mentioned_in: set[str] = field(default_factory=set)
    """Ids of other people's media that mention the account."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What the author asked for when the container was made."""

    kind: str
    """IMAGE, REELS, STORIES, CAROUSEL or CHILD."""
    caption: str = ""
    alt_text: str = ""
    user_tags: tuple[Json, ...] = ()
    location_id: str = ""
    collaborators: tuple[str, ...] = ()
    cover_url: str = ""
    thumb_offset: int | None = None
    share_to_feed: bool = True


@dataclass(slots=True, eq=False)
class Container(Node):
    """A post in the making."""

    owner: IgUser
    draft: Draft
    made_at: datetime
    is_video: bool = False
    video_rule: VideoRule | None = None
    media_url: str = ""
    """Where people will see the file."""
    file: Stored | None = None
    children: tuple["Container", ...] = ()
    upload: Upload | None = None
    ready_at: datetime | None = None
    """When processing ends; None while the file has not arrived."""
    fault: str = ""
    """Subcode of an asynchronous failure."""
    fault_detail: str = ""
    published: "Media | None" = None

    def status(self, now: datetime) -> Status:
        """`status_code` at this time."""
        if self.published is not None:
            return "PUBLISHED"
        if now >= self.made_at + CONTAINER_LIFE:
            return "EXPIRED"
        if self.fault:
            return "ERROR"
        if self.ready_at is None or now < self.ready_at:
            return "IN_PROGRESS"
        return "FINISHED"


@dataclass(slots=True, eq=False)
class Media(Node):
    """A published picture, video, carousel or story, or a child of a carousel."""

    owner: IgUser
    draft: Draft
    shortcode: str
    media_type: Literal["IMAGE", "VIDEO", "CAROUSEL_ALBUM"]
    product: Literal["FEED", "REELS", "STORY"]
    media_url: str
    at: datetime
    children: tuple["Media", ...] = ()
    parent: "Media | None" = None
    post: PublicPost | None = None
    comments: list["Comment"] = field(default_factory=list)
    comments_on: bool = True
    insights_sent: bool = False

    @property
    def permalink(self) -> str:
        """The public address."""
        if self.product == "STORY":
            return f"https://www.instagram.com/stories/{self.owner.account.username}/{self.id}"
        return f"https://www.instagram.com/{'reel' if self.product == 'REELS' else 'p'}/{self.shortcode}/"


@dataclass(slots=True, eq=False)
class Comment(Node):
    """A comment or a reply to one."""

    media: Media
    remark: Remark
    author_id: str
    parent: "Comment | None" = None
    replies: list["Comment"] = field(default_factory=list)
    privately_answered: bool = False


@dataclass(slots=True, eq=False)
class Conversation(Node):
    """Messages between an account and one person."""

    owner: IgUser
    person_id: str
    """Instagram-scoped id of the other person."""
    username: str
    messages: list["Message"] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Message(Node):
    """One direct message."""

    conversation: Conversation
    text: str
    at: datetime
    from_person: bool
