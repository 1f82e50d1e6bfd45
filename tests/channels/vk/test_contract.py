"""
The VK adapter keeps the contract of channels.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import parse_qs

import attrs

from leadflow.channels import Delivery, Outgoing, Reply
from leadflow.channels.vk import VkChannel
from leadflow.testing.channels import ChannelContract
from leadflow.values import ContactPoint
from tests.channels._golden import RECEIVED, delivery_of, sample_paths


SECRET = "s3cret-4711-token"
PATH_SECRET = "hook-path-0815"
TOKEN = "vk1.a.access-token"
URL = f"https://crm.example/vk/{PATH_SECRET}"
SAMPLES = [
    path
    for path in sample_paths(Path(__file__).parent / "samples")
    if path.stem != "confirmation"
]


class TestVk(ChannelContract):
    """
    A community that takes everything that it can.
    """

    def make(self) -> VkChannel:
        """Return the community's channel."""
        return VkChannel(
            id="vk",
            group_id=4711,
            confirmation="a1b2c3d4",
            secret=SECRET,
            path_secret=PATH_SECRET,
            access_token=TOKEN,
            allow_chats=True,
            comments=True,
        )

    def samples(self) -> Iterable[Delivery]:
        """Return the golden samples."""
        return [attrs.evolve(delivery_of(path), url=URL) for path in SAMPLES]

    def forged(self) -> Iterable[Delivery]:
        """Return the samples at another address, and with another secret."""
        for path in SAMPLES:
            good = delivery_of(path)
            yield good
            yield attrs.evolve(good, url=f"{URL}x")
            wrong = good.body.replace(SECRET.encode(), "сeкрет".encode())
            yield attrs.evolve(good, body=wrong, url=URL)

    def unknown(self) -> Iterable[Delivery]:
        """Return kinds of the years to come."""
        yield self._event("dream_new", {"user_id": 701})
        yield self._event("wall_reply_dream", {"from_id": 701})

    def secrets(self) -> Iterable[str]:
        """Return the secrets of the channel."""
        return [SECRET, PATH_SECRET, TOKEN]

    def replies(self) -> Iterable[Reply]:
        """Return a reply to a person and one to a chat."""
        for number, place in enumerate(("701", "2000000005")):
            yield Reply(
                id=f"r{number}",
                text="Hello \N{WAVING HAND SIGN}\nSee <you> & «me» + 100%",
                to=ContactPoint(kind="vk", value="701"),
                conversation=place,
                answers=f"{place}/17",
                last_inbound_at=RECEIVED,
                sent_at=RECEIVED,
            )

    def peer(self, outgoing: Outgoing) -> Delivery:
        """Return the event by which the person sends the same text back."""
        call = {
            name: values[0] for name, values in parse_qs(outgoing.body.decode()).items()
        }
        assert int(call["random_id"]) in range(1, 2**31)
        message = {
            "from_id": 701,
            "peer_id": int(call["peer_id"]),
            "conversation_message_id": 18,
            "date": 1778493600,
            "text": call["message"],
        }
        return self._event("message_new", {"message": message})

    def _event(self, kind: str, data: dict[str, object]) -> Delivery:
        body = {
            "type": kind,
            "group_id": 4711,
            "event_id": "e1",
            "secret": SECRET,
            "object": data,
        }
        return Delivery(body=json.dumps(body).encode(), received_at=RECEIVED, url=URL)
