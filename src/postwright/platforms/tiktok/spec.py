"""TikTok as data: hosts, login, scopes, limits, media rules, options, chunks, poll plans.

Facts stand with the vendor's page they come from, under developers.tiktok.com/doc/ (read 2026-11-20).
What errors mean is in rules.py.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Literal

from pydantic import Field

from postwright.domain.capability import Capability, ImageRule, Options, PostKind, TextRule, VideoRule, counted
from postwright.domain.check import too_long
from postwright.domain.errors import Finding
from postwright.domain.post import Content
from postwright.domain.publication import StepKind
from postwright.platforms.base import Budget, Login, PlatformSpec, Quota, Scope
from postwright.platforms.oauth import Renewal
from postwright.platforms.polling import PollPlan

ID = "tiktok"
_MB = 1024 * 1024

API = "https://open.tiktokapis.com/v2"
TOKEN_URL = f"{API}/oauth/token/"
REVOKE_URL = f"{API}/oauth/revoke/"
USER_URL = f"{API}/user/info/"
CREATOR_URL = f"{API}/post/publish/creator_info/query/"
VIDEO_URL = f"{API}/post/publish/video/init/"
DRAFT_VIDEO_URL = f"{API}/post/publish/inbox/video/init/"
PHOTO_URL = f"{API}/post/publish/content/init/"
"""Photos take one address for posts and drafts; `post_mode` tells them apart."""
STATUS_URL = f"{API}/post/publish/status/fetch/"
LIST_URL = f"{API}/video/list/"
PROFILE = "https://www.tiktok.com/@{username}"
POST = "https://www.tiktok.com/@{username}/{sort}/{post_id}"
"""`sort` is `video` or `photo`."""

PUBLISH = "video.publish"
DRAFT = "video.upload"
LIST = "video.list"

LOGIN = Login(
    id=ID,
    name="TikTok",
    credentials=ID,
    authorize_url="https://www.tiktok.com/v2/auth/authorize/",
    scopes=(
        Scope("user.info.basic", "See which account was connected, its name and its picture."),
        Scope(PUBLISH, "Publish videos and photos, and learn what the account's owner allows for them."),
        Scope(DRAFT, "Send drafts to the inbox of the TikTok app.", required=False),
        Scope(LIST, "Find a photo post again where TikTok's reply was lost.", required=False),
    ),
    # Only apps for the desktop and for phones need PKCE (login-kit-desktop); this is one for the web.
    client_id_name="client_key",
)

RENEWAL = Renewal(lead=timedelta(minutes=30), youngest=timedelta(0), lifetime=timedelta(hours=2))
"""Tokens live for 2 hours since November 2026, for 24 before; replies say it (oauth-user-access-token-management)."""

CHUNK_BYTES = 32_000_000
"""A chunk has 5 to 64 MB, the last one grows by what remains; a smaller file is one chunk (media-transfer-guide)."""

LOOK_POLL = PollPlan(timedelta(seconds=2), 2, timedelta(seconds=30), timedelta(minutes=60))
"""How often to ask how far it is (content-posting-api-reference-get-video-status)."""
ADDRESS_POLL = PollPlan(timedelta(seconds=5), 2, timedelta(minutes=15), timedelta(hours=24))
"""A public post gets its address once it is moderated: usually within a minute, at times after hours."""
RATE_PAUSE = timedelta(minutes=1)
"""The window of all allowances of calls (tiktok-api-v2-rate-limit)."""
FIND_WITHIN = timedelta(minutes=10)
"""How long a post that went out may be missing from the list of posts."""
MAX_RESTARTS = 2
"""How often an upload that broke down, or that TikTok failed to process, is begun anew for one publication."""
RESTART_DELAY = timedelta(seconds=30)
LIST_LENGTH = 20
SIGNATURE_AGE = timedelta(seconds=300)
"""How old a signed webhook call may be (webhooks-verification)."""

CAPTION = TextRule(2200, "utf16")
DESCRIPTION = TextRule(4000, "utf16")
TITLE = TextRule(90, "utf16")
"""Of photos; all lengths are UTF-16 code units (content-posting-api-reference-direct-post and …-photo-post)."""
PHOTOS = 35

_VIDEO = VideoRule(
    mimes=("video/mp4", "video/quicktime", "video/webm"),
    max_bytes=4 * 1024 * _MB,
    min_seconds=0,
    max_seconds=600,
    video_codecs=("h264", "hevc", "vp8", "vp9"),
    audio_codecs=("aac", "mp3", "opus", "vorbis"),  # the vendor names none; these are usual in its containers
    min_width=360,
    max_width=4096,
    min_height=360,
    max_height=4096,
    min_fps=23,
    max_fps=60,
)
"""media-transfer-guide. How long a video may be on one account is asked for before each post."""
_PHOTO = ImageRule(
    mimes=("image/jpeg", "image/webp"),
    max_bytes=20 * _MB,
    max_width=1080,
    max_height=1920,
    convert_to="image/jpeg",
)
"""media-transfer-guide: "1080p" is read as 1080 pixels wide and 1920 high, which is what phones show."""

_DISCLOSURE = ("brand_content_toggle", "brand_organic_toggle", "is_aigc")
_REQUIRED = ("privacy_level",)

VIDEO = PostKind(
    "video",
    "Video",
    1,
    1,
    video=_VIDEO,
    options=(
        *_REQUIRED,
        "allow_comment",
        "allow_duet",
        "allow_stitch",
        *_DISCLOSURE,
        "video_cover_timestamp_ms",
    ),
    required=_REQUIRED,
)
PHOTO = PostKind(
    "photo",
    "Photos",
    1,
    PHOTOS,
    image=_PHOTO,
    text=DESCRIPTION,
    options=(*_REQUIRED, "title", "allow_comment", *_DISCLOSURE, "photo_cover_index", "auto_add_music"),
    required=_REQUIRED,
)
DRAFT_VIDEO = PostKind("draft_video", "Video draft in the inbox", 1, 1, video=_VIDEO, caption=False)
DRAFT_PHOTO = PostKind(
    "draft_photo",
    "Photo draft in the inbox",
    1,
    PHOTOS,
    image=_PHOTO,
    text=DESCRIPTION,
    options=("title", "photo_cover_index"),
)
DRAFTS = (DRAFT_VIDEO, DRAFT_PHOTO)

Privacy = Literal["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "FOLLOWER_OF_CREATOR", "SELF_ONLY"]
PUBLIC: Privacy = "PUBLIC_TO_EVERYONE"
PRIVATE: Privacy = "SELF_ONLY"
PRIVACY_NAMES: Mapping[str, str] = {
    PUBLIC: "Everyone",
    "MUTUAL_FOLLOW_FRIENDS": "Friends, who follow each other",
    "FOLLOWER_OF_CREATOR": "Followers",
    PRIVATE: "Only you",
}


class TikTokOptions(Options):
    """What can be chosen for a post beside its caption and media.

    Nothing is allowed or chosen by default: TikTok wants each to be a person's choice (content-sharing-guidelines).
    """

    post_type: Literal["video", "photo", "draft_video", "draft_photo"] | None = Field(
        None,
        description="What it is published as. By itself: a video or photos. A draft goes to the inbox of the TikTok"
        " app, where its owner finishes and posts it.",
    )
    privacy_level: Privacy | None = Field(
        None, description="Who can see the post. The account's own settings say which of these there are."
    )
    title: str | None = Field(
        None, description="The title of a photo post, up to 90 characters.", json_schema_extra=counted(TITLE)
    )
    allow_comment: bool = Field(default=False, description="Let people comment on the post.")
    allow_duet: bool = Field(default=False, description="Let people make duets with the video.")
    allow_stitch: bool = Field(default=False, description="Let people stitch parts of the video into theirs.")
    brand_content_toggle: bool = Field(
        default=False,
        description="It promotes somebody else's brand: it is labelled as a paid partnership, and cannot be private.",
    )
    brand_organic_toggle: bool = Field(
        default=False, description="It promotes your own business: it is labelled as promotional content."
    )
    is_aigc: bool = Field(default=False, description="It was made with AI: it is labelled as such.")
    video_cover_timestamp_ms: int | None = Field(
        None, ge=0, description="The moment of the video, in milliseconds, that is its cover."
    )
    photo_cover_index: int = Field(
        0, ge=0, lt=PHOTOS, description="Which photo is the cover, counted from 0; the first by itself."
    )
    auto_add_music: bool = Field(default=False, description="Let TikTok choose music for the photos.")


def chosen(content: Content) -> TikTokOptions:
    """The content's options as TikTok's own."""
    if not isinstance(content.options, TikTokOptions):
        raise TypeError(f"options of another platform: {type(content.options).__name__}")
    return content.options


def further(content: Content, kind: PostKind) -> Iterator[Finding]:
    """What a title, a cover and a paid partnership must be."""
    options = chosen(content)
    if "title" in kind.options and options.title:
        yield from too_long("options.title", options.title, TITLE, "The title")
    last = len(content.attachments) - 1
    if "photo_cover_index" in kind.options and 0 <= last < options.photo_cover_index:
        message = f"There is no photo {options.photo_cover_index}: they are counted from 0 to {last}."
        yield Finding("options.photo_cover_index", "cover_missing", message, last, options.photo_cover_index)
    moment = options.video_cover_timestamp_ms
    length = content.attachments[0].media.facts.duration_s if content.attachments else None
    if "video_cover_timestamp_ms" in kind.options and moment is not None and length and moment > length * 1000:
        message = f"The video ends before the moment for its cover: it has {length * 1000:.0f} milliseconds."
        yield Finding("options.video_cover_timestamp_ms", "cover_outside_video", message, length * 1000, moment)
    if options.brand_content_toggle and options.privacy_level == PRIVATE:
        message = "A paid partnership cannot be visible to you alone: choose who else sees it."
        yield Finding("options.privacy_level", "partnership_private", message, value=PRIVATE)


STEPS: Mapping[str, StepKind] = {
    "creator": StepKind.PREPARE,
    "open": StepKind.PREPARE,
    "chunk": StepKind.PREPARE,
    "resume": StepKind.PREPARE,
    "last_chunk": StepKind.COMMIT,
    "post": StepKind.COMMIT,
    "look": StepKind.FOLLOW,
    "address": StepKind.PREPARE,
}

SPEC = PlatformSpec(
    id=ID,
    name="TikTok",
    logins=(LOGIN,),
    capability=Capability(
        caption=CAPTION, kinds=(VIDEO, PHOTO, DRAFT_VIDEO, DRAFT_PHOTO), options=TikTokOptions, further=further
    ),
    # Each of TikTok's calls has an allowance of its own: 6 posts to begin, 20 questions for the creator, 30 for
    # the status. A post takes about five calls, so these keep all three.
    budget=Budget("calls", 30, timedelta(minutes=1)),
    documents=(
        "https://developers.tiktok.com/doc/content-posting-api-reference-direct-post",
        "https://developers.tiktok.com/doc/content-posting-api-reference-photo-post",
        "https://developers.tiktok.com/doc/content-posting-api-reference-upload-video",
        "https://developers.tiktok.com/doc/content-posting-api-reference-query-creator-info",
        "https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status",
        "https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide",
        "https://developers.tiktok.com/doc/content-sharing-guidelines",
        "https://developers.tiktok.com/doc/oauth-user-access-token-management",
        "https://developers.tiktok.com/doc/webhooks-verification",
    ),
    steps=STEPS,
    step_calls=1,
    quotas=(
        Quota("Posts", 15, "in any 24 hours, from all apps together", "account"),
        Quota("Drafts that wait in the inbox", 5, "in any 24 hours", "account"),
    ),
    account_options=("privacy_level", "allow_comment", "allow_duet", "allow_stitch"),
)
