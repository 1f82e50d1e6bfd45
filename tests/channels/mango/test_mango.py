"""
Mango Office: what an event comes to, who may send one, and what we may ask.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote_plus, unquote_to_bytes, urlencode

import attrs
import pytest

from leadflow.channels import (
    Call,
    Channel,
    Delivery,
    Ignored,
    Inbound,
    Outgoing,
    Receipt,
    Reply,
    ReplyingChannel,
)
from leadflow.channels.mango import MangoChannel
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


SAMPLES = sample_paths(Path(__file__).parent / "samples")
KEY, SALT = "key-4711-of-the-exchange", "salt-0815-of-the-exchange"
CHANNEL = MangoChannel(id="mango", api_key=KEY, salt=SALT, extension="101")
ANNA = ContactPoint(kind="phone", value="+79161234567", raw="79161234567")
SUMMARY = json.loads(
    Path(__file__).with_name("samples").joinpath("summary-answered.json").read_text()
)["json"]
LEG = json.loads(
    Path(__file__).with_name("samples").joinpath("leg-appeared.json").read_text()
)["json"]


def signed(text: bytes, *, key: str = KEY, salt: str = SALT) -> bytes:
    """
    Return the form in which the exchange sends the JSON *text*.
    """
    sign = sha256(key.encode() + text + salt.encode()).hexdigest()
    return f"vpbx_api_key={key}&sign={sign}&json={quote_plus(text)}".encode()


def delivery(event: object, **more: Any) -> Delivery:
    """
    Return the delivery of *event*.
    """
    text = json.dumps(event, ensure_ascii=False).encode()
    return Delivery(**{"body": signed(text), "received_at": RECEIVED} | more)


def read(event: object, channel: MangoChannel = CHANNEL) -> Any:
    """
    Return the one outcome of *event*.
    """
    [outcome] = channel.read(delivery(event)).outcomes
    return outcome


def of_sample(path: Path) -> Delivery:
    """
    Return the sample at *path* as the exchange sends it.
    """
    plain = delivery_of(path)
    return Delivery(body=signed(plain.body), received_at=RECEIVED)


def reply(**more: Any) -> Reply:
    """
    Return a reply to Anna.
    """
    given = {"id": "r1", "text": "Мы перезвоним", "to": ANNA, "sent_at": RECEIVED}
    return Reply(**given | more)


def command(outgoing: Outgoing) -> Any:
    """
    Return the command in *outgoing*, whose signature must be good.
    """
    fields = dict(parse_qsl(outgoing.body.decode()))
    text = fields["json"].encode()
    wanted = sha256(KEY.encode() + text + SALT.encode()).hexdigest()
    assert (KEY, wanted) == (fields["vpbx_api_key"], fields["sign"])
    return json.loads(text)


class TestContract(ChannelContract):
    """
    The adapter keeps the contract of channels.
    """

    lacks = ("peer",)

    def make(self) -> Channel:
        """Return the exchange's channel."""
        return attrs.evolve(CHANNEL)

    def samples(self) -> Iterable[Delivery]:
        """Return the golden samples."""
        return [of_sample(path) for path in SAMPLES]

    def sealed(self, delivery: Delivery) -> Delivery:
        """Return *delivery* with the JSON that its body has or is, signed."""
        _, found, text = delivery.body.partition(b"&json=")
        return attrs.evolve(delivery, body=signed(_plain(text) if found else text))

    def forged(self) -> Iterable[Delivery]:
        """Return the samples with another's key and salt, and unsigned."""
        for path in SAMPLES:
            text = delivery_of(path).body
            for body in (signed(text, key="x"), signed(text, salt="x"), text):
                yield Delivery(body=body, received_at=RECEIVED)

    def unknown(self) -> Iterable[Delivery]:
        """Return events, directions and states of the years to come."""
        yield delivery({"thought": 1})
        yield delivery({})
        yield delivery({**SUMMARY, "call_direction": 7})
        yield delivery({**LEG, "call_state": "Levitating"})

    def secrets(self) -> Iterable[str]:
        """Return the secrets of the account."""
        return [SALT]

    def replies(self) -> Iterable[Reply]:
        """Return a reply."""
        return [reply()]


def _plain(text: bytes) -> bytes:
    return unquote_to_bytes(text.replace(b"+", b" "))


class TestSamples:
    @pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
    def test_sample(self, path: Path) -> None:
        """
        Every sample comes to the outcomes and the answer kept beside it.
        """
        assert golden_of(path) == shown(CHANNEL.read(of_sample(path)))

    def test_replies(self) -> None:
        """
        The adapter has the shape that the protocol asks of one that replies.
        """
        assert isinstance(CHANNEL, ReplyingChannel)


class TestAuthenticity:
    """
    What is not signed with the account's key and salt makes nothing (R11).
    """

    @pytest.mark.parametrize(
        "sign", ["", "x", "0" * 64, "0" * 63, "0" * 65, "подпись", "\udcff\0"]
    )
    def test_wrong_signature(self, sign: str) -> None:
        """
        A wrong signature of any length and in any letters is forbidden.
        """
        form = {"vpbx_api_key": KEY, "sign": sign, "json": "{}"}
        body = urlencode(form, errors="surrogatepass").encode()
        reading = CHANNEL.read(Delivery(body=body, received_at=RECEIVED))

        assert (403, (Unverified("wrong-signature"),)) == (
            reading.answer.status,
            reading.outcomes,
        )

    def test_another_key(self) -> None:
        """
        The key that is sent along has to be ours too.
        """
        body = signed(b"{}").replace(KEY.encode(), b"another", 1)
        [outcome] = CHANNEL.read(Delivery(body=body, received_at=RECEIVED)).outcomes

        assert Unverified("wrong-api-key") == outcome

    def test_replayed_signature(self) -> None:
        """
        The signature of one event is none of another.
        """
        body = signed(json.dumps(SUMMARY).encode()).replace(b"7916", b"7926", 1)
        [outcome] = CHANNEL.read(Delivery(body=body, received_at=RECEIVED)).outcomes

        assert isinstance(outcome, Unverified)

    def test_text_as_it_stands(self) -> None:
        """
        The text is signed as it stands, with its spaces and its letters.
        """
        text = '{ "entry_id" : "a", "call_direction":1,"x":"Ж + \\u0416" }'.encode()
        [outcome] = CHANNEL.read(
            Delivery(body=signed(text), received_at=RECEIVED)
        ).outcomes

        assert isinstance(outcome, Inbound)

    def test_written_again(self) -> None:
        """
        A text that was parsed and written again has another signature.
        """
        text = b'{"entry_id": "a","call_direction":1}'
        again = json.dumps(json.loads(text)).encode()
        body = signed(text).replace(
            quote_plus(text).encode(), quote_plus(again).encode()
        )
        [outcome] = CHANNEL.read(Delivery(body=body, received_at=RECEIVED)).outcomes

        assert Unverified("wrong-signature") == outcome

    def test_first_of_two_texts(self) -> None:
        """
        A second text behind the signed one is not read.
        """
        text = json.dumps(SUMMARY).encode()
        body = signed(text) + b"&json=" + b"%7B%7D"
        [outcome] = CHANNEL.read(Delivery(body=body, received_at=RECEIVED)).outcomes

        assert isinstance(outcome, Inbound)

    def test_not_a_post(self) -> None:
        """
        Anything but a POST is answered 405.
        """
        assert 405 == CHANNEL.read(delivery({}, method="GET")).answer.status

    def test_too_large(self) -> None:
        """
        A body over the limit is refused before any other work.
        """
        small = attrs.evolve(CHANNEL, max_bytes=10)

        assert 413 == small.read(delivery({})).answer.status


class TestUnreadable:
    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            (b"", "bad-json"),
            (b"[1]", "bad-event"),
            (b"\xff", "not-utf-8"),
            (b"[" * 100, "too-deep"),
            (b'{"call_direction":1}', "no-entry-id"),
            (b'{"call_state":"Appeared","entry_id":[]}', "no-entry-id"),
        ],
    )
    def test_reason(self, text: bytes, reason: str) -> None:
        """
        Each way of being unreadable has a name, and is answered 200.
        """
        reading = CHANNEL.read(Delivery(body=signed(text), received_at=RECEIVED))
        [outcome] = reading.outcomes
        assert isinstance(outcome, Malformed)

        assert (reason, 200) == (outcome.reason, reading.answer.status)


class TestWholeCalls:
    """
    A call makes one touch, at its end (R1).
    """

    def test_talk(self) -> None:
        """
        The time of talk is from its beginning to the end of the call.
        """
        assert (
            Call(
                direction="in",
                result="answered",
                line="74951234567",
                employee="101",
                talk=timedelta(minutes=1),
            )
            == read(SUMMARY).call
        )

    @pytest.mark.parametrize(
        ("changes", "result"),
        [
            ({"entry_result": 0}, "missed"),
            ({"entry_result": "0", "talk_time": 1778493612}, "missed"),
            ({"entry_result": None, "talk_time": 0}, "missed"),
            ({"entry_result": None}, "answered"),
            ({"entry_result": 0, "disconnect_reason": 4200}, "missed"),
        ],
    )
    def test_missed(self, changes: dict[str, Any], result: str) -> None:
        """
        A call in is missed when its result says so, or when there was no talk.
        """
        assert result == read({**SUMMARY, **changes}).call.result

    def test_talk_backwards(self) -> None:
        """
        An end before the beginning is no time of talk.
        """
        assert timedelta() == read({**SUMMARY, "end_time": 1}).call.talk

    def test_of_ours(self) -> None:
        """
        A call of ours is a touch that opens nothing.
        """
        parties = {"from": {"extension": "101"}, "to": {"number": "79161234567"}}
        found = read({**SUMMARY, "call_direction": 2, **parties})

        assert ("out", (ANNA,), False, "101") == (
            found.call.direction,
            found.contact_points,
            found.judgement.may_open,
            found.call.employee,
        )

    def test_foreign_number(self) -> None:
        """
        Numbers have their country's code in front, without a plus.
        """
        found = read({**SUMMARY, "from": {"number": "380501234567"}})

        assert "+380501234567" == found.contact_points[0].value

    @pytest.mark.parametrize("number", ["", "anonymous", "Restricted", "0", "+0", None])
    def test_hidden_number(self, number: str | None) -> None:
        """
        A call of somebody who shows no number is kept, without a contact.
        """
        found = read({**SUMMARY, "from": {"number": number}})

        assert ("MTI6NTM4MQ==/summary", ()) == (
            found.external_id,
            found.contact_points,
        )

    def test_clock_ahead(self) -> None:
        """
        Where the exchange's clock is ahead, its times are taken back.
        """
        ahead = attrs.evolve(CHANNEL, clock_offset=timedelta(hours=3))

        assert timedelta(hours=3) == (
            read(SUMMARY).sent_at - read(SUMMARY, ahead).sent_at
        )


class TestLegs:
    """
    An event of a leg makes no touch: a queue has ten of them for one call.
    """

    def test_keys(self) -> None:
        """
        Every event of a leg has a key of its own.
        """
        assert "MToxMDA1NzU5Mw==/1/Appeared" == read(LEG).external_id

    def test_whom_it_is_about(self) -> None:
        """
        What is ignored still tells who is calling, for a screen to show.
        """
        found = read(LEG)
        assert isinstance(found, Ignored)

        assert ("call_in_progress", (ANNA,)) == (found.reason, found.contact_points)

    def test_at_ring(self) -> None:
        """
        A channel that wants a touch at the ring gets one, a part of the whole call.
        """
        early = attrs.evolve(CHANNEL, at_ring=True)
        rings = [read({**LEG, "call_id": id_}, early) for id_ in ("a", "b")]

        assert [("MTI6NTM4MQ==/ring", read(SUMMARY).part_of, None)] * 2 == [
            (one.external_id, one.part_of, one.call) for one in rings
        ]

    @pytest.mark.parametrize(
        "changes",
        [
            {"call_state": "Connected"},
            {"from": {"extension": "102"}},
            {"command_id": "c1"},
            {"from": {}, "to": {}},
        ],
    )
    def test_no_ring_of_theirs(self, changes: dict[str, Any]) -> None:
        """
        What is no telephone of ours ringing for a person makes no early touch.
        """
        early = attrs.evolve(CHANNEL, at_ring=True)

        assert isinstance(read({**LEG, **changes}, early), Ignored)

    def test_callback_widget(self) -> None:
        """
        A visitor who asks to be called is one touch, however many legs follow.
        """
        asked = {**LEG, "callback_initiator": "CallbackWidget"}
        found = [read({**asked, "seq": number}) for number in (1, 2)]

        assert [("MTI6NTM4MQ==/callback", (ANNA,), True)] * 2 == [
            (one.external_id, one.contact_points, one.judgement.may_open)
            for one in found
        ]

    def test_callback_widget_of_another_name(self) -> None:
        """
        What the exchange calls its widgets is a setting.
        """
        channel = attrs.evolve(CHANNEL, callback_initiators=["Widget2"])
        asked = {**LEG, "callback_initiator": "Widget2"}

        assert isinstance(read(asked, channel), Inbound)


class TestAsking:
    def test_sms(self) -> None:
        """
        A reply is an SMS, signed as events are; its id is the command's.
        """
        outgoing = CHANNEL.render(reply())

        assert (
            "https://app.mango-office.ru/vpbx/commands/sms",
            "r1",
            {
                "command_id": "r1",
                "from_extension": "101",
                "to_number": "79161234567",
                "text": "Мы перезвоним",
            },
        ) == (outgoing.url, outgoing.key, command(outgoing))

    def test_sender(self) -> None:
        """
        The name that an SMS shows is a setting.
        """
        named = attrs.evolve(CHANNEL, sender="Mebel")

        assert "Mebel" == command(named.render(reply()))["sms_sender"]

    def test_receipt_names_the_reply(self) -> None:
        """
        How the command went is a receipt of the reply.
        """
        found = read({"command_id": "r1", "result": 1000})
        assert isinstance(found, Receipt)

        assert ("r1", "accepted") == (found.of, found.status)

    @pytest.mark.parametrize(
        ("changes", "rule"),
        [
            ({"text": " \n"}, "mango.reply.empty"),
            ({"text": "x" * 671}, "mango.reply.too-long"),
            (
                {"to": ContactPoint(kind="phone", value="", raw="anonymous")},
                "mango.reply.no-number",
            ),
            (
                {"to": ContactPoint(kind="email", value="a@example.com")},
                "mango.reply.no-number",
            ),
            ({"attachments": ("file",)}, "mango.reply.attachments"),
        ],
    )
    def test_refused(self, changes: dict[str, Any], rule: str) -> None:
        """
        What can't be sent is refused beforehand.
        """
        with pytest.raises(Refused) as caught:
            CHANNEL.render(reply(**changes))

        assert rule == caught.value.rule

    def test_refused_without_an_extension(self) -> None:
        """
        An exchange sends in the name of an extension only.
        """
        with pytest.raises(Refused) as caught:
            attrs.evolve(CHANNEL, extension="").render(reply())

        assert "mango.no-extension" == caught.value.rule

    def test_call_back(self) -> None:
        """
        A call back rings the extension, and shows the line that is named.
        """
        outgoing = CHANNEL.call_back(
            ANNA, id="c1", extension="102", line="+74951234567"
        )

        assert {
            "command_id": "c1",
            "from": {"extension": "102"},
            "to_number": "79161234567",
            "line_number": "74951234567",
        } == command(outgoing)

    def test_call_back_by_the_channel(self) -> None:
        """
        Without an extension the channel's own is rung.
        """
        outgoing = CHANNEL.call_back(ANNA, id="c1")

        assert "101" == command(outgoing)["from"]["extension"]

    @pytest.mark.parametrize(
        ("channel", "line"),
        [(CHANNEL, "a line"), (attrs.evolve(CHANNEL, extension=""), "")],
    )
    def test_call_back_refused(self, channel: MangoChannel, line: str) -> None:
        """
        A call needs an extension to ring, and a line that is a number.
        """
        with pytest.raises(Refused):
            channel.call_back(ANNA, id="c1", line=line)


class TestSettings:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"api_key": ""},
            {"salt": ""},
            {"clock_offset": timedelta(days=2)},
            {"longest_sms": 0},
        ],
    )
    def test_wrong(self, wrong: dict[str, Any]) -> None:
        """
        Settings that can't be are refused when the channel is made.
        """
        with pytest.raises(DefinitionError):
            attrs.evolve(CHANNEL, **wrong)
