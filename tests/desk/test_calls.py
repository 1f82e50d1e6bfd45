"""
Calls: a missed one asks to be called back, and a call is an answer.
"""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import attrs
import pytest

from leadflow.channels import Call, Delivery, Inbound
from leadflow.channels.mango import MangoChannel
from leadflow.channels.settings import ChannelSettings
from leadflow.desk import (
    Card,
    ClientAlone,
    Convert,
    Desk,
    FinishTask,
    OpenInterest,
    Receive,
    Received,
    RejectLead,
)
from leadflow.lead import LeadAnswered, LeadTaskFinished
from leadflow.playbook import Playbook, playbook_of, playbook_to_data
from leadflow.storage.memory import MemoryStore
from leadflow.touch import Touch
from leadflow.values import ChannelId, ContactPoint, Ref, Task
from tests.desk._company import (
    MONDAY,
    Clock,
    desk_on,
    inbound,
    phone,
    sent,
    small_company,
)


LINE = ChannelSettings(
    id="line",
    kind="call",
    response_time=timedelta(minutes=15),
    missed_call_task="Call back",
)


@pytest.fixture
def playbook() -> Playbook:
    """Return the small company with a line whose missed calls are called back."""
    usual = small_company()
    return attrs.evolve(usual, channels=(*usual.channels, LINE))


def call(
    number: int | str,
    *contacts: ContactPoint,
    direction: Any = "in",
    result: Any = "missed",
    at: int = 0,
    **more: Any,
) -> Inbound:
    """
    Return a call on the line, *at* minutes after nine.
    """
    given: dict[str, Any] = {
        "channel": "line",
        "kind": "call",
        "text": "",
        "call": Call(direction=direction, result=result),
        "sent_at": MONDAY + timedelta(minutes=at),
    }
    return inbound(number, *(contacts or (phone(1),)), **given | more)


def about(received: Received) -> Ref:
    """
    Return what a touch stands with.
    """
    if received.interest is not None:
        return Ref("interest", received.interest)
    return Ref("lead", str(received.lead))


def tasks(desk: Desk, ref: Ref) -> tuple[Task, ...]:
    """
    Return the tasks of the record *ref*.
    """
    found: tuple[Task, ...] = desk.ask(Card(ref)).record.tasks
    return found


def undone(desk: Desk, ref: Ref) -> list[str]:
    """
    Return the titles of what is still to be done about *ref*.
    """
    return [task.title for task in tasks(desk, ref) if task.done_at is None]


class TestMissed:
    def test_asks_to_be_called_back(self, desk: Desk) -> None:
        """A missed call adds the channel's task to the lead that it opens."""
        received = desk.do(Receive(call(1)))
        [task] = tasks(desk, about(received))

        assert ("Call back", received.touch, MONDAY + timedelta(minutes=15)) == (
            task.title,
            task.touch,
            task.due,
        )

    @pytest.mark.parametrize("result", ["missed", "busy", "failed", "abandoned"])
    def test_any_way_of_missing(self, desk: Desk, result: Any) -> None:
        """However nobody came to answer, the call is to be returned."""
        received = desk.do(Receive(call(1, result=result)))

        assert ["Call back"] == undone(desk, about(received))

    def test_of_an_open_lead(self, desk: Desk) -> None:
        """A missed call of somebody with an open lead adds the task there."""
        first = desk.do(Receive(inbound(1, phone(1))))
        desk.do(Receive(call(2)))

        assert ["Call back"] == undone(desk, about(first))

    def test_of_a_client(self, desk: Desk) -> None:
        """A missed call of a client adds the task to their open interest."""
        first = desk.do(Receive(inbound(1, phone(1))))
        client = desk.do(Convert(first.lead, ClientAlone()), by="anna").client
        desk.do(OpenInterest(client=client), by="anna")
        received = desk.do(Receive(call(2)))

        assert ("interest", ["Call back"]) == (
            about(received).kind,
            undone(desk, about(received)),
        )

    def test_tells_the_assignee(self, desk: Desk) -> None:
        """Who answers for the lead is told that somebody is to be called."""
        received = desk.do(Receive(inbound(1, phone(1))))
        sent(desk, "notify")
        desk.do(Receive(call(2)))
        lead = desk.ask(Card(about(received))).record

        assert [("task.added", list(lead.assignees), "Call back")] == [
            (notice["event"], notice["members"], notice["task"])
            for notice in sent(desk, "notify")
        ]

    def test_reminds(self, desk: Desk, clock: Clock) -> None:
        """The assignee is reminded when the time to call back is over (R26)."""
        desk.do(Receive(call(1)))
        sent(desk, "notify")
        clock.turn(minutes=16)
        desk.tick()

        assert "task.due" in [notice["event"] for notice in sent(desk, "notify")]

    def test_again(self, desk: Desk) -> None:
        """Who calls three times in vain is called back once."""
        received = [desk.do(Receive(call(number))) for number in range(3)]

        assert ["Call back"] == undone(desk, about(received[0]))

    def test_twice_delivered(self, desk: Desk) -> None:
        """The same missed call delivered twice asks once (R5)."""
        received = [desk.do(Receive(call(1))) for _ in range(2)]

        assert 1 == len(tasks(desk, about(received[0])))

    def test_after_it_was_done(self, desk: Desk) -> None:
        """A call missed after the last was returned is to be returned too."""
        received = desk.do(Receive(call(1)))
        [task] = tasks(desk, about(received))
        desk.do(FinishTask(ref=about(received), task=task.id), by="anna")
        desk.do(Receive(call(2, at=5)))

        assert ["Call back"] == undone(desk, about(received))

    def test_where_the_channel_asks_nothing(
        self, store: MemoryStore, clock: Clock, playbook: Playbook
    ) -> None:
        """A channel without the setting adds no task."""
        silent = attrs.evolve(LINE, missed_call_task="")
        channels = (*playbook.channels[:-1], silent)
        desk = desk_on(store, clock, attrs.evolve(playbook, channels=channels))
        received = desk.do(Receive(call(1)))

        assert () == tasks(desk, about(received))

    def test_answered(self, desk: Desk) -> None:
        """An answered call asks for nothing, and has been answered (R33)."""
        received = desk.do(Receive(call(1, result="answered")))
        lead = desk.ask(Card(about(received))).record

        assert ((), MONDAY, None) == (lead.tasks, lead.answered_at, lead.respond_by)

    def test_message(self, desk: Desk) -> None:
        """What is no call is not called back."""
        received = desk.do(Receive(inbound(1, phone(1), channel="line")))

        assert () == tasks(desk, about(received))

    def test_simple_mode(
        self, store: MemoryStore, clock: Clock, playbook: Playbook
    ) -> None:
        """Without leads the task stands with the interest (R24)."""
        desk = desk_on(store, clock, attrs.evolve(playbook, simple=True))
        received = desk.do(Receive(call(1)))

        assert ("interest", ["Call back"]) == (
            about(received).kind,
            undone(desk, about(received)),
        )

    def test_setting_is_kept(self, playbook: Playbook) -> None:
        """The setting is read back as it was written."""
        read = playbook_of(playbook_to_data(playbook))

        assert "Call back" == read.channel(LINE.id).missed_call_task

    def test_recorded_only(
        self, store: MemoryStore, clock: Clock, playbook: Playbook
    ) -> None:
        """A missed call that opens nothing has nowhere to put a task (R2)."""
        private = attrs.evolve(LINE, lead_source=False)
        channels = (*playbook.channels[:-1], private)
        desk = desk_on(store, clock, attrs.evolve(playbook, channels=channels))

        assert "recorded" == desk.do(Receive(call(1))).standing


class TestCallBack:
    def test_finishes_the_task(self, desk: Desk) -> None:
        """A later call of ours to the person finishes the task."""
        missed = desk.do(Receive(call(1)))
        desk.do(Receive(call(2, direction="out", result="answered", at=5)))

        assert [] == undone(desk, about(missed))

    def test_is_an_answer(self, desk: Desk, clock: Clock) -> None:
        """A call of ours stops the response clock (R33)."""
        missed = desk.do(Receive(call(1)))
        clock.turn(minutes=5)
        desk.do(Receive(call(2, direction="out", result="answered", at=5)))
        clock.turn(days=1)
        lead = desk.ask(Card(about(missed))).record

        assert (MONDAY + timedelta(minutes=5), None, 0) == (
            lead.answered_at,
            lead.respond_by,
            desk.tick(),
        )

    def test_stands_in_the_history(self, desk: Desk) -> None:
        """The history tells which call was the answer, and what it finished."""
        missed = desk.do(Receive(call(1)))
        [task] = tasks(desk, about(missed))
        back = desk.do(Receive(call(2, direction="out", result="answered", at=5)))
        history = desk.ask(Card(about(missed))).history

        assert [
            LeadAnswered(channel="line", reply=back.touch),
            LeadTaskFinished(task=task.id),
        ] == [entry.event for entry in history[-2:]]

    def test_is_a_touch_of_the_lead(self, desk: Desk) -> None:
        """A call of ours stands with the lead, and is no attention of theirs."""
        missed = desk.do(Receive(call(1)))
        back = desk.do(Receive(call(2, direction="out", result="answered", at=5)))
        lead = desk.ask(Card(about(missed))).record

        assert ("joined", missed.lead, 1) == (back.standing, back.lead, lead.touches)

    @pytest.mark.parametrize(
        ("result", "left"),
        [("missed", []), ("busy", []), ("failed", ["Call back"])],
    )
    def test_in_vain(self, desk: Desk, result: Any, left: list[str]) -> None:
        """Trying to call back counts, unless the call never got through."""
        missed = desk.do(Receive(call(1)))
        desk.do(Receive(call(2, direction="out", result=result, at=5)))

        assert left == undone(desk, about(missed))

    def test_by_the_person(self, desk: Desk) -> None:
        """Who calls again and is answered need not be called back."""
        missed = desk.do(Receive(call(1)))
        desk.do(Receive(call(2, result="answered", at=5)))

        assert [] == undone(desk, about(missed))

    def test_of_somebody_else(self, desk: Desk) -> None:
        """A call to another number finishes nothing."""
        missed = desk.do(Receive(call(1)))
        desk.do(Receive(call(2, phone(2), direction="out", result="answered", at=5)))

        assert ["Call back"] == undone(desk, about(missed))

    def test_told_late(self, desk: Desk) -> None:
        """A call of before the missed one that is told after it answers nothing."""
        missed = desk.do(Receive(call(1, at=5)))
        desk.do(Receive(call(2, direction="out", result="answered")))
        lead = desk.ask(Card(about(missed))).record

        assert (["Call back"], None) == (undone(desk, about(missed)), lead.answered_at)

    def test_of_a_client(self, desk: Desk, clock: Clock) -> None:
        """A call back to a client finishes the task of the interest."""
        first = desk.do(Receive(inbound(1, phone(1))))
        client = desk.do(Convert(first.lead, ClientAlone()), by="anna").client
        desk.do(OpenInterest(client=client), by="anna")
        missed = desk.do(Receive(call(2)))
        back = desk.do(Receive(call(3, direction="out", result="answered", at=5)))
        clock.turn(days=1)

        assert ("recorded", missed.interest, [], 0) == (
            back.standing,
            back.interest,
            undone(desk, about(missed)),
            desk.tick(),
        )

    def test_to_a_client_without_an_interest(self, desk: Desk) -> None:
        """A call to a client is a touch of theirs, and opens nothing."""
        first = desk.do(Receive(inbound(1, phone(1))))
        client = desk.do(Convert(first.lead, ClientAlone()), by="anna").client
        back = desk.do(Receive(call(2, direction="out", result="answered")))

        assert ("recorded", client, None, "outgoing call") == (
            back.standing,
            back.client,
            back.lead,
            back.reason,
        )

    def test_to_nobody_known(self, desk: Desk) -> None:
        """A call of ours to somebody unknown is recorded, and opens nothing."""
        received = desk.do(Receive(call(1, direction="out", result="answered")))

        assert ("recorded", None, "outgoing call") == (
            received.standing,
            received.lead,
            received.reason,
        )


class TestParts:
    """
    A call that is told in parts is one touch: missed only if missed in all.
    """

    def whole(self, desk: Desk, *parts: Inbound) -> tuple[Touch, Ref]:
        """
        Return the one touch that *parts* are, and what it stands with.
        """
        received = [
            desk.do(Receive(attrs.evolve(part, part_of="c1"))) for part in parts
        ]
        assert 1 == len({each.touch for each in received})
        touch = desk.ask(Card(Ref("touch", received[0].touch))).record
        return touch, about(received[0])

    def test_rings_and_is_missed(self, desk: Desk) -> None:
        """A call that rings has no result yet; its end makes it missed."""
        touch, lead = self.whole(desk, call(1, call=None), call(2))

        assert ("missed", ["Call back"]) == (
            touch.call and touch.call.result,
            undone(desk, lead),
        )

    def test_rings_and_is_answered(self, desk: Desk) -> None:
        """A call that rings and is answered asks for nothing."""
        touch, lead = self.whole(desk, call(1, call=None), call(2, result="answered"))

        assert ("answered", ()) == (
            touch.call and touch.call.result,
            tasks(desk, lead),
        )

    @pytest.mark.parametrize("order", [("missed", "answered"), ("answered", "missed")])
    def test_answered_in_one(self, desk: Desk, order: tuple[Any, Any]) -> None:
        """A call that was answered in any part is answered, in any order."""
        first, second = order
        touch, lead = self.whole(
            desk, call(1, result=first), call(2, result=second, at=1)
        )

        assert ("answered", []) == (
            touch.call and touch.call.result,
            undone(desk, lead),
        )

    def test_missed_in_all(self, desk: Desk) -> None:
        """A call that was missed in every part asks once."""
        _, lead = self.whole(desk, call(1), call(2, result="busy"))

        assert 1 == len(tasks(desk, lead))

    def test_what_the_parts_know(self, desk: Desk) -> None:
        """What only one part knows of a call is known of the whole."""
        answered = Call(direction="in", result="answered", talk=timedelta(seconds=9))
        ringing = Call(direction="in", result="missed", line="+7495", employee="101")
        touch, _ = self.whole(desk, call(1, call=ringing), call(2, call=answered))

        assert attrs.evolve(answered, line="+7495", employee="101") == touch.call

    def test_after_the_lead_is_closed(self, desk: Desk) -> None:
        """A part that comes when the lead is closed grows the touch alone."""
        received = desk.do(Receive(call(1, call=None, part_of="c1")))
        desk.do(RejectLead(lead=received.lead, reason="spam"), by="anna")
        desk.do(Receive(call(2, part_of="c1")))

        assert () == tasks(desk, about(received))

    def test_of_ours(self, desk: Desk) -> None:
        """A call of ours in parts stands with nobody, part by part."""
        ours = call(1, direction="out", result="answered", part_of="c1")
        received = [
            desk.do(Receive(attrs.evolve(ours, external_id=id_))) for id_ in ("1", "2")
        ]

        assert [None, None] == [each.lead for each in received]


class TestThroughAnAdapter:
    """
    What an adapter reads of calls makes the same of them.
    """

    CHANNEL = MangoChannel(
        id=ChannelId("line"), api_key="key", salt="salt", at_ring=True
    )

    def receive(self, desk: Desk, event: dict[str, object]) -> Received:
        """
        Return what became of an *event* of Mango Office.
        """
        text = json.dumps({"entry_id": "e1", "create_time": 1778490000, **event})
        sign = sha256(f"key{text}salt".encode()).hexdigest()
        form = {"vpbx_api_key": "key", "sign": sign, "json": text}
        given = Delivery(body=urlencode(form).encode(), received_at=MONDAY)
        [outcome] = self.CHANNEL.read(given).outcomes
        assert isinstance(outcome, Inbound)
        return desk.do(Receive(outcome))

    def test_ring_end_and_call_back(self, desk: Desk) -> None:
        """A call that rings, is missed and is called back leaves nothing to do."""
        anna = {"number": "79161234567"}
        ours = {"extension": "101"}
        ring = {"call_state": "Appeared", "location": "abonent", "from": anna}
        rung = self.receive(desk, {**ring, "to": ours})
        summary: dict[str, object] = {"entry_result": 0, "from": anna, "to": ours}
        ended = self.receive(desk, {**summary, "call_direction": 1})
        waiting = undone(desk, about(rung))
        back = {"entry_id": "e2", "call_direction": 2, "from": ours, "to": anna}
        self.receive(desk, {**summary, **back, "entry_result": 1})

        assert ("extended", rung.touch, ["Call back"], []) == (
            ended.standing,
            ended.touch,
            waiting,
            undone(desk, about(rung)),
        )

    def test_asks_to_be_called(self, desk: Desk) -> None:
        """A visitor who asks to be called, and is, has one touch and an answer."""
        anna = {"number": "79161234567"}
        ours = {"extension": "101"}
        asked = self.receive(
            desk,
            {
                "call_state": "Appeared",
                "from": anna,
                "to": ours,
                "callback_initiator": "CallbackWidget",
            },
        )
        called = self.receive(
            desk,
            {"call_direction": 2, "entry_result": 1, "from": ours, "to": anna},
        )
        lead = desk.ask(Card(about(asked))).record

        assert (asked.touch, MONDAY, None) == (
            called.touch,
            lead.answered_at,
            lead.respond_by,
        )
