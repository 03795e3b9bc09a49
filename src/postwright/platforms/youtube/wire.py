"""YouTube's replies as types, and those of Google's token address."""

from collections.abc import Mapping

from pydantic import AwareDatetime, ConfigDict, Field, JsonValue
from pydantic.alias_generators import to_camel

from postwright.platforms.wire import Wire


class _Camel(Wire):
    """Names as YouTube writes them: publishedAt."""

    model_config = ConfigDict(alias_generator=to_camel)


class _Reason(Wire):
    reason: str | None = None


class _Error(Wire):
    message: str | None = None
    status: str | None = None
    errors: tuple[_Reason, ...] = ()
    details: tuple[_Reason, ...] = ()


class Refusal(Wire):
    """A refusal: YouTube's own form, or that of OAuth (RFC 6749 §5.2), where `error` is one word."""

    error: _Error | str | None = None
    error_description: str | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """What it is refused for, the most exact word first."""
        match self.error:
            case str(word):
                return (word,)
            case _Error(status=status, errors=errors, details=details):
                named = (*(one.reason for one in errors), *(one.reason for one in details), status)
                return tuple(dict.fromkeys(word for word in named if word))
        return ()

    @property
    def words(self) -> str | None:
        """Google's own sentence."""
        return self.error.message if isinstance(self.error, _Error) else self.error_description or self.error


class Token(Wire):
    """The reply to a code or a refresh token."""

    access_token: str
    refresh_token: str | None = None
    expires_in: int | None = None
    scope: str = ""


class Page(_Camel):
    """Some of a list; a list without anything has no `items`."""

    items: tuple[JsonValue, ...] = ()
    next_page_token: str | None = None


class _Picture(Wire):
    url: str


class _Playlists(Wire):
    uploads: str


class _Contents(_Camel):
    related_playlists: _Playlists


class _ChannelSnippet(_Camel):
    title: str
    custom_url: str | None = None
    thumbnails: Mapping[str, _Picture] = Field(default_factory=dict)


class Channel(_Camel):
    """The channel of a consent."""

    id: str
    snippet: _ChannelSnippet
    content_details: _Contents


class VideoStatus(_Camel):
    """How far YouTube is with a video, and what it has against it."""

    upload_status: str = "uploaded"
    failure_reason: str | None = None
    rejection_reason: str | None = None


class Video(Wire):
    """A video."""

    id: str = Field(min_length=1)
    status: VideoStatus = VideoStatus()


class _Resource(_Camel):
    video_id: str


class _ItemSnippet(_Camel):
    title: str = ""
    published_at: AwareDatetime | None = None
    resource_id: _Resource


class PlaylistItem(Wire):
    """A video as a playlist shows it; `published_at` is when it was put there."""

    snippet: _ItemSnippet


class _PlaylistSnippet(Wire):
    title: str = ""


class Playlist(Wire):
    """A playlist of the channel."""

    id: str
    snippet: _PlaylistSnippet = _PlaylistSnippet()


class _Author(Wire):
    value: str = ""


class _CommentSnippet(_Camel):
    text_original: str = ""
    author_channel_id: _Author = _Author()


class _Comment(Wire):
    snippet: _CommentSnippet = _CommentSnippet()


class _ThreadSnippet(_Camel):
    top_level_comment: _Comment = _Comment()


class Thread(Wire):
    """A comment with its answers."""

    snippet: _ThreadSnippet = _ThreadSnippet()

    @property
    def said(self) -> tuple[str, str]:
        """The channel that wrote it, and its text."""
        comment = self.snippet.top_level_comment.snippet
        return comment.author_channel_id.value, comment.text_original
