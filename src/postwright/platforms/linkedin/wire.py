"""LinkedIn's replies as types."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AliasChoices, BeforeValidator, Field

from postwright.platforms.wire import Wire


def _words(value: object) -> object:
    """Scopes come in one string, with commas or spaces between them."""
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


class Refusal(Wire):
    """The body of a refusal; every field may be missing."""

    code: str | None = None
    number: str | None = Field(None, alias="serviceErrorCode")
    message: str | None = None


class TokenRefusal(Wire):
    """How the token address refuses."""

    error: str
    error_description: str | None = None


class Token(Wire):
    """The reply to a code or a refresh token."""

    access_token: str
    expires_in: int | None = None
    refresh_token: str | None = None
    scope: Annotated[tuple[str, ...], BeforeValidator(_words)] = ()


class Person(Wire):
    """The member who consented."""

    sub: str
    name: str | None = None
    email: str | None = None
    picture: str | None = None


class Acl(Wire):
    """A role that the member has in an organisation."""

    organization: str = Field(validation_alias=AliasChoices("organization", "organizationTarget"))
    role: str
    state: str | None = None


class Acls(Wire):
    """The member's roles."""

    elements: tuple[Acl, ...] = ()


class Organization(Wire):
    """What an organisation is called."""

    name: str | None = Field(None, alias="localizedName")
    vanity_name: str | None = Field(None, alias="vanityName")


class Part(Wire):
    """Where some bytes of a video go."""

    url: str = Field(alias="uploadUrl")
    first: int = Field(alias="firstByte")
    last: int = Field(alias="lastByte")


class Slot(Wire):
    """An asset that waits for its bytes: at one address, or (a video's) at several."""

    urn: str = Field(validation_alias=AliasChoices("image", "video", "document"))
    url: str | None = Field(None, alias="uploadUrl")
    parts: tuple[Part, ...] = Field((), alias="uploadInstructions")
    token: str = Field("", alias="uploadToken")


class Started(Wire):
    """The reply to initializeUpload."""

    value: Slot


class Asset(Wire):
    """How far LinkedIn is with an asset."""

    status: str
    failure: str | None = Field(None, alias="processingFailureReason")


class _Media(Wire):
    id: str


class _Images(Wire):
    images: tuple[_Media, ...] = ()


class _Held(Wire):
    media: _Media | None = None
    images: _Images = Field(_Images(), alias="multiImage")


class Post(Wire):
    """A post as the author's list shows it."""

    id: str
    commentary: str = ""
    created: int | None = Field(None, alias="createdAt")
    held: _Held = Field(_Held(), alias="content")

    @property
    def assets(self) -> tuple[str, ...]:
        """The assets that it shows; none for articles, whose picture is only a card's."""
        return (self.held.media.id,) if self.held.media else tuple(image.id for image in self.held.images.images)

    @property
    def made_at(self) -> datetime | None:
        """When it was made; None where the list does not say."""
        return datetime.fromtimestamp(self.created / 1000, UTC) if self.created is not None else None


class Posts(Wire):
    """An author's recent posts."""

    elements: tuple[Post, ...] = ()


class _Message(Wire):
    text: str = ""


class Comment(Wire):
    """A comment under a post."""

    actor: str = ""
    message: _Message = _Message()


class Comments(Wire):
    """The comments under a post."""

    elements: tuple[Comment, ...] = ()


class Notification(Wire):
    """One thing that happened to an organisation's post."""

    id: str = Field(alias="notificationId")
    organization: str = Field(alias="organizationalEntity")
    action: str
    post: str | None = Field(None, alias="sourcePost")


class Notice(Wire):
    """The body of a webhook call."""

    type: str
    notifications: tuple[Notification, ...] = ()
