"""What the conformance scenarios need to know of YouTube."""

import json
import os
import struct

from tests.platforms.stage import Door, Facts, Sample

CUT_OFF = "bad-late-index.mp4"
"""Its index stands at its end: without that nobody can read it."""
_BOX = struct.Struct(">I4s")
MANAGE = "https://www.googleapis.com/auth/youtube.force-ssl"
LAST_CHUNK = Door("PUT", "/upload/youtube/v3/videos", after=4)
"""The two chunks before it, and the two questions before those."""


def refusal(status: int, reason: str, message: str = "No.") -> str:
    """A refusal in YouTube's form."""
    one = {"message": message, "domain": "youtube", "reason": reason}
    return json.dumps({"error": {"code": status, "message": message, "errors": [one]}})


def padded(video: bytes, size: int) -> bytes:
    """An MP4 that shows the same and is that much longer: with a box of random bytes that no player looks at."""
    return video + _BOX.pack(size, b"free") + os.urandom(size - _BOX.size)


def altered(name: str, whole: bytes) -> bytes:
    """No video twice, as YouTube takes none for another; and one that it cannot read."""
    if name == CUT_OFF:
        return whole[: len(whole) // 2]
    return padded(whole, 64) if name.endswith(".mp4") else whole


FACTS = Facts(
    samples=(
        Sample("video", ("reel.mp4",)),
        Sample("with a picture", ("reel.mp4", "picture.png"), {"title": "A title", "first_comment": "First!"}),
        Sample("short", ("reel.mp4",), {"post_type": "short"}),
    ),
    longer=(Sample("long video", ("17 MB.mp4",), {"first_comment": "First!"}, LAST_CHUNK),),
    commit=Door("PUT", "/upload/youtube/v3/videos"),
    prepare=Door("POST", "/upload/youtube/v3/videos$"),
    prepared="video",
    refused=Sample("bad video", (CUT_OFF,)),
    processed="video",
    slow={"video_delay": 90.0},
    permission={"status": 403, "body": refusal(403, "insufficientPermissions")},
    quota={"status": 403, "body": refusal(403, "quotaExceeded")},
    consents={"youtube": MANAGE},
    altered=altered,
)
