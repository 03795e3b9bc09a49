"""X's replies as types."""

from collections.abc import Iterator

from pydantic import AliasChoices, Field, JsonValue

from postwright.platforms.wire import Wire
from postwright.platforms.x.rules import BY_DETAIL


class _Fault(Wire):
    code: str | None = None
    message: str | None = None
    parameters: dict[str, JsonValue] = Field(default_factory=dict)


class Problem(Wire):
    """A refusal, in any of the forms that X has for one."""

    type: str = ""
    title: str | None = None
    detail: str | None = None
    errors: tuple[_Fault, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """What names it, the most exact first."""
        return tuple(self._codes())

    @property
    def words(self) -> str | None:
        """What X says of it."""
        return " ".join(fault.message for fault in self.errors if fault.message) or self.detail or self.title

    def _codes(self) -> Iterator[str]:
        if (known := BY_DETAIL.get(self.detail or "")) is not None:
            yield known
        for fault in self.errors:
            yield from (f"parameter:{name}" for name in fault.parameters)
            if fault.code is not None:
                yield fault.code
        if "/problems/" in self.type:
            yield self.type.rpartition("/")[2]


class LoginProblem(Wire):
    """How the token address refuses (RFC 6749 §5.2)."""

    error: str | None = None
    error_description: str | None = None


class Token(Wire):
    """The reply to a code or a refresh token."""

    access_token: str
    refresh_token: str | None = None
    expires_in: int | None = None
    scope: str = ""


class _Person(Wire):
    id: str
    username: str
    name: str = ""
    profile_image_url: str | None = None


class Me(Wire):
    """Whose token it is."""

    data: _Person


class _Made(Wire):
    id: str


class Made(Wire):
    """A post that is out."""

    data: _Made


class _ProcessingError(Wire):
    name: str | None = None
    message: str | None = None


class Processing(Wire):
    """How far X is with a file."""

    state: str
    check_after_secs: int | None = None
    error: _ProcessingError = _ProcessingError()


class _File(Wire):
    id: str
    expires_after_secs: int | None = None
    processing_info: Processing | None = None


class Upload(Wire):
    """A file that is being uploaded, or is uploaded."""

    data: _File


class _Link(Wire):
    url: str
    expanded_url: str = ""


class _Entities(Wire):
    urls: tuple[_Link, ...] = ()


class _Attachments(Wire):
    media_keys: tuple[str, ...] = ()


class _Reference(Wire):
    type: str
    id: str


class Post(Wire):
    """A post as lists show it. Links stand in its text as X has shortened them."""

    id: str
    text: str
    entities: _Entities = _Entities()
    attachments: _Attachments = _Attachments()
    references: tuple[_Reference, ...] = Field(
        (), validation_alias=AliasChoices("referenced_tweets", "referenced_posts")
    )


class _Page(Wire):
    next_token: str | None = None


class Timeline(Wire):
    """The account's posts, the newest first."""

    posts: tuple[Post, ...] = Field((), validation_alias="data")
    meta: _Page = _Page()
