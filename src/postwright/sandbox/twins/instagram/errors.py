"""Instagram's publishing errors as data: code, subcode and sentence.

Source: Meta, Instagram Platform "Error Codes" (updated 2026-06-02). All are HTTP 400.
"""

from collections.abc import Mapping

from postwright.sandbox.twins.meta.errors import Rule

DOWNLOAD_TIMEOUT = Rule(
    -2, "Timeout", 2207003, title="Timeout", advice="It takes too long to download the media.", transient=True
)
CONTAINER_EXPIRED = Rule(
    -2,
    "The media you are trying to access has expired.",
    2207020,
    title="Media expired",
    advice="The media you are trying to access has expired. Please try to upload again.",
)
CREATE_FAILED = Rule(
    -1,
    "Fatal",
    2207032,
    title="Create media fail",
    advice="Failed to create a media, please try to re-create the media.",
)
DELETE_UNSUPPORTED = Rule(
    -1, "Fatal", 2207073, title="Delete not supported", advice="This media type cannot be deleted through the API."
)
BAD_THUMB_OFFSET = Rule(
    1,
    "An unknown error occurred",
    2207057,
    title="Thumbnail offset is not valid",
    advice="Thumbnail offset must be greater than or equal to 0 and less than the video duration.",
)
PUBLISH_LIMIT = Rule(
    9,
    "Application request limit reached",
    2207042,
    title="You reached the maximum number of posts allowed",
    advice="You reached the maximum number of posts that is allowed to be published by Content Publishing API.",
)
MEDIA_NOT_FOUND = Rule(
    24,
    "The requested resource does not exist",
    2207006,
    title="Media not found",
    advice="The media with id {id} cannot be found.",
)
CONTAINER_NOT_FOUND = Rule(
    24,
    "The requested resource does not exist",
    2207008,
    title="Media builder not found",
    advice="The media builder with creation id = {id} does not exist or has been expired.",
)
BAD_MEDIA_TYPE = Rule(
    100,
    "Invalid parameter",
    2207023,
    title="Unknown media type",
    advice="The media type {type} is unknown.",
)
VIDEO_TYPE_GONE = Rule(
    100,
    "Invalid parameter",
    2207067,
    title="The VIDEO value for media_type is no longer supported",
    advice="Use the REELS media type to publish a video to your Instagram feed.",
)
CAROUSEL_COUNT = Rule(
    100,
    "Invalid parameter",
    2207028,
    title="Carousel validation failed",
    advice="Your post won't work as a carousel. Carousels need at least 2 photos or videos, and no more than 10.",
)
TOO_MANY_MENTIONS = Rule(
    100,
    "Invalid parameter",
    2207040,
    title="Too many tags",
    advice="Cannot use more than 20 tags per created media.",
)
CANNOT_FETCH = Rule(
    9004,
    "Only photo or video can be accepted as media type.",
    2207052,
    title="Media download has failed. The media URI doesn't meet our requirements.",
    advice="The media could not be fetched from this URI: {url}",
)
NOT_READY = Rule(
    9007,
    "Media ID is not available",
    2207027,
    title="Media not ready",
    advice="The media is not ready for publishing, please wait for a moment.",
)
IMAGE_TOO_LARGE = Rule(
    36000,
    "The image size is too large.",
    2207004,
    title="Image size too large",
    advice="The image is too large to download. It should be less than 8 MiB.",
)
IMAGE_FORMAT = Rule(
    36001,
    "The image format is not supported.",
    2207005,
    title="Image format not supported",
    advice="The image format is not supported. Supported formats: JPEG.",
)
ASPECT_RATIO = Rule(
    36003,
    "The aspect ratio is not supported.",
    2207009,
    title="Aspect ratio not supported",
    advice="The submitted image with aspect ratio {ratio} cannot be published. Please submit an image with a valid "
    "aspect ratio.",
)
CAPTION_TOO_LONG = Rule(
    36004,
    "The caption is too long.",
    2207010,
    title="Caption too long",
    advice="The caption was too long. The maximum length is 2200.",
)
MESSAGE_WINDOW = Rule(
    10,
    "(#10) This message is sent outside of allowed window.",
    2534022,
    403,
    title="Outside of allowed window",
    advice="The person has not written within the allowed window.",
)
FEW_VIEWERS = Rule(10, "(#10) Not enough viewers for the media to show insights", status=403)
BAD_METRIC = Rule(100, "(#100) metric[{place}] must be one of the following values: {known}")
WRONG_METRIC = Rule(
    100,
    "(#100) Incompatible metrics ({metrics}) with media type {type}.",
    2108006,
    title="Incompatible metrics",
)

VIDEO_UNSUPPORTED = "2207026"
FETCH_FAILED = "2207052"
FETCH_TIMEOUT = "2207003"
UPLOAD_FAILED = "2207053"
STATUS_WORDS: Mapping[str, str] = {
    VIDEO_UNSUPPORTED: "The video file you selected is in a format that we don't support.",
    FETCH_FAILED: "The media could not be fetched from the given URI.",
    FETCH_TIMEOUT: "It takes too long to download the media.",
    UPLOAD_FAILED: "Unknown upload error.",
}
"""Asynchronous failures: subcode -> words in the container's `status`."""
