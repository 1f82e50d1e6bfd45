"""
An answer on its way out: described by its channel, carried out, or given up.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, cast

import pytest

from leadflow.channels import Delivery, Outgoing
from leadflow.channels.telegram import TelegramChannel
from leadflow.desk import Answer, Desk, Received, Replies
from leadflow.ports import Retry, Verdict
from tests.desk._company import MONDAY, Clock


BOT = TelegramChannel(id="bot", bot_id=7, secret_token=None, token="7:secret")


def write(desk: Desk, text: str = "Good morning") -> Received:
    """
    Let Anna write to the bot.
    """
    message = {
        "message_id": 11,
        "date": 1778490000,
        "chat": {"id": 701, "type": "private"},
        "from": {"id": 701, "is_bot": False, "first_name": "Anna"},
        "text": text,
    }
    body = json.dumps({"update_id": 5001, "message": message}).encode()
    taken = desk.accept(BOT, Delivery(body=body, received_at=MONDAY))
    return cast("Received", taken.outcomes[0].result)


def said(desk: Desk, sent: list[Outgoing], clock: Clock) -> list[Any]:
    """
    Deliver what waits, and return the bodies.
    """
    for _ in range(3):
        desk.deliver({"reply": Replies([BOT], sent.append, clock)})
    return [json.loads(each.body) for each in sent]


def test_answer_is_threaded(desk: Desk, clock: Clock) -> None:
    """An answer in Telegram replies to the very message (R8)."""
    touch = write(desk).touch
    desk.do(Answer(touch, "Good morning to you"), by="anna")
    *_, last = said(desk, [], clock)

    assert (11, "Good morning to you") == (
        last["reply_parameters"]["message_id"],
        last["text"],
    )


def test_keeps_the_order_of_a_conversation(desk: Desk, clock: Clock) -> None:
    """What is said in one conversation goes out in its order."""
    touch = write(desk).touch
    desk.do(Answer(touch, "one"), by="anna")
    desk.do(Answer(touch, "two"), by="anna")

    assert ["We are here", "one", "two"] == [
        each["text"] for each in said(desk, [], clock)
    ]


def test_what_can_never_be_sent_is_given_up(desk: Desk, clock: Clock) -> None:
    """What a channel refuses to describe is dead at once, and a person can see it."""
    touch = write(desk).touch
    said(desk, [], clock)
    desk.do(Answer(touch, "x" * 5000), by="anna")
    delivered = desk.deliver({"reply": Replies([BOT], lambda _: None, clock)})

    assert (1, 1) == (delivered.dead, len(desk.store.dead()))


def test_carrier_may_ask_for_another_attempt(desk: Desk, clock: Clock) -> None:
    """A carrier that cannot send now has it tried again."""
    write(desk)

    def busy(_: Outgoing) -> Verdict:
        return Retry(after=timedelta(seconds=5), error="429")

    assert 1 == desk.deliver({"reply": Replies([BOT], busy, clock)}).retried


def test_channel_without_replies_is_given_up(desk: Desk, clock: Clock) -> None:
    """A reply for a channel that cannot be replied to is dead at once."""
    write(desk)

    assert 1 == desk.deliver({"reply": Replies([], lambda _: None, clock)}).dead


@pytest.mark.parametrize("part", ["7:secret"])
def test_token_is_not_shown(desk: Desk, clock: Clock, part: str) -> None:
    """The bot's token is in no repr of what goes out."""
    write(desk)
    sent: list[Outgoing] = []
    said(desk, sent, clock)

    assert part not in repr(sent)


class Plain:
    """
    A transport that answers what it was made with.
    """

    def __init__(self, said: Any) -> None:
        self.said = said

    def send(self, effect: Any) -> Any:
        """
        Answer it.
        """
        return self.said


@pytest.mark.parametrize(("answer", "figure"), [(None, "done"), ("fine", "retried")])
def test_transport_that_answers_no_verdict(
    desk: Desk, answer: Any, figure: str
) -> None:
    """None of a transport is done; anything but a verdict is a failed attempt."""
    write(desk)

    assert 1 == getattr(desk.deliver({"reply": Plain(answer)}), figure)
