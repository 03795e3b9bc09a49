"""What Pinterest's refusals and rate headers mean, read from replies and judged by the table. Pure."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from postwright.domain.errors import (
    AuthExpired,
    AuthRevoked,
    PlatformError,
    RateLimited,
    Rejected,
    Surprise,
    Unavailable,
    Uncertain,
)
from postwright.domain.publication import StepKind
from postwright.kit.http import Reply
from postwright.platforms.base import RateReading
from postwright.platforms.errors import judge
from postwright.platforms.pinterest.api import fault_of
from postwright.platforms.pinterest.rules import RULES
from postwright.platforms.pinterest.wire import Pin, Rates

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
WORDS = "In Pinterest's words."


def judged(status: int, code: int | None, kind: StepKind = StepKind.PREPARE) -> PlatformError:
    body = {"message": WORDS} if code is None else {"code": code, "message": WORDS, "status": "failure"}
    fault = fault_of(Reply(status, {}, json.dumps(body).encode()))
    assert fault is not None
    return judge(fault, RULES, kind)


@pytest.mark.parametrize(
    ("status", "code", "prepare", "commit", "field"),
    [
        (400, 1, Rejected, Rejected, None),
        (400, None, Rejected, Rejected, None),
        (401, 2, AuthExpired, AuthExpired, None),
        (401, 3, AuthExpired, AuthExpired, None),
        (403, 3, AuthRevoked, AuthRevoked, None),
        (401, 1104, AuthExpired, AuthExpired, None),
        (401, None, AuthExpired, AuthExpired, None),
        (403, 7, Rejected, Rejected, "options.board_id"),
        (403, 29, AuthRevoked, AuthRevoked, None),
        (401, 29, AuthRevoked, AuthRevoked, None),
        (403, 2626, Rejected, Rejected, None),
        (403, 2775, Rejected, Rejected, None),
        (403, 99_999, Rejected, Rejected, None),
        (403, 235, Rejected, Rejected, "media"),
        (400, 235, Rejected, Rejected, "media"),
        (400, 2786, Rejected, Rejected, "media"),
        (400, 2754, Unavailable, Unavailable, None),
        (404, 40, Rejected, Rejected, "options.board_id"),
        (404, 2031, Rejected, Rejected, "options.board_section_id"),
        (404, 50, Rejected, Rejected, None),
        (409, None, Unavailable, Unavailable, None),
        (418, None, Surprise, Surprise, None),
        (429, 8, RateLimited, RateLimited, None),
        (429, 30, RateLimited, RateLimited, None),
        (429, None, RateLimited, RateLimited, None),
        (500, 11, Unavailable, Uncertain, None),
        (503, None, Unavailable, Uncertain, None),
    ],
)
def test_a_refusal_is_told_by_its_code_before_its_status(
    status: int, code: int | None, prepare: type[PlatformError], commit: type[PlatformError], field: str | None
) -> None:
    before, after = judged(status, code), judged(status, code, StepKind.COMMIT)
    assert (type(before), type(after)) == (prepare, commit)
    assert before.field == after.field == field
    assert before.status == status
    assert before.message


def test_the_platforms_words_are_shown_and_kept_as_evidence() -> None:
    refusal = judged(400, 1)
    assert refusal.message == WORDS
    assert (refusal.code, refusal.evidence) == ("400/1", {"code": 1, "message": WORDS})


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"code": "eight"}', b'{"message": {"a": 1}}'])
def test_a_refusal_that_cannot_be_read_is_told_by_its_status(body: bytes) -> None:
    fault = fault_of(Reply(503, {}, body))
    assert fault is not None
    assert type(judge(fault, RULES, StepKind.COMMIT)) is Uncertain


def test_a_reply_that_says_yes_is_no_refusal() -> None:
    assert fault_of(Reply(201, {}, b"{}")) is None


def headers(limit: str, remaining: str, reset: str) -> dict[str, str]:
    return {"x-ratelimit-limit": limit, "x-ratelimit-remaining": remaining, "x-ratelimit-reset": reset}


@pytest.mark.parametrize(
    ("given", "reading", "long"),
    [
        (headers("100, 100;w=1, 1000;w=60", "75", "1"), RateReading(0.25), False),
        (headers("1000, 100;w=1, 1000;w=60", "0", "60"), RateReading(1, NOW + timedelta(minutes=1)), False),
        (headers("300, 1000;w=86400, 300;w=86400", "150", "80000"), RateReading(0), True),
        (headers("300, 300;w=86400", "0", "90"), RateReading(0, NOW + timedelta(seconds=90)), True),
        (headers("300", "0", "7200"), RateReading(0, NOW + timedelta(hours=2)), True),
        (headers("100", "120", "1"), RateReading(0), False),
        (headers("100", "0", ""), RateReading(1), False),
        (headers("", "5", "60"), None, False),
        (headers("0", "0", "60"), None, False),
        (headers("many", "few", "soon"), None, False),
        (headers("100", "-1", "1.5"), None, False),
        ({}, None, False),
    ],
)
def test_the_rate_headers_say_how_much_is_used_and_when_there_is_more(
    given: dict[str, str], reading: RateReading | None, long: bool
) -> None:
    rates = Rates.of(Reply(200, given, b"{}"))
    assert rates.reading(NOW) == reading
    assert rates.long is long


def test_a_pin_needs_an_id_that_may_come_as_a_number_and_no_time() -> None:
    assert Pin.model_validate({"id": 5}) == Pin(id="5", created_at=None)
    with pytest.raises(ValidationError):
        Pin.model_validate({"id": ""})
