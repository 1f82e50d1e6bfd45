"""
The adapter of Pager keeps the contract of channels, and reads what Pager says.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import entry_points
from typing import Any

import attrs
import pytest
from own_channel import PagerChannel

from leadflow.channels import (
    Amendment,
    Delivery,
    Ignored,
    Inbound,
    Outcome,
    Outgoing,
    Receipt,
    Reply,
)
from leadflow.errors import Refused
from leadflow.plugins import load
from leadflow.testing.channels import ChannelContract
from leadflow.values import ChannelId, ContactPoint


SECRET = "webhook-s3cret"
TOKEN = "token-4711"
AT = datetime(2026, 5, 11, 10, tzinfo=UTC)
ANN = {"id": "p1", "name": "Ann Lee", "ours": False}


def pager() -> PagerChannel:
    """
    Return the adapter of an account.
    """
    return PagerChannel(id=ChannelId("pager"), secret=SECRET, token=TOKEN)


def sealed(delivery: Delivery, key: str = SECRET) -> Delivery:
    """
    Return *delivery* signed with *key*.
    """
    mac = hmac.new(key.encode(), delivery.body, hashlib.sha256).hexdigest()
    return attrs.evolve(delivery, headers=(("X-Pager-Signature", mac),))


def event(kind: str, *, key: str = SECRET, **message: Any) -> Delivery:
    """
    Return the event *kind*, about the message m1 with *message* changed in it.
    """
    about = {"id": "m1", "thread": "t1", "text": "Hello", "author": ANN, **message}
    told = {"id": "e1", "kind": kind, "at": 1778493600, "message": about}
    return sealed(Delivery(body=json.dumps(told).encode(), received_at=AT), key)


def reply(**changes: Any) -> Reply:
    """
    Return a reply to Ann.
    """
    ann = ContactPoint(kind="pager", value="p1")
    usual = Reply(id="r1", text="Hi Ann", to=ann, conversation="t1", sent_at=AT)
    return attrs.evolve(usual, **changes)


def outcome(delivery: Delivery) -> Outcome:
    """
    Return the one outcome of *delivery*.
    """
    (one,) = pager().read(delivery).outcomes
    return one


class TestContract(ChannelContract):
    """
    Every clause applies: Pager has all that they ask for.
    """

    def make(self) -> PagerChannel:
        """Return the adapter."""
        return pager()

    def samples(self) -> Iterable[Delivery]:
        """Return one event of each kind, and some that are not usual."""
        for name in ("created", "edited", "deleted", "delivered", "read"):
            yield event(f"message.{name}")
        yield event("message.created", text="")
        yield event("message.created", author={**ANN, "ours": True})

    def forged(self) -> Iterable[Delivery]:
        """Return events that are signed with another key, and unsigned."""
        yield event("message.created", key="another")
        yield attrs.evolve(event("message.created"), headers=())
        yield attrs.evolve(
            event("message.created"), headers=(("X-Pager-Signature", "é"),)
        )

    def unknown(self) -> Iterable[Delivery]:
        """Return kinds of the years to come."""
        yield event("message.dreamt")
        yield event("thread.closed")

    def secrets(self) -> Iterable[str]:
        """Return what must not be shown."""
        return [SECRET, TOKEN]

    def replies(self) -> Iterable[Reply]:
        """Return replies in several scripts."""
        yield reply()
        yield reply(
            id="r2", conversation="t2", text="Привет, «Анна» \N{WAVING HAND SIGN}"
        )

    def peer(self, outgoing: Outgoing) -> Delivery:
        """Return the event of Ann sending the same text back."""
        told = json.loads(outgoing.body)
        return event("message.created", thread=told["thread"], text=told["text"])

    def sealed(self, delivery: Delivery) -> Delivery:
        """Return *delivery* signed anew."""
        return sealed(delivery)


class TestRead:
    def test_message(self) -> None:
        """
        A message is an inbound with its words, thread, time and author.
        """
        found = outcome(event("message.created"))

        assert isinstance(found, Inbound)
        assert ("m1", "t1", "Hello", "Ann Lee", AT) == (
            found.external_id,
            found.conversation,
            found.text,
            found.person.name,
            found.sent_at,
        )
        assert ["p1"] == [point.value for point in found.contact_points]

    def test_edit(self) -> None:
        """
        An edit amends the message that it names.
        """
        found = outcome(event("message.edited", text="Hello!"))

        assert isinstance(found, Amendment)
        assert ("edit", "m1", "Hello!") == (found.kind, found.of, found.text)

    def test_deletion(self) -> None:
        """
        A deletion amends the message that it names, and has no text.
        """
        found = outcome(event("message.deleted"))

        assert isinstance(found, Amendment)
        assert ("deletion", "m1", "") == (found.kind, found.of, found.text)

    @pytest.mark.parametrize("status", ["delivered", "read"])
    def test_receipt(self, status: str) -> None:
        """
        A receipt tells how far a message of ours got.
        """
        found = outcome(event(f"message.{status}"))

        assert isinstance(found, Receipt)
        assert (status, "m1") == (found.status, found.of)

    @pytest.mark.parametrize(
        ("message", "reason"),
        [({"author": {**ANN, "ours": True}}, "own_echo"), ({"text": " "}, "empty")],
    )
    def test_ignored(self, message: dict[str, Any], reason: str) -> None:
        """
        What is no person's attention is ignored with its reason.
        """
        found = outcome(event("message.created", **message))

        assert isinstance(found, Ignored)
        assert reason == found.reason


class TestRender:
    def test_posted(self) -> None:
        """
        A reply is posted with the token, its thread and a key for repeats.
        """
        outgoing = pager().render(reply())

        assert ("Authorization", f"Bearer {TOKEN}") in outgoing.headers
        assert {"thread": "t1", "text": "Hi Ann", "key": "r1"} == json.loads(
            outgoing.body
        )

    @pytest.mark.parametrize(
        ("changes", "rule"),
        [
            ({"text": "x" * 2001}, "pager.too-long"),
            ({"text": " "}, "pager.empty"),
            ({"conversation": ""}, "pager.no-thread"),
        ],
    )
    def test_refused(self, changes: dict[str, Any], rule: str) -> None:
        """
        What Pager would not take is refused before it is sent.
        """
        with pytest.raises(Refused) as caught:
            pager().render(reply(**changes))

        assert rule == caught.value.rule


class TestPlugin:
    def test_fits(self) -> None:
        """
        The adapter has the shape of a plug-in.
        """
        mine = {"channels": {"pager": PagerChannel}}

        assert PagerChannel is load("channels", "pager", registered=mine)

    @pytest.mark.skipif(
        "pager" not in entry_points(group="leadflow.channels").names,
        reason="own-channel is not installed",
    )
    def test_installed(self) -> None:
        """
        Once installed, it is found by its name.
        """
        assert PagerChannel is load("channels", "pager")
