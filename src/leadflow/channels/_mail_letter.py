"""
One mail, read as far as it tells about itself: who, to whom, when, answering what.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import attrs

from leadflow.channels._mail_body import Body, read_body
from leadflow.channels._mail_headers import (
    Mailbox,
    addresses,
    instant,
    message_ids,
    text_of,
)
from leadflow.channels._mime import Limits, Part, parse


if TYPE_CHECKING:
    from leadflow.channels.protocol import Delivery


__all__ = ("Letter", "within")

_FIRST = datetime(2000, 1, 1, tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)
_DAY = timedelta(days=1)
_TO = (
    *("delivered-to", "x-original-to", "envelope-to", "x-envelope-to"),
    *("x-delivered-to", "to", "cc", "resent-to", "bcc"),
)
_ENVELOPES = 5
"""How many of `_TO` tell where it was delivered, not only where it was sent."""


@attrs.frozen(kw_only=True)
class Letter:
    """
    Hold what a mail's fields and its body say.

    *id* is the Message-ID without brackets, or a hash where there is none.
    *senders* are all of From; *destinations* are (envelope, address) pairs, where
    *envelope* tells that it was delivered there.  *answered* are the ids that it
    answers, nearest first; *root* is the first of its thread.
    """

    mail: Part
    id: str
    senders: tuple[Mailbox, ...]
    reply_to: tuple[Mailbox, ...]
    destinations: tuple[tuple[bool, str], ...]
    subject: str
    sent_at: datetime | None
    answered: tuple[str, ...]
    root: str
    null_return: bool
    body: Body

    @classmethod
    def of(
        cls, delivery: Delivery, limits: Limits, charsets: tuple[str, ...]
    ) -> Letter:
        """
        Read the mail in *delivery*.

        Raises:
            Malformed: it passes a cap, or is no mail.
        """
        mail = parse(delivery.body, limits)
        labels = [part.parameters.get("charset", "") for part in mail.walk()]
        hints = tuple(filter(None, (*charsets, *labels[:3])))
        subject = next(
            filter(None, (text_of(v, hints) for v in mail.all("subject"))), ""
        )
        envelope = delivery.header("MAIL FROM")
        returns = [value.strip() for value in mail.all("return-path")]
        nearest = message_ids(mail.first("in-reply-to"))
        thread = message_ids(b" ".join(mail.all("references")))
        own_id = _message_id(mail)
        id_ = own_id or _fingerprint(mail, subject)
        return cls(
            mail=mail,
            id=id_,
            senders=_senders(mail, envelope or "", hints),
            reply_to=_mailboxes(mail, "reply-to", hints),
            destinations=_destinations(mail, delivery),
            subject=subject,
            sent_at=_sent_at(mail, delivery.received_at),
            answered=tuple(dict.fromkeys((*nearest, *reversed(thread)))),
            root=next(iter((*thread, *nearest)), id_),
            null_return=envelope in ("", "<>") or returns[:1] == [b"<>"],
            body=read_body(mail, charsets, most=limits.text),
        )

    def from_other_than(self, sender: Mailbox) -> Letter:
        """
        Return the letter as written by *sender*.
        """
        return attrs.evolve(self, senders=(sender,))


def _mailboxes(mail: Part, field: str, hints: tuple[str, ...]) -> tuple[Mailbox, ...]:
    found: dict[str, Mailbox] = {}
    for value in mail.fields.get(field, ()):
        for mailbox in addresses(value, hints):
            found.setdefault(mailbox.address.lower(), mailbox)
    return tuple(found.values())


def _senders(mail: Part, envelope: str, hints: tuple[str, ...]) -> tuple[Mailbox, ...]:
    """
    Return who wrote: From, and where it names nobody the next best.
    """
    for field in ("from", "sender", "resent-from", "x-sender", "return-path"):
        if found := _mailboxes(mail, field, hints):
            return found
    return tuple(addresses(envelope.encode("utf-8", "replace")))[:1]


def _destinations(mail: Part, delivery: Delivery) -> tuple[tuple[bool, str], ...]:
    found: dict[str, bool] = {}
    for name, recipient in delivery.headers:
        if name.upper() == "RCPT TO":
            for mailbox in addresses(recipient.encode("utf-8", "replace")):
                found.setdefault(mailbox.address, True)
    for place, field in enumerate(_TO):
        for value in mail.fields.get(field, ()):
            for mailbox in addresses(value):
                found.setdefault(mailbox.address, place < _ENVELOPES)
    return tuple((envelope, address) for address, envelope in found.items())


_ANY_ID = re.compile(rb"[!-;=?-~]{1,500}")


def _message_id(mail: Part) -> str:
    value = mail.first("message-id")
    found = message_ids(value)
    if found:
        return found[0]
    bare = value.strip(b"<> \t\r\n")
    return bare.decode("latin-1") if _ANY_ID.fullmatch(bare) and bare.isascii() else ""


def _fingerprint(mail: Part, subject: str) -> str:
    """
    Return a name for a mail without Message-ID, the same for each delivery of it.
    """
    told = [b" ".join(mail.first(field).split()) for field in ("from", "date")]
    beginning = mail.body[:8192].replace(b"\r", b"")[:4096]
    message = b"\n".join((*told, subject.encode("utf-8", "replace"), beginning))
    return f"sha256:{sha256(message).hexdigest()}"


def _sent_at(mail: Part, received_at: datetime) -> datetime | None:
    """
    Return when it was sent: by Date, else by the topmost Received.
    """
    sent_at = within(instant(mail.first("date")), received_at)
    if sent_at is None and "received" in mail.fields:
        on_arrival = mail.first("received").rpartition(b";")[2]
        sent_at = within(instant(on_arrival), received_at)
    return sent_at


def within(sent_at: datetime | None, received_at: datetime) -> datetime | None:
    """
    Return *sent_at* if it is from 2000 on and at most a day after *received_at*.
    """
    last = received_at + _DAY if received_at <= _LAST - _DAY else _LAST
    return sent_at if sent_at is not None and _FIRST <= sent_at <= last else None
