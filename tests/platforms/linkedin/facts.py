"""What the conformance scenarios need to know of LinkedIn."""

from tests.platforms.stage import Door, Facts, Sample

POLL = {"question": "Which loaf?", "options": ["Rye", "Wheat"]}
ARTICLE = {"url": "https://example.com/bread", "title": "Bread", "description": "How it is made."}

FACTS = Facts(
    samples=(
        Sample("text", ()),
        Sample("image", ("square.jpg",)),
        Sample("images", ("square.jpg", "landscape.jpg", "picture.png")),
        Sample("animation", ("animation.gif",)),
        Sample("video", ("reel.mp4",), {"title": "A loaf"}),
        Sample("document", ("document.pdf",), {"first_comment": "First!"}),
        Sample("poll", (), {"poll": POLL}),
        Sample("article", (), {"article": ARTICLE}),
        Sample("article with a picture", ("landscape.jpg",), {"article": ARTICLE}),
    ),
    longer=(Sample("long video", ("9 MB.mp4",), {"first_comment": "First!"}),),
    commit=Door("POST", "/rest/posts$"),
    prepare=Door("POST", "/rest/images$"),
    prepared="image",
    refused=Sample("bad picture", ("bad-truncated.jpg",)),
    processed="video",
    slow={"video_delay": 90.0},
    permission={"status": 403, "code": 100, "message": "Not enough permissions to access: images.INITIALIZE_UPLOAD"},
    quota={"kind": "rate_limit"},
    silent=("linkedin",),
)
