"""
Tests of `leadflow.touch`: what came in stays, and what became of it is told.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from leadflow.channels import Call, Inbound
from leadflow.touch import (
    Notice,
    NoticeRecorded,
    Touch,
    TouchAmended,
    TouchAnswered,
    TouchEvent,
    TouchExtended,
    TouchJoined,
    TouchRecorded,
    evolve,
    evolve_notice,
    index,
    index_notice,
)
from leadflow.values import Attachment, Ref


NOON = datetime(2026, 5, 11, 12, tzinfo=UTC)
LATER = datetime(2026, 5, 11, 13, tzinfo=UTC)
PICTURE = Attachment(name="a.jpg", media_type="image/jpeg", locator="file_id:a")
OTHER = Attachment(name="b.jpg", media_type="image/jpeg", locator="file_id:b")


def inbound(**more: Any) -> Inbound:
    """
    Return what came in through the mailbox.
    """
    given: dict[str, Any] = {
        "channel": "mail",
        "kind": "message",
        "external_id": "m1",
        "received_at": NOON,
        "text": "hello",
        "attachments": (PICTURE,),
    }
    return Inbound(**given | more)


def touched(*events: TouchEvent, came: Inbound | None = None, **more: Any) -> Touch:
    """
    Return the touch that was recorded at noon and went through *events* later.
    """
    given: dict[str, Any] = {"standing": "recorded"}
    first = TouchRecorded(touch="t1", inbound=came or inbound(), **given | more)
    touch = evolve(None, first, NOON)
    for event in events:
        touch = evolve(touch, event, LATER)
    return touch


class TestEvolve:
    def test_recorded(self) -> None:
        """A touch begins with all that came in (R1)."""
        lead = Ref("lead", "l1")

        assert Touch(
            id="t1",
            at=NOON,
            inbound=inbound(),
            standing="opened",
            party=lead,
            reason="why",
            text="hello",
            attachments=(PICTURE,),
        ) == touched(standing="opened", party=lead, reason="why")

    def test_another_part(self) -> None:
        """A part of the same channel adds its text and files (I12)."""
        part = TouchExtended(
            channel="mail", external_id="m2", text="there", attachments=(OTHER,)
        )
        touch = touched(part)

        assert ("hello\nthere", (PICTURE, OTHER), 2, ()) == (
            touch.text,
            touch.attachments,
            touch.parts,
            touch.also_by,
        )

    def test_the_same_text_and_file_are_not_doubled(self) -> None:
        """What a part repeats stands there once."""
        part = TouchExtended(
            channel="mail", external_id="m2", text="hello", attachments=(PICTURE,)
        )
        touch = touched(part)

        assert ("hello", (PICTURE,)) == (touch.text, touch.attachments)

    def test_a_second_channel_is_named_once(self) -> None:
        """The same thing by another channel is no further part."""
        part = TouchExtended(channel="mail2", external_id="m1", text="hello")
        touch = touched(part, part)

        assert (("mail2",), 1) == (touch.also_by, touch.parts)

    def test_a_part_without_text(self) -> None:
        """A text that came later stands alone where the first part had none."""
        part = TouchExtended(channel="mail", external_id="m2", text="hello")

        assert "hello" == touched(part, came=inbound(text="")).text

    def test_joined(self) -> None:
        """A touch can be given its place later (R6)."""
        joined = TouchJoined(
            standing="opened",
            party=Ref("lead", "l1"),
            client="c1",
            interest=Ref("interest", "i1"),
            reason="by hand",
        )
        touch = touched(joined)

        assert (
            "opened",
            Ref("lead", "l1"),
            "c1",
            Ref("interest", "i1"),
            "by hand",
        ) == (
            touch.standing,
            touch.party,
            touch.client,
            touch.interest,
            touch.reason,
        )

    def test_edited(self) -> None:
        """An edit changes the present text and leaves what came in."""
        touch = touched(TouchAmended(kind="edit", before="hello", after="bye"))

        assert ("bye", "hello", 1) == (touch.text, touch.inbound.text, touch.edits)

    def test_deleted(self) -> None:
        """A deleted message keeps its text: attention is never lost."""
        touch = touched(TouchAmended(kind="deletion", before="hello"))

        assert ("hello", True) == (touch.text, touch.deleted)

    def test_answered(self) -> None:
        """Answers are counted."""
        answered = TouchAnswered(reply="r1", text="hi")

        assert 2 == touched(answered, answered).answers

    def test_begins_with_being_recorded(self) -> None:
        """Nothing happens to a touch that is not there."""
        with pytest.raises(AssertionError, match="begins"):
            evolve(None, TouchAnswered(reply="r1", text="hi"), NOON)


class TestIndex:
    def test_a_message_of_nobody(self) -> None:
        """A touch is found by channel and standing, in the order of arrival."""
        found = index(touched())

        assert (NOON, {("channel", "mail"), ("standing", "recorded")}) == (
            found.at,
            found.terms,
        )

    def test_where_it_stands(self) -> None:
        """A touch is found by whose it is."""
        touch = touched(party=Ref("client", "c1"), interest=Ref("interest", "i1"))

        assert {("party", "client/c1"), ("interest", "i1")} <= index(touch).terms

    def test_a_missed_call(self) -> None:
        """Calls are found by how they ended (R51)."""
        call = Call(direction="in", result="missed")

        assert ("call", "missed") in index(touched(came=inbound(call=call))).terms


class TestNotice:
    RECORDED = NoticeRecorded(
        notice="n1",
        kind="ignored",
        channel="mail",
        external_id="m1",
        reason="bounce",
        detail="550",
    )

    def test_recorded(self) -> None:
        """What is no person's attention is kept with its reason (R12)."""
        assert Notice(
            id="n1",
            at=NOON,
            kind="ignored",
            channel="mail",
            external_id="m1",
            reason="bounce",
            detail="550",
        ) == evolve_notice(None, self.RECORDED, NOON)

    def test_never_changes(self) -> None:
        """A notice is recorded once and never changes."""
        notice = evolve_notice(None, self.RECORDED, NOON)
        with pytest.raises(AssertionError, match="once"):
            evolve_notice(notice, self.RECORDED, LATER)

    def test_index(self) -> None:
        """A notice is found by channel, kind and reason."""
        found = index_notice(evolve_notice(None, self.RECORDED, NOON))

        assert (
            NOON,
            {("channel", "mail"), ("kind", "ignored"), ("reason", "bounce")},
        ) == (found.at, found.terms)
