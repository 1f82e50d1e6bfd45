"""
Letters as mail programs really write them: every quirk by hand.
"""

from __future__ import annotations

import base64
import quopri
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import TYPE_CHECKING

import attrs


if TYPE_CHECKING:
    from people import Chance, Company


__all__ = ("QUIRKS", "Letter", "date_text", "encoded_word", "write")

QUIRKS = (
    "utf8-8bit",
    "utf8-qp",
    "utf8-base64",
    "own-8bit",
    "own-qp",
    "koi8-base64",
    "no-label",
    "html-only",
    "alternative",
    "attachment",
    "inline-image",
    "flowed",
    "no-date",
    "signed",
    "outlook",
)
"""The ways that letters of people are written in; chosen in turn."""

_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)
_PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@attrs.frozen(kw_only=True)
class Letter:
    """
    Hold what a letter says, before it is written down.
    """

    sender: tuple[str, str]
    to: str
    subject: str
    text: str
    at: datetime
    message_id: str
    language: str = "en"
    answers: tuple[str, ...] = ()
    quoted: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    attached: str = ""


def encoded_word(text: str, charset: str = "utf-8", way: str = "B") -> str:
    """
    Return *text* as encoded words (RFC 2047), cut where mail programs cut.
    """
    if text.isascii():
        return text
    words = []
    for start in range(0, len(text), 18):
        raw = text[start : start + 18].encode(charset, "replace")
        if way == "B":
            body = base64.b64encode(raw).decode()
        else:
            body = "".join(
                "_"
                if c == 32
                else chr(c)
                if chr(c).isalnum() and c < 128
                else f"={c:02X}"
                for c in raw
            )
        words.append(f"=?{charset}?{way}?{body}?=")
    return "\n ".join(words)


def date_text(at: datetime, hours: int) -> str:
    """
    Return *at* as a mail's Date, by a clock *hours* from UTC.
    """
    return format_datetime(at.astimezone(timezone(timedelta(hours=hours))))


def write(letter: Letter, quirk: str, company: Company, chance: Chance) -> bytes:
    """
    Return the raw message, written with *quirk*.
    """
    own = "cp1251" if letter.language == "ru" else "windows-1252"
    word_set, way = {
        "own-8bit": (own, "Q"),
        "own-qp": (own, "Q"),
        "koi8-base64": ("koi8-r" if letter.language == "ru" else "iso-8859-1", "B"),
    }.get(quirk, ("utf-8", "B"))
    offset = 3 if letter.language == "ru" else -4
    sent = letter.at - timedelta(seconds=20 + chance.below(70))
    name, address = letter.sender
    shown = (
        f'"{name}"'
        if name.isascii() and quirk == "outlook"
        else encoded_word(name, word_set, way)
    )
    host = address.rpartition("@")[2]
    fields = [
        ("Return-Path", f"<{address}>"),
        ("Delivered-To", letter.to),
        (
            "Received",
            (
                f"from mx.{host} (mx.{host} [192.0.2.{chance.below(250) + 1}])\n"
                f"\tby mx1.{company.domain} with ESMTPS id {chance.below(16**8):08x}\n"
                f"\tfor <{letter.to}>; {date_text(letter.at, 0)}"
            ),
        ),
        *((("Date", date_text(sent, offset)),) if quirk != "no-date" else ()),
        ("From", f"{shown} <{address}>" if name else address),
        ("To", letter.to),
        ("Subject", encoded_word(letter.subject, word_set, way)),
        *((("Message-ID", f"<{letter.message_id}>"),) if letter.message_id else ()),
        *(
            (
                ("In-Reply-To", f"<{letter.answers[-1]}>"),
                ("References", "\n ".join(f"<{each}>" for each in letter.answers)),
            )
            if letter.answers
            else ()
        ),
        *letter.fields,
        ("MIME-Version", "1.0"),
    ]
    if quirk == "outlook":
        fields += [
            ("X-Mailer", "Microsoft Outlook 16.0"),
            ("Thread-Index", base64.b64encode(sent.isoformat().encode()).decode()),
            ("Content-Language", letter.language),
        ]
    text = letter.text + letter.quoted
    head, body = _body(letter, text, quirk, own, chance)
    lines = [f"{key}: {value}\n" for key, value in fields]
    return "".join(lines).encode() + head + b"\n" + body


# -- bodies --------------------------------------------------------------------------


def _part(content_type: str, encoding: str, body: bytes, *more: str) -> bytes:
    lines = [f"Content-Type: {content_type}", f"Content-Transfer-Encoding: {encoding}"]
    head = "".join(f"{line}\n" for line in (*lines, *more)).encode()
    return head + b"\n" + body


def _many(kind: str, boundary: str, parts: list[bytes], more: str = "") -> bytes:
    head = f'Content-Type: multipart/{kind};\n boundary="{boundary}"{more}\n'
    dash = f"--{boundary}".encode()
    body = b"".join(dash + b"\n" + part + b"\n" for part in parts)
    return head.encode() + b"\n" + body + dash + b"--\n"


def _html(text: str) -> str:
    paragraphs = "".join(
        f"<p>{part.replace(chr(10), '<br>')}</p>" for part in text.strip().split("\n\n")
    )
    return (
        "<html><head><style>p { margin: 0 }</style></head>"
        f'<body><div dir="ltr">{paragraphs}</div></body></html>\n'
    )


def _wrapped(raw: bytes) -> bytes:
    return base64.encodebytes(raw)


def _body(
    letter: Letter, text: str, quirk: str, own: str, chance: Chance
) -> tuple[bytes, bytes]:
    """
    Return the fields of the content, and the content.
    """
    plain = _part('text/plain; charset="utf-8"', "8bit", text.encode())
    boundary = f"=_{chance.below(16**8):08x}"
    if letter.attached:
        quirk = "attachment"
    match quirk:
        case "utf8-qp" | "no-date":
            whole = _part(
                "text/plain; charset=UTF-8",
                "quoted-printable",
                quopri.encodestring(text.encode()),
            )
        case "utf8-base64":
            whole = _part(
                "text/plain; charset=utf-8", "base64", _wrapped(text.encode())
            )
        case "own-8bit":
            whole = _part(
                f"text/plain; charset={own}", "8bit", text.encode(own, "replace")
            )
        case "own-qp":
            raw = quopri.encodestring(text.encode(own, "replace"))
            whole = _part(f"text/plain; charset={own}", "quoted-printable", raw)
        case "koi8-base64":
            charset = "koi8-r" if letter.language == "ru" else "iso-8859-1"
            raw = _wrapped(text.encode(charset, "replace"))
            whole = _part(f"text/plain; charset={charset}", "base64", raw)
        case "no-label":
            whole = _part("text/plain", "8bit", text.encode(own, "replace"))
        case "html-only":
            raw = quopri.encodestring(_html(text).encode())
            whole = _part("text/html; charset=utf-8", "quoted-printable", raw)
        case "alternative" | "outlook":
            html = _part(
                "text/html; charset=utf-8", "base64", _wrapped(_html(text).encode())
            )
            whole = _many("alternative", boundary, [plain, html])
        case "attachment":
            whole = _many("mixed", boundary, [plain, _attachment(letter)])
        case "inline-image":
            html = _part(
                "text/html; charset=utf-8",
                "8bit",
                _html(text).replace("</div>", '<img src="cid:logo"></div>').encode(),
            )
            image = _part(
                'image/png; name="logo.png"',
                "base64",
                _wrapped(_PIXEL),
                "Content-ID: <logo>",
                'Content-Disposition: inline; filename="logo.png"',
            )
            whole = _many("related", boundary, [html, image])
        case "flowed":
            whole = _part(
                "text/plain; charset=utf-8; format=flowed; delsp=yes",
                "8bit",
                text.encode(),
            )
        case "signed":
            signature = _part(
                'application/pgp-signature; name="signature.asc"',
                "7bit",
                b"-----BEGIN PGP SIGNATURE-----\n\niHUEARYIAB0WIQ==\n"
                b"-----END PGP SIGNATURE-----\n",
            )
            whole = _many(
                "signed",
                boundary,
                [plain, signature],
                '; micalg=pgp-sha256;\n protocol="application/pgp-signature"',
            )
        case _:
            whole = plain
    head, _, body = whole.partition(b"\n\n")
    return head + b"\n", body


def _attachment(letter: Letter) -> bytes:
    name = letter.attached or "plan.pdf"
    if name.isascii():
        disposition = f'Content-Disposition: attachment; filename="{name}"'
    else:
        percent = "".join(f"%{byte:02X}" for byte in name.encode())
        disposition = f"Content-Disposition: attachment;\n filename*=utf-8''{percent}"
    return _part("application/pdf", "base64", _wrapped(_PDF), disposition)
