"""
What reading a mail from a provider's post costs, beside reading the mail.

The floor is parsing the body, an HMAC of it, and reading the raw mail that is in it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime

from leadflow.channels import Delivery, Inbound
from leadflow.channels.email import EmailChannel
from leadflow.channels.mail_webhooks import PostmarkChannel, basic_auth
from tests.benchmarks._ratio import compare


NOW = datetime(2026, 5, 11, 10, tzinfo=UTC)
MAIL = {
    "From": "anna@client.example",
    "FromFull": {"Email": "anna@client.example", "Name": "Анна Каренина"},
    "To": "sales@shop.example",
    "ToFull": [{"Email": "sales@shop.example", "Name": ""}],
    "OriginalRecipient": "sales@shop.example",
    "Subject": "Шкаф в прихожую",
    "Date": "Mon, 11 May 2026 13:00:00 +0300",
    "MessageID": "e27500eb-142e-4ca0-8529-e32ffd9931d6",
    "TextBody": "Здравствуйте! Нужен шкаф, 240 на 60 на 180.\n" * 20,
    "HtmlBody": "<p>Здравствуйте! Нужен шкаф, 240 на 60 на 180.</p>" * 20,
    "Headers": [
        {"Name": "Message-ID", "Value": "<4711@client.example>"},
        {"Name": "X-Spam-Status", "Value": "No"},
        {"Name": "X-Spam-Score", "Value": "-0.7"},
    ],
}


def test_postmark() -> None:
    """
    A post costs at most 4 times its parsing, an HMAC, and reading the mail in it.
    """
    body = json.dumps(MAIL).encode()
    secret = basic_auth("leadflow", "s3cret")
    mail = EmailChannel(id="mail", addresses=("sales@shop.example",))
    channel = PostmarkChannel(mail=mail, secret=secret)
    headers = (
        ("Content-Type", "application/json"),
        ("Authorization", secret.value),
    )
    delivery = Delivery(body=body, received_at=NOW, headers=headers)
    [raw] = channel.mails(delivery)
    assert isinstance(channel.read(delivery).outcomes[0], Inbound)

    def floor() -> object:
        mac = hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()
        return mac, json.loads(body), mail.read(raw)

    measured = compare(lambda: channel.read(delivery), floor, limit=4)

    assert 4 >= measured.ratio, measured
