"""What the conformance scenarios need to know of Pinterest."""

from tests.platforms.stage import Door, Facts, Sample

BOARD = "810000000000000001"
"""A board of the first account that the sandbox opens."""
ON_BOARD = {"board_id": BOARD}

FACTS = Facts(
    samples=(
        Sample("image", ("square.jpg",), ON_BOARD),
        Sample("png", ("picture.png",), {**ON_BOARD, "title": "A title", "link": "https://shop.example/cups?a=b"}),
        Sample("carousel", ("square.jpg", "square.jpg"), ON_BOARD),
        Sample("video", ("reel.mp4",), ON_BOARD),
    ),
    commit=Door("POST", "/pins$"),
    prepare=Door("POST", "/media$"),
    prepared="video",
    refused=Sample("bad video", ("bad-too-short.mp4",), ON_BOARD),
    processed="video",
    slow={"video_delay": 90.0},
    permission={"status": 403, "code": 29},
    quota={},
    consents={"pinterest": "pins:write"},
    tells_when=True,
)
