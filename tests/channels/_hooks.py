"""
What the tests of signed webhooks share: signing, and who may not come in.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

from leadflow.channels import Channel, Delivery, Outcome
from leadflow.errors import Malformed, Unverified


NOW = datetime(2026, 5, 11, 10, 0, 30, tzinfo=UTC)
APP_SECRET = "app-secret-4711"
VERIFY_TOKEN = "verify-token-0815"
ACCESS_TOKEN = "EAAB-access-token"
META = "X-Hub-Signature-256"


def mac_of(key: str, body: bytes) -> str:
    """
    Return the HMAC-SHA256 of *body* in hex.
    """
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


def sealed(delivery: Delivery) -> Delivery:
    """
    Return *delivery* signed as Meta signs.
    """
    kept = tuple(pair for pair in delivery.headers if pair[0] != META)
    signature = f"sha256={mac_of(APP_SECRET, delivery.body)}"
    return attrs.evolve(delivery, headers=(*kept, (META, signature)))


def hook(body: object, *, raw: bytes | None = None) -> Delivery:
    """
    Return a signed delivery of *body*, or of *raw*.
    """
    data = json.dumps(body).encode() if raw is None else raw
    return sealed(Delivery(body=data, received_at=NOW))


def handshake(**fields: str) -> Delivery:
    """
    Return the GET by which Meta sets a hook up.
    """
    given = {
        "hub.mode": "subscribe",
        "hub.verify_token": VERIFY_TOKEN,
        "hub.challenge": "1158201444",
        **{f"hub.{name}": value for name, value in fields.items()},
    }
    query = "&".join(f"{name}={value}" for name, value in given.items())
    return Delivery(
        body=b"", received_at=NOW, method="GET", url=f"https://crm.example/hook?{query}"
    )


class MetaDoor:
    """
    Hold the tests of who may come in: the same for all that Meta sends (R11).
    """

    channel: Channel
    sample: dict[str, Any]

    def read(self, delivery: Delivery) -> tuple[int, tuple[Outcome, ...]]:
        """Return the answer's status and the outcomes of *delivery*."""
        reading = self.channel.read(delivery)
        return reading.answer.status, reading.outcomes

    def refused(self, delivery: Delivery) -> bool:
        """Tell whether *delivery* was forbidden and nothing else."""
        return self.read(delivery) == (403, (Unverified("wrong-signature"),))

    def test_signed(self) -> None:
        """
        What is signed comes in, and is answered 200 with no body.
        """
        answer = self.channel.read(hook(self.sample)).answer

        assert (200, b"") == (answer.status, answer.body)

    def test_wrong_signature(self) -> None:
        """
        A signature by another key is refused.
        """
        body = json.dumps(self.sample).encode()
        header = (META, f"sha256={mac_of('another', body)}")

        assert self.refused(Delivery(body=body, received_at=NOW, headers=(header,)))

    def test_replayed_signature(self) -> None:
        """
        A signature that was seen does not fit another body.
        """
        good = hook(self.sample)

        assert self.refused(attrs.evolve(good, body=good.body + b" "))

    def test_reserialised(self) -> None:
        """
        A signature is of the raw bytes, not of the same JSON written anew.
        """
        good = hook(self.sample)
        again = json.dumps(self.sample, ensure_ascii=False, separators=(",", ":"))

        assert self.refused(attrs.evolve(good, body=again.encode()))

    def test_escaped_text_is_verified_as_sent(self) -> None:
        """
        Meta escapes what is not ASCII before it signs; the raw body decides.
        """
        raw = json.dumps({**self.sample, "note": "щ"}).encode()

        assert b"\\u0449" in raw
        assert 200 == self.read(hook(None, raw=raw))[0]

    @pytest.mark.parametrize(
        "given",
        [
            "",
            "sha256=",
            "sha256=00",
            "sha256=" + "0" * 63,
            "sha256=" + "0" * 65,
            "sha256=" + "0" * 100_000,
            "sha1=" + "0" * 40,
            "sha256=" + "щ" * 64,
            "\udcff\0",
            None,
        ],
        ids=range(10),
    )
    def test_wrong_header(self, given: str | None) -> None:
        """
        A header of any length and in any letters is refused, as is none.
        """
        headers = () if given is None else ((META, given),)

        assert self.refused(Delivery(body=b"{", received_at=NOW, headers=headers))

    def test_handshake(self) -> None:
        """
        The GET that sets up the hook gets its challenge back, and makes nothing.
        """
        reading = self.channel.read(handshake())

        assert (200, b"1158201444", ()) == (
            reading.answer.status,
            reading.answer.body,
            reading.outcomes,
        )

    @pytest.mark.parametrize(
        "fields",
        [
            {"verify_token": "wrong"},
            {"verify_token": ""},
            {"verify_token": "%D1%89"},
            {"mode": "unsubscribe"},
        ],
        ids=["wrong", "empty", "not ASCII", "mode"],
    )
    def test_wrong_handshake(self, fields: dict[str, str]) -> None:
        """
        A handshake with another token is forbidden, and gets no challenge back.
        """
        reading = self.channel.read(handshake(**fields))

        assert (403, b"", (Unverified("wrong-verify-token"),)) == (
            reading.answer.status,
            reading.answer.body,
            reading.outcomes,
        )

    def test_bare_get(self) -> None:
        """
        A GET that carries nothing is forbidden.
        """
        bare = Delivery(body=b"", received_at=NOW, method="GET", url="http://[")

        assert (403, (Unverified("wrong-verify-token"),)) == self.read(bare)

    def test_challenge_is_no_page(self) -> None:
        """
        A challenge that could be markup is not given back.
        """
        reading = self.channel.read(handshake(challenge="%3Cscript%3E"))

        assert (400, b"") == (reading.answer.status, reading.answer.body)

    def test_other_methods(self) -> None:
        """
        Anything but GET and POST is answered 405.
        """
        assert 405 == self.read(attrs.evolve(hook(self.sample), method="PUT"))[0]

    def test_too_large(self) -> None:
        """
        A body over the limit is refused before any work.
        """
        small = attrs.evolve(self.channel, max_bytes=10)  # type: ignore[misc]

        assert 413 == small.read(hook(None, raw=b"x" * 11)).answer.status

    @pytest.mark.parametrize(
        ("raw", "expected"),
        [
            (b"", "bad-json"),
            (b"\xff", "not-utf-8"),
            (b"[" * 70, "too-deep"),
            (b"[]", "no-entry"),
            (b"{}", "no-entry"),
            (b'{"entry":{}}', "no-entry"),
            (b'{"object":1,"object":' + b"9" * 5000 + b"}", "bad-json"),
        ],
        ids=range(7),
    )
    def test_unreadable(self, raw: bytes, expected: str) -> None:
        """
        What can't be read is answered 200: else it comes for days.
        """
        status, [outcome] = self.read(hook(None, raw=raw))
        assert isinstance(outcome, Malformed)

        assert (200, expected) == (status, outcome.reason)

    def test_secrets_stay_hidden(self) -> None:
        """
        No secret stands in the adapter's text or in an excerpt of a broken body.
        """
        broken = f"{APP_SECRET} {VERIFY_TOKEN} {ACCESS_TOKEN}".encode()
        _, [outcome] = self.read(hook(None, raw=broken))
        shown = repr((self.channel, vars(outcome)))

        assert not [
            each for each in (APP_SECRET, VERIFY_TOKEN, ACCESS_TOKEN) if each in shown
        ]

    def test_too_many_events(self) -> None:
        """
        More events than Meta ever sends in one body are cut, and said to be.
        """
        entry = self.sample["entry"][0]
        many = {**self.sample, "entry": [entry] * 2001}
        outcome = self.read(hook(many))[1][-1]
        assert isinstance(outcome, Malformed)

        assert "too-many-events" == outcome.reason
