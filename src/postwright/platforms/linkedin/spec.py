"""LinkedIn as data: hosts, logins, scopes, limits, media rules, options, poll plan.

Facts stand with the vendor's page they come from, under learn.microsoft.com/linkedin/ (read
2026-11-20). What errors mean is in rules.py.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from postwright.domain.capability import (
    Capability,
    DocumentRule,
    ImageRule,
    Options,
    PostKind,
    TextRule,
    VideoRule,
)
from postwright.domain.errors import Finding
from postwright.domain.media import MediaKind
from postwright.domain.post import Content
from postwright.domain.publication import StepKind
from postwright.platforms.base import ApiVersion, Budget, Login, PlatformSpec, Quota, Scope
from postwright.platforms.linkedin.littletext import names_in
from postwright.platforms.oauth import Renewal
from postwright.platforms.polling import PollPlan

ID = "linkedin"
VERSION = ApiVersion("202609", sunset=date(2027, 9, 15))
"""Each version is served for about twelve months: 202509 went on 2026-09-15 (marketing/versioning)."""

REST = "https://api.linkedin.com/rest"
USERINFO_URL = "https://api.linkedin.com/v2/userinfo"
TOKEN_URL = "https://www.linkedin.com/oauth/v2/accessToken"  # noqa: S105 an address, no secret
REVOKE_URL = "https://www.linkedin.com/oauth/v2/revoke"
PERMALINK = "https://www.linkedin.com/feed/update/{urn}/"
_AUTHORIZE_URL = "https://www.linkedin.com/oauth/v2/authorization"

MEMBER = "urn:li:person:"
ORGANIZATION = "urn:li:organization:"
"""What the URNs of the two sorts of authors begin with."""
PUBLISH_SCOPES: Mapping[str, str] = {MEMBER: "w_member_social", ORGANIZATION: "w_organization_social"}
ACL_SCOPE = "rw_organization_admin"
PUBLISHING_ROLES = frozenset(
    {"ADMINISTRATOR", "CONTENT_ADMIN", "CONTENT_ADMINISTRATOR", "DIRECT_SPONSORED_CONTENT_POSTER"}
)
"""Roles that may post for an organisation; its pages spell the second in both ways (organization-access-control)."""
MOST_ORGANIZATIONS = 100

_MEMBER_SCOPES = (
    Scope("openid", "Know which account was connected."),
    Scope("profile", "Show the account's name and picture."),
    Scope("email", "Show the account's address, to tell accounts of one name apart.", required=False),
    Scope("w_member_social", "Publish posts, comment on them and take them down."),
)

LOGINS = (
    Login(
        id=ID,
        name="LinkedIn",
        credentials=ID,
        authorize_url=_AUTHORIZE_URL,
        scopes=_MEMBER_SCOPES,
        scope_separator=" ",
    ),
    # LinkedIn refuses a whole consent (unauthorized_scope_error) that asks for one permission which the app was not
    # approved for, and most apps are not approved for organisations: so these have a login of their own.
    Login(
        id="linkedin_pages",
        name="LinkedIn with company pages",
        credentials=ID,
        authorize_url=_AUTHORIZE_URL,
        scopes=(
            *_MEMBER_SCOPES,
            Scope("w_organization_social", "Publish posts for your organisations."),
            Scope(ACL_SCOPE, "Find the organisations that you publish for."),
            Scope("r_organization_social", "Find out whether a post whose reply was lost is out.", required=False),
        ),
        scope_separator=" ",
    ),
)

RENEWAL = Renewal(lead=timedelta(days=10), youngest=timedelta(0), lifetime=timedelta(seconds=5_184_000))
"""Tokens live 60 days; only partners' apps get a refresh token with them (programmatic-refresh-tokens)."""

ASSET_POLL = PollPlan(timedelta(seconds=5), 1.5, timedelta(seconds=30), timedelta(minutes=10))
MAX_RESTARTS = 2
"""How often a file is sent anew, for one publication, after the address it goes to ran out."""
SAFE_TO_REPEAT = timedelta(minutes=9)
"""For about ten minutes a second post with the same content is refused, and the first one named; a minute less."""
FINDER_COUNT = 50
COMMENT_COUNT = 50
"""How many recent posts, and comments, are looked through for one that may have landed."""

_KB = 1024
_MB = 1024 * _KB
_IMAGE = ImageRule(
    mimes=("image/jpeg", "image/png", "image/gif"),
    max_bytes=100 * _MB,  # LinkedIn names no limit for pictures; this is the one for documents
    max_pixels=36_152_319,
    max_frames=250,
    convert_to="image/jpeg",
)
"""images-api."""
_VIDEO = VideoRule(
    mimes=("video/mp4",),
    min_bytes=75 * _KB,
    max_bytes=500 * _MB,
    min_seconds=3,
    max_seconds=30 * 60,
    video_codecs=("h264", "hevc"),  # videos-api names the container only: these are what one usually holds
    audio_codecs=("aac", "mp3"),
)
"""videos-api."""
_DOCUMENT = DocumentRule(mimes=("application/pdf",), max_bytes=100 * _MB, max_pages=300)
"""documents-api; its office formats are left out: nothing here can count their pages."""

COMMENTARY = TextRule(3000, "utf16")
TITLE_LENGTH = 400
"""What posts-api says of articles; it names no other for documents and videos."""
_ALT_TEXT = 4086
_QUESTION, _ANSWER, _ANSWERS = 140, 30, (2, 4)
_COMMENT = 1250
_IMAGES = (2, 20)

_SHARED = ("visibility", "disable_reshare", "first_comment", "mentions")

POLL = PostKind("poll", "Poll", 0, 0, options=("poll", *_SHARED), required=("poll",), chosen_by="poll")
ARTICLE = PostKind(
    "article", "Article", 0, 1, image=_IMAGE, options=("article", *_SHARED), required=("article",), chosen_by="article"
)
DOCUMENT = PostKind("document", "Document", 1, 1, document=_DOCUMENT, options=("title", *_SHARED))
IMAGES = PostKind("images", "Images", *_IMAGES, image=_IMAGE, alt_text=_ALT_TEXT, options=_SHARED)
IMAGE = PostKind("image", "Image", 1, 1, image=_IMAGE, alt_text=_ALT_TEXT, options=_SHARED)
VIDEO = PostKind("video", "Video", 1, 1, video=_VIDEO, options=("title", *_SHARED))
TEXT = PostKind("text", "Text", 0, 0, needs_caption=True, options=_SHARED)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Poll(_Part):
    """A question that people answer by choosing."""

    question: str = Field(min_length=1, max_length=_QUESTION, description=f"Up to {_QUESTION} characters.")
    options: tuple[Annotated[str, Field(min_length=1, max_length=_ANSWER)], ...] = Field(
        min_length=_ANSWERS[0],
        max_length=_ANSWERS[1],
        description=f"The {_ANSWERS[0]} to {_ANSWERS[1]} answers to choose from, {_ANSWER} characters each.",
    )
    duration: Literal["ONE_DAY", "THREE_DAYS", "SEVEN_DAYS", "FOURTEEN_DAYS"] = Field(
        "SEVEN_DAYS", description="For how long people can answer."
    )


class Article(_Part):
    """A link that is shown as a card. LinkedIn does not look at the page: what the card says is written here."""

    url: str = Field(pattern=r"^https?://\S+$", description="The address of the page, beginning with https://.")
    title: str = Field(min_length=1, max_length=TITLE_LENGTH, description="What stands on the card as its title.")
    description: str | None = Field(None, description="What stands below the title.")


class Mention(_Part):
    """Someone whom the text names, as a link."""

    name: str = Field(
        min_length=1, max_length=200, description="Exactly as LinkedIn writes it; in your text it stands as @Name."
    )
    urn: str = Field(
        pattern=r"^urn:li:(person|organization):[\w-]+$",
        description="LinkedIn's own name for it, like urn:li:organization:2414183.",
    )


class LinkedInOptions(Options):
    """What can be chosen for a post beside its text and media."""

    post_type: Literal["poll", "article", "document", "images", "image", "video", "text"] | None = Field(
        None,
        description="What it is published as. By itself: what the media are, a poll or an article if one is given.",
    )
    visibility: Literal["PUBLIC", "CONNECTIONS", "LOGGED_IN"] = Field(
        "PUBLIC", description="Who can see it: everybody, your connections, or everybody who is signed in."
    )
    disable_reshare: bool = Field(False, description="Do not let people share the post on.")
    first_comment: str | None = Field(
        None, max_length=_COMMENT, description="A comment that you write under the post as soon as it is out."
    )
    mentions: tuple[Mention, ...] = Field((), description="People and organisations that your text names as @Name.")
    title: str | None = Field(
        None,
        max_length=TITLE_LENGTH,
        description="The title of the document or video. A document's is its file's name.",
    )
    article: Article | None = Field(
        None,
        description="A page to link to, as a card; the post's picture is the card's.",
        examples=[
            {"url": "https://example.com/bread", "title": "How our bread is made", "description": "In 24 hours."}
        ],
    )
    poll: Poll | None = Field(
        None,
        description="A question with answers to choose from.",
        examples=[{"question": "When do you like your bread?", "options": ["In the morning", "At any time"]}],
    )


def _further(content: Content, _: PostKind) -> Iterator[Finding]:
    """A mention that the text does not hold would be lost without a word."""
    chosen = content.options
    if isinstance(chosen, LinkedInOptions):
        held = names_in(content.caption, {one.name: one.urn for one in chosen.mentions})
        for index, mention in enumerate(chosen.mentions):
            if mention.name not in held:
                message = f"The text does not name @{mention.name}."
                yield Finding(f"options.mentions.{index}", "mention_not_in_text", message, value=mention.name)


ASSETS: Mapping[MediaKind, str] = {"image": "images", "video": "videos", "document": "documents"}
"""The collection that a file becomes an asset of; its URN says the same in the singular."""

STEPS: Mapping[str, StepKind] = {
    "start": StepKind.PREPARE,
    "upload": StepKind.PREPARE,
    "finalize": StepKind.PREPARE,
    "look": StepKind.PREPARE,
    "post": StepKind.COMMIT,
    "first_comment": StepKind.COMMIT,
    "finish": StepKind.PREPARE,
}
_DAILY = "at midnight UTC"

SPEC = PlatformSpec(
    id=ID,
    name="LinkedIn",
    logins=LOGINS,
    capability=Capability(
        caption=COMMENTARY,
        kinds=(POLL, ARTICLE, DOCUMENT, IMAGES, IMAGE, VIDEO, TEXT),
        options=LinkedInOptions,
        further=_further,
    ),
    # LinkedIn counts the calls of the API itself; ours are the parts of long videos too, which go to another host.
    budget=Budget("calls", 1000, timedelta(days=1)),
    quotas=(Quota("calls", 150, _DAILY, "account"), Quota("calls", 100_000, _DAILY, "app")),
    documents=tuple(
        f"https://learn.microsoft.com/linkedin/{page}"
        for page in (
            "marketing/community-management/shares/posts-api",
            "marketing/community-management/shares/little-text-format",
            "marketing/community-management/shares/images-api",
            "marketing/community-management/shares/videos-api",
            "marketing/community-management/shares/documents-api",
            "marketing/community-management/shares/comments-api",
            "marketing/community-management/organizations/organization-access-control-by-role",
            "marketing/versioning",
            "shared/authentication/authorization-code-flow",
            "shared/api-guide/concepts/error-handling",
            "shared/api-guide/concepts/rate-limits",
            "shared/api-guide/webhook-validation",
        )
    ),
    steps=STEPS,
    step_calls=1,
    version=VERSION,
)
