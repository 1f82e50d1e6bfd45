"""
What reading a webhook costs.

The floor is what nobody can do without: parsing the body and checking an HMAC of
it, with the standard library.  A form's phone has to be normalised too, which costs
more than all of that.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime

from leadflow import identity
from leadflow.channels import Delivery, Inbound
from leadflow.channels.telegram import TelegramChannel
from leadflow.channels.webform import FormSignature, WebFormChannel
from tests.benchmarks._ratio import compare


SECRET = "Hook_secret-4711"
NOW = datetime(2026, 5, 11, 10, tzinfo=UTC)
PHONE = "+7 (916) 123-45-67"
EMAIL = "anna@example.com"

# What an ordinary update looks like: half of it tells who wrote.
UPDATE = {
    "update_id": 573648291,
    "message": {
        "message_id": 10311,
        "from": {
            "id": 5031927841,
            "is_bot": False,
            "first_name": "Анна",
            "last_name": "Каренина",
            "username": "anna_karenina",
            "language_code": "ru",
            "is_premium": True,
        },
        "chat": {
            "id": 5031927841,
            "first_name": "Анна",
            "last_name": "Каренина",
            "username": "anna_karenina",
            "type": "private",
        },
        "date": 1778493600,
        "reply_to_message": {
            "message_id": 10310,
            "from": {
                "id": 42,
                "is_bot": True,
                "first_name": "Мебель",
                "username": "our_bot",
            },
            "chat": {
                "id": 5031927841,
                "first_name": "Анна",
                "username": "anna_karenina",
                "type": "private",
            },
            "date": 1778493500,
            "text": "Здравствуйте! Какой шкаф вы ищете? Пришлите, пожалуйста, размеры.",
        },
        "text": "Шкаф в прихожую, 240 на 60 на 180. Лучше белый. @anna, https://e.com/a",
        "entities": [
            {"offset": 49, "length": 5, "type": "mention"},
            {"offset": 56, "length": 15, "type": "url"},
        ],
        "link_preview_options": {"is_disabled": True},
    },
}

# A form as a site builder posts it, with its cookies.
FORM = {
    "submission_id": "1234567:7654321",
    "Name": "Анна Каренина",
    "Phone": PHONE,
    "Email": EMAIL,
    "Comments": "Здравствуйте! Хочу шкаф в прихожую, 240 на 60 на 180, лучше белый.",
    "Color": "Белый",
    "Delivery": "Курьером до квартиры, с подъёмом и сборкой",
    "consent": "yes",
    "formid": "form789123",
    "formname": "Заявка с главной страницы",
    "page": "https://example.com/wardrobes/?utm_source=yandex&utm_medium=cpc&yclid=17",
    "utm_source": "yandex",
    "utm_medium": "cpc",
    "utm_campaign": "wardrobes-spring",
    "COOKIES": "_ym_uid=1640000000123; _ga=GA1.2.1111.2222; tildauid=1594648283412.69",
}


def floor_of(body: bytes) -> Callable[[], object]:
    """
    Return the cheapest reading of *body*: parsed, and its signature checked.
    """
    key = SECRET.encode()
    wanted = hmac.new(key, body, hashlib.sha256).hexdigest()

    def floor() -> object:
        given = hmac.new(key, body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(given, wanted) and json.loads(body)

    return floor


class TestWebhooks:
    def test_telegram(self) -> None:
        """
        An update costs at most 4 times its parsing and an HMAC of it.
        """
        body = json.dumps(UPDATE, ensure_ascii=False).encode()
        channel = TelegramChannel(id="tg", bot_id=42, secret_token=SECRET)
        headers = (
            ("Host", "crm.example"),
            ("Content-Type", "application/json"),
            ("X-Telegram-Bot-Api-Secret-Token", SECRET),
        )
        delivery = Delivery(body=body, received_at=NOW, headers=headers)
        assert isinstance(channel.read(delivery).outcomes[0], Inbound)

        measured = compare(lambda: channel.read(delivery), floor_of(body), limit=4)

        assert 4 >= measured.ratio, measured

    def test_form(self) -> None:
        """
        A form costs at most 4 times its parsing, an HMAC, and its normalised contacts.
        """
        body = json.dumps(FORM, ensure_ascii=False).encode()
        channel = WebFormChannel(id="site", signature=FormSignature(key=SECRET))
        mac = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = (("Content-Type", "application/json"), ("X-Signature", mac))
        delivery = Delivery(body=body, received_at=NOW, headers=headers)
        assert isinstance(channel.read(delivery).outcomes[0], Inbound)
        bare = floor_of(body)

        def floor() -> object:
            return bare(), identity.phone(PHONE, "RU"), identity.email(EMAIL)

        measured = compare(lambda: channel.read(delivery), floor, limit=4)

        assert 4 >= measured.ratio, measured
