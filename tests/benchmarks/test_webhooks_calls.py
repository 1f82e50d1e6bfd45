"""
What reading a call costs.

The floor is what nobody can do without: taking the form or the JSON apart, a digest
of it where it is signed, and the number of who called in one spelling.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode

import pytest

from leadflow import identity
from leadflow.channels import Channel, Delivery, Inbound
from leadflow.channels.asterisk import AsteriskChannel
from leadflow.channels.calltouch import CalltouchChannel
from leadflow.channels.mango import MangoChannel
from leadflow.channels.twilio import TwilioChannel
from tests.benchmarks._ratio import compare


NOW = datetime(2026, 5, 11, 10, tzinfo=UTC)
KEY, SECRET = "the-key-of-the-account", "Hook_secret-4711"
URL = f"https://crm.example/hook?token={SECRET}"
FORM = ("Content-Type", "application/x-www-form-urlencoded")

SUMMARY = {
    "entry_id": "MTI6NTM4MQ==",
    "call_direction": 1,
    "from": {"number": "79161234567"},
    "to": {"extension": "101", "number": "sip:anna@vpbx.mangosip.ru"},
    "line_number": "74951234567",
    "create_time": 1778493600,
    "forward_time": 1778493605,
    "talk_time": 1778493612,
    "end_time": 1778493672,
    "entry_result": 1,
    "disconnect_reason": 1110,
}
SMS = {
    "MessageSid": "SM00000000000000000000000000000021",
    "SmsSid": "SM00000000000000000000000000000021",
    "AccountSid": "AC00000000000000000000000000000042",
    "From": "+14158675309",
    "FromCity": "NOVATO",
    "FromState": "CA",
    "FromZip": "94949",
    "FromCountry": "US",
    "To": "+18005551212",
    "ToCountry": "US",
    "Body": "Good day! Do you have the wardrobe in white, 240 by 60 by 180?",
    "NumMedia": "0",
    "NumSegments": "1",
    "SmsStatus": "received",
    "ApiVersion": "2010-04-01",
}
TRACKED = {
    "id": "987654321",
    "callerphone": "79161234567",
    "phonenumber": "74951234567",
    "timestamp": "1778493600",
    "duration": "65",
    "reclink": "https://my.calltouch.ru/rec/1.mp3",
    "sessionId": "555",
    "url": "https://shop.example/wardrobes",
    "utm_source": "yandex",
    "utm_medium": "cpc",
    "utm_campaign": "wardrobes-spring",
    "yclid": "17",
}
ROW = {
    "calldate": "2026-05-11 13:00:00",
    "clid": '"Anna" <79161234567>',
    "src": "79161234567",
    "dst": "74951234567",
    "dcontext": "from-trunk",
    "channel": "PJSIP/trunk-00000001",
    "dstchannel": "PJSIP/101-00000002",
    "lastapp": "Dial",
    "lastdata": "PJSIP/101&PJSIP/102,30",
    "duration": 67,
    "billsec": 60,
    "disposition": "ANSWERED",
    "amaflags": 3,
    "accountcode": "",
    "uniqueid": "1778493600.1",
    "userfield": "",
    "linkedid": "1778493600.1",
    "sequence": 1,
}


def mango() -> tuple[Channel, Delivery, Callable[[], object]]:
    """
    Return the summary of a call.
    """
    text = json.dumps(SUMMARY)
    sign = hashlib.sha256(f"{KEY}{text}{SECRET}".encode()).hexdigest()
    fields = {"vpbx_api_key": KEY, "sign": sign, "json": text}
    body = urlencode(fields).encode()

    def floor() -> object:
        found = dict(parse_qsl(body.decode()))
        message = f"{KEY}{found['json']}{SECRET}".encode()
        given = hashlib.sha256(message).hexdigest()
        good = hmac.compare_digest(given, found["sign"])
        return good and json.loads(found["json"]), identity.phone("79161234567", "RU")

    channel = MangoChannel(id="m", api_key=KEY, salt=SECRET)
    return channel, Delivery(body=body, received_at=NOW, headers=(FORM,)), floor


def twilio() -> tuple[Channel, Delivery, Callable[[], object]]:
    """
    Return an SMS.
    """
    message = URL + "".join(f"{name}{SMS[name]}" for name in sorted(SMS))
    mac = hmac.digest(SECRET.encode(), message.encode(), "sha1")
    body = urlencode(SMS).encode()
    signature = b64encode(mac).decode()

    def floor() -> object:
        found = sorted(parse_qsl(body.decode(), keep_blank_values=True))
        text = URL + "".join(f"{name}{value}" for name, value in found)
        given = b64encode(hmac.digest(SECRET.encode(), text.encode(), "sha1")).decode()
        return hmac.compare_digest(given, signature), identity.phone(SMS["From"], None)

    headers = (FORM, ("X-Twilio-Signature", signature))
    channel = TwilioChannel(id="t", account_sid=SMS["AccountSid"], auth_token=SECRET)
    delivery = Delivery(body=body, received_at=NOW, headers=headers, url=URL)
    return channel, delivery, floor


def calltouch() -> tuple[Channel, Delivery, Callable[[], object]]:
    """
    Return a call that a tracker tells of.
    """
    body = urlencode(TRACKED).encode()

    def floor() -> object:
        given = hmac.digest(SECRET.encode(), body, "sha256")
        found = parse_qsl(body.decode(), keep_blank_values=True)
        return given, found, identity.phone("79161234567", "RU")

    delivery = Delivery(body=body, received_at=NOW, headers=(FORM,), url=URL)
    return CalltouchChannel(id="c", secret=SECRET), delivery, floor


def asterisk() -> tuple[Channel, Delivery, Callable[[], object]]:
    """
    Return the two rows of a call.
    """
    missed = {"disposition": "NO ANSWER", "dstchannel": "PJSIP/102-00000003"}
    body = json.dumps([ROW, ROW | missed]).encode()

    def floor() -> object:
        given = hmac.digest(SECRET.encode(), body, "sha256")
        return given, json.loads(body), identity.phone("79161234567", "RU")

    channel = AsteriskChannel(
        id="a", zone="Europe/Moscow", secret=SECRET, trunks=("PJSIP/trunk-",)
    )
    headers = (("X-Api-Key", SECRET),)
    return channel, Delivery(body=body, received_at=NOW, headers=headers), floor


class TestCalls:
    @pytest.mark.parametrize("made", [mango, twilio, calltouch, asterisk])
    def test_reading(
        self, made: Callable[[], tuple[Channel, Delivery, Callable[[], object]]]
    ) -> None:
        """
        A call costs at most 4 times its parsing, its digest and its number.
        """
        channel, delivery, floor = made()
        assert isinstance(channel.read(delivery).outcomes[0], Inbound)

        measured = compare(lambda: channel.read(delivery), floor, limit=4)

        assert 4 >= measured.ratio, measured
