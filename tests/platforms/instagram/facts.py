"""What the conformance scenarios need to know of Instagram."""

from tests.platforms.stage import Door, Facts, Sample

FACTS = Facts(
    samples=(
        Sample("image", ("square.jpg",)),
        Sample("carousel", ("square.jpg", "landscape.jpg", "reel.mp4")),
        Sample("reel", ("reel.mp4",), {"first_comment": "First!"}),
        Sample("story image", ("story.jpg",), {"post_type": "story"}),
        Sample("story video", ("reel.mp4",), {"post_type": "story"}),
    ),
    commit=Door("POST", "/media_publish$"),
    prepare=Door("POST", "/media$"),
    prepared="image",
    refused=Sample("bad reel", ("bad-late-index.mp4",)),
    processed="reel",
    slow={"video_delay": 90.0},
    permission={"status": 403, "code": 10, "message": "Permission denied"},
    quota={"status": 403, "code": 9, "subcode": 2207042, "message": "Reached the limit of posts"},
    consents={"instagram": "instagram_business_manage_messages", "facebook": "instagram_manage_messages"},
    tells_when=True,
    cannot_remove=("instagram",),
)
