"""What the conformance scenarios need to know of X."""

from tests.platforms.stage import Door, Facts, Sample

POLL = {"poll": {"options": ["Yes", "No"], "duration_minutes": 60}}
THIRD = Door("POST", "/2/tweets$", after=2)

FACTS = Facts(
    samples=(
        Sample("text", ()),
        Sample("image", ("square.jpg",)),
        Sample("images", ("square.jpg", "landscape.jpg", "portrait.jpg", "picture.png")),
        Sample("gif", ("animation.gif",)),
        Sample("video", ("reel.mp4",)),
        Sample("poll", (), {**POLL, "reply_settings": "following", "made_with_ai": True, "paid_partnership": True}),
    ),
    longer=(
        Sample("thread", ("square.jpg",), {"thread": ["{caption} Two.", "{caption} Three & <four>."]}, THIRD, shows=3),
        Sample("long video", ("9 MB.mp4",)),
    ),
    commit=Door("POST", "/2/tweets$"),
    prepare=Door("POST", "/media/upload/initialize$"),
    prepared="image",
    refused=Sample("bad image", ("bad-truncated.jpg",)),
    processed="video",
    slow={"video_delay": 90.0},
    permission={"status": 403, "message": "You are not permitted to perform this action."},
    quota={"status": 402},
    consents={"x": "media.write"},
    tells_when=True,
)
