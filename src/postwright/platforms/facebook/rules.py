"""What Facebook's publishing errors mean, as data.

Source: graph-api/reference/page/videos (errors) for 352, 382, 389, 6000 and 6001; the others are
known from use, not from a page. Codes that all Graph platforms share are in platforms/meta.py.
`*/…` is a subcode that comes under several codes.
"""

from postwright.domain.errors import QuotaReached, Rejected, Unavailable, Uncertain
from postwright.platforms import meta
from postwright.platforms.errors import ErrorRule, table

_BAD_VIDEO = "Facebook cannot use this video: export it as MP4 with H.264 and AAC sound. (Facebook: {words})"
_BAD_PHOTO = "Facebook cannot use this picture: use a JPEG or PNG of at most 4 MB. (Facebook: {words})"
_BAD_LINK = "Facebook cannot read the page that the link leads to: check the address. (Facebook: {words})"

RULES = table(
    (
        ErrorRule("6001/1363037", Unavailable, "Facebook counts the bytes that arrived otherwise; the upload goes on."),
        ErrorRule("6001", Unavailable, "Facebook had a problem with the upload. (Facebook: {words})"),
        ErrorRule("*/1363040", Rejected, "The video's shape must be 9:16, upright.", "media"),
        ErrorRule("*/1363127", Rejected, "The video must have at least 540 by 960 pixels.", "media"),
        ErrorRule("*/1363128", Rejected, "The video is too short or too long for this kind of post.", "media"),
        ErrorRule("*/1363129", Rejected, "The video must have 24 to 60 frames a second.", "media"),
        ErrorRule("*/1366046", Rejected, _BAD_PHOTO, "media"),
        ErrorRule("*/1366051", Rejected, "These very photos were posted just before.", "media", on_commit=Uncertain),
        ErrorRule("324", Rejected, _BAD_PHOTO, "media"),
        ErrorRule("1366046", Rejected, _BAD_PHOTO, "media"),
        ErrorRule("352", Rejected, _BAD_VIDEO, "media"),
        ErrorRule("382", Rejected, "The video file is too small to be one.", "media"),
        ErrorRule("389", Rejected, _BAD_VIDEO, "media"),
        ErrorRule("6000", Rejected, _BAD_VIDEO, "media"),
        ErrorRule("1500", Rejected, _BAD_LINK, "options.link"),
        ErrorRule("1609005", Rejected, _BAD_LINK, "options.link"),
        ErrorRule(
            "9",
            QuotaReached,
            "The Page has published as much in 24 hours as Facebook allows; this post goes out when there is room"
            " again.",
        ),
        *meta.RULES,
    )
)
