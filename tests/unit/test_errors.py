"""The two trees of failure: what each leaf says by itself, and what it is called."""

import re
from collections.abc import Iterator

import pytest

from postwright.domain.errors import AuthExpired, Conflict, Finding, Invalid, NotFound, PlatformError, Problem
from tests.support.clock import START


def tree(root: type[Exception]) -> Iterator[type[Exception]]:
    yield root
    for child in root.__subclasses__():
        if child.__module__ == root.__module__:
            yield from tree(child)


PROBLEMS = list(tree(Problem))
BY_THEMSELVES = [*(kind for kind in PROBLEMS if kind is not Invalid), *tree(PlatformError)]


@pytest.mark.parametrize("kind", BY_THEMSELVES, ids=lambda kind: kind.__name__)
def test_a_failure_says_in_a_sentence_what_happened(kind: type[Exception]) -> None:
    assert re.fullmatch(r"[A-Z][^\n]+\.", str(kind()))
    assert str(kind("Something else.")) == "Something else."


@pytest.mark.parametrize("kind", PROBLEMS, ids=lambda kind: kind.__name__)
def test_a_problem_has_a_status_and_a_code_of_its_own(kind: type[Problem]) -> None:
    assert 400 <= kind.status < 600
    assert [other for other in PROBLEMS if vars(other)["code"] == kind.code] == [kind]


def test_a_problem_may_name_its_code_its_field_and_a_time() -> None:
    problem = Conflict("Not now.", code="busy", field="post", retry_at=START)
    assert (problem.status, problem.code, problem.retry_at) == (409, "busy", START)
    assert problem.findings == (Finding("post", "busy", "Not now."),)
    assert NotFound().findings == ()


def test_an_invalid_request_is_called_by_its_first_finding_and_keeps_them_all() -> None:
    findings = (Finding("a", "too_long", "Too long."), Finding("b", "missing", "Missing."))
    assert (Invalid(findings).code, str(Invalid(findings)), Invalid(findings).findings) == (
        "too_long",
        "Too long.",
        findings,
    )
    assert (Invalid(()).code, str(Invalid(()))) == ("invalid", "The request holds values that cannot be used.")
    assert Invalid.of("a", "too_long", "Too long.").findings == findings[:1]


def test_a_platform_s_error_keeps_what_the_platform_said() -> None:
    said = {"code": 190}
    error = AuthExpired(status=401, code="190/463", until=START, field="caption", evidence=said)
    said.clear()
    assert (error.kind, error.status, error.code, error.until, error.field) == (
        "auth_expired",
        401,
        "190/463",
        START,
        "caption",
    )
    assert error.evidence == {"code": 190}


def test_every_kind_of_platform_error_has_a_name_of_its_own() -> None:
    names = [kind().kind for kind in tree(PlatformError) if issubclass(kind, PlatformError)]
    assert len(set(names)) == len(names)
    assert {"rate_limited", "quota_reached", "uncertain"} <= set(names)
