"""What X's refusals mean in each form that it has for them, and what its headers say of the allowance."""

import json
from datetime import UTC, datetime

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
from postwright.platforms.base import RateReading
from postwright.platforms.errors import Rules, judge
from postwright.platforms.wire import read
from postwright.platforms.x.api import _reading, fault_of
from postwright.platforms.x.rules import RULES, UPLOAD_RULES
from postwright.platforms.x.wire import Me, Timeline, Upload

PREPARE, COMMIT = StepKind.PREPARE, StepKind.COMMIT
RESET = datetime(2026, 11, 20, 12, 15, tzinfo=UTC)
TOMORROW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def reply(status: int, body: object = None, **headers: str | int | datetime) -> Reply:
    """A reply; header names are written with underscores, times as times."""
    said = {
        name.replace("_", "-"): str(int(value.timestamp()) if isinstance(value, datetime) else value)
        for name, value in headers.items()
    }
    return Reply(status, said, body if isinstance(body, bytes) else json.dumps(body).encode())


def problem(name: str, **more: object) -> dict[str, object]:
    return {"title": "No", "detail": "Not so.", "type": f"https://api.twitter.com/2/problems/{name}", **more}


def plain(status: int, detail: str) -> Reply:
    return reply(status, {"title": "Forbidden", "detail": detail, "type": "about:blank", "status": status})


def invalid(parameter: str, message: str) -> Reply:
    errors = [{"parameters": {parameter: [""]}, "message": message}]
    return reply(400, problem("invalid-request", errors=errors))


def judged(found: Reply, kind: StepKind = COMMIT, rules: Rules = RULES) -> PlatformError:
    fault = fault_of(found)
    assert fault is not None
    return judge(fault, rules, kind)


@pytest.mark.parametrize(
    ("found", "kind", "field"),
    [
        (plain(401, "Unauthorized"), AuthExpired, None),
        (plain(403, "You are not permitted to perform this action."), AuthRevoked, None),
        (plain(403, "You are not allowed to create a Tweet with duplicate content."), Rejected, "caption"),
        (plain(403, "Your Tweet text is too long."), Rejected, None),
        (reply(403, problem("unsupported-authentication")), AuthRevoked, None),
        (reply(403, problem("client-forbidden", reason="client-not-enrolled")), Rejected, None),
        (reply(403, {"errors": [{"code": 187, "message": "Status is a duplicate."}]}), Rejected, "caption"),
        (reply(403, {"errors": [{"code": 326, "message": "This account is temporarily locked."}]}), Rejected, None),
        (reply(403, {"errors": [{"code": 64, "message": "Your account is suspended"}]}), Rejected, None),
        (reply(402, {"title": "CreditsDepleted", "type": "https://api.x.com/2/problems/credits"}), QuotaReached, None),
        (reply(402, {}), QuotaReached, None),
        (reply(429, problem("usage-capped", period="Monthly")), QuotaReached, None),
        (reply(429, {"errors": [{"code": 88, "message": "Rate limit exceeded"}]}), RateLimited, None),
        (reply(429, b"{}"), RateLimited, None),
        (invalid("text", "Too long"), Rejected, "caption"),
        (invalid("media.media_ids", "Your media IDs are invalid."), Rejected, "media"),
        (invalid("reply_settings", "Unknown"), Rejected, None),
        (reply(413, b"<html>"), Rejected, "media"),
        (reply(418, b"teapot"), Surprise, None),
        (reply(500, problem("internal-error")), Uncertain, None),
        (reply(503, b"<html>"), Uncertain, None),
        (reply(504), Uncertain, None),
    ],
)
def test_refusals_have_a_class_by_their_codes(found: Reply, kind: type[PlatformError], field: str | None) -> None:
    error = judged(found)
    assert (type(error), error.field, error.status) == (kind, field, found.status)


def test_a_fault_of_the_platform_before_the_write_wrote_nothing() -> None:
    assert type(judged(reply(503), PREPARE)) is Unavailable


def test_what_is_wrong_while_a_file_is_uploaded_is_wrong_with_the_file() -> None:
    nameless = reply(400, problem("invalid-request", errors=[{"parameters": {}, "message": "media type unrecognized"}]))
    assert judged(nameless).field is None
    error = judged(nameless, PREPARE, UPLOAD_RULES)
    assert (error.field, "media type unrecognized" in error.message) == ("media", True)
    assert (
        type(judged(plain(403, "You are not permitted to perform this action."), PREPARE, UPLOAD_RULES)) is AuthRevoked
    )


def test_words_that_hold_a_sentence_are_not_the_sentence() -> None:
    longer = plain(403, "He said: You are not permitted to perform this action.")
    assert type(judged(longer)) is Rejected
    assert judged(longer).message == "He said: You are not permitted to perform this action."


def test_the_most_exact_code_is_kept_as_evidence() -> None:
    error = judged(invalid("text", "Too long"))
    assert (error.code, error.message) == ("parameter:text", "Too long")
    assert "Too long" in str(error.evidence["body"])
    assert judged(reply(503)).code == "503"


def test_the_end_of_a_window_is_read_where_it_is_full() -> None:
    full = reply(429, {}, x_rate_limit_limit=100, x_rate_limit_remaining=0, x_rate_limit_reset=RESET)
    assert (type(judged(full)), judged(full).until) == (RateLimited, RESET)
    another = reply(429, {}, x_rate_limit_limit=100, x_rate_limit_remaining=7, x_rate_limit_reset=RESET)
    assert judged(another).until is None
    assert judged(reply(429, {}, x_rate_limit_remaining=0, x_rate_limit_reset="soon")).until is None


@pytest.mark.parametrize("whose", ["user", "app"])
def test_a_full_day_is_a_quota(whose: str) -> None:
    day = {f"x_{whose}_limit_24hour_remaining": 0, f"x_{whose}_limit_24hour_reset": int(TOMORROW.timestamp())}
    error = judged(reply(429, {}, x_rate_limit_remaining=0, x_rate_limit_reset=RESET, **day))
    assert (type(error), error.until, error.code) == (QuotaReached, TOMORROW, "daily-limit")


@pytest.mark.parametrize(
    ("headers", "reading"),
    [
        ({"x_rate_limit_limit": 100, "x_rate_limit_remaining": 75, "x_rate_limit_reset": RESET}, RateReading(0.25)),
        ({"x_rate_limit_limit": 100, "x_rate_limit_remaining": 0, "x_rate_limit_reset": RESET}, RateReading(1, RESET)),
        ({"x_rate_limit_limit": 100, "x_rate_limit_remaining": 200}, RateReading(0)),
        (
            {
                "x_rate_limit_limit": 100,
                "x_rate_limit_remaining": 50,
                "x_user_limit_24hour_remaining": 0,
                "x_user_limit_24hour_reset": TOMORROW,
            },
            RateReading(0.5, TOMORROW),
        ),
        ({"x_rate_limit_limit": 0, "x_rate_limit_remaining": 0}, None),
        ({"x_rate_limit_limit": 100}, None),
        ({}, None),
    ],
)
def test_use_is_read_from_the_window_of_posting(
    headers: dict[str, str | int | datetime], reading: RateReading | None
) -> None:
    assert _reading(reply(201, {}, **headers)) == reading


def test_replies_may_say_little_or_more_and_ids_may_be_numbers() -> None:
    assert read(Me, reply(200, {"data": {"id": 7, "username": "bakery", "new": 1}})).data.id == "7"
    assert read(Timeline, reply(200, {"meta": {"result_count": 0}})).posts == ()
    assert read(Timeline, reply(200, {"data": [{"id": "1", "text": "Hi"}]})).posts[0].references == ()
    upload = read(Upload, reply(200, {"data": {"id": "1", "processing_info": {"state": "failed"}}}))
    assert upload.data.processing_info is not None
    assert upload.data.processing_info.error.name is None


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"data":{}}', b'{"errors":[{"message":"partly"}]}'])
def test_a_reply_without_what_was_asked_for_is_a_surprise(body: bytes) -> None:
    with pytest.raises(Surprise):
        read(Me, reply(200, body))
