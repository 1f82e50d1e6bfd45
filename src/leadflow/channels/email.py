"""
E-mail: one raw message (RFC 5322, MIME) a delivery, and replies by SMTP.

The bytes may come from a mailbox, an SMTP server or a mail provider; where the
envelope is known it stands among the delivery's headers as ``MAIL FROM`` and
``RCPT TO``, as `EmailChannel.render` writes it on the way out.  An adapter of a
provider that posts the raw message needs only to hand it on.

What a mail is, is decided in the module beside this one that it belongs to:

===============================  ==============================================
`leadflow.channels._mime`        header fields, parts, transfer encodings, caps
`leadflow.channels._charsets`    bytes to text
`.._mail_headers`                addresses, ids, dates, encoded words
`.._mail_body`, `.._html`        the text and the attachments
`.._quotes`                      what is new in a reply
`.._mail_rules`                  whether a person wrote it
`.._mail_forward`                mail that one of us passed on
`.._mail_tokens`                 conversations signed into our own messages
`.._mail_render`                 the reply
===============================  ==============================================
"""

from __future__ import annotations

import re

import attrs

from leadflow import identity
from leadflow.channels import _mail_render, _mail_reports
from leadflow.channels._charsets import codec_of, tidy
from leadflow.channels._mail_body import part_bytes
from leadflow.channels._mail_forward import Forwarded, forwarded_mail
from leadflow.channels._mail_headers import Mailbox, addresses, text_of
from leadflow.channels._mail_letter import Letter, within
from leadflow.channels._mail_rules import Ours, Verdict, judge
from leadflow.channels._mail_tokens import Signer
from leadflow.channels._mime import Limits, parse
from leadflow.channels._quotes import strip_reply
from leadflow.channels._webhook import check_settings
from leadflow.channels.outcomes import Ignored, Inbound, Outcome
from leadflow.channels.protocol import Delivery, Outgoing, Reading, Reply, guarded
from leadflow.errors import Refused
from leadflow.values import ChannelId, ContactPoint, Person


__all__ = ("EmailChannel", "Limits", "read_part", "strip_reply")


def read_part(raw: bytes, locator: str) -> bytes:
    """
    Return the bytes of the attachment *locator* of the mail *raw*.

    The transfer encoding is undone; an attached message comes byte for byte.

    Raises:
        Refused: the mail has no such part (rule ``file.foreign``).
        Malformed: *raw* passes a cap or is no mail.
    """
    found = part_bytes(parse(raw, Limits()), locator)
    if found is None:
        raise Refused("file.foreign", "the locator is no part of this mail")
    return found


def _lower(addresses: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(address.strip().lower() for address in addresses)


def _ours_of(channel: EmailChannel) -> Ours:
    return Ours(
        addresses=frozenset(channel.addresses),
        domains=frozenset(channel.own_domains),
        robots=frozenset(channel.robots),
        signer=Signer(channel.id, channel.secret),
    )


@attrs.frozen(kw_only=True)
class EmailChannel:
    """
    Read the mail of one account, and describe replies.

    *addresses* are the mailboxes that are ours, the first of which replies are
    sent from, shown as *name*; *own_domains* are those of our colleagues, who may
    forward mail to us.  *robots* are addresses or whole domains that write for
    somebody else: form mailers and marketplaces, whose customer stands in
    Reply-To or in the text.

    *charsets* are those to think of first where a mail has no label or a wrong
    one (``cp1251``, ``koi8-r``), best first.  *region* (``RU``) reads telephone
    numbers in the text, which are hints among ``extra`` and no contact points.
    *secret* signs what we send (16 bytes or more), so that answers find their
    conversation without an index.  *reply_to* is where answers shall go, if
    elsewhere; *tag_subject* puts the token into the subject too.  *authority* is
    the name by which our own mail server signs Authentication-Results.

    *max_bytes* and *limits* bound a mail before it is read, *max_text* its text
    in characters.

    Raises:
        DefinitionError: the settings can't be.
    """

    id: ChannelId
    addresses: tuple[str, ...] = attrs.field(default=(), converter=_lower)
    own_domains: tuple[str, ...] = attrs.field(default=(), converter=_lower)
    robots: tuple[str, ...] = attrs.field(default=(), converter=_lower)
    region: str | None = None
    charsets: tuple[str, ...] = ()
    secret: bytes | None = attrs.field(default=None, repr=False)
    name: str = ""
    reply_to: str = ""
    tag_subject: bool = False
    authority: str = ""
    max_bytes: int = 40 * 1024 * 1024
    max_text: int = 1_000_000
    limits: Limits = attrs.field(factory=Limits)
    _ours: Ours = attrs.field(
        init=False,
        repr=False,
        eq=False,
        default=attrs.Factory(_ours_of, takes_self=True),
    )

    def __attrs_post_init__(self) -> None:
        mailboxes = (*self.addresses, *filter(None, (self.reply_to,)))
        check_settings(
            f"channels.{self.id}",
            (
                (
                    all(re.fullmatch(r"[^\s<>@]+@[^\s<>@]+", one) for one in mailboxes),
                    "addresses",
                    "no-address",
                    "a mailbox is written as name@domain",
                ),
                (
                    self.secret is None or len(self.secret) >= 16,
                    "secret",
                    "short-secret",
                    "a secret has 16 bytes or more",
                ),
                (
                    all(map(codec_of, self.charsets)),
                    "charsets",
                    "unknown-charset",
                    "each charset is one that Python knows as text",
                ),
            ),
        )

    # -- reading ---------------------------------------------------------------

    def read(self, delivery: Delivery) -> Reading:
        """
        Return what the mail in *delivery* was: one outcome, always.
        """
        return guarded(
            lambda: Reading((self._read(delivery),)),
            max_bytes=self.max_bytes,
            size=len(delivery.body),
        )

    def _read(self, delivery: Delivery) -> Outcome:
        letter = Letter.of(delivery, self.limits, self.charsets)
        letter = self._past_own_group(letter)
        sender = letter.senders[0] if letter.senders else None
        forwarded = self._forwarded(letter, sender)
        verdict = judge(
            letter.mail,
            sender=sender,
            reply_to=letter.reply_to,
            message_id=letter.id,
            subject=letter.subject,
            null_return=letter.null_return,
            forwarded=forwarded is not None,
            ours=self._ours,
        )
        if verdict.reason is None:
            return self._inbound(letter, verdict, forwarded, delivery)
        about = _mail_reports.concerned(letter.mail, verdict.reason) or letter.senders
        return Ignored(
            channel=self.id,
            external_id=letter.id,
            reason=verdict.reason,
            detail=_mail_reports.detail(
                letter.mail, verdict.reason, verdict.judgement.reasons
            ),
            contact_points=tuple(map(_point, about)),
            received_at=delivery.received_at,
        )

    def _past_own_group(self, letter: Letter) -> Letter:
        """
        Return *letter* as its writer's, where a group of ours wrote itself in.
        """
        original = letter.mail.first("x-original-from")
        if original and letter.senders and self._ours.owns(letter.senders[0].address):
            for mailbox in addresses(original, self.charsets):
                if not self._ours.knows(mailbox.address):
                    return letter.from_other_than(mailbox)
        return letter

    def _forwarded(self, letter: Letter, sender: Mailbox | None) -> Forwarded | None:
        """
        Return the mail that one of us passed on, if this is such a one.
        """
        if sender is None or not self._ours.knows(sender.address):
            return None
        found = forwarded_mail(
            letter.mail,
            text=letter.body.text,
            subject=letter.subject,
            limits=self.limits,
            preferred=self.charsets,
        )
        return None if found and self._ours.knows(found.sender.address) else found

    def _inbound(
        self,
        letter: Letter,
        verdict: Verdict,
        forwarded: Forwarded | None,
        delivery: Delivery,
    ) -> Inbound:
        full = letter.body.text[: self.max_text]
        answered, root = letter.answered, letter.root
        also: tuple[str, ...] = ()
        subject, text, sent_at = letter.subject, full, letter.sent_at
        writers = letter.senders
        if forwarded is not None:
            also = tuple(filter(None, (forwarded.id,)))
            answered = forwarded.answered or answered
            root = (*forwarded.answered[-1:], *also, root)[0]
            subject = forwarded.subject or subject
            text = strip_reply(forwarded.text[: self.max_text])
            sent_at = within(forwarded.sent_at, delivery.received_at) or sent_at
            writers = (forwarded.sender,)
        elif verdict.robot:
            writers = (verdict.customer,) if verdict.customer else ()
        else:
            text = strip_reply(full)
        return Inbound(
            channel=self.id,
            kind="message",
            external_id=letter.id,
            also=also,
            received_at=delivery.received_at,
            sent_at=sent_at,
            conversation=self._signed(letter) or root,
            in_reply_to=answered,
            reply_to="" if forwarded is None else forwarded.id,
            contact_points=tuple(map(_point, writers)),
            person=Person(
                name=writers[0].name if writers else "",
                company=text_of(letter.mail.first("organization"), self.charsets),
            ),
            subject=subject,
            text=text,
            attachments=letter.body.attachments,
            addressed_to=self._addressed_to(letter),
            language=_language(letter.mail.first("content-language")),
            judgement=verdict.judgement,
            extra=self._extra(
                letter, forwarded, full, text, writers, robot=verdict.robot
            ),
        )

    def _signed(self, letter: Letter) -> str:
        """
        Return the conversation that we signed into what this mail answers.
        """
        signer = self._ours.signer
        if self.secret is None:
            return ""
        for message_id in letter.answered:
            if found := signer.in_message_id(message_id):
                return found
        for _, address in letter.destinations:
            if found := signer.in_address(address):
                return found
        return signer.in_subject(letter.subject)

    def _addressed_to(self, letter: Letter) -> tuple[str, ...]:
        """
        Return which of our mailboxes it came to, as far as we know ours.
        """
        own = [self._ours.owns(address) for _, address in letter.destinations]
        if self.addresses and any(own):
            return tuple(dict.fromkeys(filter(None, own)))
        delivered = [address for envelope, address in letter.destinations if envelope]
        shown = delivered or [address for _, address in letter.destinations]
        return tuple(dict.fromkeys(address.lower() for address in shown))[:100]

    def _extra(
        self,
        letter: Letter,
        forwarded: Forwarded | None,
        full: str,
        text: str,
        writers: tuple[Mailbox, ...],
        *,
        robot: bool,
    ) -> tuple[tuple[str, str], ...]:
        found: list[tuple[str, str]] = []
        if full.strip() != text and full.split() != text.split():
            found.append(("full_text", full))
        written = {mailbox.address.lower() for mailbox in writers}
        found += [
            ("reply_to", mailbox.address)
            for mailbox in letter.reply_to[:5]
            if mailbox.address.lower() not in written
        ]
        if robot and letter.senders:
            found.append(("robot", letter.senders[0].address))
        if forwarded is not None:
            found.append(("forwarded_by", letter.senders[0].address))
            if forwarded.note:
                found.append(("forward_note", forwarded.note[: self.max_text]))
        found += [("phone", value) for value in self._phones(full)]
        if defects := [d for part in letter.mail.walk() for d in part.defects]:
            found.append(("defects", ", ".join(dict.fromkeys(defects))))
        if told := self._authentication(letter):
            found.append(("authentication", told))
        return tuple(found)

    def _phones(self, text: str) -> list[str]:
        """
        Return the telephone numbers that *text* calls such, normalised.

        A bare row of digits is as likely an article number.
        """
        found: dict[str, None] = {}
        if self.region is None and "+" not in text:
            return []
        for match in _DIGITS.finditer(text[:20_000]):
            before = text[max(0, match.start() - 20) : match.start()]
            if before[-1:].isalnum() or before[-1:] in _JOINING:
                continue
            if match[0][0] == "+" or _PHONE_WORD.search(before):
                point = identity.phone(match[0], self.region)
                if point is not None and point.value:
                    found[point.value] = None
            if len(found) == 5:
                break
        return list(found)

    def _authentication(self, letter: Letter) -> str:
        """
        Return what our own mail server found out about the sender (RFC 8601).
        """
        if not self.authority:
            return ""
        for value in letter.mail.all("authentication-results"):
            told = text_of(value)
            name, semicolon, results = told.partition(";")
            words = name.split()
            if semicolon and words and words[0].lower() == self.authority.lower():
                return results.strip()[:1000]
        return ""

    # -- replying --------------------------------------------------------------

    def token(self, conversation: str) -> str:
        """
        Return the signed token of *conversation*, empty without a secret.

        Put into an address (``reply+TOKEN@…``) or as ``[#TOKEN]`` into a subject, it
        leads the answer back.  80 bits of HMAC-SHA256 sign it.
        """
        return self._ours.signer.token(conversation)

    def render(self, reply: Reply) -> Outgoing:
        """
        Describe the sending of *reply* (R8): method ``SMTP``, the envelope in headers.

        An automatic answer says so and has an empty envelope sender (RFC 3834).

        Raises:
            Refused: there is no usable address on one of both sides, no text, or
                an attachment.
        """
        return _mail_render.render(
            reply,
            sender=self.addresses[0] if self.addresses else "",
            name=self.name,
            reply_to=self.reply_to,
            tag_subject=self.tag_subject,
            signer=self._ours.signer,
        )


_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_DIGITS = re.compile(r"[+(\d](?:[ ()\xa0.–-]{0,2}\d){6,14}(?![\w@])")
_JOINING = tuple("@./=-_+")
_PHONE_WORD = re.compile(
    r"(?:tel|phone|mob|mobile|cell|call|ph|t|m|тел|телефон|моб|мобильный|сот|звоните"
    r"|номер|whats ?app|viber|telegram|telefon|tél|téléphone|handy)\W{0,5}$",
    re.IGNORECASE,
)


def _point(mailbox: Mailbox) -> ContactPoint:
    address = mailbox.address
    return identity.email(address) or ContactPoint(kind="email", value="", raw=address)


def _language(value: bytes) -> str:
    match = _LANGUAGE.match(tidy(value.decode("latin-1")).strip())
    return match[0] if match else ""
