"""
A site's own chat: what an envelope comes to, who may send one, and how to reply.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from leadflow.channels import Delivery, Inbound, Outcome, Outgoing, Reply
from leadflow.channels.chat import ChatChannel
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
KEY = "chat-key-4711"
STAMP = str(int(RECEIVED.timestamp()))
REPLY_URL = "https://site.example/replies/unguessable-0815"
CHANNEL = ChatChannel(id="site", key=KEY, reply_url=REPLY_URL)


def sealed(delivery: Delivery, *, stamp: str = STAMP, key: str = KEY) -> Delivery:
    """
    Return *delivery* signed with its time.
    """
    message = stamp.encode() + b"." + delivery.body
    mac = hmac.new(key.encode(), message, hashlib.sha256).hexdigest()
    names = {"X-Time", "X-Signature"}
    kept = tuple(pair for pair in delivery.headers if pair[0] not in names)
    added = (("X-Time", stamp), ("X-Signature", f"sha256={mac}"))
    return attrs.evolve(delivery, headers=(*kept, *added))


def envelope(body: object, **how: Any) -> Delivery:
    """
    Return a signed delivery of *body*.
    """
    data = json.dumps(body).encode()
    return sealed(Delivery(body=data, received_at=RECEIVED), **how)


def said(*messages: dict[str, Any], **fields: Any) -> tuple[Outcome, ...]:
    """
    Return the outcomes of an envelope with *messages*.
    """
    body = {"event_id": "e1", "chat_id": "c1", "messages": list(messages), **fields}
    return CHANNEL.read(envelope(body)).outcomes


def reply(**fields: Any) -> Reply:
    """
    Return a reply into a chat.
    """
    usual: dict[str, Any] = {
        "id": "r1",
        "text": "Hello \N{WAVING HAND SIGN}\nSee <you> & «me»",
        "to": ContactPoint(kind="chat", value="site/v1"),
        "conversation": "c1",
        "last_inbound_at": RECEIVED,
        "sent_at": RECEIVED,
    }
    return Reply(**{**usual, **fields})


VISITOR = {"id": "m1", "from": "visitor", "text": "№ 1"}
GOOD = envelope({"chat_id": "c1", "messages": [VISITOR]})


class TestSamples:
    @pytest.mark.parametrize("path", sample_paths(SAMPLES), ids=lambda p: p.stem)
    def test_golden(self, path: Path) -> None:
        """
        Every sample comes to the outcomes and the answer kept beside it.
        """
        assert golden_of(path) == shown(CHANNEL.read(sealed(delivery_of(path))))


class TestContract(ChannelContract):
    def make(self) -> ChatChannel:
        """Return the site's channel."""
        return ChatChannel(id="site", key=KEY, reply_url=REPLY_URL)

    def sealed(self, delivery: Delivery) -> Delivery:
        """Return *delivery* with the signature of its body."""
        return sealed(delivery)

    def samples(self) -> Iterable[Delivery]:
        """Return the golden samples, signed."""
        return [sealed(delivery_of(path)) for path in sample_paths(SAMPLES)]

    def forged(self) -> Iterable[Delivery]:
        """Return the samples unsigned, and signed with another key."""
        for path in sample_paths(SAMPLES):
            yield delivery_of(path)
            yield attrs.evolve(
                sealed(delivery_of(path), key="another"), body=b"{not read}"
            )

    def unknown(self) -> Iterable[Delivery]:
        """Return a message by an author of the years to come."""
        yield envelope({"chat_id": "c1", "messages": [{"id": "m", "from": "dream"}]})

    def secrets(self) -> Iterable[str]:
        """Return the key and the address of replies."""
        return [KEY, REPLY_URL]

    def replies(self) -> Iterable[Reply]:
        """Return a reply of a person and an automatic one."""
        yield reply()
        yield reply(id="r2", conversation="чат 2", automatic=True)

    def peer(self, outgoing: Outgoing) -> Delivery:
        """Return the envelope by which the visitor sends the same text back."""
        told = json.loads(outgoing.body)
        message = {"id": "m9", "from": "visitor", "text": told["message"]["text"]}
        return envelope({"chat_id": told["chat_id"], "messages": [message]})


class TestDoor:
    """
    What is not signed with its time makes nothing (R11).
    """

    def _refused(self, delivery: Delivery) -> str:
        reading = CHANNEL.read(delivery)
        [outcome] = reading.outcomes

        assert isinstance(outcome, Unverified)
        assert 403 == reading.answer.status
        return outcome.reason

    def test_wrong_key(self) -> None:
        """
        A signature by another key is refused.
        """
        given = sealed(GOOD, key="another")

        assert "wrong-signature" == self._refused(given)

    def test_replayed_on_another_body(self) -> None:
        """
        A signature that was seen does not fit another body.
        """
        given = attrs.evolve(GOOD, body=GOOD.body + b" ")

        assert "wrong-signature" == self._refused(given)

    def test_reserialised(self) -> None:
        """
        A signature is of the raw bytes, not of the same JSON written anew.
        """
        again = json.dumps(json.loads(GOOD.body), ensure_ascii=False).encode()
        given = attrs.evolve(GOOD, body=again)

        assert "wrong-signature" == self._refused(given)

    @pytest.mark.parametrize("minutes", [-6, 6])
    def test_stale(self, minutes: int) -> None:
        """
        A delivery that is repeated later, or comes from the future, is refused.
        """
        given = attrs.evolve(GOOD, received_at=RECEIVED + timedelta(minutes=minutes))

        assert "stale" == self._refused(given)

    def test_time_is_signed(self) -> None:
        """
        Another time does not fit the signature.
        """
        headers = (("X-Time", str(int(STAMP) + 1)), GOOD.headers[-1])

        assert "wrong-signature" == self._refused(attrs.evolve(GOOD, headers=headers))

    @pytest.mark.parametrize(
        "given",
        ["", "sha256=", "0" * 63, "0" * 65, "щ" * 64, "\udcff", "0" * 100_000, None],
        ids=range(8),
    )
    def test_wrong_header(self, given: str | None) -> None:
        """
        A signature of any length and in any letters is refused, as is none.
        """
        signature = () if given is None else (("X-Signature", given),)
        headers = (("X-Time", STAMP), *signature)

        assert "no-signature" == self._refused(attrs.evolve(GOOD, headers=headers))

    @pytest.mark.parametrize(
        "stamp", ["", "now", "１７７８４９３６３０", "9" * 400, "-1"]
    )
    def test_wrong_time(self, stamp: str) -> None:
        """
        A time that is none is refused, also when it is signed.
        """
        assert "no-signature" == self._refused(sealed(GOOD, stamp=stamp))

    def test_only_post(self) -> None:
        """
        A GET is answered 405.
        """
        assert 405 == CHANNEL.read(attrs.evolve(GOOD, method="GET")).answer.status

    @pytest.mark.parametrize(
        "settings",
        [
            {"key": ""},
            {"reply_url": "http://site.example"},
            {"tolerance": timedelta(days=2)},
            {"signature_header": ""},
            {"longest": 0},
        ],
        ids=lambda s: next(iter(s)),
    )
    def test_settings(self, settings: dict[str, Any]) -> None:
        """
        Settings that can't be are refused when the channel is made.
        """
        with pytest.raises(DefinitionError):
            attrs.evolve(CHANNEL, **settings)


class TestEnvelopes:
    def test_parts(self) -> None:
        """
        Several messages of one envelope are one touch.
        """
        found = said(VISITOR, {**VISITOR, "id": "m2"})

        assert ["c1/e1", "c1/e1"] == [
            one.part_of for one in found if isinstance(one, Inbound)
        ]

    def test_too_many(self) -> None:
        """
        An envelope with more messages than allowed is refused whole.
        """
        found = said(*({**VISITOR, "id": str(n)} for n in range(201)))

        assert (Malformed("too-many-messages", place="messages"),) == found

    def test_visitor_of_another_site(self) -> None:
        """
        A visitor's id counts inside one site only.
        """
        other = attrs.evolve(CHANNEL, id="blog")
        body = {"chat_id": "c1", "visitor": {"id": "v1"}, "messages": [VISITOR]}
        points = [
            one.contact_points
            for channel in (CHANNEL, other)
            for one in channel.read(envelope(body)).outcomes
            if isinstance(one, Inbound)
        ]

        assert points[0] != points[1]


class TestReplies:
    def test_signed(self) -> None:
        """
        A reply is signed as what comes in is, so the site can check it the same way.
        """
        outgoing = CHANNEL.render(reply())
        headers = dict(outgoing.headers)
        message = f"{headers['X-Time']}.".encode() + outgoing.body
        mac = hmac.new(KEY.encode(), message, hashlib.sha256).hexdigest()

        assert f"sha256={mac}" == headers["X-Signature"]

    def test_who_says_it(self) -> None:
        """
        The site learns which answers no person wrote.
        """
        told = [
            json.loads(CHANNEL.render(reply(automatic=automatic)).body)
            for automatic in (False, True)
        ]

        assert ["agent", "bot"] == [one["message"]["from"] for one in told]

    @pytest.mark.parametrize(
        ("fields", "rule"),
        [
            ({"text": "x" * 4097}, "chat.reply.too-long"),
            ({"text": " "}, "chat.reply.empty"),
            ({"last_inbound_at": None}, "chat.reply.never-wrote"),
            ({"conversation": ""}, "chat.reply.no-chat"),
        ],
        ids=["too long", "empty", "never wrote", "no chat"],
    )
    def test_refused(self, fields: dict[str, Any], rule: str) -> None:
        """
        What the site would not take is refused before it is sent.
        """
        with pytest.raises(Refused) as caught:
            CHANNEL.render(reply(**fields))

        assert rule == caught.value.rule

    def test_no_address(self) -> None:
        """
        A site without an address for replies takes none.
        """
        with pytest.raises(Refused) as caught:
            ChatChannel(id="site", key=KEY).render(reply())

        assert "chat.no-address" == caught.value.rule
