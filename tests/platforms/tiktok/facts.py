"""What the conformance scenarios need to know of TikTok."""

import json
from dataclasses import replace

from tests.platforms.stage import Door, Facts, Sample

EVERYONE = {"privacy_level": "PUBLIC_TO_EVERYONE"}
UPLOAD = Door("PUT", "tiktokapis.com/video/")
CONTENT = Door("POST", "/content/init/$")


def refusal(code: str) -> str:
    """An error in TikTok's form."""
    return json.dumps({"data": {}, "error": {"code": code, "message": "As ordered.", "log_id": "1"}})


FACTS = Facts(
    samples=(
        Sample("video", ("reel.mp4",), EVERYONE),
        Sample("photo", ("square.jpg", "portrait.jpg"), {**EVERYONE, "title": "Two"}, CONTENT),
        Sample("draft video", ("reel.mp4",), {"post_type": "draft_video"}, shows=0),
        Sample("draft photo", ("square.jpg",), {"post_type": "draft_photo"}, CONTENT, shows=0),
    ),
    longer=(Sample("long video", ("64 MB.mp4",), EVERYONE, replace(UPLOAD, after=1)),),
    commit=UPLOAD,
    prepare=Door("POST", "/creator_info/query/$"),
    prepared="video",
    refused=Sample("no photo for TikTok", ("picture.png",), EVERYONE),
    processed="video",
    slow={"video_delay": 90.0},
    permission={"status": 401, "body": refusal("scope_not_authorized")},
    quota={"status": 200, "body": refusal("spam_risk_too_many_posts")},
    consents={"tiktok": "video.list"},
    signed=Door("POST", "/video/init/$"),
    cannot_tell=("draft photo",),
    cannot_deny=("photo",),
    cannot_remove=("tiktok",),
    settings={"vendor_limits": False},
)
