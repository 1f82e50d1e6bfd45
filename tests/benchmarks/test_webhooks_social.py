"""
What reading the webhooks of social networks, chats and marketplaces costs.

The floor is that of `tests.benchmarks.test_webhooks`: parsing the body and an HMAC
of it, also where a platform signs nothing.
"""

from __future__ import annotations

import json

from leadflow.channels import Delivery, Inbound
from leadflow.channels.vk import VkChannel
from tests.benchmarks._ratio import compare
from tests.benchmarks.test_webhooks import NOW, SECRET, floor_of


# As VK sends it: half of it tells what the person's client can show.
VK = {
    "group_id": 4711,
    "type": "message_new",
    "event_id": "9f1c3a5fa0f1a8d8e8b6dd7f32b7e1a5a6d2c1f0",
    "v": "5.199",
    "object": {
        "message": {
            "date": 1778493600,
            "from_id": 701345,
            "id": 3117,
            "version": 10000512,
            "out": 0,
            "important": False,
            "is_hidden": False,
            "attachments": [],
            "conversation_message_id": 171,
            "fwd_messages": [],
            "text": "Шкаф в прихожую, 240 на 60 на 180. Лучше белый. Сколько ждать?",
            "peer_id": 701345,
            "random_id": 0,
        },
        "client_info": {
            "button_actions": [
                "text",
                "vkpay",
                "open_app",
                "location",
                "open_link",
                "callback",
                "intent_subscribe",
                "intent_unsubscribe",
            ],
            "keyboard": True,
            "inline_keyboard": True,
            "carousel": True,
            "lang_id": 0,
        },
    },
    "secret": SECRET,
}


class TestSocial:
    def test_vk(self) -> None:
        """
        An event costs at most 4 times its parsing and an HMAC of it.
        """
        body = json.dumps(VK, ensure_ascii=False).encode()
        channel = VkChannel(
            id="vk", group_id=4711, confirmation="a1b2c3", secret=SECRET
        )
        delivery = Delivery(body=body, received_at=NOW)
        assert isinstance(channel.read(delivery).outcomes[0], Inbound)

        measured = compare(lambda: channel.read(delivery), floor_of(body), limit=4)

        assert 4 >= measured.ratio, measured
