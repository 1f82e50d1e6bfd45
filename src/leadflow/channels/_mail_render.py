"""
A reply as a described SMTP submission (RFC 5322, RFC 3834).

The fields are put together here and not by `email.message`, whose folding takes
long Message-IDs apart into encoded words.  What goes into a field is stripped of
line ends first, so that no text of a customer's can start a field of its own.
"""

from __future__ import annotations

import binascii
import re
from base64 import encodebytes
from email.header import Header
from email.utils import format_datetime
from typing import TYPE_CHECKING

from leadflow.channels._charsets import tidy
from leadflow.channels._quotes import original_subject
from leadflow.channels.protocol import Outgoing
from leadflow.errors import Refused


if TYPE_CHECKING:
    from leadflow.channels._mail_tokens import Signer
    from leadflow.channels.protocol import Reply


__all__ = ("render",)

_ADDRESS = re.compile(r"[^\s<>()\[\]\\,;:\"@]+@[^\s<>()\[\]\\,;:\"@]+")
_MOST_REFERENCES = 20
_LONGEST_LOCAL = 64


def render(
    reply: Reply,
    *,
    sender: str,
    name: str,
    reply_to: str,
    tag_subject: bool,
    signer: Signer,
) -> Outgoing:
    """
    Describe the sending of *reply* from the mailbox *sender*, shown as *name*.

    *reply_to* is where answers go, if elsewhere; a token of the conversation is
    put into it where it fits.

    Raises:
        Refused: there is no usable address on either side, no text, or an
            attachment, whose bytes a reply does not have.
    """
    to = reply.to.value or reply.to.raw.strip()
    if reply.to.kind != "email" or not _usable(to):
        raise _refusal("reply.no-address", "the reply names no usable e-mail address")
    if not _usable(sender):
        raise _refusal("reply.no-sender", "the channel has no mailbox to send from")
    if not reply.text.strip():
        raise _refusal("reply.empty", "the text is empty")
    if reply.attachments:
        raise _refusal("reply.attachments", "the bytes of attachments are not at hand")
    domain = sender.rpartition("@")[2]
    token = signer.token(reply.conversation)
    encoding, body = _body(reply.text)
    fields = [
        ("From", _mailbox(name, sender)),
        ("To", _mailbox("", to)),
        ("Subject", _subject(reply.subject, token if tag_subject else "")),
        ("Date", format_datetime(reply.sent_at)),
        ("Message-ID", f"<{signer.message_id(reply.id, reply.conversation, domain)}>"),
        ("In-Reply-To", " ".join(map(_bracketed, _ids((reply.answers,))))),
        ("References", " ".join(map(_bracketed, _references(reply)))),
        ("Reply-To", _with_token(reply_to, token)),
        ("Auto-Submitted", "auto-replied" if reply.automatic else ""),
        ("X-Leadflow", signer.mark(reply.id)),
        ("MIME-Version", "1.0"),
        ("Content-Type", 'text/plain; charset="utf-8"'),
        ("Content-Transfer-Encoding", encoding),
    ]
    lines = [_folded(field, value) for field, value in fields if value]
    return Outgoing(
        method="SMTP",
        url="",
        headers=(
            ("MAIL FROM", "" if reply.automatic else sender),
            ("RCPT TO", to),
        ),
        body="".join(lines).encode() + b"\r\n" + body,
        key=reply.id,
    )


def _refusal(rule: str, message: str) -> Refused:
    return Refused(rule, message)


def _usable(address: str) -> bool:
    return bool(_ADDRESS.fullmatch(address)) and address.isprintable()


# -- fields --------------------------------------------------------------------


def _one_line(text: str) -> str:
    return " ".join(tidy(" ".join(text.split())).split())


def _encoded(text: str) -> str:
    if text.isascii() and "=?" not in text:
        return text
    return Header(text.encode("utf-8", "replace"), "utf-8", 60).encode(linesep="\n")


def _mailbox(name: str, address: str) -> str:
    shown = _one_line(name)
    if not shown:
        return address
    if shown.isascii() and "=?" not in shown:
        shown = '"' + shown.replace("\\", "\\\\").replace('"', '\\"') + '"'
    else:
        shown = _encoded(shown)
    return f"{shown} <{address}>"


def _subject(subject: str, token: str) -> str:
    plain = original_subject(_one_line(subject))
    shown = _encoded(f"Re: {plain}" if plain else "")
    if not token or f"[#{token}]" in plain.lower():
        return shown
    return f"{shown} [#{token}]".strip()


def _with_token(address: str, token: str) -> str:
    local, _, domain = address.rpartition("@")
    if local and token and len(local) + 1 + len(token) <= _LONGEST_LOCAL:
        return f"{local}+{token}@{domain}"
    return address


def _ids(ids: tuple[str, ...]) -> list[str]:
    """
    Return those of *ids* that are Message-IDs, without brackets.
    """
    plain = [id_.strip().strip("<>") for id_ in ids]
    return [
        id_
        for id_ in plain
        if "@" in id_ and id_.isprintable() and not re.search(r"[\s<>]", id_)
    ]


def _bracketed(message_id: str) -> str:
    return f"<{message_id}>"


def _references(reply: Reply) -> list[str]:
    """
    Return the thread's ids, the answered one last: its root and the last ones.
    """
    answered = _ids((reply.answers,))
    ids = [id_ for id_ in dict.fromkeys(_ids(reply.thread)) if id_ not in answered]
    ids += answered
    if len(ids) > _MOST_REFERENCES:
        ids = [ids[0], *ids[1 - _MOST_REFERENCES :]]
    return ids


def _folded(name: str, value: str) -> str:
    """
    Return the field with its line ends, folded at spaces after 78 characters.
    """
    lines = [f"{name}:"]
    for word in value.split():
        if len(lines[-1]) + 1 + len(word) > 78 and lines[-1] != f"{name}:":
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines) + "\r\n"


# -- the text ------------------------------------------------------------------


def _body(text: str) -> tuple[str, bytes]:
    """
    Return the transfer encoding that suits *text*, and the encoded bytes.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    plain = ("\r\n".join(lines).rstrip("\r\n") + "\r\n").encode("utf-8", "replace")
    if plain.isascii() and b"\0" not in plain and max(map(len, lines)) < 900:
        return "7bit", plain
    quoted = binascii.b2a_qp(plain, istext=True)
    coded = encodebytes(plain).replace(b"\n", b"\r\n")
    if len(quoted) <= len(coded):
        return "quoted-printable", quoted
    return "base64", coded
