"""The notice that a platform's API version comes to its end."""

from datetime import date, timedelta

import pytest

from postwright.cli.doctor import _ending
from postwright.platforms.base import VERSION_NOTICE, ApiVersion

SUNSET = date(2027, 9, 15)
NOTICE = VERSION_NOTICE.days


@pytest.mark.parametrize(
    ("days_before", "told"), [(365, False), (NOTICE, False), (NOTICE - 1, True), (0, True), (-3, True)]
)
def test_the_operator_is_told_of_a_version_that_ends_soon_or_has_ended(days_before: int, told: bool) -> None:
    left = ApiVersion("202609", SUNSET).ending(SUNSET - timedelta(days=days_before))
    assert left == (timedelta(days=days_before) if told else None)


def test_a_version_whose_end_is_not_known_is_nothing_to_think_of() -> None:
    assert ApiVersion("v1", None).ending(SUNSET) is None


@pytest.mark.parametrize(
    ("today", "found"),
    [
        (date(2027, 9, 1), "Version 202609 of its API ends in 14 days, on 2027-09-15"),
        (date(2027, 9, 15), "Version 202609 of its API has ended, on 2027-09-15"),
    ],
)
def test_the_doctor_says_when_a_version_ends_and_what_to_do(today: date, found: str) -> None:
    line = _ending("linkedin", ApiVersion("202609", SUNSET), today)
    assert line is not None
    assert (line.name, line.verdict, line.found) == ("linkedin API", "warn", found)
    assert line.advice.startswith("Update Postwright")


def test_the_doctor_is_silent_on_versions_that_live_on() -> None:
    assert _ending("linkedin", ApiVersion("202609", SUNSET), date(2026, 11, 20)) is None
    assert _ending("pinterest", None, date(2026, 11, 20)) is None
