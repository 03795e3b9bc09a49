"""The bodies of requests, as the vendor's description types them. Lengths count code points.

Source: pinterest/api-description v5, schemas PinCreate, PinUpdate, Board, BoardSection, PinMediaSource…; the key frame
of a video's cover is in the client libraries only.
"""

from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from postwright.sandbox.call import Json
from postwright.sandbox.twins.pinterest.errors import INVALID, PinterestError

Id = Annotated[str, Field(pattern="^[0-9]+$")]
Privacy = Literal["PUBLIC", "PROTECTED", "SECRET"]
ContentType = Literal["image/jpeg", "image/png"]


class Body(BaseModel):
    """A JSON object whose types are not converted."""

    model_config = ConfigDict(strict=True)


class Remote(Body):
    """An image to be fetched."""

    url: str


class Inline(Body):
    """An image as it is."""

    content_type: ContentType
    data: str


class SlotTexts(Body):
    """Texts of one image of a carousel."""

    title: str | None = None
    description: str | None = None
    link: str | None = None


class RemoteSlot(SlotTexts, Remote):
    """One image of a carousel, to be fetched."""


class InlineSlot(SlotTexts, Inline):
    """One image of a carousel, as it is."""


class ImageUrl(Remote):
    """One image. The vendor's own sample sends the fields of ImageBase64 along, so they are known here."""

    source_type: Literal["image_url"]
    content_type: str | None = None
    data: str | None = None
    is_standard: bool = True


class ImageBase64(Inline):
    """One image."""

    source_type: Literal["image_base64"]
    is_standard: bool = True


class ImageUrls(Body):
    """A carousel to be fetched."""

    source_type: Literal["multiple_image_urls"]
    items: list[RemoteSlot] = Field(min_length=2, max_length=5)
    index: int = Field(0, ge=0)


class ImagesBase64(Body):
    """A carousel as it is."""

    source_type: Literal["multiple_image_base64"]
    items: list[InlineSlot] = Field(min_length=2, max_length=5)
    index: int = Field(0, ge=0)


class VideoId(Body):
    """An uploaded video, with a cover in one of three forms."""

    source_type: Literal["video_id"]
    media_id: Id
    cover_image_url: str | None = None
    cover_image_content_type: ContentType | None = None
    cover_image_data: str | None = None
    cover_image_key_frame_time: float | None = Field(None, ge=0)
    is_standard: bool = True


Source = Annotated[ImageUrl | ImageBase64 | ImageUrls | ImagesBase64 | VideoId, Field(discriminator="source_type")]


class PinTexts(Body):
    """What a Pin says."""

    title: str | None = Field(None, max_length=100)
    description: str | None = Field(None, max_length=800)
    link: str | None = Field(None, max_length=2048)
    alt_text: str | None = Field(None, max_length=500)


class PinCreate(PinTexts):
    """`POST /pins`."""

    board_id: Id
    board_section_id: Id | None = None
    dominant_color: str | None = Field(None, pattern="^#[0-9A-Fa-f]{6}$")
    parent_pin_id: Id | None = None
    media_source: Source


class PinUpdate(PinTexts):
    """`PATCH /pins/{pin_id}`: what is not named stays."""

    board_id: Id | None = None
    board_section_id: Id | None = None
    carousel_slots: list[SlotTexts] = []


class BoardCreate(Body):
    """`POST /boards`."""

    name: str = Field(min_length=1)
    description: str | None = None
    privacy: Privacy = "PUBLIC"


class BoardUpdate(Body):
    """`PATCH /boards/{board_id}`: what is not named stays."""

    name: str | None = Field(None, min_length=1)
    description: str | None = None
    privacy: Literal["PUBLIC", "SECRET"] | None = None


class SectionCreate(Body):
    """`POST /boards/{board_id}/sections`."""

    name: str = Field(min_length=1, max_length=180)


class MediaCreate(Body):
    """`POST /media`."""

    media_type: Literal["video"]


class CodeForm(Body):
    """The token endpoint's form for a code. `continuous_refresh` changes nothing: it is the rule since 2025-09-25."""

    grant_type: Literal["authorization_code"]
    code: str
    redirect_uri: str
    continuous_refresh: Literal["true", "false"] = "true"


class RefreshForm(Body):
    """The token endpoint's form for a refresh."""

    grant_type: Literal["refresh_token"]
    refresh_token: str
    scope: str = ""
    refresh_on: Literal["true", "false"] = "true"


TokenForm = Annotated[CodeForm | RefreshForm, Field(discriminator="grant_type")]
B = TypeVar("B")


def read(shape: TypeAdapter[B], value: Json, *, strict: bool) -> B:
    """A checked body; `strict` refuses unknown fields. Raises PinterestError 400/1 for the first fault."""
    try:
        return shape.validate_python(value, extra="forbid" if strict else "ignore")
    except ValidationError as refusal:
        first = refusal.errors(include_url=False, include_context=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        raise PinterestError(INVALID, why=f"{place}: {first['msg']}") from refusal
