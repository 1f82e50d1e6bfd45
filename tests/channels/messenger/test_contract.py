"""
The Messenger adapter keeps the contract of channels.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import attrs

from leadflow.channels import Delivery, Outgoing, Reply
from leadflow.channels.messenger import MessengerChannel
from leadflow.testing.channels import ChannelContract
from leadflow.values import ContactPoint
from tests.channels._golden import delivery_of, sample_paths
from tests.channels._hooks import (
    ACCESS_TOKEN,
    APP_SECRET,
    META,
    NOW,
    VERIFY_TOKEN,
    hook,
    sealed,
)


PATHS = sample_paths(Path(__file__).parent / "samples")
PAGE = "1755847768034402"
ANNA = "5031927841"


class TestMessenger(ChannelContract):
    """
    A page with its lead ads.
    """

    def make(self) -> MessengerChannel:
        """Return the page's channel."""
        return MessengerChannel(
            id="fb",
            page_id=PAGE,
            app_secret=APP_SECRET,
            verify_token=VERIFY_TOKEN,
            access_token=ACCESS_TOKEN,
        )

    def sealed(self, delivery: Delivery) -> Delivery:
        """Return *delivery* with the signature of its body."""
        return sealed(delivery)

    def samples(self) -> Iterable[Delivery]:
        """Return the golden samples, signed."""
        return [sealed(delivery_of(path)) for path in PATHS]

    def forged(self) -> Iterable[Delivery]:
        """Return the samples unsigned, and with a foreign signature."""
        yield from (delivery_of(path) for path in PATHS)
        for path in PATHS:
            given = delivery_of(path)
            wrong = (META, f"sha256={'0' * 64}")
            yield attrs.evolve(given, headers=(*given.headers, wrong))

    def unknown(self) -> Iterable[Delivery]:
        """Return events, messages and changes of the years to come."""
        yield self._hook({"dream": {"id": "1"}})
        yield self._hook({"message": {"mid": "m_1", "dream": {"id": "1"}}})
        changes = [{"field": "dreams", "value": {}}]
        yield hook({"object": "page", "entry": [{"id": PAGE, "changes": changes}]})
        yield hook({"object": "page", "entry": [{"id": PAGE, "dreams": []}]})
        yield hook({"object": "dream", "entry": []})

    def secrets(self) -> Iterable[str]:
        """Return the secrets of the channel."""
        return [APP_SECRET, VERIFY_TOKEN, ACCESS_TOKEN]

    def replies(self) -> Iterable[Reply]:
        """Return a reply."""
        yield Reply(
            id="r1",
            text="Hello \N{WAVING HAND SIGN}\nSee <you> & «me»",
            to=ContactPoint(kind="messenger", value=ANNA),
            conversation=ANNA,
            last_inbound_at=NOW,
            sent_at=NOW,
        )

    def peer(self, outgoing: Outgoing) -> Delivery:
        """Return the message by which the person sends the same text back."""
        call = json.loads(outgoing.body)
        text = call["message"]["text"]
        return self._hook(
            {"sender": call["recipient"], "message": {"mid": "m_9", "text": text}}
        )

    def _hook(self, event: dict[str, object]) -> Delivery:
        event = {"sender": {"id": ANNA}, "recipient": {"id": PAGE}, **event}
        return hook({"object": "page", "entry": [{"id": PAGE, "messaging": [event]}]})
