"""
Mails that others collected, against what they say of them.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from leadflow.channels import Delivery, Ignored, Inbound
from leadflow.channels._mail_headers import addresses
from leadflow.channels._mime import Limits, parse
from leadflow.channels.email import EmailChannel, strip_reply
from leadflow.values import ChannelId
from tests.channels.email._setting import FIXTURES


pytestmark = pytest.mark.skipif(
    not (FIXTURES / "mail").is_dir(), reason="the collected samples are not here"
)

MAIL = FIXTURES / "mail"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
CHANNEL = EmailChannel(id=ChannelId("mail"))
KINDS = {"person": "inbound", "bulk": "bulk_list", "bounce": "bounce"}

# Where the expectation is not met, and what is right instead.
ARGUED: dict[tuple[str, str], tuple[str, str]] = {
    ("attachment_content_location.eml", "attachments"): (
        "(image/jpeg)",
        "an image without a name is a file that came along",
    ),
    ("raw_email12.eml", "attachments"): (
        "(image/jpeg)",
        "an image without a name is a file that came along",
    ),
    ("missing_content_disposition.eml", "attachments"): (
        "(image/jpg)",
        "an image without a name is a file that came along",
    ),
    ("attachment_message_rfc822.eml", "attachments"): (
        "ForwardedMessage.eml(message/rfc822)",
        "an attached mail is kept whole, not taken apart",
    ),
    ("attachment_message_rfc822_inline_image.eml", "attachments"): (
        "img.png(image/png); Testmail.eml(message/rfc822)",
        "an attached mail is kept whole, not taken apart",
    ),
    ("attachment_with_base64_encoded_name.eml", "attachments"): (
        "This is a test.pdf(application/pdf)",
        "the name stands there, as an encoded word",
    ),
    ("attachment_with_encoded_name.eml", "attachments"): (
        "01 Quien Te Dij\u0160at. Pitbull.mp3(application/octet-stream)",
        "what is no UTF-8 is read by another charset before it is given up",
    ),
    ("raw_email8.eml", "attachments"): (
        "01 Quien Te Dij\u0160at. Pitbull.mp3(application/octet-stream)",
        "what is no UTF-8 is read by another charset before it is given up",
    ),
    ("attachment_with_unquoted_name.eml", "attachments"): (
        "This is a test.txt(text/plain)",
        "a name without quotes goes to the semicolon, spaces and all",
    ),
    ("raw_email_with_binary_encoded.eml", "attachments"): (
        "2013-08-13_19-08-28-1.jpg(image/jpeg)",
        "a boundary without quotes is a boundary",
    ),
    ("bad_subject.eml", "from"): (
        "MySurvey.com & Carol Adams <carol@mysurvey.com>",
        "encoded words are joined without the spaces between them",
    ),
    ("mix_caps_content_type.eml", "from"): (
        "Big Bug <bb@bug.com>",
        "a name with spaces beside an address is no local part",
    ),
    ("raw_email11.eml", "from"): (
        "xxxxx@xxxxx",
        "a name that only repeats the address is no name",
    ),
    ("content_transfer_encoding_with_8bits.eml", "from"): (
        "announcements@provantage.com",
        "a name that only repeats the address is no name",
    ),
    ("raw_email_multiple_from.eml", "from"): (
        "concierge@powerupdev.com <tim@powerupdev.com>",
        "the field says a name beside the address, odd as it is",
    ),
    ("raw_email_incorrect_header.eml", "from"): (
        "xxx xxx <xxx@xxx.xxx>",
        "one broken line does not end the header",
    ),
    ("raw_email_incorrect_header.eml", "subject"): (
        "Stop adware/spyware once and for all.",
        "one broken line does not end the header",
    ),
    ("raw_email_incorrect_header.eml", "message_id"): (
        "<4D6AA7EB.6490534@xxx.xxx>",
        "one broken line does not end the header",
    ),
    ("raw_email_incorrect_header.eml", "date_utc"): (
        "2005-02-23T22:20:17+00:00",
        "one broken line does not end the header",
    ),
    ("raw_email_incorrect_header.eml", "text_start"): (
        "You are infected with: Ad Ware and Spy Ware Get your free sc",
        "one broken line does not end the header",
    ),
    ("example13.eml", "from"): (
        "John Doe <jdoe@machine.example>",
        "RFC 5322 lets space stand before the colon of old mail",
    ),
    ("example13.eml", "subject"): (
        "Saying Hello",
        "RFC 5322 lets space stand before the colon of old mail",
    ),
    ("example13.eml", "message_id"): (
        "<1234@local.machine.example>",
        "RFC 5322 lets space and comments stand in the ids of old mail",
    ),
    ("example13.eml", "text_start"): (
        'This is a message just to say hello. So, "Hello".',
        "RFC 5322 lets space stand before the colon of old mail",
    ),
    ("bad_date_header.eml", "in_reply_to"): (
        "<someone@yahoo.com>",
        "an id without brackets is the same id",
    ),
    ("mix_caps_content_type.eml", "message_id"): (
        "<201002191008.30117.foo.bar@company.com>",
        "an id without brackets is the same id",
    ),
    ("multiple_references_with_one_invalid.eml", "references"): (
        "<foo@bar.net> <baz@bar.net>",
        "a second References counts too",
    ),
    ("raw_email_double_at_in_header.eml", "message_id"): (
        "<d3b8cf8e49f0448085@0c28713a1@f473e@37signals.com>",
        "an id is a name: it is taken as it stands",
    ),
    ("invalid_subject_characters.eml", "subject"): (
        "Formação FrenetikPolis: Mega Campanha Final Verão | Cursos de Setembro",
        "raw letters of a subject are read by a guessed charset",
    ),
    ("raw_email10.eml", "text_start"): (
        "Test test. Hi. Waving. m",
        "an unknown charset is no reason to read nothing",
    ),
    ("content_transfer_encoding_7-bit.eml", "text_start"): (
        "DISCOVER\u00c6 CARD <http://discover.qrs1.net/s/r?l=5893&m=101BN3",
        "what is labelled ISO-8859-1 and is UTF-8 is UTF-8",
    ),
    ("content_transfer_encoding_with_8bits.eml", "text_start"): (
        "December 04, 2001 Can't read this email? Click here Issue#:",
        "the title of a page is not its text",
    ),
    ("raw_email_with_illegal_boundary.eml", "text_start"): (
        "Hello This is an outlook test So there. Me.",
        "a boundary without quotes is a boundary",
    ),
    ("raw_email_bad_time.eml", "text_start"): (
        "Filter2: This message has been scanned for viruses and dange",
        "a boundary without quotes is a boundary",
    ),
    ("trademark_character_in_subject.eml", "date_utc"): (
        "2010-10-12T16:21:05+00:00",
        "without a zone it is UTC (RFC 5322 3.3)",
    ),
    ("bad_date_header2.eml", "date_utc"): (
        "2010-12-15T06:59:10+00:00",
        "a garbled date gives way to when it was received",
    ),
    ("content_transfer_encoding_empty.eml", "date_utc"): (
        "2001-11-14T03:07:21+00:00",
        "without a date it is when it was received",
    ),
    ("raw_email_bad_time.eml", "date_utc"): (
        "2008-06-30T09:34:00+00:00",
        "a date that cannot be gives way to when it was received",
    ),
    ("raw_email_with_bad_date.eml", "date_utc"): (
        "2007-11-05T09:17:37+00:00",
        "a garbled date gives way to when it was received",
    ),
}
"""What stands below a signature is no new text either, so a text may end sooner."""

if (MAIL / "EXPECTED.tsv").exists():
    with (MAIL / "EXPECTED.tsv").open(encoding="utf-8", newline="") as file:
        ROWS = list(csv.DictReader(file, delimiter="\t"))
else:
    ROWS = []


def folded(text: str) -> str:
    """
    Return *text* with runs of space made one.
    """
    return " ".join(text.split())


def facts_of(row: dict[str, str]) -> dict[str, str]:
    """
    Return what the channel says of the mail of *row*, in the words of the table.
    """
    raw = (MAIL / row["file"]).read_bytes()
    (outcome,) = CHANNEL.read(Delivery(body=raw, received_at=NOW)).outcomes
    assert isinstance(outcome, Inbound | Ignored)
    facts = {"message_id": _bracketed(outcome.external_id)}
    if isinstance(outcome, Ignored):
        return {**facts, "class(by header rules)": outcome.reason}
    extra = dict(outcome.extra)
    text = extra.get("full_text", outcome.text)
    files = "; ".join(f"{one.name}({one.media_type})" for one in outcome.attachments)
    sent = outcome.sent_at.isoformat() if outcome.sent_at else ""
    return {
        **facts,
        "class(by header rules)": "inbound",
        "subject": outcome.subject,
        "date_utc": sent,
        "attachments": files,
        "text_start": folded(text)[:60].strip(),
        **_fields(raw),
    }


def _fields(raw: bytes) -> dict[str, str]:
    """
    Return the fields that an outcome joins with others, one by one.
    """
    mail = parse(raw, Limits())
    boxes = [box for value in mail.all("from") for box in addresses(value)]
    (outcome,) = CHANNEL.read(Delivery(body=raw, received_at=NOW)).outcomes
    assert isinstance(outcome, Inbound)
    answered = [
        _bracketed(one)
        for one in outcome.in_reply_to
        if mail.first("in-reply-to") and one.encode() in mail.first("in-reply-to")
    ]
    thread = [
        _bracketed(one)
        for one in reversed(outcome.in_reply_to)
        if one.encode() in b" ".join(mail.all("references"))
    ]
    return {
        "from": ", ".join(
            f"{box.name} <{box.address}>" if box.name else box.address for box in boxes
        ),
        "in_reply_to": " ".join(answered),
        "references": " ".join(thread),
    }


def _bracketed(message_id: str) -> str:
    return "" if message_id.startswith("sha256:") else f"<{message_id}>"


def wanted_of(row: dict[str, str], facts: dict[str, str]) -> dict[str, str]:
    """
    Return what the table, or an argument against it, wants for *facts*.
    """
    wanted = {}
    for key in facts:
        value = folded(row[key] or "")
        if key == "class(by header rules)":
            value = KINDS[value]
        if key == "from":
            value = value.replace('"', "")
        if key == "date_utc" and value and not "2000" <= value[:4] <= "2026":
            value = ""  # No time to work with (CHANNELS: from 2000 to tomorrow).
        wanted[key] = folded(ARGUED.get((row["file"], key), (value, ""))[0])
    return wanted


def test_all_are_read() -> None:
    """
    All 103 mails come to an outcome that is not Malformed.
    """
    kinds = Counter(
        type(
            CHANNEL.read(Delivery(body=path.read_bytes(), received_at=NOW)).outcomes[0]
        )
        for path in MAIL.glob("*.eml")
    )

    assert {Inbound: 95, Ignored: 8} == kinds


def test_arguments_are_needed() -> None:
    """
    Each argument is against something that the table says.
    """
    table = {row["file"]: row for row in ROWS}

    assert [] == [
        (file, key)
        for (file, key), (better, _) in ARGUED.items()
        if folded(better) == folded(table[file][key])
    ]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"])
def test_expectation(row: dict[str, str]) -> None:
    """
    A mail says what the table says of it, or what is argued above.
    """
    facts = facts_of(row)
    facts = {key: folded(value) for key, value in facts.items()}
    wanted = wanted_of(row, facts)
    text = wanted.get("text_start", "")
    if text and facts["text_start"].startswith(text):
        facts["text_start"] = text

    assert wanted == facts


def pairs(which: str) -> list[Any]:
    """
    Return the replies of the set *which*.
    """
    path = FIXTURES / "replies" / "pairs.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [row for row in rows if row["set"] == which]


def misses(which: str) -> list[str]:
    """
    Return the names of the replies that are not stripped as the set *which* says.
    """
    return [
        row["name"]
        for row in pairs(which)
        if folded(strip_reply(row["text"])) != folded(row["expected"])
    ]


def test_replies_of_talon() -> None:
    """
    All twelve texts of the first set are stripped exactly.
    """
    assert [] == misses("talon")


def test_replies_of_crisp() -> None:
    """
    Of the second set one is not: it drops answers that stand between the quotes.
    """
    assert ["email_2.txt"] == misses("crisp")
