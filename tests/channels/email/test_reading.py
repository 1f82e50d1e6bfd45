"""
Bytes that anybody may have sent: nothing makes reading fail, nothing is lost.
"""

from __future__ import annotations

import email
import random
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leadflow.channels import Ignored, Inbound
from leadflow.channels._charsets import codec_of, decode
from leadflow.channels._html import html_to_text
from leadflow.channels._mail_headers import addresses, instant, message_ids, text_of
from leadflow.channels._mime import Limits, Part, parse
from leadflow.channels._mime_values import parse_parameters, transfer_decode
from leadflow.channels.email import read_part
from leadflow.errors import Malformed
from tests.channels.email._setting import (
    CHANNEL,
    FIXTURES,
    SAMPLES,
    deliver,
    mail,
    only,
)


PATHS = sorted(SAMPLES.glob("*.eml"))
TEXT = st.text(st.characters(codec="utf-8"), max_size=200)
WORDS = st.text(st.characters(codec="utf-8", categories=["L", "N", "Zs"]), min_size=1)


def sound(raw: bytes) -> bool:
    """
    Tell whether the outcome of *raw* is one, and such as any store can hold.
    """
    reading = CHANNEL.read(deliver(raw))
    (outcome,) = reading.outcomes
    repr(outcome).encode()
    if isinstance(outcome, Inbound):
        outcome.text.encode()
        texts = (
            outcome.subject,
            outcome.text,
            outcome.person.name,
            outcome.conversation,
        )
        assert not any("\0" in text for text in texts)
        assert outcome.external_id
        for file in outcome.attachments:
            assert file.size == len(read_part(raw, file.locator))
    return isinstance(outcome, Inbound | Ignored | Malformed)


class TestAnyBytes:
    @given(st.binary(max_size=600))
    def test_raw(self, raw: bytes) -> None:
        """
        Any bytes come to one outcome.
        """
        assert sound(raw)

    @given(st.binary(max_size=300), st.binary(max_size=300))
    def test_in_a_mail(self, field: bytes, body: bytes) -> None:
        """
        Any bytes in a field and in a body come to one outcome.
        """
        assert sound(b"From: " + field + b"\nSubject: " + field + b"\n\n" + body)

    @given(
        st.lists(
            st.sampled_from(
                [
                    *(b"From: a@b.c\n", b"Content-Type: multipart/mixed; boundary=b\n"),
                    *(
                        b"\n",
                        b"--b\n",
                        b"--b--\n",
                        b"text\n",
                        b"=?utf-8?b?0J?= ",
                        b"\r",
                    ),
                    *(
                        b"Content-Type: multipart/alternative\n",
                        b" folded\n",
                        b"junk\n",
                    ),
                    *(b"Content-Type: message/rfc822\n", b"Content-Type: text/html\n"),
                    *(b"Content-Transfer-Encoding: base64\n", b"Subject: x\n", b"<p>"),
                    *(b"Content-Type: text/plain; charset=utf-7\n", b"+2AA-", b"\xff"),
                    *(b"begin 644 x\n#AAAA\nend\n", b"From x\n", b": \n", b"A" * 80),
                    b"Content-Disposition: attachment; filename*0*=utf-8''%D0\n",
                ]
            ),
            max_size=25,
        )
    )
    def test_of_pieces(self, pieces: list[bytes]) -> None:
        """
        Pieces of mails in any order come to one outcome.
        """
        assert sound(b"".join(pieces))

    @pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
    def test_damaged_samples(self, path: Path) -> None:
        """
        A sample with bytes changed, cut out and doubled comes to one outcome.
        """
        assert all(sound(raw) for raw in _damaged(path.read_bytes(), times=25))

    @pytest.mark.skipif(not FIXTURES.is_dir(), reason="the collection is not here")
    def test_damaged_fixtures(self) -> None:
        """
        So does every collected mail.
        """
        mails = [
            path.read_bytes() for path in sorted((FIXTURES / "mail").glob("*.eml"))
        ]

        assert all(sound(raw) for one in mails for raw in _damaged(one, times=8))


def _damaged(raw: bytes, *, times: int) -> list[bytes]:
    chance = random.Random(len(raw))
    found = []
    for _ in range(times):
        changed = bytearray(raw)
        for _ in range(chance.choice((1, 3, 20))):
            at = chance.randrange(len(changed) + 1)
            size = chance.choice((1, 1, 5, 200))
            match chance.randrange(4):
                case 0:
                    changed[at : at + size] = chance.randbytes(size)
                case 1:
                    del changed[at : at + size]
                case 2:
                    changed[at:at] = changed[at : at + size]
                case 3:
                    changed[at:at] = chance.choice(
                        (b"\n", b"\r\n\r\n", b"--", b'"', b"=")
                    )
        found.append(bytes(changed))
    return found


LONG = [
    *(b"A", b" ", b"a ", b":", b"a@b:", b"a@", b"@", b";", b"; ", b";a", b';a="', b'"'),
    *(
        b'"\\"',
        b"(",
        b"(\\(",
        b"<",
        b"<a",
        b",",
        b"=?",
        b"=?a?q?",
        b"[#",
        b"[#a",
        b"\\",
    ),
    *(b"\xff", b"\xd0", b"\xd0\x90", b"\n ", b"\x00", b"\xe3\x81 ", b"lf.", b"*0*=a;"),
]


class TestCost:
    """
    What grows faster than the mail would hold these tests up for minutes.
    """

    @pytest.mark.parametrize("piece", LONG)
    def test_long_fields(self, piece: bytes) -> None:
        """
        A field as long as the cap is read, whatever stands in it again and again.
        """
        value = (piece * 65_000)[:60_000]
        names = (b"From", b"Subject", b"Content-Type", b"References")

        assert all(
            sound(name + b": x" + value + b"y\nTo: a@b.c\n\nb") for name in names
        )

    @pytest.mark.parametrize("piece", LONG)
    def test_long_bodies(self, piece: bytes) -> None:
        """
        So is a long body, as text, as HTML and as lines.
        """
        value = (piece * 200_000)[:200_000]
        heads = (
            b"text/plain; format=flowed",
            b"text/html",
            b"multipart/mixed; boundary=A",
        )

        assert all(
            sound(b"From: a@b.c\nContent-Type: " + head + b"\n\n" + value)
            for head in heads
        )

    @pytest.mark.parametrize(
        "line", [b"A" * 250_000, b"A\n" * 30_000, b"--A\n" * 60_000]
    )
    def test_header_without_fields(self, line: bytes) -> None:
        """
        So is a header block of what is no header.
        """
        assert sound(b"From: a@b.c\n" + line + b"\nSubject: x\n\nbody")

    def test_text_beyond_its_cap(self) -> None:
        """
        Of a huge text the beginning is read, and that it was cut is told.
        """
        outcome = only(CHANNEL, mail("word " * 1_000_000))

        assert isinstance(outcome, Inbound)
        assert ("defects", "cut-text") in outcome.extra


class TestPieces:
    @given(st.binary(max_size=200))
    def test_fields(self, value: bytes) -> None:
        """
        Each reader of a field answers something for any bytes.
        """
        found = (
            text_of(value),
            [box.address for box in addresses(value)],
            message_ids(value),
            parse_parameters(value),
        )

        assert repr(found).encode()

    @given(st.binary(max_size=60))
    @example(b"Mon, 99 May 2026 99:99:99 +9999")
    @example(b"1 Jan 0001 00:00:00 +0100")
    @example(b"31 Dec 9999 23:59:59 -2359")
    def test_dates(self, value: bytes) -> None:
        """
        A date field is an instant or none, whatever it says.
        """
        found = instant(value)

        assert found is None or found.tzinfo is not None

    @given(
        st.binary(max_size=200), st.sampled_from([b"base64", b"x-uuencode", b"", b"x"])
    )
    def test_transfer(self, data: bytes, encoding: bytes) -> None:
        """
        Undoing a transfer encoding answers bytes for any bytes.
        """
        assert isinstance(transfer_decode(data, encoding), bytes)

    @pytest.mark.parametrize(
        "label",
        ["zlib", "punycode", "unicode_escape", "undefined", "idna", "rot13", "x" * 99],
    )
    def test_labels_that_are_no_charset(self, label: str) -> None:
        """
        A label that is no charset of text is none.
        """
        assert ("", "Привет") == (codec_of(label), decode("Привет".encode(), label))

    @pytest.mark.parametrize(
        "codec", ["utf-8", "cp1251", "koi8-r", "cp866", "mac-cyrillic"]
    )
    def test_russian_without_label(self, codec: str) -> None:
        """
        Russian is read without a label, in each of its charsets.
        """
        text = "Добрый день! Сколько стоит доставка в Казань?"

        assert text == decode(text.encode(codec))

    @pytest.mark.parametrize(
        ("codec", "text"),
        [
            ("cp1252", "Größe für Müller – bitte"),
            ("cp1250", "Zażółć gęślą jaźń"),
            ("cp932", "こんにちは、見積もりをお願いします"),
            ("euc_jp", "こんにちは、見積もりをお願いします"),
            ("gb18030", "你好，我想了解一下价格"),
            ("cp949", "안녕하세요 견적을 부탁드립니다"),
        ],
    )
    def test_others_without_label(self, codec: str, text: str) -> None:
        """
        Other languages are guessed by how their letters stand.
        """
        assert text == decode(text.encode(codec))

    @pytest.mark.parametrize("label", ["us-ascii", "iso-8859-1", "x-unknown", "utf-8"])
    def test_lying_label(self, label: str) -> None:
        """
        A label that the bytes belie is not believed.
        """
        text = "Пришлите, пожалуйста, счёт"

        assert text == decode(text.encode("cp1251"), label, ("cp1251",))

    @given(TEXT)
    def test_utf8_is_utf8(self, text: str) -> None:
        """
        What is UTF-8 is read so under any single-byte label.
        """
        assert text == decode(text.encode(), "iso-8859-1") or "\x1b" in text

    def test_damaged_utf8(self) -> None:
        """
        UTF-8 that was cut keeps all but the cut character.
        """
        assert "Привет, ми\ufffd" == decode("Привет, мир".encode()[:-1], "utf-8")


class TestHtml:
    @pytest.mark.parametrize(
        ("html", "text"),
        [
            ("a<br>b", "a\nb"),
            ("<p>a</p><p>b</p>", "a\n\nb"),
            ("<div>a</div><div>b</div>", "a\nb"),
            ("<ul><li>a<li>b</ul>", "- a\n- b"),
            ("<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc"),
            ("a &lt;b&gt; &amp; c&nbsp;d &#1046;", "a <b> & c d Ж"),
            ("<style>p{}</style>a<script>b</script>c", "ac"),
            ("<head><title>t</title></head>a", "a"),
            ("a<!-- <p>b</p> -->c", "ac"),
            ("a<!-- b", "a b"),
            ("a<style>b", "ab"),
            (
                "<blockquote>a<blockquote>b</blockquote></blockquote>c",
                "> a\n>\n>> b\n\nc",
            ),
            ("<pre>a  b\n c</pre>", "a  b\n c"),
            ('<a href="x>y">a</a>', "a"),
            ("<a href='x>a", "a"),
            ("1 < 2 <3", "1 < 2 <3"),
            ("<!DOCTYPE html><?xml?>a", "a"),
            ("<B>a</B>\n   b", "a b"),
        ],
    )
    def test_text(self, html: str, text: str) -> None:
        """
        The text is what a reader sees, with its lines.
        """
        assert text == html_to_text(html)

    @pytest.mark.parametrize(
        "piece",
        ["<!--", "<a ", "<a b='", "<a b=\"'", "</", "<style>", "<style ", "&#x", "<"],
    )
    def test_cost_grows_with_length(self, piece: str) -> None:
        """
        A long row of what is never closed is done with in the end.
        """
        assert isinstance(html_to_text(piece * 60_000), str)

    @given(st.text(alphabet="<>ab/ !-\"'=&;\n", max_size=200))
    def test_any_text(self, html: str) -> None:
        """
        Any text has a text.
        """
        assert isinstance(html_to_text(html), str)


class TestOracle:
    @given(
        text=TEXT,
        files=st.lists(
            st.tuples(
                st.binary(max_size=100),
                st.sampled_from(["image/png", "application/pdf", "text/csv"]),
                WORDS,
            ),
            max_size=4,
        ),
        subject=WORDS,
        html=st.booleans(),
    )
    def test_same_as_the_standard_library(
        self,
        text: str,
        files: list[tuple[bytes, str, str]],
        subject: str,
        html: bool,
    ) -> None:
        """
        Of a mail that is well made the same parts are found as by `email`.
        """
        message = EmailMessage(policy=SMTP)
        message["From"] = "ann@client.example"
        message["Subject"] = " ".join(subject.split()) or "x"
        message.set_content(text, cte="base64")
        if html:
            message.add_alternative("<p>x</p>", subtype="html")
        for content, media_type, name in files:
            kind, _, subtype = media_type.partition("/")
            message.add_attachment(
                content, maintype=kind, subtype=subtype, filename=name.strip() or "x"
            )
        raw = message.as_bytes()
        ours = [
            (part.media_type, part.data()) for part in _leaves(parse(raw, Limits()))
        ]
        theirs = [
            (part.get_content_type(), part.get_payload(decode=True))
            for part in email.message_from_bytes(raw).walk()
            if not part.is_multipart()
        ]

        assert theirs == ours

    @pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
    def test_samples(self, path: Path) -> None:
        """
        The samples' parts are those that `email` finds, attached mails aside.
        """
        raw = path.read_bytes()
        ours = [part.media_type for part in _leaves(parse(raw, Limits()))]
        message = email.message_from_bytes(raw)
        theirs = [
            part.get_content_type()
            for part in message.walk()
            if not part.get_content_type().startswith("multipart/")
        ]
        inside = any(one.startswith("message/") for one in theirs)

        assert inside or path.stem in _BROKEN or theirs == ours

    @given(subject=WORDS, name=WORDS)
    def test_encoded_words(self, subject: str, name: str) -> None:
        """
        What `email` encodes in a header is read as it was.
        """
        message = EmailMessage(policy=SMTP)
        message["Subject"] = subject
        message["From"] = email.utils.formataddr(
            (" ".join(name.split()), "a@b.example")
        )
        outcome = only(CHANNEL, message.as_bytes())

        assert isinstance(outcome, Inbound | Ignored)
        found = parse(message.as_bytes(), Limits())
        assert subject.split() == text_of(found.first("subject")).split()


_BROKEN = {"broken-header"}


def _leaves(part: Part) -> list[Part]:
    return [one for one in part.walk() if not one.children]


def test_boundary_is_found_again() -> None:
    """
    A multipart whose boundary is another than announced is still taken apart.
    """
    raw = mail(
        "--real\r\nContent-Type: text/plain\r\n\r\nwords\r\n--real--\r\n",
        content_type="multipart/mixed; boundary=announced",
    )
    outcome = only(CHANNEL, raw)

    assert isinstance(outcome, Inbound)
    assert ("words", (("defects", "wrong-boundary"),)) == (outcome.text, outcome.extra)


def test_parts_after_the_end() -> None:
    """
    Parts that stand below the closing boundary are read too.
    """
    raw = mail(
        "--b\r\n\r\none\r\n--b--\r\n--b\r\n\r\ntwo\r\n--b--\r\n",
        content_type="multipart/mixed; boundary=b",
    )
    outcome = only(CHANNEL, raw)

    assert isinstance(outcome, Inbound)
    assert "one\n\ntwo" == outcome.text
