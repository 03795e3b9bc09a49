"""What TikTok's refusals stand for, as values: pure."""

import json

import pytest

from postwright.domain.errors import (
    AuthExpired,
    AuthRevoked,
    PlatformError,
    QuotaReached,
    RateLimited,
    Rejected,
    Surprise,
    Unavailable,
    Uncertain,
)
from postwright.domain.publication import StepKind
from postwright.kit.http import Reply
from postwright.platforms.tiktok.api import understood
from postwright.platforms.tiktok.wire import Begun, Creator, Posts, Status

COMMIT = StepKind.COMMIT
PREPARE = StepKind.PREPARE


def reply(status: int, body: object) -> Reply:
    return Reply(status, {}, body if isinstance(body, bytes) else json.dumps(body).encode())


def refusal(status: int, code: str, message: str = "No.") -> Reply:
    return reply(status, {"data": {}, "error": {"code": code, "message": message, "log_id": "20261120"}})


def error_of(answer: Reply, kind: StepKind = PREPARE) -> PlatformError:
    with pytest.raises(PlatformError) as caught:
        understood(Begun, answer, kind, "video.publish")
    return caught.value


@pytest.mark.parametrize(
    ("status", "code", "error", "field"),
    [
        (400, "invalid_param", Rejected, None),
        (400, "invalid_params", Rejected, None),
        (400, "app_version_check_failed", Rejected, None),
        (401, "access_token_invalid", AuthExpired, None),
        (401, "scope_not_authorized", AuthRevoked, None),
        (400, "scope_permission_missed", AuthRevoked, None),
        (200, "spam_risk_too_many_posts", QuotaReached, None),
        (403, "spam_risk_too_many_posts", QuotaReached, None),
        (403, "spam_risk_too_many_pending_share", QuotaReached, None),
        (200, "reached_active_user_cap", QuotaReached, None),
        (200, "spam_risk_user_banned_from_posting", Rejected, None),
        (403, "url_ownership_unverified", Rejected, "media"),
        (403, "privacy_level_option_mismatch", Rejected, "options.privacy_level"),
        (403, "unaudited_client_can_only_post_to_private_accounts", Rejected, "options.privacy_level"),
        (429, "rate_limit_exceeded", RateLimited, None),
        (500, "internal_error", Unavailable, None),
        (401, "something_new", AuthExpired, None),
        (400, "something_new", Surprise, None),
        (200, "something_new", Surprise, None),
    ],
)
def test_a_code_stands_for_an_error(status: int, code: str, error: type[PlatformError], field: str | None) -> None:
    found = error_of(refusal(status, code))
    assert (type(found), found.field, found.code, found.status) == (error, field, code, status)
    assert found.until is None
    assert found.evidence["log_id"] == "20261120"


@pytest.mark.parametrize(
    ("answer", "before", "after"),
    [
        (refusal(500, "internal_error"), Unavailable, Uncertain),
        (reply(502, b"<html>"), Unavailable, Uncertain),
        (reply(503, b""), Unavailable, Uncertain),
        (reply(200, b"<html>"), Surprise, Surprise),
        (reply(200, {"data": {}, "error": {"code": "ok"}}), Surprise, Surprise),
        (reply(429, {}), RateLimited, RateLimited),
        (refusal(400, "invalid_publish_id"), Rejected, Uncertain),
        (refusal(403, "spam_risk_too_many_posts"), QuotaReached, QuotaReached),
    ],
)
def test_after_the_call_that_posts_a_fault_is_a_doubt(
    answer: Reply, before: type[PlatformError], after: type[PlatformError]
) -> None:
    assert type(error_of(answer)) is before
    assert type(error_of(answer, COMMIT)) is after


def test_a_missing_permission_is_named() -> None:
    assert "video.publish" in error_of(refusal(401, "scope_not_authorized")).message


def test_the_misspelled_key_and_numbers_as_ids_are_read() -> None:
    ok = {"error": {"code": "ok", "message": "", "log_id": "1"}}
    data = {"status": "PUBLISH_COMPLETE", "publicaly_available_post_id": [7_300_000_000_000_000_002], "more": 1}
    assert understood(Status, reply(200, {"data": data, **ok})).post_ids == ("7300000000000000002",)
    none = {"status": "FAILED", "publicaly_available_post_id": None, "fail_reason": "internal"}
    assert understood(Status, reply(200, {"data": none, **ok})).post_ids == ()
    plain = understood(Creator, reply(200, {"data": {"creator_username": "ada"}, **ok}))
    assert plain.max_video_post_duration_sec is None
    assert understood(Posts, reply(200, {"data": {"videos": []}, **ok})).videos == ()


@pytest.mark.parametrize(
    ("status", "arrived", "lacks"),
    [
        ("PROCESSING_UPLOAD", 99, True),
        ("PROCESSING_UPLOAD", 100, False),
        ("PROCESSING_UPLOAD", None, False),
        ("PUBLISH_COMPLETE", 0, False),
    ],
)
def test_an_upload_lacks_bytes_only_while_it_says_so(status: str, arrived: int | None, lacks: bool) -> None:
    told = Status.model_validate({"data": {"status": status, "uploaded_bytes": arrived}})
    assert told.lacks(100) is lacks
