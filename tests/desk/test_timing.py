"""
What happens by itself: escalations, reminders, leads that wait for a shift.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import attrs
import pytest

from leadflow.assignment import FixedMember, RoleQueue
from leadflow.channels.settings import ChannelSettings, Escalation
from leadflow.desk import (
    AddClient,
    AddTask,
    Answer,
    Assign,
    Card,
    Convert,
    Desk,
    Escalate,
    Facts,
    FinishTask,
    Lose,
    Receive,
    RejectLead,
    Remind,
    ReopenLead,
)
from leadflow.playbook import Playbook
from leadflow.ports import Commit, SetTimer
from leadflow.storage.memory import MemoryStore
from leadflow.team import Absence, Team
from leadflow.values import SYSTEM, ContactPoint, Moment, Ref
from leadflow.worktime import parse_calendar
from tests.desk._company import (
    MONDAY,
    Clock,
    desk_on,
    inbound,
    phone,
    sent,
    small_company,
    written_nothing,
)


HOLD = timedelta(minutes=1)


def overdue(desk: Desk) -> list[tuple[list[str], str]]:
    """
    Return who was told of an overdue lead, and at which level.
    """
    return [
        (told["members"], told["level"])
        for told in sent(desk, "notify")
        if told["event"] == "lead.overdue"
    ]


def now(desk: Desk, lead: str) -> Any:
    """
    Return the lead as it is.
    """
    return desk.ask(Card(Ref("lead", lead))).record


def with_channel(playbook: Playbook, **more: Any) -> Playbook:
    """
    Return *playbook* with other settings of its site.
    """
    channels = tuple(
        attrs.evolve(channel, **more) if channel.id == "site" else channel
        for channel in playbook.channels
    )
    return attrs.evolve(playbook, channels=channels)


class TestEscalation:
    def test_nobody_is_told_too_early(self, desk: Desk, clock: Clock) -> None:
        """Until the very deadline an answer is in time (S34)."""
        desk.do(Receive(inbound(1, phone(1))))
        clock.turn(minutes=30)

        assert (0, []) == (desk.tick(), overdue(desk))

    def test_first_those_who_have_not_answered(self, desk: Desk, clock: Clock) -> None:
        """When the time is up its assignee is told first."""
        desk.do(Receive(inbound(1, phone(1))))
        clock.turn(minutes=31)

        assert (1, [(["anna"], "1")]) == (desk.tick(), overdue(desk))

    def test_then_the_next_level(self, desk: Desk, clock: Clock) -> None:
        """Not answered further, the next level is told (R33)."""
        lead = desk.do(Receive(inbound(1, phone(1)))).lead
        for minutes in (31, 10):
            clock.turn(minutes=minutes)
            desk.tick()

        assert ([(["anna"], "1"), (["head"], "2")], 2) == (
            overdue(desk),
            now(desk, lead).overdue,
        )

    def test_levels_come_to_an_end(self, desk: Desk, clock: Clock) -> None:
        """After the last level nobody is told any more (S42)."""
        desk.do(Receive(inbound(1, phone(1))))
        for _ in range(5):
            clock.turn(days=1)
            desk.tick()

        assert 2 == len(overdue(desk))

    def test_once_for_one_breach(self, desk: Desk, clock: Clock) -> None:
        """Ticking twice inside the time of a level tells once (S42, S44)."""
        desk.do(Receive(inbound(1, phone(1))))
        clock.turn(minutes=31)

        assert ([1, 0, 0], 1) == ([desk.tick() for _ in range(3)], len(overdue(desk)))

    @pytest.mark.parametrize("end", ["reject", "convert", "answer"])
    def test_closed_or_answered(self, desk: Desk, clock: Clock, end: str) -> None:
        """What is closed or answered escalates no further (S33, S42)."""
        received = desk.do(Receive(inbound(1, phone(1))))
        clock.turn(minutes=31)
        desk.tick()
        commands: dict[str, Any] = {
            "reject": RejectLead(lead=received.lead, reason="price"),
            "convert": Convert(received.lead),
            "answer": Answer(received.touch, "Good day"),
        }
        desk.do(commands[end], by="anna")
        clock.turn(days=1)

        assert (0, 1) == (desk.tick(), len(overdue(desk)))

    def test_begins_anew(self, desk: Desk, clock: Clock) -> None:
        """Who writes after an answer is waited with anew, from the first level."""
        received = desk.do(Receive(inbound(1, phone(1))))
        clock.turn(minutes=31)
        desk.tick()
        desk.do(Answer(received.touch, "Good day"), by="anna")
        desk.do(Receive(inbound(2, phone(1))))
        clock.turn(minutes=31)
        desk.tick()

        assert ["1", "1"] == [level for _, level in overdue(desk)]

    def test_writing_again_moves_nothing(self, desk: Desk, clock: Clock) -> None:
        """A person who writes again does not move their own deadline (S32)."""
        desk.do(Receive(inbound(1, phone(1))))
        clock.turn(minutes=20)
        desk.do(Receive(inbound(2, phone(1))))
        clock.turn(minutes=11)

        assert 1 == desk.tick()

    def test_reopened(self, desk: Desk, clock: Clock) -> None:
        """A reopened lead must be answered in time again."""
        lead = desk.do(Receive(inbound(1, phone(1)))).lead
        desk.do(RejectLead(lead=lead, reason="price"), by="anna")
        clock.turn(hours=5)
        desk.do(ReopenLead(lead), by="anna")
        clock.turn(minutes=31)

        assert (1, [(["anna"], "1")]) == (desk.tick(), overdue(desk))

    def test_tells_the_callers_number(self, desk: Desk, clock: Clock) -> None:
        """A notice of a missed call has the caller's number (R33)."""
        hidden = ContactPoint(kind="phone", value="", raw="anonymous")
        desk.do(Receive(inbound(1, hidden, phone(1))))
        clock.turn(minutes=31)
        desk.tick()
        told = [
            each for each in sent(desk, "notify") if each["event"] == "lead.overdue"
        ]

        assert phone(1).value == told[0]["contact"]

    def test_tells_a_role(self, store: MemoryStore, clock: Clock) -> None:
        """A lead that waits in a queue is told to all of its role."""
        queue = small_company(
            policies=(("turns", RoleQueue("sales")), ("head", RoleQueue("head")))
        )
        desk = desk_on(store, clock, queue)
        desk.do(Receive(inbound(1, phone(1))))
        for minutes in (31, 10):
            clock.turn(minutes=minutes)
            desk.tick()

        assert ["sales", "head"] == [
            told["role"]
            for told in sent(desk, "notify")
            if told["event"] == "lead.overdue"
        ]

    def test_in_working_time(self, store: MemoryStore, clock: Clock) -> None:
        """The time is reckoned in the channel's working hours (R10)."""
        calendar, _ = parse_calendar(
            {"zone": "UTC", "week": {"mon-fri": "09:00-18:00"}}
        )
        playbook = small_company(calendars=(("office", calendar),), calendar="office")
        desk = desk_on(store, clock, playbook)
        clock.turn(hours=8, minutes=45)
        lead = desk.do(Receive(inbound(1, phone(1)))).lead

        assert MONDAY + timedelta(days=1, minutes=15) == now(desk, lead).respond_by

    def test_a_channel_without_escalation(
        self, store: MemoryStore, clock: Clock
    ) -> None:
        """Without levels the assignee alone is told."""
        desk = desk_on(store, clock, with_channel(small_company(), escalation=()))
        desk.do(Receive(inbound(1, phone(1))))
        for _ in range(3):
            clock.turn(days=1)
            desk.tick()

        assert [(["anna"], "1")] == overdue(desk)

    def test_a_policy_that_finds_nobody(self, store: MemoryStore, clock: Clock) -> None:
        """A level that finds nobody else tells those who have it once more."""
        level = (Escalation(after=timedelta(minutes=10), policy="head"),)
        playbook = with_channel(small_company(policy="head"), escalation=level)
        desk = desk_on(store, clock, playbook)
        lead = desk.do(Receive(inbound(1, phone(1)))).lead
        for minutes in (31, 10):
            clock.turn(minutes=minutes)
            desk.tick()

        assert ([(["head"], "1"), (["head"], "2")], 2) == (
            overdue(desk),
            now(desk, lead).overdue,
        )

    def test_levels_that_are_gone(
        self, desk: Desk, store: MemoryStore, clock: Clock
    ) -> None:
        """A playbook with fewer levels ends what is under way."""
        lead = desk.do(Receive(inbound(1, phone(1)))).lead
        clock.turn(minutes=31)
        desk.tick()
        newer = desk_on(store, clock, with_channel(small_company(), escalation=()))
        clock.turn(minutes=10)

        assert (1, 1, [(["anna"], "1")]) == (
            newer.tick(),
            now(newer, lead).overdue,
            overdue(newer),
        )


class TestReminders:
    @pytest.fixture
    def lead(self, desk: Desk) -> str:
        """Return a lead that was answered."""
        received = desk.do(Receive(inbound(1, phone(1))))
        desk.do(Answer(received.touch, "Good day"), by="anna")
        sent(desk, "notify")
        return received.lead

    def due(self, desk: Desk) -> list[tuple[list[str], str]]:
        """
        Return who was told of a task that is due.
        """
        return [
            (told["members"], told["task"])
            for told in sent(desk, "notify")
            if told["event"] == "task.due"
        ]

    def test_its_assignee_is_told(self, desk: Desk, clock: Clock, lead: str) -> None:
        """The assignee of a task is told when it is due (R26)."""
        due = MONDAY + timedelta(hours=1)
        task = AddTask(ref=Ref("lead", lead), title="call", due=due, assignee="boris")
        desk.do(task, by="anna")
        clock.turn(hours=1)

        assert (1, [(["boris"], "call")]) == (desk.tick(), self.due(desk))

    def test_else_the_leads(self, desk: Desk, clock: Clock, lead: str) -> None:
        """A task of nobody's is told to those who answer for the record."""
        due = MONDAY + timedelta(hours=1)
        desk.do(AddTask(ref=Ref("lead", lead), title="call", due=due), by="anna")
        clock.turn(hours=1)
        desk.tick()

        assert [(["anna"], "call")] == self.due(desk)

    def test_of_an_interest(self, desk: Desk, clock: Clock, lead: str) -> None:
        """Interests have reminders as leads have."""
        due = MONDAY + timedelta(hours=1)
        made = desk.do(Convert(lead), by="anna").made
        desk.do(AddTask(ref=made, title="write", due=due), by="anna")
        clock.turn(hours=1)
        desk.tick()

        assert [(["anna"], "write")] == self.due(desk)

    def test_done_before(self, desk: Desk, clock: Clock, lead: str) -> None:
        """A task that was done is not told."""
        due, ref = MONDAY + timedelta(hours=1), Ref("lead", lead)
        task = desk.do(AddTask(ref=ref, title="call", due=due), by="anna")
        desk.do(FinishTask(ref=ref, task=task.id), by="anna")
        clock.turn(hours=1)

        assert (0, []) == (desk.tick(), self.due(desk))

    def test_done_meanwhile(
        self, desk: Desk, store: MemoryStore, clock: Clock, lead: str
    ) -> None:
        """A reminder looks whether the task is still to be done."""
        due, ref = MONDAY + timedelta(hours=1), Ref("lead", lead)
        task = desk.do(AddTask(ref=ref, title="call", due=due), by="anna")
        done = attrs.evolve(task, done_at=MONDAY)
        clock.turn(hours=1)
        (lease,) = store.lease("timers", limit=1, hold=HOLD)
        other = attrs.evolve(lease, name=f"task/{done.id}x")

        assert (False, True) == (
            decided(desk, Remind(other)),
            decided(desk, Remind(lease)),
        )


def decided(desk: Desk, command: Any) -> Any:
    """
    Return what *command* decides on the desk's store, writing nothing.
    """
    store: Any = desk.store
    moment = Moment(now=store.now(), by=SYSTEM, new_id=lambda: "x")
    walk = command.decide(desk.playbook, moment)
    facts = Facts()
    reads = next(walk)
    while True:
        facts.records.update(store.load(reads.refs))
        try:
            reads = walk.send(facts)
        except StopIteration as end:
            return end.value.result


class TestWaiting:
    """A lead that found nobody waits for the next shift (R32)."""

    AWAY = (Absence(since=MONDAY, until=MONDAY + timedelta(hours=4)),)

    def company(self, **more: Any) -> Playbook:
        """
        Return the company whose sales are away until one o'clock.
        """
        playbook = small_company(**more)
        members = tuple(
            attrs.evolve(member, absences=self.AWAY)
            if "sales" in member.roles
            else member
            for member in playbook.team.members
        )
        return attrs.evolve(
            playbook, team=Team(members=members, roles=playbook.team.roles)
        )

    @pytest.fixture
    def away(self, store: MemoryStore, clock: Clock) -> Desk:
        """Return the desk of a company whose sales are away."""
        bare = ChannelSettings(id="site", kind="form")
        return desk_on(store, clock, self.company(channels=(bare,)))

    def test_is_given_when_they_are_back(self, away: Desk, clock: Clock) -> None:
        """Who is back first gets what waited."""
        lead = away.do(Receive(inbound(1, phone(1)))).lead
        before = now(away, lead).assignees
        clock.turn(hours=4)

        assert ((), 1, ("anna",)) == (before, away.tick(), now(away, lead).assignees)

    def test_is_told(self, away: Desk, clock: Clock) -> None:
        """Who gets it then is told."""
        away.do(Receive(inbound(1, phone(1))))
        clock.turn(hours=4)
        away.tick()

        assert [["anna"]] == [told["members"] for told in sent(away, "notify")]

    def test_was_taken_meanwhile(self, away: Desk, clock: Clock) -> None:
        """What was given by hand meanwhile stays there."""
        lead = away.do(Receive(inbound(1, phone(1)))).lead
        away.do(Assign(ref=Ref("lead", lead), members=("head",)), by="head")
        clock.turn(hours=4)
        away.tick()

        assert ("head",) == now(away, lead).assignees

    def test_goes_to_the_clients_own(self, away: Desk, clock: Clock) -> None:
        """A repeat waits for the client's own member."""
        away.do(AddClient(name="Ivan", contact_points=(phone(1),), owners=("boris",)))
        lead = away.do(Receive(inbound(1, phone(1)))).lead
        clock.turn(hours=4)
        away.tick()

        assert ("boris",) == now(away, lead).assignees

    def test_waits_on(self, store: MemoryStore, clock: Clock, away: Desk) -> None:
        """Who is still away at that time is waited for further."""
        lead = away.do(Receive(inbound(1, phone(1)))).lead
        longer = (Absence(since=MONDAY, until=MONDAY + timedelta(hours=9)),)
        playbook = attrs.evolve(
            away.playbook,
            team=Team(
                members=tuple(
                    attrs.evolve(member, absences=longer)
                    for member in away.playbook.team.members
                ),
                roles=away.playbook.team.roles,
            ),
        )
        newer = desk_on(store, clock, playbook, prefix="new")
        clock.turn(hours=4)
        newer.tick()
        between = now(newer, lead).assignees
        clock.turn(hours=5)
        newer.tick()

        assert ((), ("anna",)) == (between, now(newer, lead).assignees)

    @pytest.mark.parametrize("policy", ["", "gone"])
    def test_the_policy_changed(
        self, store: MemoryStore, clock: Clock, away: Desk, policy: str
    ) -> None:
        """Without a policy, or with one that never finds anybody, it waits on."""
        lead = away.do(Receive(inbound(1, phone(1)))).lead
        inactive = tuple(
            attrs.evolve(member, active=False) for member in away.playbook.team.members
        )
        playbook = attrs.evolve(
            away.playbook,
            team=Team(members=inactive, roles=away.playbook.team.roles),
            policies=(*away.playbook.policies, ("gone", FixedMember("anna"))),
            policy=policy,
        )
        newer = desk_on(store, clock, playbook, prefix="new")
        clock.turn(hours=4)

        assert (1, ()) == (newer.tick(), now(newer, lead).assignees)


class TestTick:
    def test_an_applications_own_timer(self, desk: Desk, store: MemoryStore) -> None:
        """A timer that leadflow does not know is given up, for a person to see."""
        ref = Ref("lead", desk.do(Receive(inbound(1, phone(1)))).lead)
        timer = SetTimer(ref=ref, name="birthday", due=MONDAY)
        store.commit(Commit(id=uuid4(), at=MONDAY, by=SYSTEM, timers=(timer,)))

        assert (0, ["birthday"]) == (
            desk.tick(),
            [lease.name for lease in store.dead()],
        )

    def test_what_fails_is_tried_again(
        self, desk: Desk, store: MemoryStore, clock: Clock
    ) -> None:
        """A timer whose command fails waits, and does not hold up the others."""
        desk.do(Receive(inbound(1, phone(1))))
        second = desk.do(Receive(inbound(2, phone(2)))).lead
        desk.do(Assign(ref=Ref("lead", second), members=("boris",)), by="head")
        broken = desk_on(store, clock, small_company(channels=()))
        clock.turn(minutes=31)
        first = broken.tick()
        clock.turn(seconds=1)

        assert (0, 2) == (first, desk.tick())

    def test_given_up_at_last(
        self, desk: Desk, store: MemoryStore, clock: Clock
    ) -> None:
        """After twelve failures a timer is given up, with what was said."""
        desk.do(Receive(inbound(1, phone(1))))
        broken = desk_on(store, clock, small_company(channels=()))
        clock.turn(minutes=31)
        for _ in range(12):
            broken.tick()
            clock.turn(hours=1)

        assert (1, 0) == (len(store.dead()), desk.tick())

    def test_a_lost_lease(
        self, desk: Desk, store: MemoryStore, clock: Clock, monkeypatch: Any
    ) -> None:
        """Work that another has taken over meanwhile is dropped."""
        desk.do(Receive(inbound(1, phone(1))))
        clock.turn(minutes=31)
        lease = store.lease

        def late(what: Any, **more: Any) -> Any:
            leases = lease(what, **more)
            clock.turn(minutes=5)
            lease(what, **more)
            return leases

        monkeypatch.setattr(store, "lease", late)

        assert (0, []) == (desk.tick(), overdue(desk))

    def test_a_record_that_is_gone(self, desk: Desk, store: MemoryStore) -> None:
        """A timer of a record that there is not only ends."""
        ghost = Ref("lead", "ghost")
        timers = tuple(
            SetTimer(ref=ghost, name=name, due=MONDAY)
            for name in ("respond", "assign", "task/k1")
        )
        store.commit(Commit(id=uuid4(), at=MONDAY, by=SYSTEM, timers=timers))

        assert (3, 0) == (desk.tick(), store.head())

    def test_levels(self, desk: Desk, store: MemoryStore, clock: Clock) -> None:
        """An escalation answers the level that it reached, 0 for none."""
        lead = desk.do(Receive(inbound(1, phone(1)))).lead
        clock.turn(minutes=31)
        (lease,) = store.lease("timers", limit=1, hold=HOLD)
        reached = decided(desk, Escalate(lease))
        desk.do(RejectLead(lead=lead, reason="price"), by="anna")
        with written_nothing(store):
            after = decided(desk, Escalate(lease))

        assert (1, 0) == (reached, after)


def test_a_lost_deal_still_reminds(desk: Desk, clock: Clock) -> None:
    """A task outlives the end of its interest until somebody finishes it."""
    lead = desk.do(Receive(inbound(1, phone(1)))).lead
    made = desk.do(Convert(lead), by="anna").made
    due = MONDAY + timedelta(hours=1)
    desk.do(AddTask(ref=made, title="say thanks", due=due), by="anna")
    desk.do(Lose(interest=made.id, reason="price"), by="anna")
    clock.turn(hours=1)

    assert 1 == desk.tick()
