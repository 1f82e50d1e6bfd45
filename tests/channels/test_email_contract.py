"""
The e-mail adapter keeps the contract of channels.
"""

from __future__ import annotations

from collections.abc import Iterable

from leadflow.channels import Delivery, Outgoing, Reply
from leadflow.channels.email import EmailChannel
from leadflow.testing.channels import ChannelContract
from leadflow.values import ContactPoint
from tests.channels._echo import echo_headers, echo_text
from tests.channels._golden import RECEIVED


class TestEmail(ChannelContract):
    """
    A mailbox, whose replies come back with its own text above the quote.
    """

    lacks = ("forged", "unknown")
    key = b"0123456789abcdef"

    def make(self) -> EmailChannel:
        """Return the mailbox's channel."""
        return EmailChannel(
            id="mail", addresses=("sales@shop.example",), secret=self.key, region="RU"
        )

    def samples(self) -> Iterable[Delivery]:
        """Return a letter with an attachment, a notice, and a bounce."""
        yield self._mail(
            "From: =?utf-8?b?0JDQvdC90LA=?= <anna@example.com>",
            "Subject: Wardrobe",
            "Message-ID: <1@example.com>",
            'Content-Type: multipart/mixed; boundary="b"',
            body="--b\n\nHow much?\n--b\nContent-Type: image/png; name=a.png\n"
            "Content-Transfer-Encoding: base64\n\nAAAA\n--b--\n",
        )
        yield self._mail(
            "From: anna@example.com",
            "Auto-Submitted: auto-replied",
            "Message-ID: <2@example.com>",
            body="I am away.",
        )
        yield self._mail(
            "From: MAILER-DAEMON@example.com",
            "Message-ID: <3@example.com>",
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
            body="--b\n\nFailed\n--b\nContent-Type: message/delivery-status\n\n"
            "Reporting-MTA: dns; x\n\nAction: failed\n--b--\n",
        )

    def secrets(self) -> Iterable[str]:
        """Return the key that signs conversations."""
        return [self.key.decode()]

    def replies(self) -> Iterable[Reply]:
        """Return a reply in several scripts, and one of a known thread."""
        for number, text in enumerate(("Good day", "Добрый день, «Анна» 👋")):
            yield Reply(
                id=f"r{number}",
                text=text,
                to=ContactPoint(kind="email", value="anna@example.com"),
                conversation=f"{number}@example.com",
                answers=f"{number}@example.com",
                sent_at=RECEIVED,
            )

    def peer(self, outgoing: Outgoing) -> Delivery:
        """Return the mail by which the person sends the same text back."""
        return self._mail(*echo_headers(outgoing), body=echo_text(outgoing))

    def _mail(self, *headers: str, body: str) -> Delivery:
        date = "Date: Mon, 11 May 2026 10:00:00 +0000"
        lines = "\r\n".join((date, "To: sales@shop.example", *headers))
        raw = f"{lines}\r\n\r\n{body}".encode()
        return Delivery(body=raw, received_at=RECEIVED)
