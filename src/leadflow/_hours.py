"""
The text of working hours: windows, days, dates, and what is wrong with them.

`09:00-13:00 14:00-18:00` is a day, `mon-fri` names days, `2026-01-01..2026-01-08`
names dates.  Every reader takes the list of problems to add to, and reads on:
an author sees all mistakes of a calendar at once (R45).
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import attrs

from leadflow.errors import DefinitionError, Problem


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leadflow._tables import Table


__all__ = ("Window",)

DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_A_DAY = 24 * 60
LONGEST_RANGE = timedelta(days=3660)

_FULL_NAMES = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
_DAY_NUMBERS = {
    name: number
    for names in (DAY_NAMES, _FULL_NAMES)
    for number, name in enumerate(names)
}
_WINDOW = re.compile(r"(\d{1,2}):([0-5]\d)\s*[-–]\s*(\d{1,2}):([0-5]\d)", re.ASCII)
_BETWEEN = re.compile(r"\s*[,;]\s*|\s+")


@attrs.frozen(order=True)
class Window:
    """
    Hold one stretch of open time, in minutes of the local wall clock.

    *start* is 0 to 1439, *end* up to 24 hours later: 1440 is midnight at the end
    of the day, and 22:00 to 06:00 is ``Window(1320, 1800)``.  The window belongs
    to the day on which it starts, also what of it lies after midnight.

    Raises:
        DefinitionError: the window starts outside of the day, is empty, or is
            longer than 24 hours (rule ``bad-window``).
    """

    start: int
    end: int

    def __attrs_post_init__(self) -> None:
        if not (
            0 <= self.start < MINUTES_A_DAY
            and self.start < self.end <= self.start + MINUTES_A_DAY
        ):
            message = f"from minute {self.start} to {self.end} is no window of a day"
            raise DefinitionError([Problem("window", "bad-window", message)])

    @classmethod
    def parse(cls, text: str) -> Window:
        """
        Read ``09:00-18:00``; an end not after the start is on the next day.

        The end may be written 24:00, and 09:00-09:00 is a watch of 24 hours.  An
        end of 23:59 is taken at its word: the day's last minute is closed.

        Raises:
            DefinitionError: *text* is no window (rule ``bad-window``).
        """
        found = _WINDOW.fullmatch(text.strip())
        if found is not None:
            numbers = [int(part) for part in found.groups()]
            start, end = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
            if start < MINUTES_A_DAY and end <= MINUTES_A_DAY:
                return cls(start, end if end > start else end + MINUTES_A_DAY)
        message = f"{text!r} is no window like 09:00-18:00"
        raise DefinitionError([Problem("window", "bad-window", message)])

    def __str__(self) -> str:
        end = self.end if self.end <= MINUTES_A_DAY else self.end - MINUTES_A_DAY
        return f"{_clock(self.start)}-{_clock(end)}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def overlaps(windows: Iterable[Window]) -> Iterator[tuple[Window, Window]]:
    """
    Yield the neighbours of one day that overlap.
    """
    ordered = sorted(windows)
    for earlier, later in pairwise(ordered):
        if later.start < earlier.end:
            yield earlier, later


def read_windows(
    value: object, path: str, problems: list[Problem]
) -> tuple[Window, ...]:
    """
    Read a day: windows in one text or a list of texts, or ``closed``.
    """
    match value:
        case str():
            parts = [value]
        case list() | tuple() if all(isinstance(part, str) for part in value):
            parts = [str(part) for part in value]
        case _:
            message = "hours are a text like '09:00-18:00', or a list of such"
            problems.append(Problem(path, "wrong-type", message))
            return ()
    if [part.strip().lower() for part in parts] == ["closed"]:
        return ()
    windows: list[Window] = []
    words = [word for part in parts for word in _BETWEEN.split(part.strip()) if word]
    if not words:
        message = "no hours are given; write 'closed' for a day without any"
        problems.append(Problem(path, "bad-window", message))
    for word in words:
        try:
            windows.append(Window.parse(word))
        except DefinitionError as error:
            problems += (
                Problem(path, each.rule, each.message) for each in error.problems
            )
    problems += (
        Problem(path, "overlapping-windows", f"{earlier} and {later} overlap")
        for earlier, later in overlaps(windows)
    )
    return tuple(sorted(windows))


def read_days(text: str, path: str, problems: list[Problem]) -> tuple[int, ...]:
    """
    Read ``mon``, ``mon-fri``, ``sat,sun`` or ``fri-mon`` into numbers from 0.
    """
    days: list[int] = []
    for part in re.split(r"\s*[,;]\s*", text.strip().lower()):
        first, dash, last = part.partition("-")
        numbers = [
            _DAY_NUMBERS.get(name.strip()) for name in (first, last if dash else first)
        ]
        match numbers:
            case [int(low), int(high)]:
                days += ((low + step) % 7 for step in range((high - low) % 7 + 1))
            case _:
                message = f"{part!r} names no days like 'mon' or 'mon-fri'"
                problems.append(Problem(path, "unknown-day", message))
    return tuple(days)


def read_dates(value: object, path: str, problems: list[Problem]) -> tuple[date, ...]:
    """
    Read a date, its ISO text, or a range ``2026-01-01..2026-01-08``.
    """
    # A TOML document can hold a date and time where a date was meant.
    if type(value) is date:
        return (value,)
    if isinstance(value, str):
        first, dots, last = value.partition("..")
        try:
            low = date.fromisoformat(first.strip())
            high = date.fromisoformat(last.strip()) if dots else low
        except ValueError:
            pass
        else:
            if timedelta(0) <= high - low <= LONGEST_RANGE:
                return tuple(
                    low + timedelta(days=step) for step in range((high - low).days + 1)
                )
            message = f"{value!r} ends before it starts, or lasts over ten years"
            problems.append(Problem(path, "bad-date", message))
            return ()
    message = f"{value!r} is no date like 2026-01-01 nor range of such"
    problems.append(Problem(path, "bad-date", message))
    return ()


def write_days(numbers: Iterable[int]) -> str:
    """
    Write numbers of days as `read_days` reads them: ``mon-fri,sun``.
    """
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ",".join(
        DAY_NAMES[run[0]]
        if len(run) == 1
        else f"{DAY_NAMES[run[0]]}-{DAY_NAMES[run[-1]]}"
        for run in runs
    )


def write_windows(windows: Iterable[Window]) -> str:
    """
    Write a day as `read_windows` reads it.
    """
    return " ".join(str(window) for window in windows) or "closed"


def read_zone(table: Table) -> str:
    """
    Read the zone; only a calendar that says nothing else may do without.
    """
    match table.take("zone"):
        case None:
            if any(table.data.get(key) for key in ("week", "holidays", "exceptions")):
                message = "hours and dates need a zone to be read in"
                table.wrong("zone", "missing-zone", message)
        case str(zone) if find_zone(zone) is not None:
            return zone
        case zone:
            table.problems.append(unknown_zone(zone, table.place("zone")))
    return "UTC"


def read_week(table: Table) -> tuple[tuple[Window, ...], ...]:
    """
    Read the week's hours by day; days that are not named are closed.
    """
    days: dict[int, tuple[Window, ...]] = {}
    for key, place, value in table.entries("week"):
        windows = read_windows(value, place, table.problems)
        for number in read_days(key, place, table.problems):
            if number in days:
                message = f"{write_days([number])} is given twice"
                table.problems.append(Problem(place, "day-twice", message))
            days[number] = windows
    if days and not any(days.values()) and not table.problems:
        message = (
            "every day is closed; leave the week out for hours around the clock, "
            "or give the hours of one day"
        )
        table.wrong("week", "never-open", message)
    return tuple(days.get(number, ()) for number in range(7))


def find_zone(key: str) -> ZoneInfo | None:
    """
    Return the zone of an IANA name, if the machine knows it.
    """
    try:
        return ZoneInfo(key)
    # A folder, a path out of the database, a name with a zero byte.
    except (KeyError, ValueError, OSError):
        return None


def unknown_zone(zone: object, path: str) -> Problem:
    """
    Say that a zone is not known.
    """
    message = f"{zone!r} is no zone like 'Europe/Moscow'"
    return Problem(path, "unknown-zone", message)
