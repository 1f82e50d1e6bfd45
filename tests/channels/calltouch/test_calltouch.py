"""
Calltouch: what a request comes to, by the fields that it has.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import attrs
import pytest

from leadflow.channels import Channel, Delivery, Inbound
from leadflow.channels.calltouch import CalltouchChannel
from leadflow.errors import DefinitionError, Malformed, Unverified
from leadflow.testing.channels import ChannelContract
from tests.channels._golden import (
    RECEIVED,
    delivery_of,
    golden_of,
    sample_paths,
    shown,
)


SAMPLES = sample_paths(Path(__file__).parent / "samples")
SECRET = "s3cret-in-the-url"
URL = f"https://crm.example/hook?token={SECRET}"
CHANNEL = CalltouchChannel(id="ct", secret=SECRET)
CALL = {
    "id": "1",
    "callerphone": "79161234567",
    "phonenumber": "74951234567",
    "timestamp": "1778493600",
    "duration": "65",
}


def of_sample(path: Path) -> Delivery:
    """
    Return the sample at *path*, whose URL has the secret.
    """
    return delivery_of(path)


def read(channel: CalltouchChannel = CHANNEL, **fields: str) -> Any:
    """
    Return the one outcome of a form with *fields*.
    """
    [outcome] = channel.read(
        Delivery(
            body=urlencode(fields).encode(),
            received_at=RECEIVED,
            headers=(("Content-Type", "application/x-www-form-urlencoded"),),
            url=URL,
        )
    ).outcomes
    return outcome


class TestContract(ChannelContract):
    """
    The adapter keeps the contract of channels.
    """

    lacks = ("unknown", "replies")

    def make(self) -> Channel:
        """Return the account's channel."""
        return attrs.evolve(CHANNEL)

    def samples(self) -> Iterable[Delivery]:
        """Return the golden samples."""
        return [of_sample(path) for path in SAMPLES]

    def forged(self) -> Iterable[Delivery]:
        """Return the samples with a wrong secret, and with none."""
        for url in ("", "https://crm.example/hook?token=x", "https://[::1/?token="):
            yield from (attrs.evolve(of_sample(path), url=url) for path in SAMPLES)

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


class TestAuthenticity:
    @pytest.mark.parametrize(
        "query", ["", "token=", "token=x", f"token={SECRET}x", "token=%FF", "Token=x"]
    )
    def test_wrong_secret(self, query: str) -> None:
        """
        A wrong secret of any length and in any letters is forbidden (R11).
        """
        reading = CHANNEL.read(
            Delivery(body=b"{", received_at=RECEIVED, url=f"https://a.example/?{query}")
        )

        assert (403, (Unverified("wrong-secret-in-query"),)) == (
            reading.answer.status,
            reading.outcomes,
        )

    def test_too_many_parameters(self) -> None:
        """
        A URL of more parameters than a form has fields is refused unread.
        """
        url = f"{URL}&{'&'.join('a=1' for _ in range(300))}"
        public = attrs.evolve(CHANNEL, secret=None, public=True)
        given = Delivery(body=b"", received_at=RECEIVED, url=url, method="GET")

        assert [Unverified, Malformed] == [
            type(channel.read(given).outcomes[0]) for channel in (CHANNEL, public)
        ]

    def test_get(self) -> None:
        """
        A request by GET has its fields in the URL.
        """
        given = Delivery(
            body=b"x",
            received_at=RECEIVED,
            url=f"{URL}&{urlencode(CALL)}",
            method="GET",
        )
        [found] = CHANNEL.read(given).outcomes
        assert isinstance(found, Inbound)

        assert (True, ()) == ("+79161234567" in repr(found), found.extra)

    def test_method(self) -> None:
        """
        Anything but GET and POST is answered 405.
        """
        given = Delivery(body=b"", received_at=RECEIVED, url=URL, method="PUT")

        assert 405 == CHANNEL.read(given).answer.status

    def test_too_large(self) -> None:
        """
        A request over the limit is refused before any other work, its URL too.
        """
        small = attrs.evolve(CHANNEL, max_bytes=100)
        given = Delivery(body=b"", received_at=RECEIVED, url=f"{URL}&a={'x' * 100}")

        assert 413 == small.read(given).answer.status


class TestCalls:
    @pytest.mark.parametrize(
        ("fields", "result"),
        [
            ({}, "answered"),
            ({"duration": "0"}, "missed"),
            ({"duration": ""}, "missed"),
            ({"duration": "65", "status": "missed"}, "missed"),
            ({"duration": "0", "successful": "true"}, "answered"),
            ({"status": "of another world"}, "answered"),
        ],
    )
    def test_missed(self, fields: dict[str, str], result: str) -> None:
        """
        A call was answered by its status, and where that is silent by its talk.
        """
        assert result == read(**CALL | fields).call.result

    def test_own_names(self) -> None:
        """
        What the owner calls a field goes before the usual names.
        """
        channel = attrs.evolve(
            CHANNEL, fields={"number": "caller", "callerphone": "extra", "fio": "name"}
        )
        fields = {"number": "79031112233", "callerphone": "1", "fio": "Anna"}
        found = read(channel, **CALL | fields)

        assert ("+79031112233", "Anna", (("callerphone", "1"),)) == (
            found.contact_points[0].value,
            found.person.name,
            found.extra,
        )

    @pytest.mark.parametrize(
        ("stamp", "expected"),
        [
            ("1778493600", datetime(2026, 5, 11, 10, tzinfo=UTC)),
            ("2026-05-11 13:00:00", datetime(2026, 5, 11, 10, tzinfo=UTC)),
            ("2026-05-11T10:00:00+00:00", datetime(2026, 5, 11, 10, tzinfo=UTC)),
            ("soon", None),
            ("0001-01-01 00:00:00", None),
        ],
    )
    def test_time(self, stamp: str, expected: datetime | None) -> None:
        """
        A time is Unix's or that of the zone; one that can't be read is none.
        """
        assert expected == read(**CALL | {"timestamp": stamp}).sent_at

    def test_told_again(self) -> None:
        """
        The same call told with its record later is a part of the same touch.
        """
        first = read(**CALL)
        later = read(**CALL, reclink="https://my.example/1.mp3")

        assert (first.part_of, True) == (
            later.part_of,
            first.external_id != later.external_id,
        )

    @pytest.mark.parametrize("id_", ["", "x" * 200])
    def test_without_an_id(self, id_: str) -> None:
        """
        Without an id that can be one the fields are the id.
        """
        found = [read(**CALL | {"id": id_, "sessionId": n}) for n in ("1", "1", "2")]

        assert (1, 2) == (
            len({one.external_id for one in found[:2]}),
            len({one.external_id for one in found}),
        )

    def test_asked_again(self) -> None:
        """
        The same wish a month later is another one; a double click is none.
        """
        fields = {"callerphone": "79161234567", "comment": "a wardrobe"}
        later = timedelta(days=30)
        found = [
            CHANNEL.read(
                Delivery(
                    body=json.dumps(fields).encode(),
                    received_at=RECEIVED + after,
                    url=URL,
                )
            ).outcomes[0]
            for after in (timedelta(), timedelta(seconds=45), later)
        ]
        first, second, third = (
            {one.external_id, *one.also} for one in found if isinstance(one, Inbound)
        )

        assert (True, False) == (bool(first & second), bool(first & third))

    def test_e_mail_beside_the_number(self) -> None:
        """
        What else is known of the caller comes along.
        """
        found = read(**CALL, email="anna@example.com", comment="a wardrobe")

        assert (["phone", "email"], "a wardrobe", timedelta(seconds=65)) == (
            [point.kind for point in found.contact_points],
            found.text,
            found.call.talk,
        )

    def test_of_ours(self) -> None:
        """
        A call of ours opens nothing.
        """
        assert not read(**CALL, direction="исходящий").judgement.may_open

    def test_json(self) -> None:
        """
        JSON is read as a form is.
        """
        body = json.dumps(CALL | {"duration": 65}).encode()
        [found] = CHANNEL.read(
            Delivery(body=body, received_at=RECEIVED, url=URL)
        ).outcomes
        assert isinstance(found, Inbound)
        assert found.call is not None

        assert timedelta(seconds=65) == found.call.talk


class TestSettings:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"secret": None},
            {"secret": ""},
            {"public": True},
            {"zone": "Mars/Olympus"},
            {"fields": {"a": "smell"}},
        ],
    )
    def test_wrong(self, wrong: dict[str, Any]) -> None:
        """
        Settings that contradict each other are refused when the channel is made.
        """
        with pytest.raises(DefinitionError):
            attrs.evolve(CHANNEL, **wrong)
