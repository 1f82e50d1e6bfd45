"""
Real deliveries of mail providers read as expected of them.

The set lies beside the project and not in it; without it the tests are skipped.
Where a delivery was recorded with a key that nobody knows, it is signed anew.
"""

from __future__ import annotations

import csv
import hmac
import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl

import attrs
import pytest

from leadflow.channels import Channel, Delivery, Ignored, Inbound
from leadflow.channels.email import EmailChannel
from leadflow.channels.mail_webhooks import (
    CloudmailinChannel,
    MailgunChannel,
    MandrillChannel,
    PostedMailChannel,
    PostmarkChannel,
    SendGridChannel,
    basic_auth,
)
from leadflow.errors import Unverified


FOLDER = Path(__file__).parents[4] / "shared" / "fixtures" / "mail_webhooks"
EXPECTED = FOLDER / "EXPECTED.tsv"
NOW = datetime(2013, 6, 1, tzinfo=UTC)
MAIL = EmailChannel(id="mail")
SECRET = basic_auth("leadflow", "s3cret")
URL = "http://rackbin.herokuapp.com/"
KEY = "rth_rywL9CWIIZBuwPQIWw"
YEARS = timedelta(days=365)
CHANNELS: dict[str, Channel] = {
    "cloudmailin": CloudmailinChannel(mail=MAIL, secret=SECRET),
    "mailgun": MailgunChannel(mail=MAIL, signing_key="foo", tolerance=YEARS),
    "mandrill": MandrillChannel(mail=MAIL, key=KEY, url=URL),
    "postmark": PostmarkChannel(mail=MAIL, secret=SECRET),
    "sendgrid": SendGridChannel(mail=MAIL, secret=SECRET),
    "simple": PostedMailChannel(mail=MAIL, key="foo", tolerance=YEARS),
}
BULK = "mandrill__multiple.txt"
# A key nobody knows, or a signature that was not recorded.
SIGNED_ANEW = {
    "mailgun__parsed__spam.txt",
    "mailgun__raw__spam.txt",
    "mandrill__spam.txt",
    "mandrill__multiple.txt",
}

pytestmark = pytest.mark.skipif(not EXPECTED.exists(), reason="the set is not here")


def rows() -> list[dict[str, str]]:
    """
    Return what is expected, a row a delivery.
    """
    if not EXPECTED.exists():
        return []
    with EXPECTED.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def delivery_of(name: str) -> Delivery:
    """
    Return the delivery recorded in the file *name*, with the URL's secret.
    """
    raw = (FOLDER / name).read_bytes()
    head, body = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)
    headers = [
        tuple(line.split(": ", 1))
        for line in head.decode().splitlines()[1:]
        if ": " in line
    ]
    sent = Delivery(
        body=body,
        received_at=NOW,
        headers=(*headers, ("Authorization", SECRET.value)),
        url=URL,
    )
    return signed(sent, name) if name in SIGNED_ANEW else sent


def signed(sent: Delivery, name: str) -> Delivery:
    """
    Return *sent* signed with the keys of this test.
    """
    pairs = parse_qsl(sent.body.strip().decode(), keep_blank_values=True)
    if name.startswith("mandrill"):
        message = URL + "".join(f"{key}{value}" for key, value in sorted(pairs))
        mac = hmac.digest(KEY.encode(), message.encode(), "sha1")
        kept = [h for h in sent.headers if h[0] != "X-Mandrill-Signature"]
        mark = ("X-Mandrill-Signature", b64encode(mac).decode())
        return attrs.evolve(sent, headers=(*kept, mark))
    fields = dict(pairs)
    message = fields["timestamp"] + fields["token"]
    mac = hmac.digest(b"foo", message.encode(), "sha256")
    body = sent.body.replace(fields["signature"].encode(), mac.hex().encode())
    return attrs.evolve(sent, body=body)


ROWS = pytest.mark.parametrize("row", rows(), ids=lambda row: row["file"])


def inbounds(row: dict[str, str]) -> list[Inbound]:
    """
    Return the inbounds of the delivery, all of whose outcomes must be such.
    """
    if row["outcome"].startswith("Unverified") or row["file"] == BULK:
        pytest.skip("it makes nothing")
    channel = CHANNELS[row["file"].partition("__")[0]]
    outcomes = channel.read(delivery_of(row["file"])).outcomes
    found = [one for one in outcomes if isinstance(one, Inbound)]
    assert len(found) == len(outcomes), outcomes
    return found


@ROWS
def test_outcome(row: dict[str, str]) -> None:
    """
    A delivery comes to one message, to two where it holds two, or is unverified.

    The two say of themselves that they are bulk mail (``Precedence: bulk`` and
    ``List-Unsubscribe``): both are read, and neither is a person's attention (R12).
    """
    channel = CHANNELS[row["file"].partition("__")[0]]
    outcomes = channel.read(delivery_of(row["file"])).outcomes
    wanted = (
        [Unverified]
        if row["outcome"].startswith("Unverified")
        else [Ignored] * 2
        if row["file"] == BULK
        else [Inbound]
    )

    assert wanted == [type(one) for one in outcomes]


def test_two_in_one_delivery() -> None:
    """
    Both mails of one delivery are found, with sender and subject.
    """
    channel = CHANNELS["mandrill"]
    assert isinstance(channel, MandrillChannel)
    mails = channel.mails(delivery_of(BULK))
    subject = b"\nSubject: This is an example webhook message"

    assert [True, True] == [subject in mail.body for mail in mails]


def test_bulk_is_told() -> None:
    """
    Mail of a list is ignored as such, whoever posts it (R12).
    """
    outcomes = CHANNELS["mandrill"].read(delivery_of(BULK)).outcomes
    told = [
        (one.reason, one.contact_points[0].value)
        for one in outcomes
        if isinstance(one, Ignored)
    ]

    assert [("bulk_list", "example.sender@mandrillapp.com")] * 2 == told


@ROWS
def test_sender(row: dict[str, str]) -> None:
    """
    The sender is who the expectation names.
    """
    senders = {one.contact_points[0].value for one in inbounds(row)}

    assert {re.sub(r".*<(.*)>", r"\1", row["from"])} == senders


@ROWS
def test_subject(row: dict[str, str]) -> None:
    """
    The subject is the expected one, in whichever charset it came.
    """
    assert {row["subject"]} == {one.subject for one in inbounds(row)}


@ROWS
def test_spam(row: dict[str, str]) -> None:
    """
    The provider's verdict on spam is told.

    Mailgun doesn't filter what it posts raw: the payload itself says that this one
    is none (``X-Mailgun-Sflag: No``), whatever the file is called.
    """
    wanted = "spam verdict true" in row["outcome"]
    wanted = wanted and row["file"] != "mailgun__raw__spam.txt"

    assert {wanted} == {"spam" in one.judgement.reasons for one in inbounds(row)}


@ROWS
def test_attachments(row: dict[str, str]) -> None:
    """
    The two text files of the full samples are described, by URL where stored.
    """
    [*found] = inbounds(row)
    if "multipart" not in row["file"] and "valid" not in row["file"]:
        pytest.skip("it has no files of its own")
    names = [a.name for a in found[0].attachments]
    plain = row["file"].startswith("simple")

    assert plain or {"foo.txt", "bar.txt"} <= set(names)


@ROWS
def test_stored_attachments(row: dict[str, str]) -> None:
    """
    Attachments that the provider keeps have their URL as locator.
    """
    if "by URL" not in row["outcome"]:
        pytest.skip("nothing is stored")
    stored = [a for one in inbounds(row) for a in one.attachments]
    urls = [a for a in stored if a.locator.startswith("http")]

    assert ["foo.txt", "bar.txt"] == [a.name for a in urls]


@ROWS
def test_text(row: dict[str, str]) -> None:
    """
    The text of the full samples is there.
    """
    if row["subject"] != "Test":
        pytest.skip("it says something else")

    assert all(one.text.startswith("bold text") for one in inbounds(row))
