"""What platforms share once a post may be out: the comparison of texts and times, and the end of a flow."""

from datetime import UTC, datetime, timedelta

import pytest

from postwright.domain.publication import Checkpoint
from postwright.platforms.base import Published
from postwright.platforms.landing import CLOCK_SLACK, made_since, plain, published

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def test_texts_are_compared_without_what_platforms_change() -> None:
    assert plain(" One\r\n\ttwo\N{NO-BREAK SPACE} three\n") == plain("One two three")
    assert plain(None) == plain(" ") == ""
    assert plain("one") != plain("One")


@pytest.mark.parametrize("told", ["2026-11-20T09:00:00", "2026-11-20T09:00:00-00:00", "2026-11-20T10:00:00+01:00"])
def test_a_time_without_a_zone_means_utc_and_clocks_may_differ_a_little(told: str) -> None:
    made_at = datetime.fromisoformat(told)
    assert made_since(made_at, NOW + CLOCK_SLACK)
    assert not made_since(made_at, NOW + CLOCK_SLACK + TICK)


def test_what_has_no_time_may_be_of_any() -> None:
    assert made_since(None, NOW)


def test_a_flow_ends_with_the_id_of_what_landed() -> None:
    landed = Checkpoint("finish").landed("7", "https://example.com/7")
    assert published(landed, "no comment") == Published("7", "https://example.com/7", ("no comment",))
    with pytest.raises(ValueError, match="finish"):
        published(Checkpoint("finish"))
