"""
Asterisk: calls from its records and its manager, and what we may ask of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.channels import Channel, Delivery, Ignored, Inbound, Outcome
from leadflow.channels.asterisk import AsteriskChannel, ami_events
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
SECRET = "s3cret-of-the-exchange"
HEADERS = (("X-Api-Key", SECRET),)
CHANNEL = AsteriskChannel(
    id="pbx",
    zone="Europe/Moscow",
    secret=SECRET,
    trunks=("PJSIP/trunk-", "SIP/trunk-"),
)
TRUNK, ANNAS = "PJSIP/trunk-00000001", "79161234567"
ANNA = ContactPoint(kind="phone", value="+79161234567", raw=ANNAS)


def of_sample(path: Path) -> Delivery:
    """
    Return the sample at *path* with the secret.
    """
    return delivery_of(path, HEADERS)


def row(**columns: Any) -> dict[str, Any]:
    """
    Return a row of a call of Anna's that 101 answered, with *columns*.
    """
    usual = {
        "start": "2026-05-11 13:00:00",
        "src": ANNAS,
        "dst": "74951234567",
        "dcontext": "from-trunk",
        "channel": TRUNK,
        "dstchannel": "PJSIP/101-0000000a",
        "lastapp": "Dial",
        "billsec": 60,
        "disposition": "ANSWERED",
        "uniqueid": "1778493600.1",
        "linkedid": "1778493600.1",
        "sequence": 1,
    }
    return usual | columns


def read(
    *rows: dict[str, Any], channel: AsteriskChannel = CHANNEL
) -> tuple[Outcome, ...]:
    """
    Return what *rows* of a database come to.
    """
    body = json.dumps(rows).encode()
    return channel.read(
        Delivery(body=body, received_at=RECEIVED, headers=HEADERS)
    ).outcomes


def whole(*rows: dict[str, Any], channel: AsteriskChannel = CHANNEL) -> Any:
    """
    Return the one call that *rows* come to.
    """
    [outcome] = read(*rows, channel=channel)
    return outcome


def result(*rows: dict[str, Any]) -> str:
    """
    Return how the call of *rows* ended.
    """
    return str(whole(*rows).call.result)


UNANSWERED: dict[str, Any] = {"disposition": "NO ANSWER", "billsec": 0}


class TestContract(ChannelContract):
    """
    The adapter keeps the contract of channels.
    """

    lacks = ("replies",)

    def make(self) -> Channel:
        """Return the exchange's channel."""
        return attrs.evolve(CHANNEL)

    def samples(self) -> Iterable[Delivery]:
        """Return the golden samples."""
        return [of_sample(path) for path in SAMPLES]

    def forged(self) -> Iterable[Delivery]:
        """Return the samples with a wrong secret, and with none."""
        yield from (delivery_of(path, [("X-Api-Key", "é")]) for path in SAMPLES)
        yield from (delivery_of(path) for path in SAMPLES)

    def unknown(self) -> Iterable[Delivery]:
        """Return an event of the years to come."""
        body = b"Event: Telepathy\r\nThought: 1\r\n\r\n"
        yield Delivery(body=body, received_at=RECEIVED, headers=HEADERS)

    def secrets(self) -> Iterable[str]:
        """Return the secret."""
        return [SECRET]


class TestSamples:
    @pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
    def test_sample(self, path: Path) -> None:
        """
        Every sample comes to the outcomes and the answer kept beside it.
        """
        assert golden_of(path) == shown(CHANNEL.read(of_sample(path)))


class TestMissed:
    """
    A call is missed when no person answered any of its rows.
    """

    def test_parallel(self) -> None:
        """
        One telephone of several that answers is enough.
        """
        others = row(dstchannel="PJSIP/102-0000000b", sequence=2, **UNANSWERED)

        assert "answered" == result(others, row())

    def test_nobody(self) -> None:
        """
        A call that rings everywhere in vain is missed, and is one.
        """
        others = row(dstchannel="PJSIP/102-0000000b", sequence=2, **UNANSWERED)

        assert "missed" == result(row(**UNANSWERED), others)

    def test_busy_beside_no_answer(self) -> None:
        """
        A busy telephone beside one that rings in vain makes a missed call.
        """
        assert "missed" == result(row(disposition="BUSY"), row(**UNANSWERED))

    @pytest.mark.parametrize(
        ("disposition", "expected"),
        [("BUSY", "busy"), ("FAILED", "failed"), ("CONGESTION", "failed")],
    )
    def test_others(self, disposition: str, expected: str) -> None:
        """
        How a call failed to be answered is kept.
        """
        assert expected == result(row(disposition=disposition))

    @pytest.mark.parametrize(
        "columns",
        [
            {"lastapp": "Playback", "dstchannel": ""},
            {"lastapp": "VoiceMail", "dstchannel": ""},
            {"lastapp": "Queue", "dstchannel": ""},
            {"lastapp": "BackGround"},
        ],
    )
    def test_a_machine_answers(self, columns: dict[str, Any]) -> None:
        """
        A menu, music and voice mail are no person.
        """
        assert "missed" == result(row(**columns))

    def test_blonde_transfer(self) -> None:
        """
        A transfer that is not taken doesn't make an answered call a missed one.
        """
        passed = row(
            channel="PJSIP/101-0000000a", dstchannel="PJSIP/102-0000000b", src="101"
        )

        assert "answered" == result(row(), {**passed, "dst": "102", **UNANSWERED})

    def test_voice_mail_after_the_telephones(self) -> None:
        """
        Voice mail after telephones that rang in vain leaves the call missed.
        """
        mail = row(lastapp="VoiceMail", dstchannel="", sequence=2)

        assert "missed" == result(row(**UNANSWERED), mail)

    def test_forwarded_to_a_mobile(self) -> None:
        """
        An employee who answers on a mobile outside is a person too.
        """
        assert "answered" == result(row(dstchannel="PJSIP/trunk-0000000c"))

    def test_behind_a_bow(self) -> None:
        """
        Where a queue rings through Local channels, their own rows tell who answered.
        """
        bow = "Local/101@from-queue-00000001"
        queue = row(dstchannel=f"{bow};1", lastapp="Queue")
        behind = row(channel=f"{bow};2", dst="101", sequence=2, lastapp="VoiceMail")

        assert "missed" == result(queue, {**behind, "dstchannel": ""})

    def test_bow_alone(self) -> None:
        """
        A bow that nothing is told of is believed.
        """
        bow = "Local/101@from-queue-00000001;1"
        found = whole(row(dstchannel=bow, lastapp="Queue"))

        assert ("answered", "101") == (found.call.result, found.call.employee)

    def test_own_application(self) -> None:
        """
        Which applications connect people is a setting.
        """
        channel = attrs.evolve(CHANNEL, human_apps=["Dial", "ConfBridge"])
        found = whole(row(lastapp="ConfBridge"), channel=channel)

        assert "answered" == found.call.result

    @given(st.permutations(range(4)))
    def test_any_order(self, order: list[int]) -> None:
        """
        In whatever order the rows come, the call is the same.
        """
        rows = [
            row(**UNANSWERED),
            row(start="2026-05-11 13:00:09", sequence=2, dstchannel="PJSIP/102-00000b"),
            row(start="2026-05-11 13:00:30", sequence=3, src="102", dst="103")
            | {"channel": "PJSIP/102-0000000b", "dstchannel": "PJSIP/103-0000000c"},
            row(start="2026-05-11 13:00:05", sequence=4, disposition="BUSY"),
        ]

        assert whole(*rows) == whole(*(rows[number] for number in order))


class TestCalls:
    def test_one_touch_a_call(self) -> None:
        """
        Rows of one linkedid are one touch, those of another another.
        """
        other = row(linkedid="1778493700.9", uniqueid="1778493700.9")

        assert ["1778493600.1/2", "1778493700.9/1"] == [
            one.external_id  # type: ignore[union-attr]
            for one in read(row(), other, row(uniqueid="1778493605.2", sequence=5))
        ]

    def test_rows_that_come_later(self) -> None:
        """
        Rows that are found later are another part of the same touch.
        """
        first, both = whole(row(**UNANSWERED)), whole(row(**UNANSWERED), row())

        assert (first.part_of, True) == (
            both.part_of,
            first.external_id != both.external_id,
        )

    def test_same_row_twice(self) -> None:
        """
        A row that is fetched twice counts once.
        """
        assert timedelta(minutes=1) == whole(row(), row()).call.talk

    def test_transfer(self) -> None:
        """
        Who talked last has the call, and all who talked are told.
        """
        later = {"start": "2026-05-11 13:01:00", "sequence": 2}
        passed = row(src="101", dst="102", channel="PJSIP/101-0000000a", **later)
        found = whole(row(), {**passed, "dstchannel": "PJSIP/102-0000000b"})

        assert (
            "102",
            timedelta(minutes=2),
            (("employee", "101"), ("employee", "102")),
        ) == (found.call.employee, found.call.talk, found.extra)

    def test_local_time(self) -> None:
        """
        The times of records are those of the server's zone.
        """
        assert datetime(2026, 5, 11, 10, tzinfo=UTC) == whole(row()).sent_at

    def test_wrong_clock(self) -> None:
        """
        A clock that is years ahead is held at the day after the delivery.
        """
        found = whole(row(start="2036-05-11 13:00:00"))

        assert RECEIVED + timedelta(days=1) == found.sent_at

    @pytest.mark.parametrize("start", ["", "soon", "0001-01-01 00:00:00", "9" * 30])
    def test_no_time(self, start: str) -> None:
        """
        A call whose time can't be read is kept.
        """
        assert whole(row(start=start)).sent_at is None

    @pytest.mark.parametrize("src", ["", "anonymous", "Restricted", "unknown", "0"])
    def test_hidden_number(self, src: str) -> None:
        """
        A call of somebody who shows no number is kept, without a contact.
        """
        found = whole(row(src=src, clid=f'"{src}" <{src}>'))

        assert ("1778493600.1/1", (), "") == (
            found.external_id,
            found.contact_points,
            found.person.name,
        )

    def test_name(self) -> None:
        """
        The name of a caller is theirs where it is no number.
        """
        found = whole(row(clid='"Anna Karenina" <79161234567>'))

        assert "Anna Karenina" == found.person.name

    @pytest.mark.parametrize(
        ("clid", "name"),
        [
            ("Anna <7>", "Anna"),
            ("<79161234567>", ""),
            ('"79161234567" <79161234567>', ""),
            ("79161234567", ""),
            (" " * 5000, ""),
            ('"' * 5000, ""),
        ],
    )
    def test_odd_names(self, clid: str, name: str) -> None:
        """
        However the caller's id is written, only a name is a name.
        """
        assert name == whole(row(clid=clid)).person.name

    def test_number_in_the_caller_alone(self) -> None:
        """
        A number that only the caller's id holds is the number.
        """
        found = whole(row(src="", clid='"Anna" <79161234567>'))

        assert (ANNA,) == found.contact_points

    def test_without_ids(self) -> None:
        """
        Rows without an id are told apart by when and who.
        """
        bare = row(uniqueid="", linkedid="")

        assert f"2026-05-11 13:00:00/{ANNAS}/74951234567/1" == whole(bare).external_id


class TestDirection:
    """
    Which way a call went is said by the settings.
    """

    def test_trunk_it_came_by(self) -> None:
        """
        What comes by a trunk is a call in.
        """
        assert "in" == whole(row(src="101")).call.direction

    def test_trunk_it_went_by(self) -> None:
        """
        What goes by a trunk is a call of ours, whatever number it shows.
        """
        ours = row(
            src="74951234567",
            dst="89161234567",
            channel="PJSIP/101-0000000a",
            dstchannel="PJSIP/trunk-0000000b",
        )
        found = whole(ours)

        assert ("out", "+79161234567", "74951234567", "101", False) == (
            found.call.direction,
            found.contact_points[0].value,
            found.call.line,
            found.call.employee,
            found.judgement.may_open,
        )

    def test_that_failed(self) -> None:
        """
        A call of ours that never got to a trunk is a failed one.
        """
        ours = row(src="101", dst="89161234567", channel="PJSIP/101-0000000a")
        found = whole({**ours, "dstchannel": "", "disposition": "FAILED"})

        assert ("out", "failed") == (found.call.direction, found.call.result)

    def test_that_a_machine_answered(self) -> None:
        """
        What only played something to us has reached nobody.
        """
        ours = row(src="101", dst="89161234567", channel="PJSIP/101-0000000a")
        found = whole({**ours, "dstchannel": "", "lastapp": "Playback"})

        assert "failed" == found.call.result

    @pytest.mark.parametrize("dst", ["102", "*97", "s"])
    def test_internal(self, dst: str) -> None:
        """
        A call inside the house, also to a service, is nobody's attention (R3).
        """
        found = whole(row(src="101", dst=dst, channel="PJSIP/101-0000000a"))
        assert isinstance(found, Ignored)

        assert "internal_call" == found.reason

    def test_by_account(self) -> None:
        """
        Where account codes tell the direction, they are believed.
        """
        channel = attrs.evolve(CHANNEL, trunks=(), accounts={"sales-out": "out"})
        found = whole(row(accountcode="sales-out"), channel=channel)

        assert "out" == found.call.direction

    def test_by_context(self) -> None:
        """
        Where contexts tell the direction, they are believed.
        """
        channel = attrs.evolve(CHANNEL, trunks=(), contexts={"from-trunk": "in"})
        found = whole(row(src="101"), channel=channel)

        assert "in" == found.call.direction

    def test_by_numbers(self) -> None:
        """
        Without any setting the length of numbers tells.
        """
        channel = attrs.evolve(CHANNEL, trunks=(), extensions="[0-9]{3}")
        ours = row(src="101", dst="89161234567", channel="x")

        assert ["in", "out"] == [
            whole(one, channel=channel).call.direction for one in (row(), ours)
        ]

    def test_consultation(self) -> None:
        """
        A call in stays one when it is passed on to a number outside.
        """
        passed = row(
            src="101",
            dst="89031112233",
            channel="PJSIP/101-0000000a",
            dstchannel="PJSIP/trunk-0000000c",
            start="2026-05-11 13:02:00",
        )
        found = whole(passed, row())

        assert ("in", (ANNA,)) == (found.call.direction, found.contact_points)


class TestRows:
    def test_bad_rows(self) -> None:
        """
        A row that can't be read is told, and takes no other with it.
        """
        found = read(row(), {"src": "", "dst": ""}, [])  # type: ignore[arg-type]

        assert ["Inbound", "Malformed", "Malformed"] == [
            type(one).__name__ for one in found
        ]

    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            (b"", "no-calls"),
            (b"\n\n", "no-calls"),
            (b"[]", "no-calls"),
            (b"{", "bad-json"),
            (b"Response: Success", "no-calls"),
            (b"a,b,c", "wrong-columns"),
            (b'"' + b"x" * 200_000, "bad-csv"),
            (b"\n".join([b",1,2" + b"," * 13] * 5001), "too-many-rows"),
            (b"Event: A\n\n" * 5001, "too-many-events"),
        ],
        ids=range(9),
    )
    def test_unreadable(self, body: bytes, reason: str) -> None:
        """
        Each way of being unreadable has a name, and is answered 200.
        """
        reading = CHANNEL.read(
            Delivery(body=body, received_at=RECEIVED, headers=HEADERS)
        )
        last = reading.outcomes[-1]
        assert isinstance(last, Malformed)

        assert (reason, 200) == (last.reason, reading.answer.status)

    def test_own_columns(self) -> None:
        """
        A file with columns of its own is read by the order that is named.
        """
        columns = ("src", "dst", "disposition", "channel", "linkedid")
        channel = attrs.evolve(CHANNEL, columns=columns)
        body = f"{ANNAS},74951234567,NO ANSWER,{TRUNK},c1\n".encode()
        [found] = channel.read(
            Delivery(body=body, received_at=RECEIVED, headers=HEADERS)
        ).outcomes
        assert isinstance(found, Inbound)

        assert "c1/1" == found.external_id


class TestEvents:
    @given(st.integers(0, 200), st.integers(0, 200))
    def test_framing(self, first: int, second: int) -> None:
        """
        However a socket cuts its bytes, the events are the same.
        """
        stream = (
            b"Asterisk Call Manager/9.0\r\nEvent: A\r\nVariable: a=1\r\n"
            b"Variable: b=2\r\n\r\nEvent: B\r\nX:\r\n\r\nResponse: Success\r\n\r\n"
        )
        found: list[Any] = []
        rest = b""
        cuts = sorted({0, min(first, len(stream)), min(second, len(stream))})
        for start, end in zip(cuts, [*cuts[1:], len(stream)], strict=True):
            events, rest = ami_events(rest + stream[start:end])
            found.extend(events)

        assert [
            {"event": "A", "variable": "a=1"},
            {"event": "B", "x": ""},
            {"response": "Success"},
        ] == found

    def test_hangup_alone(self) -> None:
        """
        An end of which nothing tells who answered is no missed call.
        """
        body = (
            b"Event: Hangup\r\nChannelStateDesc: Up\r\nCallerIDNum: 79161234567\r\n"
            b"Channel: PJSIP/trunk-1\r\nUniqueid: 1.1\r\nLinkedid: 1.1\r\n\r\n"
        )
        [found] = CHANNEL.read(
            Delivery(body=body, received_at=RECEIVED, headers=HEADERS)
        ).outcomes

        assert isinstance(found, Ignored)

    def test_hangup_before_anything_answered(self) -> None:
        """
        A call that ends while it rings is missed for certain.
        """
        body = (
            b"Event: Hangup\r\nChannelStateDesc: Ring\r\nCallerIDNum: 79161234567\r\n"
            b"Channel: PJSIP/trunk-1\r\nUniqueid: 1.1\r\nLinkedid: 1.1\r\n\r\n"
        )
        [found] = CHANNEL.read(
            Delivery(body=body, received_at=RECEIVED, headers=HEADERS)
        ).outcomes
        assert isinstance(found, Inbound)
        assert found.call is not None

        assert ("missed", (ANNA,)) == (found.call.result, found.contact_points)


class TestAuthenticity:
    @pytest.mark.parametrize("given_", ["", "x", SECRET[:-1], SECRET + "x", "é", None])
    def test_wrong_secret(self, given_: str | None) -> None:
        """
        A wrong secret of any length and in any letters is forbidden (R11).
        """
        headers = () if given_ is None else (("X-Api-Key", given_),)
        reading = CHANNEL.read(
            Delivery(body=b"x", received_at=RECEIVED, headers=headers)
        )

        assert (403, (Unverified("wrong-secret"),)) == (
            reading.answer.status,
            reading.outcomes,
        )

    def test_fetched(self) -> None:
        """
        What we fetched ourselves needs no secret.
        """
        channel = attrs.evolve(CHANNEL, secret=None)
        body = json.dumps(row()).encode()
        reading = channel.read(Delivery(body=body, received_at=RECEIVED))

        assert isinstance(reading.outcomes[0], Inbound)

    def test_not_a_post(self) -> None:
        """
        Anything but a POST is answered 405.
        """
        given_ = Delivery(body=b"", received_at=RECEIVED, method="GET")

        assert 405 == CHANNEL.read(given_).answer.status


class TestCallBack:
    def test_originate(self) -> None:
        """
        A call back is the manager's action, line by line.
        """
        outgoing = CHANNEL.call_back(
            ANNA, id="c1", channel="PJSIP/101", context="out", prefix="9"
        )

        assert (
            b"Action: Originate\r\nActionID: c1\r\nChannel: PJSIP/101\r\n"
            b"Context: out\r\nExten: 979161234567\r\nPriority: 1\r\n"
            b"Timeout: 30000\r\nAsync: true\r\n\r\n"
        ) == outgoing.body

    @pytest.mark.parametrize(
        "wrong",
        [
            {"channel": "PJSIP/101\r\nAction: Command"},
            {"context": ""},
            {"caller_id": "a\nb"},
            {"to": ContactPoint(kind="phone", value="")},
            {"to": ContactPoint(kind="email", value="a@example.com")},
        ],
    )
    def test_refused(self, wrong: dict[str, Any]) -> None:
        """
        A value that could smuggle a line in is refused, and so is what is no number.
        """
        usual = {"to": ANNA, "id": "c1", "channel": "PJSIP/101", "context": "out"}
        with pytest.raises(Refused):
            CHANNEL.call_back(**usual | wrong)


class TestSettings:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"zone": "Mars/Olympus"},
            {"secret": ""},
            {"extensions": "("},
            {"trunks": ("",)},
            {"contexts": {"a": "up"}},
            {"columns": ("src",)},
        ],
    )
    def test_wrong(self, wrong: dict[str, Any]) -> None:
        """
        Settings that can't be are refused when the channel is made.
        """
        with pytest.raises(DefinitionError):
            attrs.evolve(CHANNEL, **wrong)
