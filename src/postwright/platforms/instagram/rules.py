"""What Instagram's publishing errors mean, as data.

Source: instagram-platform/instagram-graph-api/reference/error-codes (updated 2026-06-02); the last
three subcodes are not in it. Codes that all Graph platforms share are in platforms/meta.py.
"""

from postwright.domain.errors import QuotaReached, RateLimited, Rejected, Unavailable, Uncertain
from postwright.platforms import meta
from postwright.platforms.errors import ErrorRule, table

_GONE = "Instagram no longer has the prepared post; it is prepared anew."
_FAILED = "Instagram could not process the media. (Instagram: {words})"

RULES = table(
    (
        ErrorRule("-2/2207003", Unavailable, "Instagram took too long to fetch the media from this server."),
        ErrorRule("-2/2207020", Unavailable, _GONE, on_commit=Unavailable),
        ErrorRule("-1/2207001", Unavailable, "Instagram had a fault of its own."),
        ErrorRule("-1/2207032", Unavailable, _FAILED),
        ErrorRule("-1/2207053", Unavailable, _FAILED),
        ErrorRule("-1/2207076", Unavailable, _FAILED),
        ErrorRule("-1/2207077", Unavailable, _FAILED),
        ErrorRule("-1/2207082", Unavailable, _FAILED),
        ErrorRule("1/2207057", Rejected, "The moment for the cover lies outside the video.", "options.thumb_offset_ms"),
        ErrorRule(
            "4/2207051",
            RateLimited,
            "Instagram takes this for spam and holds the account's posts back for some hours.",
            on_commit=Uncertain,
        ),
        ErrorRule(
            "9/2207042",
            QuotaReached,
            "The account has published as many posts in 24 hours as Instagram allows; this one goes out when there"
            " is room again.",
        ),
        ErrorRule("9", QuotaReached),
        ErrorRule("24/2207006", Unavailable, _GONE, on_commit=Unavailable),
        ErrorRule("24/2207008", Unavailable, _GONE, on_commit=Unavailable),
        ErrorRule(
            "25",
            Rejected,
            "Instagram has restricted the account or wants its owner to confirm something: open the Instagram app,"
            " follow what it says, and try again.",
        ),
        ErrorRule("100/2207028", Rejected, "A carousel takes 2 to 10 pictures and videos.", "media"),
        ErrorRule("100/2207040", Rejected, "At most 20 people can be mentioned.", "caption"),
        ErrorRule(
            "352", Rejected, "Instagram cannot use this video: export it as MP4 with H.264 and AAC sound.", "media"
        ),
        ErrorRule(
            "9004",
            # The file is known to be good; it is this server that was not there: stopped for a moment, or never
            # reachable. The first heals by itself, and the sentence stays to be read for the second.
            Unavailable,
            "Instagram could not fetch the media: this server's public address must be reachable from the internet.",
            "media",
        ),
        ErrorRule("9007", Unavailable, "Instagram is still processing the media.", on_commit=Unavailable),
        ErrorRule("36000", Rejected, "The picture is larger than 8 MB.", "media"),
        ErrorRule("36001", Rejected, "Instagram takes JPEG pictures only.", "media"),
        ErrorRule("36003", Rejected, "The picture's shape must lie between 4:5 and 1.91:1.", "media"),
        ErrorRule("36004", Rejected, "The caption is too long.", "caption"),
        *meta.RULES,
    )
)

NOT_READY = frozenset({"9007/2207027", "9007"})
"""The container is not processed yet; nothing was published."""

GONE = frozenset({"-2/2207020", "24/2207006", "24/2207008"})
"""The container is no longer there; nothing was published, and a new one is needed."""

BY_SUBCODE = {rule.code.partition("/")[2]: rule for rule in RULES.values() if "/2207" in rule.code} | {
    "2207026": RULES["352"],
    "2207052": RULES["9004"],
    "2207004": RULES["36000"],
    "2207005": RULES["36001"],
    "2207009": RULES["36003"],
    "2207010": RULES["36004"],
}
"""The rules by subcode alone, which is all that the status of a failed container names."""
