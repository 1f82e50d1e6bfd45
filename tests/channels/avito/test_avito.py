"""
Avito: what a message comes to, who may send one, and how to reply.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs
import pytest

from leadflow.channels import Delivery, Outgoing, Reply
from leadflow.channels.avito import AvitoChannel
from leadflow.errors import DefinitionError, Malformed, Refused
from leadflow.values import ContactPoint, Money, Product
from tests.channels._addressed import (
    SECRET,
    URL,
    AddressedContract,
    AddressedDoor,
    addressed,
)
from tests.channels._golden import RECEIVED, golden_of, sample_paths, shown


SAMPLES = Path(__file__).parent / "samples"
TOKEN = "avito-access-token"
CHANNEL = AvitoChannel(id="avito", user_id=4711, secret=SECRET, access_token=TOKEN)


def event(content: object, *, kind: str = "text", **fields: Any) -> Delivery:
    """
    Return the delivery of a message.
    """
    value = {
        "id": "m1",
        "chat_id": "u2i-12",
        "user_id": 4711,
        "author_id": 90210,
        "type": kind,
        "content": content,
        **fields,
    }
    body = {"id": "e1", "payload": {"type": "message", "value": value}}
    return Delivery(body=json.dumps(body).encode(), received_at=RECEIVED, url=URL)


def reply(**fields: Any) -> Reply:
    """
    Return a reply into a chat.
    """
    usual: dict[str, Any] = {
        "id": "r1",
        "text": "Hello \N{WAVING HAND SIGN}\nSee <you> & «me»",
        "to": ContactPoint(kind="avito", value="90210"),
        "conversation": "u2i-1~2.3_4",
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
        assert golden_of(path) == shown(CHANNEL.read(addressed(path)))

    def test_signature_decides_nothing(self) -> None:
        """
        Avito's signature is not documented, and a delivery may carry any.
        """
        good = event({"text": "a"})
        signed = attrs.evolve(good, headers=(("X-Avito-Messenger-Signature", "0"),))

        assert CHANNEL.read(good) == CHANNEL.read(signed)


class TestContract(AddressedContract):
    folder = SAMPLES

    def make(self) -> AvitoChannel:
        """Return the account's channel."""
        return AvitoChannel(id="avito", user_id=4711, secret=SECRET, access_token=TOKEN)

    def unknown(self) -> Iterable[Delivery]:
        """Return a type of the years to come."""
        yield event({}, kind="dream")

    def secrets(self) -> Iterable[str]:
        """Return the secrets of the channel."""
        return [SECRET, TOKEN]

    def replies(self) -> Iterable[Reply]:
        """Return a reply into a chat."""
        yield reply()

    def peer(self, outgoing: Outgoing) -> Delivery:
        """Return the message by which the person sends the same text back."""
        chat = urlsplit(outgoing.url).path.split("/")[-2]
        text = json.loads(outgoing.body)["message"]["text"]
        return event({"text": text}, chat_id=chat)


class TestDoor(AddressedDoor):
    channel = CHANNEL

    @pytest.mark.parametrize(
        "settings", [{"user_id": 0}, {"longest": 0}, {"api": "http://a.example"}]
    )
    def test_settings(self, settings: dict[str, Any]) -> None:
        """
        Settings that can't be are refused when the channel is made.
        """
        with pytest.raises(DefinitionError):
            attrs.evolve(CHANNEL, **settings)


class TestReplies:
    @pytest.mark.parametrize(
        ("fields", "rule"),
        [
            ({"text": "x" * 1001}, "avito.reply.too-long"),
            ({"text": " "}, "avito.reply.empty"),
            ({"last_inbound_at": None}, "avito.reply.never-wrote"),
            ({"conversation": "../1"}, "avito.reply.no-chat"),
            ({"conversation": ""}, "avito.reply.no-chat"),
        ],
        ids=["too long", "empty", "never wrote", "no id", "nowhere"],
    )
    def test_refused(self, fields: dict[str, Any], rule: str) -> None:
        """
        What Avito would not take is refused before it is sent.
        """
        with pytest.raises(Refused) as caught:
            CHANNEL.render(reply(**fields))

        assert rule == caught.value.rule

    def test_no_token(self) -> None:
        """
        A channel without a token can't reply.
        """
        with pytest.raises(Refused) as caught:
            attrs.evolve(CHANNEL, access_token="").render(reply())

        assert "avito.no-token" == caught.value.rule

    def test_thousand(self) -> None:
        """
        A thousand characters are allowed.
        """
        assert "r1" == CHANNEL.render(reply(text="щ" * 1000)).key


class TestFetches:
    chat = json.dumps(
        {
            "id": "u2i-12",
            "users": [{"id": 4711, "name": "Мебель"}, {"id": 90210, "name": "Анна"}],
            "context": {
                "type": "item",
                "value": {
                    "id": 2345678901,
                    "title": "Шкаф",
                    "price_string": "12 990 ₽",
                    "url": "https://avito.ru/moskva/mebel/shkaf_2345678901",
                },
            },
        }
    ).encode()

    def test_chat(self) -> None:
        """
        A chat is fetched by its id, with the token in a header.
        """
        fetch = CHANNEL.chat_fetch("u2i-12")

        assert (
            "https://api.avito.ru/messenger/v2/accounts/4711/chats/u2i-12",
            (("Authorization", f"Bearer {TOKEN}"),),
        ) == (fetch.url, fetch.headers)

    def test_item(self) -> None:
        """
        The chat tells what the item is called and costs (R7).
        """
        assert Product(
            id="2345678901",
            title="Шкаф",
            price=Money(1299000, "RUB"),
            url="https://avito.ru/moskva/mebel/shkaf_2345678901",
        ) == CHANNEL.item(self.chat)

    def test_person(self) -> None:
        """
        The chat tells who the other side is.
        """
        assert "Анна" == CHANNEL.person(self.chat).name

    def test_no_item(self) -> None:
        """
        A chat between two users is about no item.
        """
        assert CHANNEL.item(b'{"id": "u2u-1"}') is None

    def test_no_chat(self) -> None:
        """
        An answer that is no chat is malformed.
        """
        with pytest.raises(Malformed):
            CHANNEL.item(b'{"error": {"code": 404}}')

    def test_voice(self) -> None:
        """
        A voice message is fetched by its id.
        """
        fetch = CHANNEL.voice_fetch("voice_id:v-771")

        assert fetch.url.endswith("/getVoiceFiles?voice_ids=v-771")

    def test_foreign_file(self) -> None:
        """
        Another platform's file is none of Avito's.
        """
        with pytest.raises(Refused):
            CHANNEL.voice_fetch("file_id:1")
