"""LinkedIn's scopes, lifetimes, versions, limits and media rules, as data.

Sources: LinkedIn, "Authorization Code Flow", "Posts API", "Images API", "Videos API", "Documents API", "Rate Limiting",
"Versioning" (read September 2026). What LinkedIn does not publish is marked so.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

PLATFORM = "linkedin"
CODE_LIFE = timedelta(minutes=30)
ACCESS_LIFE = timedelta(days=60)
REFRESH_LIFE = timedelta(days=365)
"""Counted from the consent: a refresh does not move it."""
TOKEN_BYTES = 360
"""Random bytes behind a token's first characters: LinkedIn's tokens have about 500 characters."""

SCOPES: Mapping[str, str] = {
    "openid": "Use your name and photo",
    "profile": "Use your name and photo in more detail",
    "email": "Use the primary email address of your account",
    "w_member_social": "Create, modify and delete posts and comments on your behalf",
    "r_member_social": "Retrieve your posts and comments",
    "w_organization_social": "Create, modify and delete posts and comments on your organisation's behalf",
    "r_organization_social": "Retrieve your organisation's posts and comments",
    "rw_organization_admin": "Manage your organisation's page and retrieve reporting data",
    "r_organization_admin": "Retrieve your organisation's page and reporting data",
}
SIGN_IN_AND_SHARE = frozenset({"openid", "profile", "email", "w_member_social"})
PRODUCTS: Mapping[str, frozenset[str]] = {
    "share": SIGN_IN_AND_SHARE,
    "community": frozenset(SCOPES) - {"r_member_social"},
    "closed": frozenset(SCOPES),
}
"""What an app may ask for, by its `login`; `closed` stands for the few that LinkedIn lets read members' posts."""
PARTNERS = frozenset({"community", "closed"})
"""Only these apps get refresh tokens."""
POSTING_ROLES = frozenset({"ADMINISTRATOR", "CONTENT_ADMINISTRATOR", "DIRECT_SPONSORED_CONTENT_POSTER"})
READ_ASSET = frozenset({"r_member_social", "w_organization_social", "r_organization_social"})
"""Any of them opens `GET /rest/images/{urn}` and its like: with `w_member_social` alone it is refused."""
ADMIN = frozenset({"rw_organization_admin", "r_organization_admin"})

PROTOCOL = "2.0.0"
FIRST_VERSION, LAST_VERSION = "202510", "202609"
SUNSETS: Mapping[str, date] = {"202510": date(2026, 10, 15), "202511": date(2026, 11, 16)}
"""Announced ends; a version without one is taken to live twelve months, to the middle of the month."""
CALENDAR_START = datetime(2026, 11, 20, tzinfo=UTC)
"""The day these facts were collected. Versions age from here by the sandbox's clock jumps, not by the machine's date:
a client's pinned version would stop working one day although nobody changed anything."""

MEMBER_CALLS_PER_DAY = 150
"""For one member and one resource; gone at 00:00 UTC."""
APP_CALLS_PER_DAY = 100_000
DUPLICATE_WINDOW = timedelta(minutes=10)
COMMENTARY, COMMENT, ALT_TEXT, ARTICLE_TITLE = 3000, 1250, 4086, 400
"""Longest texts, in UTF-16 code units."""
POLL_QUESTION, POLL_OPTION, POLL_OPTIONS = 140, 30, (2, 4)
IMAGES_IN_POST = (2, 20)
POSTS_IN_PAGE = 100

UPLOAD_LIFE = timedelta(days=1)
"""Not published."""
PART_BYTES = 4 * 1024 * 1024
VIDEO_BYTES = (75_000, 500 * 1024 * 1024)
VIDEO_SECONDS = (3.0, 30 * 60.0)
DOCUMENT_BYTES = 100 * 1024 * 1024
DOCUMENT_PAGES = 300
IMAGE_PIXELS = 36_152_320
IMAGE_TYPES = frozenset({"image/jpeg", "image/png", "image/gif"})
GIF_FRAMES = 250
OFFICE_MAGICS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""DOCX and PPTX are ZIP archives, DOC and PPT compound files."""

NOTIFICATIONS = "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS"
NOTIFICATIONS_IN_BATCH = 10
CHALLENGE_SECONDS = 3


def is_active(version: str, passed: timedelta) -> bool:
    """Whether an API version (YYYYMM) answers when the sandbox's clock has jumped so far."""
    if not re.fullmatch(r"\d{6}", version) or not FIRST_VERSION <= version <= LAST_VERSION:
        return False
    year, month = int(version[:4]), int(version[4:])
    if not 1 <= month <= 12:  # noqa: PLR2004 - months
        return False
    return (CALENDAR_START + passed).date() < SUNSETS.get(version, date(year + 1, month, 15))
