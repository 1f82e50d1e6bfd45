"""
The shapes in which providers post a mail, one function each.

Of texts the whole ones are taken: what a provider stripped of them is stripped here
by our own rules.  A shape may lack anything, or hold anything: what isn't there is
empty, and what has another type isn't there.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from leadflow.channels._charsets import decode
from leadflow.channels._form_body import Limits, decode_json_text, unfold
from leadflow.channels._form_multipart import FormPart
from leadflow.channels._mail_posts import Fields, Posted, PostedFile, compose
from leadflow.channels._webhook import clean, excerpt, json_object, plain_name, text_of
from leadflow.errors import Malformed
from leadflow.values import Attachment


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


__all__ = (
    "cloudmailin",
    "json_fields",
    "kind_of",
    "mailgun",
    "mandrill",
    "postmark",
    "sendgrid",
    "simple",
)

_MOST_EVENTS = 1000
_FIELD_LINE = re.compile(rb"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_SCORE = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,9})?")

Headers = list[tuple[str, str]]


def _json(text: str) -> object:
    """
    Return the JSON in a field, None for anything else.
    """
    try:
        return json.loads(text) if len(text) < 2**20 else None
    except (ValueError, RecursionError):
        return None


def _score(told: object) -> float | None:
    text = str(told).strip() if isinstance(told, str | int | float) else ""
    return float(text) if _SCORE.fullmatch(text) else None


def _score_mark(score: float | None) -> str:
    return "" if score is None else f"{score:g}"


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _recipients(told: str) -> tuple[str, ...]:
    return tuple(filter(None, (each.strip() for each in told.split(",")[:100])))


def _envelope_sender(fields: Fields, name: str) -> str | None:
    return fields.text(name) if fields.has(name) else None


def _raw(data: bytes) -> bytes:
    if not data.strip():
        raise Malformed("no-headers", place="headers")
    return data


def kind_of(told: object) -> str:
    """
    Return what kind a delivery that holds no mail says that it is.
    """
    for one in map(json_object, [told, *_list(told)[:1]]):
        for name in ("RecordType", "event", "type"):
            if kind := text_of(one.get(name)):
                return excerpt(kind)
    return "no mail"


# -- the simplest ------------------------------------------------------------------


def simple(fields: Fields) -> Posted:
    """
    Return the mail in ``message``.
    """
    return Posted(
        raw=_raw(fields.data("message") or b""),
        sender=_envelope_sender(fields, "sender"),
        recipients=_recipients(fields.text("recipient")),
    )


# -- Mailgun -----------------------------------------------------------------------


def mailgun(fields: Fields) -> Posted:
    """
    Return the mail of a route that forwards it, parsed or raw (``body-mime``).

    Its filter doesn't look into raw mails; of those that it did,
    ``X-Mailgun-Sflag`` says what it found.
    """
    told = _json(fields.text("message-headers"))
    headers: Headers = [
        (text_of(pair[0]), text_of(pair[1]))
        for pair in _list(told)
        if isinstance(pair, list) and len(pair) == 2
    ]
    known = {name.lower(): value for name, value in headers}
    for name in ("from", "subject"):
        if name not in known and fields.has(name):
            headers.append((name.title(), fields.text(name)))
    spam = fields.text("X-Mailgun-Sflag") or known.get("x-mailgun-sflag", "")
    score = fields.text("X-Mailgun-Sscore") or known.get("x-mailgun-sscore", "")
    spf = fields.text("X-Mailgun-Spf") or known.get("x-mailgun-spf", "")
    raw = fields.data("body-mime")
    if raw is None:
        raw = compose(
            headers,
            text=fields.text("body-plain"),
            html=fields.text("body-html"),
            files=_mailgun_files(fields),
        )
    return Posted(
        raw=_raw(raw),
        sender=_envelope_sender(fields, "sender"),
        recipients=_recipients(fields.text("recipient")),
        spam=spam.strip().lower() == "yes",
        marks=(("spam_score", _score_mark(_score(score))), ("spf", spf.lower())),
        stored=_mailgun_stored(fields),
    )


def _mailgun_files(fields: Fields) -> list[PostedFile]:
    told = json_object(_json(fields.text("content-id-map")))
    marks = {v: k for k, v in told.items() if isinstance(v, str)}
    return [PostedFile.of(part, marks.get(part.name, "")) for part in fields.files]


def _mailgun_stored(fields: Fields) -> tuple[Attachment, ...]:
    """
    Return the attachments of a stored mail, which are had by URL.
    """
    found = (json_object(each) for each in _list(_json(fields.text("attachments"))))
    return tuple(
        _stored(
            text_of(each.get("name")),
            text_of(each.get("content-type")),
            text_of(each.get("url")),
            each.get("size"),
        )
        for each in found
        if each.get("url")
    )


def _stored(name: str, media_type: str, url: str, size: object) -> Attachment:
    told = str(size)
    return Attachment(
        name=plain_name(name) or "file",
        media_type=media_type[:128] or "application/octet-stream",
        locator=url[:2000],
        size=int(told)
        if told.isascii() and told.isdigit() and len(told) < 16
        else None,
    )


# -- SendGrid ----------------------------------------------------------------------


def sendgrid(fields: Fields, *, spam_score: float) -> Posted:
    """
    Return the mail of an Inbound Parse, parsed or raw (``email``).
    """
    charsets = json_object(_json(fields.text("charsets")))

    def text(name: str) -> str:
        label = text_of(charsets.get(name))
        return clean(decode(fields.data(name) or b"", label))

    envelope = json_object(_json(fields.text("envelope")))
    sender = envelope.get("from")
    score = _score(fields.text("spam_score"))
    raw = fields.data("email")
    if raw is None:
        headers = _header_lines(fields.data("headers") or b"")
        known = {name.lower() for name, _ in headers}
        for name in ("from", "to", "cc", "subject"):
            if name not in known and fields.has(name):
                headers.append((name.title(), text(name)))
        raw = compose(
            headers, text=text("text"), html=text("html"), files=_sendgrid_files(fields)
        )
    return Posted(
        raw=_raw(raw),
        sender=sender if isinstance(sender, str) else None,
        recipients=tuple(filter(None, map(text_of, _list(envelope.get("to"))))),
        spam=score is not None and score >= spam_score,
        marks=(
            ("spam_score", _score_mark(score)),
            ("spf", fields.text("SPF").strip().lower()[:100]),
            ("dkim", fields.text("dkim").strip()[:500]),
        ),
    )


def _header_lines(block: bytes) -> Headers:
    found = (_FIELD_LINE.fullmatch(line) for line in _FOLD.sub(b"", block).splitlines())
    return [
        (match[1].decode("latin-1"), decode(match[2].strip()))
        for match in found
        if match
    ]


def _sendgrid_files(fields: Fields) -> list[PostedFile]:
    told = json_object(_json(fields.text("content-ids")))
    marks = {v: k for k, v in told.items() if isinstance(v, str)}
    return [PostedFile.of(part, marks.get(part.name, "")) for part in fields.files]


# -- Postmark ----------------------------------------------------------------------


def postmark(told: object) -> Posted | None:
    """
    Return the mail of an inbound webhook, None if it is another event.

    Where *Include raw email content* is on, ``RawEmail`` is the mail.
    """
    mail = json_object(told)
    if not ({"From", "FromFull", "RawEmail"} & mail.keys()) or "RecordType" in mail:
        return None
    headers: Headers = []
    for each in _list(mail.get("Headers")):
        pair = json_object(each)
        headers.append((text_of(pair.get("Name")), text_of(pair.get("Value"))))
    known = {name.lower(): value for name, value in headers}
    raw = text_of(mail.get("RawEmail")).encode()
    if not raw:
        given = [
            ("From", _postmark_address(mail.get("FromFull")) or text_of(mail["From"]))
            if "From" in mail
            else ("From", _postmark_address(mail.get("FromFull"))),
            *(
                (name, _postmark_addresses(mail, key) or text_of(mail.get(key)))
                for name, key in (("To", "To"), ("Cc", "Cc"), ("Bcc", "Bcc"))
            ),
            ("Reply-To", text_of(mail.get("ReplyTo"))),
            ("Subject", text_of(mail.get("Subject"))),
            ("Date", text_of(mail.get("Date"))),
            ("Message-ID", _postmark_id(mail)),
        ]
        missing = [pair for pair in given if pair[1] and pair[0].lower() not in known]
        raw = compose(
            [*missing, *headers],
            text=text_of(mail.get("TextBody")),
            html=text_of(mail.get("HtmlBody")),
            files=_postmark_files(mail),
        )
    spam = known.get("x-spam-status", "").strip().lower()
    return Posted(
        raw=_raw(raw),
        recipients=_recipients(text_of(mail.get("OriginalRecipient"))),
        spam=spam.startswith("yes"),
        marks=(
            ("spam_score", _score_mark(_score(known.get("x-spam-score", "")))),
            ("spf", known.get("received-spf", "").partition(" ")[0].lower()[:100]),
        ),
    )


def _postmark_id(mail: Mapping[str, object]) -> str:
    """
    Return Postmark's own id of a mail as a Message-ID, for mails that have none.
    """
    given = re.sub(r"[^\w-]", "", text_of(mail.get("MessageID")))
    return f"<{given}@inbound.postmarkapp.com>" if given else ""


def _postmark_address(told: object) -> str:
    one = json_object(told)
    name, address = text_of(one.get("Name")), text_of(one.get("Email"))
    name = name.replace("\\", "").replace('"', "")
    return f'"{name}" <{address}>' if name and address else address


def _postmark_addresses(mail: Mapping[str, object], key: str) -> str:
    told = _list(mail.get(f"{key}Full"))[:500]
    return ", ".join(filter(None, map(_postmark_address, told)))


def _postmark_files(mail: Mapping[str, object]) -> Iterable[PostedFile]:
    for each in _list(mail.get("Attachments")):
        file = json_object(each)
        yield PostedFile.encoded_as(
            text_of(file.get("Name")),
            text_of(file.get("ContentType")),
            text_of(file.get("Content")),
            text_of(file.get("ContentID")),
        )


# -- Mandrill ----------------------------------------------------------------------


def mandrill(told: object, *, spam_score: float) -> tuple[Posted, ...]:
    """
    Return the mails among the events of a webhook, in order.

    Raises:
        Malformed: there are too many events.
    """
    events = [json_object(each) for each in _list(told)]
    if len(events) > _MOST_EVENTS:
        raise Malformed("too-many-events", place="mandrill_events")
    mails = (json_object(e.get("msg")) for e in events if e.get("event") == "inbound")
    return tuple(_mandrill(mail, spam_score) for mail in mails if mail)


def _mandrill(mail: Mapping[str, object], spam_score: float) -> Posted:
    headers: Headers = []
    for name, value in json_object(mail.get("headers")).items():
        values = value if isinstance(value, list) else [value]
        headers += [(name, text_of(each)) for each in values]
    raw = text_of(mail.get("raw_msg")).encode()
    if not raw:
        known = {name.lower() for name, _ in headers}
        sender = {"Name": mail.get("from_name"), "Email": mail.get("from_email")}
        given = [
            ("From", _postmark_address(sender)),
            ("Subject", text_of(mail.get("subject"))),
        ]
        raw = compose(
            [*(pair for pair in given if pair[0].lower() not in known), *headers],
            text=text_of(mail.get("text")),
            html=text_of(mail.get("html")),
            files=[*_mandrill_files(mail, "attachments"), *_mandrill_images(mail)],
            flowed=mail.get("text_flowed") is True,
        )
    score = _score(json_object(mail.get("spam_report")).get("score"))
    dkim = json_object(mail.get("dkim"))
    return Posted(
        raw=raw,
        recipients=tuple(filter(None, (text_of(mail.get("email")),))),
        spam=score is not None and score >= spam_score,
        marks=(
            ("spam_score", _score_mark(score)),
            ("spf", text_of(json_object(mail.get("spf")).get("result"))[:100]),
            ("dkim", "pass" if dkim.get("valid") is True else ""),
        ),
    )


def _mandrill_files(mail: Mapping[str, object], key: str) -> Iterable[PostedFile]:
    for each in json_object(mail.get(key)).values():
        file = json_object(each)
        name, type_ = text_of(file.get("name")), text_of(file.get("type"))
        content = text_of(file.get("content"))
        if file.get("base64") is True:
            yield PostedFile.encoded_as(name, type_, content)
        else:
            part = FormPart(
                name=name,
                data=content.encode(),
                file_name=plain_name(name),
                media_type=type_,
            )
            yield PostedFile.of(part)


def _mandrill_images(mail: Mapping[str, object]) -> Iterable[PostedFile]:
    for each in json_object(mail.get("images")).values():
        file = json_object(each)
        name = text_of(file.get("name"))
        yield PostedFile.encoded_as(
            name, text_of(file.get("type")), text_of(file.get("content")), name
        )


# -- Cloudmailin -------------------------------------------------------------------

_HEADER = re.compile(r"headers\[([^\[\]]+)\](?:\[\d+\])?")
_STORED = re.compile(r"attachments\[(\d{1,4})\]\[(\w{1,40})\]")
_RECIPIENT = re.compile(r"envelope\[recipients\](?:\[\d*\])?")


def json_fields(body: bytes, *, most: int) -> Fields:
    """
    Return a JSON object as the fields of the form that says the same.

    Raises:
        Malformed: it is no JSON object, or has too many fields.
    """
    told = decode_json_text(body.decode("utf-8", "replace"))
    if not isinstance(told, tuple):
        raise Malformed("bad-json", place="body")
    pairs = unfold("", told, limits=Limits(fields=2000, field=most))
    return Fields(
        tuple(FormPart(name=name, data=value.encode()) for name, value in pairs)
    )


def cloudmailin(fields: Fields, *, spf_is_spam: bool) -> Posted:
    """
    Return the mail of any of Cloudmailin's formats.

    Its older names of headers are those of the mail, its newer ones are in lower
    case with underscores.
    """
    pairs = fields.pairs
    named = [(match[1], v) for n, v in pairs if (match := _HEADER.fullmatch(n))]
    stored: dict[str, dict[str, str]] = {}
    for name, value in pairs:
        if match := _STORED.fullmatch(name):
            stored.setdefault(match[1], {})[match[2]] = value
    raw = fields.data("message")
    if raw is None:
        raw = compose(
            [(name.replace("_", "-"), value) for name, value in named],
            text=fields.text("plain"),
            html=fields.text("html"),
            files=[
                *map(PostedFile.of, fields.files),
                *(
                    PostedFile.encoded_as(
                        file.get("file_name", ""),
                        file.get("content_type", ""),
                        file["content"],
                        file.get("content_id", ""),
                    )
                    for file in stored.values()
                    if "content" in file
                ),
            ],
        )
    spf = fields.text("envelope[spf][result]").strip().lower()
    recipients = tuple(value for name, value in pairs if _RECIPIENT.fullmatch(name))
    return Posted(
        raw=_raw(raw),
        sender=_envelope_sender(fields, "envelope[from]"),
        recipients=recipients or _recipients(fields.text("envelope[to]")),
        spam=spf_is_spam and spf == "fail",
        marks=(("spf", spf[:100]),),
        stored=tuple(
            _stored(
                file.get("file_name", ""),
                file.get("content_type", ""),
                file["url"],
                file.get("size", ""),
            )
            for file in stored.values()
            if file.get("url")
        ),
    )
