"""What Pinterest asks for, as data: scopes, lifetimes, limits, rates. What requests look like: bodies.py.

Sources: pinterest/api-description v5 (OpenAPI), "Rate limits", "Access tiers"; where they are silent it is said here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

PLATFORM = "pinterest"
STANDARD, TRIAL = "standard", "trial"
"""Access tiers; ClientApp.login says which one an app has."""

ACCESS_LIFE = timedelta(seconds=2_592_000)
REFRESH_LIFE = timedelta(seconds=5_184_000)
UPLOAD_LIFE = timedelta(hours=1)
"""How long an upload's signature is good for; not documented."""

SCOPES: Mapping[str, str] = {
    "boards:read": "See your public boards, including group boards you join",
    "boards:read_secret": "See your secret boards",
    "boards:write": "Create, update, or delete your public boards",
    "boards:write_secret": "Create, update, or delete your secret boards",
    "pins:read": "See your public Pins",
    "pins:read_secret": "See your secret Pins",
    "pins:write": "Create, update, or delete your public Pins",
    "pins:write_secret": "Create, update, or delete your secret Pins",
    "user_accounts:read": "See your user accounts and followers",
    "user_accounts:write": "Update your user accounts and followers",
}

PAGE_SIZE, LARGEST_PAGE = 25, 250
IMAGE_BYTES = 20 * 1024 * 1024
"""From integrators' notes, as are the limits of videos."""
IMAGE_TYPES = ("image/jpeg", "image/png")
VIDEO_BYTES = 2 * 1024**3
VIDEO_TYPES = ("video/mp4", "video/quicktime")
VIDEO_CODECS = ("h264", "hevc")
VIDEO_SECONDS = (4.0, 900.0)
VIDEO_ASPECT = (0.5, 1.91)
SLACK = 0.01
"""Containers round durations: this share of a bound is forgiven."""


@dataclass(frozen=True, slots=True)
class Policy:
    """So many calls in so many seconds; `category` is empty where all calls count together."""

    limit: int
    seconds: int
    category: str = ""


DAY = 86_400
POLICIES: Mapping[tuple[str, str], tuple[Policy, ...]] = {
    (STANDARD, "org_read"): (Policy(100, 1), Policy(1000, 60, "org_read")),
    (STANDARD, "org_write"): (Policy(100, 1), Policy(100, 60, "org_write")),
    (TRIAL, "org_read"): (Policy(1000, DAY), Policy(1000, DAY, "org_read")),
    (TRIAL, "org_write"): (Policy(1000, DAY), Policy(300, DAY, "org_write")),
}
"""Standard access counts by user and app, trial access by app."""

SECRET = "SECRET"  # noqa: S105 - a board's privacy, no secret
FILTERS: Mapping[str, tuple[str, ...]] = {
    "ALL": ("PUBLIC", "PROTECTED", SECRET),
    "PUBLIC_AND_SECRET": ("PUBLIC", SECRET),
    "PUBLIC": ("PUBLIC",),
    "PROTECTED": ("PROTECTED",),
    SECRET: (SECRET,),
}
"""Values of `privacy` when boards are listed -> the boards they mean."""
