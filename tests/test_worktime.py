"""
Tests for `leadflow.worktime`.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from leadflow.errors import DefinitionError, Refused
from leadflow.worktime import (
    HORIZON,
    Interval,
    Window,
    WorkCalendar,
    calendar_to_data,
    parse_calendar,
)


MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

ALWAYS = WorkCalendar()
OFFICE = WorkCalendar.weekly("UTC", {"mon-fri": "09:00-17:00"})


def at(text: str) -> datetime:
    """
    Read an instant; without a zone it is UTC.
    """
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def berlin(hours: str, days: str = "mon-fri") -> WorkCalendar:
    """
    Make a calendar of one window a day in Berlin.
    """
    return WorkCalendar.weekly("Europe/Berlin", {days: hours})


class TestAdd:
    @pytest.mark.parametrize(
        ("start", "hours", "deadline"),
        [
            pytest.param("2026-05-11 10:00", 4, "2026-05-11 14:00", id="S1"),
            pytest.param("2026-05-08 16:00", 4, "2026-05-11 12:00", id="S2"),
            pytest.param("2026-05-11 05:00", 2, "2026-05-11 11:00", id="S3"),
            pytest.param("2026-05-11 19:00", 1, "2026-05-12 10:00", id="S4"),
            pytest.param("2026-05-09 10:00", 2, "2026-05-11 11:00", id="S5"),
            pytest.param("2026-05-11 09:00", 24, "2026-05-13 17:00", id="S7"),
            pytest.param("2024-01-19 16:30", 1, "2024-01-22 09:30", id="S11"),
            pytest.param("2024-01-15 16:00", 10, "2024-01-17 10:00", id="S12"),
            pytest.param("2024-01-17 18:00", 2, "2024-01-18 11:00", id="S13"),
            pytest.param("2024-01-01 16:00", 2, "2024-01-02 10:00", id="S18"),
        ],
    )
    def test_counts_office_hours_only(
        self, start: str, hours: int, deadline: str
    ) -> None:
        """
        A deadline moves over nights and weekends (S1-S5, S7, S11-S13, S18).
        """
        found = OFFICE.add(at(start), hours * HOUR)

        assert at(deadline) == found

    def test_s6_passes_over_a_holiday(self) -> None:
        """
        A holiday has no working time (S6).
        """
        calendar = WorkCalendar.weekly(
            "UTC", {"mon-fri": "09:00-17:00"}, holidays=["2026-05-11"]
        )

        assert at("2026-05-12 13:00") == calendar.add(at("2026-05-11 10:00"), 4 * HOUR)

    def test_s7_ends_at_the_closing_instant(self) -> None:
        """
        Time used up at closing ends there, not at the next opening (S7).
        """
        assert at("2026-05-13 17:00") == OFFICE.add(at("2026-05-11 09:00"), 24 * HOUR)

    def test_s9_no_windows_are_around_the_clock(self) -> None:
        """
        A calendar without windows is always open (S9).
        """
        assert at("2026-05-10 02:00") == ALWAYS.add(at("2026-05-09 22:00"), 4 * HOUR)

    @pytest.mark.parametrize("start", ["2026-05-11 10:00", "2026-05-10 03:00"])
    def test_s10_no_time_ends_at_the_start(self, start: str) -> None:
        """
        Nought hours end at the start itself, open or closed (S10).
        """
        assert at(start) == OFFICE.add(at(start), timedelta(0))

    def test_s14_each_weekday_has_its_own_hours(self) -> None:
        """
        A Tuesday open longer is used up to its own end (S14).
        """
        calendar = WorkCalendar.weekly(
            "UTC", {"mon,wed-fri": "09:00-17:00", "tue": "09:00-20:00"}
        )

        assert at("2024-01-16 19:00") == calendar.add(at("2024-01-15 18:00"), 10 * HOUR)

    def test_s16_a_whole_day_loses_no_minute(self) -> None:
        """
        A day open until 24:00 has twenty-four hours (S16).
        """
        calendar = WorkCalendar.weekly(
            "UTC", {"mon-fri": "09:00-17:00", "sat": "00:00-24:00"}
        )

        assert at("2024-01-21 00:00") == calendar.add(at("2024-01-20 00:00"), 24 * HOUR)

    @pytest.mark.parametrize(
        ("minutes", "deadline"), [(60, "10:30"), (180, "12:30"), (240, "13:30")]
    )
    def test_s21_reads_windows_in_their_zone(self, minutes: int, deadline: str) -> None:
        """
        Hours of Berlin are used from an instant given in UTC (S21).
        """
        found = berlin("09:00-17:00").add(at("2013-03-21 09:30"), minutes * MINUTE)

        assert at(f"2013-03-21 {deadline}") == found

    @pytest.mark.parametrize(("minutes", "deadline"), [(120, "08:00"), (240, "10:00")])
    def test_s24_opens_by_summer_time(self, minutes: int, deadline: str) -> None:
        """
        Eight in Berlin is six in UTC while summer time lasts (S24).
        """
        calendar = berlin("08:00-17:00", "mon-sun")

        found = calendar.add(at("2013-10-21 05:30"), minutes * MINUTE)

        assert at(f"2013-10-21 {deadline}") == found

    def test_s26_leaves_pauses_out(self) -> None:
        """
        Two pauses push a deadline on by their length (S26).
        """
        pauses = [
            Interval(at("2013-10-21 09:30"), at("2013-10-21 09:45")),
            Interval(at("2013-10-21 10:00"), at("2013-10-21 10:30")),
        ]

        found = berlin("09:00-18:00").add(
            at("2013-10-21 09:00"), 120 * MINUTE, pauses=pauses
        )

        assert at("2013-10-21 11:45") == found

    @pytest.mark.parametrize(
        ("start", "deadline"), [("00:00", "00:30"), ("01:15", "02:15")]
    )
    def test_s29_passes_over_a_pause(self, start: str, deadline: str) -> None:
        """
        Half an hour begun before a pause ends after it (S29).
        """
        pause = Interval(at("2026-05-11 01:30"), at("2026-05-11 02:00"))

        found = ALWAYS.add(at(f"2026-05-11 {start}"), 30 * MINUTE, pauses=[pause])

        assert at(f"2026-05-11 {deadline}") == found

    def test_s39_a_pause_inside_the_target_moves_it(self) -> None:
        """
        An hour of waiting inside four hours makes five of them (S39).
        """
        pause = Interval(at("2026-05-11 10:00"), at("2026-05-11 11:00"))

        found = OFFICE.add(at("2026-05-11 09:00"), 4 * HOUR, pauses=[pause])

        assert at("2026-05-11 14:00") == found

    def test_a_pause_counts_working_time_only(self) -> None:
        """
        A pause over closing time costs what was open of it, never the night.
        """
        pause = Interval(at("2026-05-11 16:00"), at("2026-05-11 22:00"))

        found = OFFICE.add(at("2026-05-11 15:00"), 3 * HOUR, pauses=[pause])

        assert at("2026-05-12 11:00") == found

    def test_overlapping_pauses_count_once(self) -> None:
        """
        Pauses given in any order, overlapping, are one stretch of time.
        """
        pauses = [
            Interval(at("2026-05-11 10:30"), at("2026-05-11 11:00")),
            Interval(at("2026-05-11 10:00"), at("2026-05-11 10:45")),
        ]

        found = OFFICE.add(at("2026-05-11 09:00"), 2 * HOUR, pauses=pauses)

        assert at("2026-05-11 12:00") == found

    @pytest.mark.parametrize(
        ("start", "deadline"),
        [
            ("2026-05-09 12:00", "2026-05-11 10:00"),
            ("2026-05-09 18:00", "2026-05-11 10:00"),
        ],
    )
    def test_time_of_day_is_not_kept_over_a_day_off(
        self, start: str, deadline: str
    ) -> None:
        """
        From a Saturday an hour is used on Monday from the opening (PEERS 2.7).
        """
        assert at(deadline) == OFFICE.add(at(start), HOUR)

    def test_several_windows_a_day_skip_the_lunch_break(self) -> None:
        """
        Time between two windows of a day does not count (PEERS 3, 22).
        """
        calendar = WorkCalendar.weekly("UTC", {"mon-fri": "09:00-13:00 14:00-18:00"})

        assert at("2026-05-11 15:00") == calendar.add(at("2026-05-11 12:00"), 2 * HOUR)

    def test_answers_in_utc(self) -> None:
        """
        A start given in any zone gives a deadline in UTC.
        """
        found = OFFICE.add(at("2026-05-11 13:00+03:00"), HOUR)

        assert (at("2026-05-11 11:00"), UTC) == (found, found.tzinfo)

    def test_refuses_a_naive_start(self) -> None:
        """
        A start without a zone is refused.
        """
        with pytest.raises(Refused) as caught:
            OFFICE.add(datetime(2026, 5, 11, 10), HOUR)  # noqa: DTZ001

        assert "value.naive-datetime" == caught.value.rule

    def test_refuses_negative_time(self) -> None:
        """
        Time does not run backwards; `before` is for that.
        """
        with pytest.raises(Refused) as caught:
            OFFICE.add(at("2026-05-11 10:00"), -HOUR)

        assert "worktime.negative" == caught.value.rule

    def test_a_calendar_closed_for_years_is_refused(self) -> None:
        """
        Where nothing opens within the horizon the search ends in a refusal.
        """
        days = HORIZON.days + 60
        calendar = WorkCalendar(
            holidays=frozenset(date(2026, 1, 1) + step * DAY for step in range(days))
        )

        with pytest.raises(Refused) as caught:
            calendar.add(at("2026-01-01 00:00"), HOUR)

        assert "worktime.no-opening" == caught.value.rule

    def test_a_pause_of_years_is_refused(self) -> None:
        """
        A pause longer than the horizon is no time to wait for.
        """
        pause = Interval(at("2026-01-01 00:00"), at("2096-01-01 00:00"))

        with pytest.raises(Refused) as caught:
            OFFICE.add(at("2026-05-11 10:00"), HOUR, pauses=[pause])

        assert "worktime.no-opening" == caught.value.rule

    @pytest.mark.parametrize(
        ("start", "duration"),
        [("9997-12-01 00:00", 400 * DAY), ("0001-01-01 00:00", HOUR)],
    )
    def test_the_ends_of_time_are_refused(
        self, start: str, duration: timedelta
    ) -> None:
        """
        What leaves the years that can be reckoned with is refused.
        """
        with pytest.raises(Refused) as caught:
            ALWAYS.add(at(start), duration)

        assert "worktime.out-of-range" == caught.value.rule


class TestBetween:
    def test_s19_leaves_weekend_and_holiday_out(self) -> None:
        """
        Friday to Tuesday over a holiday is ten working hours (S19).
        """
        calendar = WorkCalendar.weekly(
            "UTC", {"mon-fri": "09:00-17:00"}, holidays=[date(2024, 1, 15)]
        )

        found = calendar.between(at("2024-01-12 10:00"), at("2024-01-16 12:00"))

        assert timedelta(seconds=36_000) == found

    def test_s20_within_a_day_is_plain_time(self) -> None:
        """
        Two hours of one working day are two hours (S20).
        """
        found = OFFICE.between(at("2024-01-12 10:00"), at("2024-01-12 12:00"))

        assert timedelta(seconds=7_200) == found

    @pytest.mark.parametrize(
        ("answered", "took", "difference"),
        [
            pytest.param("14:00", 270, -210, id="S22"),
            pytest.param("10:00", 30, 30, id="S23"),
        ],
    )
    def test_measures_an_answer(
        self, answered: str, took: int, difference: int
    ) -> None:
        """
        Working time taken, and target less taken, tell late from early (S22, S23).
        """
        found = berlin("08:00-18:00").between(
            at("2013-03-21 09:30"), at(f"2013-03-21 {answered}")
        )

        assert (took * MINUTE, difference * MINUTE) == (found, HOUR - found)

    def test_s28_leaves_pauses_out(self) -> None:
        """
        Two hours of life with half an hour pending are ninety minutes (S28).
        """
        pause = Interval(at("2026-05-11 01:30"), at("2026-05-11 02:00"))

        found = ALWAYS.between(
            at("2026-05-11 00:00"), at("2026-05-11 02:00"), pauses=[pause]
        )

        assert 90 * MINUTE == found

    def test_is_negative_the_other_way(self) -> None:
        """
        The time from later to earlier is the negative of the time between.
        """
        found = OFFICE.between(at("2026-05-12 10:00"), at("2026-05-11 16:00"))

        assert -2 * HOUR == found


class TestBefore:
    def test_warns_in_working_time(self) -> None:
        """
        An hour before 9:30 is the afternoon before, not midnight (PEERS 2.7).
        """
        assert at("2026-05-11 16:30") == OFFICE.before(at("2026-05-12 09:30"), HOUR)

    def test_is_the_last_such_instant(self) -> None:
        """
        An hour before 10:00 is the opening, not yesterday's closing.
        """
        assert at("2026-05-12 09:00") == OFFICE.before(at("2026-05-12 10:00"), HOUR)

    def test_passes_over_pauses(self) -> None:
        """
        A pause before the deadline makes the warning earlier.
        """
        pause = Interval(at("2026-05-12 10:00"), at("2026-05-12 11:00"))

        found = OFFICE.before(at("2026-05-12 11:30"), HOUR, pauses=[pause])

        assert at("2026-05-12 09:30") == found

    def test_no_time_is_the_deadline(self) -> None:
        """
        Nought before a deadline is the deadline.
        """
        deadline = at("2026-05-10 10:00")

        assert deadline == OFFICE.before(deadline, timedelta(0))

    def test_keeps_a_night_window_that_holds_a_later_one(self) -> None:
        """
        A window that lies inside a night shift does not cut it short.
        """
        calendar = WorkCalendar.weekly(
            "UTC", {"mon": "22:00-20:00", "tue": "09:00-13:00"}
        )

        assert at("2026-05-11 22:00") == calendar.before(
            at("2026-05-12 20:00"), 22 * HOUR
        )

    def test_a_past_closed_for_years_is_refused(self) -> None:
        """
        Looking back is bounded by the same horizon.
        """
        pause = Interval(at("1996-01-01 00:00"), at("2026-01-01 00:00"))

        with pytest.raises(Refused) as caught:
            OFFICE.before(at("2025-12-01 00:00"), HOUR, pauses=[pause])

        assert "worktime.no-opening" == caught.value.rule

    def test_the_beginning_of_time_is_refused(self) -> None:
        """
        A start before the years that can be reckoned with is refused.
        """
        with pytest.raises(Refused) as caught:
            ALWAYS.before(at("0002-06-01 00:00"), 400 * DAY)

        assert "worktime.out-of-range" == caught.value.rule


class TestOpen:
    @pytest.mark.parametrize(
        ("instant", "is_open"),
        [
            ("2026-05-11 08:59:59.999999", False),
            ("2026-05-11 09:00", True),
            ("2026-05-11 16:59:59.999999", True),
            ("2026-05-11 17:00", False),
            ("2026-05-10 12:00", False),
        ],
    )
    def test_is_open_from_opening_to_before_closing(
        self, instant: str, is_open: bool
    ) -> None:
        """
        The opening instant is open, the closing one is closed.
        """
        assert is_open == OFFICE.is_open(at(instant))

    def test_next_open_while_open_is_now(self) -> None:
        """
        Who comes in open time waits for nothing.
        """
        now = at("2026-05-11 11:11")

        assert now == OFFICE.next_open(now)

    def test_next_open_after_closing_is_the_next_opening(self) -> None:
        """
        From closing on Friday the next opening is Monday's.
        """
        assert at("2026-05-11 09:00") == OFFICE.next_open(at("2026-05-08 17:00"))

    def test_s40_a_weekend_breaks_no_deadline(self) -> None:
        """
        On Saturday evening Monday noon is still two working hours off (S40).
        """
        deadline = OFFICE.add(at("2026-05-08 16:00"), 4 * HOUR)

        left = OFFICE.between(at("2026-05-09 18:00"), deadline)

        assert (at("2026-05-11 12:00"), 3 * HOUR) == (deadline, left)

    def test_intervals_join_what_touches(self) -> None:
        """
        Days open up to midnight and from it are one interval.
        """
        calendar = WorkCalendar.weekly(
            "UTC", {"mon": "20:00-24:00", "tue": "00:00-02:00 08:00-09:00"}
        )

        found = calendar.intervals(at("2026-05-11 00:00"), at("2026-05-12 08:30"))

        expected = (
            Interval(at("2026-05-11 20:00"), at("2026-05-12 02:00")),
            Interval(at("2026-05-12 08:00"), at("2026-05-12 08:30")),
        )
        assert expected == found

    def test_intervals_are_none_the_other_way(self) -> None:
        """
        Nothing is open from later to earlier.
        """
        assert () == ALWAYS.intervals(at("2026-05-12 00:00"), at("2026-05-11 00:00"))


class TestDates:
    def test_an_exception_replaces_the_day_wholly(self) -> None:
        """
        A short day has the exception's hours and none of its own.
        """
        calendar = WorkCalendar.weekly(
            "UTC", {"mon-fri": "09:00-17:00"}, exceptions={"2026-05-11": "12:00-13:00"}
        )

        found = calendar.intervals(at("2026-05-11 00:00"), at("2026-05-12 00:00"))

        assert (Interval(at("2026-05-11 12:00"), at("2026-05-11 13:00")),) == found

    def test_an_exception_opens_a_day_off(self) -> None:
        """
        A working Saturday is an exception with hours.
        """
        calendar = WorkCalendar.weekly(
            "UTC",
            {"mon-fri": "09:00-17:00"},
            exceptions={date(2026, 5, 9): "10:00-14:00"},
        )

        assert at("2026-05-09 10:00") == calendar.next_open(at("2026-05-08 20:00"))

    def test_an_exception_wins_over_a_holiday(self) -> None:
        """
        A holiday that is worked after all is an exception.
        """
        calendar = WorkCalendar.weekly(
            "UTC",
            {"mon-fri": "09:00-17:00"},
            holidays=["2026-05-11"],
            exceptions={"2026-05-11": "10:00-12:00"},
        )

        assert calendar.is_open(at("2026-05-11 11:00"))

    def test_a_night_shift_goes_on_into_a_holiday(self) -> None:
        """
        A window belongs to the day on which it starts.
        """
        calendar = WorkCalendar.weekly(
            "UTC", {"mon-sun": "22:00-06:00"}, holidays=["2026-05-12"]
        )

        found = calendar.intervals(at("2026-05-12 00:00"), at("2026-05-13 23:00"))

        expected = (
            Interval(at("2026-05-12 00:00"), at("2026-05-12 06:00")),
            Interval(at("2026-05-13 22:00"), at("2026-05-13 23:00")),
        )
        assert expected == found

    def test_holidays_close_a_calendar_around_the_clock(self) -> None:
        """
        Without weekly windows a holiday is still closed.
        """
        calendar = WorkCalendar(holidays=frozenset({date(2026, 1, 1)}))

        assert at("2026-01-02 00:00") == calendar.next_open(at("2026-01-01 10:00"))


class TestClockChanges:
    def test_a_day_of_23_hours(self) -> None:
        """
        The day that summer time begins on is an hour short.
        """
        found = berlin("00:00-24:00", "mon-sun").between(
            at("2026-03-29 00:00+01:00"), at("2026-03-30 00:00+02:00")
        )

        assert 23 * HOUR == found

    def test_a_window_over_the_end_of_summer_time_is_longer(self) -> None:
        """
        From one to four on the day of 25 hours is four hours.
        """
        found = berlin("01:00-04:00", "sun").between(
            at("2026-10-25 00:00+02:00"), at("2026-10-26 00:00+01:00")
        )

        assert 4 * HOUR == found

    def test_an_edge_that_is_jumped_over_falls_on_the_jump(self) -> None:
        """
        Half past two does not come on 29 March: the window opens at three.
        """
        found = berlin("02:30-10:00", "sun").next_open(at("2026-03-29 00:00+01:00"))

        assert at("2026-03-29 03:00+02:00") == found

    def test_a_window_that_is_jumped_over_does_not_open(self) -> None:
        """
        A window wholly within the hour that is missing has no time.
        """
        found = berlin("02:15-02:45", "sun").between(
            at("2026-03-29 00:00+01:00"), at("2026-03-30 00:00+02:00")
        )

        assert timedelta(0) == found

    def test_an_edge_shown_twice_is_its_first_showing(self) -> None:
        """
        Half past two comes twice on 25 October: the window opens and closes once.
        """
        found = berlin("02:15-02:30", "sun").intervals(
            at("2026-10-25 00:00+02:00"), at("2026-10-26 00:00+01:00")
        )

        expected = Interval(at("2026-10-25 02:15+02:00"), at("2026-10-25 02:30+02:00"))
        assert (expected,) == found

    def test_a_date_that_was_skipped_has_no_time(self) -> None:
        """
        Apia had no 30 December 2011.
        """
        calendar = WorkCalendar.weekly("Pacific/Apia", {"fri": "09:00-17:00"})

        found = calendar.next_open(at("2011-12-28 00:00"))

        assert at("2012-01-06 09:00+14:00") == found


class TestWindow:
    @pytest.mark.parametrize(
        ("text", "start", "end"),
        [
            ("09:00-18:00", 540, 1080),
            ("9:00 - 18:30", 540, 1110),
            ("00:00-24:00", 0, 1440),
            ("22:00-06:00", 1320, 1800),
            ("22:00-00:00", 1320, 1440),
            ("09:00-09:00", 540, 1980),
            ("09:00–18:00", 540, 1080),
        ],
    )
    def test_reads_text(self, text: str, start: int, end: int) -> None:
        """
        A window is two times of day; an end not after the start is tomorrow.
        """
        assert Window(start, end) == Window.parse(text)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "9-18",
            "09:00",
            "24:00-25:00",
            "09:60-10:00",
            "٠٩:٠٠-10:00",
        ],
    )
    def test_refuses_other_text(self, text: str) -> None:
        """
        What is no window is a mistake of the definition.
        """
        with pytest.raises(DefinitionError) as caught:
            Window.parse(text)

        assert "bad-window" == caught.value.problems[0].rule

    @pytest.mark.parametrize(
        ("start", "end"), [(-1, 5), (1440, 1500), (9, 9), (0, 1441)]
    )
    def test_refuses_other_minutes(self, start: int, end: int) -> None:
        """
        A window starts within the day and lasts up to 24 hours.
        """
        with pytest.raises(DefinitionError):
            Window(start, end)

    @pytest.mark.parametrize(
        "text", ["09:00-18:00", "00:00-24:00", "22:00-06:00", "09:00-09:00"]
    )
    def test_writes_what_it_reads(self, text: str) -> None:
        """
        The text of a window is what it is read from.
        """
        assert text == str(Window.parse(text))


class TestInterval:
    def test_refuses_an_end_before_the_start(self) -> None:
        """
        An interval runs forwards.
        """
        with pytest.raises(Refused) as caught:
            Interval(at("2026-05-12 00:00"), at("2026-05-11 00:00"))

        assert "worktime.reversed-interval" == caught.value.rule

    def test_length_is_elapsed_time(self) -> None:
        """
        The length of an interval does not depend on the zones it is given in.
        """
        found = Interval(at("2026-05-11 10:00+03:00"), at("2026-05-11 08:00"))

        assert HOUR == found.length


class TestDefinition:
    def test_reads_days_dates_and_ranges(self) -> None:
        """
        Names of days, lists of hours, dates and ranges all make one calendar.
        """
        calendar, problems = parse_calendar(
            {
                "zone": "Europe/Moscow",
                "week": {
                    "Mon-Thursday": ["09:00-13:00", "14:00-18:00"],
                    "sun, fri": "10:00-12:00, 13:00-15:00",
                    "sat": "closed",
                },
                "holidays": [date(2026, 2, 23), "2026-01-01..2026-01-03"],
                "exceptions": {"2026-02-21..2026-02-22": "10:00-14:00"},
            }
        )

        long = (Window(540, 780), Window(840, 1080))
        short = (Window(600, 720), Window(780, 900))
        holidays = {date(2026, 2, 23), *(date(2026, 1, day) for day in (1, 2, 3))}
        expected = WorkCalendar(
            zone="Europe/Moscow",
            week=(long, long, long, long, short, (), short),
            holidays=frozenset(holidays),
            exceptions=(
                (date(2026, 2, 22), (Window(600, 840),)),
                (date(2026, 2, 21), (Window(600, 840),)),
            ),
        )
        assert (expected, []) == (calendar, problems)

    def test_a_range_of_days_goes_round_the_week(self) -> None:
        """
        Saturday to Monday is three days.
        """
        calendar = WorkCalendar.weekly("UTC", {"sat-mon": "09:00-10:00"})

        assert [0, 5, 6] == [
            number for number, windows in enumerate(calendar.week) if windows
        ]

    def test_nothing_given_is_around_the_clock(self) -> None:
        """
        An empty definition is the calendar that is always open.
        """
        assert (ALWAYS, []) == parse_calendar({})

    def test_tells_all_problems_with_their_places(self) -> None:
        """
        Every mistake of a definition is told at once (R45).
        """
        calendar, problems = parse_calendar(
            {
                "zone": "Europe/Nowhere",
                "week": {
                    "mon-fri": "09:00-18:00 17:00-20:00",
                    "fri": "",
                    "funday": "9-17",
                    "sun": 5,
                },
                "holidays": ["2026-02-30", 7, "2026-02-02..2026-02-01"],
                "exceptions": {
                    "2026-01-01": "closed",
                    "2026-01-01..2026-01-02": "10:00-14:00",
                },
                "hollidays": [],
            },
            "channels.shop.hours",
        )

        places = [
            (problem.path.removeprefix("channels.shop.hours."), problem.rule)
            for problem in problems
        ]
        expected = [
            ("zone", "unknown-zone"),
            ("week.mon-fri", "overlapping-windows"),
            ("week.fri", "bad-window"),
            ("week.fri", "day-twice"),
            ("week.funday", "bad-window"),
            ("week.funday", "unknown-day"),
            ("week.sun", "wrong-type"),
            ("holidays[0]", "bad-date"),
            ("holidays[1]", "bad-date"),
            ("holidays[2]", "bad-date"),
            ("exceptions.2026-01-01..2026-01-02", "day-twice"),
            ("hollidays", "unknown-key"),
        ]
        assert (None, expected) == (calendar, places)

    @pytest.mark.parametrize(
        ("data", "place", "rule"),
        [
            ({"week": {"mon": "09:00-10:00"}}, "calendar.zone", "missing-zone"),
            ({"zone": 3}, "calendar.zone", "unknown-zone"),
            ({"zone": "../etc/passwd"}, "calendar.zone", "unknown-zone"),
            ({"zone": "Europe"}, "calendar.zone", "unknown-zone"),
            ({"zone": "UTC", "week": "mon"}, "calendar.week", "wrong-type"),
            (
                {"zone": "UTC", "week": {"mon-sun": "closed"}},
                "calendar.week",
                "never-open",
            ),
            ({"zone": "UTC", "holidays": "x"}, "calendar.holidays", "wrong-type"),
            (
                {"zone": "UTC", "holidays": [datetime(2026, 1, 1, tzinfo=UTC)]},
                "calendar.holidays[0]",
                "bad-date",
            ),
            (
                {"zone": "UTC", "holidays": ["1026-01-01..2026-01-08"]},
                "calendar.holidays[0]",
                "bad-date",
            ),
        ],
    )
    def test_tells_one_problem(
        self, data: dict[str, object], place: str, rule: str
    ) -> None:
        """
        Each rule of the definition has its name and its place.
        """
        _, problems = parse_calendar(data)

        assert [(place, rule)] == [(each.path, each.rule) for each in problems]

    def test_weekly_raises_the_problems(self) -> None:
        """
        A calendar in code reports like one in a file.
        """
        with pytest.raises(DefinitionError) as caught:
            WorkCalendar.weekly("Nowhere", {"mon": "x"})

        assert ["unknown-zone", "bad-window"] == [
            problem.rule for problem in caught.value.problems
        ]

    def test_the_value_checks_itself(self) -> None:
        """
        A calendar put together by hand is checked as a whole.
        """
        twice = (date(2026, 1, 1), ())
        overlap = (Window(0, 60), Window(30, 90))

        with pytest.raises(DefinitionError) as caught:
            WorkCalendar(zone="Nowhere", week=(overlap,), exceptions=(twice, twice))

        rules = ["unknown-zone", "wrong-type", "day-twice", "overlapping-windows"]
        assert rules == [problem.rule for problem in caught.value.problems]

    def test_equal_calendars_are_interchangeable(self) -> None:
        """
        Calendars are equal, and hash alike, whatever order they were told in.
        """
        one = WorkCalendar.weekly("UTC", {"mon": "14:00-15:00 09:00-10:00"})
        other = WorkCalendar.weekly("UTC", {"mon": "09:00-10:00 14:00-15:00"})

        assert (one, hash(one)) == (other, hash(other))


# -- properties ----------------------------------------------------------------

ZONES = (
    "UTC",
    "Europe/Moscow",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Havana",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Antarctica/Troll",
    "Africa/Casablanca",
)

# Days on which some of these zones change their clocks, and plain ones.
DAYS = (
    date(2011, 12, 29),
    date(2014, 10, 26),
    date(2018, 11, 4),
    date(2019, 2, 16),
    date(2024, 3, 10),
    date(2024, 3, 31),
    date(2024, 4, 7),
    date(2024, 10, 6),
    date(2024, 10, 27),
    date(2024, 11, 3),
    date(2026, 5, 11),
)


@st.composite
def days_of_windows(draw: st.DrawFn) -> tuple[Window, ...]:
    """
    Draw up to three windows of a day that do not overlap.
    """
    edges = draw(st.lists(st.integers(0, 96), max_size=6, unique=True))
    minutes = [15 * edge for edge in sorted(edges)]
    windows = [
        Window(low, high) for low, high in list(pairwise(minutes))[::2] if low < 1440
    ]
    if windows and draw(st.booleans()):
        last = windows.pop()
        windows.append(Window(last.start, last.start + draw(st.integers(1, 1440))))
    return tuple(windows)


@st.composite
def calendars(draw: st.DrawFn, near: date = date(2026, 5, 11)) -> WorkCalendar:
    """
    Draw a calendar that has something to say about the days near a date.
    """
    dates = st.integers(-4, 4).map(lambda step: near + step * DAY)
    return WorkCalendar(
        zone=draw(st.sampled_from(ZONES)),
        week=tuple(draw(days_of_windows()) for _ in range(7)),
        holidays=draw(st.frozensets(dates, max_size=2)),
        exceptions=tuple(
            draw(st.dictionaries(dates, days_of_windows(), max_size=2)).items()
        ),
    )


@st.composite
def cases(
    draw: st.DrawFn,
) -> tuple[WorkCalendar, datetime, datetime, list[Interval]]:
    """
    Draw a calendar, two instants in order and pauses, all to the minute.
    """
    near = draw(st.sampled_from(DAYS))
    base = datetime(near.year, near.month, near.day, tzinfo=UTC) - DAY
    minutes = st.integers(0, 2 * 1440)
    start, end = sorted((draw(minutes), draw(minutes)))
    pauses = [
        Interval(base + min(pair) * MINUTE, base + max(pair) * MINUTE)
        for pair in draw(st.lists(st.tuples(minutes, minutes), max_size=3))
    ]
    return draw(calendars(near)), base + start * MINUTE, base + end * MINUTE, pauses


@cache
def clock(zone: str, first: datetime) -> tuple[list[datetime], list[datetime]]:
    """
    Read the local clock each minute of seven days.

    Returns:
        What it showed, and the highest that it had shown by then.
    """
    key = ZoneInfo(zone)
    instants = (first + number * MINUTE for number in range(7 * 1440))
    shown = [instant.astimezone(key).replace(tzinfo=None) for instant in instants]
    return shown, list(accumulate(shown, max))


def oracle(
    calendar: WorkCalendar, start: datetime, end: datetime, pauses: list[Interval]
) -> list[datetime]:
    """
    List the open minutes, from nothing but the reading of a clock each minute.

    A window is open from the first minute at which the local clock shows its
    start or later, to the first at which it shows its end or later.
    """
    first = start.replace(hour=0, minute=0) - 3 * DAY
    shown, highest = clock(calendar.zone, first)

    def reached(day: date, minute: int) -> int:
        edge = datetime(day.year, day.month, day.day) + minute * MINUTE  # noqa: DTZ001
        return bisect_left(highest, edge)

    opened: set[int] = set()
    for day in {wall.date() for wall in shown[::60]} | {date(2011, 12, 30)}:
        windows = dict(calendar.exceptions).get(day)
        if windows is None and day in calendar.holidays:
            windows = ()
        if windows is None and any(calendar.week):
            windows = calendar.week[day.weekday()]
        if windows is None:
            windows = (Window(0, 1440),)
        for window in windows:
            opened |= set(range(reached(day, window.start), reached(day, window.end)))
    instants = (first + number * MINUTE for number in sorted(opened))
    return [
        instant
        for instant in instants
        if start <= instant < end
        and not any(pause.start <= instant < pause.end for pause in pauses)
    ]


class TestProperties:
    @given(cases())
    def test_between_counts_the_open_minutes(
        self, case: tuple[WorkCalendar, datetime, datetime, list[Interval]]
    ) -> None:
        """
        Working time is the number of minutes that a clock finds open.
        """
        calendar, start, end, pauses = case

        found = calendar.between(start, end, pauses=pauses)

        assert len(oracle(calendar, start, end, pauses)) * MINUTE == found

    @given(cases())
    def test_intervals_hold_the_open_minutes(
        self, case: tuple[WorkCalendar, datetime, datetime, list[Interval]]
    ) -> None:
        """
        The open intervals hold just the minutes that a clock finds open.
        """
        calendar, start, end, pauses = case

        found = [
            interval.start + number * MINUTE
            for interval in calendar.intervals(start, end, pauses=pauses)
            for number in range(interval.length // MINUTE)
        ]

        assert oracle(calendar, start, end, pauses) == found

    @given(cases())
    def test_add_ends_with_the_last_open_minute(
        self, case: tuple[WorkCalendar, datetime, datetime, list[Interval]]
    ) -> None:
        """
        A deadline is the end of the last open minute that was asked for.
        """
        calendar, start, end, pauses = case
        minutes = oracle(calendar, start, end, pauses)
        assume(minutes)

        found = calendar.add(start, len(minutes) * MINUTE, pauses=pauses)

        assert minutes[-1] + MINUTE == found

    @given(cases())
    def test_before_starts_with_the_first_open_minute(
        self, case: tuple[WorkCalendar, datetime, datetime, list[Interval]]
    ) -> None:
        """
        A warning is the start of the first open minute that was asked for.
        """
        calendar, start, end, pauses = case
        minutes = oracle(calendar, start, end, pauses)
        assume(minutes)

        found = calendar.before(end, len(minutes) * MINUTE, pauses=pauses)

        assert minutes[0] == found

    @given(cases())
    def test_is_open_agrees_with_the_clock(
        self, case: tuple[WorkCalendar, datetime, datetime, list[Interval]]
    ) -> None:
        """
        An instant is open when a clock finds its minute open.
        """
        calendar, start, _, _ = case

        found = calendar.is_open(start)

        assert bool(oracle(calendar, start, start + MINUTE, [])) == found

    @given(cases())
    def test_next_open_is_the_first_open_minute(
        self, case: tuple[WorkCalendar, datetime, datetime, list[Interval]]
    ) -> None:
        """
        The next opening is the first minute that a clock finds open.
        """
        calendar, start, end, _ = case
        minutes = oracle(calendar, start, end, [])
        assume(minutes)

        assert minutes[0] == calendar.next_open(start)

    @given(cases(), st.timedeltas(timedelta(0), timedelta(days=20)))
    def test_between_undoes_add(
        self,
        case: tuple[WorkCalendar, datetime, datetime, list[Interval]],
        duration: timedelta,
    ) -> None:
        """
        The working time up to a deadline is what was asked for, to the microsecond.
        """
        calendar, start, _, pauses = case

        deadline = calendar.add(start, duration, pauses=pauses)

        assert duration == calendar.between(start, deadline, pauses=pauses)

    @given(cases(), st.timedeltas(timedelta(0), timedelta(days=20)))
    def test_between_undoes_before(
        self,
        case: tuple[WorkCalendar, datetime, datetime, list[Interval]],
        duration: timedelta,
    ) -> None:
        """
        The working time from a warning is what was asked for.
        """
        calendar, start, _, pauses = case

        warning = calendar.before(start, duration, pauses=pauses)

        assert duration == calendar.between(warning, start, pauses=pauses)

    @given(cases(), st.integers(0, 4320))
    def test_working_time_adds_up(
        self,
        case: tuple[WorkCalendar, datetime, datetime, list[Interval]],
        minute: int,
    ) -> None:
        """
        Working time is additive over any instant, in any order.
        """
        calendar, start, end, pauses = case
        middle = start - DAY + minute * MINUTE

        parts = calendar.between(start, middle, pauses=pauses) + calendar.between(
            middle, end, pauses=pauses
        )

        assert calendar.between(start, end, pauses=pauses) == parts

    @given(
        cases(),
        st.timedeltas(timedelta(0), timedelta(days=9)),
        st.timedeltas(timedelta(0), timedelta(days=9)),
    )
    def test_adding_twice_is_adding_the_sum(
        self,
        case: tuple[WorkCalendar, datetime, datetime, list[Interval]],
        first: timedelta,
        second: timedelta,
    ) -> None:
        """
        Two durations one after the other are their sum.
        """
        calendar, start, _, pauses = case
        assume(second)

        halfway = calendar.add(start, first, pauses=pauses)
        found = calendar.add(halfway, second, pauses=pauses)

        assert calendar.add(start, first + second, pauses=pauses) == found

    @given(calendars())
    @example(ALWAYS)
    def test_a_calendar_reads_back_what_it_writes(self, calendar: WorkCalendar) -> None:
        """
        Plain data of a calendar makes the same calendar.
        """
        assert (calendar, []) == parse_calendar(calendar_to_data(calendar))
