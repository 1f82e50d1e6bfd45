"""
The WhatsApp adapter keeps the contract of channels.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import attrs

from leadflow.channels import Delivery, Outgoing, Reply
from leadflow.channels.whatsapp import WhatsAppChannel
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
NUMBER_ID = "106540352242922"


class TestWhatsApp(ChannelContract):
    """
    A business number that takes everything that it can.
    """

    def make(self) -> WhatsAppChannel:
        """Return the number's channel."""
        return WhatsAppChannel(
            id="wa",
            phone_number_id=NUMBER_ID,
            app_secret=APP_SECRET,
            verify_token=VERIFY_TOKEN,
            access_token=ACCESS_TOKEN,
            allow_groups=True,
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
        """Return fields, messages and statuses of the years to come."""
        frame = {"from": "79161234567", "id": "wamid.1", "timestamp": "1778493600"}
        yield self._hook("dreams", {"dreams": [{"id": "1"}]})
        yield self._hook("messages", {"dreams": [{"id": "1"}]})
        yield self._hook("messages", {"messages": [{**frame, "type": "dream"}]})
        yield self._hook("messages", {"statuses": [{"id": "1", "status": "dreamt"}]})
        yield self._hook("calls", {"calls": [{"id": "1", "direction": "UP"}]})
        yield hook({"object": "whatsapp_dream", "entry": []})

    def secrets(self) -> Iterable[str]:
        """Return the secrets of the channel."""
        return [APP_SECRET, VERIFY_TOKEN, ACCESS_TOKEN]

    def replies(self) -> Iterable[Reply]:
        """Return a reply to a number, to a hidden one and to a group."""
        for number, place in enumerate(("79161234567", "RU.1349", "g/1203")):
            yield Reply(
                id=f"r{number}",
                text="Hello \N{WAVING HAND SIGN}\nSee <you> & «me»",
                to=ContactPoint(kind="whatsapp", value="+79161234567"),
                conversation=place,
                last_inbound_at=NOW,
                sent_at=NOW,
            )

    def peer(self, outgoing: Outgoing) -> Delivery:
        """Return the message by which the person sends the same text back."""
        call = json.loads(outgoing.body)
        said = {"id": "wamid.9", "timestamp": "1778493600", "type": "text"}
        said["text"] = {"body": call["text"]["body"]}
        if call["recipient_type"] == "group":
            said |= {"group_id": call["to"], "from": "79161234567"}
        elif "recipient" in call:
            said["from_user_id"] = call["recipient"]
        else:
            said["from"] = call["to"]
        return self._hook("messages", {"messages": [said]})

    def _hook(self, field: str, value: dict[str, object]) -> Delivery:
        value = {"metadata": {"phone_number_id": NUMBER_ID}, **value}
        changes = [{"field": field, "value": value}]
        return hook(
            {"object": "whatsapp_business_account", "entry": [{"changes": changes}]}
        )
