"""
What comes into the two mailboxes in the week.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import attrs
from mime import QUIRKS, Letter, date_text, write
from people import WORDS, Chance, Company, Customer, filled, latin, picked, signature


if TYPE_CHECKING:
    from collections.abc import Iterator


__all__ = ("Mail", "office_mails", "sales_mails")


@attrs.frozen(kw_only=True)
class Mail:
    """
    Hold one letter as it lies in a mailbox: *raw*, since *at*.
    """

    at: datetime
    raw: bytes


class Writer:
    """
    Write letters, each with the next quirk.
    """

    def __init__(self, company: Company, chance: Chance) -> None:
        self.company = company
        self.chance = chance
        self._number = 0

    def letter(self, who: Customer, at: datetime, subject: str, text: str) -> Letter:
        """Return a letter of *who* to the sales mailbox."""
        chance = self.chance
        self._number += 1
        host = who.email.rpartition("@")[2]
        return Letter(
            sender=(who.name if chance.share(0.9) else "", who.email),
            to=self.company.sales,
            subject=subject,
            text=text + signature(who, self.company, chance),
            at=at,
            message_id=f"{at:%Y%m%d%H%M%S}.{self._number:04d}@{host}",
            language=who.language,
        )

    def mail(self, letter: Letter, quirk: str = "") -> Mail:
        """Write *letter* down."""
        quirk = quirk or QUIRKS[self._number % len(QUIRKS)]
        return Mail(at=letter.at, raw=write(letter, quirk, self.company, self.chance))


def sales_mails(
    company: Company,
    chance: Chance,
    people: Iterator[Customer],
    times: list[datetime],
    known: list[Customer],
) -> list[Mail]:
    """
    Return what comes into the sales mailbox: first letters at *times*, and more.

    Of *known* some write who came by another channel before.
    """
    writer = Writer(company, chance)
    mails: list[Mail] = []
    first: list[tuple[Customer, Letter]] = []
    for number, at in enumerate(times):
        who = next(people)
        words = who.words
        what = picked(who, chance)
        letter = writer.letter(
            who,
            at,
            filled(chance.one(words.SUBJECTS), who, chance, what),
            filled(chance.one(words.ASK), who, chance, what),
        )
        if number % 9 == 4:
            letter = attrs.evolve(
                letter, attached=chance.one(("plan.pdf", "План офиса.pdf"))
            )
        if number % 31 == 7:
            letter = attrs.evolve(letter, message_id="")
        mails.append(writer.mail(letter))
        first.append((who, letter))
    mails += _answers(writer, first, times)
    mails += _returning(writer, first, known)
    mails += _forwarded(writer, people)
    mails += _unwanted(writer, people)
    mails += _automatic(writer, first)
    mails += _broken(writer, people)
    mails.sort(key=_at)
    return sorted([*mails, *_read_again(writer, mails)], key=_at)


def _at(mail: Mail) -> datetime:
    return mail.at


def _answers(
    writer: Writer, first: list[tuple[Customer, Letter]], times: list[datetime]
) -> Iterator[Mail]:
    """
    Yield what people write once they were answered, with all that came before.
    """
    chance, company = writer.chance, writer.company
    for who, letter in chance.some(first, 26):
        words = who.words
        at = letter.at + timedelta(hours=3 + chance.below(30), minutes=chance.below(60))
        if at > times[-1] or not letter.message_id:
            continue
        intro = words.REPLY_INTRO.format(
            date=date_text(letter.at, 0)[:16], ours=company.ours
        )
        quoted = "".join(f"> {line}\n" for line in letter.text.splitlines())
        again = writer.letter(
            who,
            at,
            words.RE.format(subject=letter.subject),
            filled(chance.one(words.FOLLOW), who, chance),
        )
        yield writer.mail(
            attrs.evolve(
                again, answers=(letter.message_id,), quoted=f"\n{intro}\n{quoted}"
            ),
            chance.one(("utf8-8bit", "utf8-qp", "alternative", "html-only", "flowed")),
        )


def _returning(
    writer: Writer, first: list[tuple[Customer, Letter]], known: list[Customer]
) -> Iterator[Mail]:
    """
    Yield new letters, in no thread, of those who wrote or called before.
    """
    chance, company = writer.chance, writer.company
    early = [who for who, letter in first if letter.at < company.at(2, 0, 0)]
    for number, who in enumerate((*chance.some(early, 12), *known)):
        at = company.at(3 + number % 3, 9 + number % 8, chance.below(60))
        words = who.words
        what = picked(who, chance)
        letter = writer.letter(
            who,
            at,
            filled(chance.one(words.SUBJECTS), who, chance, what),
            filled(chance.one(words.ASK), who, chance, what),
        )
        yield writer.mail(letter)


def _forwarded(writer: Writer, people: Iterator[Customer]) -> Iterator[Mail]:
    """
    Yield what the secretary passes on to the sellers.
    """
    chance, company = writer.chance, writer.company
    for number in range(5):
        who = next(people)
        words = who.words
        at = company.at(number, 11, 5 + 7 * number)
        what = picked(who, chance)
        subject = filled(chance.one(words.SUBJECTS), who, chance, what)
        names = words.FORWARD_FIELDS
        values = (
            f"{who.name} <{who.email}>",
            date_text(at - timedelta(hours=1), 0),
            subject,
            company.office,
        )
        head = "".join(
            f"{name}: {value}\n" for name, value in zip(names, values, strict=True)
        )
        text = filled(chance.one(words.ASK), who, chance, what)
        yield writer.mail(
            Letter(
                sender=(
                    company.secretary,
                    f"{latin(company.secretary.split()[0])}@{company.domain}",
                ),
                to=company.sales,
                subject=words.FWD.format(subject=subject),
                text=f"{words.FORWARD_NOTE}\n{words.FORWARD_HEAD}\n{head}\n{text}",
                at=at,
                message_id=f"fwd.{number}@{company.domain}",
                language=company.language,
            ),
            "utf8-qp",
        )


def _unwanted(writer: Writer, people: Iterator[Customer]) -> Iterator[Mail]:
    """
    Yield what people write who want no furniture.
    """
    company = writer.company
    for number in range(10):
        who = next(people)
        pairs = (*who.words.SPAM, *who.words.NOT_OURS)
        subject, text = pairs[number % len(pairs)]
        at = company.at(number % 6, 7 + number, 13)
        yield writer.mail(writer.letter(who, at, subject, text))


def _automatic(writer: Writer, first: list[tuple[Customer, Letter]]) -> Iterator[Mail]:
    """
    Yield what no person wrote: bounces, absences, lists, read receipts.
    """
    chance, company = writer.chance, writer.company
    for number, (who, letter) in enumerate(chance.some(first, 16)):
        at = letter.at + timedelta(hours=2, seconds=30 + number)
        if number % 2:
            subject, text = who.words.AWAY[number % 4 // 2]
            away = writer.letter(who, at, subject.format(subject=letter.subject), text)
            yield writer.mail(
                attrs.evolve(
                    away,
                    fields=(
                        ("Auto-Submitted", "auto-replied"),
                        ("X-Auto-Response-Suppress", "All"),
                    ),
                )
            )
        else:
            yield Mail(at=at, raw=_bounce(company, who, at, number))
    words = WORDS[company.language]
    for number in range(6):
        subject, text = words.LIST[number % 2]
        at = company.at(number, 6, 30)
        yield writer.mail(
            Letter(
                sender=("Digest", f"digest@list{number % 2}.example"),
                to=company.sales,
                subject=f"{subject}.{number}",
                text=text,
                at=at,
                message_id=f"digest.{number}@list.example",
                language=company.language,
                fields=(
                    ("List-Id", f"<trade.list{number % 2}.example>"),
                    ("List-Unsubscribe", "<mailto:leave@list.example>"),
                    ("Precedence", "list"),
                ),
            ),
            "utf8-base64",
        )
    who, letter = first[3]
    yield Mail(
        at=letter.at + timedelta(hours=5), raw=_read_receipt(company, who, letter)
    )


def _bounce(company: Company, who: Customer, at: datetime, number: int) -> bytes:
    host = who.email.rpartition("@")[2]
    return (
        f"Return-Path: <>\n"
        f"From: Mail Delivery Subsystem <MAILER-DAEMON@mx.{host}>\n"
        f"To: {company.sales}\n"
        f"Date: {date_text(at, 0)}\n"
        f"Subject: Undelivered Mail Returned to Sender\n"
        f"Message-ID: <bounce.{number}@mx.{host}>\n"
        f"Auto-Submitted: auto-replied\n"
        f"MIME-Version: 1.0\n"
        f"Content-Type: multipart/report; report-type=delivery-status;\n"
        f' boundary="b{number}"\n'
        f"\n"
        f"--b{number}\n"
        f"Content-Type: text/plain; charset=us-ascii\n"
        f"\n"
        f"Your message to <{who.email}> could not be delivered: mailbox full.\n"
        f"--b{number}\n"
        f"Content-Type: message/delivery-status\n"
        f"\n"
        f"Reporting-MTA: dns; mx.{host}\n"
        f"\n"
        f"Final-Recipient: rfc822; {who.email}\n"
        f"Action: failed\n"
        f"Status: 5.2.2\n"
        f"--b{number}--\n"
    ).encode()


def _read_receipt(company: Company, who: Customer, letter: Letter) -> bytes:
    return (
        f"From: {who.email}\n"
        f"To: {company.sales}\n"
        f"Subject: Read: offer\n"
        f"Message-ID: <read.1@{who.email.rpartition('@')[2]}>\n"
        f"MIME-Version: 1.0\n"
        f"Content-Type: multipart/report;\n"
        f' report-type=disposition-notification; boundary="r"\n'
        f"\n"
        f"--r\n"
        f"Content-Type: text/plain\n"
        f"\n"
        f"The message was displayed.\n"
        f"--r\n"
        f"Content-Type: message/disposition-notification\n"
        f"\n"
        f"Final-Recipient: rfc822;{who.email}\n"
        f"Original-Message-ID: <{letter.message_id}>\n"
        f"Disposition: manual-action/MDN-sent-manually; displayed\n"
        f"--r--\n"
    ).encode()


def _broken(writer: Writer, people: Iterator[Customer]) -> Iterator[Mail]:
    """
    Yield what arrived in part: a cut letter, and what is none at all.
    """
    company = writer.company
    who = next(people)
    at = company.at(2, 15, 41)
    letter = writer.letter(
        who,
        at,
        filled(who.words.SUBJECTS[0], who, writer.chance),
        filled(who.words.ASK[0], who, writer.chance),
    )
    whole = writer.mail(attrs.evolve(letter, attached="plan.pdf"))
    yield Mail(at=at, raw=whole.raw[: whole.raw.index(b"JVBERi") + 20] + b"\n")
    yield Mail(at=company.at(3, 4, 2), raw=b"this is the tail of a lost message\n")


def _read_again(writer: Writer, mails: list[Mail]) -> Iterator[Mail]:
    """
    Yield letters that the mailbox gave a second time on the next morning.
    """
    company = writer.company
    for day in (2, 4):
        morning = company.at(day, 6, 0)
        since = morning - timedelta(hours=24)
        seen = [mail for mail in mails if since <= mail.at < morning]
        for number, mail in enumerate(writer.chance.some(seen, 8)):
            yield Mail(at=morning + timedelta(seconds=number), raw=mail.raw)


def office_mails(company: Company, chance: Chance) -> list[Mail]:
    """
    Return what comes into the mailbox of the office, which is no lead source.
    """
    writer = Writer(company, chance)
    mails = []
    for number, (subject, text) in enumerate(WORDS[company.language].OFFICE):
        at = company.at(number % 5, 8 + number % 9, 10 + number)
        mails.append(
            writer.mail(
                Letter(
                    sender=("", f"service{number}@building.example"),
                    to=company.office,
                    subject=subject,
                    text=text,
                    at=at,
                    message_id=f"office.{number}@building.example",
                    language=company.language,
                ),
                QUIRKS[number % len(QUIRKS)],
            )
        )
    mails.append(Mail(at=company.at(4, 17, 0), raw=mails[0].raw))
    return sorted(mails, key=_at)
