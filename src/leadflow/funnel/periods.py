"""
Periods and buckets: a calendar's days, weeks and months as whole instants.

A local day is not a UTC day, and not always 24 hours long.  So the edges are
computed here, once, in the zone that is meant, and counting knows only integers.
Every period is half-open: it holds its start and not its end.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

import attrs

from leadflow._spans import edge
from leadflow.errors import DefinitionError, Problem
from leadflow.funnel.history import instant, micros
from leadflow.values import aware_utc


__all__ = ("Bucket", "BucketUnit", "Period")

BucketUnit = Literal["day", "week", "month", "quarter"]

_ONE_DAY = timedelta(days=1)


@attrs.frozen
class Period:
    """
    Hold the time from *start* up to, and without, *end*; both become UTC.

    Raises:
        DefinitionError: *end* is not after *start*.
        Refused: one of them is naive (rule ``value.naive-datetime``).
    """

    start: datetime = attrs.field(converter=aware_utc)
    end: datetime = attrs.field(converter=aware_utc)

    def __attrs_post_init__(self) -> None:
        if self.end <= self.start:
            raise DefinitionError(
                [
                    Problem(
                        "period",
                        "empty-period",
                        f"the period ends at {self.end.isoformat()}, "
                        f"not after it starts at {self.start.isoformat()}",
                    )
                ]
            )

    @classmethod
    def dates(cls, first: date, last: date, *, zone: str = "UTC") -> Period:
        """
        Return the period of the local dates from *first* to *last*, both in it.

        Raises:
            DefinitionError: *last* is before *first*, or *zone* is unknown.
        """
        where = _zone(zone)
        return cls(edge(where, first, 0), edge(where, last + _ONE_DAY, 0))

    @property
    def start_us(self) -> int:
        """Return the first instant in microseconds."""
        return micros(self.start)

    @property
    def end_us(self) -> int:
        """Return the instant after the last in microseconds."""
        return micros(self.end)

    def __contains__(self, at_us: object) -> bool:
        return isinstance(at_us, int) and self.start_us <= at_us < self.end_us


@attrs.frozen
class Bucket:
    """
    Cut a period into calendar units of *zone*; weeks begin on Monday.

    Raises:
        DefinitionError: *zone* is not known.
    """

    unit: BucketUnit
    zone: str = "UTC"

    def __attrs_post_init__(self) -> None:
        _zone(self.zone)

    def edges(self, period: Period) -> tuple[int, ...]:
        """
        Return the instants that cut *period*, its start and end included.

        A unit that the period covers in part is cut short.
        """
        zone = _zone(self.zone)
        start, end = period.start_us, period.end_us
        found = {start, end}
        day = self._first(period.start.astimezone(zone).date())
        while (at_us := micros(edge(zone, day, 0))) < end:
            if at_us > start:
                found.add(at_us)
            day = self._next(day)
        return tuple(sorted(found))

    def periods(self, period: Period) -> tuple[Period, ...]:
        """
        Return the parts of *period* in order.
        """
        return tuple(
            Period(instant(start), instant(end))
            for start, end in pairwise(self.edges(period))
        )

    def _first(self, day: date) -> date:
        match self.unit:
            case "day":
                return day
            case "week":
                return day - timedelta(days=day.weekday())
            case "month":
                return day.replace(day=1)
            case "quarter":
                return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)

    def _next(self, day: date) -> date:
        match self.unit:
            case "day":
                return day + _ONE_DAY
            case "week":
                return day + 7 * _ONE_DAY
            case "month":
                return self._first(day + 31 * _ONE_DAY)
            case "quarter":
                return self._first(day + 92 * _ONE_DAY)


def _zone(name: str) -> ZoneInfo:
    # The names of zones are file names to zoneinfo, with all that can go wrong.
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise DefinitionError(
            [Problem("zone", "unknown-zone", f"there is no time zone {name!r}")]
        ) from None
