"""What the conformance scenarios need to know of Facebook Pages."""

from tests.platforms.stage import Door, Facts, Sample

COMMENT = Door("POST", "/comments$")
REEL = {"post_type": "reel", "title": "Bread"}
STORY = {"post_type": "story"}

FACTS = Facts(
    samples=(
        Sample("text", ()),
        Sample("link", (), {"link": "https://example.com/bread"}),
        Sample("photo", ("square.jpg",), {"first_comment": "First!"}),
        Sample("photos", ("square.jpg", "picture.png", "portrait.jpg")),
        Sample("video", ("reel.mp4",), {"title": "Bread", "first_comment": "First!"}, COMMENT),
        Sample("reel", ("reel.mp4",), REEL, Door("POST", "/video_reels$", after=1)),
        Sample("story photo", ("story.jpg",), STORY, Door("POST", "/photo_stories$")),
        Sample("story video", ("reel.mp4",), STORY, Door("POST", "/video_stories$", after=1)),
    ),
    commit=Door("POST", "/feed$"),
    prepare=Door("POST", "/photos$"),
    prepared="photo",
    refused=Sample("bad reel", ("bad-too-short.mp4",), {"post_type": "reel"}),
    processed="reel",
    slow={"video_delay": 90.0},
    permission={"status": 403, "code": 200, "message": "Permissions error"},
    quota={"status": 403, "code": 9, "message": "Reached the limit of posts"},
    consents={"facebook": "pages_manage_engagement"},
    tells_when=True,
    cannot_deny=("story photo",),
)
