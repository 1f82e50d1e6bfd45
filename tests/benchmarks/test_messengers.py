"""
What reading a messenger's webhook costs.

The floor is what nobody can do without: parsing the body and checking its HMAC.
WhatsApp tells a phone number, which has to be normalised too.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

from leadflow import identity
from leadflow.channels import Channel, Delivery, Inbound
from leadflow.channels.instagram import InstagramChannel
from leadflow.channels.messenger import MessengerChannel
from leadflow.channels.viber import ViberChannel
from leadflow.channels.whatsapp import WhatsAppChannel
from tests.benchmarks._ratio import Measured, compare
from tests.benchmarks.test_webhooks import NOW, SECRET, floor_of


NUMBER = "79161234567"
PAGE = "1755847768034402"
TEXT = "Шкаф в прихожую, 240 на 60 на 180. Лучше белый. @anna, https://e.com/a"

# What an ordinary body looks like, with all that stands around a text.
WHATSAPP = {
    "object": "whatsapp_business_account",
    "entry": [
        {
            "id": "102290129340398",
            "changes": [
                {
                    "value": {
                        "messaging_product": "whatsapp",
                        "metadata": {
                            "display_phone_number": "74951234567",
                            "phone_number_id": "106540352242922",
                        },
                        "contacts": [
                            {
                                "profile": {"name": "Анна Каренина"},
                                "wa_id": NUMBER,
                                "user_id": "RU.13491208655302741918",
                            }
                        ],
                        "messages": [
                            {
                                "context": {
                                    "from": "74951234567",
                                    "id": "wamid.HBgLNzkxNjEyMzQ1NjcVAgARGBI5QTNDQTVC",
                                },
                                "from": NUMBER,
                                "from_user_id": "RU.13491208655302741918",
                                "id": "wamid.HBgLNzkxNjEyMzQ1NjcVAgASGBQzQTRBNjU5OUFF",
                                "timestamp": "1778493600",
                                "text": {"body": TEXT},
                                "type": "text",
                            }
                        ],
                    },
                    "field": "messages",
                }
            ],
        }
    ],
}

MESSAGING = {
    "sender": {"id": "5031927841506172"},
    "recipient": {"id": PAGE},
    "timestamp": 1778493600123,
    "message": {
        "mid": "m_AG5Hz2Uq7tuwNEhXfYYKj8mJEM_QPpz5jdCK48PnKAjSdjfipqxqMvK8ma6AC",
        "text": TEXT,
        "reply_to": {"mid": "m_GpYdT2MfXVyWbQm1T6o1Uq7tuwNEhXfYYKj8mJEM_QPpz5jd"},
        "referral": {
            "ref": "spring",
            "ad_id": "120226305854810726",
            "source": "ADS",
            "type": "OPEN_THREAD",
            "ads_context_data": {
                "ad_title": "Шкафы на заказ",
                "photo_url": "https://scontent.example/v/t45.1600-4/4711_n.jpg",
                "post_id": "108423811123456_120226305854810726",
            },
        },
    },
}

VIBER = {
    "event": "message",
    "timestamp": 1778493600123,
    "chat_hostname": "SN-CHAT-05_",
    "message_token": 4912661846655238145,
    "sender": {
        "id": "01234567890A=",
        "name": "Анна Каренина",
        "avatar": "https://media-direct.example.com/download_photo?dlid=4711",
        "country": "RU",
        "language": "ru",
        "api_version": 10,
    },
    "message": {"type": "text", "text": TEXT, "tracking_data": "reply-4711"},
    "silent": False,
}


def measured(
    channel: Channel,
    body: dict[str, Any],
    header: str,
    more: Callable[[], object] | None = None,
) -> Measured:
    """
    Return what reading *body* costs over the floor, and *more* that can't be spared.
    """
    raw = json.dumps(body, ensure_ascii=False).encode()
    mac = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
    headers = (
        ("Host", "crm.example"),
        ("Content-Type", "application/json"),
        (header, mac),
    )
    delivery = Delivery(body=raw, received_at=NOW, headers=headers)
    assert isinstance(channel.read(delivery).outcomes[0], Inbound)
    bare = floor_of(raw)

    def floor() -> object:
        return bare(), more and more()

    return compare(lambda: channel.read(delivery), floor, limit=4)


class TestMessengers:
    def test_whatsapp(self) -> None:
        """
        A message costs at most 4 times its parsing, an HMAC, and its phone.
        """
        channel = WhatsAppChannel(
            id="wa", phone_number_id="106540352242922", app_secret=SECRET
        )
        found = measured(
            channel,
            WHATSAPP,
            "X-Hub-Signature-256",
            lambda: identity.phone(f"+{NUMBER}", None),
        )

        assert 4 >= found.ratio, found

    def test_messenger(self) -> None:
        """
        A message to a page costs at most 4 times its parsing and an HMAC of it.
        """
        body = {"object": "page", "entry": [{"id": PAGE, "messaging": [MESSAGING]}]}
        channel = MessengerChannel(id="fb", page_id=PAGE, app_secret=SECRET)
        found = measured(channel, body, "X-Hub-Signature-256")

        assert 4 >= found.ratio, found

    def test_instagram(self) -> None:
        """
        A message to an account costs at most 4 times its parsing and an HMAC of it.
        """
        body = {
            "object": "instagram",
            "entry": [{"id": PAGE, "time": 1778493600123, "messaging": [MESSAGING]}],
        }
        channel = InstagramChannel(id="ig", account_id=PAGE, app_secret=SECRET)
        found = measured(channel, body, "X-Hub-Signature-256")

        assert 4 >= found.ratio, found

    def test_viber(self) -> None:
        """
        A callback costs at most 4 times its parsing and an HMAC of it.
        """
        channel = ViberChannel(id="vb", token=SECRET, sender_name="Shop")
        found = measured(channel, VIBER, "X-Viber-Content-Signature")

        assert 4 >= found.ratio, found
