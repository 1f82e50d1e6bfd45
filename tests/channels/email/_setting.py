"""
The mailbox that the tests of e-mail read with.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from leadflow.channels import Delivery, Outcome
from leadflow.channels.email import EmailChannel
from leadflow.values import ChannelId


SAMPLES = Path(__file__).parent / "samples"
FIXTURES = Path(__file__).parents[4] / "shared" / "fixtures"
NOW = datetime(2026, 5, 11, 10, 0, 30, tzinfo=UTC)
SECRET = b"a secret of our own, for tests"

CHANNEL = EmailChannel(
    id=ChannelId("mail"),
    addresses=("sales@shop.example", "leads@shop.example"),
    own_domains=("shop.example",),
    robots=("notify@market.example", "noreply@shop.example"),
    region="RU",
    charsets=("cp1251", "koi8-r"),
    secret=SECRET,
    name="Shop, Ltd.",
)


def deliver(body: bytes, *headers: tuple[str, str]) -> Delivery:
    """
    Return the delivery of the mail *body*.
    """
    return Delivery(body=body, received_at=NOW, headers=headers)


def only(channel: EmailChannel, body: bytes, *headers: tuple[str, str]) -> Outcome:
    """
    Return the one outcome of the mail *body*.
    """
    (outcome,) = channel.read(deliver(body, *headers)).outcomes
    return outcome


def mail(text: str = "Hello", **fields: str) -> bytes:
    """
    Return a mail with *fields* (``in_reply_to`` for In-Reply-To) and *text*.
    """
    head = {
        "from": "Ann <ann@client.example>",
        "to": "sales@shop.example",
        "date": "Mon, 11 May 2026 09:00:00 +0000",
        "subject": "A question",
        "message_id": "<m1@client.example>",
        **fields,
    }
    lines = [
        f"{name.replace('_', '-')}: {value}" for name, value in head.items() if value
    ]
    return ("\r\n".join(lines) + "\r\n\r\n" + text).encode()
