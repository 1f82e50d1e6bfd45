"""
Who is there for a channel, prepared answers, and answers that nobody writes.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from leadflow.assignment import FixedMember, RoundRobin
from leadflow.channels import Call, Judgement
from leadflow.channels.replies import QuickReply
from leadflow.channels.settings import ChannelSettings
from leadflow.desk import Answer, Availability, Desk, Receive
from leadflow.errors import Refused, UnknownRecord
from leadflow.playbook import Playbook
from leadflow.storage.memory import MemoryStore
from leadflow.team import Absence, Member, Role, Team
from leadflow.values import Person, Product
from leadflow.worktime import WorkCalendar
from tests.desk._company import (
    MONDAY,
    Clock,
    Post,
    desk_on,
    inbound,
    mail,
    phone,
    small_company,
)


def hours(day: str) -> WorkCalendar:
    """
    Return a working week of *day* (``09:00-18:00``) from Monday to Friday.
    """
    return WorkCalendar.weekly("UTC", {"mon-fri": day})


def company(*members: Member, **more: Any) -> Playbook:
    """
    Return the small company with a chat that *members* attend.
    """
    chat = ChannelSettings(
        id="chat",
        kind="chat",
        title="Chat",
        policy="chat",
        **{"auto_reply": "Hello", "away_reply": "Back soon"} | more,
    )
    plain = small_company()
    return small_company(
        name="The Shop",
        channels=(*plain.channels, chat),
        team=Team(members=(*plain.team.members, TRAINEE, *members), roles=ROLES),
        policies=(*plain.policies, ("chat", RoundRobin(pool="chat", role="chat"))),
        calendars=(("nine-to-six", hours("09:00-18:00")),),
        replies=(
            QuickReply(id="hi", text="Hello, {client}! {member}, {company}: {product}"),
            QuickReply(id="nothing", text="{subject}"),
        ),
    )


ROLES = (Role("sales"), Role("head"), Role("office"), Role("chat"))
TRAINEE = Member(id="trainee", roles={"chat"}, opted_out=True)
EARLY = Member(id="early", roles={"chat"}, shift=hours("08:00-13:00"))
LATE = Member(id="late", roles={"chat"}, shift=hours("13:00-20:00"))


def at(hour: float, *, day: int = 11) -> datetime:
    """
    Return an hour of a day of May 2026; the 11th is a Monday.
    """
    return datetime(2026, 5, day, tzinfo=UTC) + timedelta(hours=hour)


def desk_of(playbook: Playbook, clock: Clock) -> Desk:
    """
    Return a desk of *playbook*.
    """
    return desk_on(MemoryStore(clock=clock), clock, playbook)


def said(desk: Desk) -> list[Any]:
    """
    Return the texts that waited to go out.
    """
    post = Post()
    while desk.deliver({"reply": post}).done:
        pass
    return [lease.payload["text"] for lease in post.sent]


def chat(number: int, **more: Any) -> Receive:
    """
    Return a message of Ivan's in the chat.
    """
    return Receive(inbound(number, mail("ivan"), **{"channel": "chat"} | more))


class TestAvailability:
    @pytest.mark.parametrize(
        ("hour", "members", "until", "since"),
        [
            (7, (), None, at(8)),
            (8, ("early",), at(20), None),
            (13, ("late",), at(20), None),
            (20, (), None, at(8, day=12)),
        ],
    )
    def test_shifts(
        self,
        hour: float,
        members: tuple[str, ...],
        until: datetime | None,
        since: datetime | None,
        clock: Clock,
    ) -> None:
        """
        A channel is attended while anybody of it is, past the change of shifts (R9).
        """
        desk = desk_of(company(EARLY, LATE), clock)
        duty = desk.ask(Availability(channel="chat", at=at(hour)))

        assert (bool(members), members, until, since) == (
            bool(duty),
            duty.members,
            duty.until,
            duty.since,
        )

    def test_over_the_weekend(self, clock: Clock) -> None:
        """
        On Friday night it is told that Monday is next (R9).
        """
        desk = desk_of(company(EARLY), clock)
        duty = desk.ask(Availability(channel="chat", at=at(14, day=15)))

        assert at(8, day=18) == duty.since

    def test_now(self, clock: Clock) -> None:
        """
        Without a time it is the present one that is asked for.
        """
        duty = desk_of(company(EARLY), clock).ask(Availability(channel="chat"))

        assert ("early",) == duty.members

    def test_absence(self, clock: Clock) -> None:
        """
        An absence ends the duty of the last one, and its end begins it (R32).
        """
        away = Absence(since=at(10), until=at(12))
        desk = desk_of(company(attrs.evolve(EARLY, absences=(away,))), clock)
        before = desk.ask(Availability(channel="chat", at=at(9)))
        within = desk.ask(Availability(channel="chat", at=at(11)))

        assert (at(10), at(12)) == (before.until, within.since)

    def test_working_hours(self, clock: Clock) -> None:
        """
        Outside of the channel's working hours nobody is there (R10).
        """
        desk = desk_of(company(EARLY, LATE, calendar="nine-to-six"), clock)
        duty = desk.ask(Availability(channel="chat", at=at(10)))

        assert at(18) == duty.until

    @pytest.mark.parametrize("change", [{"opted_out": True}, {"active": False}])
    def test_who_takes_nothing_is_not_there(
        self, change: dict[str, bool], clock: Clock
    ) -> None:
        """
        Who left or takes nothing new attends nothing.
        """
        desk = desk_of(company(attrs.evolve(EARLY, **change)), clock)

        assert not desk.ask(Availability(channel="chat", at=at(10)))

    def test_around_the_clock(self, desk: Desk) -> None:
        """
        Where everybody is always on duty there is no end.
        """
        duty = desk.ask(Availability(channel="site"))

        assert (True, None) == (bool(duty), duty.until)

    def test_no_policy(self, clock: Clock) -> None:
        """
        What nobody in particular answers for is attended in working hours.
        """
        playbook = Playbook(channels=(ChannelSettings(id="site", kind="form"),))
        duty = desk_of(playbook, clock).ask(Availability(channel="site"))

        assert (True, ()) == (bool(duty), duty.members)

    def test_unknown(self, desk: Desk) -> None:
        """
        A channel that there is not is an unknown record.
        """
        with pytest.raises(UnknownRecord):
            desk.ask(Availability(channel="fax"))


class TestAutomaticAnswers:
    def test_one_a_day(self, clock: Clock) -> None:
        """
        A contact is answered automatically once a day, however much comes (R12).
        """
        desk = desk_of(company(), clock)
        for number in range(5):
            desk.do(chat(number))

        assert ["Back soon"] == said(desk)

    def test_next_day(self, clock: Clock) -> None:
        """
        The next day it may be once more (R12).
        """
        desk = desk_of(company(), clock)
        desk.do(chat(1))
        clock.turn(days=1)
        desk.do(chat(2))

        assert ["Back soon", "Back soon"] == said(desk)

    def test_over_all_channels(self, clock: Clock) -> None:
        """
        A second channel doesn't answer the same contact again (R12).
        """
        desk = desk_of(company(LATE), clock)
        desk.do(chat(1))
        desk.do(chat(2, channel="bot"))

        assert ["Back soon"] == said(desk)

    def test_others_are_answered(self, clock: Clock) -> None:
        """
        The bound is each contact's own.
        """
        desk = desk_of(company(), clock)
        desk.do(chat(1))
        desk.do(Receive(inbound(2, phone(2), channel="chat")))

        assert ["Back soon", "Back soon"] == said(desk)

    def test_somebody_is_there(self, clock: Clock) -> None:
        """
        While somebody is there, what opens a lead gets the usual answer (R10).
        """
        desk = desk_of(company(EARLY), clock)
        desk.do(chat(1))

        assert ["Hello"] == said(desk)

    def test_conversation_while_away(self, clock: Clock) -> None:
        """
        Whoever writes on when all have gone is told so, lead or not (R9).
        """
        desk = desk_of(company(EARLY), clock)
        desk.do(chat(1))
        said(desk)
        clock.turn(days=1, hours=8)
        desk.do(chat(2))

        assert ["Back soon"] == said(desk)

    def test_conversation_while_there(self, clock: Clock) -> None:
        """
        Whoever writes on while somebody is there waits for a person.
        """
        desk = desk_of(company(EARLY), clock)
        desk.do(chat(1))
        said(desk)
        clock.turn(days=1)
        desk.do(chat(2))

        assert [] == said(desk)

    @pytest.mark.parametrize(
        "more",
        [
            {"judgement": Judgement(may_answer=False)},
            {"call": Call(direction="out", result="answered"), "kind": "call"},
        ],
        ids=["robot", "our-call"],
    )
    def test_not_answered(self, more: dict[str, Any], clock: Clock) -> None:
        """
        A robot is never answered, and neither is a call of ours (R12).
        """
        desk = desk_of(company(), clock)
        desk.do(chat(1, **more))

        assert [] == said(desk)

    def test_two_robots(self, clock: Clock) -> None:
        """
        A robot that answers every answer gets one (RFC 3834, section 2).
        """
        desk = desk_of(company(), clock)
        answers = 0
        for number in range(20):
            desk.do(chat(number))
            answered = said(desk)
            answers += len(answered)
            if not answered:
                break

        assert 1 == answers


class TestQuickReplies:
    def asked(self, clock: Clock, **more: Any) -> tuple[Desk, Any]:
        """
        Return a desk, and the touch that is to be answered.
        """
        desk = desk_of(company(EARLY, auto_reply=""), clock)
        return desk, desk.do(chat(1, **more)).touch

    def test_filled(self, clock: Clock) -> None:
        """
        A quick reply is said with what is known of person, member and goods (R8).
        """
        desk, touch = self.asked(clock, products=(Product(id="7", title="Chair"),))
        desk.do(Answer(touch, quick="hi"), by="anna")

        assert ["Hello, Ivan Petrov! Anna, The Shop: Chair"] == said(desk)

    def test_nothing_known(self, clock: Clock) -> None:
        """
        What is not known leaves no placeholder behind (R8).
        """
        desk, touch = self.asked(clock, person=Person())
        desk.do(Answer(touch, quick="hi"), by="anna")

        assert ["Hello! Anna, The Shop:"] == said(desk)

    @pytest.mark.parametrize(
        ("answer", "rule"),
        [
            ({"quick": "hi", "text": "and this"}, "answer.two-texts"),
            ({"quick": "nothing"}, "answer.empty"),
            ({"quick": "goodbye"}, "playbook.unknown-reply"),
            ({}, "answer.empty"),
        ],
    )
    def test_refused(self, answer: dict[str, str], rule: str, clock: Clock) -> None:
        """
        Two texts, none, and an unknown reply are refused, and nothing is said.
        """
        desk, touch = self.asked(clock)
        with pytest.raises(Refused) as refused:
            desk.do(Answer(touch, **answer), by="anna")

        assert rule == refused.value.rule


def test_fixed_member_and_deputy(clock: Clock) -> None:
    """
    Who stands in for the one that a policy names attends the channel too (R25).
    """
    away = Absence(since=MONDAY - timedelta(days=1), deputy="head")
    boss = Member(id="boss", absences=(away,))
    playbook = attrs.evolve(
        company(boss),
        policies=(*small_company().policies, ("chat", FixedMember("boss"))),
    )
    duty = desk_of(playbook, clock).ask(Availability(channel="chat"))

    assert ("head",) == duty.members
