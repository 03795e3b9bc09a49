"""When a post goes out: an instant, and the wall-clock time and zone that the person meant."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from postwright.domain.errors import Invalid

GRACE = timedelta(minutes=1)
"""How far in the past a time may lie: clocks differ and forms take a moment to fill."""
FARTHEST = timedelta(days=366 * 2)
PREFLIGHTS = (timedelta(hours=24), timedelta(hours=1))
"""How long before its time a publication is looked over. One that is nearer was looked over when it was written."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A chosen time: the instant that counts, and the wall clock (without zone) and IANA zone it came from."""

    at: datetime
    wall: datetime
    zone: str


def zone_of(name: str) -> ZoneInfo:
    """The IANA zone by that name. Raises Invalid."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise Invalid.of("timezone", "unknown_timezone", f"{name!r} is not an IANA time zone.") from unknown


def moment(text: str, zone: str | None, *, default_zone: str, now: datetime) -> Moment:
    """Read a time as people and programs write it, and check that it can still be kept.

    With an offset (or Z) it is an instant. Without one it is wall-clock time in `zone`; a time
    that daylight saving skips is refused, of one that it repeats the first is meant. Raises Invalid.
    """
    try:
        given = datetime.fromisoformat(text)
    except ValueError as unreadable:
        raise Invalid.of(
            "scheduled_at", "bad_time", "Write the time as ISO 8601, like 2026-11-21T09:30."
        ) from unreadable
    chosen = zone_of(zone or default_zone)
    meant = given.replace(tzinfo=chosen) if given.tzinfo is None else given
    # Compared before they are converted: near the first and the last year another zone's calendar has no such day.
    if meant < now - GRACE:
        raise Invalid.of("scheduled_at", "time_in_past", "The time lies in the past.")
    if meant > now + FARTHEST:
        raise Invalid.of("scheduled_at", "time_too_far", "The time lies more than two years ahead.")
    at = meant.astimezone(UTC)
    wall = at.astimezone(chosen).replace(tzinfo=None)
    if given.tzinfo is None and wall != given:
        raise Invalid.of(
            "scheduled_at",
            "time_does_not_exist",
            f"{given:%H:%M} does not exist that day in {zone or default_zone}: the clocks go forward.",
        )
    return Moment(at, wall, zone or default_zone)


def at_once(now: datetime, zone: str) -> Moment:
    """The moment of a post that goes out now."""
    return Moment(now, now.astimezone(zone_of(zone)).replace(tzinfo=None), zone)


def next_preflight(due_at: datetime, now: datetime) -> datetime | None:
    """When a publication is looked over next before its time; None where no look is left."""
    return next((due_at - ahead for ahead in PREFLIGHTS if due_at - ahead > now), None)
