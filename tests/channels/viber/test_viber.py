"""
Viber bots: what a callback comes to, who may send one, and how to reply.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
import pytest

from leadflow.channels import (
    Delivery,
    Ignored,
    Inbound,
    Outcome,
    Reply,
    ReplyingChannel,
)
from leadflow.channels.viber import ViberChannel
from leadflow.errors import DefinitionError, Malformed, Refused, Unverified
from leadflow.values import Attachment, ContactPoint
from tests.channels._golden import delivery_of, golden_of, sample_paths, shown
from tests.channels._hooks import NOW, mac_of


SAMPLES = Path(__file__).parent / "samples"
TOKEN = "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9"
HEADER = "X-Viber-Content-Signature"
ANNA = "01234567890A="
WELCOME = "Здравствуйте! Чем помочь?"
CHANNEL = ViberChannel(id="vb", token=TOKEN, sender_name="Мебель", welcome=WELCOME)


def signed(delivery: Delivery) -> Delivery:
    """
    Return *delivery* signed as Viber signs.
    """
    header = (HEADER, mac_of(TOKEN, delivery.body))
    return attrs.evolve(delivery, headers=(*delivery.headers, header))


def delivery(callback: object, *, raw: bytes | None = None) -> Delivery:
    """
    Return a signed delivery of *callback*, or of *raw*.
    """
    body = json.dumps(callback).encode() if raw is None else raw
    return signed(Delivery(body=body, received_at=NOW))


def callback(event: str = "message", **fields: Any) -> dict[str, Any]:
    """
    Return a callback of *event*.
    """
    usual = {"event": event, "timestamp": 1778493600000, "message_token": 49126618}
    return {**usual, **fields}


def read(body: object, channel: ViberChannel = CHANNEL) -> Outcome:
    """
    Return the one outcome of *body*.
    """
    [outcome] = channel.read(delivery(body)).outcomes
    return outcome


def said(channel: ViberChannel = CHANNEL, **message: Any) -> Inbound:
    """
    Return the inbound that a message with these fields is.
    """
    outcome = read(callback(sender={"id": ANNA}, message=message), channel)
    assert isinstance(outcome, Inbound), outcome
    return outcome


class TestSamples:
    @pytest.mark.parametrize("path", sample_paths(SAMPLES), ids=lambda p: p.stem)
    def test_golden(self, path: Path) -> None:
        """
        Every sample comes to the outcomes and the answer kept beside it.
        """
        assert golden_of(path) == shown(CHANNEL.read(signed(delivery_of(path))))

    def test_replies(self) -> None:
        """
        The adapter has the shape that the protocol asks of one that replies.
        """
        assert isinstance(CHANNEL, ReplyingChannel)


class TestAuthenticity:
    """
    What is not signed with the bot's token makes nothing (R11).
    """

    body = json.dumps(callback("webhook", note="№ 1")).encode()

    def refused(self, body: bytes, header: str | None) -> bool:
        """Tell whether a delivery with *header* was forbidden and nothing else."""
        headers = () if header is None else ((HEADER, header),)
        given = Delivery(body=body, received_at=NOW, headers=headers)
        reading = CHANNEL.read(given)
        return (403, (Unverified("wrong-signature"),)) == (
            reading.answer.status,
            reading.outcomes,
        )

    def test_signed(self) -> None:
        """
        What is signed comes in, whatever the case of the digits.
        """
        header = (HEADER.lower(), mac_of(TOKEN, self.body).upper())
        given = Delivery(body=self.body, received_at=NOW, headers=(header,))

        assert 200 == CHANNEL.read(given).answer.status

    def test_known_vector(self) -> None:
        """
        The signature is the HMAC-SHA256 of the raw body under the token, in hex.
        """
        body = (
            b'{"event":"webhook","timestamp":4987034606158369000,'
            b'"message_token":1481059480858}'
        )
        header = (
            HEADER,
            "15c736ad5d7a42e73a5f98bf9bad5a9dc650eaf1faa57e35a3a477bafebf91e0",
        )
        given = Delivery(body=body, received_at=NOW, headers=(header,))

        assert 200 == CHANNEL.read(given).answer.status

    def test_wrong_signature(self) -> None:
        """
        A signature by another token is refused.
        """
        assert self.refused(self.body, mac_of("another", self.body))

    def test_replayed_signature(self) -> None:
        """
        A signature that was seen does not fit another body.
        """
        assert self.refused(self.body + b" ", mac_of(TOKEN, self.body))

    def test_reserialised(self) -> None:
        """
        A signature is of the raw bytes, not of the same JSON written anew.
        """
        again = json.dumps(json.loads(self.body), ensure_ascii=False).encode()

        assert self.refused(again, mac_of(TOKEN, self.body))

    @pytest.mark.parametrize(
        "given",
        ["", "0" * 63, "0" * 65, "0" * 100_000, "щ" * 64, "\udcff\0", None],
        ids=range(7),
    )
    def test_wrong_header(self, given: str | None) -> None:
        """
        A header of any length and in any letters is refused, as is none.
        """
        assert self.refused(b"{", given)

    def test_not_a_post(self) -> None:
        """
        Anything but a POST is answered 405.
        """
        given = attrs.evolve(delivery({}), method="GET")

        assert 405 == CHANNEL.read(given).answer.status

    def test_too_large(self) -> None:
        """
        A body over the limit is refused before any work.
        """
        small = attrs.evolve(CHANNEL, max_bytes=10)

        assert 413 == small.read(delivery(None, raw=b"x" * 11)).answer.status


class TestUnreadable:
    """
    What can't be read is answered 200: else it comes for an hour.
    """

    @pytest.mark.parametrize(
        ("raw", "expected"),
        [
            (b"", "bad-json"),
            (b"\xff", "not-utf-8"),
            (b"[" * 70, "too-deep"),
            (b"[]", "no-event"),
            (b'{"event":7}', "no-event"),
            (b'{"event":"message"}', "no-sender"),
            (b'{"event":"subscribed"}', "no-user"),
        ],
        ids=range(7),
    )
    def test_reason(self, raw: bytes, expected: str) -> None:
        """
        Each way of being unreadable has a name.
        """
        reading = CHANNEL.read(delivery(None, raw=raw))
        [outcome] = reading.outcomes
        assert isinstance(outcome, Malformed)

        assert (expected, 200) == (outcome.reason, reading.answer.status)

    def test_excerpt_hides_the_token(self) -> None:
        """
        A token that stands in a broken body stays out of the excerpt.
        """
        [outcome] = CHANNEL.read(delivery(None, raw=TOKEN.encode())).outcomes

        assert TOKEN not in repr(vars(outcome))


class TestCountedOnce:
    """
    A callback counts once (R5).
    """

    @pytest.mark.parametrize(
        "token",
        [4912661846655238145, "4912661846655238145"],
        ids=["number", "text"],
    )
    def test_token(self, token: object) -> None:
        """
        A token is the same as a number and as a text.
        """
        body = callback(
            sender={"id": ANNA}, message={"type": "text"}, message_token=token
        )
        outcome = read(body)
        assert isinstance(outcome, Inbound)

        assert "4912661846655238145" == outcome.external_id

    @pytest.mark.parametrize("token", [None, "", "x", -1, True, 10**30, [], 1.5])
    def test_no_token(self, token: object) -> None:
        """
        What has no token is known by its body.
        """
        body = callback(
            sender={"id": ANNA}, message={"type": "text"}, message_token=token
        )
        outcome = read(body)
        assert isinstance(outcome, Inbound)

        assert delivery(body).digest == outcome.external_id

    def test_receipts_apart(self) -> None:
        """
        Delivered and seen are two things, though they share a token.
        """
        ids = {
            read(callback(event)).external_id  # type: ignore[union-attr]
            for event in ("delivered", "seen")
        }

        assert {"49126618/delivered", "49126618/seen"} == ids

    def test_receipt_of_nothing(self) -> None:
        """
        A receipt that names no message is nobody's.
        """
        outcome = read(callback("seen", message_token=None))
        assert isinstance(outcome, Ignored)

        assert "status_receipt" == outcome.reason


class TestContent:
    """
    What a message says, in whatever form.
    """

    @pytest.mark.parametrize("media", ["", None, "http://a.example/b", "javascript:x"])
    def test_no_file(self, media: object) -> None:
        """
        A file that is at no safe address is none.
        """
        assert () == said(type="picture", media=media).attachments

    def test_shared_phone(self) -> None:
        """
        Anybody's card can be shared, so its phone is nobody's contact.
        """
        found = said(type="contact", contact={"phone_number": "79161234567"})

        assert ["viber"] == [point.kind for point in found.contact_points]

    def test_own_phone(self) -> None:
        """
        Where only our own button shares phones, it is the sender's.
        """
        channel = attrs.evolve(CHANNEL, own_phones=True)
        found = said(channel, type="contact", contact={"phone_number": "79161234567"})

        assert [("viber", ANNA), ("phone", "+79161234567")] == [
            (point.kind, point.value) for point in found.contact_points
        ]

    @pytest.mark.parametrize("latitude", [None, "1", True, 91, 10**400])
    def test_no_place(self, latitude: object) -> None:
        """
        A location that is nowhere gives no text.
        """
        assert "" == said(type="location", location={"lat": latitude, "lon": 1}).text


class TestWelcome:
    """
    An opened chat may be answered at once.
    """

    def answer(self, channel: ViberChannel, event: str) -> bytes:
        """Return the body of the answer to *event*."""
        body = callback(event, user={"id": ANNA, "name": "<b>Anna"}, context="<x>")
        return channel.read(delivery(body)).answer.body

    def test_said(self) -> None:
        """
        The welcome is the answer's body, in our name.
        """
        told = json.loads(self.answer(CHANNEL, "conversation_started"))

        assert ("Мебель", WELCOME) == (told["sender"]["name"], told["text"])

    @pytest.mark.parametrize("event", ["subscribed", "webhook"])
    def test_not_said(self, event: str) -> None:
        """
        Nothing else is answered by it.
        """
        assert b"ok" == self.answer(CHANNEL, event)

    def test_none(self) -> None:
        """
        Without a welcome nothing is said.
        """
        silent = attrs.evolve(CHANNEL, welcome="")

        assert b"ok" == self.answer(silent, "conversation_started")


REPLY = Reply(
    id="r1",
    text="Hello",
    to=ContactPoint(kind="viber", value=ANNA),
    last_inbound_at=NOW,
    sent_at=NOW,
)


class TestReply:
    """
    A reply goes back to who wrote (R8).
    """

    def test_described(self) -> None:
        """
        A reply is a call of send_message, with our id as its key.
        """
        outgoing = CHANNEL.render(REPLY)

        assert (
            "POST",
            "https://chatapi.viber.com/pa/send_message",
            "r1",
            ("X-Viber-Auth-Token", TOKEN),
        ) == (outgoing.method, outgoing.url, outgoing.key, outgoing.headers[0])

    def test_body(self) -> None:
        """
        The body holds the text, whom it goes to, our name and our id.
        """
        assert {
            "receiver": ANNA,
            "min_api_version": 1,
            "sender": {"name": "Мебель"},
            "tracking_data": "r1",
            "type": "text",
            "text": "Hello",
        } == json.loads(CHANNEL.render(REPLY).body)

    @pytest.mark.parametrize(
        ("rule", "changes"),
        [
            ("never-wrote", {"last_inbound_at": None}),
            ("empty", {"text": " \n"}),
            ("too-long", {"text": "x" * 7001}),
            ("no-recipient", {"conversation": "no where"}),
            ("no-recipient", {"to": ContactPoint(kind="email", value="a@b.example")}),
            (
                "attachments",
                {"attachments": (Attachment(name="a", media_type="b", locator="c"),)},
            ),
        ],
        ids=range(6),
    )
    def test_refused(self, rule: str, changes: dict[str, Any]) -> None:
        """
        What Viber would not take is refused before it is sent.
        """
        with pytest.raises(Refused) as caught:
            CHANNEL.render(attrs.evolve(REPLY, **changes))

        assert f"viber.reply.{rule}" == caught.value.rule

    def test_whole_call_is_bounded(self) -> None:
        """
        The call as a whole holds 30 KB, however long a text may be.
        """
        channel = attrs.evolve(CHANNEL, longest=20_000)

        with pytest.raises(Refused) as caught:
            channel.render(attrs.evolve(REPLY, text="щ" * 16_000))

        assert "viber.reply.too-long" == caught.value.rule

    def test_hides_the_token(self) -> None:
        """
        The token stands in no text of what is described.
        """
        assert TOKEN not in repr((CHANNEL, CHANNEL.render(REPLY)))


class TestSettings:
    """
    Settings are checked when they are made (R45).
    """

    @pytest.mark.parametrize(
        ("given", "rule"),
        [
            ({"token": ""}, "wrong-token"),
            ({"token": "with space"}, "wrong-token"),
            ({"sender_name": " "}, "wrong-name"),
            ({"sender_name": "x" * 29}, "wrong-name"),
            ({"api": "http://chatapi.viber.com"}, "wrong-url"),
            ({"welcome": "x" * 7001}, "too-long"),
        ],
        ids=range(6),
    )
    def test_refused(self, given: dict[str, Any], rule: str) -> None:
        """
        Settings that can't be right are refused with the rule.
        """
        with pytest.raises(DefinitionError) as caught:
            attrs.evolve(CHANNEL, **given)

        assert [rule] == [problem.rule for problem in caught.value.problems]
