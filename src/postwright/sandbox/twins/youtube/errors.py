"""What YouTube refuses, and the JSON it says so with. The OAuth endpoints' errors have another shape: see login.py.

Sources: Google, "YouTube Data API - Errors", "Standard error responses"; wording as integrators' issues quote it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from postwright.sandbox.call import Json, Reply, json_reply

STATUSES: Mapping[int, str] = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    412: "FAILED_PRECONDITION",
    413: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}
EXHAUSTED = frozenset({"quotaExceeded", "dailyLimitExceeded", "rateLimitExceeded", "userRateLimitExceeded"})


@dataclass(frozen=True, slots=True)
class Rule:
    """One refusal: `where` is what YouTube calls its location, `kind` its locationType."""

    status: int
    domain: str
    message: str
    where: str = ""
    kind: str = "other"


def _video(message: str, where: str = "body") -> Rule:
    return Rule(400, "youtube.video", f"The request metadata {message}.", where)


RULES: Mapping[str, Rule] = {
    "required": Rule(401, "global", "Login Required.", "Authorization", "header"),
    "authError": Rule(401, "global", "Invalid Credentials", "Authorization", "header"),
    "youtubeSignupRequired": Rule(401, "youtube.header", "Unauthorized", "Authorization", "header"),
    "insufficientPermissions": Rule(403, "global", "Request had insufficient authentication scopes."),
    "forbidden": Rule(403, "global", "The request might not be properly authorized."),
    "forbiddenPrivacySetting": Rule(
        403, "youtube.video", "The request attempts to set an invalid privacy setting for the video.",
        "body.status.privacyStatus",
    ),
    "quotaExceeded": Rule(
        403, "youtube.quota", "The request cannot be completed because you have exceeded your quota."
    ),
    "dailyLimitExceeded": Rule(403, "usageLimits", "Daily Limit Exceeded."),
    "rateLimitExceeded": Rule(403, "usageLimits", "Rate Limit Exceeded"),
    "userRateLimitExceeded": Rule(403, "usageLimits", "User Rate Limit Exceeded"),
    "uploadLimitExceeded": Rule(400, "youtube.video", "The user has exceeded the number of videos they may upload."),
    "unknownPart": Rule(400, "youtube.part", "'{name}'", "part", "parameter"),
    "unexpectedPart": Rule(400, "youtube.part", "'{name}'", "part", "parameter"),
    "missingRequiredParameter": Rule(400, "youtube.parameter", "{text}", "parameters.{name}"),
    "incompatibleParameters": Rule(
        400, "youtube.parameter", "Incompatible parameters specified in the request: {name}", "parameters."
    ),
    "invalidParameter": Rule(400, "global", "Invalid value '{value}' for {name}", "{name}", "parameter"),
    "invalidPageToken": Rule(
        400, "youtube.parameter", "The request specifies an invalid page token.", "pageToken", "parameter"
    ),
    "badRequest": Rule(400, "global", "{text}"),
    "invalid": Rule(400, "global", "{text}", "{name}"),
    "parseError": Rule(400, "global", "Parse Error"),
    "notFound": Rule(404, "global", "Method not found."),
    "conditionNotMet": Rule(412, "global", "Precondition Failed", "If-Match", "header"),
    "invalidTitle": _video("specifies an invalid or empty video title", "body.snippet.title"),
    "invalidDescription": _video("specifies an invalid video description", "body.snippet.description"),
    "invalidTags": _video("specifies invalid video keywords", "body.snippet.tags"),
    "invalidCategoryId": _video("specifies an invalid video category", "body.snippet.categoryId"),
    "invalidPublishAt": _video("specifies an invalid scheduled publishing time", "body.status.publishAt"),
    "invalidFilename": _video("specifies an invalid file name", "Slug"),
    "invalidRecordingDetails": _video("specifies invalid recording details", "body.recordingDetails"),
    "invalidVideoGameRating": _video("specifies an invalid video game rating", "body.contentDetails.contentRating"),
    "invalidVideoMetadata": _video("is invalid"),
    "defaultLanguageNotSet": _video("has localizations without a default language", "body.snippet.defaultLanguage"),
    "mediaBodyRequired": Rule(400, "youtube.video", "The request does not include the media content.", "body"),
    "badContent": Rule(400, "global", "Media type '{name}' is not supported."),
    "invalidImage": Rule(400, "youtube.thumbnail", "The provided image content is invalid.", "body"),
    "uploadTooLarge": Rule(413, "global", "Media is too large. Limit: {limit}"),
    "videoNotFound": Rule(404, "youtube.video", "The video that you are looking for cannot be found.", "id"),
    "channelNotFound": Rule(404, "youtube.channel", "Channel not found.", "channelId", "parameter"),
    "playlistNotFound": Rule(
        404, "youtube.playlist", "The playlist identified with the request cannot be found.", "playlistId", "parameter"
    ),
    "playlistForbidden": Rule(403, "youtube.playlistItem", "The playlist cannot be changed."),
    "playlistTitleRequired": Rule(400, "youtube.playlist", "The playlist title is required.", "body.snippet.title"),
    "invalidPlaylistSnippet": Rule(400, "youtube.playlist", "The playlist snippet is invalid.", "body.snippet"),
    "commentsDisabled": Rule(403, "youtube.commentThread", "The video has disabled comments.", "videoId"),
    "commentTextRequired": Rule(400, "youtube.commentThread", "The comment text is required.", "body.snippet"),
    "commentTextTooLong": Rule(400, "youtube.commentThread", "The comment text is too long.", "body.snippet"),
    "processingFailure": Rule(400, "youtube.commentThread", "The API server failed to process the request."),
    "backendError": Rule(503, "youtube.api", "Backend Error"),
}  # fmt: skip
"""`errors[].reason` -> the rest of the refusal."""
REASON_OF_STATUS: Mapping[int, str] = {
    401: "authError", 403: "forbidden", 404: "notFound", 429: "rateLimitExceeded", 500: "backendError",
    503: "backendError",
}  # fmt: skip
"""What an ordered failure with only a status is called."""


class ApiError(Exception):
    """The API refuses; `reason` is a key of RULES, `words` fill its message."""

    def __init__(self, reason: str, *, status: int = 0, message: str = "", **words: object) -> None:
        self.reason = reason
        self.rule = RULES[reason]
        self.status = status or self.rule.status
        self.message = message or self.rule.message.format_map(words)
        self.where = self.rule.where.format_map({"name": "", **words})
        super().__init__(self.message)

    def reply(self) -> Reply:
        """The refusal as YouTube writes it."""
        one: dict[str, Json] = {"message": self.message, "domain": self.rule.domain, "reason": self.reason}
        if self.where:
            one |= {"location": self.where, "locationType": self.rule.kind}
        status = "RESOURCE_EXHAUSTED" if self.reason in EXHAUSTED else STATUSES.get(self.status, "UNKNOWN")
        error: dict[str, Json] = {"code": self.status, "message": self.message, "errors": [one], "status": status}
        if self.reason == "insufficientPermissions":
            error["details"] = [
                {
                    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                    "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
                    "domain": "googleapis.com",
                    "metadata": {"service": "youtube.googleapis.com"},
                }
            ]
        challenge = (("www-authenticate", 'Bearer realm="https://accounts.google.com/"'),)
        return json_reply({"error": error}, self.status, challenge if self.status == STATUS_UNAUTHORIZED else ())


STATUS_UNAUTHORIZED = 401
