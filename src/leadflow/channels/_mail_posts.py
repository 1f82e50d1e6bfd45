"""
Mails as providers post them, brought back to what `EmailChannel` reads: one raw mail.

A provider that posts the raw message is taken at its word.  One that posts fields
has taken a mail apart, and it is put together again here: its header fields, its
texts as they are, its files as parts.  So there is one road by which mail is read,
and an attachment is found by the same locator whichever way it came.

What the sender wrote can't become structure: line ends are taken out of header
fields, texts and files are base64, and a boundary has letters that base64 has not.
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

import attrs

from leadflow.channels._form_body import media_type_of
from leadflow.channels._form_multipart import FormPart, PartLimits, read_parts
from leadflow.channels._mime_values import parse_parameters
from leadflow.channels._webhook import clean, plain_name, refused_method
from leadflow.channels.outcomes import Inbound, Judgement, Outcome
from leadflow.channels.protocol import ACCEPTED, Answer, Delivery, Reading, guarded
from leadflow.errors import Malformed
from leadflow.values import Attachment


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from leadflow.channels.email import EmailChannel


__all__ = ("Fields", "Posted", "PostedFile", "compose", "read_fields", "reading")

Headers = list[tuple[str, str]]

_MOST_FIELDS = 2000
_MOST_FILES = 500
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_NAME = re.compile(r"[!-9;-~]{1,200}")
_ENDS = re.compile(r"[\r\n\0]+[ \t]*")
_LINES = re.compile(r"\r\n|\r|\n")
_OURS = ("content-", "mime-version")


# -- what a provider posts -------------------------------------------------------


@attrs.frozen(kw_only=True)
class Posted:
    """
    Hold one mail of a delivery.

    *sender* is that of the envelope, None where it isn't told; *stored* are the
    attachments that the provider keeps.  *marks* are what it says of the mail.
    """

    raw: bytes = attrs.field(repr=False)
    sender: str | None = None
    recipients: tuple[str, ...] = ()
    spam: bool = False
    marks: tuple[tuple[str, str], ...] = ()
    stored: tuple[Attachment, ...] = ()

    def mail(self, delivery: Delivery) -> Delivery:
        """
        Return the raw mail as a delivery of its own, with its envelope.
        """
        envelope = [("RCPT TO", _line(each)) for each in self.recipients[:100] if each]
        if self.sender is not None:
            envelope.insert(0, ("MAIL FROM", _line(self.sender)))
        return Delivery(
            body=self.raw,
            received_at=delivery.received_at,
            headers=tuple(envelope),
            method="SMTP",
        )


def reading(
    mail: EmailChannel,
    delivery: Delivery,
    posted: Callable[[], tuple[Posted, ...] | Outcome],
    *,
    spam_opens: bool,
) -> Reading:
    """
    Return what the mails of *delivery* are; *posted* verifies and finds them.
    """

    def read() -> Reading:
        if delivery.method.upper() != "POST":
            return refused_method(delivery.method)
        found = posted()
        if not isinstance(found, tuple):
            return Reading((found,))
        outcomes = tuple(
            _told(outcome, one, spam_opens=spam_opens)
            for one in found
            for outcome in mail.read(one.mail(delivery)).outcomes
        )
        return Reading(outcomes, ACCEPTED)

    answer = guarded(read, max_bytes=mail.max_bytes, size=len(delivery.body))
    match answer.outcomes:
        case (Malformed(reason="multipart-unsupported"),):
            # The provider keeps the mail and tries again: time to install it.
            return Reading(answer.outcomes, Answer(status=415))
    return answer


def _told(outcome: Outcome, posted: Posted, *, spam_opens: bool) -> Outcome:
    """
    Return *outcome* with what the provider says of it.

    Spam is never answered (its sender is forged); whether it opens a lead is for
    the account's owner to say, because a filter errs.
    """
    if not isinstance(outcome, Inbound):
        return outcome
    judgement = outcome.judgement
    if posted.spam:
        judgement = Judgement(
            human=judgement.human,
            may_answer=False,
            may_open=judgement.may_open and spam_opens,
            reasons=(*judgement.reasons, "spam"),
        )
    return attrs.evolve(
        outcome,
        judgement=judgement,
        attachments=(*outcome.attachments, *posted.stored),
        extra=(*outcome.extra, *((name, v) for name, v in posted.marks if v)),
    )


# -- the fields of a form, as bytes ------------------------------------------------


@attrs.frozen
class Fields:
    """
    Hold the parts of a posted form, whose values are bytes: mail is.
    """

    parts: tuple[FormPart, ...]

    def data(self, name: str) -> bytes | None:
        """Return the bytes of the first part *name*, None where there is none."""
        return next((p.data for p in self.parts if p.name == name), None)

    def text(self, name: str, charset: str = "") -> str:
        """Return the text of the first field *name*, empty where there is none."""
        return next((p.text(charset) for p in self.parts if p.name == name), "")

    def has(self, name: str) -> bool:
        """Tell whether there is a field *name*."""
        return any(part.name == name for part in self.parts)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Return all that is no file as (name, text)."""
        return [(p.name, p.text()) for p in self.parts if p.file_name is None]

    @property
    def files(self) -> list[FormPart]:
        """Return the files."""
        return [part for part in self.parts if part.file_name is not None]


def read_fields(delivery: Delivery, *, most: int) -> Fields:
    """
    Return the fields of an urlencoded or multipart delivery.

    Raises:
        Malformed: it is neither (``content-type-unsupported``), is broken, or has
            too many fields.
    """
    content_type = delivery.header("Content-Type")
    media_type, _ = media_type_of(content_type)
    if media_type.startswith("multipart/"):
        limits = PartLimits(
            fields=_MOST_FIELDS, field=most, files=_MOST_FILES, file=most
        )
        return Fields(tuple(read_parts(delivery.body, content_type, limits=limits)))
    if media_type != "application/x-www-form-urlencoded":
        raise Malformed("content-type-unsupported", place="content-type")
    body = delivery.body.strip(b"\r\n")
    if body.count(b"&") >= _MOST_FIELDS:
        raise Malformed("too-many-fields", place="body")
    parts = []
    for pair in filter(None, body.split(b"&")):
        name, _, value = pair.replace(b"+", b" ").partition(b"=")
        shown = unquote_to_bytes(name).decode("utf-8", "replace")
        parts.append(FormPart(name=clean(shown), data=unquote_to_bytes(value)))
    return Fields(tuple(parts))


# -- a mail from its fields --------------------------------------------------------


@attrs.frozen(kw_only=True)
class PostedFile:
    """
    Hold a file of a mail; *encoded* is its base64.
    """

    name: str
    media_type: str
    encoded: bytes = attrs.field(repr=False)
    content_id: str = ""

    @classmethod
    def of(cls, part: FormPart, content_id: str = "") -> PostedFile:
        """
        Return the file that *part* of a form is.
        """
        return cls(
            name=part.file_name or "",
            media_type=part.media_type,
            encoded=b64encode(part.data),
            content_id=content_id or part.content_id,
        )

    @classmethod
    def encoded_as(
        cls, name: str, media_type: str, base64: str, content_id: str = ""
    ) -> PostedFile:
        """
        Return the file whose bytes a provider posts as *base64*.
        """
        kept = _NOT_BASE64.sub(b"", base64.encode("ascii", "replace"))
        kept = kept[: len(kept) - (len(kept) % 4 == 1)]
        return cls(
            name=plain_name(name),
            media_type=media_type,
            encoded=kept + b"=" * (-len(kept) % 4),
            content_id=content_id,
        )


def compose(
    fields: Iterable[tuple[str, str]],
    *,
    text: str,
    html: str = "",
    files: Iterable[PostedFile] = (),
    flowed: bool = False,
) -> bytes:
    """
    Return the mail that *fields*, the texts and *files* were.

    The structure is a new one; what the first Content-Type says of a report
    (RFC 6522) or of flowed text is kept.
    """
    told = next((v for name, v in fields if name.lower() == "content-type"), "")
    kind, parameters = parse_parameters(told.encode("utf-8", "replace")[:8000])
    flow = "; format=flowed" if flowed or _is_flowed(kind, parameters) else ""
    if parameters.get("delsp", "").lower() == "yes" and flow:
        flow += "; delsp=yes"
    shown = [_leaf(f'text/plain; charset="utf-8"{flow}', _encoded(text))]
    if html:
        page = _leaf('text/html; charset="utf-8"', _encoded(html))
        shown = [*shown, page] if text.strip() else [page]
    body = (
        shown[0] if len(shown) == 1 else _several("multipart/alternative", "a", shown)
    )
    leaves = [_attached(file) for file in files]
    report = kind == "multipart/report"
    if leaves or report:
        outer = "multipart/mixed"
        if report:
            type_ = re.sub(r"[^\w.-]", "", parameters.get("report-type", ""))
            outer = f"multipart/report; report-type={type_}"
        body = _several(outer, "m", [body, *leaves])
    lines = [
        f"{name}: {_line(value)}\r\n"
        for name, value in fields
        if _NAME.fullmatch(name) and not name.lower().startswith(_OURS)
    ]
    head = "".join(lines).encode("utf-8", "replace")
    return head + b"MIME-Version: 1.0\r\n" + body


def _is_flowed(kind: str, parameters: object) -> bool:
    given = parameters if isinstance(parameters, dict) else {}
    return kind == "text/plain" and given.get("format", "").lower() == "flowed"


def _line(value: str) -> str:
    return _ENDS.sub(" ", clean(value)).strip()


def _encoded(text: str) -> bytes:
    joined = _LINES.sub("\r\n", clean(text))
    return b64encode(joined.encode("utf-8", "replace"))


def _leaf(media_type: str, encoded: bytes, *more: str) -> bytes:
    lines = (
        f"Content-Type: {media_type}",
        *more,
        "Content-Transfer-Encoding: base64",
        "",
        "",
    )
    return "\r\n".join(lines).encode("utf-8", "replace") + encoded


def _attached(file: PostedFile) -> bytes:
    name = _line(file.name).replace("\\", "_").replace('"', "'")
    media_type, _ = parse_parameters(file.media_type.encode("ascii", "replace")[:200])
    usual = re.fullmatch(r"[\w.+-]{1,64}/[\w.+-]{1,100}", media_type)
    media_type = media_type if usual else "application/octet-stream"
    if media_type.startswith("multipart/"):
        # Its own bytes, not a part of ours.
        media_type = "application/octet-stream"
    mark = re.sub(r"[\s<>]", "", clean(file.content_id))[:512]
    more = [f"Content-ID: <{mark}>"] if mark else []
    place = "inline" if mark else "attachment"
    named = f'; filename="{name}"' if name else ""
    return _leaf(
        media_type, file.encoded, f"Content-Disposition: {place}{named}", *more
    )


def _several(media_type: str, mark: str, parts: list[bytes]) -> bytes:
    # Underscores are in no base64 and stand before no header field here.
    boundary = f"=_leadflow_{mark}_="
    line = f"\r\n--{boundary}\r\n".encode()
    head = f'Content-Type: {media_type}; boundary="{boundary}"\r\n\r\n'.encode()
    return head + b"".join(line + part for part in parts) + line[:-2] + b"--\r\n"
