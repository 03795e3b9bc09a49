"""The JSON bodies that the API takes, as strict types, and their faults in LinkedIn's words.

Source: LinkedIn, "Post Schema" and the pages of the images, videos, documents and comments APIs.
"""

import json
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from postwright.sandbox.call import Call
from postwright.sandbox.twins.linkedin import rules
from postwright.sandbox.twins.linkedin.errors import Refused


def units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _text(longest: int, *, blank: bool = True) -> AfterValidator:
    def check(text: str) -> str:
        if not blank and not text.strip():
            raise PydanticCustomError("INVALID_VALUE_BLANK_FIELD", "blank")
        if units(text) > longest:
            raise PydanticCustomError("FIELD_LENGTH_TOO_LONG", "too long", {"longest": longest})
        return text

    return AfterValidator(check)


def _urn(*kinds: str) -> AfterValidator:
    def check(text: str) -> str:
        parts = text.split(":", 3)
        if len(parts) < 4 or parts[:2] != ["urn", "li"] or not parts[3]:  # noqa: PLR2004 - urn:li:kind:id
            raise PydanticCustomError("INVALID_URN_ID", "no URN", {"urn": text})
        if parts[2] not in kinds:
            raise PydanticCustomError("INVALID_URN_TYPE", "another kind", {"kinds": ", ".join(kinds)})
        return text

    return AfterValidator(check)


def _address(text: str) -> str:
    if urlsplit(text).scheme not in ("http", "https") or not urlsplit(text).hostname:
        raise PydanticCustomError("INVALID_URL", "no URL")
    return text


Owner = Annotated[str, _urn("person", "organization")]
Picture = Annotated[str, _urn("image")]
Posted = Annotated[str, _urn("share", "ugcPost")]
AltText = Annotated[str, _text(rules.ALT_TEXT)]


class Body(BaseModel):
    """Camel case on the wire, nothing unknown, no type bent into another."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True)


class Media(Body):
    """An image, video or document of a post."""

    id: Annotated[str, _urn("image", "video", "document")]
    title: str = ""
    alt_text: AltText = ""


class PictureOf(Body):
    """One of several images."""

    id: Picture
    alt_text: AltText = ""


class MultiImage(Body):
    """Several images."""

    images: Annotated[list[PictureOf], Field(min_length=rules.IMAGES_IN_POST[0], max_length=rules.IMAGES_IN_POST[1])]


class Article(Body):
    """A link; nothing is read from the page behind it, so it needs a title."""

    source: Annotated[str, AfterValidator(_address)]
    title: Annotated[str, _text(rules.ARTICLE_TITLE, blank=False)]
    description: str = ""
    thumbnail: Picture | None = None


class PollOption(Body):
    """An answer of a poll."""

    text: Annotated[str, _text(rules.POLL_OPTION, blank=False)]


class PollSettings(Body):
    """How long a poll runs."""

    duration: Literal["ONE_DAY", "THREE_DAYS", "SEVEN_DAYS", "FOURTEEN_DAYS"]


class Poll(Body):
    """A question with answers to choose from."""

    question: Annotated[str, _text(rules.POLL_QUESTION, blank=False)]
    options: Annotated[list[PollOption], Field(min_length=rules.POLL_OPTIONS[0], max_length=rules.POLL_OPTIONS[1])]
    settings: PollSettings


class Content(Body):
    """One of its fields is set."""

    media: Media | None = None
    multi_image: MultiImage | None = None
    article: Article | None = None
    poll: Poll | None = None


class Distribution(Body):
    """Where a post goes; targeting is not played."""

    feed_distribution: Literal["MAIN_FEED"]
    target_entities: Annotated[list[str], Field(max_length=0)] = []
    third_party_distribution_channels: Annotated[list[str], Field(max_length=0)] = []


class Reshared(Body):
    """The post that is shared on."""

    parent: Posted


class PostBody(Body):
    """`POST /rest/posts`."""

    author: Owner
    commentary: str
    visibility: Literal["PUBLIC", "CONNECTIONS", "LOGGED_IN"]
    distribution: Distribution
    lifecycle_state: Literal["PUBLISHED"]
    is_reshare_disabled_by_author: bool = False
    content: Content | None = None
    reshare_context: Reshared | None = None


class Changes(Body):
    """What of a post can be changed here."""

    commentary: str


class Wish(Body):
    """Who will own an image or document."""

    owner: Owner


class VideoWish(Wish):
    """A video to come."""

    file_size_bytes: Annotated[int, Field(ge=rules.VIDEO_BYTES[0], le=rules.VIDEO_BYTES[1])]
    upload_captions: bool = False
    upload_thumbnail: bool = False


class Finish(Body):
    """The parts of a video, in order."""

    video: Annotated[str, _urn("video")]
    upload_token: str
    uploaded_part_ids: list[str]


class Message(Body):
    """What a comment says: plain text, no `little`."""

    text: Annotated[str, _text(rules.COMMENT, blank=False)]


class CommentBody(Body):
    """A comment on a post, or on another comment."""

    actor: Owner
    object: Annotated[str, _urn("share", "ugcPost", "activity")]
    message: Message
    parent_comment: str = ""


class WebhookBody(Body):
    """`PUT /rest/eventSubscriptions/(…)`."""

    webhook: Annotated[str, AfterValidator(_address)]


BodyT = TypeVar("BodyT", bound=Body)
CODES = {"missing": "MISSING_FIELD", "extra_forbidden": "UNRECOGNISED_FIELD"}


def read(model: type[BodyT], call: Call, *wrapping: str) -> BodyT:
    """The body of a call, without the objects of one field that are wrapped around it; raises Refused."""
    kind = call.header("content-type").partition(";")[0].strip()
    if kind != "application/json" and not kind.startswith("multipart/mixed"):
        raise Refused("UNSUPPORTED_MEDIA_TYPE", type=kind or "(none)")
    try:
        body = json.loads(call.body)
        for name in wrapping:
            if not isinstance(body, dict) or set(body) != {name}:
                raise Refused("MISSING_FIELD", field=f"/{name}")
            body = body[name]
        return model.model_validate(body)
    except ValidationError as faults:
        fault = faults.errors()[0]
        field = "".join(f"/{place}" for place in fault["loc"])
        code = CODES.get(fault["type"], fault["type"] if fault["type"].isupper() else "INVALID_VALUE_FOR_FIELD")
        raise Refused(code, field=field, **{"fault": fault["msg"], **fault.get("ctx", {})}) from faults
    except ValueError as broken:
        raise Refused("ILLEGAL_ARGUMENT", fault=f"The request body is not JSON: {broken}") from broken
