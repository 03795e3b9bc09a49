"""What the Graph platforms' refusals and rate headers mean, as a table."""

import json
from datetime import UTC, datetime, timedelta

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
from postwright.platforms.errors import judge
from postwright.platforms.instagram.rules import BY_SUBCODE, RULES
from postwright.platforms.meta import fault_of, rate_reading
from tests.platforms.instagram.fake import error

NOW = datetime(2026, 11, 20, tzinfo=UTC)
PREPARE, COMMIT = StepKind.PREPARE, StepKind.COMMIT


def reply(status: int, body: object, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, named, body if isinstance(body, bytes) else json.dumps(body).encode())


def judged(answer: Reply, kind: StepKind = PREPARE) -> PlatformError:
    fault = fault_of(answer, rate_reading(answer, NOW), "some_permission")
    assert fault is not None
    return judge(fault, RULES, kind)


@pytest.mark.parametrize(
    ("code", "subcode", "prepare", "commit"),
    [
        (190, 463, AuthExpired, AuthExpired),
        (190, None, AuthExpired, AuthExpired),
        (190, 458, AuthRevoked, AuthRevoked),
        (190, 459, AuthRevoked, AuthRevoked),
        (190, 460, AuthRevoked, AuthRevoked),
        (190, 464, AuthRevoked, AuthRevoked),
        (190, 467, AuthRevoked, AuthRevoked),
        (190, 492, AuthRevoked, AuthRevoked),
        (102, None, AuthRevoked, AuthRevoked),
        (3, None, AuthRevoked, AuthRevoked),
        (10, None, AuthRevoked, AuthRevoked),
        (200, None, AuthRevoked, AuthRevoked),
        (299, None, AuthRevoked, AuthRevoked),
        (4, None, RateLimited, RateLimited),
        (17, None, RateLimited, RateLimited),
        (32, None, RateLimited, RateLimited),
        (341, None, RateLimited, RateLimited),
        (613, None, RateLimited, RateLimited),
        (80002, None, RateLimited, RateLimited),
        (1, None, Unavailable, Uncertain),
        (2, None, Unavailable, Uncertain),
        (-1, None, Unavailable, Uncertain),
        (-2, None, Unavailable, Uncertain),
        (-1, 2207001, Unavailable, Uncertain),
        (-1, 2207032, Unavailable, Uncertain),
        (-2, 2207003, Unavailable, Uncertain),
        (-2, 2207020, Unavailable, Unavailable),
        (4, 2207051, RateLimited, Uncertain),
        (9, 2207042, QuotaReached, QuotaReached),
        (24, 2207008, Unavailable, Unavailable),
        (25, 2207050, Rejected, Rejected),
        (100, None, Rejected, Rejected),
        (100, 33, Rejected, Rejected),
        (100, 2207028, Rejected, Rejected),
        (352, 2207026, Rejected, Rejected),
        (368, None, Rejected, Rejected),
        (506, None, Rejected, Uncertain),
        (9004, 2207052, Unavailable, Uncertain),
        (9007, 2207027, Unavailable, Unavailable),
        (36000, 2207004, Rejected, Rejected),
        (36004, 2207010, Rejected, Rejected),
        (424242, None, Surprise, Surprise),
    ],
)
def test_each_code_has_a_class_before_and_after_people_can_see_it(
    code: int, subcode: int | None, prepare: type[PlatformError], commit: type[PlatformError]
) -> None:
    answer = reply(400, {"error": error(code, subcode)})
    assert type(judged(answer)) is prepare
    assert type(judged(answer, COMMIT)) is commit


@pytest.mark.parametrize(
    ("status", "prepare", "commit"),
    [
        (401, AuthExpired, AuthExpired),
        (403, AuthRevoked, AuthRevoked),
        (429, RateLimited, RateLimited),
        (500, Unavailable, Uncertain),
        (503, Unavailable, Uncertain),
        (400, Surprise, Surprise),
        (302, Surprise, Surprise),
    ],
)
def test_a_reply_without_a_code_is_judged_by_its_status(
    status: int, prepare: type[PlatformError], commit: type[PlatformError]
) -> None:
    answer = reply(status, b"<html>busy</html>")
    assert type(judged(answer)) is prepare
    assert type(judged(answer, COMMIT)) is commit
    assert judged(answer).evidence == {"body": "<html>busy</html>"}


def test_whatever_ends_a_connection_tells_the_person_to_reconnect() -> None:
    ending = [rule for rule in RULES.values() if rule.error in (AuthExpired, AuthRevoked)]
    assert ending
    assert [rule.code for rule in ending if "reconnect" not in (rule.sentence or "")] == []


def test_an_unknown_code_that_calls_itself_transient_is_tried_again() -> None:
    answer = reply(400, {"error": {**error(77777, None), "is_transient": True}})
    assert type(judged(answer)) is Unavailable
    assert type(judged(answer, COMMIT)) is Uncertain


def test_an_error_in_a_reply_that_says_ok_is_an_error() -> None:
    assert fault_of(reply(200, {"error": error(100, None)})) is not None
    assert fault_of(reply(200, {"id": "1"})) is None


def test_the_digits_of_a_code_inside_a_text_mean_nothing() -> None:
    answer = reply(400, {"error": error(100, None, "Bad caption: code 190 rate limit 2207042")})
    found = judged(answer)
    assert (type(found), found.code) == (Rejected, "100")


def test_a_person_reads_a_sentence_and_the_evidence_keeps_the_vendors_words() -> None:
    told = {**error(10, None, "(#10) no"), "error_user_msg": "Ask the admin"}
    found = judged(reply(403, {"error": told}))
    assert "some_permission" in found.message
    assert "Ask the admin" in found.message
    assert found.evidence["fbtrace_id"] == "A1"
    assert found.status == 403


def test_the_wait_that_the_platform_names_is_kept() -> None:
    usage = {"1784": [{"type": "instagram", "call_count": 100, "estimated_time_to_regain_access": 19}]}
    answer = reply(400, {"error": error(80002, None)}, x_business_use_case_usage=json.dumps(usage))
    assert judged(answer).until == NOW + timedelta(minutes=19)


@pytest.mark.parametrize(
    ("headers", "reading"),
    [
        ({}, None),
        ({"x_app_usage": '{"call_count":28,"total_time":25,"total_cputime":30}'}, RateReading(0.3)),
        (
            {
                "x_app_usage": '{"call_count":28}',
                "x_business_use_case_usage": '{"1":[{"call_count":90,"estimated_time_to_regain_access":0}]}',
            },
            RateReading(0.9),
        ),
        ({"x_app_usage": "not json"}, None),
        ({"x_app_usage": "[]", "x_business_use_case_usage": '{"1":{"call_count":90}}'}, None),
    ],
)
def test_rate_headers_become_a_part_of_the_allowance(headers: dict[str, str], reading: RateReading | None) -> None:
    assert rate_reading(reply(200, {}, **headers), NOW) == reading


def test_every_sentence_can_be_filled_in() -> None:
    for rule in RULES.values():
        assert "{" not in (rule.sentence or "").format(words="w", needs="n")


def test_a_failed_containers_subcode_means_the_same_as_in_a_refusal() -> None:
    assert BY_SUBCODE["2207026"].error is Rejected
    assert BY_SUBCODE["2207001"].error is Unavailable
    assert all(len(subcode) == 7 for subcode in BY_SUBCODE)
