"""
Whether a mail is a person's attention (R12), and by which signs.

Every sign that is there is recorded, in the order of these rules; the first that
is not weak decides.

 1. a multipart/report: a bounce, a complaint or a read receipt
 2. a part with a delivery status or a complaint, not inside an attached mail
 3. a failed recipient named, or a mail daemon that writes
 4. ``Auto-Submitted`` and not ``no`` (RFC 3834)
 5. the marks of vacation programs
 6. ``X-Auto-Response-Suppress``; weak where Reply-To names an outsider
 7. an empty return path; weak
 8. a mailing list or bulk mail, unless the list is our own mailbox
 9. our own message come back
10. a subject as automatic answers have it; weak

A weak sign alone means: no person, no automatic answer, and yet it may open a
lead.  Two weak signs make an automatic answer.

A robot that passes on a customer is another matter: site builders and
marketplaces mark their notices as automatic or bulk, and the customer stands in
Reply-To, or in the text.  Such a mail is no person's, must not be answered
automatically, and is the lead.  A robot that the channel names is always taken
so; one that it does not name only where Reply-To names somebody from elsewhere
and nothing says list, bounce or answer.  An address that takes no replies is a
robot's too.  A robot is nobody's contact: or all its customers would be one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from leadflow.channels._mail_headers import Mailbox
from leadflow.channels._mail_tokens import Signer
from leadflow.channels._mime_values import parse_parameters
from leadflow.channels.outcomes import IgnoredReason, Judgement


if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadflow.channels._mime import Part


__all__ = ("Ours", "Sign", "Verdict", "judge")


def _id_domains(ours: Ours) -> frozenset[str]:
    return ours.domains | {_domain(address) for address in ours.addresses}


@attrs.frozen(kw_only=True)
class Ours:
    """
    Hold what is ours: mailboxes, domains, robots that work for us, signatures.

    *id_domains* are those that our Message-IDs end with.
    """

    addresses: frozenset[str]
    domains: frozenset[str]
    robots: frozenset[str]
    signer: Signer
    id_domains: frozenset[str] = attrs.field(
        init=False,
        default=attrs.Factory(_id_domains, takes_self=True),
    )

    def owns(self, address: str) -> str:
        """
        Return which mailbox of ours *address* is, empty if none; a tag is no matter.
        """
        address = address.lower()
        if address in self.addresses:
            return address
        local, _, domain = address.rpartition("@")
        plain = f"{local.partition('+')[0]}@{domain}"
        return plain if plain in self.addresses else ""

    def knows(self, address: str) -> bool:
        """
        Tell whether *address* is a mailbox of ours or of a colleague.
        """
        return bool(self.owns(address)) or _domain(address) in self.domains

    def is_robot(self, address: str) -> bool:
        """
        Tell whether *address*, or all of its domain, is a named robot.
        """
        return address.lower() in self.robots or _domain(address) in self.robots


@attrs.frozen
class Sign:
    """
    Hold one sign: its stable *name*, what it says the mail is, how sure it is.

    One that is *silent* is recorded and weighs nothing.
    """

    name: str
    reason: IgnoredReason
    weak: bool = False
    silent: bool = False


@attrs.frozen(kw_only=True)
class Verdict:
    """
    Tell what a mail is: ignored for a *reason*, or inbound with its *judgement*.

    *robot* tells that the sender is one, *customer* who stands in its Reply-To.
    """

    reason: IgnoredReason | None
    judgement: Judgement
    robot: bool = False
    customer: Mailbox | None = None


def judge(
    mail: Part,
    *,
    sender: Mailbox | None,
    reply_to: tuple[Mailbox, ...],
    message_id: str,
    subject: str,
    null_return: bool,
    forwarded: bool,
    ours: Ours,
) -> Verdict:
    """
    Return what *mail* is.

    *forwarded* says that one of us passed somebody's mail on.
    """
    address = sender.address if sender else ""
    customer = _customer(address, reply_to, ours)
    signs = [
        *_report_signs(mail),
        *_daemon_signs(mail, sender, subject),
        *_automatic_signs(mail, outsider=customer is not None),
        *([Sign("null-return-path", "auto_reply", weak=True)] if null_return else ()),
        *_bulk_signs(mail, ours),
        *_own_signs(mail, address, message_id, ours, forwarded=forwarded),
        *_subject_signs(subject),
    ]
    names = tuple(sign.name for sign in signs)
    signs = [sign for sign in signs if not sign.silent]
    robot = ours.is_robot(address)
    strong = next((sign for sign in signs if not sign.weak), None)
    answers = b"@" in mail.first("in-reply-to")
    if strong is None and (len(signs) > 1 or (null_return and answers and not robot)):
        strong = None if customer else signs[0]
    if robot and not (
        strong and strong.reason in _NEVER and strong.name != "own-sender"
    ):
        return _inbound((*names, "robot"), robot=True, customer=customer)
    if strong is not None:
        if customer and not answers and {s.name for s in signs if not s.weak} <= _FORMS:
            return _inbound((*names, "form-mailer"), robot=True, customer=customer)
        return Verdict(reason=strong.reason, judgement=Judgement(reasons=names))
    if forwarded:
        return Verdict(
            reason=None,
            judgement=Judgement(may_answer=False, reasons=(*names, "forwarded")),
        )
    if signs:
        no_reply = bool(_NO_REPLY.search(address.rpartition("@")[0].lower()))
        return _inbound(names, robot=no_reply or bool(customer), customer=customer)
    if _NO_REPLY.search(address.rpartition("@")[0].lower()):
        return _inbound((*names, "no-reply-sender"), robot=True, customer=customer)
    person = _of_person(address, ours)
    judgement = attrs.evolve(person, reasons=(*names, *person.reasons))
    return Verdict(reason=None, judgement=judgement)


def _inbound(
    names: tuple[str, ...], *, robot: bool, customer: Mailbox | None
) -> Verdict:
    return Verdict(
        reason=None,
        judgement=Judgement(human=False, may_answer=False, reasons=names),
        robot=robot,
        customer=customer,
    )


def _of_person(address: str, ours: Ours) -> Judgement:
    """
    Return the judgement of a mail without any sign.
    """
    if not address:
        return Judgement(may_answer=False, reasons=("no-sender",))
    if ours.knows(address):
        return Judgement(may_answer=False, may_open=False, reasons=("colleague",))
    return Judgement()


_NEVER = frozenset(
    ("bounce", "complaint_feedback", "read_receipt_mail", "own_echo", "service_message")
)
"""What even a named robot's mail is ignored for."""

_FORMS = frozenset(
    (
        *("auto-submitted:auto-generated", "auto-submitted:auto-notified"),
        *("x-auto-response-suppress", "precedence:bulk", "own-sender"),
    )
)
"""What the form of a site may put on its mails."""

_NO_REPLY = re.compile(
    r"\b(?:no|not|donot|do-not|do_not)[-_.]?reply\b|^noreply|^bounces?\b"
)


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()


def _customer(sender: str, reply_to: tuple[Mailbox, ...], ours: Ours) -> Mailbox | None:
    """
    Return the mailbox in Reply-To that is neither ours nor the sender's own.
    """
    for mailbox in reply_to:
        address = mailbox.address
        if ours.knows(address) or ours.is_robot(address):
            continue
        if address.lower() == sender.lower() or _NO_REPLY.search(address.lower()):
            continue
        if _domain(address) != _domain(sender) or ours.knows(sender):
            return mailbox
    return None


# -- the signs -----------------------------------------------------------------

_REPORTS: dict[str, IgnoredReason] = {
    "delivery-status": "bounce",
    "feedback-report": "complaint_feedback",
    "disposition-notification": "read_receipt_mail",
}
_STATUS_PARTS = {
    "message/delivery-status": "delivery-status",
    "message/global-delivery-status": "delivery-status",
    "message/feedback-report": "feedback-report",
    "message/disposition-notification": "disposition-notification",
}


def _report_signs(mail: Part) -> Iterator[Sign]:
    if not mail.children and mail.media_type not in _STATUS_PARTS:
        return
    inside = [
        _STATUS_PARTS[part.media_type]
        for part in mail.walk()
        if part.media_type in _STATUS_PARTS
    ]
    if mail.media_type == "multipart/report":
        kind = mail.parameters.get("report-type", "").lower()
        if kind not in _REPORTS and inside:
            kind = inside[0]
        yield Sign(f"report:{kind}"[:60], _REPORTS.get(kind, "service_message"))
    for kind in dict.fromkeys(inside):
        yield Sign(f"part:{kind}", _REPORTS[kind])


_DAEMON = re.compile(
    r"(?:mailer[-_.]?daemon|mail[-_.]daemon|post[-_.]?master|mdaemon|mail-?delivery"
    r"|mail[-_.]?system|smtp[-_.]daemon|double-bounce)(?:[-_+.].*)?"
)
_DAEMON_NAME = re.compile(
    r"mail delivery (?:sub)?(?:system|service)|mailer[- ]?daemon|delivery status"
    r"|^mail administrator$|undeliverable"
)
_SERVICE_MAIL = re.compile(rb'"notificationType"\s*:\s*"(Bounce|Complaint)"')


def _daemon_signs(mail: Part, sender: Mailbox | None, subject: str) -> Iterator[Sign]:
    if mail.first("x-failed-recipients"):
        yield Sign("x-failed-recipients", "bounce")
    if sender is None:
        return
    local, _, domain = sender.address.lower().rpartition("@")
    name = sender.name.lower()
    if _DAEMON.fullmatch(local) or (name and _DAEMON_NAME.search(name)):
        yield Sign("daemon-sender", "bounce")
    if subject.lower().startswith("complaint about message from"):
        yield Sign("subject:complaint", "complaint_feedback")
    if domain.endswith((".amazonaws.com", "amazonses.com")):
        told = _SERVICE_MAIL.search(mail.data() if not mail.children else b"")
        if told:
            reason = _REPORTS[
                "delivery-status" if told[1] == b"Bounce" else "feedback-report"
            ]
            yield Sign("service-notification", reason)


_VACATION_FIELDS = ("x-autoreply", "x-autorespond", "x-autoresponse", "x-autogenerated")
_AUTOMATIC_FIELDS = frozenset(
    (
        *("auto-submitted", *_VACATION_FIELDS, "x-apple-action"),
        *("x-ms-exchange-inbox-rules-loop", "x-auto-response-suppress"),
    )
)


def _automatic_signs(mail: Part, *, outsider: bool) -> Iterator[Sign]:
    if _AUTOMATIC_FIELDS.isdisjoint(mail.fields):
        return
    for value in mail.all("auto-submitted"):
        kind = parse_parameters(value)[0].strip()
        if kind and kind != "no":
            yield Sign(f"auto-submitted:{kind}"[:60], "auto_reply")
            break
    for name in _VACATION_FIELDS:
        value = mail.first(name).strip().lower()
        if value and value not in (b"no", b"false", b"0"):
            yield Sign(name, "auto_reply")
    if b"vacation" in mail.first("x-apple-action").lower():
        yield Sign("x-apple-action:vacation", "auto_reply")
    if mail.first("x-ms-exchange-inbox-rules-loop"):
        yield Sign("x-ms-exchange-inbox-rules-loop", "auto_reply")
    told = re.split(rb"[\s,;]+", mail.first("x-auto-response-suppress").lower())
    if {b"all", b"oof", b"autoreply"}.intersection(told):
        yield Sign("x-auto-response-suppress", "auto_reply", weak=outsider)


_LIST_FIELDS = (
    *("list-id", "list-post", "list-unsubscribe", "x-mailman-version", "x-beenthere"),
)
_BULK_FIELDS = frozenset((*_LIST_FIELDS, "precedence"))
_BULK = frozenset((b"bulk", b"list", b"junk", b"auto_reply"))


def _bulk_signs(mail: Part, ours: Ours) -> Iterator[Sign]:
    """
    Yield the signs of bulk mail; a group that is a mailbox of ours is none.
    """
    if _BULK_FIELDS.isdisjoint(mail.fields):
        return
    named = [
        ours.owns(word)
        for field in ("list-post", "x-beenthere", "list-id")
        for word in re.findall(
            r"[^\s<>:,]{1,64}@[^\s<>,?]{1,255}", mail.first(field).decode("latin-1")
        )
    ]
    if any(named):
        yield Sign("own-list", "bulk_list", silent=True)
        return
    value = mail.first("precedence").strip().lower()
    if value in _BULK:
        reason: IgnoredReason = "auto_reply" if value == b"auto_reply" else "bulk_list"
        yield Sign(f"precedence:{value.decode('ascii')}", reason)
    for field in _LIST_FIELDS:
        if mail.first(field):
            yield Sign(field, "bulk_list")


def _own_signs(
    mail: Part, address: str, message_id: str, ours: Ours, *, forwarded: bool
) -> Iterator[Sign]:
    signer = ours.signer
    if "x-loop" in mail.fields:
        loop = mail.first("x-loop").lower()
        if loop == b"yes" or ours.owns(loop.decode("latin-1")):
            yield Sign("x-loop", "own_echo")
    if signer.is_own_id(message_id, ours.id_domains):
        yield Sign("own-message-id", "own_echo")
    if "x-leadflow" in mail.fields and signer.is_mark(
        mail.first("x-leadflow").decode("latin-1")
    ):
        yield Sign("x-leadflow", "own_echo")
    if address and ours.owns(address) and not forwarded:
        yield Sign("own-sender", "own_echo")


_SUBJECT = re.compile(
    r"(?:auto(?:matic)?(?:ally)?[- ]?(?:reply|response|generated reply)"
    r"|auto(?:matic)?[- ]?generated|out[- ]of[- ](?:the[- ])?office|vacation reply"
    r"|away from (?:the |my )?(?:office|mail)|i am away|автоответ|автоматический ответ"
    r"|нет на месте|вне офиса|в отпуске|автоматична відповідь|автовідповідь"
    r"|automatische antwort|automatische rückantwort|abwesenheit|autoreply|auto:"
    r"|réponse automatique|absence du bureau|message d'absence|respuesta automática"
    r"|fuera de (?:la )?oficina|risposta automatica|fuori sede|automatisch antwoord"
    r"|afwezig(?:heid)?|autoantwoord|odpowiedź automatyczna|autoodpowiedź"
    r"|nieobecność|resposta automática|ausência|autosvar|automatiskt svar"
    r"|automaattinen vastaus|poissaolo|otomatik yanıt|自动回复|自動回覆|自動応答)",
    re.IGNORECASE,
)


def _subject_signs(subject: str) -> Iterator[Sign]:
    if _SUBJECT.match(subject.lstrip(" [\"'«(")):
        yield Sign("subject:automatic", "auto_reply", weak=True)
