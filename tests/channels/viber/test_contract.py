"""
The Viber adapter keeps the contract of channels.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import attrs

from leadflow.channels import Delivery, Outgoing, Reply
from leadflow.channels.viber import ViberChannel
from leadflow.testing.channels import ChannelContract
from leadflow.values import ContactPoint
from tests.channels._golden import delivery_of, sample_paths
from tests.channels._hooks import NOW, mac_of


PATHS = sample_paths(Path(__file__).parent / "samples")
TOKEN = "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9"
HEADER = "X-Viber-Content-Signature"
ANNA = "01234567890A="


class TestViber(ChannelContract):
    """
    A bot that welcomes people and believes its own buttons.
    """

    def make(self) -> ViberChannel:
        """Return the bot's channel."""
        return ViberChannel(
            id="vb", token=TOKEN, sender_name="Shop", welcome="Hello!", own_phones=True
        )

    def sealed(self, delivery: Delivery) -> Delivery:
        """Return *delivery* with the signature of its body."""
        kept = tuple(pair for pair in delivery.headers if pair[0] != HEADER)
        header = (HEADER, mac_of(TOKEN, delivery.body))
        return attrs.evolve(delivery, headers=(*kept, header))

    def samples(self) -> Iterable[Delivery]:
        """Return the golden samples, signed."""
        return [self.sealed(delivery_of(path)) for path in PATHS]

    def forged(self) -> Iterable[Delivery]:
        """Return the samples unsigned, and with a foreign signature."""
        yield from (delivery_of(path) for path in PATHS)
        for path in PATHS:
            given = delivery_of(path)
            yield attrs.evolve(given, headers=(*given.headers, (HEADER, "0" * 64)))

    def unknown(self) -> Iterable[Delivery]:
        """Return events and messages of the years to come."""
        yield self._callback({"event": "dreamt"})
        yield self._said({"type": "dream", "dream": {}})

    def secrets(self) -> Iterable[str]:
        """Return the bot's token."""
        return [TOKEN]

    def replies(self) -> Iterable[Reply]:
        """Return a reply."""
        yield Reply(
            id="r1",
            text="Hello \N{WAVING HAND SIGN}\nSee <you> & «me»",
            to=ContactPoint(kind="viber", value=ANNA),
            conversation=ANNA,
            last_inbound_at=NOW,
            sent_at=NOW,
        )

    def peer(self, outgoing: Outgoing) -> Delivery:
        """Return the message by which the person sends the same text back."""
        call = json.loads(outgoing.body)
        return self._said({"type": "text", "text": call["text"]}, call["receiver"])

    def _said(self, message: dict[str, object], user: str = ANNA) -> Delivery:
        return self._callback(
            {"event": "message", "sender": {"id": user}, "message": message}
        )

    def _callback(self, fields: dict[str, object]) -> Delivery:
        body = json.dumps({"message_token": 7, "timestamp": 1, **fields}).encode()
        return self.sealed(Delivery(body=body, received_at=NOW))
