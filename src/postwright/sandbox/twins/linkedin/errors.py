"""LinkedIn's error bodies and its table of codes.

Source: LinkedIn, "API Error Details"; some service codes and the words of rarely seen errors are not published.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from postwright.sandbox.call import Json, Reply, json_reply


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the error table; `message` may hold `{names}`."""

    status: int
    message: str
    service: int | None = None


RULES: Mapping[str, Rule] = {
    "EMPTY_ACCESS_TOKEN": Rule(401, "Empty oauth2 access token", 65604),
    "INVALID_ACCESS_TOKEN": Rule(401, "Invalid access token", 65600),
    "REVOKED_ACCESS_TOKEN": Rule(401, "The token used in the request has been revoked by the user", 65601),
    "EXPIRED_ACCESS_TOKEN": Rule(401, "The token used in the request has expired", 65602),
    "ACCESS_DENIED": Rule(403, "Not enough permissions to access: {door}", 100),
    "VERSION_MISSING": Rule(
        400, "A version must be present. Please specify a version by adding the LinkedIn-Version header."
    ),
    "NONEXISTENT_VERSION": Rule(426, "Requested version {version} is not active"),
    "PROTOCOL_NOT_SUPPORTED": Rule(400, "Rest.li protocol version {version} used by the client is not supported!"),
    "ILLEGAL_ARGUMENT": Rule(400, "{fault}"),
    "QUERY_PARAM_NOT_ALLOWED": Rule(400, "Invalid query parameters passed to request"),
    "MISSING_FIELD": Rule(400, "A required field is missing"),
    "INVALID_VALUE_FOR_FIELD": Rule(400, "Invalid value for field: {fault}"),
    "INVALID_VALUE_BLANK_FIELD": Rule(400, "The field must not be blank"),
    "FIELD_LENGTH_TOO_LONG": Rule(400, "The field is longer than {longest} characters"),
    "INVALID_URN_TYPE": Rule(400, "The URN must be of type {kinds}"),
    "INVALID_URN_ID": Rule(400, "{urn} is not a valid URN"),
    "INVALID_URL": Rule(400, "The URL is not valid"),
    "INVALID_IMAGE_ID": Rule(400, "{urn} is not an image of the author"),
    "INVALID_VIDEO_ID": Rule(400, "{urn} is not a video of the author"),
    "INVALID_DOCUMENT_ID": Rule(400, "{urn} is not a document of the author"),
    "MEDIA_ASSET_WAITING_UPLOAD": Rule(400, "The media asset {urn} is waiting for upload or being processed"),
    "MEDIA_ASSET_PROCESSING_FAILED": Rule(400, "The media asset {urn} could not be processed"),
    "EXPIRED_UPLOAD_URL": Rule(400, "The upload URL has expired"),
    "UPDATING_ASSET_FAILED": Rule(400, "The asset could not be updated: {fault}"),
    "NOT_FOUND": Rule(404, "Could not find entity"),
    "RESOURCE_NOT_FOUND": Rule(404, "No virtual resource found"),
    "METHOD_NOT_ALLOWED": Rule(405, "{method} is not supported by this resource"),
    "CONFLICT": Rule(409, "A write conflict occurred. Retry the request."),
    "REQUEST_ENTITY_TOO_LARGE": Rule(413, "The request body is too large"),
    "UNSUPPORTED_MEDIA_TYPE": Rule(415, "The content type {type} is not supported"),
    "UNRECOGNISED_FIELD": Rule(422, "ERROR :: {field} :: unrecognized field found but not allowed"),
    "DUPLICATE": Rule(422, "Content is a duplicate of {urn}"),
    "UNPROCESSABLE_ENTITY": Rule(422, "Unprocessable Entity"),
    "TOO_MANY_REQUESTS": Rule(429, "Resource level throttle limit for calls to this resource is reached."),
    "INTERNAL_SERVER_ERROR": Rule(500, "Internal Server Error"),
    "SERVICE_UNAVAILABLE": Rule(503, "Service Unavailable"),
    "GATEWAY_TIMEOUT": Rule(504, "Gateway Timeout"),
}
SHOWN_AS: Mapping[str, str] = dict.fromkeys(("UNRECOGNISED_FIELD", "DUPLICATE"), "UNPROCESSABLE_ENTITY")
"""Rules whose code in the body is another one's."""
BY_STATUS: Mapping[int, str] = {
    400: "INVALID_VALUE_FOR_FIELD",
    401: "INVALID_ACCESS_TOKEN",
    403: "ACCESS_DENIED",
    404: "NOT_FOUND",
    409: "CONFLICT",
    413: "REQUEST_ENTITY_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    422: "UNPROCESSABLE_ENTITY",
    426: "NONEXISTENT_VERSION",
    429: "TOO_MANY_REQUESTS",
    503: "SERVICE_UNAVAILABLE",
    504: "GATEWAY_TIMEOUT",
}
"""Which error an ordered fault with this status gives; any other is an internal error."""


class Refused(Exception):
    """A refusal by its code in the table, about a field where `field` names one."""

    def __init__(self, code: str, *, field: str = "", **words: object) -> None:
        self.rule = RULES[code]
        super().__init__(self.rule.message.format(field=field, **words))
        self.code = SHOWN_AS.get(code, code)
        self.field = field

    def reply(self, status: int = 0, message: str = "") -> Reply:
        """The answer; an ordered fault may give it another status or message."""
        body: dict[str, Json] = {"status": status or self.rule.status}
        if self.rule.service is not None:
            body["serviceErrorCode"] = self.rule.service
        body |= {"code": self.code, "message": message or str(self)}
        if self.field:
            fault: Json = {
                "description": str(self),
                "input": {"inputPath": {"fieldPath": self.field}},
                "code": self.code,
            }
            body["errorDetailType"] = "com.linkedin.common.error.BadRequest"
            body["errorDetails"] = {"inputErrors": [fault]}
        return json_reply(body, status or self.rule.status, (("x-restli-error-response", "true"),))
