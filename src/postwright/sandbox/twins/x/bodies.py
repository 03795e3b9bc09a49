"""What requests to X carry: bodies that take nothing else (`additionalProperties: false`), lists of known query words.

Source: X's `openapi.json` 2.167; refusals in the words of the schema validator X uses.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from postwright.sandbox.call import Call, Json
from postwright.sandbox.twins.x.errors import Refused, invalid
from postwright.sandbox.twins.x.rules import ALT_TEXT, CATEGORIES

Id = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,19}$")]
MediaCategory = Annotated[str, StringConstraints(pattern=f"^({'|'.join(CATEGORIES)})$")]
ReplySettings = Literal["following", "mentionedUsers", "subscribers", "verified"]
MediaType = Literal[
    "video/mp4", "video/webm", "video/mp2t", "video/quicktime", "text/srt", "text/vtt", "image/jpeg", "image/gif",
    "image/bmp", "image/png", "image/webp", "image/pjpeg", "image/tiff", "model/gltf-binary", "model/vnd.usdz+zip",
]  # fmt: skip


class Body(BaseModel):
    """A JSON object without further keys."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class PostMedia(Body):
    """`media` of a new post."""

    media_ids: Annotated[list[Id], Field(min_length=1, max_length=4)]
    tagged_user_ids: Annotated[list[Id], Field(max_length=10)] = []
    title: str = ""
    description: str = ""
    preview_media_id: Id = ""
    embeddable: bool = False


class PostPoll(Body):
    """`poll` of a new post."""

    options: Annotated[
        list[Annotated[str, StringConstraints(min_length=1, max_length=25)]], Field(min_length=2, max_length=4)
    ]
    duration_minutes: Annotated[int, Field(ge=5, le=10_080)]
    reply_settings: ReplySettings | None = None


class PostReply(Body):
    """`reply` of a new post."""

    in_reply_to_tweet_id: Id
    exclude_reply_user_ids: list[Id] = []
    auto_populate_reply_metadata: bool = False


class NewPost(Body):
    """`POST /2/tweets`."""

    text: str = ""
    media: PostMedia | None = None
    poll: PostPoll | None = None
    reply: PostReply | None = None
    quote_tweet_id: Id = ""
    reply_settings: ReplySettings | None = None
    made_with_ai: bool = False
    paid_partnership: bool = False
    community_id: Id = ""
    share_with_followers: bool = False
    geo: dict[str, str] = {}
    for_super_followers_only: bool = False
    nullcast: bool = False
    card_uri: str = ""
    direct_message_deep_link: str = ""
    edit_options: dict[str, str] = {}


EXCLUSIVE = ("media", "poll", "quote_tweet_id", "card_uri")
BEYOND_PLAN = (
    "community_id", "share_with_followers", "geo", "for_super_followers_only", "nullcast", "card_uri",
    "direct_message_deep_link", "edit_options",
)  # fmt: skip
"""Keys that X knows and refuses to apps and accounts without the product behind them."""


class OneShot(Body):
    """`POST /2/media/upload` without a command."""

    media: str
    media_category: MediaCategory
    additional_owners: str = ""


class UploadStart(Body):
    """What both forms of a chunked upload begin with."""

    media_type: MediaType
    media_category: MediaCategory
    total_bytes: Annotated[int, Field(ge=1, le=17_179_869_184)]


class Initialize(UploadStart):
    """`POST /2/media/upload/initialize`."""

    shared: bool = False
    additional_owners: list[Id] = []


class LegacyInit(UploadStart):
    """`command=INIT`."""

    additional_owners: str = ""


class Append(Body):
    """`POST /2/media/upload/{id}/append`."""

    media: str
    segment_index: Annotated[int, Field(ge=0, le=999)]


class Empty(Body):
    """An object that must have no key."""


class AltText(Body):
    """`alt_text` of a file."""

    text: Annotated[str, StringConstraints(max_length=ALT_TEXT)]


class FileMetadata(Body):
    """`metadata` of a file."""

    alt_text: AltText | None = None
    allow_download_status: dict[str, bool] | None = None


class Metadata(Body):
    """`POST /2/media/metadata`."""

    id: Id
    metadata: FileMetadata = FileMetadata()


class Track(Body):
    """A language of subtitles."""

    id: Id
    language_code: str
    display_name: str = ""


class Subtitles(Body):
    """`POST /2/media/subtitles`."""

    id: Id
    media_category: Literal["AmplifyVideo", "TweetVideo"]
    subtitles: Track


class NewWebhook(Body):
    """`POST /2/webhooks`."""

    url: Annotated[str, StringConstraints(max_length=200)]


B = TypeVar("B", bound=Body)
WORDS = {
    "extra_forbidden": "is not defined in the schema and the schema does not allow additional properties",
    "missing": "is missing but it is required",
}
"""Pydantic's kind of error -> X's words."""


def read_json(call: Call, form: type[B]) -> B:
    """The JSON object in a call's body; raises Refused."""
    if call.header("content-type").partition(";")[0].strip() != "application/json":
        raise invalid("Requests with bodies must have content-type of application/json.")
    try:
        return form.model_validate_json(call.body)
    except ValidationError as fault:
        raise _refused(fault) from fault


def read_media(call: Call, form: type[B], sent: Mapping[str, str]) -> tuple[B, bytes]:
    """A body with the bytes of `media`: a file part of a multipart form, or base64 in JSON; raises Refused."""
    if call.header("content-type").startswith("application/json"):
        body = read_json(call, form)
        call.form["media"] = "…"
        try:
            return body, base64.b64decode(getattr(body, "media", ""), validate=True)
        except binascii.Error:
            raise invalid("media is not valid base64.", "media") from None
    if "media" in sent:
        raise invalid("media must be a file part of the form.", "media")
    try:
        return form.model_validate({**sent, **dict.fromkeys(call.files, "…")}, strict=False), call.files.get(
            "media", b""
        )
    except ValidationError as fault:
        raise _refused(fault) from fault


def _refused(fault: ValidationError) -> Refused:
    found: list[Json] = []
    for error in fault.errors(include_url=False, include_input=False, include_context=False):
        at = "$" + "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in error["loc"])
        words = WORDS.get(error["type"], error["msg"])
        found.append({"parameters": {}, "message": f"{at}: {words}"})
    return Refused(400, {**invalid("").body, "errors": found})


def check_query(query: Mapping[str, str], allowed: Mapping[str, frozenset[str]]) -> None:
    """Raises Refused for a parameter, or a word in a listing parameter, that the route does not know."""
    for name, value in query.items():
        if name not in allowed:
            raise invalid(f"The query parameter [{name}] is not one of [{','.join(sorted(allowed))}]", name, value)
        words = allowed[name]
        for word in value.split(",") if words else ():
            if word not in words:
                known = ",".join(sorted(words))
                raise invalid(f"The `{name}` query parameter value [{word}] is not one of [{known}]", name, value)
