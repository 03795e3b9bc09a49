"""Facebook's publishing errors as data.

Sources: Meta, reference "Page Videos" (100-389, 6000, 6001); the rest, and all words and subcodes, are from practice.
"""

from postwright.sandbox.twins.meta.errors import Rule

PAGE_TOKEN_TO_READ = Rule(190, "(#190) This method must be called with a Page Access Token", 2069032)
MAY_NOT_PUBLISH = Rule(
    200,
    "(#200) If posting to a page, requires both pages_read_engagement and pages_manage_posts as an admin with "
    "sufficient administrative permission",
    status=403,
)
NOT_OWN_POST = Rule(200, "(#200) The post was not created by this application", status=403)
NOTHING_TO_POST = Rule(100, "Missing message or attachment.", 1349125)
DUPLICATE = Rule(506, "(#506) Duplicate status message", 1455006)
BAD_LINK = Rule(1500, "(#1500) The url you supplied is invalid")
SCHEDULED_AND_PUBLISHED = Rule(100, "(#100) You cannot specify a scheduled publish time on a published post")
BAD_SCHEDULE = Rule(100, "(#100) The specified scheduled publish time is invalid.")
ALREADY_POSTED = Rule(100, "(#100) These photos were already posted: {id}", 1366051)
NO_PHOTO = Rule(324, "(#324) Missing or invalid image file", 2069019)
BAD_PHOTO = Rule(100, "Photos must be JPEG, PNG, GIF, BMP or TIFF and no larger than 10 MB.", 1366046)

VIDEO_FORMAT = Rule(352, "(#352) Sorry, the video file you selected is in a format that we don't support.")
VIDEO_TOO_SMALL = Rule(382, "(#382) The video file you tried to upload is too small.")
VIDEO_NOT_FETCHED = Rule(389, "(#389) Unable to fetch video file from URL.")
UPLOAD_PROBLEM = Rule(6000, "There was a problem uploading your video file. Please try again with another file.")
WRONG_OFFSET = Rule(6001, "The upload goes on at {expected}.", 1363037, transient=True)

BAD_ASPECT = Rule(1363040, "The video's aspect ratio is not supported: it must be 9:16.")
BAD_RESOLUTION = Rule(1363127, "The video's resolution is too low: it must be 540x960 pixels or more.")
BAD_DURATION = Rule(1363128, "The video's duration is not supported.")
BAD_FRAME_RATE = Rule(1363129, "The video's frame rate is not supported.")
BAD_ENCODING = Rule(1363024, "The video file is in a format that is not supported.")
"""These five end a video's processing: they stand in its status, never in a reply."""
