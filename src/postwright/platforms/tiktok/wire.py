"""TikTok's replies as types."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AliasChoices, BeforeValidator, Field, model_validator

from postwright.platforms.wire import Wire

OK = "ok"


def _data(body: object) -> object:
    """What is inside `{"data": {…}, "error": {…}}`."""
    return body.get("data") if isinstance(body, dict) else body


def _names(value: object) -> object:
    return tuple(name for name in value.split(",") if name) if isinstance(value, str) else value


class Refusal(Wire):
    """The `error` of every reply; its code says "ok" where there is none."""

    code: str
    message: str = ""
    log_id: str | None = None


class Answer(Wire):
    """A reply of which only the `error` counts."""

    error: Refusal


class LoginRefusal(Wire):
    """How the token address refuses, whatever its status: flat, unlike the other calls."""

    error: str
    error_description: str = ""
    log_id: str | None = None


class Tokens(Wire):
    """The reply to a code or a renewal: flat too."""

    access_token: str
    refresh_token: str
    open_id: str
    expires_in: int | None = None
    scope: Annotated[tuple[str, ...], BeforeValidator(_names)] = ()


class Inner(Wire):
    """The base of what a reply holds as its `data`."""

    unwrap = model_validator(mode="before")(staticmethod(_data))


class User(Wire):
    """The person who consented."""

    display_name: str = ""
    avatar_url: str | None = None


class UserFound(Inner):
    """The reply to the question who that is."""

    user: User


class Creator(Inner):
    """What the account's owner allows for posts at present."""

    creator_username: str
    creator_nickname: str = ""
    privacy_level_options: tuple[str, ...] = ()
    comment_disabled: bool = False
    duet_disabled: bool = False
    stitch_disabled: bool = False
    max_video_post_duration_sec: int | None = None


class Begun(Inner):
    """A post that TikTok knows of now; `upload_url` is where the bytes of a video go."""

    publish_id: str
    upload_url: str | None = None


class Status(Inner):
    """How far TikTok is with a post."""

    status: str
    fail_reason: str | None = None
    uploaded_bytes: int | None = None
    post_ids: Annotated[tuple[str, ...], BeforeValidator(lambda value: value or ())] = Field(
        (), validation_alias=AliasChoices("publicaly_available_post_id", "publicly_available_post_id")
    )
    """The vendor writes it so; the other is how it is spelled."""

    def lacks(self, size: int) -> bool:
        """Whether bytes of the video are still to be sent."""
        return self.status == "PROCESSING_UPLOAD" and self.uploaded_bytes is not None and self.uploaded_bytes < size


class Listed(Wire):
    """A public post as the list of posts shows it."""

    id: str
    title: str | None = None
    video_description: str | None = None
    create_time: int
    share_url: str | None = None

    @property
    def created_at(self) -> datetime:
        """When it was posted."""
        return datetime.fromtimestamp(self.create_time, UTC)


class Posts(Inner):
    """The newest public posts of an account."""

    videos: tuple[Listed, ...] = ()
