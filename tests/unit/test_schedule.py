"""When a post goes out: instants and wall clocks, in every zone of the world that changes its clocks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from postwright.domain.errors import Invalid
from postwright.domain.schedule import FARTHEST, GRACE, Moment, at_once, moment, zone_of

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PLACES = sorted(name for name in available_timezones() if name not in {"Factory", "localtime", "posixrules"})
REACHABLE = st.datetimes(
    (NOW + timedelta(days=2)).replace(tzinfo=None), (NOW + FARTHEST - timedelta(days=2)).replace(tzinfo=None)
)


@dataclass(frozen=True)
class Change:
    """The first second of new clocks, and by how much they go forward (or, below zero, back)."""

    zone: str
    at: datetime
    by: timedelta

    @property
    def old_wall(self) -> datetime:
        """What the old clocks would have shown."""
        return self.new_wall - self.by

    @property
    def new_wall(self) -> datetime:
        return self.at.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)


def changes_of(name: str) -> Iterator[Change]:
    """Every change of a zone's clocks that a post could be planned for."""
    zone, step = ZoneInfo(name), timedelta(days=5)

    def offset(at: datetime) -> timedelta:
        return at.astimezone(zone).utcoffset() or timedelta()

    start = NOW + timedelta(days=1)
    while start + step < NOW + FARTHEST - timedelta(days=1):
        before, after = start, start + step
        start = after
        if offset(before) == offset(after):
            continue
        while after - before > SECOND:
            middle = before + timedelta(seconds=(after - before) // SECOND // 2)
            before, after = (middle, after) if offset(middle) == offset(before) else (before, middle)
        yield Change(name, after, offset(after) - offset(before))


CHANGES = [change for name in PLACES for change in changes_of(name)]
GAPS = [change for change in CHANGES if change.by > timedelta()]
REPEATS = [change for change in CHANGES if change.by < timedelta()]


def fixed(minutes: int) -> timezone:
    return timezone(timedelta(minutes=minutes))


def read(text: str, zone: str | None = "UTC") -> Moment:
    return moment(text, zone, default_zone="Europe/Berlin", now=NOW)


def refusal(text: str, zone: str | None = "UTC", *, now: datetime = NOW) -> tuple[str, str]:
    """The field and the code for which a time is refused."""
    with pytest.raises(Invalid) as refused:
        moment(text, zone, default_zone="Europe/Berlin", now=now)
    [finding] = refused.value.findings
    return finding.field, finding.code


def test_the_world_still_has_zones_that_skip_and_zones_that_repeat() -> None:
    skipping, repeating = ({change.zone for change in some} for some in (GAPS, REPEATS))
    assert {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"} <= skipping & repeating
    assert any(change.by == timedelta(minutes=30) for change in GAPS)


def test_no_zone_takes_a_time_that_its_clocks_skip() -> None:
    for gap in GAPS:
        for inside in (gap.old_wall, gap.old_wall + gap.by / 2, gap.new_wall - SECOND):
            assert refusal(inside.isoformat(), gap.zone) == ("scheduled_at", "time_does_not_exist"), gap


def test_the_seconds_beside_a_gap_are_neighbours() -> None:
    for gap in GAPS:
        last, first = read((gap.old_wall - SECOND).isoformat(), gap.zone), read(gap.new_wall.isoformat(), gap.zone)
        assert (last.at, first.at) == (gap.at - SECOND, gap.at), gap


def test_of_a_time_that_comes_twice_the_first_is_meant_in_every_zone() -> None:
    for repeat in REPEATS:
        first = read(repeat.new_wall.isoformat(), repeat.zone)
        assert first.at == repeat.at + repeat.by, repeat
        assert first.wall == repeat.new_wall
        last = read((repeat.old_wall - SECOND).isoformat(), repeat.zone)
        assert last.at == repeat.at - SECOND, repeat
        assert read(repeat.old_wall.isoformat(), repeat.zone).at == repeat.at - repeat.by, repeat


def test_the_second_of_two_equal_times_is_named_by_its_offset() -> None:
    assert read("2027-10-31T02:30", "Europe/Berlin").at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    second = read("2027-10-31T02:30+01:00", "Europe/Berlin")
    assert (second.at, f"{second.wall:%H:%M}") == (datetime(2027, 10, 31, 1, 30, tzinfo=UTC), "02:30")


@given(REACHABLE, st.sampled_from(PLACES))
def test_a_wall_time_that_exists_comes_back_from_its_instant(wall: datetime, zone: str) -> None:
    local = wall.replace(tzinfo=ZoneInfo(zone))
    assume(local.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall)
    found = read(wall.isoformat(), zone)
    assert found == Moment(local.astimezone(UTC), wall, zone)
    assert found.at.tzinfo is UTC
    assert found.wall.tzinfo is None
    assert read(found.at.isoformat(), zone) == found


@given(REACHABLE, st.integers(-14 * 60, 14 * 60), st.sampled_from(PLACES))
def test_an_instant_is_the_same_whatever_its_offset_and_zone(wall: datetime, minutes: int, zone: str) -> None:
    given_at = wall.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    found = read(given_at.isoformat(), zone)
    assert found.at == given_at
    assert found.wall == given_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-21T09:30", datetime(2026, 11, 21, 9, 30, tzinfo=UTC)),
        ("2026-11-21 09:30:15", datetime(2026, 11, 21, 9, 30, 15, tzinfo=UTC)),
        ("2026-11-21T09:30Z", datetime(2026, 11, 21, 9, 30, tzinfo=UTC)),
        ("2026-11-21T09:30:00.250+02:00", datetime(2026, 11, 21, 7, 30, 0, 250_000, tzinfo=UTC)),
        ("2026-11-21", datetime(2026, 11, 21, tzinfo=UTC)),
        ("20261121T0930", datetime(2026, 11, 21, 9, 30, tzinfo=UTC)),
    ],
)
def test_the_usual_spellings_of_a_time_are_read(text: str, at: datetime) -> None:
    assert read(text).at == at


def test_without_a_zone_that_of_the_workspace_is_meant() -> None:
    found = read("2026-11-21T09:30", None)
    assert (found.at, found.zone) == (datetime(2026, 11, 21, 8, 30, tzinfo=UTC), "Europe/Berlin")


@given(st.text())
def test_whatever_is_no_time_is_refused_as_such(text: str) -> None:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        assert refusal(text) == ("scheduled_at", "bad_time")


@pytest.mark.parametrize(
    "text", ["", "soon", "tomorrow 9:00", "1700000000", "21.11.2026", "2026-13-01", "\ud83d", "\0"]
)
def test_a_time_as_people_say_it_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(Invalid, match="2026-11-21T09:30"):
        read(text)


@given(st.datetimes(), st.one_of(st.none(), st.timezones(), st.integers(-1439, 1439).map(fixed)))
def test_any_time_of_the_calendar_is_read_or_refused(wall: datetime, zone: ZoneInfo | timezone | None) -> None:
    text = wall.replace(tzinfo=zone).isoformat()
    try:
        found = read(text, "Pacific/Kiritimati")
    except Invalid as refused:
        assert refused.code in {"time_in_past", "time_too_far", "time_does_not_exist"}  # noqa: PT017 both ends are right
    else:
        assert NOW - GRACE <= found.at <= NOW + FARTHEST


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles", "UTC"])
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0001-01-01T00:00:00", "time_in_past"),
        ("0001-01-01T00:00:00+14:00", "time_in_past"),
        ("9999-12-31T23:59:59.999999", "time_too_far"),
        ("9999-12-31T23:59:59-14:00", "time_too_far"),
    ],
)
def test_the_ends_of_the_calendar_are_refused_in_every_zone(text: str, code: str, zone: str) -> None:
    assert refusal(text, zone) == ("scheduled_at", code)


def test_a_time_may_lie_a_minute_back_and_two_years_ahead_but_no_further() -> None:
    assert read((NOW - GRACE).isoformat()).at == NOW - GRACE
    assert refusal((NOW - GRACE - SECOND).isoformat()) == ("scheduled_at", "time_in_past")
    assert read((NOW + FARTHEST).isoformat()).at == NOW + FARTHEST
    assert refusal((NOW + FARTHEST + SECOND).isoformat()) == ("scheduled_at", "time_too_far")


@given(st.text(st.characters(codec=None), max_size=300))
def test_only_an_iana_name_is_a_zone(name: str) -> None:
    try:
        zone = zone_of(name)
    except Invalid as refused:
        assert (refused.findings[0].field, refused.code) == ("timezone", "unknown_timezone")  # noqa: PT017 likewise
    else:
        assert zone.key == name


@pytest.mark.parametrize("name", ["", "Europe", "../Berlin", "/etc/localtime", "CET\0", "Berlin", "Z" * 5000, "+01:00"])
def test_what_only_looks_like_a_zone_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="is not an IANA time zone"):
        zone_of(name)


def test_a_post_that_goes_out_at_once_has_the_wall_time_of_its_zone() -> None:
    for name in PLACES:
        found = at_once(NOW, name)
        assert (found.at, found.zone) == (NOW, name)
        assert found.wall.replace(tzinfo=ZoneInfo(name)).astimezone(UTC) == NOW
