"""The evidence of a run: every call and failure in words, nothing secret, each line once."""

import json
from datetime import timedelta

import pytest

from postwright.domain.errors import Rejected, Uncertain
from postwright.kit.http import Reply, Request
from postwright.services.evidence import Evidence, error_json
from postwright.storage.publications import Line
from tests.support.clock import START, ManualClock

TOKEN = "EAAGm0PX4ZCpsBAKZZz9wQ"
URL = "https://graph.example.com/v25.0/17/media"
TOOK = timedelta(milliseconds=123.4)


def line_of(request: Request, reply: Reply | None) -> Line:
    evidence = Evidence(ManualClock())
    evidence.sent(request, reply, TOOK)
    [line] = evidence.take()
    return line


def replied(body: object, status: int = 200) -> Reply:
    return Reply(status, {"set-cookie": TOKEN}, body if isinstance(body, bytes) else json.dumps(body).encode())


@pytest.mark.parametrize(
    ("reply", "level", "outcome"),
    [
        (replied({"id": "1"}), "info", "200"),
        (replied({}, 302), "info", "302"),
        (replied({}, 400), "warning", "400"),
        (replied(b"down", 503), "warning", "503"),
        (None, "warning", "no reply"),
    ],
)
def test_a_call_is_told_by_its_address_its_outcome_and_its_time(reply: Reply | None, level: str, outcome: str) -> None:
    line = line_of(Request("POST", f"{URL}?access_token={TOKEN}"), reply)
    assert (line.at, line.level) == (START, level)
    assert line.message == f"POST graph.example.com/v25.0/17/media → {outcome} in 123 ms"


def test_what_was_asked_and_answered_is_kept_without_secrets() -> None:
    request = Request("POST", URL, query={"fields": "id"}, form={"caption": "Hi", "access_token": TOKEN})
    line = line_of(request, replied({"id": "1", "access_token": TOKEN}))
    assert line.raw == {
        "request": {"query": {"fields": "id"}, "form": {"caption": "Hi", "access_token": "[hidden]"}},
        "status": 200,
        "response": {"id": "1", "access_token": "[hidden]"},
    }


@pytest.mark.parametrize(
    "body",
    [
        {"access_token": TOKEN, "more": "x" * 9000},
        {"data": [{"id": n, "access_token": TOKEN} for n in range(200)]},
        f"<html>https://a.example/?access_token={TOKEN}".encode() + b"\xff" * 9000,
        f"Malformed access token {TOKEN}".encode(),
    ],
)
def test_a_long_or_unreadable_reply_is_kept_in_part_and_without_secrets(body: object) -> None:
    raw = line_of(Request("GET", URL), replied(body)).raw
    assert raw is not None
    assert TOKEN not in str(raw)
    assert 0 < len(str(raw["response"])) <= 4000 + 200 * len("[hidden]")


def test_no_reply_is_kept_as_none() -> None:
    assert line_of(Request("GET", URL, json={"password": "x"}), None).raw == {
        "request": {"json": {"password": "[hidden]"}}
    }


def test_a_failure_is_told_with_its_cause_and_without_secrets() -> None:
    evidence = Evidence(ManualClock())
    error = Rejected("Too long.", status=400, code="100/36004", field="caption", evidence={"code": 100, "token": TOKEN})
    evidence.failed(error)
    [line] = evidence.take()
    assert (line.level, line.message) == ("error", "Too long.")
    assert line.raw == {"error": error_json(error), "evidence": {"code": 100, "token": "[hidden]"}}


def test_a_failure_is_stored_by_its_kind_and_in_plain_words() -> None:
    assert error_json(Uncertain()) == {
        "kind": "uncertain",
        "message": "It is not known whether the platform acted.",
        "code": None,
        "status": None,
        "field": None,
    }


def test_lines_are_taken_in_their_order_and_once() -> None:
    clock = ManualClock()
    evidence = Evidence(clock)
    evidence.say("info", "one")
    clock.advance(TOOK)
    evidence.say("warning", "two", {"n": 1})
    assert evidence.take() == [Line(START, "info", "one"), Line(START + TOOK, "warning", "two", {"n": 1})]
    assert evidence.take() == []
