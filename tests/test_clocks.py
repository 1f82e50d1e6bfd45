"""
Tests for `leadflow.clocks`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from leadflow.clocks import (
    Clock,
    Escalated,
    EscalationRule,
    Mark,
    MarkKind,
    Targets,
    assignee_after,
    clocks,
    escalate,
    first_response,
    new_misses,
    next_escalation,
    next_miss,
    next_responses,
    resolution,
)
from leadflow.errors import Refused
from leadflow.worktime import WorkCalendar


MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

ALWAYS = WorkCalendar()
OFFICE = WorkCalendar.weekly("UTC", {"mon-fri": "09:00-17:00"})
BERLIN = WorkCalendar.weekly("Europe/Berlin", {"mon-fri": "08:00-18:00"})


def at(text: str) -> datetime:
    """
    Read an instant of Monday, 11 May 2026, or of the day that is given.
    """
    return datetime.fromisoformat(
        text if "-" in text else f"2026-05-11 {text}"
    ).replace(tzinfo=UTC)


def marks(*told: tuple[str, MarkKind]) -> list[Mark]:
    """
    Make marks from times and kinds, each with its number as id.
    """
    return [
        Mark(at(time), kind, str(number))
        for number, (time, kind) in enumerate(told, start=1)
    ]


def known(clock: Clock | None) -> Clock:
    """
    Tell the type checker that there is a clock.
    """
    assert clock is not None
    return clock


class TestFirstResponse:
    @pytest.mark.parametrize(
        ("answered", "took", "difference", "status"),
        [
            pytest.param("14:00", 270, -210, "missed", id="S22"),
            pytest.param("10:00", 30, 30, "hit", id="S23"),
        ],
    )
    def test_measures_the_answer(
        self, answered: str, took: int, difference: int, status: str
    ) -> None:
        """
        An answer's working time, and how it differs from the target (S22, S23).
        """
        told = marks(
            ("2013-03-21 09:30", "inbound"), (f"2013-03-21 {answered}", "answer")
        )

        clock = known(first_response(told, HOUR, BERLIN, at("2013-03-22 12:00")))

        assert (took * MINUTE, difference * MINUTE, status) == (
            clock.took,
            clock.difference,
            clock.status,
        )

    def test_s34_an_answer_at_the_deadline_keeps_it(self) -> None:
        """
        Exactly in time is in time (S34).
        """
        told = marks(("10:00", "inbound"), ("11:00", "answer"))

        clock = known(first_response(told, HOUR, OFFICE, at("12:00")))

        assert ("hit", at("11:00")) == (clock.status, clock.deadline)

    def test_just_after_the_deadline_is_late(self) -> None:
        """
        A microsecond late is late, though nobody was at work in it.
        """
        told = [
            Mark(at("16:00"), "inbound"),
            Mark(at("17:00") + datetime.resolution, "answer"),
        ]

        clock = known(first_response(told, HOUR, OFFICE, at("18:00")))

        assert ("missed", timedelta(0)) == (clock.status, clock.difference)

    def test_s35_no_time_at_all_is_a_time(self) -> None:
        """
        An answer in the instant of the message took nought, and stays so (S35).
        """
        told = marks(("10:00", "inbound"), ("10:00", "answer"), ("12:00", "answer"))

        clock = known(first_response(told, HOUR, OFFICE, at("13:00")))

        assert (timedelta(0), "hit", at("10:00")) == (
            clock.took,
            clock.status,
            clock.stopped,
        )

    def test_s33_a_closed_lead_owes_nothing(self) -> None:
        """
        A lead that was closed in time has no live clock (S33).
        """
        told = marks(("10:00", "inbound"), ("10:30", "closed"))

        clock = known(first_response(told, HOUR, OFFICE, at("16:00")))

        assert ("dropped", False) == (clock.status, clock.live)

    def test_closing_late_is_missed(self) -> None:
        """
        Closing after the deadline does not unmake the miss.
        """
        told = marks(("10:00", "inbound"), ("12:00", "closed"))

        clock = known(first_response(told, HOUR, OFFICE, at("16:00")))

        assert ("missed", 2 * HOUR) == (clock.status, clock.took)

    def test_reopening_goes_on_without_the_time_closed(self) -> None:
        """
        A lead closed by mistake owes the answer still, later by the closure.
        """
        told = marks(("10:00", "inbound"), ("10:30", "closed"), ("12:30", "reopened"))

        clock = known(first_response(told, HOUR, OFFICE, at("12:45")))

        assert ("pending", at("13:00"), 45 * MINUTE) == (
            clock.status,
            clock.deadline,
            clock.took,
        )

    def test_a_pause_that_lasts_leaves_the_deadline_open(self) -> None:
        """
        While the lead waits for the client nobody knows the deadline.
        """
        told = marks(("10:00", "inbound"), ("10:30", "pause"))

        clock = known(first_response(told, HOUR, OFFICE, at("15:00")))

        assert (None, "pending", 30 * MINUTE) == (
            clock.deadline,
            clock.status,
            clock.took,
        )

    def test_a_pause_after_the_deadline_saves_nothing(self) -> None:
        """
        What was missed before the pause stays missed.
        """
        told = marks(("10:00", "inbound"), ("11:30", "pause"))

        clock = known(first_response(told, HOUR, OFFICE, at("15:00")))

        assert (at("11:00"), "missed") == (clock.deadline, clock.status)

    def test_s39_a_pause_moves_the_deadline(self) -> None:
        """
        An hour pending inside four hours makes the fifth the deadline (S39).
        """
        told = marks(("09:00", "inbound"), ("10:00", "pause"), ("11:00", "resume"))

        clock = known(first_response(told, 4 * HOUR, OFFICE, at("11:30")))

        assert at("14:00") == clock.deadline

    def test_an_answer_inside_a_pause_is_measured_up_to_it(self) -> None:
        """
        An answer while the lead waits takes only the time before the pause.
        """
        told = marks(("10:00", "inbound"), ("10:15", "pause"), ("12:00", "answer"))

        clock = known(first_response(told, HOUR, OFFICE, at("13:00")))

        assert ("hit", 15 * MINUTE) == (clock.status, clock.took)

    @pytest.mark.parametrize("target", [None, timedelta(0)])
    def test_s10_no_target_is_no_clock(self, target: timedelta | None) -> None:
        """
        An empty or nought target sets no deadline (S10).
        """
        told = marks(("10:00", "inbound"))

        assert None is first_response(told, target, OFFICE, at("12:00"))

    def test_what_comes_later_is_not_known_yet(self) -> None:
        """
        Marks after now say nothing about now.
        """
        told = marks(("10:00", "inbound"), ("10:30", "answer"))

        clock = known(first_response(told, HOUR, OFFICE, at("10:15")))

        assert ("pending", 15 * MINUTE) == (clock.status, clock.took)

    def test_no_marks_make_no_clock(self) -> None:
        """
        What has not begun owes no response, also after a stray mark.
        """
        told = marks(("09:00", "answer"), ("09:01", "closed"), ("09:02", "resume"))

        assert None is first_response(told, HOUR, OFFICE, at("12:00"))

    def test_refuses_a_naive_now(self) -> None:
        """
        Now is an aware instant.
        """
        with pytest.raises(Refused) as caught:
            first_response([], HOUR, OFFICE, datetime(2026, 5, 11))  # noqa: DTZ001

        assert "value.naive-datetime" == caught.value.rule


class TestNextResponses:
    def test_s32_nothing_is_owed_after_an_answer(self) -> None:
        """
        While our side wrote last there is no live clock (S32).
        """
        told = marks(("10:00", "inbound"), ("10:20", "answer"))

        found = next_responses(told, HOUR, OFFICE, at("16:00"))

        assert [False] == [clock.live for clock in found]

    def test_s32_a_second_message_moves_nothing(self) -> None:
        """
        The client who writes again waits since the first message (S32).
        """
        told = marks(("10:00", "inbound"), ("10:40", "inbound"))

        (clock,) = next_responses(told, HOUR, OFFICE, at("10:50"))

        assert (at("11:00"), "next-response:1") == (clock.deadline, clock.id)

    def test_s36_a_message_days_later_starts_anew(self) -> None:
        """
        A message after an answer has its deadline from itself (S36).
        """
        told = marks(
            ("10:00", "inbound"), ("10:20", "answer"), ("2026-05-14 15:00", "inbound")
        )

        found = next_responses(told, HOUR, OFFICE, at("2026-05-14 15:10"))

        assert at("2026-05-14 16:00") == found[-1].deadline

    def test_each_wait_has_its_clock(self) -> None:
        """
        A conversation with two answers has two measured waits.
        """
        told = marks(
            ("10:00", "inbound"),
            ("10:20", "answer"),
            ("12:00", "inbound"),
            ("14:00", "answer"),
        )

        found = next_responses(told, HOUR, OFFICE, at("16:00"))

        assert [("hit", 20 * MINUTE), ("missed", 2 * HOUR)] == [
            (clock.status, clock.took) for clock in found
        ]

    def test_a_message_to_a_closed_lead_waits_for_reopening(self) -> None:
        """
        What comes in after the closing has no deadline until it is reopened (S33).
        """
        told = marks(("10:00", "opened"), ("10:30", "closed"), ("11:00", "inbound"))

        (clock,) = next_responses(told, HOUR, OFFICE, at("16:00"))

        assert (None, "pending") == (clock.deadline, clock.status)

    def test_no_target_is_no_clock(self) -> None:
        """
        Without a target nothing is owed.
        """
        told = marks(("10:00", "inbound"))

        assert () == next_responses(told, None, OFFICE, at("16:00"))


class TestResolution:
    def test_s28_pending_time_is_no_time_of_life(self) -> None:
        """
        Two hours with half an hour pending are ninety minutes (S28).
        """
        told = marks(
            ("00:00", "opened"),
            ("01:30", "pause"),
            ("02:00", "resume"),
            ("02:00", "closed"),
        )

        clock = known(resolution(told, 4 * HOUR, ALWAYS, at("03:00")))

        assert (90 * MINUTE, "hit") == (clock.took, clock.status)

    def test_reopening_takes_the_closing_back(self) -> None:
        """
        A reopened lead runs on, without the time for which it was closed.
        """
        told = marks(("10:00", "opened"), ("11:00", "closed"), ("13:00", "reopened"))

        clock = known(resolution(told, 2 * HOUR, OFFICE, at("13:30")))

        assert (at("14:00"), 90 * MINUTE, "pending") == (
            clock.deadline,
            clock.took,
            clock.status,
        )

    def test_no_target_is_no_clock(self) -> None:
        """
        Without a target nothing is owed.
        """
        assert None is resolution(marks(("10:00", "opened")), None, OFFICE, at("11:00"))


class TestClocks:
    @pytest.mark.parametrize(
        ("targets", "deadline"),
        [
            (Targets(first_response=60 * MINUTE), "10:30"),
            (Targets(next_response=180 * MINUTE), "12:30"),
            (Targets(resolution=240 * MINUTE), "13:30"),
        ],
    )
    def test_s21_each_kind_has_its_deadline(
        self, targets: Targets, deadline: str
    ) -> None:
        """
        The three kinds of clock run from the first message (S21).
        """
        calendar = WorkCalendar.weekly("Europe/Berlin", {"mon-fri": "09:00-17:00"})
        told = marks(("2013-03-21 09:30", "inbound"))

        (clock,) = clocks(told, targets, calendar, at("2013-03-21 09:40"))

        assert at(f"2013-03-21 {deadline}") == clock.deadline

    def test_a_short_next_target_does_not_overrule_the_first(self) -> None:
        """
        Before the first answer only the first response is owed (PEERS 3, 23).
        """
        targets = Targets(first_response=2 * HOUR, next_response=30 * MINUTE)

        found = clocks(marks(("10:00", "inbound")), targets, OFFICE, at("10:10"))

        assert ["first-response"] == [clock.kind for clock in found]

    def test_after_the_first_answer_the_next_is_owed(self) -> None:
        """
        From the first answer on, each message starts a wait of its own.
        """
        targets = Targets(
            first_response=2 * HOUR, next_response=HOUR, resolution=8 * HOUR
        )
        told = marks(("10:00", "inbound"), ("10:20", "answer"), ("11:00", "inbound"))

        found = clocks(told, targets, OFFICE, at("11:10"))

        assert ["first-response", "resolution", "next-response"] == [
            clock.kind for clock in found
        ]

    def test_s44_a_miss_is_told_once(self) -> None:
        """
        A miss seen twice for the same message is one event (S44).
        """
        targets = Targets(next_response=HOUR)
        told = marks(("10:00", "inbound"), ("10:30", "inbound"))
        first = new_misses(clocks(told, targets, OFFICE, at("11:30")), frozenset())
        again = clocks(told, targets, OFFICE, at("12:30"))

        second = new_misses(again, {clock.id for clock in first})

        assert (["next-response:1"], ()) == ([clock.id for clock in first], second)

    def test_s40_nothing_is_missed_over_the_weekend(self) -> None:
        """
        On Saturday a deadline on Monday noon is not missed (S40).
        """
        told = marks(("2026-05-08 16:00", "inbound"))

        found = clocks(
            told, Targets(first_response=4 * HOUR), OFFICE, at("2026-05-09 18:00")
        )

        assert ("pending", at("2026-05-11 12:00"), 3 * HOUR) == (
            found[0].status,
            found[0].deadline,
            found[0].difference,
        )

    def test_the_next_miss_follows_the_earliest_deadline(self) -> None:
        """
        A timer at the next miss finds it missed, and no sooner.
        """
        targets = Targets(first_response=HOUR, resolution=4 * HOUR)
        found = clocks(marks(("10:00", "inbound")), targets, OFFICE, at("10:10"))

        assert at("11:00") + datetime.resolution == next_miss(found)

    def test_no_pending_clock_has_no_next_miss(self) -> None:
        """
        What is missed or stopped will not be missed again.
        """
        told = marks(("10:00", "inbound"))
        found = clocks(told, Targets(first_response=HOUR), OFFICE, at("12:00"))

        assert None is next_miss(found)


HEAD = EscalationRule(after=timedelta(seconds=30), to="head-of-sales")
BREACH = EscalationRule(to="supervisor", cap=2, cooldown=HOUR)


class TestEscalation:
    def clock(self, now: str, *more: tuple[str, MarkKind]) -> Clock:
        """
        Start a clock of one hour at ten.
        """
        told = marks(("10:00", "inbound"), *more)
        return known(first_response(told, HOUR, OFFICE, at(now)))

    def test_r33_thirty_seconds_without_an_answer(self) -> None:
        """
        After thirty seconds the head of sales is told (R33).
        """
        found = escalate([HEAD], self.clock("10:00:30"), [], OFFICE, at("10:00:30"))

        assert [("head-of-sales", 1, "notify")] == [
            (each.to, each.level, each.action) for each in found
        ]

    def test_before_its_time_nothing_is_done(self) -> None:
        """
        A level does not act before its time has gone by.
        """
        assert () == escalate(
            [HEAD], self.clock("10:00:29"), [], OFFICE, at("10:00:29")
        )

    def test_a_late_scan_does_every_level_in_order(self) -> None:
        """
        A scan that comes late leaves no level out.
        """
        found = escalate([HEAD, BREACH], self.clock("12:00"), [], OFFICE, at("12:00"))

        assert [1, 2] == [each.level for each in found]

    def test_s42_twice_inside_the_cooldown_is_once(self) -> None:
        """
        A second scan before the cooldown is over does nothing (S42).
        """
        clock = self.clock("11:01")
        first = escalate([BREACH], clock, [], OFFICE, at("11:01"))

        second = escalate([BREACH], self.clock("11:30"), first, OFFICE, at("11:30"))

        assert (1, 0) == (len(first), len(second))

    def test_s42_after_the_cooldown_it_acts_again(self) -> None:
        """
        Once the cooldown is over the level acts a second time (S42).
        """
        first = escalate([BREACH], self.clock("11:01"), [], OFFICE, at("11:01"))

        second = escalate([BREACH], self.clock("12:01"), first, OFFICE, at("12:01"))

        assert 1 == len(second)

    def test_s42_the_cap_ends_it(self) -> None:
        """
        A level that acted as often as it may does nothing more (S42).
        """
        first = escalate([BREACH], self.clock("11:01"), [], OFFICE, at("11:01"))
        second = escalate([BREACH], self.clock("12:01"), first, OFFICE, at("12:01"))

        third = escalate(
            [BREACH], self.clock("16:00"), first + second, OFFICE, at("16:00")
        )

        assert () == third

    def test_s42_a_closed_lead_is_left_alone(self) -> None:
        """
        What is closed escalates no more, late as it was (S42).
        """
        clock = self.clock("16:00", ("12:00", "closed"))

        assert ("missed", ()) == (
            clock.status,
            escalate([BREACH], clock, [], OFFICE, at("16:00")),
        )

    def test_s43_reassigning_replaces_the_owner(self) -> None:
        """
        A breach with the action reassign gives the lead to the target (S43).
        """
        rule = EscalationRule(to="boris", action="reassign")
        found = escalate([rule], self.clock("11:01"), [], OFFICE, at("11:01"))

        assert "boris" == assignee_after("anna", found)

    def test_a_notice_keeps_the_owner(self) -> None:
        """
        Whom a level only tells does not take over.
        """
        found = escalate([HEAD], self.clock("10:01"), [], OFFICE, at("10:01"))

        assert "anna" == assignee_after("anna", found)

    def test_a_breach_is_due_just_after_the_deadline(self) -> None:
        """
        At the deadline itself an answer would still be in time (S34).
        """
        due = next_escalation([BREACH], self.clock("10:10"), [], OFFICE)

        assert at("11:00") + datetime.resolution == due

    def test_a_pause_holds_levels_back(self) -> None:
        """
        While the lead waits for the client no level has a time.
        """
        clock = self.clock("10:10", ("10:00:10", "pause"))

        assert None is next_escalation([HEAD, BREACH], clock, [], OFFICE)

    def test_levels_count_for_their_own_clock(self) -> None:
        """
        What was done for one message is not done for another.
        """
        other = Escalated(
            clock="first-response:9",
            level=1,
            at=at("10:00"),
            to="head-of-sales",
            action="notify",
        )

        found = escalate([HEAD], self.clock("10:01"), [other], OFFICE, at("10:01"))

        assert 1 == len(found)


# -- properties ----------------------------------------------------------------

KINDS: tuple[MarkKind, ...] = (
    "opened",
    "inbound",
    "answer",
    "pause",
    "resume",
    "closed",
    "reopened",
)
START = datetime(2026, 5, 8, 8, tzinfo=UTC)


@st.composite
def histories(draw: st.DrawFn) -> list[Mark]:
    """
    Draw marks of a weekend and the days around it, in any order.
    """
    minutes = draw(st.lists(st.integers(0, 5000), max_size=10, unique=True))
    return [
        Mark(START + minute * MINUTE, draw(st.sampled_from(KINDS)), str(minute))
        for minute in minutes
    ]


TARGETS = Targets(first_response=HOUR, next_response=2 * HOUR, resolution=9 * HOUR)
SOME_RULES = [
    EscalationRule(to="head", after=20 * MINUTE),
    EscalationRule(to="boss", after=90 * MINUTE, cap=3, cooldown=45 * MINUTE),
    EscalationRule(to="owner", cap=2, cooldown=30 * MINUTE),
]


class TestProperties:
    @given(histories(), st.integers(0, 6000))
    def test_time_taken_and_time_left_are_the_target(
        self, told: list[Mark], minute: int
    ) -> None:
        """
        A pending clock with a deadline has just its difference left.
        """
        now = START + minute * MINUTE
        found = [
            clock
            for clock in clocks(told, TARGETS, OFFICE, now)
            if clock.status == "pending" and clock.deadline is not None
        ]
        left = [OFFICE.between(now, clock.deadline or now) for clock in found]

        assert [clock.difference for clock in found] == left

    @given(histories(), st.integers(0, 6000))
    def test_late_is_what_took_longer_than_the_target(
        self, told: list[Mark], minute: int
    ) -> None:
        """
        A clock that took longer is missed; one that was kept took no longer.
        """
        found = clocks(told, TARGETS, OFFICE, START + minute * MINUTE)

        assert all(
            (clock.status == "missed" or clock.difference >= timedelta(0))
            and (clock.status != "missed" or clock.difference <= timedelta(0))
            for clock in found
        )

    @given(histories(), st.integers(0, 6000), st.integers(0, 6000))
    def test_what_was_decided_stays_decided(
        self, told: list[Mark], minute: int, later: int
    ) -> None:
        """
        An answer that was in time, or late, is so for ever.
        """
        now = START + minute * MINUTE
        before = {
            clock.id: clock.status
            for clock in next_responses(told, HOUR, OFFICE, now)
            if clock.status == "hit"
        }

        after = {
            clock.id: clock.status
            for clock in next_responses(told, HOUR, OFFICE, now + later * MINUTE)
        }

        assert before == {key: after.get(key) for key in before}

    @given(histories())
    def test_the_order_of_telling_does_not_matter(self, told: list[Mark]) -> None:
        """
        Marks may come in any order.
        """
        now = START + 6000 * MINUTE

        assert clocks(told, TARGETS, OFFICE, now) == clocks(
            sorted(told, key=lambda mark: mark.at), TARGETS, OFFICE, now
        )

    @settings(max_examples=15)
    @given(st.integers(0, 2880))
    def test_timers_do_what_a_scan_each_minute_does(self, minute: int) -> None:
        """
        Acting at each next escalation is acting as if one looked all the time.
        """
        told = [Mark(START + minute * MINUTE, "inbound", "1")]
        end = START + 7200 * MINUTE
        clock = known(first_response(told, HOUR, OFFICE, end))
        timed: list[Escalated] = []
        while (due := next_escalation(SOME_RULES, clock, timed, OFFICE)) is not None:
            assume(due <= end)
            timed += escalate(SOME_RULES, clock, timed, OFFICE, due)

        scanned: list[Escalated] = []
        for number in range(minute, 7200):
            if len(scanned) == len(timed):
                break
            now = START + number * MINUTE + datetime.resolution
            scanned += escalate(SOME_RULES, clock, scanned, OFFICE, now)

        assert [(each.level, each.to) for each in timed] == [
            (each.level, each.to) for each in scanned
        ]
