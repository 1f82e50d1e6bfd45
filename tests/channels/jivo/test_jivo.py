"""
Jivo: what an event comes to, who may send one, and what Jivo is told.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from leadflow.channels import Delivery, Ignored, Inbound, Outcome, ReplyingChannel
from leadflow.channels.jivo import JivoChannel
from leadflow.values import ContactPoint, Person
from tests.channels._addressed import (
    SECRET,
    URL,
    AddressedContract,
    AddressedDoor,
    addressed,
)
from tests.channels._golden import RECEIVED, golden_of, sample_paths, shown


SAMPLES = Path(__file__).parent / "samples"
CHANNEL = JivoChannel(id="jivo", secret=SECRET, widget_id="AbCdEf")


def event(name: str, **fields: Any) -> Delivery:
    """
    Return the delivery of an event.
    """
    body = {"event_name": name, "widget_id": "AbCdEf", "chat_id": 9001, **fields}
    return Delivery(body=json.dumps(body).encode(), received_at=RECEIVED, url=URL)


def read(name: str, **fields: Any) -> Outcome:
    """
    Return the one outcome of an event.
    """
    [outcome] = CHANNEL.read(event(name, **fields)).outcomes
    return outcome


class TestSamples:
    @pytest.mark.parametrize("path", sample_paths(SAMPLES), ids=lambda p: p.stem)
    def test_golden(self, path: Path) -> None:
        """
        Every sample comes to the outcomes and the answer kept beside it.
        """
        assert golden_of(path) == shown(CHANNEL.read(addressed(path)))

    def test_replies_are_unsupported(self) -> None:
        """
        The adapter doesn't have the shape of one that replies: Jivo has no call for it.
        """
        assert not isinstance(CHANNEL, ReplyingChannel)


class TestContract(AddressedContract):
    folder = SAMPLES

    lacks = ("replies",)

    def make(self) -> JivoChannel:
        """Return the account's channel."""
        return JivoChannel(id="jivo", secret=SECRET, widget_id="AbCdEf")

    def unknown(self) -> list[Delivery]:
        """Return an event of the years to come."""
        return [event("dream_event")]


class TestDoor(AddressedDoor):
    channel = CHANNEL


class TestEvents:
    def test_one_touch(self) -> None:
        """
        The beginning and the end of a chat are parts of one touch.
        """
        lines = [{"type": "visitor", "message": "a", "timestamp": 1778493600}]
        parts = [
            read("chat_accepted"),
            read("chat_finished", chat={"messages": lines}),
        ]

        assert ["AbCdEf/9001"] * 2 == [
            part.part_of for part in parts if isinstance(part, Inbound)
        ]

    @pytest.mark.parametrize(
        "name",
        [
            "call_event",
            "chat_accepted",
            "chat_finished",
            "chat_updated",
            "client_updated",
            "offline_message",
        ],
    )
    def test_nulls(self, name: str) -> None:
        """
        Any nested object can be null.
        """
        nulls = dict.fromkeys(
            ("visitor", "session", "page", "agent", "agents", "chat", "call", "topic")
        )

        assert read(name, **nulls)

    def test_text_beside_marks(self) -> None:
        """
        Marks in JSON go before those in the text.
        """
        session = {"utm": "source=google|medium=cpc", "utm_json": {"source": "ya"}}
        found = read("chat_accepted", session=session)
        assert isinstance(found, Inbound)

        assert ("ya", "cpc") == (found.source.name, found.source.medium)

    def test_nobody(self) -> None:
        """
        A chat without lines and without a visitor is nothing.
        """
        found = read("chat_finished", chat={"messages": []})
        assert isinstance(found, Ignored)

        assert "empty" == found.reason

    def test_every_widget(self) -> None:
        """
        Without a widget of its own the channel takes those of the whole account.
        """
        channel = JivoChannel(id="jivo", secret=SECRET)
        [found] = channel.read(event("chat_accepted", widget_id="Zz")).outcomes
        assert isinstance(found, Inbound)

        assert "Zz/9001" == found.conversation


class TestAnswers:
    def test_known(self) -> None:
        """
        The answer to a chat's beginning tells the operator who it is.
        """
        answer = CHANNEL.known(
            person=Person(name="Anna"),
            contact_points=[
                ContactPoint(kind="phone", value="+79161234567"),
                ContactPoint(kind="telegram", value="701"),
            ],
            crm_link="https://crm.example/clients/7",
            custom_data=[("Orders", "3")],
            enable_assign=True,
        )

        assert {
            "result": "ok",
            "contact_info": {"name": "Anna", "phone": "+79161234567"},
            "custom_data": [{"title": "Orders", "content": "3"}],
            "crm_link": "https://crm.example/clients/7",
            "enable_assign": True,
        } == json.loads(answer.body)

    def test_malformed(self) -> None:
        """
        What can't be read gets the answer that Jivo wants, too.
        """
        reading = CHANNEL.read(Delivery(body=b"{", received_at=RECEIVED, url=URL))

        assert b'{"result": "ok"}' == reading.answer.body
