"""
What reading the webhooks of social networks, chats and marketplaces costs.

The floor is that of `tests.benchmarks.test_webhooks`: parsing the body and an HMAC
of it, also where a platform signs nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import json

from leadflow import identity
from leadflow.channels import Channel, Delivery, Inbound
from leadflow.channels.avito import AvitoChannel
from leadflow.channels.chat import ChatChannel
from leadflow.channels.jivo import JivoChannel
from leadflow.channels.max_messenger import MaxChannel
from leadflow.channels.vk import VkChannel
from tests.benchmarks._ratio import compare
from tests.benchmarks.test_webhooks import EMAIL, NOW, PHONE, SECRET, floor_of


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

# An envelope as a widget would post it.
CHAT = {
    "event_id": "01JV0Q5T8Z3M5N7P9R1S3T5V7X",
    "chat_id": "01JV0Q5M1A2B3C4D5E6F7G8H9J",
    "visitor": {"id": "v-4711-0815", "name": "Анна Каренина", "email": "", "phone": ""},
    "page": {
        "url": "https://example.com/wardrobes/?utm_source=yandex&utm_medium=cpc",
        "title": "Шкафы в прихожую: купить с доставкой и сборкой",
        "ref": "https://yandex.ru/search/?text=шкаф",
    },
    "utm": {"source": "yandex", "medium": "cpc", "campaign": "wardrobes-spring"},
    "messages": [
        {
            "id": "01JV0Q5T8Z3M5N7P9R1S3T5V7Y",
            "from": "visitor",
            "text": "Шкаф в прихожую, 240 на 60 на 180. Лучше белый. Сколько ждать?",
            "at": 1778493600,
        }
    ],
}

# As Jivo tells that a chat is over.
JIVO = {
    "event_name": "chat_finished",
    "chat_id": 9001,
    "widget_id": "AbCdEfGhIj",
    "visitor": {
        "name": "Анна Каренина",
        "email": EMAIL,
        "phone": PHONE,
        "number": "4711",
        "description": "",
        "social": {},
        "chats_count": 2,
    },
    "agents": [
        {"id": "12", "name": "Борис", "email": "boris@example.com", "phone": "74950000"}
    ],
    "session": {
        "geoip": {"city": "Москва", "country": "Россия", "latitude": "55.75"},
        "utm": "source=google|medium=cpc|campaign=spring",
        "ip_addr": "203.0.113.7",
        "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101",
    },
    "page": {"url": "https://example.com/wardrobes/", "title": "Шкафы в прихожую"},
    "chat": {
        "messages": [
            {"message": "Здравствуйте!", "timestamp": 1778493600, "type": "visitor"},
            {
                "message": "Чем могу помочь?",
                "timestamp": 1778493610,
                "type": "agent",
                "agent_id": "12",
            },
            {
                "message": "Шкаф в прихожую, 240 на 60 на 180. Лучше белый.",
                "timestamp": 1778493620,
                "type": "visitor",
            },
        ],
        "blacklisted": False,
        "rate": "good",
    },
    "plain_messages": "Анна: Здравствуйте!\nБорис: Чем могу помочь?\nАнна: Шкаф",
}

# As Avito sends it.
AVITO = {
    "id": "5b1c8f5a-93f1-4c7e-8d0a-2f3b4c5d6e7f",
    "version": "v3.0.0",
    "timestamp": 1778493601,
    "payload": {
        "type": "message",
        "value": {
            "id": "bf0ca1b2c3d4e5f60718293a4b5c6d7e",
            "chat_id": "u2i-eJzTsAqZ~kx8yQ2hVbN1pW",
            "user_id": 4711,
            "author_id": 9021033,
            "created": 1778493600,
            "type": "text",
            "chat_type": "u2i",
            "content": {
                "text": "Шкаф в прихожую, 240 на 60 на 180. Лучше белый. Сколько ждать?"
            },
            "item_id": 2345678901,
            "published_at": "2026-05-11T10:00:00Z",
            "read": None,
        },
    },
}

# As MAX sends it.
MAX = {
    "update_type": "message_created",
    "timestamp": 1778493600512,
    "user_locale": "ru",
    "message": {
        "sender": {
            "user_id": 5031927,
            "first_name": "Анна",
            "last_name": "Каренина",
            "name": "Анна Каренина",
            "is_bot": False,
            "last_activity_time": 1778493590000,
        },
        "recipient": {"chat_id": 90210334, "chat_type": "dialog", "user_id": 42},
        "timestamp": 1778493600480,
        "body": {
            "mid": "mid.0000000005606a4e01970c1f2a3b4c5d",
            "seq": 114483220174531678,
            "text": "Шкаф в прихожую, 240 на 60 на 180. Лучше белый. Сколько ждать?",
        },
    },
}
URL = f"https://crm.example/hook/{SECRET}"


def ratio_of(
    channel: Channel, delivery: Delivery, *, contacts: bool = False, limit: float = 4
) -> float:
    """
    Return how many times its floor the reading of *delivery* costs.

    With *contacts* its phone and e-mail have to be normalised too.
    """
    assert isinstance(channel.read(delivery).outcomes[0], Inbound)
    bare = floor_of(delivery.body)

    def with_contacts() -> object:
        return bare(), identity.phone(PHONE, "RU"), identity.email(EMAIL)

    floor = with_contacts if contacts else bare
    return compare(lambda: channel.read(delivery), floor, limit=limit).ratio


class TestSocial:
    def test_vk(self) -> None:
        """
        An event costs at most 4 times its parsing and an HMAC of it.
        """
        channel = VkChannel(
            id="vk", group_id=4711, confirmation="a1b2c3", secret=SECRET
        )
        body = json.dumps(VK, ensure_ascii=False).encode()

        assert 4 >= ratio_of(channel, Delivery(body=body, received_at=NOW))

    def test_chat(self) -> None:
        """
        An envelope costs at most 6 times its parsing and an HMAC of it.

        It is small, and its source marks, in an object and in an address, cost as much
        to read as its JSON: they are what the limit of the others leaves out.
        """
        channel = ChatChannel(id="site", key=SECRET)
        body = json.dumps(CHAT, ensure_ascii=False).encode()
        stamp = str(int(NOW.timestamp()))
        signed = f"{stamp}.".encode() + body
        mac = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
        headers = (("X-Time", stamp), ("X-Signature", mac))

        delivery = Delivery(body=body, received_at=NOW, headers=headers)

        assert 6 >= ratio_of(channel, delivery, limit=6)

    def test_jivo(self) -> None:
        """
        A finished chat costs at most 4 times its parsing, an HMAC and its contacts.
        """
        channel = JivoChannel(id="jivo", secret=SECRET)
        body = json.dumps(JIVO, ensure_ascii=False).encode()
        delivery = Delivery(body=body, received_at=NOW, url=URL)

        assert 4 >= ratio_of(channel, delivery, contacts=True)

    def test_avito(self) -> None:
        """
        A message costs at most 4 times its parsing and an HMAC of it.
        """
        channel = AvitoChannel(id="avito", user_id=4711, secret=SECRET)
        body = json.dumps(AVITO, ensure_ascii=False).encode()

        assert 4 >= ratio_of(channel, Delivery(body=body, received_at=NOW, url=URL))

    def test_max(self) -> None:
        """
        An update costs at most 4 times its parsing and an HMAC of it.
        """
        channel = MaxChannel(id="max", secret=SECRET)
        body = json.dumps(MAX, ensure_ascii=False).encode()
        headers = (("X-Max-Bot-Api-Secret", SECRET),)

        assert 4 >= ratio_of(
            channel, Delivery(body=body, received_at=NOW, headers=headers)
        )
