"""
Working time: when a team is there, and what a deadline is (R10, R32-R34).

A calendar says of every instant whether it is open.  A date of *exceptions* has
the windows given there and no others, a *holiday* has none, any other date has
those of its weekday; an exception wins over a holiday.  A week without a single
window is open around the clock: who gives no hours keeps none.

Windows are wall-clock time in the calendar's zone, and each edge is one instant:
the first at which the local clock shows the edge *or later*.  So an edge that
the clock jumps over falls on the jump, an edge that the clock shows twice falls
on its first showing, a window across the end of summer time is an hour longer
than it reads, and one across its beginning an hour shorter.  What overlaps counts
once.

Everything is computed from open intervals, day by day, never by seconds.  A
deadline is the instant at which the time is used up: 8 hours from Monday 9:00
with hours 9 to 17 end on Monday at 17:00 and not on Tuesday at 9:00.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from operator import itemgetter
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import attrs

from leadflow._hours import (
    Window,
    find_zone,
    overlaps,
    read_dates,
    read_week,
    read_windows,
    read_zone,
    unknown_zone,
    write_days,
    write_windows,
)
from leadflow._spans import Interval, Span, edge, joined, without
from leadflow._tables import Table
from leadflow.errors import DefinitionError, Problem, Refused
from leadflow.values import aware_utc


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


__all__ = (
    "HORIZON",
    "Interval",
    "Window",
    "WorkCalendar",
    "calendar_to_data",
    "parse_calendar",
)

HORIZON = timedelta(days=3660)
"""How long a calendar may stay closed before a search for an opening gives up."""

_NO_TIME = timedelta(0)
_ONE_DAY = timedelta(days=1)
_STRIDE = timedelta(days=28)
_REMEMBERED = 1000
_EARLIEST = datetime(2, 1, 1, tzinfo=UTC)
_LATEST = datetime(9998, 1, 1, tzinfo=UTC)
_ALL_DAY = (Window(0, 24 * 60),)
_FULL_WEEK = (_ALL_DAY,) * 7


def _ordered_week(
    week: Iterable[Iterable[Window]],
) -> tuple[tuple[Window, ...], ...]:
    return tuple(tuple(sorted(windows)) for windows in week)


def _ordered_dates(
    exceptions: Iterable[tuple[date, Iterable[Window]]],
) -> tuple[tuple[date, tuple[Window, ...]], ...]:
    return tuple(
        sorted(
            ((day, tuple(sorted(windows))) for day, windows in exceptions),
            key=itemgetter(0),
        )
    )


def _frozen_dates(days: Iterable[date]) -> frozenset[date]:
    return frozenset(days)


@attrs.frozen(kw_only=True)
class WorkCalendar:
    """
    Tell open time from closed: weekly windows, exceptions, holidays, a zone.

    *zone* is an IANA name, *week* holds the windows of Monday to Sunday,
    *exceptions* are pairs of a date and the windows that replace its own, and
    *holidays* are closed dates.  `weekly` makes one from text.  Two calendars
    are equal when they say the same, whatever order it was said in.

    Raises:
        DefinitionError: with all problems at once: the zone is unknown, the
            week has not seven days, windows of one day overlap, or a date has
            two exceptions.
    """

    zone: str = "UTC"
    week: tuple[tuple[Window, ...], ...] = attrs.field(
        default=((),) * 7, converter=_ordered_week
    )
    exceptions: tuple[tuple[date, tuple[Window, ...]], ...] = attrs.field(
        default=(), converter=_ordered_dates
    )
    holidays: frozenset[date] = attrs.field(
        default=frozenset(), converter=_frozen_dates
    )
    _dates: Mapping[date, tuple[Window, ...]] = attrs.field(
        init=False,
        repr=False,
        eq=False,
        default=attrs.Factory(
            lambda self: dict.fromkeys(self.holidays, ()) | dict(self.exceptions),
            takes_self=True,
        ),
    )
    _known: dict[date, tuple[Span, ...]] = attrs.field(
        init=False, repr=False, eq=False, factory=dict
    )
    _about: dict[date, tuple[Span, ...]] = attrs.field(
        init=False, repr=False, eq=False, factory=dict
    )

    def __attrs_post_init__(self) -> None:
        problems: list[Problem] = []
        if find_zone(self.zone) is None:
            problems.append(unknown_zone(self.zone, "zone"))
        if len(self.week) != len(_FULL_WEEK):
            message = f"a week has seven days, not {len(self.week)}"
            problems.append(Problem("week", "wrong-type", message))
        problems += (
            Problem(f"exceptions.{day}", "day-twice", f"{day} is given twice")
            for day, times in Counter(day for day, _ in self.exceptions).items()
            if times > 1
        )
        problems += (
            Problem(path, "overlapping-windows", f"{earlier} and {later} overlap")
            for path, windows in (
                *((f"week[{number}]", day) for number, day in enumerate(self.week)),
                *((f"exceptions.{day}", windows) for day, windows in self.exceptions),
            )
            for earlier, later in overlaps(windows)
        )
        if problems:
            raise DefinitionError(problems)

    @classmethod
    def weekly(
        cls,
        zone: str,
        week: Mapping[str, object],
        *,
        holidays: Iterable[date | str] = (),
        exceptions: Mapping[date | str, object] | None = None,
    ) -> WorkCalendar:
        """
        Make a calendar from text, as `parse_calendar` reads it.

        >>> hours = {"mon-fri": "09:00-13:00 14:00-18:00", "sat": "10:00-15:00"}
        >>> WorkCalendar.weekly("Europe/Moscow", hours).is_open(
        ...     datetime(2026, 5, 11, 9, 30, tzinfo=UTC)
        ... )
        True

        Raises:
            DefinitionError: with all problems of the text.
        """
        data = {"zone": zone, "week": week, "holidays": list(holidays)}
        calendar, problems = parse_calendar({**data, "exceptions": exceptions or {}})
        if calendar is None:
            raise DefinitionError(problems)
        return calendar

    def is_open(self, at: datetime) -> bool:
        """
        Tell whether *at* lies in open time; a closing instant does not.
        """
        return self._window_at(_instant(at)) is not None

    def next_open(self, at: datetime) -> datetime:
        """
        Return *at* itself if it is open, else the next opening, in UTC.

        Raises:
            Refused: there is none within `HORIZON` (rule
                ``worktime.no-opening``).
        """
        opens, _ = next(self._onwards(_instant(at), ()))
        return opens

    def add(
        self,
        start: datetime,
        duration: timedelta,
        *,
        pauses: Iterable[Interval] = (),
    ) -> datetime:
        """
        Return the first instant by which *duration* of open time has gone by.

        The time in *pauses* does not count.  No time at all ends at the start
        itself, open or closed.

        Raises:
            Refused: *duration* is negative (rule ``worktime.negative``), nothing
                opens for as long as `HORIZON` (``worktime.no-opening``), or the
                end lies out of the years that can be reckoned with
                (``worktime.out-of-range``).
        """
        begin = _instant(start)
        left = _not_negative(duration)
        if not left:
            return begin
        now = None if pauses else self._window_at(begin)
        if now is not None and left <= now[1] - begin:
            return begin + left
        for opens, closes in self._onwards(begin, _cuts(pauses)):
            if left <= closes - opens:
                return opens + left
            left -= closes - opens
        raise AssertionError  # pragma: no cover - the walk ends by refusing

    def before(
        self,
        deadline: datetime,
        duration: timedelta,
        *,
        pauses: Iterable[Interval] = (),
    ) -> datetime:
        """
        Return the last instant with *duration* of open time up to *deadline*.

        It is where to warn: an hour before Tuesday 9:30, with hours 9 to 17, is
        Monday 16:30.  The mirror image of `add`, with the same refusals.
        """
        end = _instant(deadline)
        left = _not_negative(duration)
        if not left:
            return end
        for opens, closes in self._back(end, _cuts(pauses)):
            if left <= closes - opens:
                return closes - left
            left -= closes - opens
        raise AssertionError  # pragma: no cover - the walk ends by refusing

    def between(
        self, start: datetime, end: datetime, *, pauses: Iterable[Interval] = ()
    ) -> timedelta:
        """
        Return the open time from *start* to *end*, without *pauses*.

        It is negative where *end* comes first: as late as early the other way.
        """
        begin, finish = _instant(start), _instant(end)
        if finish < begin:
            return -self.between(finish, begin, pauses=pauses)
        spans = without(self._spans(begin, finish), _cuts(pauses))
        return sum((closes - opens for opens, closes in spans), _NO_TIME)

    def intervals(
        self, start: datetime, end: datetime, *, pauses: Iterable[Interval] = ()
    ) -> tuple[Interval, ...]:
        """
        Return the open intervals from *start* to *end*, as long as they can be.

        They are in order and do not touch; there are none where *end* comes
        first.
        """
        spans = self._spans(_instant(start), _instant(end))
        return tuple(
            Interval(opens, closes)
            for opens, closes in joined(without(spans, _cuts(pauses)))
        )

    def _window_at(self, instant: datetime) -> Span | None:
        """
        Return a window that *instant* lies in, None if it is closed then.

        Asked for at every intake, of each member: so the windows about a day of
        UTC, whatever the zone, are remembered together.
        """
        day = instant.date()
        found = self._about.get(day)
        if found is None:
            zone = ZoneInfo(self.zone)
            # A window may last into the next day, and days begin a day apart.
            found = tuple(
                span
                for number in range(-2, 2)
                for span in self._edges(zone, day + number * _ONE_DAY)
            )
            if len(self._about) >= _REMEMBERED:
                self._about.clear()
            self._about[day] = found
        for span in found:
            if span[0] <= instant < span[1]:
                return span
        return None

    def _windows(self, day: date) -> tuple[Window, ...]:
        week = self.week if any(self.week) else _FULL_WEEK
        found = self._dates.get(day)
        return week[day.weekday()] if found is None else found

    def _edges(self, zone: ZoneInfo, day: date) -> tuple[Span, ...]:
        """
        Return the opening and closing instants of the windows of *day*.

        Remembered, since duty is asked about the same days again and again.
        """
        found = self._known.get(day)
        if found is None:
            found = tuple(
                (edge(zone, day, window.start), edge(zone, day, window.end))
                for window in self._windows(day)
            )
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[day] = found
        return found

    def _spans(self, low: datetime, high: datetime) -> Iterator[Span]:
        """
        Yield the open time in a range as disjoint spans in order.
        """
        zone = ZoneInfo(self.zone)
        # Yesterday's night shift may still be on, so begin a day early.
        day = low.astimezone(zone).date() - _ONE_DAY
        last = high.astimezone(zone).date()
        reached = low
        while day <= last:
            for first, end in self._edges(zone, day):
                closes = min(end, high)
                if closes <= reached:
                    continue
                opens = max(first, reached)
                if opens < closes:
                    yield opens, closes
                    reached = closes
            day += _ONE_DAY

    def _onwards(self, start: datetime, cuts: Sequence[Span]) -> Iterator[Span]:
        """
        Yield open spans from *start* on, without end; refuse a desert.
        """
        seen = low = start
        while low < _LATEST:
            high = min(low + _STRIDE, _LATEST)
            for span in without(self._spans(low, high), cuts):
                yield span
                seen = span[1]
            if high - seen > HORIZON:
                raise _no_opening(seen)
            low = high
        raise _out_of_range(_LATEST)

    def _back(self, end: datetime, cuts: Sequence[Span]) -> Iterator[Span]:
        """
        Yield open spans from *end* backwards, the last first; refuse a desert.
        """
        seen = high = end
        stride = _ONE_DAY
        while high > _EARLIEST:
            low = max(high - stride, _EARLIEST)
            stride = min(2 * stride, _STRIDE)
            for span in reversed(tuple(without(self._spans(low, high), cuts))):
                yield span
                seen = span[0]
            if seen - low > HORIZON:
                raise _no_opening(seen)
            high = low
        raise _out_of_range(_EARLIEST)


def _cuts(pauses: Iterable[Interval]) -> tuple[Span, ...]:
    return tuple(joined(sorted((pause.start, pause.end) for pause in pauses)))


def _instant(at: datetime) -> datetime:
    instant = aware_utc(at)
    if not _EARLIEST <= instant <= _LATEST:
        raise _out_of_range(instant)
    return instant


def _not_negative(duration: timedelta) -> timedelta:
    if duration < _NO_TIME:
        raise Refused("worktime.negative", f"the duration {duration} is negative")
    return duration


def _no_opening(since: datetime) -> Refused:
    return Refused(
        "worktime.no-opening",
        f"nothing is open within {HORIZON.days} days of {since.isoformat()}",
    )


def _out_of_range(instant: datetime) -> Refused:
    return Refused(
        "worktime.out-of-range",
        f"{instant.isoformat()} is out of the years 2 to 9997",
    )


# -- as data -------------------------------------------------------------------


def parse_calendar(
    data: object, path: str = "calendar"
) -> tuple[WorkCalendar | None, list[Problem]]:
    """
    Read a calendar from plain data, as TOML or JSON give it.

    *data* has ``zone``; ``week``, from names of days (``mon-fri``, ``sat,sun``)
    to hours (``09:00-13:00 14:00-18:00``, ``closed``, or a list); ``holidays``,
    a list of dates and ranges (``2026-01-01..2026-01-08``); ``exceptions``, from
    such dates to hours.  All may be left out, the zone only with all else.

    Returns:
        The calendar and no problems, or ``None`` and all problems, each with
        its place below *path*.
    """
    problems: list[Problem] = []
    table = Table.of(data, path, problems, what="a calendar")
    zone = read_zone(table)
    week = read_week(table)
    closed = [
        day
        for place, value in table.items("holidays")
        for day in read_dates(value, place, problems)
    ]
    exceptions: dict[date, tuple[Window, ...]] = {}
    for key, place, value in table.entries("exceptions"):
        windows = read_windows(value, place, problems)
        for day in read_dates(key, place, problems):
            if day in exceptions:
                problems.append(Problem(place, "day-twice", f"{day} is given twice"))
            exceptions[day] = windows
    table.end()
    if problems:
        return None, problems
    calendar = WorkCalendar(
        zone=zone, week=week, holidays=closed, exceptions=exceptions.items()
    )
    return calendar, []


def calendar_to_data(calendar: WorkCalendar) -> dict[str, object]:
    """
    Write a calendar as plain data that `parse_calendar` reads back equal.
    """
    data: dict[str, object] = {"zone": calendar.zone}
    days: dict[str, list[int]] = {}
    for number, windows in enumerate(calendar.week):
        if windows:
            days.setdefault(write_windows(windows), []).append(number)
    if days:
        data["week"] = {write_days(numbers): hours for hours, numbers in days.items()}
    if calendar.holidays:
        data["holidays"] = [day.isoformat() for day in sorted(calendar.holidays)]
    if calendar.exceptions:
        data["exceptions"] = {
            day.isoformat(): write_windows(windows)
            for day, windows in calendar.exceptions
        }
    return data
