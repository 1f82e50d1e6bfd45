"""
The adapters keep the contract that users' own adapters are held to.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable
from pathlib import Path

import attrs

from leadflow.channels import Delivery, Outgoing, Reply
from leadflow.channels.telegram import TelegramChannel
from leadflow.channels.webform import FormSecret, FormSignature, WebFormChannel
from leadflow.testing.channels import ChannelContract
from leadflow.values import ContactPoint
from tests.channels._golden import RECEIVED, delivery_of, sample_paths


HERE = Path(__file__).parent
SECRET = "s3cret-4711-token"
FORMS = sample_paths(HERE / "webform" / "samples")
UPDATES = sample_paths(HERE / "telegram" / "samples")
TELEGRAM = "X-Telegram-Bot-Api-Secret-Token"
TOKEN = "42:AAF-bot-token"


class TestWebForm(ChannelContract):
    """
    A form with a secret in a header.
    """

    lacks = ("unknown", "replies")

    def make(self) -> WebFormChannel:
        """Return the form's channel."""
        return WebFormChannel(id="site", secret=FormSecret(value=SECRET))

    def samples(self) -> Iterable[Delivery]:
        """Return the golden samples."""
        return [delivery_of(path, [("X-Api-Key", SECRET)]) for path in FORMS]

    def forged(self) -> Iterable[Delivery]:
        """Return the samples with a wrong secret, and with none."""
        yield from (delivery_of(path, [("X-Api-Key", "nope")]) for path in FORMS)
        yield from (delivery_of(path) for path in FORMS)

    def secrets(self) -> Iterable[str]:
        """Return the secret."""
        return [SECRET]


class TestSignedWebForm(TestWebForm):
    """
    A form whose raw body and time are signed.
    """

    stamp = str(int(RECEIVED.timestamp()))

    def make(self) -> WebFormChannel:
        """Return the form's channel."""
        signature = FormSignature(key=SECRET, time_header="X-Time", signs_time=True)
        return WebFormChannel(id="site", signature=signature)

    def sealed(self, delivery: Delivery) -> Delivery:
        """Return *delivery* with the signature of its body."""
        message = f"{self.stamp}.".encode() + delivery.body
        mac = hmac.new(SECRET.encode(), message, hashlib.sha256).hexdigest()
        kept = [pair for pair in delivery.headers if pair[0] != "X-Signature"]
        return attrs.evolve(delivery, headers=(*kept, ("X-Signature", f"sha256={mac}")))

    def samples(self) -> Iterable[Delivery]:
        """Return the golden samples, signed."""
        plain = (delivery_of(path, [("X-Time", self.stamp)]) for path in FORMS)
        return [self.sealed(delivery) for delivery in plain]

    def forged(self) -> Iterable[Delivery]:
        """Return the samples with another's signature, another body, and none."""
        for good in self.samples():
            yield attrs.evolve(good, body=good.body + b" ")
            yield attrs.evolve(good, headers=good.headers[:-1])
            yield attrs.evolve(good, headers=(*good.headers[:-1], ("X-Signature", "é")))


class TestWebFormWithTheSecretInAField(TestWebForm):
    """
    A form whose secret is one of its fields.
    """

    def make(self) -> WebFormChannel:
        """Return the form's channel."""
        secret = FormSecret(value=SECRET, place="field", name="api_key")
        return WebFormChannel(id="site", secret=secret)

    def samples(self) -> Iterable[Delivery]:
        """Return a sample in JSON and one that is urlencoded."""
        fields = {"api_key": SECRET, "phone": "+79161234567", "text": "a"}
        yield Delivery(body=json.dumps(fields).encode(), received_at=RECEIVED)
        urlencoded = "application/x-www-form-urlencoded"
        yield Delivery(
            body=f"api_key={SECRET}&phone=1&text=b".encode(),
            received_at=RECEIVED,
            headers=(("Content-Type", urlencoded),),
        )

    def forged(self) -> Iterable[Delivery]:
        """Return the golden samples, none of which holds the secret."""
        return [delivery_of(path) for path in FORMS]


class TestTelegram(ChannelContract):
    """
    A bot that takes everything that it can.
    """

    def make(self) -> TelegramChannel:
        """Return the bot's channel."""
        return TelegramChannel(
            id="tg",
            bot_id=42,
            secret_token=SECRET,
            token=TOKEN,
            allow_groups=True,
            guest_messages=True,
        )

    def samples(self) -> Iterable[Delivery]:
        """Return the golden samples."""
        return [delivery_of(path, [(TELEGRAM, SECRET)]) for path in UPDATES]

    def forged(self) -> Iterable[Delivery]:
        """Return the samples with a wrong token, and with none."""
        yield from (delivery_of(path, [(TELEGRAM, "секрет")]) for path in UPDATES)
        yield from (delivery_of(path) for path in UPDATES)

    def unknown(self) -> Iterable[Delivery]:
        """Return updates and contents of the years to come."""
        chat = {"id": 701, "type": "private"}
        frame = {"message_id": 1, "date": 1778493600, "chat": chat, "from": {"id": 701}}
        yield self._update(thought={"from": {"id": 701}})
        yield self._update(message={**frame, "smell": {"note": "rose"}})
        yield self._update(edited_message={**frame, "smell": {"note": "lily"}})

    def secrets(self) -> Iterable[str]:
        """Return the secrets of the bot."""
        return [SECRET, TOKEN]

    def replies(self) -> Iterable[Reply]:
        """Return a reply to every kind of place."""
        for number, place in enumerate(("701", "-5/t7", "-5/d9", "bA_b/701", "gq7")):
            yield Reply(
                id=f"r{number}",
                text="Hello \N{WAVING HAND SIGN}\nSee <you> & «me»",
                to=ContactPoint(kind="telegram", value="701"),
                conversation=place,
                last_inbound_at=RECEIVED,
                sent_at=RECEIVED,
            )

    def peer(self, outgoing: Outgoing) -> Delivery:
        """Return the update by which the person sends the same text back."""
        call = json.loads(outgoing.body)
        person = {"id": 701, "is_bot": False, "first_name": "Anna"}
        frame = {"message_id": 9, "date": 1778493600, "from": person}
        if query := call.get("guest_query_id"):
            content = call["result"]["input_message_content"]
            chat = {"id": -7, "type": "group"}
            said = {**frame, "chat": chat, "text": content["message_text"]}
            return self._update(guest_message={**said, "guest_query_id": query})
        number = call["chat_id"]
        kind = "private" if number > 0 else "supergroup"
        said = {**frame, "chat": {"id": number, "type": kind}, "text": call["text"]}
        if thread := call.get("message_thread_id"):
            said |= {"is_topic_message": True, "message_thread_id": thread}
        if topic := call.get("direct_messages_topic_id"):
            said |= {"direct_messages_topic": {"topic_id": topic}}
        if connection := call.get("business_connection_id"):
            said |= {"business_connection_id": connection}
            return self._update(business_message=said)
        return self._update(message=said)

    def _update(self, **kinds: object) -> Delivery:
        return Delivery(
            body=json.dumps({"update_id": 7, **kinds}).encode(),
            received_at=RECEIVED,
            headers=((TELEGRAM, SECRET),),
        )
