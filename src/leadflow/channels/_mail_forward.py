"""
Who wrote a mail that one of us passed on.

A forwarded mail is attached whole (``message/rfc822``), or stands below a line
such as "Forwarded message" with its From, Date and Subject, or below the bare
block of them that Outlook makes under a subject with ``FW:``.  Whether its
sender may be believed is not decided here: anybody can write such lines, so the
caller asks only for mail of our own people.
"""

from __future__ import annotations

import re
from datetime import datetime

import attrs

from leadflow.channels import _quote_words as words
from leadflow.channels._mail_body import read_body
from leadflow.channels._mail_headers import (
    Mailbox,
    addresses,
    instant,
    message_ids,
    text_of,
)
from leadflow.channels._mime import Limits, Part, parse
from leadflow.channels._quotes import forward_marker, header_block
from leadflow.errors import Malformed


__all__ = ("Forwarded", "forwarded_mail")


@attrs.frozen(kw_only=True)
class Forwarded:
    """
    Hold the inner mail: its *sender*, what it says, and the *note* above it.

    *id* is its own Message-ID and *answered* are those that it answers, nearest
    first; empty where the forward does not tell them.
    """

    sender: Mailbox
    subject: str
    text: str
    note: str
    sent_at: datetime | None = None
    id: str = ""
    answered: tuple[str, ...] = ()


def forwarded_mail(
    mail: Part,
    *,
    text: str,
    subject: str,
    limits: Limits,
    preferred: tuple[str, ...] = (),
) -> Forwarded | None:
    """
    Return the mail that *mail*, which says *text*, passes on, or None.
    """
    return _attached(mail, text, limits, preferred) or _inline(text, subject)


def _attached(
    mail: Part, text: str, limits: Limits, preferred: tuple[str, ...]
) -> Forwarded | None:
    for part in mail.walk():
        if part.media_type not in ("message/rfc822", "message/global") or part.children:
            continue
        try:
            inner = parse(part.data(), limits)
        except Malformed:
            continue
        for value in inner.all("from"):
            for sender in addresses(value, preferred):
                nearest = message_ids(inner.first("in-reply-to"))
                roots = message_ids(b" ".join(inner.all("references")))
                return Forwarded(
                    sender=sender,
                    subject=text_of(inner.first("subject"), preferred),
                    text=read_body(inner, preferred, most=limits.text).text,
                    note=text,
                    sent_at=instant(inner.first("date")),
                    id=next(iter(message_ids(inner.first("message-id"))), ""),
                    answered=tuple(dict.fromkeys((*nearest, *reversed(roots)))),
                )
    return None


_FORWARD_SUBJECT = re.compile(
    rf"\s*(?:{'|'.join(map(re.escape, words.FORWARD_PREFIXES))})\s*[:：]", re.IGNORECASE
)
_ADDRESS = re.compile(r"[^\s<>\"'(),:;\[\]*]{1,64}@[^\s<>\"'(),:;\[\]*]+\w")
_DATED = re.compile(
    r"\d[^<>\n]{0,60}?,\s*\"?([^\"<>,]*)\"?\s*<([^<>\s]+@[^<>\s]+)>\s*:?\s*$"
)


def _inline(text: str, subject: str) -> Forwarded | None:
    lines = text.split("\n")
    marked = next((at for at, line in enumerate(lines) if forward_marker(line)), None)
    if marked is None:
        if not _FORWARD_SUBJECT.match(subject):
            return None
        start = next(
            (at for at in range(len(lines)) if header_block(lines, at)[0]), None
        )
        if start is None:
            return None
        note = lines[:start]
    else:
        note, start = lines[:marked], marked + 1
        while start < len(lines) and not lines[start].strip():
            start += 1
    end, fields = header_block(lines, start)
    if not end:
        # Yandex and others write a single line: date, name, address.
        for at in range(start, min(start + 7, len(lines))):
            if dated := _DATED.search(lines[at][:400]):
                fields, end = {"from": f"{dated[1].strip()} <{dated[2]}>"}, at + 1
                break
        else:
            return None
    sender = _sender(fields.get("from", ""))
    if sender is None:
        return None
    inner = [line.removeprefix(">").removeprefix(" ") for line in lines[end:]]
    while inner and forward_marker(inner[-1]):
        inner.pop()
    return Forwarded(
        sender=sender,
        subject=fields.get("subject", "").strip(),
        text="\n".join(inner).strip(),
        note="\n".join(note).strip(),
    )


def _sender(value: str) -> Mailbox | None:
    match = _ADDRESS.search(value)
    if match is None:
        return None
    address = match[0].removeprefix("mailto:")
    name = (
        value[: match.start()].strip(" \t\"'<([*").removesuffix("mailto:").strip(" <[")
    )
    return Mailbox("" if "@" in name else name, address)
