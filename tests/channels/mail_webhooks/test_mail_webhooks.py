"""
Mail providers' webhooks: who may post, and that nothing of a mail is lost.
"""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.channels import (
    Channel,
    Delivery,
    Ignored,
    Inbound,
    Outcome,
    Outgoing,
    Reply,
)
from leadflow.channels._mail_posts import PostedFile, compose
from leadflow.channels.email import EmailChannel, read_part
from leadflow.channels.mail_webhooks import (
    CloudmailinChannel,
    MailgunChannel,
    MandrillChannel,
    PostedMailChannel,
    PostmarkChannel,
    SendGridChannel,
    basic_auth,
)
from leadflow.channels.webform import FormSecret
from leadflow.errors import DefinitionError, Malformed, Unverified
from leadflow.testing.channels import ChannelContract
from leadflow.values import ContactPoint
from tests.channels._echo import echo_headers, echo_text


NOW = datetime(2026, 5, 11, 10, 0, 30, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
KEY = "key-4711-of-nobody"
URL = "https://crm.example/hooks/mail"
SECRET = basic_auth("leadflow", KEY)
MAIL = EmailChannel(id="mail", addresses=("sales@shop.example",))
MAILGUN = MailgunChannel(mail=MAIL, signing_key=KEY)
MANDRILL = MandrillChannel(mail=MAIL, key=KEY, url=URL)
POSTMARK = PostmarkChannel(mail=MAIL, secret=SECRET)
SENDGRID = SendGridChannel(mail=MAIL, secret=SECRET)
CLOUDMAILIN = CloudmailinChannel(mail=MAIL, secret=SECRET)
POSTED = PostedMailChannel(mail=MAIL, key=KEY)
FORM = "application/x-www-form-urlencoded"
PDF = b"%PDF-1.4\r\n\x00\xff--boundary\r\n"
HEADERS = [
    ("Received", "from a by b; Mon, 11 May 2026 10:00:00 +0000"),
    ("From", "Иван Петров <ivan@client.example>"),
    ("To", "sales@shop.example"),
    ("Message-ID", "<1@client.example>"),
    ("In-Reply-To", "<0@shop.example>"),
    ("Subject", "Шкаф"),
    ("Date", "Mon, 11 May 2026 13:00:00 +0300"),
    ("Content-Type", 'multipart/mixed; boundary="theirs"'),
]
RAW = (
    b"From: =?utf-8?B?0JjQstCw0L0g0J/QtdGC0YDQvtCy?= <ivan@client.example>\r\n"
    b"To: sales@shop.example\r\nMessage-ID: <1@client.example>\r\n"
    b"In-Reply-To: <0@shop.example>\r\n"
    b"Subject: =?utf-8?B?0KjQutCw0YQ=?=\r\nDate: Mon, 11 May 2026 13:00:00 +0300\r\n"
    b"Content-Type: text/plain; charset=koi8-r\r\n"
    b"Content-Transfer-Encoding: 8bit\r\n\r\n"
) + "Сколько стоит?\r\n".encode("koi8-r")


def post(
    body: bytes, *headers: tuple[str, str], media_type: str = FORM, url: str = URL
) -> Delivery:
    """
    Return a POST of *body*.
    """
    return Delivery(
        body=body,
        received_at=NOW,
        headers=(("Content-Type", media_type), *headers),
        url=url,
    )


def as_json(value: Any) -> Delivery:
    """
    Return *value* posted as JSON with the URL's secret.
    """
    return post(
        json.dumps(value).encode(),
        ("Authorization", SECRET.value),
        media_type="application/json",
    )


def token_signed(
    fields: Iterable[tuple[str, str | bytes]], *, stamp: str = STAMP, token: str = "tok"
) -> Delivery:
    """
    Return *fields* signed as Mailgun does.
    """
    mac = hmac.digest(KEY.encode(), (stamp + token).encode(), "sha256").hex()
    signed = [("timestamp", stamp), ("token", token), ("signature", mac)]
    return post(urlencode([*fields, *signed]).encode())


def mandrill_signed(events: Any, *, key: str = KEY, url: str = URL) -> Delivery:
    """
    Return *events* signed as Mandrill does.
    """
    text = events if isinstance(events, str) else json.dumps(events)
    message = f"{url}mandrill_events{text}".encode()
    mac = b64encode(hmac.digest(key.encode(), message, "sha1")).decode()
    body = urlencode([("mandrill_events", text)]).encode()
    return post(body, ("X-Mandrill-Signature", mac))


def multipart(
    fields: Iterable[tuple[str, bytes]], files: Iterable[tuple[str, str, bytes]] = ()
) -> Delivery:
    """
    Return a multipart form of *fields* and *files* (field, file name, bytes).
    """
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + data
        for name, data in fields
    ] + [
        f'--b\r\nContent-Disposition: form-data; name="{name}"; filename="{shown}"\r\n'
        f"Content-Type: application/pdf\r\n\r\n".encode()
        + data
        for name, shown, data in files
    ]
    body = b"\r\n".join([*parts, b"--b--\r\n"])
    auth = ("Authorization", SECRET.value)
    return post(body, auth, media_type="multipart/form-data; boundary=b")


TEXT = "Сколько стоит?"
BASE64 = b64encode(PDF).decode()
SENDGRID_FIELDS = [
    ("headers", "".join(f"{n}: {v}\n" for n, v in HEADERS).encode()),
    ("from", "Иван Петров <ivan@client.example>".encode()),
    ("subject", "Шкаф".encode()),
    ("text", TEXT.encode("koi8-r")),
    ("charsets", b'{"text":"koi8-r","subject":"UTF-8","from":"UTF-8"}'),
    ("envelope", b'{"to":["sales@shop.example"],"from":"ivan@client.example"}'),
    ("spam_score", b"0.1"),
]
MAILGUN_FIELDS = [
    ("recipient", "sales@shop.example"),
    ("sender", "ivan@client.example"),
    ("message-headers", json.dumps(HEADERS)),
    ("body-plain", TEXT),
]
POSTMARK_MAIL = {
    "FromFull": {"Email": "ivan@client.example", "Name": "Иван Петров"},
    "From": "ivan@client.example",
    "ToFull": [{"Email": "sales@shop.example", "Name": "Shop, the"}],
    "Subject": "Шкаф",
    "Date": "Mon, 11 May 2026 13:00:00 +0300",
    "OriginalRecipient": "sales@shop.example",
    "MessageID": "e27500eb-142e-4ca0-8529-e32ffd9931d6",
    "TextBody": TEXT,
    "Headers": [
        {"Name": "Message-ID", "Value": "<1@client.example>"},
        {"Name": "In-Reply-To", "Value": "<0@shop.example>"},
    ],
    "Attachments": [
        {"Name": "план.pdf", "Content": BASE64, "ContentType": "application/pdf"}
    ],
}
CLOUDMAILIN_MAIL = {
    "headers": {
        **dict(HEADERS[1:]),
        "Received": ["from a by b; Mon, 11 May 2026 10:00:00 +0000", "from c by a"],
    },
    "envelope": {
        "to": "sales@shop.example",
        "recipients": ["sales@shop.example"],
        "from": "ivan@client.example",
        "spf": {"result": "pass"},
    },
    "plain": TEXT,
    "attachments": [
        {
            "file_name": "план.pdf",
            "content_type": "application/pdf",
            "content": BASE64,
        }
    ],
}
MANDRILL_MAIL = {
    "email": "sales@shop.example",
    "from_email": "ivan@client.example",
    "from_name": "Иван Петров",
    "headers": dict(HEADERS),
    "subject": "Шкаф",
    "text": TEXT,
    "spam_report": {"score": 0.1},
    "attachments": {
        "план.pdf": {
            "name": "план.pdf",
            "type": "application/pdf",
            "content": BASE64,
            "base64": True,
        }
    },
}


def inbound_event(**more: Any) -> dict[str, Any]:
    """
    Return an inbound event of Mandrill's with *more* in its mail.
    """
    return {"event": "inbound", "ts": 1, "msg": {**MANDRILL_MAIL, **more}}


FILE = [("attachment-1", "план.pdf", PDF)]
SIGNATURE = [
    ("timestamp", STAMP.encode()),
    ("token", b"tok"),
    (
        "signature",
        hmac.digest(KEY.encode(), f"{STAMP}tok".encode(), "sha256").hex().encode(),
    ),
]
BUILT: dict[str, tuple[Any, Delivery]] = {
    "mailgun": (
        MAILGUN,
        multipart([*((n, v.encode()) for n, v in MAILGUN_FIELDS), *SIGNATURE], FILE),
    ),
    "sendgrid": (SENDGRID, multipart(SENDGRID_FIELDS, FILE)),
    "postmark": (POSTMARK, as_json(POSTMARK_MAIL)),
    "cloudmailin": (CLOUDMAILIN, as_json(CLOUDMAILIN_MAIL)),
    "mandrill": (MANDRILL, mandrill_signed([inbound_event()])),
}
RAWS: dict[str, tuple[Any, Delivery]] = {
    "mailgun": (MAILGUN, token_signed([("body-mime", RAW)])),
    "sendgrid": (SENDGRID, multipart([("email", RAW)])),
    "cloudmailin": (CLOUDMAILIN, multipart([("message", RAW)])),
    "posted": (POSTED, token_signed([("message", RAW)])),
}
EACH_BUILT = pytest.mark.parametrize(("channel", "sent"), BUILT.values(), ids=BUILT)
EACH_RAW = pytest.mark.parametrize(("channel", "sent"), RAWS.values(), ids=RAWS)
EVERY = pytest.mark.parametrize(
    ("channel", "sent"),
    [*BUILT.values(), *RAWS.values()],
    ids=[*BUILT, *(f"{name}-raw" for name in RAWS)],
)


def only(channel: Channel, sent: Delivery) -> Outcome:
    """
    Return the one outcome of *sent*.
    """
    [outcome] = channel.read(sent).outcomes
    return outcome


def inbound(channel: Channel, sent: Delivery) -> Inbound:
    """
    Return the inbound that *sent* must be.
    """
    outcome = only(channel, sent)
    assert isinstance(outcome, Inbound), outcome
    return outcome


class TestNothingIsLost:
    @EVERY
    def test_the_mail(self, channel: Channel, sent: Delivery) -> None:
        """
        Id, sender, name, subject, text, time and thread are those of the mail.
        """
        read = inbound(channel, sent)

        assert (
            "1@client.example",
            "ivan@client.example",
            "Иван Петров",
            "Шкаф",
            TEXT,
            datetime(2026, 5, 11, 10, 0, tzinfo=UTC),
            ("0@shop.example",),
            ("sales@shop.example",),
        ) == (
            read.external_id,
            read.contact_points[0].value,
            read.person.name,
            read.subject,
            read.text,
            read.sent_at,
            read.in_reply_to,
            read.addressed_to,
        )

    @EACH_RAW
    def test_raw_bytes(self, channel: Any, sent: Delivery) -> None:
        """
        A raw mail is handed on byte for byte.
        """
        assert [RAW] == [mail.body for mail in channel.mails(sent)]

    @EACH_BUILT
    def test_attachment(self, channel: Channel, sent: Delivery) -> None:
        """
        A file is described with its name, type and size.
        """
        [file] = inbound(channel, sent).attachments

        assert ("план.pdf", "application/pdf", len(PDF)) == (
            file.name,
            file.media_type,
            file.size,
        )

    @EACH_BUILT
    def test_attachment_can_be_had(self, channel: Any, sent: Delivery) -> None:
        """
        The bytes of a file stand at its locator in the raw mail.
        """
        [mail] = channel.mails(sent)
        [file] = inbound(channel, sent).attachments

        assert PDF == read_part(mail.body, file.locator)

    def test_html_only(self) -> None:
        """
        A mail without plain text has the text of its page.
        """
        page = {**POSTMARK_MAIL, "TextBody": "", "HtmlBody": "<p>Цена&nbsp;?</p>"}

        assert "Цена ?" == inbound(POSTMARK, as_json(page)).text

    def test_inline_image(self) -> None:
        """
        An image that the page cites is marked inline.
        """
        image = {
            "Name": "a.png",
            "Content": BASE64,
            "ContentType": "image/png",
            "ContentID": "<i@x>",
        }
        page = {
            **POSTMARK_MAIL,
            "HtmlBody": '<img src="cid:i@x">x',
            "Attachments": [image],
        }
        [file] = inbound(POSTMARK, as_json(page)).attachments

        assert file.inline

    def test_stored_attachment(self) -> None:
        """
        A file that the provider keeps is described by its URL.
        """
        file = {
            "file_name": "a.pdf",
            "content_type": "application/pdf",
            "size": "7",
            "url": "https://store.example/a",
        }
        sent = as_json({**CLOUDMAILIN_MAIL, "attachments": [file]})
        [found] = inbound(CLOUDMAILIN, sent).attachments

        assert ("https://store.example/a", 7) == (found.locator, found.size)

    def test_newer_names_of_headers(self) -> None:
        """
        Cloudmailin's lower-case header names with underscores are understood.
        """
        headers = {
            name.lower().replace("-", "_"): value
            for name, value in CLOUDMAILIN_MAIL["headers"].items()  # type: ignore[attr-defined]
        }
        sent = as_json({**CLOUDMAILIN_MAIL, "headers": headers})

        assert "1@client.example" == inbound(CLOUDMAILIN, sent).external_id

    def test_postmark_raw(self) -> None:
        """
        Where Postmark posts the raw mail too, that is the mail.
        """
        sent = as_json({**POSTMARK_MAIL, "RawEmail": RAW.decode("latin-1")})

        assert () == inbound(POSTMARK, sent).attachments

    def test_null_sender(self) -> None:
        """
        An empty envelope sender is handed on: a robot's mail shows by it (R12).
        """
        fields = [("sender", ""), *((n, v) for n, v in MAILGUN_FIELDS if n != "sender")]
        outcome = only(MAILGUN, token_signed(fields))

        assert isinstance(outcome, Ignored)
        assert "null-return-path" == outcome.detail

    def test_report(self) -> None:
        """
        A bounce that was taken apart is a bounce still (R12).
        """
        headers = [
            *((n, v) for n, v in HEADERS if n != "Content-Type"),
            ("Content-Type", "multipart/report; report-type=delivery-status"),
        ]
        fields = [("message-headers", json.dumps(headers)), ("body-plain", "failed")]
        outcome = only(MAILGUN, token_signed(fields))

        assert isinstance(outcome, Ignored)
        assert "bounce" == outcome.reason

    def test_two_mails(self) -> None:
        """
        All mails of one delivery are read, in order.
        """
        events = [
            inbound_event(),
            {"event": "send"},
            inbound_event(
                headers={**dict(HEADERS), "Message-ID": "<2@client.example>"}
            ),
        ]
        outcomes = MANDRILL.read(mandrill_signed(events)).outcomes
        ids = [one.external_id for one in outcomes if isinstance(one, Inbound)]

        assert ["1@client.example", "2@client.example"] == ids


class TestSpam:
    def spam(self, **more: bool) -> Inbound:
        """
        Return a mail that SendGrid scores as spam.
        """
        channel = SendGridChannel(mail=MAIL, secret=SECRET, **more)  # type: ignore[arg-type]
        fields = [
            (name, b"9.5" if name == "spam_score" else value)
            for name, value in SENDGRID_FIELDS
        ]
        return inbound(channel, multipart(fields))

    def test_is_a_reason(self) -> None:
        """
        The verdict and the score are told.
        """
        read = self.spam()

        assert "spam" in read.judgement.reasons
        assert ("spam_score", "9.5") in read.extra

    def test_is_not_answered(self) -> None:
        """
        Spam is never answered by itself, its sender being somebody else.
        """
        assert not self.spam().judgement.may_answer

    def test_opens_a_lead(self) -> None:
        """
        A filter errs: by default spam opens a lead.
        """
        assert self.spam().judgement.may_open

    def test_opens_none_if_so_set(self) -> None:
        """
        With ``spam_opens`` off it is recorded, and opens none.
        """
        assert not self.spam(spam_opens=False).judgement.may_open


class TestAuthenticity:
    @pytest.mark.parametrize(
        "sent",
        [
            token_signed([("body-mime", RAW)], stamp="1"),
            post(urlencode([("body-mime", RAW)]).encode()),
            post(b"{}", media_type="application/json"),
            attrs.evolve(
                token_signed([("body-mime", RAW)], token="tok"),
                body=token_signed([("body-mime", RAW)]).body.replace(b"tok", b"kot"),
            ),
            post(f"timestamp={STAMP}&token=tok&signature=%C3%A9".encode()),
            post(f"timestamp={STAMP}&token=tok&signature=00".encode()),
        ],
        ids=["stale", "unsigned", "json", "other-token", "non-ascii", "short"],
    )
    def test_mailgun(self, sent: Delivery) -> None:
        """
        What Mailgun didn't sign, or signed long ago, makes nothing (R11).
        """
        assert isinstance(only(MAILGUN, sent), Unverified)

    def test_mailgun_tries_for_hours(self) -> None:
        """
        A retry eight hours later is still authentic.
        """
        sent = token_signed(MAILGUN_FIELDS)
        late = attrs.evolve(sent, received_at=NOW + timedelta(hours=8))

        assert isinstance(only(MAILGUN, late), Inbound)

    @pytest.mark.parametrize(
        "sent",
        [
            mandrill_signed([inbound_event()], key="other"),
            mandrill_signed([inbound_event()], url="https://other.example"),
            mandrill_signed([inbound_event()], key="test-webhook"),
            attrs.evolve(
                mandrill_signed([inbound_event()]),
                body=mandrill_signed([inbound_event(subject="b")]).body,
            ),
            post(b"mandrill_events=[]"),
            post(b"mandrill_events=[]", ("X-Mandrill-Signature", "é")),
            post(b"mandrill_events=[]", ("X-Mandrill-Signature", "AA==")),
        ],
        ids=["key", "url", "test-key", "replayed", "unsigned", "non-ascii", "short"],
    )
    def test_mandrill(self, sent: Delivery) -> None:
        """
        What Mandrill didn't sign for this very URL makes nothing (R11).
        """
        assert isinstance(only(MANDRILL, sent), Unverified)

    def test_mandrill_signature_over_other_json(self) -> None:
        """
        A signature over the same events, written otherwise, is none.
        """
        events = [inbound_event()]
        signed = mandrill_signed(events)
        spaced = urlencode([("mandrill_events", json.dumps(events, indent=1))])

        changed = attrs.evolve(signed, body=spaced.encode())

        assert isinstance(only(MANDRILL, changed), Unverified)

    def test_mandrill_tries_the_url(self) -> None:
        """
        The trial of a URL is answered 200, and makes nothing.
        """
        reading = MANDRILL.read(mandrill_signed("[]", key="test-webhook"))
        [outcome] = reading.outcomes

        assert isinstance(outcome, Ignored)
        assert ("platform_test", 200) == (outcome.reason, reading.answer.status)

    @pytest.mark.parametrize(
        "channel", [POSTMARK, SENDGRID, CLOUDMAILIN], ids=["pm", "sg", "cm"]
    )
    @pytest.mark.parametrize(
        "given", ["", "Basic", "é", SECRET.value + "=", "Basic AAAA"]
    )
    def test_secret_in_the_url(self, channel: Channel, given: str) -> None:
        """
        Without the URL's secret nothing is read, answered 403 (R11).
        """
        sent = post(b"{}", ("Authorization", given), media_type="application/json")
        reading = channel.read(sent)

        assert (Unverified, 403) == (
            type(reading.outcomes[0]),
            reading.answer.status,
        )


class TestSendGridSignature:
    """
    The signature is checked by the owner's own function.
    """

    def channel(self) -> SendGridChannel:
        """
        Return a channel whose check stands in for ECDSA by an HMAC.
        """

        def check(message: bytes, der: bytes) -> bool:
            return hmac.compare_digest(
                hmac.digest(KEY.encode(), message, "sha256"), der
            )

        return SendGridChannel(mail=MAIL, signature=check)

    def sealed(self, stamp: str = STAMP) -> Delivery:
        """
        Return a delivery whose time and body are signed.
        """
        sent = multipart(SENDGRID_FIELDS)
        mac = hmac.digest(KEY.encode(), stamp.encode() + sent.body, "sha256")
        mark = "X-Twilio-Email-Event-Webhook"
        marks = (
            (f"{mark}-Timestamp", stamp),
            (f"{mark}-Signature", b64encode(mac).decode()),
        )
        return attrs.evolve(sent, headers=(*sent.headers, *marks))

    def test_signed(self) -> None:
        """
        A delivery that the check passes is read.
        """
        assert isinstance(only(self.channel(), self.sealed()), Inbound)

    @pytest.mark.parametrize("case", ["body", "unsigned", "stale", "not-base64"])
    def test_not_signed(self, case: str) -> None:
        """
        Another body, no signature, an old one and garble are refused (R11).
        """
        good = self.sealed()
        sent = {
            "body": attrs.evolve(good, body=good.body + b" "),
            "unsigned": attrs.evolve(good, headers=good.headers[:-1]),
            "stale": self.sealed(stamp="1700000000"),
            "not-base64": attrs.evolve(
                good, headers=(*good.headers[:-1], (good.headers[-1][0], "é!"))
            ),
        }[case]

        assert isinstance(only(self.channel(), sent), Unverified)


class TestSettings:
    @pytest.mark.parametrize(
        "make",
        [
            lambda: MailgunChannel(mail=MAIL, signing_key=""),
            lambda: PostedMailChannel(mail=MAIL, key=""),
            lambda: SendGridChannel(mail=MAIL),
            lambda: PostmarkChannel(mail=MAIL, secret=FormSecret(value="")),
            lambda: CloudmailinChannel(
                mail=MAIL, secret=FormSecret(value="x", place="field")
            ),
            lambda: MandrillChannel(mail=MAIL, key="", url=URL),
            lambda: MandrillChannel(mail=MAIL, key=KEY, url="crm.example"),
        ],
        ids=["mailgun", "posted", "sendgrid", "postmark", "field", "key", "url"],
    )
    def test_nothing_without_authenticity(self, make: Any) -> None:
        """
        A channel that could not tell who posts can't be made (R11).
        """
        with pytest.raises(DefinitionError):
            make()

    def test_other_event(self) -> None:
        """
        Postmark's other webhooks are accounted for, and make nothing.
        """
        bounce = {"RecordType": "Bounce", "From": "a@b.example"}

        assert isinstance(only(POSTMARK, as_json(bounce)), Ignored)

    def test_extra_is_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        Without the extra the provider is told to come again: 415, and why.
        """
        import sys

        monkeypatch.setitem(sys.modules, "python_multipart.exceptions", None)
        channel, sent = BUILT["mailgun"]
        reading = channel.read(sent)

        assert isinstance(reading.outcomes[0], Malformed)
        assert ("pip install leadflow[forms]", 415) == (
            reading.outcomes[0].excerpt,
            reading.answer.status,
        )


LINES = st.text(max_size=40)


@given(LINES, LINES, LINES, LINES, st.binary(max_size=80))
def test_no_text_becomes_structure(
    name: str, subject: str, text: str, html: str, data: bytes
) -> None:
    """
    Whatever a sender writes, the built mail has one sender and one file (RFC 5322).
    """
    raw = compose(
        [("From", "a@b.example"), ("Subject", subject), (name, subject)],
        text=text,
        html=html,
        files=[
            PostedFile(
                name=name, media_type=name, encoded=b64encode(data), content_id=subject
            )
        ],
    )
    read = EmailChannel(id="m").read(Delivery(body=raw, received_at=NOW)).outcomes[0]
    head = raw.split(b"\r\n\r\n")[0]

    assert 1 == head.count(b"\r\nMIME-Version: ")
    assert isinstance(read, Inbound | Ignored)


class _Contract(ChannelContract):
    names: tuple[str, ...] = ()
    table = BUILT

    def make(self) -> Channel:
        """Return the channel of the first sample."""
        made: Any = {**RAWS, **BUILT}[self.names[0]][0]
        # With a key of its own the mailbox knows answers to what it wrote.
        signing = attrs.evolve(made.mail, secret=b"0123456789abcdef")
        channel: Channel = attrs.evolve(made, mail=signing)
        return channel

    def samples(self) -> Iterable[Delivery]:
        """Return the parsed and the raw sample."""
        tables = (BUILT, RAWS)
        return [t[name][1] for t in tables for name in self.names if name in t]

    def secrets(self) -> Iterable[str]:
        """Return the key."""
        return [KEY, SECRET.value]

    def replies(self) -> Iterable[Reply]:
        """Return an answer by mail."""
        to = ContactPoint(kind="email", value="ivan@client.example", raw="")
        yield Reply(
            id="r1",
            text="Добрый день",
            to=to,
            conversation="0@client.example",
            sent_at=NOW,
        )

    def peer(self, outgoing: Outgoing) -> Delivery:
        """Return the post of the mail by which the person sends the same back."""
        lines = ("To: sales@shop.example", *echo_headers(outgoing))
        text = echo_text(outgoing)
        fields = dict(line.split(": ", 1) for line in lines)
        raw = "\r\n".join((*lines, "", text)).encode()
        name = self.names[0]
        if name == "postmark":
            headers = [{"Name": n, "Value": v} for n, v in fields.items()]
            return as_json({**POSTMARK_MAIL, "TextBody": text, "Headers": headers})
        if name == "mandrill":
            return mandrill_signed([inbound_event(text=text, headers=fields)])
        if name == "sendgrid":
            return multipart([("email", raw)])
        if name == "cloudmailin":
            return multipart([("message", raw)])
        return token_signed([("body-mime" if name == "mailgun" else "message", raw)])


class TestMailgun(_Contract):
    names = ("mailgun",)
    lacks = ("unknown",)

    def forged(self) -> Iterable[Delivery]:
        """Return one that is signed with another key's signature."""
        yield post(f"timestamp={STAMP}&token=t&signature={'0' * 64}".encode())


class TestMandrill(_Contract):
    names = ("mandrill",)

    def forged(self) -> Iterable[Delivery]:
        """Return one that is signed with another key."""
        yield mandrill_signed([inbound_event()], key="other")

    def unknown(self) -> Iterable[Delivery]:
        """Return an event that Mandrill may think of."""
        yield mandrill_signed([{"event": "pigeon", "msg": {}}])

    def sealed(self, delivery: Delivery) -> Delivery:
        """Return *delivery* with the signature of its fields."""
        from leadflow.channels._mail_posts import read_fields

        try:
            parts = read_fields(delivery, most=10**6).parts
        except Malformed:
            return delivery
        message = URL.encode() + b"".join(
            part.name.encode() + part.data
            for part in sorted(parts, key=lambda part: part.name)
        )
        mac = b64encode(hmac.digest(KEY.encode(), message, "sha1")).decode()
        kept = [h for h in delivery.headers if h[0] != "X-Mandrill-Signature"]
        return attrs.evolve(delivery, headers=(*kept, ("X-Mandrill-Signature", mac)))


class TestPostmark(_Contract):
    names = ("postmark",)

    def forged(self) -> Iterable[Delivery]:
        """Return one without the secret."""
        yield attrs.evolve(as_json(POSTMARK_MAIL), headers=())

    def unknown(self) -> Iterable[Delivery]:
        """Return an event that Postmark may think of."""
        yield as_json({"RecordType": "Pigeon"})


class TestSendGrid(_Contract):
    names = ("sendgrid",)
    lacks = ("unknown",)

    def forged(self) -> Iterable[Delivery]:
        """Return one without the secret."""
        yield attrs.evolve(multipart(SENDGRID_FIELDS), headers=())


class TestCloudmailin(_Contract):
    names = ("cloudmailin",)
    lacks = ("unknown",)

    def forged(self) -> Iterable[Delivery]:
        """Return one without the secret."""
        yield attrs.evolve(as_json(CLOUDMAILIN_MAIL), headers=())


class TestPosted(_Contract):
    names = ("posted",)
    lacks = ("unknown",)

    def forged(self) -> Iterable[Delivery]:
        """Return one that is not signed."""
        yield post(urlencode([("message", RAW)]).encode())


del _Contract
