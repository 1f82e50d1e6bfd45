"""
Whom a report is about, and what it says: bounces, complaints, read receipts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from leadflow.channels._mail_headers import Mailbox, addresses, message_ids


if TYPE_CHECKING:
    from leadflow.channels._mime import Part
    from leadflow.channels.outcomes import IgnoredReason


__all__ = ("concerned", "detail")

_RECIPIENT = re.compile(
    rb"^(?:final-recipient|original-recipient|original-rcpt-to|removal-recipient)"
    rb"[ \t]*:[ \t]*(?:[\w-]+[ \t]*;)?[ \t]*([^\r\n]{3,320})",
    re.IGNORECASE | re.MULTILINE,
)
_STATUS = re.compile(
    rb"^(action|status|feedback-type|disposition)[ \t]*:[ \t]*([^\r\n]{1,120})",
    re.IGNORECASE | re.MULTILINE,
)
_ORIGINAL_ID = re.compile(
    rb"^(?:original-)?message-id[ \t]*:([^\r\n]{1,1000})", re.IGNORECASE | re.MULTILINE
)
_REPORTS = frozenset(("bounce", "complaint_feedback", "read_receipt_mail"))
_MOST = 20


def concerned(mail: Part, reason: IgnoredReason) -> tuple[Mailbox, ...]:
    """
    Return whom the report *mail* is about; none where it is no report.
    """
    if reason not in _REPORTS:
        return ()
    found: dict[str, Mailbox] = {}
    for value in mail.all("x-failed-recipients"):
        for mailbox in addresses(value):
            found.setdefault(mailbox.address.lower(), mailbox)
    for data in _status_parts(mail):
        for match in _RECIPIENT.finditer(data):
            for mailbox in addresses(match[1]):
                found.setdefault(mailbox.address.lower(), mailbox)
    return tuple(found.values())[:_MOST]


def detail(mail: Part, reason: IgnoredReason, signs: tuple[str, ...]) -> str:
    """
    Return what a person wants to know: the signs, the status, which mail of ours.
    """
    if reason not in _REPORTS:
        return ", ".join(signs)
    told = [
        match[2].decode("latin-1").strip()
        for data in _status_parts(mail)
        for match in _STATUS.finditer(data)
    ]
    original = [
        f"<{message_id}>"
        for part in mail.walk()
        if part.media_type.startswith("message/")
        or part.media_type == "text/rfc822-headers"
        for match in _ORIGINAL_ID.finditer(part.data()[:65536])
        for message_id in message_ids(match[1])
    ][:1]
    shown = " ".join((*dict.fromkeys(told), *original))
    return "".join(c for c in shown if c.isprintable())[:500] or ", ".join(signs)


def _status_parts(mail: Part) -> list[bytes]:
    return [
        part.data()[:65536]
        for part in mail.walk()
        if part.media_type.startswith("message/")
        and part.media_type not in ("message/rfc822", "message/global")
    ]
