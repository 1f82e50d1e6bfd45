"""
Spans of time in UTC, and the wall clock's edges as instants.

A span is a pair of instants, its end not in it.  Where several stand together
they are in order; `joined` makes them disjoint, `without` needs them so.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import attrs

from leadflow.errors import Refused
from leadflow.values import aware_utc


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from zoneinfo import ZoneInfo


__all__ = ("Interval",)

Span = tuple[datetime, datetime]

_NO_TIME = timedelta(0)
_ORIGIN = datetime(1, 1, 1, tzinfo=UTC)
_ONE_SECOND = timedelta(seconds=1)


@attrs.frozen
class Interval:
    """
    Hold the time from *start* up to, and without, *end*; both become UTC.

    Raises:
        Refused: *end* lies before *start* (rule ``worktime.reversed-interval``),
            or one of them is naive (rule ``value.naive-datetime``).
    """

    start: datetime = attrs.field(converter=aware_utc)
    end: datetime = attrs.field(converter=aware_utc)

    def __attrs_post_init__(self) -> None:
        if self.end < self.start:
            raise Refused(
                "worktime.reversed-interval",
                f"the interval ends at {self.end.isoformat()}, "
                f"before it starts at {self.start.isoformat()}",
            )

    @property
    def length(self) -> timedelta:
        """Return the elapsed time, not the wall clock's."""
        return self.end - self.start


def edge(zone: ZoneInfo, day: date, minute: int) -> datetime:
    """
    Return the first instant at which the local clock shows *minute* or later.
    """
    # A zone reads the fields of a datetime and its fold, and not its own zone.
    wall = _ORIGIN + timedelta(days=day.toordinal() - 1, minutes=minute)
    earlier = zone.utcoffset(wall) or _NO_TIME
    later = zone.utcoffset(wall.replace(fold=1)) or _NO_TIME
    if later <= earlier:
        return wall - earlier
    # The clock jumps over this time (PEP 495: a gap is where the second reading
    # has the greater offset); look for the jump, to the second.
    low, high = wall - later, wall - earlier
    while high - low > _ONE_SECOND:
        middle = low + (high - low) // _ONE_SECOND // 2 * _ONE_SECOND
        jumped = middle.astimezone(zone).replace(tzinfo=UTC) >= wall
        low, high = (low, middle) if jumped else (middle, high)
    return high


def joined(spans: Iterable[Span]) -> Iterator[Span]:
    """
    Yield ordered spans with those that overlap or touch made one.
    """
    current: Span | None = None
    for low, high in spans:
        if current is None:
            current = low, high
        elif low <= current[1]:
            current = current[0], max(current[1], high)
        else:
            yield current
            current = low, high
    if current is not None:
        yield current


def without(spans: Iterable[Span], cuts: Sequence[Span]) -> Iterator[Span]:
    """
    Yield what the cuts leave of the spans; both are ordered and disjoint.
    """
    if not cuts:
        yield from spans
        return
    passed = 0
    for low, high in spans:
        rest = low
        while passed < len(cuts) and cuts[passed][1] <= rest:
            passed += 1
        at = passed
        while at < len(cuts) and cuts[at][0] < high:
            if rest < cuts[at][0]:
                yield rest, cuts[at][0]
            rest = max(rest, cuts[at][1])
            at += 1
        if rest < high:
            yield rest, high
