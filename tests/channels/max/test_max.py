"""
MAX: what an update comes to, who may send one, and how to reply.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import attrs
import pytest

from leadflow.channels import Delivery, Inbound, Outgoing, Reply
from leadflow.channels.max_messenger import MaxChannel
from leadflow.errors import DefinitionError, Malformed, Refused, Unverified
from leadflow.testing.channels import ChannelContract
from leadflow.values import ContactPoint
from tests.channels._golden import (
    RECEIVED,
    delivery_of,
    golden_of,
    sample_paths,
    shown,
)


SAMPLES = Path(__file__).parent / "samples"
SECRET = "s3cret-4711-token"
TOKEN = "max-bot-token"
HEADER = "X-Max-Bot-Api-Secret"
HEADERS = ((HEADER, SECRET),)
CHANNEL = MaxChannel(id="max", secret=SECRET, token=TOKEN)


def update(kind: str, **fields: Any) -> Delivery:
    """
    Return the delivery of an update.
    """
    body = {"update_type": kind, "timestamp": 1778493600000, **fields}
    return Delivery(
        body=json.dumps(body).encode(), received_at=RECEIVED, headers=HEADERS
    )


def message(text: str, **recipient: Any) -> dict[str, Any]:
    """
    Return a message of Anna's.
    """
    return {
        "sender": {"user_id": 701, "first_name": "Anna"},
        "recipient": {"chat_type": "dialog", **recipient},
        "body": {"mid": "mid.1", "text": text},
    }


def reply(**fields: Any) -> Reply:
    """
    Return a reply into a dialogue.
    """
    usual: dict[str, Any] = {
        "id": "r1",
        "text": "Hello \N{WAVING HAND SIGN}\nSee <you> & «me»",
        "to": ContactPoint(kind="max", value="701"),
        "conversation": "9001",
        "last_inbound_at": RECEIVED,
        "sent_at": RECEIVED,
    }
    return Reply(**{**usual, **fields})


class TestSamples:
    @pytest.mark.parametrize("path", sample_paths(SAMPLES), ids=lambda p: p.stem)
    def test_golden(self, path: Path) -> None:
        """
        Every sample comes to the outcomes and the answer kept beside it.
        """
        assert golden_of(path) == shown(CHANNEL.read(delivery_of(path, HEADERS)))

    def test_without_a_token_nothing_is_proven(self) -> None:
        """
        A channel that doesn't know the bot's token takes a shared phone for a claim.
        """
        given = delivery_of(SAMPLES / "own-contact.json", HEADERS)
        [found] = attrs.evolve(CHANNEL, token="").read(given).outcomes
        assert isinstance(found, Inbound)

        assert ["max"] == [point.kind for point in found.contact_points]

    def test_groups_by_setting(self) -> None:
        """
        A chat of many opens leads where the channel allows it.
        """
        channel = attrs.evolve(CHANNEL, allow_groups=True)
        given = update("message_created", message=message("a", chat_type="chat"))

        assert isinstance(channel.read(given).outcomes[0], Inbound)


class TestContract(ChannelContract):
    def make(self) -> MaxChannel:
        """Return the bot's channel."""
        return MaxChannel(id="max", secret=SECRET, token=TOKEN, allow_groups=True)

    def samples(self) -> Iterable[Delivery]:
        """Return the golden samples."""
        return [delivery_of(path, HEADERS) for path in sample_paths(SAMPLES)]

    def forged(self) -> Iterable[Delivery]:
        """Return the samples without the secret, and with a wrong one."""
        for path in sample_paths(SAMPLES):
            yield delivery_of(path)
            yield delivery_of(path, [(HEADER, "секрет")])

    def unknown(self) -> Iterable[Delivery]:
        """Return a kind of the years to come."""
        yield update("dream_created", user={"user_id": 701})

    def secrets(self) -> Iterable[str]:
        """Return the secrets of the bot."""
        return [SECRET, TOKEN]

    def replies(self) -> Iterable[Reply]:
        """Return a reply into a dialogue, into a group and to a person."""
        for number, place in enumerate(("9001", "-77", "u701")):
            yield reply(id=f"r{number}", conversation=place, answers="mid.1")

    def peer(self, outgoing: Outgoing) -> Delivery:
        """Return the update by which the person sends the same text back."""
        query = parse_qs(urlsplit(outgoing.url).query)
        told = json.loads(outgoing.body)
        place = {"chat_id": int(query["chat_id"][0])} if "chat_id" in query else {}
        return update("message_created", message=message(told["text"], **place))


class TestDoor:
    """
    What does not carry the secret makes nothing (R11).
    """

    @pytest.mark.parametrize(
        "given",
        ["", "x", SECRET + "x", SECRET[:-1], SECRET.upper(), "секрет", "\udcff", None],
    )
    def test_wrong_secret(self, given: str | None) -> None:
        """
        A secret of any length and in any letters is refused before parsing.
        """
        headers = () if given is None else ((HEADER, given),)
        forged = Delivery(body=b"{", received_at=RECEIVED, headers=headers)
        reading = CHANNEL.read(forged)

        assert (403, (Unverified("wrong-secret"),)) == (
            reading.answer.status,
            reading.outcomes,
        )

    @pytest.mark.parametrize("body", [b"", b"\xff", b"[", b"[]", b"[" * 5000])
    def test_unreadable(self, body: bytes) -> None:
        """
        What can't be read is told, and answered 200.
        """
        given = Delivery(body=body, received_at=RECEIVED, headers=HEADERS)
        reading = CHANNEL.read(given)

        assert 200 == reading.answer.status
        assert isinstance(reading.outcomes[0], Malformed)

    def test_only_post(self) -> None:
        """
        A GET is answered 405.
        """
        got = attrs.evolve(update("bot_started"), method="GET")

        assert 405 == CHANNEL.read(got).answer.status

    def test_too_large(self) -> None:
        """
        A body over the limit is refused before any work.
        """
        small = attrs.evolve(CHANNEL, max_bytes=10)

        assert 413 == small.read(update("bot_started")).answer.status

    @pytest.mark.parametrize(
        "settings", [{"secret": ""}, {"longest": 0}, {"api": "http://a.example"}]
    )
    def test_settings(self, settings: dict[str, Any]) -> None:
        """
        Settings that can't be are refused when the channel is made.
        """
        with pytest.raises(DefinitionError):
            attrs.evolve(CHANNEL, **settings)


class TestReplies:
    def test_quoting(self) -> None:
        """
        A reply quotes the message that it answers.
        """
        told = json.loads(CHANNEL.render(reply(answers="mid.1")).body)

        assert {"type": "reply", "mid": "mid.1"} == told["link"]

    def test_to_the_contact(self) -> None:
        """
        Without a conversation a reply goes to the person, at the address in settings.
        """
        channel = attrs.evolve(CHANNEL, api="https://platform-api2.max.ru")

        assert "https://platform-api2.max.ru/messages?user_id=701" == (
            channel.render(reply(conversation="")).url
        )

    @pytest.mark.parametrize(
        ("fields", "rule"),
        [
            ({"text": "x" * 4001}, "max.reply.too-long"),
            ({"text": " "}, "max.reply.empty"),
            ({"last_inbound_at": None}, "max.reply.never-wrote"),
            ({"conversation": "a&b"}, "max.reply.no-chat"),
        ],
        ids=["too long", "empty", "never wrote", "nowhere"],
    )
    def test_refused(self, fields: dict[str, Any], rule: str) -> None:
        """
        What MAX would not take is refused before it is sent.
        """
        with pytest.raises(Refused) as caught:
            CHANNEL.render(reply(**fields))

        assert rule == caught.value.rule

    def test_no_token(self) -> None:
        """
        A channel without a token can't reply.
        """
        with pytest.raises(Refused) as caught:
            attrs.evolve(CHANNEL, token="").render(reply())

        assert "max.no-token" == caught.value.rule
