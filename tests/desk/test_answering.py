"""
Answering: what we say goes back through the channel that the touch came in by.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from leadflow.channels import Judgement
from leadflow.desk import Answer, Card, ClientAlone, Convert, Desk, Receive
from leadflow.errors import Refused, UnknownRecord
from leadflow.storage.memory import MemoryStore
from leadflow.values import ContactPoint, Ref
from tests.desk._company import (
    MONDAY,
    Clock,
    inbound,
    mail,
    phone,
    sent,
    written_nothing,
)


HIDDEN = ContactPoint(kind="phone", value="", raw="anonymous")


class TestAnswer:
    def test_is_sent_through_the_channel(self, desk: Desk) -> None:
        """An answer goes back by the channel, to the one who wrote (R8)."""
        received = desk.do(
            Receive(
                inbound(
                    7,
                    HIDDEN,
                    mail("ivan"),
                    channel="mail",
                    conversation="c1",
                    in_reply_to=("<a>",),
                    subject="Chairs",
                )
            )
        )
        answered = desk.do(Answer(received.touch, "Good day"), by="anna")

        assert [
            {
                "id": answered.reply,
                "about": f"lead/{received.lead}",
                "channel": "mail",
                "conversation": "c1",
                "answers": "7",
                "thread": ["<a>"],
                "to": {"kind": "email", "value": "ivan@example.com"},
                "subject": "Chairs",
                "text": "Good day",
                "automatic": False,
                "last_inbound_at": MONDAY.isoformat(),
            }
        ] == sent(desk, "reply")

    def test_subject_as_it_is_said(self, desk: Desk) -> None:
        """A subject that is given stands over the touch's."""
        touch = desk.do(Receive(inbound(1, mail("ivan"), subject="Chairs"))).touch
        desk.do(Answer(touch, "Good day", subject="Tables"), by="anna")

        assert "Tables" == sent(desk, "reply")[0]["subject"]

    def test_in_a_conversation_without_a_contact(self, desk: Desk) -> None:
        """A conversation is answered even where the person is not known."""
        touch = desk.do(Receive(inbound(1, conversation="c1"))).touch
        desk.do(Answer(touch, "Good day"), by="anna")
        (reply,) = sent(desk, "reply")

        assert (None, "c1") == (reply["to"], reply["conversation"])

    def test_stops_the_clock(self, desk: Desk, clock: Clock) -> None:
        """The first answer stops the lead's response clock (R33)."""
        received = desk.do(Receive(inbound(1, phone(1))))
        clock.turn(minutes=10)
        desk.do(Answer(received.touch, "Good day"), by="anna")
        clock.turn(days=1)
        lead = desk.ask(Card(Ref("lead", received.lead))).record

        assert (MONDAY + timedelta(minutes=10), None, 0) == (
            lead.answered_at,
            lead.respond_by,
            desk.tick(),
        )

    def test_stands_with_the_touch_and_the_lead(self, desk: Desk) -> None:
        """The whole conversation stands in one place (R8)."""
        received = desk.do(Receive(inbound(1, phone(1))))
        reply = desk.do(Answer(received.touch, "Good day"), by="anna").reply
        histories = [
            desk.ask(Card(Ref(kind, id_))).history[-1].event
            for kind, id_ in (("touch", received.touch), ("lead", received.lead))
        ]

        assert [(reply, "Good day")] * 2 == [
            (event.reply, event.text) for event in histories
        ]

    def test_of_a_client(self, desk: Desk) -> None:
        """A touch that stands with a client is answered too."""
        first = desk.do(Receive(inbound(1, phone(1))))
        desk.do(Convert(first.lead), by="anna")
        again = desk.do(Receive(inbound(2, phone(1))))
        desk.do(Answer(again.touch, "Good day"), by="anna")

        assert f"client/{again.client}" == sent(desk, "reply")[0]["about"]

    def test_of_nobody(self, desk: Desk) -> None:
        """A touch that was recorded only is answered as itself."""
        touch = desk.do(Receive(inbound(1, mail("bank"), channel="office"))).touch
        desk.do(Answer(touch, "Good day"), by="olga")

        assert f"touch/{touch}" == sent(desk, "reply")[0]["about"]

    def test_after_the_conversion(self, desk: Desk) -> None:
        """A touch of a lead that was converted can still be answered."""
        received = desk.do(Receive(inbound(1, phone(1))))
        desk.do(Convert(received.lead, ClientAlone()), by="anna")
        desk.do(Answer(received.touch, "Good day"), by="anna")

        assert 1 == desk.ask(Card(Ref("touch", received.touch))).record.answers


class TestRefusals:
    def test_says_nothing(self, desk: Desk, store: MemoryStore) -> None:
        """An answer without a text is refused, and nothing is sent."""
        touch = desk.do(Receive(inbound(1, phone(1)))).touch
        with written_nothing(store), pytest.raises(Refused) as caught:
            desk.do(Answer(touch, " \n"), by="anna")

        assert ("answer.empty", []) == (caught.value.rule, sent(desk, "reply"))

    def test_to_nobody(self, desk: Desk, store: MemoryStore) -> None:
        """Without a contact or a conversation there is nobody to answer."""
        touch = desk.do(Receive(inbound(1, HIDDEN))).touch
        with written_nothing(store), pytest.raises(Refused) as caught:
            desk.do(Answer(touch, "Good day"), by="anna")

        assert "answer.no-contact" == caught.value.rule

    def test_of_no_touch(self, desk: Desk, store: MemoryStore) -> None:
        """A touch that there is not is named."""
        with written_nothing(store), pytest.raises(UnknownRecord) as caught:
            desk.do(Answer("t9", "Good day"), by="anna")

        assert "touch.unknown" == caught.value.rule


class TestAutoReply:
    def test_is_said_once(self, desk: Desk) -> None:
        """A channel's auto-reply greets a new lead, and a joined touch not again."""
        for number in (1, 2):
            desk.do(Receive(inbound(number, phone(1), channel="bot", kind="message")))

        assert [("We are here", True)] == [
            (reply["text"], reply["automatic"]) for reply in sent(desk, "reply")
        ]

    def test_only_to_somebody(self, desk: Desk) -> None:
        """Without a contact nothing is said automatically."""
        desk.do(Receive(inbound(1, HIDDEN, channel="bot", kind="message")))

        assert [] == sent(desk, "reply")

    def test_not_where_it_may_not(self, desk: Desk) -> None:
        """What must not be answered automatically is not (RFC 3834)."""
        quiet = Judgement(may_answer=False)
        desk.do(Receive(inbound(1, phone(1), channel="bot", judgement=quiet)))

        assert [] == sent(desk, "reply")
